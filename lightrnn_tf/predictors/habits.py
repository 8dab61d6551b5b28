"""A predictor that learns slowly which words and pairs of words its user writes.

    P'(w) = (1 − Σ) P(w) + μ n(w) / (T + 500) + ν n(v w) / (n(v) + 5)

n(w) is how often the user wrote w among T words, n(v w) how often behind v, the word
before. The more the user has written, the more the counts count.
"""

import json
import os
import pathlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import write_atomic
from lightrnn_tf.predictors.mixed import Mixed, MixedState
from lightrnn_tf.predictors.protocol import Predictor
from lightrnn_tf.words.tokenizer import EOS, MAX_WORD_LENGTH, is_suggestable

FORMAT_VERSION = 1
# Chosen on messages, chat and tweets, beside a cache: μ and ν, and the counts at which
# half of them is used.
WORD_WEIGHT, PAIR_WEIGHT = 0.1, 0.15
_HALF_OF_WORDS, _HALF_OF_PAIRS = 500, 5
# Most pairs that are kept. Then all counts are halved and those of 0 dropped, so what
# was written long ago fades.
MAX_PAIRS = 8192
# Limits of a file.
_MAX_BYTES, _MAX_COUNT = 1 << 22, 1 << 24


class Habits(Mixed):
    """Makes words more probable that the user often writes; a predictor itself.

    It keeps up to 8,192 pairs of words; then all counts are halved. It goes around
    `UserWords`, and `Cached` around it.

    Args:
        predictor: A `LiteRTPredictor`, a `KerasPredictor`, or one of these with
            `UserWords`.

    Raises:
        ValueError: If it is none of these.

    Example:

    >>> words = ["<eos>", "<unk>", "see", "you", "soon", "later"]
    >>> vocabulary = lightrnn_tf.Vocabulary(
    ...     words, [6, 5, 4, 3, 2, 1], lightrnn_tf.Tokenizer("words")
    ... )
    >>> model = models.LightRNN(6, rows=2, columns=3, units=4)
    >>> model.build()
    >>> habits = Habits(lightrnn_tf.predictor.KerasPredictor(model, vocabulary))
    >>> for _ in range(50):
    ...     habits.learn(["see", "you", "later"])
    >>> habits.counts()
    {'see': 50, 'you': 50, 'later': 50}
    >>> decoding.top_k(habits, decoding.read(habits, ["see", "you"]), k=1).words
    ['later']
    """

    def __init__(self, predictor: Predictor):
        super().__init__(predictor)
        self._pairs: dict[tuple[str, str], int] = {}
        self._changed()

    def _changed(self):
        """Forget what was derived from the counts, or from the words of the user."""
        self._lexicon = None

    def _update(self):
        """Derive the votes: those of words, and for each word before those of pairs."""
        self._lexicon = self.lexicon
        cells: dict[str, int | None] = {}
        for pair in self._pairs:
            for word in pair:
                cells[word] = self.lexicon.get(word)
        of_word: dict[int, int] = {}
        behind: dict[int, list[tuple[int, int]]] = {}
        for (before, word), count in self._pairs.items():
            cell, other = cells[word], cells[before]
            if cell is not None:
                of_word[cell] = of_word.get(cell, 0) + count
            if cell is not None and other is not None:
                behind.setdefault(other, []).append((cell, count))
        self._words = _votes(of_word.items(), WORD_WEIGHT, _HALF_OF_WORDS)
        self._behind = {
            cell: _votes(counts, PAIR_WEIGHT, _HALF_OF_PAIRS)
            for cell, counts in behind.items()
        }

    def start(self) -> MixedState:
        """Return the state at the start of a text."""
        return MixedState(self, self._predictor.start(), last=self._eos)

    def advance(self, cell: int, state: Any) -> MixedState:
        """Return the state after the word in `cell`."""
        return MixedState(self, self._inner_after(cell, state), last=cell)

    def votes(self, state: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return the words of the user and the votes for each."""
        if self._lexicon is not self.lexicon:
            self._update()
        behind = self._behind.get(state.last)
        if behind is None:
            return self._words
        both = zip(self._words, behind, strict=True)
        cells, votes = (np.concatenate(parts) for parts in both)
        return cells, votes

    # As a store.

    def learn(self, words: Iterable[str]) -> None:
        """Count the words of a message that the user wrote, and its pairs of words.

        Numbers, marks and special words are not counted, only stood behind.

        Args:
            words: The words, as `tokenizer.words` cuts them.

        Raises:
            ValueError: If `words` is one string, or no list of strings.
        """
        checks.several("words", words)
        words = list(words)
        checks.strings("words", words)
        before = EOS
        for given in words:
            word = self.tokenizer.normalise(given)
            if is_suggestable(word) and len(word) <= MAX_WORD_LENGTH:
                pair = before, word
                self._pairs[pair] = min(self._pairs.pop(pair, 0) + 1, _MAX_COUNT)
            before = word
        if len(self._pairs) > MAX_PAIRS:
            halves = {pair: count // 2 for pair, count in self._pairs.items()}
            kept = [(pair, count) for pair, count in halves.items() if count]
            # Where too many are left, those that were written last.
            self._pairs = dict(kept[-MAX_PAIRS // 2 :])
        self._changed()

    def counts(self) -> dict[str, int]:
        """Return each word and how often the user wrote it."""
        counts: dict[str, int] = {}
        for (_, word), count in self._pairs.items():
            counts[word] = counts.get(word, 0) + count
        return counts

    def pairs(self) -> dict[tuple[str, str], int]:
        """Return each pair, a word and the one before it, and how often it was written.

        The word before the first one is `<eos>`.
        """
        return dict(self._pairs)

    def forget(self, word: str) -> None:
        """Forget a word, and all pairs with it.

        Args:
            word: The word, as `counts` has it.

        Raises:
            KeyError: If it was not counted.
        """
        if word not in self.counts():
            raise KeyError(word)
        self._pairs = {p: count for p, count in self._pairs.items() if word not in p}
        self._changed()

    def clear(self) -> None:
        """Forget everything."""
        self._pairs.clear()
        self._changed()

    def save(self, path: str | os.PathLike) -> None:
        """Write the counts to a file, whole or not at all.

        Args:
            path: The file; it is replaced if it exists.

        Raises:
            OSError: If it cannot be written.
        """
        pairs = [[*pair, count] for pair, count in self._pairs.items()]
        content = {"format_version": FORMAT_VERSION, "pairs": pairs}
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        write_atomic(pathlib.Path(path), text + "\n")

    def load(self, path: str | os.PathLike) -> None:
        """Replace the counts by those of a file, of whatever model.

        Args:
            path: A file that `save` wrote.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is not a file that `save` wrote; then nothing changes.
        """
        path = pathlib.Path(path)
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError(
                f"{path} must have at most {_MAX_BYTES} bytes. Received: "
                f"{path.stat().st_size}."
            )
        try:
            self._pairs = _checked(json.loads(path.read_bytes().decode("utf-8")))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(
                f"{path} is not a file of habits, or is damaged: {error}."
            ) from error
        self._changed()


def _votes(counts, weight, half):
    """Return cells, and the share of each in votes that grow to a weight."""
    pairs = list(counts)
    cells = np.array([cell for cell, _ in pairs], np.int64)
    numbers = np.array([count for _, count in pairs], np.float32)
    return cells, weight * numbers / (numbers.sum() + half)


def _checked(content):
    """Return the pairs of a file, or raise what is wrong with it."""
    if content["format_version"] != FORMAT_VERSION:
        raise ValueError(f"format version {content['format_version']!r}")
    pairs = {}
    for item in content["pairs"]:
        before, word, count = item
        for name in (before, word):
            if type(name) is not str or not 0 < len(name) <= MAX_WORD_LENGTH:
                raise ValueError(f"word {str(name)[:64]!r}")
        if type(count) is not int or not 1 <= count <= _MAX_COUNT:
            raise ValueError(f"count {count!r}")
        pairs[before, word] = count
    if len(pairs) > MAX_PAIRS:
        raise ValueError(f"{len(pairs)} pairs, more than {MAX_PAIRS}")
    return pairs
