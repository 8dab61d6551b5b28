"""The taps that a keyboard with suggestions saves."""

import dataclasses
from collections.abc import Callable, Iterable

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.predictors.protocol import Readable, check_readable
from lightrnn_tf.scoring.typist import SLOTS, Text, check_typing, type_text
from lightrnn_tf.words.tokenizer import is_suggestable


@dataclasses.dataclass(frozen=True)
class Keystrokes:
    """The taps that a text takes with suggestions above the keyboard.

    Attributes:
        typed_words: How many words are typed; only those in lower case are.
        typed_letters: How many characters these have.
        taps: Taps if the suggestions depend on the text so far.
        taps_blind: Taps if the suggestions are the most frequent words that begin with
            the letters typed.
        keystroke_savings: 1 − taps / (letters + words), because a word typed in full
            takes its letters and a space.
        keystroke_savings_blind: The same with `taps_blind`.

    Example:

    >>> found = Keystrokes(2, 8, taps=6, taps_blind=8, keystroke_savings=0.4,
    ...                    keystroke_savings_blind=0.2)
    >>> found.keystroke_savings == 1 - found.taps / (8 + 2)
    True
    """

    typed_words: int
    typed_letters: int
    taps: int
    taps_blind: int
    keystroke_savings: float
    keystroke_savings_blind: float


def keystrokes(
    predictor: Readable,
    lines: Iterable[str],
    progress: Callable[[float], None] | None = None,
    slots: int = SLOTS,
    noise: float | None = None,
    seed: int = 0,
) -> Keystrokes:
    """Simulate typing a text with suggestions from a model.

    The strip shows a few words, also before the first letter; it shows no numbers,
    punctuation marks or special words. As soon as it shows the right word, a tap on it
    types the rest of the word and a space. Until then each letter costs a tap. A word
    that is never shown costs its letters and a tap for the space; words outside the
    vocabulary are never shown. Only words in lower case are typed; all other tokens are
    context and cost nothing.

    Args:
        predictor: A `KerasPredictor` or `LiteRTPredictor`, or one of these in another
            predictor.
        lines: Lines of text.
        progress: Function called with the share done, in [0, 1]. Defaults to none.
        slots: Positive integer. How many words the strip shows. Defaults to 3.
        noise: Number in [0, 1). The probability that a letter is mistyped; the strip
            then corrects, and corrections cost taps. Defaults to no slips and a strip
            that does not correct.
        seed: Integer, the seed of the slips. Defaults to 0.

    Returns:
        The `Keystrokes`.

    Raises:
        ValueError: If there is no word in lower case, or an argument is none of these.
    """
    check_readable(predictor)
    checks.several("lines", lines)
    check_typing(slots, noise, seed, progress)
    tokens = [token for line in lines for token in predictor.tokenizer.line(line)]
    typed = np.array([is_suggestable(t) and t == t.lower() for t in tokens], bool)
    if not typed.any():
        raise ValueError(
            "The text must have at least one word in lower case. Received: none."
        )
    text = Text(tokens, typed, spaces=np.ones(len(tokens), int))
    taps, taps_blind = type_text(predictor, text, slots, noise, seed, progress)
    words = int(typed.sum())
    letters = sum(len(tokens[n]) for n in np.flatnonzero(typed))
    return Keystrokes(
        typed_words=words,
        typed_letters=letters,
        taps=taps,
        taps_blind=taps_blind,
        keystroke_savings=1 - taps / (letters + words),
        keystroke_savings_blind=1 - taps_blind / (letters + words),
    )
