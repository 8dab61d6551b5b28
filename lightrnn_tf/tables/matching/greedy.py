"""The paper's matching: half of what can be saved, or more.

LightRNN replaces the exact matching by a ½-approximate one (Preis 1999). That bound is
for weights to be made large, so a cell's weight is what it saves the word against its
worst row and column; taking the heaviest pair that is still to be had, again and again,
then saves at least half as much as the best table, and gives the same table as Preis's
algorithm. The code that was published with the paper does something else.

Preis, "Linear time ½-approximation algorithm for maximum weighted matching in general
graphs", STACS 1999.
"""

import heapq

import numpy as np

from lightrnn_tf.tables.matching.cheapest import CheapestCells


def greedy(row_losses, column_losses, cells):
    """Return the cell of each word `(V,)`, the pair that saves most first.

    Args:
        row_losses: `(V, R)`.
        column_losses: `(V, C)`.
        cells: `(V,)`, the cells to be filled.
    """
    words = len(cells)
    free_cells = CheapestCells(row_losses, column_losses, cells)
    worst = row_losses.max(1).astype(np.float64) + column_losses.max(1)
    wanted, costs, _ = free_cells.two_best(np.arange(words))
    # Of equal savings the more frequent word's first.
    heap = list(zip((costs - worst).tolist(), range(words), strict=True))
    heapq.heapify(heap)
    cell_of = np.full(words, -1)
    while heap:
        _, word = heapq.heappop(heap)
        cell = wanted[word]
        if np.isfinite(free_cells.prices[cell]):
            cell_of[word] = cell
            free_cells.prices[cell] = np.inf
        else:
            (wanted[word],), (cost,), _ = free_cells.two_best(np.array([word]))
            heapq.heappush(heap, (cost - worst[word], word))
    return cell_of
