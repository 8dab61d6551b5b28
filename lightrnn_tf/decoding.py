"""From log-probabilities of rows and columns to ranked words, without scoring V words.

A predictor is anything that reads words and answers for rows: a model in memory
(`lightrnn_tf.predictor`) or a `.tflite` file (`lightrnn_tf.litert`). It speaks of cell
ids, row · C + column.

No word of a row is more probable than its row, P(w) ≤ P_r(row). So rows are expanded
best first, until the k-th best word found is at least as probable as the best row not
yet expanded: then the answer is the true top k.
"""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from lightrnn_tf.lexicon import Lexicon
from lightrnn_tf.vocabulary import EOS, UNK, Tokenizer

# Rows that are expanded in one batch; static in a `.tflite`.
ROWS_AT_ONCE = 8


@dataclasses.dataclass(frozen=True)
class State:
    """Where a text has come to.

    Attributes:
        states: The recurrent states, float32 arrays `(1, H)`.
        row_log_probs: `(R,)`, log P_r of the next word.
    """

    states: Sequence[np.ndarray]
    row_log_probs: np.ndarray


class Predictor(Protocol):
    """What decoding needs of a model.

    Attributes:
        lexicon: The words and their cells.
        rows: Number of rows, `R`; 1 for a dense model.
        columns: Number of columns, `C`.
        tokenizer: How the model's text was cut into words.
    """

    lexicon: Lexicon
    rows: int
    columns: int
    tokenizer: Tokenizer

    def start(self) -> State:
        """Return the state at the start of a text, `<eos>` having been read."""
        ...

    def advance(self, cell: int, state: State) -> State:
        """Return the state after the word in `cell`."""
        ...

    def expand(self, rows: np.ndarray, state: State) -> np.ndarray:
        """Return log P_c `(n, C)` in each of n ≤ 8 rows; only words' entries count."""
        ...


@dataclasses.dataclass(frozen=True)
class Suggestions:
    """The most probable next words.

    Attributes:
        words: At most k words, best first.
        log_probs: Their log-probabilities in nats, among all V words.
        exact: Whether they are certified to be the best ones.
        bound: No word that was not scored has a greater log-probability; −∞ where all
            candidates were.
        rows_expanded: Rows whose words were scored.
    """

    words: list[str]
    log_probs: list[float]
    exact: bool
    bound: float
    rows_expanded: int


def read(predictor: Predictor, words: Iterable[str]) -> State:
    """Return the state after the words of a text; unknown ones are read as `<unk>`."""
    state = predictor.start()
    for word in words:
        state = predictor.advance(cell_of(predictor, word), state)
    return state


def cell_of(predictor: Predictor, word: str) -> int:
    """Return the cell of `word`, that of `<unk>` for an unknown one."""
    cell = predictor.lexicon.get(word)
    return predictor.lexicon[UNK] if cell is None else cell


def top_k(
    predictor: Predictor,
    state: State,
    k: int,
    prefix: str | None = None,
    exclude: Iterable[str] = (),
    max_rows: int | None = None,
    all_tokens: bool = False,
    ignore_case: bool = False,
) -> Suggestions:
    """Return the k most probable next words, certified.

    Args:
        predictor: The model.
        state: Where the text has come to, from `read`.
        k: How many words, at least 1; fewer are returned where there are fewer.
        prefix: What the words begin with; apostrophes may be missing in it. Defaults
            to nothing.
        exclude: Words that are not to be suggested. Defaults to none.
        max_rows: Rows that are expanded at most, at least 1: a cap on the time. The
            answer may then not be exact. Defaults to none.
        all_tokens: Whether special words, numbers and punctuation are suggested too.
            Defaults to `False`.
        ignore_case: Whether the case of the prefix makes no difference. Defaults to
            `False`; a model of lower-cased text always ignores it.

    Raises:
        ValueError: If `k` or `max_rows` is below 1.

    Time: O(C) for each row expanded, usually a few of them.
    """
    for name, value in (("k", k), ("max_rows", max_rows)):
        if value is not None and value < 1:
            raise ValueError(f"`{name}` must be at least 1. Received: {value}.")
    allowed = _allowed(predictor, prefix, exclude, all_tokens, ignore_case)
    best_cells = np.empty(0, np.int64)
    best = np.empty(0, np.float64)
    expanded, bound = 0, -math.inf
    for rows, scores, bound in _best_first(predictor, state, allowed, max_rows):
        place, column = np.nonzero(allowed[rows])
        best = np.concatenate([best, scores[place, column]])
        best_cells = np.concatenate(
            [best_cells, rows[place] * predictor.columns + column]
        )
        first = np.argsort(-best, kind="stable")[:k]
        best, best_cells = best[first], best_cells[first]
        expanded += len(rows)
        if len(best) == k and best[-1] >= bound:
            break
    return Suggestions(
        words=[predictor.lexicon.word(cell) for cell in best_cells.tolist()],
        log_probs=[float(value) for value in best],
        exact=bound == -math.inf or (len(best) == k and bool(best[-1] >= bound)),
        bound=bound,
        rows_expanded=expanded,
    )


