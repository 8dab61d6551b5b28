"""From log-probabilities of rows and columns to ranked words, without scoring V words.

A predictor is anything that reads words and answers for rows: a model in memory
(`lightrnn_tf.predictor`) or a `.tflite` file (`lightrnn_tf.litert`). It speaks of cell
ids, row · C + column.

No word of a row is more probable than its row, P(w) ≤ P_r(row). So rows are expanded
best first, until the k-th best word found is at least as probable as the best row not
yet expanded: then the answer is the true top k.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from lightrnn_tf.vocabulary import EOS, Tokenizer, is_suggestable

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
        words: The word in each cell, `""` in a free one.
        cells: Word → cell id.
        rows: Number of rows, `R`; 1 for a dense model.
        columns: Number of columns, `C`.
        tokenizer: How the model's text was cut into words.
    """

    words: list[str]
    cells: dict[str, int]
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
        rows_expanded: Rows whose words were scored.
    """

    words: list[str]
    log_probs: list[float]
    exact: bool
    rows_expanded: int


def read(predictor: Predictor, words: Iterable[str]) -> State:
    """Return the state after the words of a text; unknown ones are read as `<unk>`."""
    state = predictor.start()
    for word in words:
        state = predictor.advance(cell_of(predictor, word), state)
    return state


def cell_of(predictor: Predictor, word: str) -> int:
    """Return the cell of `word`, that of `<unk>` for an unknown one."""
    return predictor.cells.get(word, predictor.cells["<unk>"])


def candidates(
    predictor: Predictor, prefix: str = "", all_tokens: bool = False
) -> np.ndarray:
    """Return which cells hold a word to suggest, bool `(R · C,)`.

    Args:
        predictor: The model.
        prefix: What the words begin with. Defaults to nothing.
        all_tokens: Whether to include special words, numbers and punctuation.
    """
    if predictor.tokenizer.lowercase:
        prefix = prefix.lower()
    return np.fromiter(
        (
            bool(word)
            and word.startswith(prefix)
            and (all_tokens or is_suggestable(word))
            for word in predictor.words
        ),
        bool,
        len(predictor.words),
    )


def top_k(
    predictor: Predictor,
    state: State,
    k: int,
    allowed: np.ndarray | None = None,
) -> Suggestions:
    """Return the k most probable next words.

    Args:
        predictor: The model.
        state: Where the text has come to, from `read`.
        k: How many words, at least 1.
        allowed: Which cells may be suggested, from `candidates`. Defaults to all
            words but special ones, numbers and punctuation.

    Raises:
        ValueError: If `k` is below 1.

    Time: O(C) for each row expanded, usually a few of them.
    """
    if k < 1:
        raise ValueError(f"`k` must be at least 1. Received: {k}.")
    if allowed is None:
        allowed = candidates(predictor)
    allowed = allowed.reshape(predictor.rows, predictor.columns)
    useful = np.flatnonzero(allowed.any(axis=1))
    order = useful[np.argsort(-state.row_log_probs[useful], kind="stable")]
    best_cells = np.empty(0, np.int64)
    best = np.empty(0, np.float64)
    expanded = 0
    while expanded < len(order) and (
        len(best) < k or best[-1] < state.row_log_probs[order[expanded]]
    ):
        rows = order[expanded : expanded + ROWS_AT_ONCE]
        scores = state.row_log_probs[rows, None] + predictor.expand(rows, state)
        place, column = np.nonzero(allowed[rows])
        best = np.concatenate([best, scores[place, column]])
        best_cells = np.concatenate(
            [best_cells, rows[place] * predictor.columns + column]
        )
        first = np.argsort(-best, kind="stable")[:k]
        best, best_cells = best[first], best_cells[first]
        expanded += len(rows)
    return Suggestions(
        words=[predictor.words[cell] for cell in best_cells.tolist()],
        log_probs=[float(value) for value in best],
        exact=True,
        rows_expanded=expanded,
    )


def sample(
    predictor: Predictor,
    state: State,
    rng: np.random.Generator,
    temperature: float = 1.0,
) -> int:
    """Return the cell of a word drawn from the model: its row, then its column.

    Args:
        predictor: The model.
        state: Where the text has come to.
        rng: Source of randomness.
        temperature: Below 1 for more probable rows and columns. Defaults to 1, the
            distribution of the model.

    Raises:
        ValueError: If `temperature` is not above 0 and finite.
    """
    if not 0 < temperature < np.inf:
        raise ValueError(
            f"`temperature` must be above 0 and finite. Received: {temperature}."
        )
    words = np.array([bool(word) for word in predictor.words])
    words = words.reshape(predictor.rows, predictor.columns)
    row = _draw(state.row_log_probs, rng, temperature)
    log_probs = predictor.expand(np.array([row]), state)[0]
    column = _draw(np.where(words[row], log_probs, -np.inf), rng, temperature)
    return row * predictor.columns + column


def _draw(log_probs, rng, temperature):
    # The largest of log-probabilities with Gumbel noise is a draw from them.
    return int(np.argmax(log_probs / temperature + rng.gumbel(size=len(log_probs))))


def generate(
    predictor: Predictor,
    words: Iterable[str],
    length: int,
    seed: int = 0,
    temperature: float = 1.0,
) -> list[str]:
    """Return words that go on from a text.

    Args:
        predictor: The model.
        words: The text so far.
        length: How many words to draw; fewer if `<eos>` comes first.
        seed: Seed of the draw. Defaults to 0.
        temperature: See `sample`. Defaults to 1.
    """
    rng = np.random.default_rng(seed)
    state = read(predictor, words)
    drawn: list[str] = []
    while len(drawn) < length:
        cell = sample(predictor, state, rng, temperature)
        if predictor.words[cell] == EOS:
            break
        drawn.append(predictor.words[cell])
        state = predictor.advance(cell, state)
    return drawn
