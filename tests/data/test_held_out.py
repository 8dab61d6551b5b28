"""The end of a text that is held out for validation."""

import numpy as np
import pytest

from lightrnn_tf import data
from lightrnn_tf.data import held_out
from lightrnn_tf.words.tokenizer import Tokenizer


def hold_out(folder, text, tokenizer="words", part_size=data.Lines.part_size):
    """Return the tokens of both parts, after checking what is said of them."""
    path = folder / "text.txt"
    path.write_text(text)
    tokenizer, lines = Tokenizer(tokenizer), data.Lines([path])
    lines.part_size = part_size
    held = held_out.hold_out(lines, tokenizer, lines)
    train, valid, both = (
        [token for line in part for token in tokenizer.line(line)]
        for part in (held.train, held.valid, lines)
    )
    assert train + valid == both
    assert (held.tokens, held.held_out) == (len(both), len(valid))
    return train, valid


def test_short_lines_are_held_out_whole(tmp_path):
    train, valid = hold_out(tmp_path, "a b c\n" * 100)
    assert (len(train), len(valid)) == (360, 40)
    assert train[-1] == "<eos>"


def test_blank_lines_at_the_end_are_not_what_is_held_out(tmp_path):
    train, valid = hold_out(tmp_path, "a b c\n" * 25 + "\n" * 4)
    assert (len(train), len(valid)) == (88, 12)


@pytest.mark.parametrize("tail", ["", "\n", "\nthe end\n", "\n\n\nthe end"])
def test_a_long_line_is_cut_within(tail, tmp_path):
    train, valid = hold_out(tmp_path, "x " * 1000 + tail)
    assert len(valid) == pytest.approx(100, abs=2)
    assert train[-1] == "x"


def test_parts_of_a_huge_line_are_cut_as_lines_are(tmp_path):
    train, valid = hold_out(tmp_path, "x y " * 500, part_size=64)
    assert 100 <= len(valid) <= 132
    assert "<eos>" not in train


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("a b c", (2, 2)),
        ("a\nb", (2, 2)),
        ("a b\nc d", (4, 2)),
        ("a,b,c,d,e,f g", (11, 2)),
        ("a b,c,d,e,f,g", None),
        ("a b", None),
        ("a\n", None),
        ("", None),
        ("\n\n \n", None),
        ("a,b,c,d", None),
    ],
)
def test_the_shortest_texts(text, lengths, tmp_path):
    if lengths:
        assert tuple(map(len, hold_out(tmp_path, text))) == lengths
    else:
        with pytest.raises(ValueError, match="at least 2 tokens to train on and 2 to"):
            hold_out(tmp_path, text)


def test_a_blank_last_line_is_not_alone(tmp_path):
    train, valid = hold_out(tmp_path, "a b c d e f g h\n\n", "whitespace")
    assert (len(train), len(valid)) == (7, 3)


@pytest.mark.parametrize("tokenizer", ["words", "whitespace"])
def test_both_parts_have_tokens_whatever_the_text(tokenizer, tmp_path):
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        text = "".join(rng.choice([*"ab, _\n", " "], rng.integers(200)))
        try:
            train, valid = hold_out(tmp_path, text, tokenizer)
        except ValueError:
            refused += 1
            continue
        assert min(len(train), len(valid)) >= 2
    assert refused < 30
