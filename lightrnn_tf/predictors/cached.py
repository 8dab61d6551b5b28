"""A predictor that remembers the conversation.

A neural cache (Grave, Joulin and Usunier, *Improving Neural Language Models with a
Continuous Cache*, ICLR 2017) keeps the hidden state before each word that was read, and
the word. Where the present state is like a kept one, its word becomes more probable:

    P'(w) = (1 − λₙ) P(w) + λₙ Σᵢ softmax(θ · cos(h, hᵢ)) [w = wᵢ]

of the last N words but for the newest, which hardly ever follows itself; with n words
λₙ = λ n / (n + 20), because the first ones say little.
Of a hidden state the first 64 numbers are kept: with these a cache of twice as many
words is better than one of whole states, in less memory.
"""

from typing import Any

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.predictors.mixed import Mixed, MixedState
from lightrnn_tf.predictors.protocol import Predictor

# Numbers of a hidden state that are kept.
KEY_UNITS = 64
# Where the file says nothing; chosen on validation text of several kinds.
DEFAULTS = {"weight": 0.2, "sharpness": 7.5, "size": 1000}
MAX_SIZE = 4096
# Half of λ is used at so many words.
HALF = 20
# Words that a log takes beyond those that count, so that it is moved rarely.
_ROOM = 128


class _Log:
    """The states and words that were read, in order, of which the last ones count.

    States that follow each other share one log: each knows how far it had come. Who
    reads on from an older state gets a log of its own.

    Attributes:
        keys: float32 `(N + 128, K)`, the hidden states before the words, of length 1.
        cells: Integers `(N + 128,)`, the words.
        end: How many are filled in.
    """

    def __init__(self, size: int, units: int):
        self.keys = np.zeros((size + _ROOM, units), np.float32)
        self.cells = np.zeros(size + _ROOM, np.int32)
        self.size, self.end = size, 0

    def last(self, end: int) -> slice:
        """Return which of the first `end` count: the last ones but for the newest."""
        newest = max(0, end - 1)
        return slice(max(0, newest - self.size), newest)

    def with_word(self, end: int, key: np.ndarray, cell: int) -> "_Log":
        """Return a log that ends in a word behind the first `end`."""
        log = self
        if end != self.end or end == len(self.cells):
            kept = slice(self.last(end).start, end)
            log = _Log(self.size, self.keys.shape[1])
            log.end = end - kept.start
            log.keys[: log.end] = self.keys[kept]
            log.cells[: log.end] = self.cells[kept]
        log.keys[log.end], log.cells[log.end] = key, cell
        log.end += 1
        return log


class Cached(Mixed):
    """Makes words of the text so far more probable; it is a predictor itself.

    Its states are values: what was read before a state counts, and nothing else. It is
    the outermost predictor: `Cached(Habits(UserWords(predictor)))`.

    Args:
        predictor: A `LiteRTPredictor`, a `KerasPredictor`, or one of these with
            `UserWords`.
        weight: λ, the share of the cache, in (0, 1). Defaults to that of the file, or
            0.2.
        sharpness: θ, above 0. Defaults to that of the file, or 7.5.
        size: N, an integer from 1 to 4,096, how many words are remembered. Defaults to
            that of the file, or 1,000, which take 0.3 MB.

    Raises:
        ValueError: If an argument is none of these.

    Example:

    >>> words = ["<eos>", "<unk>", "the", "cat", "sat"]
    >>> vocabulary = lightrnn_tf.Vocabulary(
    ...     words, [5, 4, 3, 2, 1], lightrnn_tf.Tokenizer("words")
    ... )
    >>> model = models.LightRNN(5, rows=2, columns=3, units=4)
    >>> model.build()
    >>> plain = lightrnn_tf.predictor.KerasPredictor(model, vocabulary)
    >>> cached = Cached(plain, weight=0.9)
    >>> state = decoding.read(cached, ["the", "cat", "the", "cat", "the"])
    >>> decoding.top_k(cached, state, k=1).words
    ['cat']
    """

    def __init__(
        self,
        predictor: Predictor,
        weight: float | None = None,
        sharpness: float | None = None,
        size: int | None = None,
    ):
        super().__init__(predictor)
        of_file = getattr(predictor, "manifest", {}).get("cache", DEFAULTS)
        self.weight = of_file["weight"] if weight is None else weight
        self.sharpness = of_file["sharpness"] if sharpness is None else sharpness
        self.size = of_file["size"] if size is None else size
        check_numbers(self.weight, self.sharpness, self.size)

    def start(self) -> MixedState:
        """Return the state at the start of a text, in which nothing is remembered."""
        inner = self._predictor.start()
        units = min(KEY_UNITS, inner.states[0].shape[-1])
        return MixedState(self, inner, log=_Log(self.size, units), end=0)

    def advance(self, cell: int, state: Any) -> MixedState:
        """Return the state after the word in `cell`, which is remembered."""
        log = state.log.with_word(state.end, _key(state), cell)
        return MixedState(self, self._inner_after(cell, state), log=log, end=log.end)

    def votes(self, state: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return the words that were read lately and λₙ times the share of each."""
        last = state.log.last(state.end)
        similar = state.log.keys[last] @ _key(state)
        votes = np.exp(self.sharpness * (similar - 1))
        if len(votes):
            share = self.weight * len(votes) / (len(votes) + HALF)
            votes *= share / votes.sum()
        return state.log.cells[last], votes


def _key(state):
    """Return the start of the hidden state of the first layer, of length 1."""
    key = np.asarray(state.states[0][0][:KEY_UNITS], np.float32)
    return key / max(float(np.sqrt(key @ key)), 1e-9)


def check_numbers(weight: Any, sharpness: Any, size: Any) -> None:
    """Check the three numbers of a cache.

    Args:
        weight, sharpness, size: As for `Cached`.

    Raises:
        ValueError: If one is out of range.
    """
    number = isinstance(weight, float | int) and type(weight) is not bool
    if not number or not 0 < weight < 1:
        raise ValueError(f"`weight` must be between 0 and 1. Received: {weight!r}.")
    checks.above_zero("sharpness", sharpness)
    checks.positive_integer("size", size)
    if size > MAX_SIZE:
        raise ValueError(f"`size` must be at most {MAX_SIZE}. Received: {size}.")
