"""A near-exact matching by auction, with a proof of how near.

Words bid for cells (Bertsekas 1988): a word without a cell goes to the one that is
cheapest for it, losses and price together, and raises its price until the next best
would do as well, and by ε more; who was there has to bid again. Whatever the prices p,

    Σ_w min_cell (loss(w, cell) + p(cell))  −  Σ_cell p(cell)

is a lower bound on the cost of every table: it lets words share cells and pay for them.
When all words have a cell the auction is within V · ε of it; the last few are placed
without bidding, and the bound tells what that cost. Words that never occur lose nothing
anywhere; they bid together.

Bertsekas, "The auction algorithm: a distributed relaxation method for the assignment
problem", Annals of Operations Research 14, 1988.
"""

import time

import numpy as np
from scipy.optimize import linear_sum_assignment

from lightrnn_tf.matching.cheapest import CheapestCells

# Auctions are repeated until the cost is proven to be within this share of the least.
_GAP = 5e-4
# ε of the first auction as a share of what the typical word may lose by its cell, and
# of each later one as a share of the ε before. Words that are much alike would raise
# each other's prices for ever if ε were small at once.
_FIRST, _NEXT = 0.1, 0.1
# Auctions at most: prices are then known as well as rounding lets them.
_MAX_AUCTIONS = 12
# Words whose losses are read together.
_AT_ONCE = 4096
# An auction ends when no more than one word in so many has no cell: the last ones would
# drive each other from cell to cell for longer than all before them.
_LAST = 1000
# Words that bid at the same time.
_BIDDERS = 512
# Words that are placed together when the auction has ended.
_PART = 1_000


def auction(row_losses, column_losses, cells, deadline):
    """Return a near-exact table and a lower bound on the cost of any.

    Args:
        row_losses: `(V, R)`.
        column_losses: `(V, C)`.
        cells: `(V,)`, the cells to be filled.
        deadline: When to stop bidding, in seconds of `time.monotonic`.

    Returns:
        The cell of each word `(V,)`, and the bound in nats.
    """
    market = CheapestCells(row_losses, column_losses, cells)
    words = np.arange(len(cells))
    row_ranges, column_ranges = _ranges(row_losses), _ranges(column_losses)
    ranged = (row_ranges > 0) | (column_ranges > 0)
    choosy, content = np.flatnonzero(ranged), np.flatnonzero(~ranged)
    increment = _FIRST * (_typical(row_ranges) + _typical(column_ranges))
    # Without prices, each word would have its cheapest row and column.
    bound = _sum_of_least(row_losses) + _sum_of_least(column_losses)
    best, least = None, np.inf
    for _ in range(_MAX_AUCTIONS):
        cell_of = _bid(market, choosy, content, increment, deadline)
        _place_the_rest(market, cell_of, cells)
        cost = float(market.losses(words, cell_of).sum())
        if cost < least:
            best, least = cell_of, cost
        bound = max(bound, _bound(market, choosy, content, cells, deadline))
        if least - bound <= _GAP * abs(least) or time.monotonic() > deadline:
            break
        increment *= _NEXT
    return best, bound


def _ranges(losses):
    """Return the greatest loss of each word less its least, `(V,)`."""
    parts = (losses[n : n + _AT_ONCE] for n in range(0, len(losses), _AT_ONCE))
    return np.concatenate([np.ptp(part, axis=1) for part in parts])


def _typical(ranges):
    """Return the median of those above 0; 1 if there are none."""
    return float(np.median(ranges[ranges > 0])) if ranges.any() else 1.0


def _sum_of_least(losses):
    parts = (losses[n : n + _AT_ONCE] for n in range(0, len(losses), _AT_ONCE))
    return sum(float(part.min(1).sum(dtype=np.float64)) for part in parts)


def _bid(market, choosy, content, increment, deadline):
    """Let words bid until nearly all have a cell; return them, −1 for the others."""
    cell_of = np.full(len(choosy) + len(content), -1)
    owner = np.full(len(market.prices), -1)
    waiting = choosy
    few = len(cell_of) // _LAST
    while time.monotonic() < deadline:
        if len(waiting) <= few:
            if len(waiting) + (cell_of[content] < 0).sum() <= few:
                break
            out = _settle(market, content, cell_of, owner, increment)
            waiting = np.concatenate([waiting, out])
            continue
        bidders, waiting = waiting[:_BIDDERS], waiting[_BIDDERS:]
        wanted, cost, second = market.two_best(bidders)
        raised = np.where(np.isfinite(second), second - cost, 0.0) + increment
        bids = market.prices[wanted] + raised
        # In each cell the highest bid wins.
        order = np.lexsort((bids, wanted))
        last = np.append(np.diff(wanted[order]) != 0, True)
        winners, losers = order[last], order[~last]
        cells = wanted[winners]
        market.prices[cells] = bids[winners]
        out = _give(cells, bidders[winners], cell_of, owner)
        # The others wait for `_settle`.
        out = out[~np.isin(out, content, assume_unique=True)]
        waiting = np.concatenate([bidders[losers], out, waiting])
    return cell_of


def _settle(market, content, cell_of, owner, increment):
    """Give the words that are content anywhere and have no cell the cheapest ones.

    Bidding one by one they would raise each other's prices by ε at a time. As one
    bidder for many cells they pay ε more than the best cell that they leave.

    Returns:
        The words that are driven out.
    """
    has_cell = cell_of[content] >= 0
    lost = content[~has_cell]
    prices = market.prices.copy()
    prices[cell_of[content[has_cell]]] = np.inf
    order = np.argsort(prices, kind="stable")
    out = _give(order[: len(lost)], lost, cell_of, owner)
    left = prices[order[len(lost) :]]
    left = left[np.isfinite(left)]
    if len(left):
        held = cell_of[content]
        market.prices[held] = np.maximum(market.prices[held], left[0] + increment)
    return out


def _give(cells, words, cell_of, owner):
    """Give cells to words; return the words that had them."""
    out = owner[cells]
    out = out[out >= 0]
    cell_of[out] = -1
    owner[cells] = words
    cell_of[words] = cells
    return out


def _place_the_rest(market, cell_of, cells):
    """Give the words without a cell the cells that are left, some at a time.

    Few are, unless time ran out; then the words of a part choose among four times as
    many cells, spread over all.
    """
    words = np.flatnonzero(cell_of < 0)
    free = np.setdiff1d(cells, cell_of)
    for start in range(0, len(words), _PART):
        part = words[start : start + _PART]
        # Cells spread over all that are left, a few to choose from for each word.
        offered = free[:: max(1, len(free) // (4 * len(part)))]
        losses = market.losses(part[:, None], offered)
        _, chosen = linear_sum_assignment(losses)
        cell_of[part] = offered[chosen]
        free = np.setdiff1d(free, offered[chosen])


def _bound(market, choosy, content, cells, deadline):
    """Return the lower bound that the prices prove, a loose one if time has run out."""
    prices = market.prices[cells]
    total = float(market.losses(content, cells[0]).sum()) + len(content) * prices.min()
    for start in range(0, len(choosy), _BIDDERS):
        part = choosy[start : start + _BIDDERS]
        if time.monotonic() < deadline:
            least = market.two_best(part)[1]
        else:
            least = market.at_least(part)
        total += float(least.sum())
    return total - float(prices.sum())
