"""The cells that a query may answer with, row by row."""

import functools
from typing import Any

import numpy as np

# Queries whose candidates a lexicon keeps: someone who types asks for the same letters
# again and again. Each takes a bit a cell.
_KEPT = 64


class Candidates:
    """The cells of the words that may be suggested.

    Args:
        allowed: bool `(R · C,)`, which cells may. It is not copied.
        columns: Integer. Number of columns, `C`.
        among: Integer array, cells to choose from. Defaults to all.

    Example:

    >>> allowed = np.array([True, False, True, True, False, False])
    >>> candidates = Candidates(allowed, columns=2, among=np.array([3, 1, 2]))
    >>> candidates.rows(but=np.array([2])).tolist()
    [False, True, False]
    >>> candidates.places(np.array([1, 0])).tolist()
    [0, 1]
    """

    def __init__(
        self, allowed: np.ndarray, columns: int, among: np.ndarray | None = None
    ):
        self._columns, self._bits = columns, None
        self._allowed = allowed.reshape(-1, columns)
        if among is None:
            self._counts = self._allowed.sum(axis=1)
            return
        cells = among[allowed[among]]
        self._counts = np.bincount(cells // columns, minlength=len(self._allowed))
        begun = np.zeros(len(allowed), bool)
        begun[cells] = True
        self._bits = np.packbits(begun.reshape(-1, columns), axis=1)

    def rows(self, but: np.ndarray) -> np.ndarray:
        """Return whether each row has a candidate, but for some cells.

        Args:
            but: Integer array of distinct cells that do not count.

        Returns:
            bool `(R,)`.
        """
        counts = self._counts
        if len(but):
            without = but[self.are(but)] // self._columns
            counts = counts - np.bincount(without, minlength=len(counts))
        return counts > 0

    def places(self, rows: np.ndarray) -> np.ndarray:
        """Return where candidates are in rows.

        Args:
            rows: Integer array `(n,)`.

        Returns:
            Integers `(m,)`, sorted: n-th of the rows times C plus column.
        """
        if self._bits is None:
            candidates = self._allowed[rows]
        else:
            candidates = np.unpackbits(self._bits[rows], axis=1, count=self._columns)
        return candidates.ravel().nonzero()[0]

    def are(self, cells: np.ndarray) -> np.ndarray:
        """Return whether each of some cells is one, bool like `cells`."""
        row, column = np.divmod(cells, self._columns)
        if self._bits is None:
            return self._allowed[row, column]
        return (self._bits[row, column >> 3] >> (7 - (column & 7)) & 1).astype(bool)


class Searchable:
    """Base of what has words in cells: it keeps the candidates of the last queries.

    A subclass has `occupied` and `suggestable`, bool `(R · C,)`, and `with_prefix`. It
    must not change once it was asked.

    Example:

    >>> from lightrnn_tf.words.lexicon import Lexicon
    >>> lexicon = Lexicon(["the", "<eos>", "", "then"])
    >>> lexicon.candidates(2, "th").places(np.array([1])).tolist()
    [1]
    """

    occupied: np.ndarray
    suggestable: np.ndarray
    with_prefix: Any

    def candidates(
        self,
        columns: int,
        prefix: str = "",
        ignore_case: bool = False,
        all_tokens: bool = False,
    ) -> Candidates:
        """Return the candidates of a query.

        Args:
            columns: Integer. Number of columns, `C`.
            prefix: What the words begin with. Defaults to any word.
            ignore_case: Whether to ignore the case of the prefix. Defaults to `False`.
            all_tokens: Whether special words, numbers and punctuation may be suggested,
                too. Defaults to `False`.

        Returns:
            The `Candidates`, which other queries may share.
        """
        return self._kept(columns, prefix, ignore_case, all_tokens)

    @functools.cached_property
    def _kept(self):
        return functools.lru_cache(_KEPT)(self._new_candidates)

    def _new_candidates(self, columns, prefix, ignore_case, all_tokens):
        allowed = self.occupied if all_tokens else self.suggestable
        among = self.with_prefix(prefix, ignore_case) if prefix else None
        return Candidates(allowed, columns, among)
