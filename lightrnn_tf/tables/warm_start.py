"""A first table before any training, from counts or from word vectors.

Words that are used alike should share a row or a column. The neighbours of each word
are counted, weighted by positive pointwise mutual information and compressed by a
truncated singular value decomposition to vectors of length one, u_w; then

    u_w  ≈  a_{r(w)} + b_{c(w)},      one word a cell,

is solved by turns: the columns of the words in each row, the rows of the words in each
column (each a small assignment problem), and the vectors a and b (weighted means). A
word weighs as much as the square root of its count. All begins with a random table, or,
where a row or column has more than 400 cells, with clusters of words as rows.

Not in the LightRNN paper, which starts from a random table.
"""

import inspect
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO, Self

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix, csr_matrix, hstack
from scipy.sparse.linalg import LinearOperator, eigsh

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import DAMAGED_ARCHIVE
from lightrnn_tf._internal.memory import memory_for
from lightrnn_tf.tables import word_table

# Distance of a neighbour (before: negative) and how much it counts.
_NEIGHBOURS = {-1: 1.0, 1: 0.7, -2: 0.5}
# The farthest of them.
REACH = max(map(abs, _NEIGHBOURS))
_MAX_SWEEPS = 40
# Tokens that are counted at a time, so that memory does not grow with the text.
_CHUNK = 1 << 20
# Squares of larger numbers in vectors might overflow.
_LARGEST = 1e15
# SciPy before 1.17 is repeatable without being asked.
_REPEATABLE = {"rng": 0} if "rng" in inspect.signature(eigsh).parameters else {}
# A sweep that lowers the error by less than this fraction is the last; one of a large
# table takes a minute or more.
_LEAST_GAIN, _LEAST_GAIN_IF_LARGE = 5e-4, 2e-2


