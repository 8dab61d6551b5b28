"""Loss tables from a model: what each word would cost in each row and each column.

    row_losses[w, i]    = Σ_t  −log P_r(i)              over the places t of word w
    column_losses[w, j] = Σ_t  −log P_c(w in column j)

The first is the paper's. In the second a word's bias and vector move with it, so its
loss in column j is the one after changing places with the word u in (row(w), j):

    a = y_j·h + own_w,   o = y_{c(w)}·h + own_u  (nothing if that cell is free)
    −a + log(Σ over the other cells of the row + e^a + e^o)

At w's own column this is its loss as it stands, so the entries at the cells of the
table sum to the negative log-likelihood of the text. Without cell biases, word vectors
and free cells it is the paper's table.

Li et al., "LightRNN", NIPS 2016, https://arxiv.org/abs/1610.09893, section 3.2.
"""

import dataclasses
from collections.abc import Callable

import numpy as np
from keras import ops

from lightrnn_tf import matching
from lightrnn_tf import table as tables
from lightrnn_tf.models import LightRNN, StreamPass


@dataclasses.dataclass(frozen=True)
class LossTables:
    """What words would cost.

    Attributes:
        rows: float32 `(V, R)`, nats of each word in each row.
        columns: float32 `(V, C)`, nats of each word in each column.
        nats: Negative log-likelihood of the text, from the same pass.
    """

    rows: np.ndarray
    columns: np.ndarray
    nats: float


def loss_tables(
    model: LightRNN, windows, progress: Callable[[float], None] | None = None
) -> LossTables:
    """Return the loss tables of a text, in one deterministic pass.

    Args:
        model: A built `LightRNN`.
        windows: `data.windows(...)` of the training text.
        progress: Called with the share done, in [0, 1]. Defaults to none.

    Memory: V · (R + C) · 4 bytes.
    """
    rows = np.zeros((model.vocabulary_size, model.rows), np.float32)
    columns = np.zeros((model.vocabulary_size, model.columns), np.float32)
    nats = 0.0

    def token_losses(hidden, targets, scored):
        pairs = model.pairs(hidden)
        row_losses = -model.softmax.row_log_probs(pairs[..., 0, :])
        column_losses = exchange_losses(model.softmax, pairs[..., 1, :], targets)
        return row_losses, column_losses, model.softmax(pairs, ids=targets)

    for number, (ids, (row_losses, column_losses, token_nats)) in enumerate(
        StreamPass(model, token_losses).over(windows), start=1
    ):
        words = ids[:, 1:].ravel()
        scored = np.flatnonzero(words >= 0)
        # Sorted by word, the tokens of a word lie together and are summed at once.
        order = scored[np.argsort(words[scored], kind="stable")]
        word, first = np.unique(words[order], return_index=True)
        for losses, total in ((row_losses, rows), (column_losses, columns)):
            flat = losses.reshape(-1, losses.shape[-1])
            total[word] += np.add.reduceat(flat[order], first, axis=0)
        nats += float(token_nats.ravel()[scored].sum(dtype=np.float64))
        if progress:
            progress(number / len(windows))
    return LossTables(rows, columns, nats)


def exchange_losses(softmax, hidden, ids):
    """Return each token's loss after an exchange with each cell of its row.

    Args:
        softmax: A `TwoStepSoftmax`.
        hidden: Tensor `(..., H)`, h^r.
        ids: Integer tensor `(...)`, the words.

    Returns:
        float32 `(..., C)`: nats of the column step if the word stood in column j.
    """
    cells = ops.take(softmax.cells, ids, axis=0)
    logits, own, occupied = softmax.column_logits(hidden, cells // softmax.columns)
    place = ops.one_hot(cells % softmax.columns, softmax.columns, dtype="bool")
    own_word = softmax.own_logit(hidden, ids)[..., None]
    of_place = ops.sum(ops.where(place, logits, 0.0), axis=-1, keepdims=True)
    # The rest of the row, without the word's own cell and without cell j: a sum over
    # what is left of j and one over what is right of it. Subtraction would cancel.
    rest = ops.where(
        ops.logical_and(occupied, ops.logical_not(place)), logits + own, _NO
    )
    peak = ops.max(rest, axis=-1, keepdims=True)
    weights = ops.exp(rest - peak)
    left = ops.cumsum(weights, axis=-1) - weights
    flipped = ops.flip(weights, axis=-1)
    right = ops.flip(ops.cumsum(flipped, axis=-1) - flipped, axis=-1)
    others = peak + ops.log(ops.maximum(left + right, 1e-38))
    moved = logits + own_word
    # At the word's own column nobody changes places.
    swapped = ops.where(
        ops.logical_and(occupied, ops.logical_not(place)), of_place + own, _NO
    )
    total = ops.logaddexp(ops.logaddexp(others, moved), swapped)
    return total - moved


# Stands for minus infinity, which would turn into NaN in a difference.
_NO = -1e9


def reallocate(
    model: LightRNN,
    windows,
    solver: str = "auto",
    progress: Callable[[float], None] | None = None,
) -> matching.Assignment:
    """Move the words of `model` to better cells, and return how.

    Args:
        model: A built `LightRNN`; its table is replaced.
        windows: `data.windows(...)` of the training text.
        solver: As in `matching.solve`. Defaults to `"auto"`.
        progress: Called with the share of the pass done. Defaults to none.
    """
    losses = loss_tables(model, windows, progress)
    current: tables.WordTable = model.table
    answer = matching.solve(losses.rows, losses.columns, solver, current)
    model.table = answer.table
    return answer
