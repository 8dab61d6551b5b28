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
from lightrnn_tf.reallocation.loss_tables import LossTables, loss_tables
from lightrnn_tf.tables import matching, word_table

# Words of a text that are read to see what a round did at once.
_MEASURED = 2_000_000


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

    assignment: matching.Assignment
    words_moved: int
    tokens_moved: float
    nats_before: float
    nats_predicted: float
    nats_after: float
    gap: float


def reallocate(
    model: TableRNN,
    windows,
    solver: str = "auto",
    moving_cost: tuple[float, float] = (0.0, 0.0),
    time_limit: float | None = None,
    folder: str | os.PathLike | None = None,
    progress: Callable[[float], None] | None = None,
    losses: LossTables | None = None,
) -> Round:
    """Move the words of `model` to better cells and fit its input vectors to them.

    Args:
        model: A built and compiled `LightRNN` or `PaperRNN`; its table and its input
            vectors change.
        windows: `data.windows(...)` of the training text.
        solver: As in `matching.solve`. Defaults to `"auto"`.
        moving_cost: Nats per occurrence of a word that it must gain to change its row,
            and to change its column. Defaults to 0 and 0, as in the paper.
        time_limit: Seconds for the matching. Defaults to none.
        folder: As in `loss_tables`. Defaults to memory.
        progress: Called with the share of the pass done. Defaults to none.
        losses: The loss tables of the text, if they are known. Defaults to a pass.

    Raises:
        ValueError: If the model is not compiled, a moving cost is not a number of at
            least 0, the solver is unknown, or the model has diverged.

    Example:

    >>> model = models.LightRNN(vocabulary_size=10, rows=2, units=8)
    >>> model.compile("adam")
    >>> windows = data.windows(np.arange(200) % 10, batch_size=4, steps=5)
    >>> history = model.fit(windows, verbose=0)
    >>> result = reallocate(model, windows)
    >>> result.nats_predicted <= result.nats_before
    True
    """
    check(solver, moving_cost, time_limit)
    checks.instance("model", model, LightRNN, PaperRNN)
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
    answer = _solve(losses, before, counts, moving_cost, solver, time_limit)
    model.table = answer.table
    _fit_input_vectors(model, before, counts)
    moved = answer.table.cells != before.cells
    nats = losses.nats, matching.cost(losses.rows, losses.columns, answer.table)
    return Round(
        assignment=answer,
        words_moved=answer.moved,
        tokens_moved=float(counts[moved].sum() / counts.sum()),
        nats_before=nats[0] / len(windows.ids),
        nats_predicted=nats[1] / len(windows.ids),
        nats_after=_measure(model, windows),
        gap=(answer.cost - answer.lower_bound) / len(windows.ids),
    )


def check(
    solver: str = "auto",
    moving_cost: tuple[float, float] = (0.0, 0.0),
    time_limit: float | None = None,
) -> None:
    """Raise `ValueError` unless these can be arguments of `reallocate`."""
    matching.check_solver(solver)
    matching.check_time_limit(time_limit)
    if (
        not isinstance(moving_cost, tuple | list)
        or len(moving_cost) != 2
        or not all(type(c) in (int, float) and 0 <= c < np.inf for c in moving_cost)
    ):
        raise ValueError(
            "`moving_cost` must be two numbers of at least 0, for rows and for "
            f"columns. Received: {moving_cost}."
        )


def _counts(ids, vocabulary_size):
    """Return how often each word occurs, `(V,)`, a part of a memory map at a time."""
    counts = np.zeros(vocabulary_size)
    for start in range(0, len(ids), 1 << 24):
        part = ids[start : start + (1 << 24)]
        counts += np.bincount(part, minlength=vocabulary_size)
    return counts


def _solve(losses: LossTables, before, counts, moving_cost, solver, time_limit):
    """Match with the moving costs: staying is cheaper by as much."""
    words = np.arange(len(before))
    parts = [
        (table, place, cost)
        for table, place, cost in (
            (losses.rows, before.row_of, moving_cost[0]),
            (losses.columns, before.column_of, moving_cost[1]),
        )
        if cost  # Writing would copy the pages of a memory map.
    ]
    staying = [table[words, place] for table, place, _ in parts]
    try:
        for (table, place, cost), loss in zip(parts, staying, strict=True):
            table[words, place] = loss - cost * counts
        return matching.solve(
            losses.rows,
            losses.columns,
            before.rows,
            before.columns,
            solver,
            before,
            time_limit,
        )
    finally:
        for (table, place, _), loss in zip(parts, staying, strict=True):
            table[words, place] = loss


def _measure(model, windows):
    """Return nats per token of the text, of a part of it where it is long."""
    some = windows.first(-(-_MEASURED // (windows.batch_size * windows.steps)))
    return model.evaluate(some, verbose=0, return_dict=True)["loss"]


def _fit_input_vectors(model: TableRNN, before: word_table.WordTable, counts):
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
