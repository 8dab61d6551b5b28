"""Scores of a text: the same code for a model in memory and for a `.tflite` file.

The text is read as one stream in order. To know whether the true word is among the
first three, words more probable than it are counted, not ranked: only rows with
P_r ≥ P(true word) can hold one, and after the third the counting stops.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from lightrnn_tf.decoding import ROWS_AT_ONCE
from lightrnn_tf.metrics import Score, Scores
from lightrnn_tf.vocabulary import EOS, UNK

# Counting stops here: whether three or more words are better makes no difference.
_ENOUGH = 3


@dataclasses.dataclass(frozen=True)
class Contexts:
    """Some places of a text, before their words are known.

    Attributes:
        targets: `(N,)`, the cells of the true words.
        row_log_probs: `(N, R)`, log P_r.
        expand: Maps places `(n,)` and rows `(n, m)` with m ≤ 8 to log P_c `(n, m, C)`.
    """

    targets: np.ndarray
    row_log_probs: np.ndarray
    expand: Callable[[np.ndarray, np.ndarray], np.ndarray]


class Readable(Protocol):
    """A predictor that can go over a text."""

    words: list[str]
    cells: dict[str, int]
    columns: int

    def contexts(self, ids: np.ndarray) -> Iterator[Contexts]:
        """Yield the places of a text of word ids, as one stream."""
        ...


def evaluate(
    predictor: Readable,
    ids: np.ndarray,
    progress: Callable[[float], None] | None = None,
) -> Scores:
    """Return how well `predictor` predicts a text.

    Args:
        predictor: A `KerasPredictor` or `LiteRTPredictor`.
        ids: Integer array `(N,)`, in the ids of the predictor's vocabulary.
        progress: Called with the share done, in [0, 1]. Defaults to none.

    Raises:
        ValueError: If the text is empty.
    """
    score = Score(predictor.cells[EOS], predictor.cells[UNK])
    occupied = np.array([bool(word) for word in predictor.words])
    occupied = occupied.reshape(-1, predictor.columns)
    done = 0
    for contexts in predictor.contexts(ids):
        nats, better = _count_better(contexts, occupied)
        score.add(contexts.targets, nats, better)
        done += len(nats)
        if progress:
            progress(done / len(ids))
    return score.result()


def _count_better(contexts, occupied):
    """Return −log P `(N,)` of the true words and how many words beat each of them."""
    rows, columns = occupied.shape
    number = np.arange(len(contexts.targets))
    true_row, true_column = divmod(contexts.targets, columns)
    # The true row first, then the others from the best.
    priority = contexts.row_log_probs.copy()
    priority[number, true_row] = np.inf
    order = np.argsort(-priority, axis=1, kind="stable")
    better = np.zeros(len(number), np.int64)
    log_probs = np.zeros(len(number))
    active = number
    for first in range(0, rows, ROWS_AT_ONCE):
        chosen = order[active, first : first + ROWS_AT_ONCE]
        scores = contexts.expand(active, chosen)
        scores = scores + contexts.row_log_probs[active[:, None], chosen][..., None]
        if first == 0:
            log_probs = scores[number, 0, true_column]
        beaten = (scores > log_probs[active, None, None]) & occupied[chosen]
        better[active] += beaten.sum(axis=(1, 2))
        if first + ROWS_AT_ONCE >= rows:
            break
        next_row = order[active, first + ROWS_AT_ONCE]
        reach = contexts.row_log_probs[active, next_row] > log_probs[active]
        active = active[reach & (better[active] < _ENOUGH)]
        if not active.size:
            break
    return -log_probs, better
