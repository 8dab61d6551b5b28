"""Better tables by turns: the words within each row, then within each column."""

import time

import numpy as np
from scipy.optimize import linear_sum_assignment


def alternating(row_losses, column_losses, cells, deadline, least_gain=0.0):
    """Return cells that no exchange within one row or one column makes better.

    Each row is an assignment problem of its words and columns, solved exactly; then
    each column one of its words and rows; and again until nothing gains.

    Args:
        row_losses: `(V, R)`.
        column_losses: `(V, C)`.
        cells: `(V,)`, the cells of the words to begin with.
        deadline: When to stop, in seconds of `time.monotonic`.
        least_gain: Stop when a turn gains less, in nats. Defaults to 0.

    Returns:
        The cell of each word `(V,)`. Memory O(C² + R²).
    """
    columns = column_losses.shape[1]
    row, column = cells // columns, cells % columns
    gain = np.inf
    while gain > least_gain and time.monotonic() < deadline:
        gain = _assign_within(row, column, column_losses, deadline)
        gain += _assign_within(column, row, row_losses, deadline)
    return row * columns + column


def _assign_within(group_of, place_of, losses, deadline):
    """Move the words of each group among its places; return the nats gained."""
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
        # A gain below rounding would let ties go round for ever.
        if gained > 1e-9 * abs(before):
            place_of[words] = places[chosen]
            gain += gained
    return gain
