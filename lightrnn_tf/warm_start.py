"""A first table from counts, before any training.

Words that are used alike should share a row or a column. The neighbours of each word
are counted, weighted by positive pointwise mutual information and compressed by a
truncated singular value decomposition to unit vectors u_w; then

    u_w  ≈  a_{r(w)} + b_{c(w)},      one word a cell,

is solved by turns: the columns of the words in each row, the rows of the words in each
column (each a small assignment problem), and the vectors a and b (weighted means). A
word weighs as much as the square root of its count.

Not in the LightRNN paper, which starts from a random table.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix, csr_matrix, hstack
from scipy.sparse.linalg import svds

from lightrnn_tf import table as tables

# Distance of a neighbour (before: negative) and how much it counts.
_NEIGHBOURS = ((-1, 1.0), (1, 0.7), (-2, 0.5))
_MAX_SWEEPS = 40
# Tokens that are counted at a time, so that memory does not grow with the text.
_CHUNK = 1 << 20
# A sweep that lowers the error by less than this fraction is the last.
_LEAST_GAIN = 5e-4


def table(
    ids: np.ndarray,
    vocabulary_size: int,
    rows: int,
    columns: int,
    dimensions: int = 64,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> tables.WordTable:
    """Return a table in which words that are used alike share rows and columns.

    Args:
        ids: Integer array `(N,)`, the training text.
        vocabulary_size: Size of the vocabulary, `V`.
        rows: Number of rows, `R`.
        columns: Number of columns, `C`.
        dimensions: Length of the vectors u_w. Defaults to 64.
        seed: Seed of the first, random allocation. Defaults to 0.
        progress: Called with the share done, in [0, 1]. Defaults to none.

    Raises:
        ValueError: If the words do not fit into the table.

    Time: 10,000 words of Penn Treebank take about half a minute on one core.

    Example:

    >>> ids = np.array([0, 2, 4, 1, 3, 4, 0, 3, 4, 1, 2, 4])
    >>> table(ids, vocabulary_size=5, rows=2, columns=3).cells.shape
    (5,)
    """
    first = tables.WordTable.random(vocabulary_size, rows, columns, seed)
    vectors = _word_vectors(ids, vocabulary_size, dimensions)
    counts = sum(np.bincount(part, minlength=vocabulary_size) for part in _chunks(ids))
    weights = np.sqrt(counts) + 1e-3
    row, column = first.row_of.copy(), first.column_of.copy()
    previous = np.inf
    for sweep in range(_MAX_SWEEPS):
        row_vectors, column_vectors = _fit(vectors, weights, row, column, first)
        _reassign(row, column, vectors - row_vectors[row], column_vectors, weights)
        row_vectors, column_vectors = _fit(vectors, weights, row, column, first)
        _reassign(column, row, vectors - column_vectors[column], row_vectors, weights)
        row_vectors, column_vectors = _fit(vectors, weights, row, column, first)
        error = _error(vectors, weights, row_vectors[row] + column_vectors[column])
        if progress:
            progress((sweep + 1) / _MAX_SWEEPS)
        if error > previous * (1 - _LEAST_GAIN):
            break
        previous = error
    return tables.WordTable(row * columns + column, rows, columns)


def _word_vectors(ids, vocabulary_size, dimensions):
    """Return unit vectors `(V, D)` from the neighbours of each word."""
    parts = []
    for distance, weight in _NEIGHBOURS:
        counts = _neighbour_counts(ids, distance, vocabulary_size)
        parts.append(_ppmi(counts) * weight)
    matrix = hstack(parts, format="csr").astype(np.float32)
    dimensions = min(dimensions, vocabulary_size - 1)
    if dimensions < 1 or matrix.nnz == 0:
        return np.zeros((vocabulary_size, 1), np.float32)
    # A fixed start makes the Lanczos iteration repeatable.
    start = np.random.default_rng(0).normal(size=vocabulary_size).astype(np.float32)
    left, singular, _ = svds(matrix, k=dimensions, v0=start)
    vectors = left * np.sqrt(np.maximum(singular, 0))
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(norms, 1e-9)


def _chunks(ids, overlap=0):
    """Yield parts of a text, each beginning with the last words of the one before."""
    for start in range(0, len(ids), _CHUNK):
        yield ids[max(0, start - overlap) : start + _CHUNK]


def _neighbour_counts(ids, distance, vocabulary_size):
    """Return how often each word has each other one at a distance, `(V, V)`."""
    shape = (vocabulary_size, vocabulary_size)
    counts = csr_matrix(shape)
    overlap = abs(distance)
    for part in _chunks(ids, overlap):
        earlier, later = part[: len(part) - overlap], part[overlap:]
        pair = (later, earlier) if distance < 0 else (earlier, later)
        counts += coo_matrix((np.ones(len(later)), pair), shape=shape).tocsr()
    return counts


def _ppmi(counts):
    """Return positive pointwise mutual information, smoothed as in word2vec."""
    total = counts.sum()
    of_word = np.asarray(counts.sum(1)).ravel()
    of_neighbour = np.asarray(counts.sum(0)).ravel() ** 0.75
    of_neighbour *= total / max(of_neighbour.sum(), 1e-9)
    pairs = counts.tocoo()
    information = np.log(
        pairs.data * total / (of_word[pairs.row] * of_neighbour[pairs.col])
    )
    keep = information > 0
    return coo_matrix(
        (information[keep], (pairs.row[keep], pairs.col[keep])), shape=counts.shape
    ).tocsr()


def _fit(vectors, weights, row, column, first):
    """Return the best row vectors and column vectors for an allocation."""
    column_vectors = np.zeros((first.columns, vectors.shape[1]))
    for _ in range(2):
        row_vectors = _means(vectors - column_vectors[column], weights, row, first.rows)
        column_vectors = _means(
            vectors - row_vectors[row], weights, column, first.columns
        )
    return row_vectors, column_vectors


def _means(vectors, weights, group_of, groups):
    member = csr_matrix(
        (weights, (group_of, np.arange(len(group_of)))), shape=(groups, len(group_of))
    )
    mass = np.bincount(group_of, weights, groups)
    return (member @ vectors) / np.maximum(mass, 1e-9)[:, None]


def _reassign(group_of, place_of, wanted, place_vectors, weights):
    """Give the words of each group the places whose vectors are nearest."""
    order = np.argsort(group_of, kind="stable")
    for words in np.split(order, np.flatnonzero(np.diff(group_of[order])) + 1):
        places = place_of[words]
        # |x − v|² without |x|², which is the same for every place.
        near = place_vectors[places]
        costs = (near**2).sum(1) - 2 * wanted[words] @ near.T
        _, chosen = linear_sum_assignment(costs * weights[words, None])
        place_of[words] = places[chosen]


def _error(vectors, weights, approximation):
    distances = ((vectors - approximation) ** 2).sum(1)
    return float((distances * weights).sum() / weights.sum())
