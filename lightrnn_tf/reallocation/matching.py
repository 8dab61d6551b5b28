"""How a reallocation matches words with cells: which solver, what a move costs."""

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from lightrnn_tf.tables import matching, word_table

if TYPE_CHECKING:  # It needs Keras, which the options of a command do without.
    from lightrnn_tf.reallocation.losses import LossTables


@dataclasses.dataclass(frozen=True)
class Matching:
    """Says how a reallocation matches words with cells.

    Args:
        solver: As in `matching.solve`. Defaults to `"auto"`.
        time_limit: Seconds for the solver, as in `matching.solve`. Defaults to no
            limit.
        moving_cost: Nats per occurrence that a word must gain to change its row, and to
            change its column. Defaults to 0 and 0, as in the paper.

    Raises:
        ValueError: If the solver is unknown, the time limit is not positive or a moving
            cost is not a number of at least 0.

    Example:

    >>> Matching("auction", moving_cost=(2.0, 2.0)).time_limit is None
    True
    """

    solver: str = "auto"
    time_limit: float | None = None
    moving_cost: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self):
        matching.check_solver(self.solver)
        matching.check_time_limit(self.time_limit)
        costs = self.moving_cost
        if (
            not isinstance(costs, tuple | list)
            or len(costs) != 2
            or not all(type(c) in (int, float) and 0 <= c < np.inf for c in costs)
        ):
            raise ValueError(
                "`moving_cost` must be two numbers of at least 0, for rows and for "
                f"columns. Received: {costs}."
            )

    def solve(
        self, losses: "LossTables", table: word_table.WordTable, counts: np.ndarray
    ) -> matching.Assignment:
        """Return a better table.

        Args:
            losses: The `LossTables` of the text. Their entries change meanwhile and are
                restored.
            table: The present `WordTable`.
            counts: How often each word occurs, `(V,)`.

        Returns:
            The `Assignment`; its costs include the moving costs.
        """
        words = np.arange(len(table))
        # To charge for a move, staying is made cheaper by the same amount.
        parts = [
            (part, place, cost)
            for part, place, cost in (
                (losses.rows, table.row_of, self.moving_cost[0]),
                (losses.columns, table.column_of, self.moving_cost[1]),
            )
            if cost  # To write to a memory map copies its pages.
        ]
        staying = [part[words, place] for part, place, _ in parts]
        try:
            for (part, place, cost), loss in zip(parts, staying, strict=True):
                part[words, place] = loss - cost * counts
            return matching.solve(
                losses.rows,
                losses.columns,
                table.rows,
                table.columns,
                self.solver,
                table,
                self.time_limit,
            )
        finally:
            for (part, place, _), loss in zip(parts, staying, strict=True):
                part[words, place] = loss
