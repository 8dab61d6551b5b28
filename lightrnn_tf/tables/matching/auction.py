"""A near-exact matching by auction, with a proof of how near.

Words bid for cells (Bertsekas 1988): a word without a cell goes to the one that is
cheapest for it, losses and price together, and raises its price until the next best
would do as well, and by ε more; who was there has to bid again. Whatever the prices p,

    Σ_w min_cell (loss(w, cell) + p(cell))  −  Σ_cell p(cell)

is a lower bound on the cost of every table: it lets words share cells and pay for them.
When all words have a cell the auction is within V · ε of it. The last few are placed
where there is room, or, if that costs too much, by shortest paths of moves. Words with
the same losses, such as those that never occur, bid together, as one bidder for several
cells (Bertsekas, Castañon 1989): alone they would raise each other's prices for ever.

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

# Auctions are repeated until the cost is proven to be within this share of the least,
# or this share of what words may lose in all.
_GAP, _GAP_OF_SPREAD = 5e-4, 1e-6
# ε of the first auction as a share of what the typical word may lose by its cell, and
# of each later one as a share of the ε before. Words that are much alike would raise
# each other's prices for ever if ε were small at once.
_FIRST, _NEXT = 0.1, 0.1
# Auctions at most: prices are then known as well as rounding lets them.
_MAX_AUCTIONS = 12
# Words whose losses are read together.
_AT_ONCE = 4096
# Words with the same losses bid together where there are so many of them.
_ALIKE = 4
# Costs that are looked at on shortest paths for the last ones of an auction, about a
# second's worth.
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
    """Return a near-exact table and a lower bound on the cost of any.

    Args:
        row_losses: `(V, R)`.
        column_losses: `(V, C)`.
        cells: `(V,)`, the cells to be filled.
        deadline: When to stop bidding, in seconds of `time.monotonic`.
        bidders: Words that bid at the same time. Defaults to 512.
        placed_together: Of the words that are left without a cell, how many are placed
            together. Defaults to 1,000.
        most_placed: How many of them are placed with care: time that runs out early
            leaves all words, and the cells they get make no difference. Defaults to
            20,000.

    Returns:
        The cell of each word `(V,)`, and the bound in nats.
    """
    market = CheapestCells(row_losses, column_losses, cells)
    words = np.arange(len(cells))
    single, groups = _groups(row_losses, column_losses)
    spread = _ranges(row_losses), _ranges(column_losses)
    increment = _FIRST * (_typical(spread[0]) + _typical(spread[1]))
    # What no table can be worth, for losses whose least sum is near 0.
    enough = _GAP_OF_SPREAD * float(spread[0].sum() + spread[1].sum())
    # Without prices, each word would have its cheapest row and column.
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
    """Return a loose lower bound: each word in its cheapest row and column."""
    return _sum_of_least(row_losses) + _sum_of_least(column_losses)


def _groups(row_losses, column_losses):
    """Return which words bid alone, bool `(V,)`, and arrays of those that are alike."""
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
    """Return the greatest loss of each word less its least, `(V,)`."""
    parts = (losses[n : n + _AT_ONCE] for n in range(0, len(losses), _AT_ONCE))
    return np.concatenate([np.ptp(part, axis=1) for part in parts])


def _typical(ranges):
    """Return the median of those above 0; 1 if there are none."""
    return float(np.median(ranges[ranges > 0])) if ranges.any() else 1.0


def _sum_of_least(losses):
    parts = (losses[n : n + _AT_ONCE] for n in range(0, len(losses), _AT_ONCE))
    return sum(float(part.min(1).sum(dtype=np.float64)) for part in parts)


def _bid(market, single, groups, increment, deadline, most):
    """Let words bid until nearly all have a cell; return them, −1 for the others."""
    cell_of = np.full(len(single), -1)
    owner = np.full(len(market.prices), -1)
    waiting = np.flatnonzero(single)
    # The last ones would drive each other from cell to cell for longer than all before.
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
    """Give those of a group who have no cell the cheapest ones.

    For all the cells that it holds the group pays so much that they cost the same, and
    the best other cell would cost ε less.

    Returns:
        The words that are driven out.
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
    """Give cells to words; return the words that had them."""
    out = owner[cells]
    out = out[out >= 0]
    cell_of[out] = -1
    owner[cells] = words
    cell_of[words] = cells
    return out


def _augment(market, cell_of, deadline):
    """Give words without a cell one, at the least cost, as far as it is quick."""
    budget = _LOOKED_AT
    owner = np.full(len(market.prices), -1)
    placed = np.flatnonzero(cell_of >= 0)
    owner[cell_of[placed]] = placed
    for word in np.flatnonzero(cell_of < 0):
        if budget < 0 or time.monotonic() > deadline:
            break
        budget = _shortest_path(market, word, cell_of, owner, budget)


def _shortest_path(market, word, cell_of, owner, budget):
    """Give a word a cell by a chain of moves, each to a cell that the next word leaves.

    Dijkstra's algorithm over what each move costs more than to stay, as in the
    algorithm of Jonker and Volgenant (1987).
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
    """Return the table in which the words without a cell have those that are left.

    Few are, unless time ran out. Some at a time choose among four times as many cells,
    spread over all.
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
    """Return the lower bound that the prices prove, a loose one if time has run out."""
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
