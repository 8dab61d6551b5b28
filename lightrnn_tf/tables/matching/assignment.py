"""Solves the matching of words and cells."""

import dataclasses
import math
import time

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.memory import memory_for
from lightrnn_tf.tables import word_table
from lightrnn_tf.tables.matching.alternating import alternating
from lightrnn_tf.tables.matching.auction import auction, least_bound
from lightrnn_tf.tables.matching.exact import MAX_WORDS, exact
from lightrnn_tf.tables.matching.greedy import greedy

SOLVERS = ("exact", "auction", "alternating", "greedy")
# Seconds that `exact` needs for 10,000 words of a trained model.
_EXACT_SECONDS = 60.0
# After an auction, rows and columns are improved by turns until a turn gains less than
# this share of the cost.
_LEAST_GAIN = 1e-6
# Words whose losses are checked together.
_AT_ONCE = 4096
# Sums of larger losses would not be finite in float32.
_LARGEST = 1e30


@dataclasses.dataclass(frozen=True)
class Assignment:
    """The answer of `solve`.

    Attributes:
        table: The new `WordTable`.
        cost: Its cost in nats: the losses of all words in their rows and columns.
        lower_bound: Lower bound, in nats, on the cost of every table with the same
            free cells.
        initial_cost: The cost of the table at the start.
        moved: Number of words that changed cells.
        seconds: Time to find the table. It includes the proof of the lower bound only
            for the auction.
        solver: Name of the solver used.

    Example:

    >>> row_losses = np.array([[1.0], [1.0]])
    >>> column_losses = np.array([[2.0, 0.0], [0.0, 3.0]])
    >>> answer = solve(row_losses, column_losses, rows=1, columns=2)
    >>> answer.table.cells.tolist(), answer.initial_cost, answer.cost, answer.moved
    ([1, 0], 7.0, 2.0, 2)
    """

    table: word_table.WordTable
    cost: float
    lower_bound: float
    initial_cost: float
    moved: int
    seconds: float
    solver: str

    @property
    def gap(self) -> float:
        """How far the cost may be above the least possible, as a share of the cost."""
        away = self.cost - self.lower_bound
        if not self.cost:
            return math.inf if away else 0.0
        return away / abs(self.cost)


def solve(
    row_losses: np.ndarray,
    column_losses: np.ndarray,
    rows: int,
    columns: int,
    solver: str = "auto",
    current: word_table.WordTable | None = None,
    time_limit: float | None = None,
) -> Assignment:
    """Return the table of least cost for these losses, never worse than `current`.

    Args:
        row_losses: Array of numbers `(V, R)`, nats of word w if it stood in row i; may
            be memory-mapped.
        column_losses: Array of numbers `(V, C)`, nats of word w if it stood in column
            j; likewise.
        rows: Positive integer. Number of rows, `R`.
        columns: Positive integer. Number of columns, `C`.
        solver: One of the following. Defaults to `"auto"`.

            - `"exact"`: the best table with the same free cells
              (`scipy.optimize.linear_sum_assignment`). Time O(V³), memory V² · 8
              bytes; up to 20,000 words.
            - `"auction"`: near-exact, with a proof of how near. Memory O(V · (R + C)).
            - `"alternating"`: rows and columns by turns, each exactly.
            - `"greedy"`: the ½-approximation of the paper, for comparison.
            - `"auto"`: exact if it should end within the time limit (one second if
              there is none), else the auction.
        current: The present `WordTable`. Words move among the cells that it uses, and
            free cells stay free, because losses in a column depend on which cells of
            the row are free. Defaults to the table in the order of ids.
        time_limit: Positive number. Seconds after which `"auction"` and
            `"alternating"` return what they have; the bound is then loose. The other
            solvers take as long as they need. Defaults to `None`, no limit.

    Returns:
        An `Assignment`.

    Raises:
        ValueError: If a loss is not finite, the shapes disagree, the solver is unknown
            or cannot take so many words, or the time limit is not positive.
        MemoryError: If memory runs out; the message says for what.

    Example:

    >>> row_losses = np.array([[0.0, 5.0], [0.0, 1.0]])
    >>> column_losses = np.array([[0.0], [0.0]])
    >>> answer = solve(row_losses, column_losses, rows=2, columns=1)
    >>> answer.table.row_of.tolist(), answer.cost, answer.lower_bound, answer.gap
    ([0, 1], 1.0, 1.0, 0.0)
    """
    row_losses, column_losses = np.asanyarray(row_losses), np.asanyarray(column_losses)
    _check(row_losses, column_losses, rows, columns, solver, current, time_limit)
    words = len(row_losses)
    if current is None:
        current = word_table.WordTable.in_order(words, rows, columns)
    if solver == "auto":
        solver = choice(words, 1.0 if time_limit is None else time_limit)
    with memory_for(f"the costs of {words:,} words in {rows * columns:,} cells"):
        return _solve((row_losses, column_losses), current, solver, time_limit)


