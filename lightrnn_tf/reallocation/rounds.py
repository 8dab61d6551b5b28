"""A round: move the words to cells where they cost less, and go on from there.

The loss tables say what a word would cost elsewhere as a word to be predicted. They
do not know that the model also reads words: after a move it reads another row vector
and another column vector than it was trained with. Two things soften that.

- The input vectors are fitted to the new table: each row's is the mean of the vectors
  that its words had before, weighted by how often they occur, which is the
  least-squares fit; and so for columns.
- A move may be given a cost, in nats for each occurrence of the word, for the row and
  for the column, so that words move that gain more.

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
from lightrnn_tf.models import LightRNN, PaperRNN, TableRNN
from lightrnn_tf.reallocation.losses import LossTables, loss_tables
from lightrnn_tf.reallocation.matching import Matching
from lightrnn_tf.tables.matching import Assignment, cost
from lightrnn_tf.tables.word_table import WordTable


@dataclasses.dataclass(frozen=True)
class Round:
    """What a reallocation did.

    Attributes:
        assignment: The matching; its costs have the moving costs in them.
        words_moved: How many words changed their cell.
        tokens_moved: The share of the text that they are.
        nats_before: Nats per token of the training text.
        nats_predicted: What the loss tables say that it will be.
        nats_after: What it is, measured right after, on two million words of it, the
            beginnings of its streams, or all.
        gap: Nats per token that another table might have been predicted to save.
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
    """Move the words of `model` to better cells and fit its input vectors to them.

    Args:
        model: A built and compiled `LightRNN` or `PaperRNN`; its table and its input
            vectors change.
        windows: `data.windows(...)` of the training text.
        matching: How words are matched with cells. Defaults to what `Matching` does.
        folder: As in `loss_tables`. Defaults to memory.
        progress: Called with the share of the pass done. Defaults to none.
        losses: The loss tables of the text, if they are known. Defaults to a pass.

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
    checks.instance("model", model, LightRNN, PaperRNN)
    checks.instance("matching", matching, Matching)
    checks.function("progress", progress)
    if losses is not None:
        checks.instance("losses", losses, LossTables)
        checks.instance("windows", windows, data.windows)
    if not model.compiled:
        raise ValueError("`model` must be compiled. Call `model.compile(...)` first.")
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
    """Return how often each word occurs, `(V,)`, a part of a memory map at a time."""
    counts = np.zeros(vocabulary_size)
    for start in range(0, len(ids), 1 << 24):
        part = ids[start : start + (1 << 24)]
        counts += np.bincount(part, minlength=vocabulary_size)
    return counts


def measure(model: TableRNN, windows, tokens: int = 2_000_000) -> float:
    """Return nats per token of so many tokens, the beginnings of streams, or of all."""
    some = windows.first(-(-tokens // (windows.batch_size * windows.steps)))
    return model.evaluate(some, verbose=0, return_dict=True)["loss"]


def _fit_input_vectors(model: TableRNN, before: WordTable, counts):
    """Give rows and columns the mean of the vectors that their words had before."""
    after = model.table
    parts = [(vectors, before.row_of, after.row_of) for vectors in model.row_inputs]
    parts.append((model.embedding.column_vectors, before.column_of, after.column_of))
    for variable, old, new in parts:
        vectors = np.array(ops.convert_to_numpy(variable))
        total = np.zeros(vectors.shape, np.float64)
        np.add.at(total, new, vectors[old] * counts[:, None])
        mass = np.bincount(new, counts, len(vectors))
        # A row whose words never occur keeps its vector.
        met = mass > 0
        vectors[met] = total[met] / mass[met, None]
        variable.assign(vectors)
