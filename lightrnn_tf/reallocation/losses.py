"""Loss tables of a model: what each word would cost in each row and each column.

    row_losses[w, i]    = Σ_t  −log P_r(i)              over the places t of word w
    column_losses[w, j] = Σ_t  −log P_c(w in column j)

The first is the paper's. In the second, the bias and the vector of a word move with it.
So its loss in column j is the loss after it has changed places with the word u in
(row(w), j):

    a = y_j·h + own_w,   o = y_{c(w)}·h + own_u  (nothing if that cell is free)
    −a + log(Σ over the other cells of the row + e^a + e^o)

In w's own column this is the present loss. So the entries at the cells of the table sum
to the negative log-likelihood of the text. Without word biases, word vectors and free
cells it is the paper's table.

Li et al., "LightRNN", NIPS 2016, https://arxiv.org/abs/1610.09893, section 3.2.
"""

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable

import numpy as np
from keras import ops

from lightrnn_tf import data
from lightrnn_tf._internal import checks
from lightrnn_tf._internal.memory import memory_for
from lightrnn_tf.models import StreamPass, TableRNN
from lightrnn_tf.reallocation.storage import (
    Limits,
    Place,
    SavedTables,
    TemporaryTables,
    discard,
)

__all__ = ["Limits", "LossTables", "discard", "exchange_losses", "loss_tables"]

# Replaces minus infinity, which would give NaN in a difference.
_NO = -1e9


@dataclasses.dataclass(frozen=True)
class LossTables:
    """What each word would cost elsewhere.

    Attributes:
        rows: float32 `(V, R)`, nats of each word in each row.
        columns: float32 `(V, C)`, nats of each word in each column.
        nats: Negative log-likelihood of the text, from the same pass.

    Example:

    >>> losses = LossTables(np.ones((6, 2)), np.ones((6, 3)), nats=12.0)
    >>> losses.rows.shape, losses.columns.shape
    ((6, 2), (6, 3))
    """

    rows: np.ndarray
    columns: np.ndarray
    nats: float


def loss_tables(
    model: TableRNN,
    windows,
    folder: str | os.PathLike | None = None,
    progress: Callable[[float], None] | None = None,
    limits: Limits = Limits(),
) -> LossTables:
    """Return the loss tables of a text, in one deterministic pass.

    The device sums the losses of the tokens by word, for up to 8,192 different words
    and half a million tokens at a time; the sums are then added to the tables. All sums
    are float32: with n batches and a word at most m times in each, the relative error
    of its losses is less than (m + 2 n) · 2⁻²⁴, besides the rounding of the model. The
    same model and text give the same tables, also if the pass was resumed.

    Args:
        model: A built `LightRNN` or `PaperRNN`.
        windows: `data.windows(...)` of the training text.
        folder: Where to keep the tables, as `rows.npy` and `columns.npy`. The same call
            resumes a pass that was stopped there; it repeats the last minute or half a
            million tokens. Defaults to memory, or to temporary files for tables of more
            than 4 GiB, V · (R + C) · 4 bytes.
        progress: Function called with the share done, in [0, 1]. Defaults to none.
        limits: How much is held at once. Defaults to the sizes above.

    Returns:
        The `LossTables`.

    Raises:
        ValueError: If `model` has no table or is not built, the text has words that it
            does not know, or `folder` is a file or holds damaged tables.
        OSError: If there is no room for the tables.

    Example:

    >>> model = models.LightRNN(vocabulary_size=10, rows=2, units=8)
    >>> model.build()
    >>> windows = data.windows(np.arange(200) % 10, batch_size=4, steps=5)
    >>> losses = loss_tables(model, windows)
    >>> losses.rows.shape, losses.columns.shape
    ((10, 2), (10, 5))
    """
    _check(model, windows)
    checks.function("progress", progress)
    checks.instance("limits", limits, Limits)
    if folder is not None:
        checks.path("folder", folder)
    sizes = f"{model.vocabulary_size:,} words × ({model.rows:,} rows + "
    with memory_for(f"the loss tables, {sizes}{model.columns:,} columns)"):
        shapes = [(model.vocabulary_size, n) for n in (model.rows, model.columns)]
        tables: TemporaryTables | SavedTables
        if folder is None:
            tables = TemporaryTables(shapes, limits.memory_budget)
        else:
            text = _fingerprint(model, windows)
            tables = SavedTables(folder, shapes, text, limits)
        _read(_LossPass(model, windows, limits), windows, tables, progress)
        rows, columns = tables.finish()
    return LossTables(rows, columns, tables.place.nats)