def _solve(losses, current, solver, time_limit):
    start = time.monotonic()
    deadline = start + (math.inf if time_limit is None else time_limit)
    cells = np.sort(current.cells)
    bound = None
    if solver == "exact":
        found = exact(*losses, cells)
    elif solver == "greedy":
        found = greedy(*losses, cells)
    elif solver == "alternating":
        found = alternating(*losses, current.cells, deadline)
    elif solver == "auction":
        found, bound = auction(*losses, cells, deadline)
        found = alternating(*losses, found, deadline, _LEAST_GAIN * abs(bound))
    best = word_table.WordTable(found, current.rows, current.columns)
    initial_cost = cost(*losses, current)
    if cost(*losses, best) >= initial_cost:
        best = current
    least = cost(*losses, best)
    seconds = time.monotonic() - start
    if solver == "exact":
        bound = least
    elif bound is None and time.monotonic() < deadline:
        bound = auction(*losses, cells, deadline)[1]
    elif bound is None:
        bound = least_bound(*losses)
    # Sums of the same numbers in another order may differ in the last digits.
    if least < bound <= least + 1e-9 * abs(least):
        bound = least
    return Assignment(
        table=best,
        cost=least,
        lower_bound=bound,
        initial_cost=initial_cost,
        moved=int((best.cells != current.cells).sum()),
        seconds=seconds,
        solver=solver,
    )


def cost(
    row_losses: np.ndarray, column_losses: np.ndarray, table: word_table.WordTable
) -> float:
    """Return the cost of a table.

    Args:
        row_losses: Array of numbers `(V, R)`.
        column_losses: Array of numbers `(V, C)`.
        table: A `WordTable` of V words, R rows and C columns.

    Returns:
        Nats of all words in their cells, summed in float64.

    Example:

    >>> table = word_table.WordTable([1, 0], rows=1, columns=2)
    >>> cost(np.ones((2, 1)), np.array([[0.0, 2.0], [3.0, 0.0]]), table)
    7.0
    """
    words = np.arange(len(table))
    return float(
        row_losses[words, table.row_of].sum(dtype=np.float64)
        + column_losses[words, table.column_of].sum(dtype=np.float64)
    )


def check_solver(solver: str, words: int = 0) -> None:
    """Check that a solver exists and can match a number of words.

    Args:
        solver: One of `SOLVERS`, or `"auto"`.
        words: Integer of at least 0, the number of words. Defaults to 0.

    Raises:
        ValueError: If there is no such solver, or `"exact"` is asked for more than
            20,000 words.
    """
    if solver != "auto" and solver not in SOLVERS:
        raise ValueError(
            f"`solver` must be one of auto, {', '.join(SOLVERS)}. Received: {solver!r}."
        )
    checks.natural_number("words", words)
    if solver == "exact" and words > MAX_WORDS:
        raise ValueError(
            f"`solver` must not be exact for more than {MAX_WORDS} words: its matrix "
            f"would take {words**2 * 8 / 2**30:.0f} GiB. Received: {words} words. Take "
            "the auction, which proves how near it is."
        )


def check_time_limit(time_limit: float | None) -> None:
    """Check a time limit.

    Args:
        time_limit: `None`, or a positive number of seconds.

    Raises:
        ValueError: If it is something else.
    """
    if time_limit is None:
        return
    if type(time_limit) not in (int, float) or not time_limit > 0:
        raise ValueError(
            f"`time_limit` must be a positive number of seconds. "
            f"Received: {time_limit!r}."
        )


def choice(words: int, seconds: float) -> str:
    """Return the solver that `"auto"` stands for.

    Args:
        words: Integer, the number of words.
        seconds: Number. The time that `"exact"` may take.

    Returns:
        `"exact"` or `"auction"`.
    """
    expected = _EXACT_SECONDS * (words / 10_000) ** 3
    return "exact" if words <= MAX_WORDS and expected <= seconds else "auction"


def _check(row_losses, column_losses, rows, columns, solver, current, time_limit):
    for name, value in (("rows", rows), ("columns", columns)):
        checks.positive_integer(name, value)
    words = row_losses.shape[0] if row_losses.ndim else 0
    for name, losses, width in (
        ("row", row_losses, rows),
        ("column", column_losses, columns),
    ):
        if losses.shape != (words, width) or losses.dtype.kind not in "fiu":
            raise ValueError(
                f"`{name}_losses` must be numbers of shape (words, {name}s), here "
                f"{(words, width)}. Received: {losses.dtype} of shape {losses.shape}."
            )
        _check_finite(name, losses)
    check_solver(solver, words)
    check_time_limit(time_limit)
    if current is None:
        return
    if not isinstance(current, word_table.WordTable):
        raise ValueError(
            f"`current` must be a WordTable. Received: {type(current).__name__}."
        )
    given = len(current), current.rows, current.columns
    if given != (words, rows, columns):
        raise ValueError(
            f"`current` must have {words} words, {rows} rows and {columns} columns. "
            f"Received: {given[0]} words, {given[1]} rows and {given[2]} columns."
        )


def _check_finite(name, losses):
    for start in range(0, len(losses), _AT_ONCE):
        bad = np.argwhere(~(np.abs(losses[start : start + _AT_ONCE]) <= _LARGEST))
        if len(bad):
            raise ValueError(
                f"`{name}_losses` must be finite, at most {_LARGEST:g}. Received: "
                f"{losses[tuple(bad[0] + (start, 0))]} for word {bad[0][0] + start} in "
                f"{name} {bad[0][1]}. The model has probably diverged; look at the "
                "loss of the last epochs."
            )