class Neighbours:
    """Counts how often each word has each other one beside it.

    Texts may be added one after the other. Memory is bounded: when there are too many
    different pairs at one of the three distances, those that were met least are
    forgotten, once-met ones first.

    Args:
        vocabulary_size: Size of the vocabulary, `V`.
        max_pairs: Different pairs at each distance that are kept at most, 12 bytes
            each. Defaults to 67 million, 0.8 GB.

    Attributes:
        counts: float64 `(V,)`, how often each word was met.
        pairs: For each distance, −1 for the word before, a sparse matrix `(V, V)`: how
            often word i has word j there.

    Example:

    >>> neighbours = Neighbours(3)
    >>> neighbours.add(np.array([0, 1, 0, 2]))
    >>> neighbours.pairs[1].toarray().tolist()
    [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """

    def __init__(self, vocabulary_size: int, max_pairs: int = 1 << 26):
        checks.positive_integer("vocabulary_size", vocabulary_size)
        checks.positive_integer("max_pairs", max_pairs)
        self.vocabulary_size = vocabulary_size
        self.max_pairs = max_pairs
        shape = (vocabulary_size, vocabulary_size)
        self.counts = np.zeros(vocabulary_size)
        self.pairs = {distance: csr_matrix(shape) for distance in _NEIGHBOURS}

    def add(self, ids: np.ndarray, name: str = "ids") -> None:
        """Count the neighbours in a text, an integer array `(N,)`, called `name`.

        Raises:
            ValueError: If it is no such array, or a word id is not in `[0, V)`.
        """
        ids = np.asanyarray(ids)
        if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer):
            raise ValueError(
                f"`{name}` must be a one-dimensional integer array. "
                f"Received: shape {ids.shape}, dtype {ids.dtype}."
            )
        for start in range(0, len(ids), _CHUNK):
            end = start + _CHUNK
            part = np.asarray(ids[start:end])
            if part.min() < 0 or part.max() >= self.vocabulary_size:
                raise ValueError(
                    f"`{name}` must be in [0, {self.vocabulary_size}). Received: ids "
                    f"from {part.min()} to {part.max()}."
                )
            self.counts += np.bincount(part, minlength=self.vocabulary_size)
            for distance in _NEIGHBOURS:
                # Begins with the last words of the part before.
                self._add(
                    np.asarray(ids[max(0, start - abs(distance)) : end]), distance
                )

    def append(self, text: "Neighbours", end: np.ndarray, start: np.ndarray) -> None:
        """Count what was counted in a text that follows.

        Args:
            text: Its neighbours.
            end: The last words of all that was counted, `REACH` if there are so many.
            start: The first words of the text, likewise.
        """
        self.counts += text.counts
        for distance in _NEIGHBOURS:
            self._merge(text.pairs[distance], distance)
            # Pairs of which one word is on either side.
            apart = abs(distance)
            self._add(np.concatenate([end[-apart:], start[:apart]]), distance)

    def save(self, file: BinaryIO) -> None:
        """Write the counts to a file."""
        arrays: dict[str, Any] = {"counts": self.counts}
        for distance, pairs in self.pairs.items():
            pairs = pairs.tocoo()
            for name in ("row", "col", "data"):
                arrays[f"{name}{distance}"] = getattr(pairs, name)
        np.savez(file, **arrays)

    @classmethod
    def load(cls, file: BinaryIO, vocabulary_size: int) -> Self:
        """Return the counts in a file.

        Raises:
            ValueError: If they are not those of such a vocabulary.
        """
        found = cls(vocabulary_size)
        try:
            with zipfile.ZipFile(file) as archive:
                # Then they take no more memory than the file has bytes.
                if any(m.compress_type for m in archive.infolist()):
                    raise ValueError("they must not be compressed.")
            file.seek(0)
            with np.load(file) as arrays:
                found.counts = _counted(arrays["counts"], vocabulary_size)
                for distance in _NEIGHBOURS:
                    row, col = (
                        _words(arrays[f"{name}{distance}"], vocabulary_size)
                        for name in ("row", "col")
                    )
                    counted = _counted(arrays[f"data{distance}"], len(row))
                    found.pairs[distance] = csr_matrix(
                        (counted, (row, col)), (vocabulary_size, vocabulary_size)
                    )
        except DAMAGED_ARCHIVE as error:
            raise ValueError(f"the neighbours are damaged: {error}") from error
        return found

    def _add(self, ids, distance):
        apart = abs(distance)
        earlier, later = ids[: max(0, len(ids) - apart)], ids[apart:]
        pair = (later, earlier) if distance < 0 else (earlier, later)
        shape = self.pairs[distance].shape
        self._merge(coo_matrix((np.ones(len(later)), pair), shape=shape), distance)

    def _merge(self, pairs, distance):
        counts = self.pairs[distance] + pairs
        least = 1
        while counts.nnz > self.max_pairs:
            counts.data[counts.data <= least] = 0
            counts.eliminate_zeros()
            least += 1
        self.pairs[distance] = counts


def _counted(array, length):
    """Return an array of a file if it is so many counts."""
    if array.dtype != np.float64 or array.shape != (length,):
        raise ValueError("there must be a count for each.")
    if not (np.isfinite(array) & (array >= 0)).all():
        raise ValueError("counts must be at least 0 and finite.")
    return array


