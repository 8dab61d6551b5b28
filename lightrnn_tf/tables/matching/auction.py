"""A near-exact matching by auction, with a proof of how near.

Words bid for cells (Bertsekas 1988). A word without a cell takes the cell that is
cheapest for it (loss plus price) and raises the price until the next best cell would
do as well, and by ε more. The word that had the cell has to bid again. For all prices
p,

    Σ_w min_cell (loss(w, cell) + p(cell))  −  Σ_cell p(cell)

is a lower bound on the cost of every table, because here words may share cells. Once
all words have a cell, the cost is within V · ε of the bound. The last few words take
cells that are left or, if that costs too much, get cells by shortest paths of moves.

Words with the same losses, such as those that never occur, bid together, as one bidder
for several cells (Bertsekas, Castañon 1989). Alone they would raise each other's
prices for ever.

Bertsekas, "The auction algorithm: a distributed relaxation method for the assignment
problem", Annals of Operations Research 14, 1988. Bertsekas, Castañon, "The auction
algorithm for the transportation problem", Annals of Operations Research 20, 1989.
"""

import collections
import hashlib
import time

import numpy as np
from scipy.optimize import linear_sum_assignment

from lightrnn_tf.tables.matching.cheapest import CheapestCells

# Repeat auctions until the cost is proven to be within this share of the least cost, or
# within this share of all that words may lose.
_GAP, _GAP_OF_SPREAD = 5e-4, 1e-6
# ε of the first auction, as a share of what a typical word may lose by its cell, and of
# each later one, as a share of the ε before. With a small ε from the start, similar
# words would raise each other's prices for ever.
_FIRST, _NEXT = 0.1, 0.1
# Most auctions: rounding allows no better prices after these.
_MAX_AUCTIONS = 12
# Words whose losses are read at a time.
_AT_ONCE = 4096
# Words with the same losses bid together if there are at least this many.
_ALIKE = 4
# Most costs to look at for the shortest paths of an auction: about a second.
_LOOKED_AT = 100_000_000


def auction(
    row_losses,
    column_losses,
    cells,
    deadline,
    bidders=512,
    placed_together=1_000,
    most_placed=20_000,
):
    """Return a near-exact table and a lower bound on the cost of all tables.

    Args:
        row_losses: Array of numbers `(V, R)`.
        column_losses: Array of numbers `(V, C)`.
        cells: Integer array `(V,)`, the cells to fill.
        deadline: Number. When to stop bidding, in seconds of `time.monotonic`.
        bidders: Positive integer. Words that bid at the same time. Defaults to 512.
        placed_together: Positive integer. Words left without a cell that are placed
            together, as one assignment. Defaults to 1,000.
        most_placed: Positive integer. Most words to place so; the rest take any cells.
            There are more only if the time ran out early. Defaults to 20,000.

    Returns:
        Integer array `(V,)`, the cell of each word, and the bound in nats.
    """
    market = CheapestCells(row_losses, column_losses, cells)
    words = np.arange(len(cells))
    single, groups = _groups(row_losses, column_losses)
    spread = _ranges(row_losses), _ranges(column_losses)
    increment = _FIRST * (_typical(spread[0]) + _typical(spread[1]))
    # Close enough for losses whose least sum is near 0.
    enough = _GAP_OF_SPREAD * float(spread[0].sum() + spread[1].sum())
    # Valid without any prices.
    bound = least_bound(row_losses, column_losses)
    best, least = None, np.inf
    for _ in range(_MAX_AUCTIONS):
        cell_of = _bid(market, single, groups, increment, deadline, bidders)
        for careful in (False, True):
            if careful:
                _augment(market, cell_of, deadline)
            table = _place_the_rest(
                market, cell_of, cells, placed_together, most_placed
            )
            cost = float(market.losses(words, table).sum())
            if cost < least:
                best, least = table, cost
            if time.monotonic() > deadline:
                return best, bound
            if not careful:
                proven = _bound(market, single, groups, cells, deadline, bidders)
                bound = max(bound, proven)
            if least - bound <= max(_GAP * abs(least), enough):
                return best, bound
        increment *= _NEXT
    return best, bound


def least_bound(row_losses, column_losses):
    """Return a loose lower bound: the cost of each word in its cheapest row and column.

    Args:
        row_losses: Array of numbers `(V, R)`.
        column_losses: Array of numbers `(V, C)`.

    Returns:
        The bound in nats.

    Example:

    >>> least_bound(np.array([[1.0, 2.0]]), np.array([[4.0, 3.0]]))
    4.0
    """
    return _sum_of_least(row_losses) + _sum_of_least(column_losses)


def _groups(row_losses, column_losses):
    """Return which words bid alone, bool `(V,)`, and the words of each group."""
    members = collections.defaultdict(list)
    for word in range(len(row_losses)):
        losses = hashlib.blake2b(row_losses[word].tobytes(), digest_size=16)
        losses.update(column_losses[word].tobytes())
        members[losses.digest()].append(word)
    groups = [np.array(alike) for alike in members.values() if len(alike) >= _ALIKE]
    single = np.ones(len(row_losses), bool)
    for alike in groups:
        single[alike] = False
    return single, groups


def _ranges(losses):
    """Return the range of the losses of each word, `(V,)`."""
    parts = (losses[n : n + _AT_ONCE] for n in range(0, len(losses), _AT_ONCE))
    return np.concatenate([np.ptp(part, axis=1) for part in parts])


def _typical(ranges):
    """Return the median of the ranges above 0, or 1 if there are none."""
    return float(np.median(ranges[ranges > 0])) if ranges.any() else 1.0


