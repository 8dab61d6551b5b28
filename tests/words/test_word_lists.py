"""Which words may be suggested."""

import numpy as np
import pytest

from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary
from lightrnn_tf.words.word_lists import NeverSuggest, WordLists

KNOWN = [
    "mother",
    "hole",
    "pits",
    "pitcher",
    "tail",
    "word",
    "el",
    "o",
    "lord",
    "smart",
]
STEMS = ["hell", "ass", "*fuck*", "damn", "bitch", "rape", "cock", "!cocktail"]


@pytest.mark.parametrize(
    "word",
    """hell Hell hells helllll hellish hellhole asses asshole ass-hole smart-ass
    fucked motherfucker xfuckx fuuuuck daaamn damned lorddamn lorddamns bitches bitchy
    bitchin raped raping rapes cocks cockpitchers a55 fuck's b1tch""".split(),
)
def test_stems_are_found_in_inflections_compounds_and_drawn_out(word):
    assert NeverSuggest(STEMS, KNOWN).holds(word)


@pytest.mark.parametrize(
    "word",
    """hello shell shells class classes assess assist as pass grass grape grapes drape
    peacock cocktail damp rap rapid heel hole hel fuc god itch 55 as5ess""".split(),
)
def test_words_that_only_look_like_a_stem_are_not(word):
    assert not NeverSuggest(STEMS, KNOWN).holds(word)


WORDS = ["<eos>", "<unk>", "the", "teh", "hell", "zxqj", "well-known", "known", "well"]
WORDS += ["london's", "london", ",", "arelis", "2nd", "i'ts", "i", "ts"]
COUNTS = [99, 50, 40, 30, 20, 10, 9, 8, 8, 8, 8, 7, 5, 4, 4, 4, 4]
VOCABULARY = Vocabulary(WORDS, COUNTS, Tokenizer("words", lowercase=True))


def allowed(lists):
    suggestable, trusted = lists.marks(VOCABULARY)
    names = np.array(WORDS)
    return set(names[suggestable]), set(names[trusted])


EVERY = set(WORDS) - {"<eos>", "<unk>", ","}


@pytest.mark.parametrize(
    ("lists", "suggestable", "trusted"),
    [
        (WordLists(), EVERY, EVERY),
        (WordLists(least_count=9), {"the", "teh", "hell", "zxqj", "well-known"}, None),
        (WordLists(never_suggest=["hell"]), EVERY - {"hell"}, EVERY),
        (
            WordLists(misspellings=["teh->the, tech", "hel->hell"]),
            EVERY - {"teh"},
            None,
        ),
        (
            WordLists(["The", "Well", "known", "London", "i", "ts"]),
            {"the", "well", "known", "well-known", "london", "i", "ts"},
            None,
        ),
        (WordLists(["the"], least_count=20), {"the", "teh", "hell"}, None),
        (
            WordLists(["the", "teh", "hell"], ["hell"], ["teh"]),
            {"the"},
            {"the", "hell"},
        ),
        (WordLists([]), set(), None),
    ],
)
def test_lists_decide_what_is_suggested_and_what_is_right(lists, suggestable, trusted):
    assert allowed(lists) == (suggestable, suggestable if trusted is None else trusted)


def test_files_have_an_item_a_line_and_comments(tmp_path):
    (tmp_path / "words").write_text("# list\nthe\n\n teh  # wrong\n", "utf-8")
    (tmp_path / "wrong").write_text("teh->the\n", "utf-8")
    lists = WordLists.read(tmp_path / "words", misspellings=tmp_path / "wrong")
    assert allowed(lists)[0] == {"the"}
    (tmp_path / "words").write_bytes(b"caf\xe9\n")
    with pytest.raises(ValueError, match="words must be UTF-8.*byte 3 is 0xe9.*iconv"):
        WordLists.read(tmp_path / "words")
    with pytest.raises(FileNotFoundError):
        WordLists.read(never_suggest=tmp_path / "none")


def test_impossible_lists_are_named():
    with pytest.raises(ValueError, match="`least_count` must be a positive integer"):
        WordLists(least_count=0)
    with pytest.raises(ValueError, match="`word_list` must be a list"):
        WordLists("the")
