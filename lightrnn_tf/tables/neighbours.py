"""How often each word of a text stands beside each other word."""

import zipfile
from typing import Any, BinaryIO, Self

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import DAMAGED_ARCHIVE

# Distances at which neighbours are counted; those of words before are negative.
DISTANCES = (-1, 1, -2)
# The largest of them.
REACH = max(map(abs, DISTANCES))
# Tokens counted at a time, so that memory does not grow with the text.
_CHUNK = 1 << 20


class Neighbours:
    """Counts how often each word stands beside each other word.

    Texts may be added one after the other. Memory is bounded: when one of the three
    distances has too many different pairs, the rarest pairs are forgotten.

    Args:
        vocabulary_size: Positive integer. Size of the vocabulary, `V`.
        max_pairs: Positive integer. Most different pairs to keep for each distance, at
            12 bytes each. Defaults to 67 million, 0.8 GB.

    Raises:
        ValueError: If an argument is not a positive integer.

    Attributes:
        counts: float64 `(V,)`, how often each word occurred.
        pairs: A sparse matrix `(V, V)` for each distance (−1 is the word before): how
            often word i has word j at that distance.

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
        self.pairs = {distance: csr_matrix(shape) for distance in DISTANCES}

    def add(self, ids: np.ndarray, name: str = "ids") -> None:
        """Count the neighbours in a text.

        Args:
            ids: Integer array `(N,)`, the text.
            name: The name of the text in error messages. Defaults to `"ids"`.

        Raises:
            ValueError: If `ids` is no such array, or a word id is not in `[0, V)`.
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
            for distance in DISTANCES:
                # The last words of the part before are neighbours, too.
                self._add(
                    np.asarray(ids[max(0, start - abs(distance)) : end]), distance
                )

    def append(self, text: "Neighbours", end: np.ndarray, start: np.ndarray) -> None:
        """Add the counts of a text that follows the text counted so far.

        Args:
            text: The `Neighbours` of the text that follows.
            end: Integer array, the last `REACH` words counted so far, or all if there
                are fewer.
            start: Integer array, the first `REACH` words of the text that follows, or
                all if there are fewer.
        """
        self.counts += text.counts
        for distance in DISTANCES:
            self._merge(text.pairs[distance], distance)
            # Pairs with one word in each text.
            apart = abs(distance)
            self._add(np.concatenate([end[-apart:], start[:apart]]), distance)

    def save(self, file: BinaryIO) -> None:
        """Write the counts to a file.

        Args:
            file: A binary file, open for writing.
        """
        arrays: dict[str, Any] = {"counts": self.counts}
        for distance, pairs in self.pairs.items():
            pairs = pairs.tocoo()
            for name in ("row", "col", "data"):
                arrays[f"{name}{distance}"] = getattr(pairs, name)
        np.savez(file, **arrays)

    @classmethod
    def load(cls, file: BinaryIO, vocabulary_size: int) -> Self:
        """Return the counts that `save` wrote to a file.

        Args:
            file: A binary file, open for reading; it must be seekable.
            vocabulary_size: Size of the vocabulary, `V`.

        Raises:
            ValueError: If the file is damaged or belongs to a vocabulary of another
                size.
        """
        found = cls(vocabulary_size)
        try:
            with zipfile.ZipFile(file) as archive:
                # Plain arrays take no more memory than the file has bytes.
                packed = [m.filename for m in archive.infolist() if m.compress_type]
                if packed:
                    raise ValueError(
                        f"they must not be compressed. Received: {packed[0]}, "
                        "compressed."
                    )
            file.seek(0)
            with np.load(file) as arrays:
                found.counts = _counted(arrays["counts"], vocabulary_size)
                for distance in DISTANCES:
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
    """Return an array of a file if it holds `length` counts."""
    if array.dtype != np.float64 or array.shape != (length,):
        raise ValueError(
            f"there must be a count for each of {length}. Received: shape "
            f"{array.shape}, dtype {array.dtype}."
        )
    bad = array[~(np.isfinite(array) & (array >= 0))]
    if bad.size:
        raise ValueError(f"counts must be at least 0 and finite. Received: {bad[0]}.")
    return array


def _words(array, vocabulary_size):
    """Return an array of a file if it holds word ids."""
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise ValueError(
            f"words must be integers. Received: shape {array.shape}, dtype "
            f"{array.dtype}."
        )
    if array.size and not 0 <= array.min() <= array.max() < vocabulary_size:
        raise ValueError(
            f"words must be of the vocabulary, in [0, {vocabulary_size}). Received: "
            f"ids from {array.min()} to {array.max()}."
        )
    return array
