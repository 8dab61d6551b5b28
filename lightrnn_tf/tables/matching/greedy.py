"""The matching of the LightRNN paper, which saves at least half of what is possible.

LightRNN replaces the exact matching by a ½-approximate one (Preis 1999). That bound
holds for weights to be maximised, so the weight of a pair is what the cell saves the
word, compared with its worst row and column. Taking the heaviest free pair again and
again then saves at least half as much as the best table does, and gives the same table
as Preis's algorithm. The code published with the paper does something else.

Preis, "Linear time ½-approximation algorithm for maximum weighted matching in general
graphs", STACS 1999.
"""

import heapq

import numpy as np

from lightrnn_tf.tables.matching.cheapest import CheapestCells


def greedy(row_losses, column_losses, cells):
    """Return a table made from the pairs of word and cell that save most.

    Args:
        row_losses: Array of numbers `(V, R)`.
        column_losses: Array of numbers `(V, C)`.
        cells: Integer array `(V,)`, the cells to fill.

    Returns:
        Integer array `(V,)`, the cell of each word.
    """
    words = len(cells)
    free_cells = CheapestCells(row_losses, column_losses, cells)
    worst = row_losses.max(1).astype(np.float64) + column_losses.max(1)
    wanted, costs, _ = free_cells.two_best(np.arange(words))
    # If two words save the same, the more frequent one comes first.
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
