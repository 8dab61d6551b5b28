"""A first table before any training, from counts or from word vectors.

Words that are used alike should share a row or a column. The method counts the
neighbours of each word, weights the counts by positive pointwise mutual information and
compresses them by a truncated singular value decomposition to vectors u_w of length
one. It then solves

    u_w  ≈  a_{r(w)} + b_{c(w)},      one word per cell,

by turns for the columns of the words in each row, the rows of the words in each column
(each a small assignment problem), and the vectors a and b (weighted means). The weight
of a word is the square root of its count. The search starts from a random table or, if
a row or column has more than 400 cells, from clusters of words as rows.

The LightRNN paper does not have this method: it starts from a random table.
"""

import inspect
from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix, csr_matrix, hstack
from scipy.sparse.linalg import LinearOperator, eigsh

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.memory import memory_for
from lightrnn_tf.tables import word_table
from lightrnn_tf.tables.neighbours import DISTANCES, Neighbours

__all__ = ["Neighbours", "table", "table_of_vectors", "word_vectors"]

# How much the neighbour at each distance counts.
_WEIGHTS = dict(zip(DISTANCES, (1.0, 0.7, 0.5), strict=True))
_MAX_SWEEPS = 40
# Squares of larger numbers in vectors might overflow.
_LARGEST = 1e15
# SciPy before 1.17 has no `rng` argument and is repeatable without it.
_REPEATABLE = {"rng": 0} if "rng" in inspect.signature(eigsh).parameters else {}
# Stop after a sweep that lowers the error by less than this fraction; a sweep of a
# large table takes a minute or more.
_LEAST_GAIN, _LEAST_GAIN_IF_LARGE = 5e-4, 2e-2