def _words(array, vocabulary_size):
    """Return an array of a file if it is word ids."""
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise ValueError("words must be integers.")
    if array.size and not 0 <= array.min() <= array.max() < vocabulary_size:
        raise ValueError("words must be of the vocabulary.")
    return array


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
        text: The training text, an integer array `(N,)`, or the `Neighbours` of it.
        vocabulary_size: Size of the vocabulary, `V`.
        rows: Number of rows, `R`.
        columns: Number of columns, `C`.
        dimensions: Length of the vectors u_w. Defaults to 64.
        seed: Seed of the first, random allocation. Defaults to 0.
        progress: Called with the share done, in [0, 1]. Defaults to none.

    Raises:
        ValueError: If the words do not fit into the table, or a word id is not in
            `[0, V)`.

    The table depends on the number of threads too, whose sums are rounded differently.

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
    """Return vectors `(V, dimensions)` that point the same way for words used alike."""
    checks.instance("neighbours", neighbours, Neighbours)
    checks.positive_integer("dimensions", dimensions)
    parts = [_ppmi(neighbours.pairs[d]) * weight for d, weight in _NEIGHBOURS.items()]
    matrix = hstack(parts, format="csr").astype(np.float32)
    words = neighbours.vocabulary_size
    dimensions = min(dimensions, words - 1)
    if dimensions < 1 or matrix.nnz == 0:
        return np.zeros((words, 1), np.float32)
    # The left singular vectors, from M Mᵀ. `svds` does the same, but cannot be told how
    # to begin anew in a space that is exhausted, and then is not repeatable.
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
    """Return a table in which words with like vectors share rows and columns.

    Args:
        vectors: `(V, D)`; only their directions count. Zeros for a word without one.
        counts: `(V,)`, how often each word occurs.
        rows: Number of rows, `R`.
        columns: Number of columns, `C`.
        seed: Seed of the first, random allocation. Defaults to 0.
        progress: Called with the share done, in [0, 1]. Defaults to none.
        max_together: Words of a row or column that are given its places together; more
            are drawn into parts. The time grows with its square. Defaults to 400.

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
    return word_table.WordTable(row * columns + column, rows, columns)


def _check_vectors(vectors, counts):
    if counts.ndim != 1 or counts.dtype.kind not in "fiu":
        raise ValueError(
            "`counts` must be a one-dimensional array of numbers. Received: shape "
            f"{counts.shape}, dtype {counts.dtype}."
        )
    if not ((counts >= 0) & (counts < np.inf)).all():
        raise ValueError("`counts` must be at least 0 and finite. Received: others.")
    if vectors.ndim != 2 or counts.shape != vectors.shape[:1]:
        raise ValueError(
            "`vectors` must be of shape (V, D) with a count for each. Received: shapes "
            f"{vectors.shape} and {counts.shape}."
        )
    if vectors.dtype.kind not in "fiu" or not (np.abs(vectors) <= _LARGEST).all():
        raise ValueError(
            f"`vectors` must be finite numbers of at most {_LARGEST:g}. Received: "
            "others."
        )


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


def _clusters(vectors, weights, table):
    """Return a table with the same cells whose rows are clusters of words.

    Words are halved where they differ most, and the halves again, until each part is
    of the size of a row. Parts of large groups find their places from there in a few
    sweeps, and from a random table in dozens.
    """
    sizes = np.bincount(table.row_of, minlength=table.rows)
    order = np.concatenate([*_halves(vectors, weights, np.arange(len(vectors)), sizes)])
    cells = np.empty_like(table.cells)
    cells[order] = table.cells[np.argsort(table.row_of, kind="stable")]
    return word_table.WordTable(cells, table.rows, table.columns)


def _halves(vectors, weights, words, sizes):
    """Yield the words in parts of these sizes."""
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


def _reassign(group_of, place_of, wanted, place_vectors, weights, draw, together):
    """Give the words of each group the places whose vectors are nearest.

    The words of a large group are drawn into parts, which exchange places each among
    itself: the time of an assignment grows with the cube of its words.
    """
    order = np.argsort(group_of, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(group_of[order])) + 1)
    for words in _parts(groups, draw, together):
        places = place_of[words]
        # |x − v|² without |x|², which is the same for every place.
        near = place_vectors[places]
        costs = (near**2).sum(1) - 2 * wanted[words] @ near.T
        _, chosen = linear_sum_assignment(costs * weights[words, None])
        place_of[words] = places[chosen]


def _parts(groups, draw, together):
    """Yield groups, large ones in parts that are drawn."""
    for words in groups:
        if len(words) <= together:
            yield words
        else:
            parts = -(-len(words) // together)
            yield from np.array_split(draw.permutation(words), parts)


def _error(vectors, weights, approximation):
    distances = ((vectors - approximation) ** 2).sum(1)
    return float((distances * weights).sum() / weights.sum())
