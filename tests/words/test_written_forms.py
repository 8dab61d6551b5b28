"""In which form words are written."""

import pytest

from lightrnn_tf.words.tokenizer import LinePart, Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary
from lightrnn_tf.words.written_forms import WrittenForms, case_of, in_case

LOWER = Tokenizer("words", lowercase=True)


def usual(lines, tokenizer=LOWER):
    forms = WrittenForms(tokenizer)
    assert list(forms.counted(lines)) == list(lines)
    words = {word for line in lines for word in tokenizer.words(line)}
    return forms.usual(words)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # The first word of a sentence says nothing, wherever the sentence begins.
        (["Paris is big."] * 3, {}),
        (["so big! Paris is", "is it? Paris", 'he said "Paris is"'] * 3, {}),
        (["he saw Paris"] * 2, {"paris": "Paris"}),
        (["he saw Paris"], {}),
        # The best of the forms with capitals, which together are two of three.
        (
            ["my iPhone, my Iphone, my iphone, my iPhone of mine"] * 3,
            {"iphone": "iPhone"},
        ),
        # One of three in lower case is still a name, one of two is none.
        (["he saw Paris"] * 2 + ["Then paris"], {"paris": "Paris"}),
        (["he saw Paris"] * 2 + ["So he left paris"] * 2, {}),
        # Headings, and lines without capitals.
        (["The Man Who Sold The World"] * 4, {}),
        (["he saw Paris"] * 2 + ["he saw paris"] * 9, {"paris": "Paris"}),
        (
            ["well, I'm on my iPhone at McDonald's"] * 5,
            {"i'm": "I'm", "iphone": "iPhone", "mcdonald's": "McDonald's"},
        ),
        (["er war im Haus, das Haus ist alt"], {"haus": "Haus"}),
        (["NATO and nato, the NATO of NATO"] * 3, {"nato": "NATO"}),
        # A slip of the shift key.
        (["he saw andI of it"] * 3, {}),
        (
            ["oh, \u0130stanbul is on \u0130stanbul"] * 3,
            {"i\u0307stanbul": "\u0130stanbul"},
        ),
        ([LinePart("he saw Paris"), "and saw Paris"], {"paris": "Paris"}),
        ([""], {}),
    ],
)
def test_forms_are_those_within_sentences(lines, expected):
    assert usual(lines) == expected


def test_a_tokenizer_that_keeps_case_has_no_forms():
    assert usual(["he saw Paris"] * 3, Tokenizer("words")) == {}


def test_a_vocabulary_learns_forms_of_its_own_words_only():
    lines = ["he saw Paris and Rome", "he saw Paris and Rome", "he saw Paris"]
    vocabulary = Vocabulary.from_lines(lines, LOWER, min_count=3)
    assert vocabulary.forms == {"paris": "Paris"}


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("i", ["i", "I"]),
        ("straße", ["straße", "Straße", "STRASSE", "STRAßE"]),
        ("ǆ", ["ǆ", "Ǆ"]),
        ("2nd", ["2nd", "2ND"]),
    ],
)
def test_the_case_of_a_form_gives_it_back(word, forms):
    for form in forms:
        case = case_of(word, form)
        assert case == 3 or in_case(word, case) == form