def _read(loss_pass, windows, tables, progress):
    """Go over the rest of the text and add its losses to the tables."""
    start = tables.place.batch
    loss_pass.go_on(tables.place)
    for number in range(start, len(windows)):
        ids = windows[number][0]
        if not loss_pass.has_room(ids):
            tables.add(*loss_pass.take(number))
        loss_pass.add(ids)
        if progress:
            progress((number + 1) / len(windows))
    if start < len(windows):
        tables.add(*loss_pass.take(len(windows)))
    elif progress:
        progress(1.0)


def _check(model, windows):
    if not isinstance(model, TableRNN):
        raise ValueError(
            "`model` must be a LightRNN or a PaperRNN. "
            f"Received: {type(model).__name__}."
        )
    if not model.built:
        raise ValueError(
            "`model` must be built. Received: a model that is not. Call "
            "`model.build()` or `fit` first."
        )
    if not isinstance(windows, data.windows):
        raise ValueError(
            "`windows` must be `data.windows(...)`. "
            f"Received: {type(windows).__name__}."
        )
    least, greatest = windows.extremes
    if least < 0 or greatest >= model.vocabulary_size:
        raise ValueError(
            f"`windows` must have ids in [0, {model.vocabulary_size}). Received: ids "
            f"from {least} to {greatest}. Is it the text of another vocabulary?"
        )


class _LossPass(StreamPass):
    """Reads batches and sums the losses of their tokens by word, on the device.

    A word gets a slot for its sum when it first occurs, and keeps it until the sums
    are taken.
    """

    def __init__(self, model, windows, limits):
        super().__init__(model, None, name="loss_pass")
        self._limits = limits
        self._nats = 0.0
        self._slot_of = np.full(model.vocabulary_size, -1, np.int32)
        self._words, self._tokens = np.empty(0, np.int64), 0
        tokens = windows.batch_size * windows.steps
        self._slots = min(model.vocabulary_size, max(limits.words_at_once, tokens))
        self.sums = [
            self.add_weight(
                name=name,
                # The last slot is for places without a word.
                shape=(self._slots + 1, width),
                initializer="zeros",
                trainable=False,
                dtype="float32",
            )
            for name, width in (
                ("rows", model.rows),
                ("columns", model.columns),
                ("nats", 1),
            )
        ]
        self.start(windows.batch_size)

    def go_on(self, place):
        """Take over the sum and the states of a `Place`."""
        self._nats = place.nats
        if place.states:
            self.carried.from_numpy(place.states)

    def call(self, inputs):
        ids, slots = inputs
        hidden, targets, scored, _ = self.model.read(ids, self.carried, training=False)
        pairs = self.model.pairs(hidden, targets)
        softmax = self.model.softmax
        losses = (
            -softmax.row_log_probs(pairs[..., 0, :]),
            exchange_losses(softmax, pairs[..., 1, :], targets),
            softmax(pairs, ids=targets)[..., None],
        )
        slots = ops.reshape(slots, (-1,))
        for total, part in zip(self.sums, losses, strict=True):
            flat = ops.reshape(part, (-1, part.shape[-1]))
            total.assign_add(ops.segment_sum(flat, slots, self._slots + 1))
        return scored

    def has_room(self, ids):
        """Return whether there are slots for the words of a batch."""
        if self._tokens >= self._limits.tokens_at_once:
            return False
        return len(self._words) + len(self._new(ids)) <= self._slots

    def _new(self, ids):
        words = np.unique(ids[:, 1:])
        words = words[words >= 0]
        return words[self._slot_of[words] < 0]

    def add(self, ids):
        """Read a batch and add the losses of its tokens."""
        new = self._new(ids)
        self._slot_of[new] = len(self._words) + np.arange(len(new))
        self._words = np.concatenate([self._words, new])
        self._tokens += ids[:, 1:].size
        targets = ids[:, 1:]
        slots = np.where(targets >= 0, self._slot_of[targets], self._slots)
        self.predict_on_batch((ids, slots.astype(np.int32)))

    def take(self, batch):
        """Return the sums up to a batch, and begin new ones.

        Args:
            batch: The number of the batch that is read next.

        Returns:
            The words `(n,)`; the sums of their losses in rows `(n, R)` and in columns
            `(n, C)`; and the `Place`.
        """
        words, count = self._words, len(self._words)
        *sums, nats = (
            np.array(ops.convert_to_numpy(total))[:count] for total in self.sums
        )
        for total in self.sums:
            total.assign(ops.zeros(total.shape))
        self._slot_of[words] = -1
        self._words, self._tokens = np.empty(0, np.int64), 0
        self._nats += float(nats.sum(dtype=np.float64))
        return words, sums, Place(batch, self._nats, tuple(self.carried.to_numpy()))