def table(
    text: np.ndarray | Neighbours,
    vocabulary_size: int,
    rows: int,
    columns: int,
    dimensions: int = 64,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> word_table.WordTable:
    """Return a table in which words that are used alike share rows and columns.

    Args:
        text: The training text, an integer array `(N,)`, or its `Neighbours`.
        vocabulary_size: Positive integer. Size of the vocabulary, `V`.
        rows: Positive integer. Number of rows, `R`.
        columns: Positive integer. Number of columns, `C`.
        dimensions: Positive integer. Length of the vectors u_w. Defaults to 64.
        seed: Integer in `[0, 2**32)`. Seed of the first, random table. Defaults to 0.
        progress: Function to call with the share done, in [0, 1]. Defaults to `None`.

    Returns:
        A `WordTable`. It may differ between numbers of threads, because sums are then
        rounded differently.

    Raises:
        ValueError: If the words do not fit into the table, or a word id is not in
            `[0, V)`.
        MemoryError: If memory runs out; the message says for what.

    Example:

    >>> ids = np.array([0, 2, 4, 1, 3, 4, 0, 3, 4, 1, 2, 4])
    >>> table(ids, vocabulary_size=5, rows=2, columns=3).cells.shape
    (5,)
    """
    checks.positive_integer("vocabulary_size", vocabulary_size)
    _check_options(dimensions, seed, progress)
    word_table.word_cells(vocabulary_size, rows, columns)  # Raises if words do not fit.
    if isinstance(text, Neighbours):
        neighbours = text
        if neighbours.vocabulary_size != vocabulary_size:
            raise ValueError(
                f"`text` must be of {vocabulary_size} words. Received: neighbours of "
                f"{neighbours.vocabulary_size}."
            )
    else:
        neighbours = Neighbours(vocabulary_size)
        with memory_for(f"the neighbours of {vocabulary_size:,} words"):
            neighbours.add(text, "text")
    with memory_for(f"the vectors of {vocabulary_size:,} words for the warm start"):
        vectors = word_vectors(neighbours, dimensions)
        return table_of_vectors(
            vectors, neighbours.counts, rows, columns, seed, progress
        )


def _check_options(dimensions, seed, progress):
    checks.positive_integer("dimensions", dimensions)
    checks.seed("seed", seed)
    checks.function("progress", progress)


def word_vectors(neighbours: Neighbours, dimensions: int = 64) -> np.ndarray:
    """Return vectors that point the same way for words that are used alike.

    Args:
        neighbours: The `Neighbours` of a text.
        dimensions: Positive integer. Length of the vectors. Defaults to 64.

    Returns:
        Float array `(V, D)`. D is `dimensions`, or `V − 1` if that is less; it is 1,
        and all vectors are zero, for a text without neighbours.

    Raises:
        ValueError: If an argument is of another kind.
    """
    checks.instance("neighbours", neighbours, Neighbours)
    checks.positive_integer("dimensions", dimensions)
    parts = [_ppmi(neighbours.pairs[d]) * weight for d, weight in _WEIGHTS.items()]
    matrix = hstack(parts, format="csr").astype(np.float32)
    words = neighbours.vocabulary_size
    dimensions = min(dimensions, words - 1)
    if dimensions < 1 or matrix.nnz == 0:
        return np.zeros((words, 1), np.float32)
    # The left singular vectors, from M Mᵀ. `svds` computes the same, but has no seed
    # for its restarts, so it is not repeatable.
    square = LinearOperator(
        (words, words), lambda v: matrix @ (matrix.T @ v), dtype=np.float32
    )
    start = np.random.default_rng(0).normal(size=words).astype(np.float32)
    squares, left = eigsh(square, k=dimensions, v0=start, **_REPEATABLE)
    return left * np.maximum(squares, 0) ** 0.25


def table_of_vectors(
    vectors: np.ndarray,
    counts: np.ndarray,
    rows: int,
    columns: int,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    max_together: int = 400,
) -> word_table.WordTable:
    """Return a table in which words with similar vectors share rows and columns.

    Args:
        vectors: Array of numbers `(V, D)`; only their directions count. Zeros for a
            word that has none.
        counts: Array of numbers `(V,)`, how often each word occurs.
        rows: Positive integer. Number of rows, `R`.
        columns: Positive integer. Number of columns, `C`.
        seed: Integer in `[0, 2**32)`. Seed of the first, random table. Defaults to 0.
        progress: Function to call with the share done, in [0, 1]. Defaults to `None`.
        max_together: Positive integer. Most words of a row or column to place
            together; longer ones are split at random. The time grows with its square.
            Defaults to 400.

    Returns:
        A `WordTable`.

    Raises:
        ValueError: If a vector is not finite, the lengths disagree, or the words do not
            fit into the table.

    Example:

    >>> vectors = np.array([[1.0, 0], [1, 0.1], [0, 1], [0.1, 1]])
    >>> table_of_vectors(vectors, np.ones(4), rows=2, columns=2).rows
    2
    """
    _check_options(1, seed, progress)
    checks.positive_integer("max_together", max_together)
    vectors, counts = np.asarray(vectors), np.asarray(counts)
    _check_vectors(vectors, counts)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = vectors / np.maximum(norms, 1e-9)
    weights = np.sqrt(counts) + 1e-3
    first = word_table.WordTable.random(len(vectors), rows, columns, seed)
    least_gain = _LEAST_GAIN
    if max(rows, columns) > max_together:
        first = _clusters(vectors, weights, first)
        least_gain = _LEAST_GAIN_IF_LARGE
    return _improved(vectors, weights, first, least_gain, seed, progress, max_together)


def _improved(vectors, weights, first, least_gain, seed, progress, max_together):
    """Return the table after sweeps over rows and columns, until one gains little."""
    row, column = first.row_of.copy(), first.column_of.copy()
    previous, draw = np.inf, np.random.default_rng(seed)
    for sweep in range(_MAX_SWEEPS):
        row_vectors, column_vectors = _fit(vectors, weights, row, column, first)
        wanted = vectors - row_vectors[row]
        _reassign(row, column, wanted, column_vectors, weights, draw, max_together)
        row_vectors, column_vectors = _fit(vectors, weights, row, column, first)
        wanted = vectors - column_vectors[column]
        _reassign(column, row, wanted, row_vectors, weights, draw, max_together)
        row_vectors, column_vectors = _fit(vectors, weights, row, column, first)
        error = _error(vectors, weights, row_vectors[row] + column_vectors[column])
        if progress:
            progress((sweep + 1) / _MAX_SWEEPS)
        if error > previous * (1 - least_gain):
            break
        previous = error
    cells = row * first.columns + column
    return word_table.WordTable(cells, first.rows, first.columns)


def _check_vectors(vectors, counts):
    if counts.ndim != 1 or counts.dtype.kind not in "fiu":
        raise ValueError(
            "`counts` must be a one-dimensional array of numbers. Received: shape "
            f"{counts.shape}, dtype {counts.dtype}."
        )
    if not ((counts >= 0) & (counts < np.inf)).all():
        bad = counts[~((counts >= 0) & (counts < np.inf))]
        raise ValueError(f"`counts` must be at least 0 and finite. Received: {bad[0]}.")
    if vectors.ndim != 2 or counts.shape != vectors.shape[:1]:
        raise ValueError(
            "`vectors` must be of shape (V, D) with a count for each. Received: shapes "
            f"{vectors.shape} and {counts.shape}."
        )
    numbers = vectors.dtype.kind in "fiu"
    bad = vectors[~(np.abs(vectors) <= _LARGEST)] if numbers else vectors
    if not numbers or bad.size:
        raise ValueError(
            f"`vectors` must be finite numbers of at most {_LARGEST:g}. Received: "
            f"{bad.flat[0] if bad.size else vectors.dtype}."
        )


def _ppmi(counts):
    """Return positive pointwise mutual information, smoothed as in word2vec.

    Args:
        counts: Sparse matrix `(V, V)` of how often pairs occur.

    Returns:
        Sparse matrix `(V, V)`.
    """
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


def _clusters(vectors, weights, table):
    """Return a table with the same cells whose rows are clusters of words.

    The words are split in two along the direction in which they differ most, and each
    part again, until it has the size of a row. From there a large table needs a few
    sweeps; from a random table it needs dozens.
    """
    sizes = np.bincount(table.row_of, minlength=table.rows)
    order = np.concatenate([*_halves(vectors, weights, np.arange(len(vectors)), sizes)])
    cells = np.empty_like(table.cells)
    cells[order] = table.cells[np.argsort(table.row_of, kind="stable")]
    return word_table.WordTable(cells, table.rows, table.columns)


def _halves(vectors, weights, words, sizes):
    """Yield the words in parts of the given sizes, similar words together."""
    if len(sizes) == 1:
        yield words
        return
    apart = vectors[words] - np.average(vectors[words], axis=0, weights=weights[words])
    _, directions = np.linalg.eigh(apart.T @ (apart * weights[words, None]))
    words = words[np.argsort(apart @ directions[:, -1], kind="stable")]
    middle = len(sizes) // 2
    end = sizes[:middle].sum()
    yield from _halves(vectors, weights, words[:end], sizes[:middle])
    yield from _halves(vectors, weights, words[end:], sizes[middle:])


def _fit(vectors, weights, row, column, first):
    """Return row vectors `(R, D)` and column vectors `(C, D)` that fit a table well."""
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


def _reassign(group_of, place_of, wanted, place_vectors, weights, draw, together):
    """Give the words of each group the places whose vectors are nearest.

    A large group is split at random, and each part exchanges places only within
    itself, because the time of an assignment grows with the cube of its words.
    """
    order = np.argsort(group_of, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(group_of[order])) + 1)
    for words in _parts(groups, draw, together):
        places = place_of[words]
        # |x − v|² without |x|², which is the same for all places.
        near = place_vectors[places]
        costs = (near**2).sum(1) - 2 * wanted[words] @ near.T
        _, chosen = linear_sum_assignment(costs * weights[words, None])
        place_of[words] = places[chosen]


def _parts(groups, draw, together):
    """Yield the groups; split large ones at random."""
    for words in groups:
        if len(words) <= together:
            yield words
        else:
            parts = -(-len(words) // together)
            yield from np.array_split(draw.permutation(words), parts)


def _error(vectors, weights, approximation):
    distances = ((vectors - approximation) ** 2).sum(1)
    return float((distances * weights).sum() / weights.sum())
