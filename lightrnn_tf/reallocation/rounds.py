"""Reallocation: moves the words to cells where they cost less.

The loss tables say what it costs to predict a word in another cell. They do not say
what it costs to read it there: after a move, the model reads other row and column
vectors than it was trained with. Two things soften that.

- The input vectors are fitted to the new table. The vector of a row becomes the mean of
  the vectors that its words had before, weighted by how often they occur; this is the
  least-squares fit. Columns are treated alike.
- A move may have a cost, in nats for each occurrence of the word, for the row and for
  the column. Then only words that gain more move.

Li et al., "LightRNN", NIPS 2016, https://arxiv.org/abs/1610.09893, section 3.2, has
neither.
"""

import dataclasses
import os
from collections.abc import Callable

import numpy as np
from keras import ops

from lightrnn_tf import data
from lightrnn_tf._internal import checks
from lightrnn_tf.models import TableRNN
from lightrnn_tf.reallocation.losses import LossTables, loss_tables
from lightrnn_tf.reallocation.matching import Matching
from lightrnn_tf.tables.matching import Assignment, cost
from lightrnn_tf.tables.word_table import WordTable


@dataclasses.dataclass(frozen=True)
class Round:
    """What a reallocation did.

    Attributes:
        assignment: The matching; its costs include the moving costs.
        words_moved: How many words changed their cell.
        tokens_moved: The share of the text that these words make up.
        nats_before: Nats per token of the training text, before.
        nats_predicted: Nats per token that the loss tables predict.
        nats_after: Nats per token right after, measured on the beginnings of the
            streams, about two million words, or on the whole text if it is shorter.
        gap: Nats per token by which the best table could at most be better, by the
            loss tables.

    Example:

    >>> model = models.LightRNN(vocabulary_size=10, rows=2, units=8)
    >>> model.compile()
    >>> model.build()
    >>> windows = data.windows(np.arange(40) % 10, batch_size=4, steps=5)
    >>> done = reallocate(model, windows)
    >>> 0 <= done.words_moved <= 10
    True
    """

    assignment: Assignment
    words_moved: int
    tokens_moved: float
    nats_before: float
    nats_predicted: float
    nats_after: float
    gap: float


def reallocate(
    model: TableRNN,
    windows,
    matching: Matching = Matching(),
    folder: str | os.PathLike | None = None,
    progress: Callable[[float], None] | None = None,
    losses: LossTables | None = None,
) -> Round:
    """Move the words of a model to better cells and fit its input vectors to them.

    Args:
        model: A built and compiled `LightRNN` or `PaperRNN`; its table and its input
            vectors change.
        windows: `data.windows(...)` of the training text.
        matching: How words are matched with cells. Defaults to `Matching()`.
        folder: Where to keep the loss tables, as in `loss_tables`. Defaults to memory.
        progress: Function called with the share of the pass done. Defaults to none.
        losses: The loss tables of the text, if they are known. Defaults to a pass over
            the text.

    Returns:
        The `Round`: what was done.

    Raises:
        ValueError: If the model is not compiled or has diverged, or has too many words
            for the solver.

    Example:

    >>> model = models.LightRNN(vocabulary_size=10, rows=2, units=8)
    >>> model.compile("adam")
    >>> windows = data.windows(np.arange(200) % 10, batch_size=4, steps=5)
    >>> history = model.fit(windows, verbose=0)
    >>> result = reallocate(model, windows)
    >>> result.nats_predicted <= result.nats_before
    True
    """
    _check(model, windows, matching, progress, losses)
    if losses is None:
        losses = loss_tables(model, windows, folder, progress)
    before = model.table
    counts = _counts(windows.ids, len(before))
    answer = matching.solve(losses, before, counts)
    model.table = answer.table
    _fit_input_vectors(model, before, counts)
    moved = answer.table.cells != before.cells
    predicted = cost(losses.rows, losses.columns, answer.table)
    return Round(
        assignment=answer,
        words_moved=answer.moved,
        tokens_moved=float(counts[moved].sum() / counts.sum()),
        nats_before=losses.nats / len(windows.ids),
        nats_predicted=predicted / len(windows.ids),
        nats_after=measure(model, windows),
        gap=(answer.cost - answer.lower_bound) / len(windows.ids),
    )


def _counts(ids, vocabulary_size):
    """Return how often each word occurs, `(V,)`; reads a memory map part by part."""
    counts = np.zeros(vocabulary_size)
    for start in range(0, len(ids), 1 << 24):
        part = ids[start : start + (1 << 24)]
        counts += np.bincount(part, minlength=vocabulary_size)
    return counts


def _check(model, windows, matching, progress, losses):
    checks.instance("model", model, TableRNN)
    checks.instance("matching", matching, Matching)
    checks.function("progress", progress)
    if losses is not None:
        checks.instance("losses", losses, LossTables)
        checks.instance("windows", windows, data.windows)
    if not model.compiled:
        raise ValueError(
            "`model` must be compiled. Received: a model that is not. Call "
            "`model.compile(...)` first."
        )


def measure(model: TableRNN, windows, tokens: int = 2_000_000) -> float:
    """Return the nats per token of a text, or of the beginnings of its streams.

    Args:
        model: A compiled `LightRNN` or `PaperRNN`.
        windows: `data.windows(...)` of the text.
        tokens: How many tokens to read at least, if the text has as many. Defaults to
            2,000,000.

    Returns:
        Mean of −log P(w).
    """
    some = windows.first(-(-tokens // (windows.batch_size * windows.steps)))
    return model.evaluate(some, verbose=0, return_dict=True)["loss"]


def _fit_input_vectors(model: TableRNN, before: WordTable, counts):
    """Set each row and column to the mean vector that its words had before."""
    after = model.table
    parts = [(vectors, before.row_of, after.row_of) for vectors in model.row_inputs]
    parts.append((model.embedding.column_vectors, before.column_of, after.column_of))
    for variable, old, new in parts:
        vectors = np.array(ops.convert_to_numpy(variable))
        total = np.zeros(vectors.shape, np.float64)
        np.add.at(total, new, vectors[old] * counts[:, None])
        mass = np.bincount(new, counts, len(vectors))
        # A row keeps its vector if its words never occur.
        met = mass > 0
        vectors[met] = total[met] / mass[met, None]
        variable.assign(vectors)
