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
import errno
import hashlib
import json
import os
import pathlib
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable

import numpy as np
from keras import ops

from lightrnn_tf import data
from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import DAMAGED_ARCHIVE, remove_unfinished, replacing
from lightrnn_tf._internal.memory import memory_for
from lightrnn_tf.models import StreamPass, TableRNN

# Different words, and tokens, whose losses are summed on the device before they are
# fetched. The text alone decides when, so that the same text gives the same sums.
_WORDS_AT_ONCE, _TOKENS_AT_ONCE = 8192, 1 << 19
# Larger tables are memory-mapped files.
MEMORY_BUDGET = 4 << 30
# Stands for minus infinity, which would turn into NaN in a difference.
_NO = -1e9
# Says, beside tables that are kept, how far they are.
_PROGRESS = "progress.npz"
# How much a crash may cost, where a pass can be resumed, and the memory for changes.
_SAVE_SECONDS, _SAVE_BYTES = 60.0, 256 << 20


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
    model: TableRNN,
    windows,
    folder: str | os.PathLike | None = None,
    progress: Callable[[float], None] | None = None,
) -> LossTables:
    """Return the loss tables of a text, in one deterministic pass.

    The losses of the tokens are summed by word on the device, for up to 8,192 different
    words and half a million tokens at a time, and then added to the tables. All sums
    are float32: with n batches and a word at most m times in each, its losses are off
    by less than (m + 2 n) · 2⁻²⁴ of what they are, besides the rounding of the model.
    The same model and text give the same tables, resumed or not.

    Args:
        model: A built `LightRNN` or `PaperRNN`.
        windows: `data.windows(...)` of the training text.
        folder: Where to keep the tables, as `rows.npy` and `columns.npy`. A pass that
            was stopped is resumed there by the same call, from what it had a minute or
            half a million tokens before. Defaults to memory, or a temporary folder for
            tables of more than 4 GiB, V · (R + C) · 4 bytes.
        progress: Called with the share done, in [0, 1]. Defaults to none.

    Raises:
        ValueError: If `model` has no table or is not built, the text has words that it
            does not know, or `folder` is none or holds what cannot be resumed from.
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
    if folder is not None:
        checks.path("folder", folder)
    sizes = f"{model.vocabulary_size:,} words × ({model.rows:,} rows + "
    with memory_for(f"the loss tables, {sizes}{model.columns:,} columns)"):
        return _loss_tables(model, windows, folder, progress)


def discard(folder: pathlib.Path) -> None:
    """Delete tables that were kept in a folder, and it.

    What says that they can be gone on with goes first: a crash leaves nothing that is
    taken for more than it is.
    """
    checks.path("folder", folder)
    (folder / _PROGRESS).unlink(missing_ok=True)
    shutil.rmtree(folder)


def _loss_tables(model, windows, folder, progress):
    if folder is not None:
        return _read(model, windows, _SavedTables(model, windows, folder), progress)
    if model.vocabulary_size * (model.rows + model.columns) * 4 <= MEMORY_BUDGET:
        return _read(model, windows, _Tables(model), progress)
    folder = tempfile.mkdtemp(prefix="loss_tables")
    try:
        losses = _read(model, windows, _FileTables(model, folder), progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(losses, shutil.rmtree, folder, ignore_errors=True)
    return losses


def _read(model, windows, tables, progress):
    """Go over the text and return its loss tables."""
    loss_pass = _LossPass(model, windows)
    start = tables.resume(loss_pass)
    for number in range(start, len(windows)):
        ids = windows[number][0]
        if not loss_pass.has_room(ids):
            tables.add(loss_pass.take())
            tables.save(number, loss_pass)
        loss_pass.add(ids)
        if progress:
            progress((number + 1) / len(windows))
    if start < len(windows):
        tables.add(loss_pass.take())
        tables.save(len(windows), loss_pass, last=True)
    elif progress:
        progress(1.0)
    return tables.finish()


def _check(model, windows):
    if not isinstance(model, TableRNN):
        raise ValueError(
            "`model` must be a LightRNN or a PaperRNN. "
            f"Received: {type(model).__name__}."
        )
    if not model.built:
        raise ValueError("`model` must be built. Call `model.build()` or `fit` first.")
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

    A word's sum has a slot from the first time it is met until the sums are taken.
    """

    def __init__(self, model, windows):
        super().__init__(model, None, name="loss_pass")
        self._slot_of = np.full(model.vocabulary_size, -1, np.int32)
        self._words, self._tokens = np.empty(0, np.int64), 0
        tokens = windows.batch_size * windows.steps
        self._slots = min(model.vocabulary_size, max(_WORDS_AT_ONCE, tokens))
        self.sums = [
            self.add_weight(
                name=name,
                # One more, for places without a word.
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
        """Return whether a batch can be added to what is summed."""
        if self._tokens >= _TOKENS_AT_ONCE:
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

    def take(self):
        """Return words, the sums of their losses and of their nats, and begin anew."""
        words, count = self._words, len(self._words)
        sums = [np.array(ops.convert_to_numpy(total))[:count] for total in self.sums]
        for total in self.sums:
            total.assign(ops.zeros(total.shape))
        self._slot_of[words] = -1
        self._words, self._tokens = np.empty(0, np.int64), 0
        return words, *sums


class _Tables:
    """The tables, in memory."""

    def __init__(self, model):
        self.nats = 0.0
        self.rows, self.columns = (
            self._make(name, (model.vocabulary_size, width))
            for name, width in (("rows", model.rows), ("columns", model.columns))
        )

    def _make(self, name, shape):
        return np.zeros(shape, np.float32)

    def resume(self, loss_pass) -> int:
        """Return the batch to go on with."""
        return 0

    def add(self, sums):
        """Add what was summed."""
        words, rows, columns, nats = sums
        self.nats += float(nats.sum(dtype=np.float64))
        self.rows[words] += rows
        self.columns[words] += columns

    def save(self, batch, loss_pass, last=False):
        """Keep what was added, so that the pass can go on from `batch`."""

    def finish(self):
        """Return the tables."""
        return LossTables(self.rows, self.columns, self.nats)


class _FileTables(_Tables):
    """The tables as memory-mapped files."""

    def __init__(self, model, folder):
        self.folder = pathlib.Path(folder)
        super().__init__(model)

    def _make(self, name, shape):
        path = self.folder / f"{name}.npy"
        if 4 * shape[0] * shape[1] > shutil.disk_usage(self.folder).free:
            # A map that outgrows the disk would end the process.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return np.lib.format.open_memmap(path, "w+", np.float32, shape)

    def finish(self):
        """Return the tables; what is done to them does not reach their files."""
        for table in (self.rows, self.columns):
            table.flush()
        rows, columns = (
            np.load(self.folder / f"{name}.npy", mmap_mode="c")
            for name in ("rows", "columns")
        )
        return LossTables(rows, columns, self.nats)


class _SavedTables(_FileTables):
    """The tables as files that a pass can be resumed from.

    What a crash leaves in a memory-mapped file is unknown. So changes gather in memory
    first; `save` writes the new values of all changed words to a file of their own, in
    one piece, and only then into the tables. Doing that again changes nothing, which is
    how `resume` begins.
    """

    def __init__(self, model, windows, folder):
        self.folder = pathlib.Path(folder)
        if self.folder.exists() and not self.folder.is_dir():
            raise ValueError(f"`folder` must be a folder. Received: {folder}, a file.")
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_unfinished(self.folder)
        self._text = _fingerprint(model, windows)
        self._changes: list = []
        self._saved_at = time.monotonic()
        self._resumable = self._is_of_this_pass()
        if not self._resumable:
            # It would vouch for tables that are about to be emptied.
            self._saved.unlink(missing_ok=True)
        super().__init__(model, folder)

    @property
    def _saved(self):
        return self.folder / _PROGRESS

    def _is_of_this_pass(self):
        if not self._saved.exists():
            return False
        try:
            with np.load(self._saved) as saved:
                return str(saved["fingerprint"]) == self._text
        except DAMAGED_ARCHIVE as error:
            raise ValueError(
                f"{self._saved} is damaged. Delete the folder to begin anew."
            ) from error

    def _make(self, name, shape):
        if not self._resumable:
            return super()._make(name, shape)
        path = self.folder / f"{name}.npy"
        try:
            table = np.load(path, mmap_mode="r+")
        except DAMAGED_ARCHIVE as error:
            raise ValueError(
                f"{path} is missing or damaged. Delete the folder to begin anew."
            ) from error
        if table.shape != shape or table.dtype != np.float32:
            raise ValueError(
                f"{path} must be float32 of shape {shape}. Received: {table.dtype} "
                f"{table.shape}. Delete the folder to begin anew."
            )
        return table

    def resume(self, loss_pass) -> int:
        """Return the batch to go on with."""
        if not self._resumable:
            return 0
        with np.load(self._saved) as saved:
            self._write(saved["words"], saved["rows"], saved["columns"])
            self.nats = float(saved["nats"])
            states = [saved[f"state_{n}"] for n in range(int(saved["states"]))]
            loss_pass.carried.from_numpy(states)
            return int(saved["batch"])

    def add(self, sums):
        """Add what was summed; the files are changed by `save` only."""
        self.nats += float(sums[3].sum(dtype=np.float64))
        self._changes.append(sums[:3])

    def save(self, batch, loss_pass, last=False):
        """Write what was added, if it is enough, so that the pass can go on."""
        size = sum(part.nbytes for change in self._changes for part in change)
        due = size > _SAVE_BYTES or time.monotonic() - self._saved_at > _SAVE_SECONDS
        if not (due or last):
            return
        words = np.unique(np.concatenate([change[0] for change in self._changes]))
        rows, columns = self.rows[words], self.columns[words]
        for changed, more_rows, more_columns in self._changes:
            places = np.searchsorted(words, changed)
            rows[places] += more_rows
            columns[places] += more_columns
        self._changes = []
        states = loss_pass.carried.to_numpy()
        # The tables must have the changes before the last ones are forgotten.
        self.rows.flush()
        self.columns.flush()
        with replacing(self._saved) as part, open(part, "wb") as file:
            np.savez(
                file,
                fingerprint=self._text,
                batch=batch,
                nats=self.nats,
                words=words,
                rows=rows,
                columns=columns,
                states=len(states),
                **{f"state_{n}": state for n, state in enumerate(states)},
            )
        self._write(words, rows, columns)
        self._saved_at = time.monotonic()

    def _write(self, words, rows, columns):
        self.rows[words] = rows
        self.columns[words] = columns


def _fingerprint(model, windows):
    """Return a hash of what the tables depend on."""
    config = {k: v for k, v in model.get_config().items() if k not in ("name", "dtype")}
    sizes = windows.batch_size, windows.steps, len(windows.ids), *windows.order.tolist()
    digest = hashlib.sha256(json.dumps([config, sizes], sort_keys=True).encode())
    # Not the states and the noise of training, which the pass does not use.
    for weight in (*model.trainable_weights, model.softmax.cells):
        digest.update(np.ascontiguousarray(ops.convert_to_numpy(weight)))
    for start in range(0, len(windows.ids), 1 << 24):
        digest.update(np.ascontiguousarray(windows.ids[start : start + (1 << 24)]))
    return digest.hexdigest()


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
    logits, words_logits, occupied = softmax.column_logits(
        hidden, cells // softmax.columns
    )
    place = ops.one_hot(cells % softmax.columns, softmax.columns, dtype="bool")
    own_word = softmax.word_logit(hidden, ids)[..., None]
    of_place = ops.sum(ops.where(place, logits, 0.0), axis=-1, keepdims=True)
    # The rest of the row, without the word's own cell and without cell j: a sum over
    # what is left of j and one over what is right of it. Subtraction would cancel.
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
    # At the word's own column nobody changes places.
    swapped = ops.where(
        ops.logical_and(occupied, ops.logical_not(place)), of_place + words_logits, _NO
    )
    total = ops.logaddexp(ops.logaddexp(others, moved), swapped)
    return total - moved
