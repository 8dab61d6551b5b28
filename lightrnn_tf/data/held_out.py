"""Holds out the end of a text for validation, if there is no validation text.

The end is the last tenth of the tokens, not of the lines, because lines may have any
length and blank lines have no tokens.
"""

import array
import bisect
import re
from collections.abc import Iterable
from typing import NamedTuple

from lightrnn_tf.data.text import Lines
from lightrnn_tf.words.tokenizer import Tokenizer

# Least tokens of each part: one to read and one to predict.
_LEAST = 2
_WORD = re.compile(r"[^ \t\n\r\v\f]+")


class HeldOut(NamedTuple):
    """A text in two parts.

    Attributes:
        train: `Lines`, the first part.
        valid: `Lines`, the rest: a tenth of the tokens or a little more.
        tokens: Number of tokens of the whole text.
        held_out: Number of tokens of `valid`.
    """

    train: Lines
    valid: Lines
    tokens: int
    held_out: int


def hold_out(lines: Lines, tokenizer: Tokenizer, once: Iterable[str]) -> HeldOut:
    """Hold out the last tenth of a text.

    The held-out part begins at the start of a line. It begins within a line if the
    lines are so long that it would otherwise be more than a fifth of the text. Memory:
    8 bytes per line.

    Args:
        lines: `Lines`, the text.
        tokenizer: The `Tokenizer` that cuts it into words.
        once: Iterable of the same lines, which is read once; it may show progress.

    Returns:
        A `HeldOut`.

    Raises:
        ValueError: If a part would have fewer than two tokens.
    """
    # Tokens before each line, and at last all of them.
    ends = array.array("Q", [0])
    for line in once:
        ends.append(ends[-1] + len(tokenizer.line(line)))
    total = ends[-1]
    most = min(total * 9 // 10, total - _LEAST)
    number = max(0, bisect.bisect_right(ends, most) - 1)
    place, before = (number, 0), ends[number]
    if before < total * 4 // 5:
        line = next(iter(lines.part(place)))
        place, before = _in_line(line, tokenizer, place, before, (most, total))
    if before < _LEAST or total - before < _LEAST:
        raise ValueError(
            f"The training text must have at least {_LEAST} tokens to train on and "
            f"{_LEAST} to hold out, separated by white space. Received: {total} "
            "tokens. Pass a text for --valid, or a longer one."
        )
    return HeldOut(lines.part(stop=place), lines.part(place), total, total - before)


def _in_line(line, tokenizer, place, before, limits):
    """Return the best place to cut a line before a word, and the tokens before it.

    The best place is the last one with at most `most` tokens before it, else the first
    one. If there is no such place, it is the given one.
    """
    most, total = limits
    best, tokens = (place, before), before
    for word in _WORD.finditer(line):
        if tokens > most and best[0] != place:
            break
        new = len(tokenizer.words(word[0]))
        # The rest of the line must not be blank, or it would have no `<eos>`.
        if new and max(before, _LEAST - 1) < tokens <= total - _LEAST:
            best = (place[0], word.start()), tokens
        tokens += new
    return best
