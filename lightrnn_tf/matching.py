"""Loss tables in, a better table out.

Reallocation gives each word the cell that costs it least, one word a cell:

    min  Σ_w  row_losses[w, r(w)] + column_losses[w, c(w)]

a minimum-weight perfect matching between words and cells (Li et al. 2016, section
3.2). The words × cells matrix of costs is built by the exact solver only.

Li et al., "LightRNN", NIPS 2016, https://arxiv.org/abs/1610.09893.
"""

import dataclasses
import time

import numpy as np
from scipy.optimize import linear_sum_assignment

from lightrnn_tf import table as tables

# `exact` needs V² · 8 bytes, 1.2 GB here, and about half a minute on one core.
MAX_EXACT_WORDS = 12_000


@dataclasses.dataclass(frozen=True)
class Assignment:
    """The answer of `solve`.

    Attributes:
        table: The new `WordTable`.
        cost: Its cost in nats, the sum above.
        initial_cost: The cost of the table that it began with, `current` if given.
        moved: How many words have another cell than in that table.
        seconds: Time taken.
        solver: Name of the solver that was used.
    """

    table: tables.WordTable
    cost: float
    initial_cost: float
    moved: int
    seconds: float
    solver: str


def solve(
    row_losses: np.ndarray,
    column_losses: np.ndarray,
    solver: str = "auto",
    current: tables.WordTable | None = None,
) -> Assignment:
    """Return the table of least cost for these losses, never worse than `current`.

    Args:
        row_losses: `(V, R)`: nats of word w if it stood in row i.
        column_losses: `(V, C)`: nats of word w if it stood in column j.
        solver: `"exact"` (`scipy.optimize.linear_sum_assignment`; time O(V³), memory
            O(V²)), `"alternating"` (the columns of each row, then the rows of each
            column, each exactly, until nothing gains; memory O(C² + R²)), or `"auto"`,
            exact up to 12,000 words. Defaults to `"auto"`.
        current: The table now. Words move among the cells that it uses, so that the
            free cells stay where they are. Defaults to the table in the order of ids.

    Raises:
        ValueError: If a loss is not finite, the shapes disagree, or the solver is
            unknown.

    Example:

    >>> rows = np.array([[0.0, 5.0], [0.0, 1.0]])
    >>> columns = np.array([[0.0], [0.0]])
    >>> answer = solve(rows, columns)
    >>> answer.table.row_of.tolist(), answer.cost
    ([0, 1], 1.0)
    """
    _check_losses(row_losses, column_losses)
    vocabulary_size, rows, columns = *row_losses.shape, column_losses.shape[1]
    start = time.perf_counter()
    if current is None:
        initial = tables.WordTable.in_order(vocabulary_size, rows, columns)
    else:
        initial = current
        if (len(current), current.rows, current.columns) != (
            vocabulary_size,
            rows,
            columns,
        ):
            raise ValueError(
                f"`current` must have {vocabulary_size} words, {rows} rows and "
                f"{columns} columns. Received: {len(current)} words, {current.rows} "
                f"rows and {current.columns} columns."
            )
    if solver == "auto":
        solver = "exact" if vocabulary_size <= MAX_EXACT_WORDS else "alternating"
    if solver not in _SOLVERS:
        raise ValueError(
            f"`solver` must be one of auto, {', '.join(_SOLVERS)}. "
            f"Received: {solver!r}."
        )
    cells = _SOLVERS[solver](row_losses, column_losses, initial)
    best = tables.WordTable(cells, rows, columns)
    initial_cost = cost(row_losses, column_losses, initial)
    if cost(row_losses, column_losses, best) >= initial_cost:
        best = initial
    return Assignment(
        table=best,
        cost=cost(row_losses, column_losses, best),
        initial_cost=initial_cost,
        moved=int((best.cells != initial.cells).sum()),
        seconds=time.perf_counter() - start,
        solver=solver,
    )


def cost(
    row_losses: np.ndarray, column_losses: np.ndarray, table: tables.WordTable
) -> float:
    """Return the nats of all words at their cells in `table`, summed in float64."""
    words = np.arange(len(table))
    return float(
        row_losses[words, table.row_of].sum(dtype=np.float64)
        + column_losses[words, table.column_of].sum(dtype=np.float64)
    )


def _check_losses(row_losses, column_losses):
    for name, losses in (("row_losses", row_losses), ("column_losses", column_losses)):
        if losses.ndim != 2 or losses.shape[0] != row_losses.shape[0]:
            raise ValueError(
                f"`{name}` must be of shape (words, {name.split('_')[0]}s). "
                f"Received: {losses.shape}, with {row_losses.shape[0]} words."
            )
        bad = np.argwhere(~np.isfinite(losses))
        if len(bad):
            raise ValueError(
                f"`{name}` must be finite. Received: {len(bad)} that are not, first "
                f"at word {bad[0][0]}, {name.split('_')[0]} {bad[0][1]}. The model "
                "has probably diverged; look at the loss of the last epochs."
            )


def _exact(row_losses, column_losses, initial):
    cells = np.sort(initial.cells)
    costs = row_losses[:, cells // initial.columns].astype(np.float64)
    costs += column_losses[:, cells % initial.columns]
    _, chosen = linear_sum_assignment(costs)
    return cells[chosen]


def _alternating(row_losses, column_losses, initial):
    row, column = initial.row_of.copy(), initial.column_of.copy()
    gained = True
    while gained:
        along_rows = _assign_within(row, column, column_losses)
        along_columns = _assign_within(column, row, row_losses)
        gained = along_rows or along_columns
    return row * initial.columns + column


def _assign_within(group_of, place_of, losses):
    """Move the words of each group among its places; return whether any gained."""
    gained = False
    order = np.argsort(group_of, kind="stable")
    for words in np.split(order, np.flatnonzero(np.diff(group_of[order])) + 1):
        places = place_of[words]
        costs = losses[np.ix_(words, places)].astype(np.float64)
        _, chosen = linear_sum_assignment(costs)
        before = costs.trace()
        # A gain below rounding would let ties go round for ever.
        if before - costs[np.arange(len(words)), chosen].sum() > 1e-9 * abs(before):
            place_of[words] = places[chosen]
            gained = True
    return gained


_SOLVERS = {"exact": _exact, "alternating": _alternating}
