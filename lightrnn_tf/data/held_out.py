"""The end of a text, held out for validation where no text of its own is there for it.

It is the last tenth of the tokens, not of the lines: lines may be of any length, and
blank ones have no tokens.
"""

import array
import bisect
import re
from collections.abc import Iterable
from typing import NamedTuple

from lightrnn_tf.data.text import Lines
from lightrnn_tf.words.tokenizer import Tokenizer

# Tokens of each part at least: one to read and one to predict.
_LEAST = 2
_WORD = re.compile(r"[^ \t\n\r\v\f]+")


class HeldOut(NamedTuple):
    """A text in two parts.

    Attributes:
        train: What comes first.
        valid: The rest, a tenth of the tokens or a little more.
        tokens: How many tokens there are.
        held_out: How many of them are in `valid`.
    """

    train: Lines
    valid: Lines
    tokens: int
    held_out: int


def hold_out(lines: Lines, tokenizer: Tokenizer, once: Iterable[str]) -> HeldOut:
    """Hold out the last tenth of a text.

    It begins at a line, or within one where the lines are so long that it would
    otherwise be more than a fifth.

    Args:
        lines: The text.
        tokenizer: How it is cut into tokens.
        once: The same lines, to be gone through once; they may show progress.

    Raises:
        ValueError: If a part would have fewer than two tokens.

    Memory: 8 bytes a line.
    """
    # Tokens in front of each line, and all.
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
            f"{_LEAST} to hold out, set apart by white space. Received: {total} "
            "tokens. Pass a text for --valid, or a longer one."
        )
    return HeldOut(lines.part(stop=place), lines.part(place), total, total - before)


def _in_line(line, tokenizer, place, before, limits):
    """Return the best place before a word of a line, and the tokens before it.

    It is the last one with at most so many tokens before it, or else the first one;
    without any it is the one given.
    """
    most, total = limits
    best, tokens = (place, before), before
    for word in _WORD.finditer(line):
        if tokens > most and best[0] != place:
            break
        new = len(tokenizer.words(word[0]))
        # What is left of the line must not be blank: it would have no `<eos>`.
        if new and max(before, _LEAST - 1) < tokens <= total - _LEAST:
            best = (place[0], word.start()), tokens
        tokens += new
    return best
