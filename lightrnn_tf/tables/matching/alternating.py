"""Improves a table by turns: the words of each row, then the words of each column."""

import time

import numpy as np
from scipy.optimize import linear_sum_assignment


def alternating(row_losses, column_losses, cells, deadline, least_gain=0.0):
    """Return cells that no exchange within one row or one column improves.

    Each turn solves exactly, for every row, the assignment of its words to its columns,
    and then, for every column, the assignment of its words to its rows. Turns repeat
    until none gains anything. Memory: O(C² + R²).

    Args:
        row_losses: Array of numbers `(V, R)`.
        column_losses: Array of numbers `(V, C)`.
        cells: Integer array `(V,)`, the cells of the words at the start.
        deadline: Number. When to stop, in seconds of `time.monotonic`.
        least_gain: Number. Stop when a turn gains less, in nats. Defaults to 0.

    Returns:
        Integer array `(V,)`, the cell of each word.
    """
    columns = column_losses.shape[1]
    row, column = cells // columns, cells % columns
    gain = np.inf
    while gain > least_gain and time.monotonic() < deadline:
        gain = _assign_within(row, column, column_losses, deadline)
        gain += _assign_within(column, row, row_losses, deadline)
    return row * columns + column


def _assign_within(group_of, place_of, losses, deadline):
    """Reorder the words of each group among its places; return the nats gained."""
    gain = 0.0
    order = np.argsort(group_of, kind="stable")
    for words in np.split(order, np.flatnonzero(np.diff(group_of[order])) + 1):
        if time.monotonic() > deadline:
            break
        places = place_of[words]
        costs = losses[words][:, places].astype(np.float64)
        _, chosen = linear_sum_assignment(costs)
        before = costs.trace()
        gained = before - costs[np.arange(len(words)), chosen].sum()
        # Ties would move for ever if gains below rounding counted.
        if gained > 1e-9 * abs(before):
            place_of[words] = places[chosen]
            gain += gained
    return gain
