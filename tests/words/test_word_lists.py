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


def vocabulary_of(words, forms=None, lowercase=True):
    words = ["<eos>", "<unk>", *words]
    tokenizer = Tokenizer("words", lowercase=lowercase)
    return Vocabulary(words, range(len(words), 0, -1), tokenizer, forms or {})


def test_forms_of_a_list_win_and_the_text_decides_between_several():
    words = ["porch", "paris", "will", "may", "ted", "google", "nobody", "summerson"]
    text = {"porch": "Porch", "may": "May", "ted": "TED", "summerson": "Summerson"}
    vocabulary = vocabulary_of(words, text)
    listed = ["porch", "Paris", "Will", "will", "may", "May", "ted", "Ted", "Google"]
    assert WordLists(written_forms=listed).forms(vocabulary) == {
        "paris": "Paris",  # The text has it in lower case, the list never.
        "may": "May",  # Both are listed, and the text says which.
        "ted": "Ted",  # Not as the text has it, and rather a name than not.
        "google": "Google",
        "summerson": "Summerson",  # Not listed.
    }
    assert WordLists().forms(vocabulary) == text


def test_forms_of_a_model_with_case_are_its_words():
    vocabulary = vocabulary_of(["Porch", "porch"], lowercase=False)
    assert WordLists(written_forms=["porch", "PORCH"]).forms(vocabulary) == {}


def test_a_slip_that_is_a_name_by_the_list_is_right_as_it_is_typed():
    vocabulary = vocabulary_of(["ned"])
    for forms, right in ((["Ned"], True), (["ned"], False)):
        lists = WordLists(misspellings=["ned->need"], written_forms=forms)
        suggestable, trusted = lists.marks(vocabulary)
        assert not suggestable.any()
        assert trusted.tolist() == [False, False, right]


def test_written_forms_are_read_from_a_file_and_checked(tmp_path):
    (tmp_path / "forms").write_text("# Names\nParis\n")
    vocabulary = vocabulary_of(["paris"])
    lists = WordLists.read(written_forms=tmp_path / "forms")
    assert lists.forms(vocabulary) == {"paris": "Paris"}
    with pytest.raises(ValueError, match="`written_forms` must be"):
        WordLists(written_forms="Paris")