def _fingerprint(model, windows):
    """Return a hash of all that the tables depend on."""
    config = {k: v for k, v in model.get_config().items() if k not in ("name", "dtype")}
    sizes = windows.batch_size, windows.steps, len(windows.ids), *windows.order.tolist()
    digest = hashlib.sha256(json.dumps([config, sizes], sort_keys=True).encode())
    # The pass uses neither the states nor the random numbers of training.
    for weight in (*model.trainable_weights, model.softmax.cells):
        digest.update(np.ascontiguousarray(ops.convert_to_numpy(weight)))
    for start in range(0, len(windows.ids), 1 << 24):
        digest.update(np.ascontiguousarray(windows.ids[start : start + (1 << 24)]))
    return digest.hexdigest()


def exchange_losses(softmax, hidden, ids):
    """Return the loss of each token after an exchange with each cell of its row.

    Args:
        softmax: A `TwoStepSoftmax`.
        hidden: Tensor `(..., H)`, h^r.
        ids: Integer tensor `(...)`, the words.

    Returns:
        float32 `(..., C)`: −log P_c of the word if it stood in column j.
    """
    cells = ops.take(softmax.cells, ids, axis=0)
    logits, words_logits, occupied = softmax.column_logits(
        hidden, cells // softmax.columns
    )
    place = ops.one_hot(cells % softmax.columns, softmax.columns, dtype="bool")
    own_word = softmax.word_logit(hidden, ids)[..., None]
    of_place = ops.sum(ops.where(place, logits, 0.0), axis=-1, keepdims=True)
    # The rest of the row, without the word's own cell and cell j, is a sum over what is
    # left of j and one over what is right of it. To subtract cell j would lose digits.
    rest = ops.where(
        ops.logical_and(occupied, ops.logical_not(place)), logits + words_logits, _NO
    )
    peak = ops.max(rest, axis=-1, keepdims=True)
    weights = ops.exp(rest - peak)
    left = ops.cumsum(weights, axis=-1) - weights
    flipped = ops.flip(weights, axis=-1)
    right = ops.flip(ops.cumsum(flipped, axis=-1) - flipped, axis=-1)
    others = peak + ops.log(ops.maximum(left + right, 1e-38))
    moved = logits + own_word
    # In the word's own column there is no exchange.
    swapped = ops.where(
        ops.logical_and(occupied, ops.logical_not(place)), of_place + words_logits, _NO
    )
    total = ops.logaddexp(ops.logaddexp(others, moved), swapped)
    return total - moved
