"""Finds the cheapest cells of words without computing the costs of all cells."""

import numpy as np

# Error of three float32 roundings of numbers that are not negative.
_ROUNDING = 2.0**-21


class CheapestCells:
    """Finds the cheapest cells of words while the prices of cells rise.

    Cell (i, j) costs word w `row_losses[w, i] + column_losses[w, j] + prices[i, j]`.
    The object keeps a few of the cheapest cells of each word, and a floor: no other
    cell costs less. Prices only rise, so the floor stays true, and the kept cells
    answer until the cheapest of them costs more than the floor. Only then does the
    word need a search of all cells. The search uses float32, and the floor allows for
    its rounding; costs are float64.

    Args:
        row_losses: Array of numbers `(V, R)`.
        column_losses: Array of numbers `(V, C)`.
        cells: Integer array, the ids of the cells that may hold words.
        kept: Positive integer. Cells to keep for each word, at 12 bytes each. Defaults
            to 64.
        rows_kept: Positive integer. Rows to take them from. Defaults to 8.
        at_once: Positive integer. Costs to compute together. Defaults to 2²⁰, 4 MB.

    Attributes:
        prices: float64 `(R · C,)`. They begin at 0, and the caller raises them; cells
            that hold no word have infinite prices.

    Example:

    >>> row_losses, column_losses = np.array([[0.0, 5.0]]), np.array([[1.0, 2.0]])
    >>> market = CheapestCells(row_losses, column_losses, cells=np.arange(4))
    >>> [float(value) for value, in market.two_best(np.array([0]))]
    [0.0, 1.0, 2.0]
    """

    def __init__(
        self, row_losses, column_losses, cells, kept=64, rows_kept=8, at_once=1 << 20
    ):
        self.row_losses = row_losses
        self.column_losses = column_losses
        self.rows, self.columns = row_losses.shape[1], column_losses.shape[1]
        self.prices = np.full(self.rows * self.columns, np.inf)
        self.prices[cells] = 0.0
        self._wide = min(rows_kept, self.rows)
        self._at_once = at_once
        self._buffer = np.empty(max(at_once, self.columns), np.float32)
        kept = min(kept, self._wide * self.columns)
        self._kept = np.zeros((len(row_losses), kept), np.int32)
        self._losses = np.full(self._kept.shape, np.inf)
        self._floor = np.full(len(row_losses), -np.inf)

    def losses(self, words, cells):
        """Return the losses of words in cells, without prices.

        Args:
            words: Integer array.
            cells: Integer array that broadcasts with `words`.

        Returns:
            float64 array of the broadcast shape.
        """
        row, column = np.divmod(cells, self.columns)
        return (
            self.row_losses[words, row].astype(np.float64)
            + (self.column_losses[words, column])
        )

    def losses_everywhere(self, word):
        """Return the losses of a word in all cells, without prices.

        Args:
            word: Integer.

        Returns:
            float64 array `(R · C,)`.
        """
        row = self.row_losses[word].astype(np.float64)
        return np.add.outer(row, self.column_losses[word]).ravel()

    def two_best(self, words):
        """Return the cheapest cell of each word, its cost, and a bound on the others.

        Args:
            words: Integer array `(n,)`.

        Returns:
            Three arrays `(n,)`: the cells; their costs; and the least that any other
            cell may cost. This is exact if it is below the floor, and infinite if
            there is no other cell.
        """
        costs = self._losses[words] + self.prices[self._kept[words]]
        stale = costs.min(1) > self._floor[words]
        if stale.any():
            self._search(words[stale])
            costs[stale] = (
                self._losses[words[stale]] + self.prices[self._kept[words[stale]]]
            )
        each = np.arange(len(words))
        best = costs.argmin(1)
        least = costs[each, best]
        costs[each, best] = np.inf
        second = np.minimum(costs.min(1), self._floor[words])
        return self._kept[words, best], least, second

    def at_least(self, words):
        """Return the least that any cell may cost each word, without a search.

        Args:
            words: Integer array `(n,)`.

        Returns:
            float64 array `(n,)`.
        """
        costs = self._losses[words] + self.prices[self._kept[words]]
        return np.minimum(costs.min(1), self._floor[words])

    def _search(self, words):
        prices = self.prices.reshape(self.rows, self.columns)
        rounded = prices.astype(np.float32)
        step = max(1, self._at_once // len(self.prices))
        for start in range(0, len(words), step):
            self._keep(words[start : start + step], prices, rounded)

    def _keep(self, words, prices, rounded):
        """Keep the cheapest cells of each word, from the rows that have them."""
        row_losses, of_row = _above_least(self.row_losses[words])
        column_losses, of_column = _above_least(self.column_losses[words])
        in_row = self._least_in_rows(column_losses.astype(np.float32), rounded)
        rows, floor = _least(in_row + row_losses.astype(np.float32), self._wide)
        floor = floor * (1 - _ROUNDING)
        losses = np.take_along_axis(row_losses, rows, 1)[:, :, None]
        losses = losses + column_losses[:, None, :]
        costs = (losses + prices[rows]).reshape(len(words), -1)
        kept, floor_of_rest = _least(costs, self._kept.shape[1])
        row, column = np.divmod(kept, self.columns)
        self._kept[words] = np.take_along_axis(rows, row, 1) * self.columns + column
        least = of_row + of_column
        self._losses[words] = least + np.take_along_axis(
            losses.reshape(len(words), -1), kept, 1
        )
        self._floor[words] = least[:, 0] + np.minimum(floor, floor_of_rest)

    def _least_in_rows(self, column_losses, prices):
        """Return the least of `column_losses + prices` in each row, float32 `(n, R)`.

        Most of the time is spent here: R · C additions a word, in a reused buffer.
        """
        words = len(column_losses)
        least = np.empty((words, self.rows), np.float32)
        step = max(1, self._at_once // (words * self.columns))
        for start in range(0, self.rows, step):
            part = prices[start : start + step]
            shape = words, len(part), self.columns
            costs = self._buffer[: words * part.size].reshape(shape)
            np.add(part, column_losses[:, None, :], out=costs)
            costs.min(2, out=least[:, start : start + step])
        return least


def _above_least(losses):
    """Return the losses above the least of each word, float64, and the least ones."""
    least = losses.min(1, keepdims=True).astype(np.float64)
    return losses - least, least


def _least(values, number):
    """Return where the `number` least values of each row are, and the next value."""
    if number >= values.shape[1]:
        everywhere = np.broadcast_to(np.arange(values.shape[1]), values.shape)
        return everywhere, np.full(len(values), np.inf)
    order = np.argpartition(values, number, axis=1)
    next_one = values[np.arange(len(values)), order[:, number]]
    return order[:, :number], next_one.astype(np.float64)