def _sum_of_least(losses):
    parts = (losses[n : n + _AT_ONCE] for n in range(0, len(losses), _AT_ONCE))
    return sum(float(part.min(1).sum(dtype=np.float64)) for part in parts)


def _bid(market, single, groups, increment, deadline, most):
    """Let words bid until nearly all have a cell; return the cells, −1 if none."""
    cell_of = np.full(len(single), -1)
    owner = np.full(len(market.prices), -1)
    waiting = np.flatnonzero(single)
    # The last few words would drive each other around for longer than all before.
    few = max(len(cell_of) // 1000, min(10, len(cell_of) // 100))
    while time.monotonic() < deadline:
        if len(waiting) <= few:
            if (cell_of < 0).sum() <= few:
                break
            for alike in groups:
                if (cell_of[alike] < 0).any():
                    out = _settle(market, alike, cell_of, owner, increment)
                    waiting = np.concatenate([waiting, out[single[out]]])
            if not len(waiting):
                continue
        bidders, waiting = waiting[:most], waiting[most:]
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
        # Words of a group wait for `_settle`.
        waiting = np.concatenate([bidders[losers], out[single[out]], waiting])
    return cell_of


def _settle(market, alike, cell_of, owner, increment):
    """Give the words of a group that have no cell the cheapest cells.

    The prices of all cells of the group rise so far that these cells cost it the same,
    ε more than the best other cell.

    Returns:
        The words that lost their cells.
    """
    lost = alike[cell_of[alike] < 0]
    losses = market.losses_everywhere(alike[0])
    costs = losses + market.prices
    costs[cell_of[alike[cell_of[alike] >= 0]]] = np.inf
    order = np.argpartition(costs, min(len(lost), len(costs) - 1))
    out = _give(order[: len(lost)], lost, cell_of, owner)
    held = cell_of[alike]
    level = costs[order[len(lost) :]].min(initial=np.inf) + increment
    if not np.isfinite(level):
        level = (losses + market.prices)[held].max()
    market.prices[held] = np.maximum(market.prices[held], level - losses[held])
    return out


def _give(cells, words, cell_of, owner):
    """Give cells to words; return the words that had these cells."""
    out = owner[cells]
    out = out[out >= 0]
    cell_of[out] = -1
    owner[cells] = words
    cell_of[words] = cells
    return out


def _augment(market, cell_of, deadline):
    """Give each word that is left a cell at the least cost, within a budget."""
    budget = _LOOKED_AT
    owner = np.full(len(market.prices), -1)
    placed = np.flatnonzero(cell_of >= 0)
    owner[cell_of[placed]] = placed
    for word in np.flatnonzero(cell_of < 0):
        if budget < 0 or time.monotonic() > deadline:
            break
        budget = _shortest_path(market, word, cell_of, owner, budget)


def _shortest_path(market, word, cell_of, owner, budget):
    """Give a word a cell by a chain of moves: each word takes the cell of the next.

    This is Dijkstra's algorithm over the extra cost of each move, as in the algorithm
    of Jonker and Volgenant (1987).

    Returns:
        What is left of the budget, a number of costs to look at.
    """
    prices = market.prices
    distance = np.full(len(prices), np.inf)
    mover = np.full(len(prices), -1)
    done = np.zeros(len(prices), bool)
    moving, so_far = word, 0.0
    while budget > 0:
        budget -= len(prices)
        costs = market.losses_everywhere(moving) + prices
        own = cell_of[moving]
        reached = so_far + np.maximum(
            costs - (costs.min() if own < 0 else costs[own]), 0
        )
        nearer = (reached < distance) & ~done
        distance[nearer], mover[nearer] = reached[nearer], moving
        cell = int(np.where(done, np.inf, distance).argmin())
        so_far = distance[cell]
        if owner[cell] < 0:
            prices[done] += so_far - distance[done]
            while cell >= 0:
                moving = mover[cell]
                owner[cell] = moving
                cell_of[moving], cell = cell, cell_of[moving]
            break
        done[cell] = True
        moving = owner[cell]
    return budget


def _place_the_rest(market, cell_of, cells, together, most):
    """Return the table after giving the words without a cell the cells that are left.

    These are few words, unless the time ran out. They choose in batches, each among
    four times as many cells, spread over all that are left.
    """
    cell_of = cell_of.copy()
    words = np.flatnonzero(cell_of < 0)
    left = np.zeros(len(market.prices), bool)
    left[cells] = True
    left[cell_of[cell_of >= 0]] = False
    for start in range(0, len(words[:most]), together):
        part = words[:most][start : start + together]
        free = np.flatnonzero(left)
        offered = free[:: max(1, len(free) // (4 * len(part)))]
        losses = market.losses(part[:, None], offered)
        _, chosen = linear_sum_assignment(losses)
        cell_of[part] = offered[chosen]
        left[offered[chosen]] = False
    cell_of[words[most:]] = np.flatnonzero(left)
    return cell_of


def _bound(market, single, groups, cells, deadline, together):
    """Return the lower bound that the prices prove; a loose one after the deadline."""
    total = 0.0
    for alike in groups:
        costs = market.losses_everywhere(alike[0]) + market.prices
        total += len(alike) * float(costs.min())
    words = np.flatnonzero(single)
    for start in range(0, len(words), together):
        part = words[start : start + together]
        if time.monotonic() < deadline:
            least = market.two_best(part)[1]
        else:
            least = market.at_least(part)
        total += float(least.sum())
    return total - float(market.prices[cells].sum())
