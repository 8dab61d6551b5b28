"""The English model of the package and the keyboard: small enough, and sensible."""

import pathlib
import re

import numpy as np
import pytest

from lightrnn_tf import decoding
from lightrnn_tf.predictors import pretrained
from lightrnn_tf.words import word_lists

ROOT = pathlib.Path(__file__).parents[2]
MODEL = pretrained.path_of("en")
PICTURES = ROOT / "android_demo/jvm/src/test/kotlin/lightrnn/PicturesTest.kt"
NEVER = ROOT / "examples/english_model/never_suggest.txt"


@pytest.fixture(scope="module")
def predictor():
    return pretrained.pretrained("en")


@pytest.fixture(scope="module")
def offered(predictor):
    """The words that may be suggested."""
    lexicon = predictor.lexicon
    return [w for w in lexicon.words() if w and lexicon.suggestable[lexicon[w]]]


def test_each_word_is_in_the_spelling_that_text_is_read_in(predictor):
    tokenizer = predictor.tokenizer
    words = [word for word in predictor.lexicon.words() if word]
    assert [w for w in words if tokenizer.words(w) != [w]] == []
    suggested = {
        w for w in words if predictor.lexicon.suggestable[predictor.lexicon[w]]
    }
    assert not suggested & {"</s>", "<br/>", "½", "²", "\ufeff"}


def best(predictor, text, prefix="", k=3):
    state = decoding.read(predictor, predictor.tokenizer.words(text))
    return decoding.top_k(predictor, state, k, prefix).words


def test_spellings_of_a_word_are_the_same_context_and_one_suggestion(predictor):
    assert best(predictor, "i can’t") == best(predictor, "i can't")
    for prefix in ("its", "it’s", "don’", "dont"):
        plain = [word.replace("'", "") for word in best(predictor, "we", prefix, 9)]
        assert len(plain) - len(set(plain)) <= 1  # its and it's are two words.
    assert best(predictor, "we", "don’") == best(predictor, "we", "don'")


def test_ends_of_ordinals_are_not_offered_apart(predictor):
    for text in ("on march 5", "on the 2", "may 3", "the 1"):
        assert not {"th", "nd", "st", "rd"} & {*best(predictor, text, k=10)}
    assert best(predictor, "on march", "5t") == ["5th"]


def test_size_and_words(predictor):
    assert MODEL.stat().st_size <= 1_500_000
    assert predictor.manifest["vocabulary_size"] >= 25_000
    assert predictor.manifest["lowercase"]
    assert not predictor.lexicon.occupied.all()  # Room for words of the user.


@pytest.mark.parametrize(
    ("context", "prefix", "word"),
    [
        ("thank", "", "you"),
        ("how are", "", "you"),
        ("i", "do", "don't"),
        ("what is the", "n", "name"),
        ("i don't", "kn", "know"),
    ],
)
def test_suggestions_make_sense(predictor, context, prefix, word):
    state = decoding.read(predictor, context.split())
    assert word in decoding.top_k(predictor, state, 3, prefix).words


def test_words_in_the_pictures_are_far_apart(predictor):
    # Two of them are drawn. Otherwise another processor may draw other words: plain
    # kernels of the runtime and fast ones give log-probabilities that differ by 0.03.
    drawn = PICTURES.read_text("utf-8")
    texts = re.findall(r'(?:begin|type)\("(.+?)"\)', drawn)
    assert set(texts) == {"i want to g", "i think ", "teh", "how are ", "y"}
    for text in ("i want to g", "i think teh", "how are y"):
        *context, typed = text.split(" ")
        state = decoding.read(predictor, context)
        best = decoding.correct(predictor, state, typed, 3)
        assert np.diff(best.log_probs).max() < -0.2, best
        assert (best.replacement is None) == (typed != "teh")


def test_no_word_to_suggest_holds_a_listed_stem(offered):
    lines = word_lists.lines_of(NEVER)
    known = {word for word in offered if len(word) > 3}
    never = word_lists.NeverSuggest(lines, known)
    assert [word for word in offered if never.holds(word)] == []
    # Stems that no ordinary word holds, wherever they stand.
    slurs = ("fuck", "shit", "cunt", "nigg", "faggot", "bitch", "whore", "porn")
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert [w for w in offered if any(s in w for s in slurs) and w not in allowed] == []
    # And words that only look like one are offered.
    assert {"hello", "shell", "class", "pass", "assist", "grass", "title"} <= {*offered}


