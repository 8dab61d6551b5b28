"""What is said of a text before a model is trained on it."""

import numpy as np
import pytest

from lightrnn_tf.data.remarks import Reading, check_words, remarks, untrained_unknown
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary, count_words

LONG = "x" * 65


def counts(*lines, tokenizer="whitespace"):
    return count_words(lines, Tokenizer(tokenizer))


@pytest.mark.parametrize(
    ("line", "min_count", "refused"),
    [
        (f"a a {LONG} {LONG}", None, False),
        (f"a a {LONG} {LONG} {LONG}", None, True),
        (f"a a {LONG} {LONG} {LONG}", 1, True),
        ("a a b c", None, False),
        ("a a b c d", None, True),
        (f"a a b c {LONG}", None, True),
        ("a a b c d", 1, False),
        ("a a b c d", 2, False),
        ("a a b c d <unk>", None, False),
        ("", None, False),
        ("1 2 3 4", None, False),
        # Marks that come again are no words.
        ("中文甲 。 中文乙 。 中文丙 。", None, True),
        ("a a b b", 3, True),
    ],
)
def test_a_text_is_refused_if_most_of_its_words_are_unknown(line, min_count, refused):
    if refused:
        message = "separated by spaces.*Received: . words with .*--min-count 1"
        with pytest.raises(ValueError, match=message):
            check_words(counts(line), min_count)
    else:
        check_words(counts(line), min_count)


def test_long_words_and_markup_are_a_line_each():
    assert remarks(counts("a b", "c <unk> a<b 3")) == []
    assert remarks(counts(LONG)) == ["1 word of more than 64 characters read as <unk>."]
    long, markup = remarks(counts(f"<s> a </s> {LONG}", f"<s> b {LONG}"))
    assert long.startswith("2 words of more")
    assert markup.startswith("Markup in the training text: <s> 2 times, </s> 1 time. ")
    (line,) = remarks(counts("<a> <b> <c> <d> <e> <f> <g>"))
    assert "<e> 1 time and 2 more. " in line


def test_markup_in_raw_text_is_said_as_well():
    (line,) = remarks(counts("<s>Hello</s> <br/>", tokenizer="words"))
    assert all(f"{tag} 1 time" in line for tag in ("<s>", "</s>", "<br/>"))


def test_line_ends_that_are_written_out_are_counted():
    reading = Reading(["a <eos>", "b <eos>", "c"])
    found = count_words(reading, Tokenizer("whitespace"))
    (line,) = remarks(found, reading.ends)
    assert "<eos> 2 times" in line


def test_unknown_words_are_said_only_where_none_was_learned():
    learned = Vocabulary(["<eos>", "<unk>"], [2, 1], Tokenizer("words"))
    never = Vocabulary(["<eos>", "<unk>"], [2, 0], Tokenizer("words"))
    ids = np.array([0, 1])
    assert untrained_unknown(learned, ids) is None
    assert untrained_unknown(never, ids[:1]) is None
    assert "never seen in training" in untrained_unknown(never, ids)
