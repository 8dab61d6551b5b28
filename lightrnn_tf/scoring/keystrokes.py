"""The taps that a keyboard with suggestions saves."""

import dataclasses
import functools
from collections.abc import Callable, Iterable

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.predictors.protocol import ROWS_AT_ONCE, Readable, check_readable
from lightrnn_tf.words.tokenizer import UNK, is_suggestable

# Words that a keyboard shows at once.
SLOTS = 3
# Most numbers that are computed at once.
_AT_ONCE = 1 << 22


@dataclasses.dataclass(frozen=True)
class Keystrokes:
    """The taps that a text takes with three suggestions above the keyboard.

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
) -> Keystrokes:
    """Simulate typing a text with suggestions from a model.

    The strip shows three words, also before the first letter; it shows no numbers,
    punctuation marks or special words. As soon as it shows the right word, a tap on it
    types the rest of the word and a space. Until then each letter costs a tap. A word
    that is never shown costs its letters and a tap for the space; words outside the
    vocabulary are never shown. Only words in lower case are typed; all other tokens are
    context and cost nothing.

    Args:
        predictor: A `KerasPredictor` or `LiteRTPredictor`.
        lines: Lines of text.
        progress: Function called with the share done, in [0, 1]. Defaults to none.

    Returns:
        The `Keystrokes`.

    Raises:
        ValueError: If there is no word in lower case.
    """
    check_readable(predictor)
    checks.several("lines", lines)
    checks.function("progress", progress)
    tokenizer, vocabulary = predictor.tokenizer, predictor.vocabulary
    tokens = [token for line in lines for token in tokenizer.line(line)]
    typed = np.array([is_suggestable(t) and t == t.lower() for t in tokens], bool)
    if not typed.any():
        raise ValueError(
            "The text must have at least one word in lower case. Received: none."
        )
    strip = _Strip(predictor)
    frequency = _by_frequency(vocabulary, predictor.lexicon)
    blind = functools.cache(functools.partial(strip.taps, scores=frequency))
    shape = predictor.rows, predictor.columns
    taps = taps_blind = done = 0
    for contexts in predictor.contexts(np.array(vocabulary.ids(tokens))):
        (places,) = np.nonzero(typed[done : done + len(contexts.targets)])
        for place, scores in _log_probs(contexts, places, shape):
            word, cell = tokens[done + place], int(contexts.targets[place])
            taps += strip.taps(word, cell, scores)
            taps_blind += blind(word, cell)
        done += len(contexts.targets)
        if progress:
            progress(done / len(tokens))
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


def _by_frequency(vocabulary, lexicon):
    """Return scores of cells `(R · C,)` by which the more frequent word is better.

    The most frequent word has 0, the next −1; of equal counts the lower id comes first.
    """
    order = np.argsort(-np.array(vocabulary.counts), kind="stable").tolist()
    ranks = {vocabulary.words[n]: -rank for rank, n in enumerate(order)}
    return np.array([ranks.get(word, -len(order)) for word in lexicon.words()])


class _Strip:
    """Shows the three best words that begin with the letters typed so far."""

    def __init__(self, predictor):
        self.lexicon = predictor.lexicon
        self.unknown = predictor.lexicon[UNK]
        self.ignore_case = predictor.tokenizer.lowercase
        self.candidates: dict[str, np.ndarray] = {}

    def taps(self, word: str, cell: int, scores: np.ndarray) -> int:
        """Return the taps for a word. Of equal scores the lower cell is shown first.

        Args:
            word: The word.
            cell: Its cell.
            scores: Scores of all cells `(R · C,)`, the best greatest.
        """
        if cell != self.unknown:
            for length in range(len(word)):
                cells = self._candidates(word[:length])
                others, own = scores[cells], scores[cell]
                before = (others > own) | ((others == own) & (cells < cell))
                if before.sum() < SLOTS:
                    return length + 1
        return len(word) + 1

    def _candidates(self, prefix):
        if prefix not in self.candidates:
            cells = self.lexicon.with_prefix(prefix, self.ignore_case)
            self.candidates[prefix] = cells[self.lexicon.suggestable[cells]]
        return self.candidates[prefix]


def _log_probs(contexts, places, shape):
    """Yield each of some places of a text, and log P of all cells there, `(R · C,)`."""
    rows, columns = shape
    step = max(1, _AT_ONCE // (rows * columns))
    for start in range(0, len(places), step):
        some = places[start : start + step]
        parts = []
        for first in range(0, rows, ROWS_AT_ONCE):
            chosen = np.arange(first, min(first + ROWS_AT_ONCE, rows))
            parts.append(contexts.expand(some, np.tile(chosen, (len(some), 1))))
        log_probs = np.concatenate(parts, 1) + contexts.row_log_probs[some][..., None]
        yield from zip(some.tolist(), log_probs.reshape(len(some), -1), strict=True)