def test_words_to_suggest_are_in_a_word_list_and_none_is_a_misspelling(offered):
    import codespell_lib
    import wordfreq

    listed = wordfreq.get_frequency_dict("en", wordlist="large")
    known = [w in listed or all(p in listed for p in w.split("-")) for w in offered]
    assert sum(known) >= 0.99 * len(offered)
    dictionary = pathlib.Path(codespell_lib.__file__).parent / "data/dictionary.txt"
    lines = dictionary.read_text("utf-8").splitlines()
    wrong = {line.partition("->")[0] for line in lines}
    # Some are names as well, such as Ned and Claus.
    names = {line.lower() for line in word_lists.lines_of(NEVER.with_name("forms.txt"))}
    assert not (wrong - names) & {*offered}
    assert not {"i'ts", "your'e", "did'nt", "want's", "teh", "becuase"} & {*offered}
    assert {"shoes", "jeans", "shirt", "sweater", "bike", "fog"} <= {*offered}


def several(name):
    """The words of a list that has several in a line."""
    return " ".join(word_lists.lines_of(NEVER.with_name(name))).split()


def test_words_to_suggest_are_typed_by_people(offered):
    drawn_out = {w for w in offered if re.search(r"(\w)\1\1", w)}
    assert drawn_out <= {"www", "iii", "hmmm", "aaa", "ooo", "zzz", "xxx", "bbb", "ccc"}
    numbers = {w for w in offered if any(map(str.isdigit, w))}
    assert not {"b4", "gr8", "00am", "i7", "dm-0"} & numbers
    assert {"1st", "22nd", "10pm", "90s"} <= numbers
    short = {word for word in offered if len(word) == 2}
    listed = several("short_words.txt")
    forms = word_lists.lines_of(NEVER.with_name("forms.txt"))
    assert short <= {*listed, *numbers, *(form.lower() for form in forms)}
    assert not {*several("leave_out.txt")} & {*offered}
    novels = {"summerson", "jarndyce", "xxxvii", "kk", "heyyy", "soooo", "to-morrow"}
    assert not novels & {*offered}


@pytest.mark.parametrize(
    ("context", "prefix", "word"),
    [
        ("i live in", "lond", "London"),
        ("see you on", "mon", "Monday"),
        ("", "im", "I'm"),
        ("my new", "iph", "iPhone"),
        ("we ate at", "mcd", "McDonald's"),
        ("do you think", "i", "I"),
        ("i saw it on", "youtu", "YouTube"),
        ("look it up on", "goog", "Google"),
        ("we sat on the", "porc", "porch"),
        ("he drives a", "seda", "sedan"),
        ("next", "tues", "Tuesday"),
    ],
)
def test_words_come_as_they_are_written(predictor, context, prefix, word):
    assert word in best(predictor, context, prefix)


def test_slips_are_corrected_and_right_words_stay(predictor):
    state = decoding.read(predictor, "i think".split())
    assert decoding.correct(predictor, state, "teh").replacement == "the"
    assert decoding.correct(predictor, state, "becuase").replacement == "because"
    assert "because" in decoding.correct(predictor, state, "becu").words
    assert "a lot" in decoding.correct(predictor, state, "alot").words
    slips = {"weve": "we've", "wouldve": "would've", "carribean": "Caribbean"}
    for slip, meant in slips.items():
        assert decoding.correct(predictor, state, slip).words[0] == meant
    for right in ("form", "shit", "the", "i'm"):
        assert decoding.correct(predictor, state, right).replacement is None


def test_the_card_says_what_the_file_is(predictor):
    card = predictor.manifest["card"]
    assert card["language"] == "en"
    assert card["licence"]
    page = MODEL.with_suffix(".md").read_text("utf-8")
    for score in card["scores"]:
        assert score["text"] in page
    for text in card["texts"]:
        assert text["name"] in page


def test_the_numbers_of_the_cache_were_chosen(predictor):
    assert decoding.Cached(predictor).size == predictor.manifest["cache"]["size"]