def _allowed(predictor, prefix, exclude, all_tokens, ignore_case):
    """Return which cells hold a candidate, bool `(R, C)`."""
    lexicon = predictor.lexicon
    allowed = lexicon.occupied if all_tokens else lexicon.suggestable
    allowed = allowed.copy()
    if prefix:
        ignore_case = ignore_case or predictor.tokenizer.lowercase
        begun = np.zeros(len(allowed), bool)
        begun[lexicon.with_prefix(prefix, ignore_case)] = True
        allowed &= begun
    cells = (lexicon.get(word) for word in exclude)
    allowed[[cell for cell in cells if cell is not None]] = False
    return allowed.reshape(predictor.rows, predictor.columns)


def _best_first(predictor, state, allowed, max_rows=None):
    """Expand rows with candidates from the best, a batch at a time.

    Yields:
        The rows `(n,)`, log P of their cells `(n, C)`, and log P_r of the best row that
        is left, −∞ if there is none.
    """
    useful = np.flatnonzero(allowed.any(axis=1))
    order = useful[np.argsort(-state.row_log_probs[useful], kind="stable")]
    end = len(order) if max_rows is None else min(max_rows, len(order))
    for start in range(0, end, ROWS_AT_ONCE):
        rows = order[start : min(start + ROWS_AT_ONCE, end)]
        scores = state.row_log_probs[rows, None] + predictor.expand(rows, state)
        left = order[start + len(rows) :]
        bound = float(state.row_log_probs[left[0]]) if len(left) else -math.inf
        yield rows, scores, bound


def sample(
    predictor: Predictor,
    state: State,
    rng: np.random.Generator,
    temperature: float = 1.0,
    top_p: float = 1.0,
) -> int:
    """Return the cell of a word drawn from the model: its row, then its column.

    Args:
        predictor: The model.
        state: Where the text has come to.
        rng: Source of randomness.
        temperature: Below 1 for more probable rows and columns. Defaults to 1, the
            distribution of the model.
        top_p: Draw among the most probable words only, as few as have this probability
            together, at the temperature. Defaults to 1, all words.

    Raises:
        ValueError: If `temperature` is not above 0 and finite, or `top_p` is not above
            0 and at most 1.
    """
    if not 0 < temperature < math.inf:
        raise ValueError(
            f"`temperature` must be above 0 and finite. Received: {temperature}."
        )
    if not 0 < top_p <= 1:
        raise ValueError(f"`top_p` must be above 0 and at most 1. Received: {top_p}.")
    words = predictor.lexicon.occupied.reshape(predictor.rows, predictor.columns)
    tempered = _Tempered(predictor, words, temperature)
    state = State(state.states, _log_softmax(state.row_log_probs / temperature))
    if top_p < 1:
        return _sample_nucleus(tempered, state, rng, words, top_p)
    row = _draw(state.row_log_probs, rng)
    return row * predictor.columns + _draw(tempered.expand([row], state)[0], rng)


class _Tempered:
    """A predictor whose columns are drawn at a temperature."""

    def __init__(self, predictor, words, temperature):
        self.columns = predictor.columns
        self._expand = predictor.expand
        self._words, self._temperature = words, temperature

    def expand(self, rows, state):
        """Return log P_c `(n, C)` at the temperature, −∞ in free cells."""
        rows = np.asarray(rows)
        log_probs = self._expand(rows, state) / self._temperature
        return _log_softmax(np.where(self._words[rows], log_probs, -np.inf))


def _log_softmax(logits):
    peak = logits.max(axis=-1, keepdims=True)
    return logits - peak - np.log(np.exp(logits - peak).sum(axis=-1, keepdims=True))


def _sample_nucleus(tempered, state, rng, words, top_p):
    """Draw among the words that are certified to be the most probable."""
    found, cells = np.empty(0), np.empty(0, np.int64)
    for rows, scores, bound in _best_first(tempered, state, words):
        place, column = np.nonzero(words[rows])
        found = np.concatenate([found, scores[place, column]])
        cells = np.concatenate([cells, rows[place] * tempered.columns + column])
        if np.exp(found[found >= bound]).sum() >= top_p:
            break
    order = np.argsort(-found, kind="stable")
    before = np.cumsum(np.exp(found[order])) - np.exp(found[order])
    nucleus = order[before < top_p]
    return int(cells[nucleus[_draw(found[nucleus], rng)]])


def _draw(log_probs, rng):
    # The largest of log-probabilities with Gumbel noise is a draw from them.
    return int(np.argmax(log_probs + rng.gumbel(size=len(log_probs))))


def generate(
    predictor: Predictor,
    words: Iterable[str],
    length: int,
    seed: int = 0,
    temperature: float = 1.0,
    top_p: float = 1.0,
) -> list[str]:
    """Return words that go on from a text.

    Args:
        predictor: The model.
        words: The text so far.
        length: How many words to draw; fewer if `<eos>` comes first.
        seed: Seed of the draw. Defaults to 0.
        temperature: See `sample`. Defaults to 1.
        top_p: See `sample`. Defaults to 1.
    """
    rng = np.random.default_rng(seed)
    state = read(predictor, words)
    drawn: list[str] = []
    while len(drawn) < length:
        cell = sample(predictor, state, rng, temperature, top_p)
        word = predictor.lexicon.word(cell)
        if word == EOS:
            break
        drawn.append(word)
        state = predictor.advance(cell, state)
    return drawn
