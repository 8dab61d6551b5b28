"""One spelling for each word, and prefixes with accents and apostrophes missing."""

import itertools
import unicodedata

import pytest
from golden import texts

from lightrnn_tf.words import spelling
from lightrnn_tf.words.spelling import begins_exactly_with, begins_with, fold, normalise


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("composed or not", ["café", "cafe\u0301"]),
        (
            "apostrophes",
            [
                "can't",
                "can’t",
                "can‘t",
                "canʼt",
                "can＇t",
                "can´t",
                "can\u1ffdt",
                "canꞌt",
            ],
        ),
        ("letters that are apostrophes", ["dogs' 'tis", "dogsʼ ʼtis", "dogs＇ ＇tis"]),
        ("geresh", ["ג'ירפה", "ג׳ירפה"]),
        ("letters of two", ["ijs 'n st", "ĳs ŉ ſt"]),
        ("tatweel and grapheme joiners", ["كتاب", "كـتاب", "كت\u034fاب"]),
        ("tags", ["<br/> <a>x</a>", '<br /> <a href="x y">x</a >']),
        ("hyphens", ["well-known", "well\u2010known", "well\u2011known"]),
        ("soft hyphens", ["reading", "read\u00ading", "rea\u00addi\u00adng"]),
        ("ligatures", ["office", "oﬃce", "oﬀice", "of\ufb01ce"]),
        ("byte-order marks", ["word", "\ufeffword", "wo\ufeffrd"]),
        ("marks of direction", ["שלום", "\u200fשלום\u200e"]),
        ("joiners typed twice", ["می\u200cخواهم", "می\u200c\u200cخواهم"]),
        ("shapes of Arabic letters", ["سلام", "ﺳﻼﻡ"]),
        ("wide letters", ["abc42", "ａｂｃ４２"]),
        ("a letter and its mark", ["ǰ", "j\u030c"]),
        ("Hangul", ["한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"]),
    ],
)
def test_all_spellings_of_a_word_are_one(name, spellings):
    assert {normalise(text) for text in spellings} == {spellings[0]}, name


@pytest.mark.parametrize(
    ("lower", "others"),
    [
        ("i\u0307stanbul", ["İstanbul", "I\u0307stanbul", "İSTANBUL"]),
        ("οδος", ["ΟΔΟΣ", "Οδος"]),
        ("σας", ["ΣΑΣ", "Σας"]),
        ("ǰ", ["J\u030c", "ǰ"]),
        ("ß", ["ß", "ẞ"]),
    ],
)
def test_capitals_are_other_spellings_of_lower_cased_words(lower, others):
    assert {normalise(text, lowercase=True) for text in others} == {lower}


def test_quotes_around_words_stay_what_they_are():
    assert normalise("‘so’ said ’tis 5’ ’’") == "‘so’ said ’tis 5’ ’’"
    assert normalise("rock’n’roll, the ’90s’ end") == "rock'n'roll, the ’90s’ end"


def test_what_is_no_other_spelling_stays():
    for text in (
        "½ ² ① ™ …",
        "x\u200by",
        "👨\u200d👩\u200d👧 ❤\ufe0f",
        "a <b and c> d",
    ):
        assert normalise(text) == text


def test_a_spelling_has_no_other_spelling():
    for text, lowercase in itertools.product(texts.random_texts(3000), (False, True)):
        once = normalise(text, lowercase)
        assert normalise(once, lowercase) == once, ascii(text)
        if once.isascii():
            continue
        for form in ("NFC", "NFD"):
            other = unicodedata.normalize(form, text)
            assert normalise(other, lowercase) == once, ascii(text)


@pytest.mark.parametrize(
    ("word", "prefixes"),
    [
        ("café", ["cafe", "CAFE", "café", "caf", "cafe\u0301", ""]),
        ("être", ["etre", "et", "êt"]),
        ("zürich", ["zu", "zü", "ZU"]),
        ("i\u0307stanbul", ["İ", "İst", "ist", "Ist", "i"]),
        ("οδος", ["ΟΔΟΣ", "οδοσ", "οδος", "οδ"]),
        ("don't", ["dont", "don'", "don’", "DON'T", "don＇t"]),
        ("well-known", ["well‐k", "well-k"]),
        ("می\u200cخواهم", ["می\u200cخ", "میخ", "می\u200c"]),
        ("łódź", ["lodz", "łodz", "łó", "LODZ"]),
        ("straße", ["strasse", "straß", "STRASS"]),
        ("œuvre", ["oeu", "œu", "o"]),
        ("קוֹל", ["קול", "קוֹ"]),
        ("हिन्दी", ["हि", "हिन"]),
        ("ज़रूर", ["जर", "ज़र"]),
        ("ĳsberg", ["ij", "IJ", "ĳ"]),
        ("كتاب", ["كـت"]),
        ("reading", ["read\u00adi"]),
    ],
)
def test_what_may_be_missing_in_a_prefix(word, prefixes):
    for prefix in prefixes:
        assert begins_with(word, prefix, ignore_case=True), prefix
        assert fold(word).startswith(fold(prefix)), prefix


@pytest.mark.parametrize(
    ("word", "prefixes"),
    [
        ("cafe", ["café", "cafes"]),
        ("dont", ["don't"]),
        ("Cafe", ["caf"]),
        ("istanbul", ["İ"]),
        ("lodz", ["ł"]),
        ("strasse", ["straß"]),
        ("हिन्दी", ["हन"]),
        ("میخواهم", ["می\u200cخ"]),
        ("", ["a"]),
    ],
)
def test_what_is_typed_must_be_in_the_word(word, prefixes):
    for prefix in prefixes:
        assert not begins_with(word, prefix), prefix


def by_search(word, prefix):
    """Whether a prefix begins a word, some of its marks left out."""
    if not prefix:
        return True
    if not word:
        return False
    if word[0] == prefix[0] and by_search(word[1:], prefix[1:]):
        return True
    return bool(spelling._MAY_BE_MISSING.match(word[0])) and by_search(word[1:], prefix)


def test_prefixes_against_leaving_out_marks_in_all_ways(rng):
    letters = ["a", "b", "'", "\u0301", "\u0302", "\u200c"]
    for _ in range(3000):
        word = "".join(rng.choice(letters, rng.integers(0, 7)))
        prefix = "".join(rng.choice(letters, rng.integers(0, 5)))
        # One letter a character, so that nothing is composed.
        assert begins_with(word, prefix) == by_search(word, prefix), ascii(word)


def test_words_with_a_prefix_have_folds_with_its_fold():
    words = {w for text in texts.random_texts(400) for w in text.split()}
    for word, prefix in itertools.product(sorted(words)[:150], sorted(words)[::7][:60]):
        for ignore_case in (False, True):
            if begins_with(word, prefix, ignore_case):
                assert fold(word).startswith(fold(prefix)), ascii((word, prefix))
        if spelling.is_bare(prefix):
            same = fold(word).startswith(fold(prefix))
            assert begins_with(word, prefix, ignore_case=True) == same


def test_a_word_is_typed_exactly_if_nothing_is_missing():
    assert begins_exactly_with("cafe", "cafe")
    assert begins_exactly_with("café", "café")
    assert begins_exactly_with("cafés", "CAFÉ", ignore_case=True)
    assert not begins_exactly_with("café", "cafe")
    assert not begins_exactly_with("don't", "dont")
    assert not begins_exactly_with("ca", "cafe")
