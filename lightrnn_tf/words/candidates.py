"""The cells that a query may answer with, row by row."""

import functools
from typing import Any

import numpy as np

# Queries whose candidates a lexicon keeps: someone who types asks for the same letters
# again and again.
_KEPT = 32


class Candidates:
    """The cells of the words that may be suggested.

    Args:
        allowed: bool `(R · C,)`, which cells may. It is not copied.
        columns: Integer. Number of columns, `C`.
        among: Integer array, cells to choose from. Defaults to all; then nothing of the
            size of the table is made but `rows`.

    Attributes:
        rows: bool `(R,)`, whether each row has one.

    Example:

    >>> allowed = np.array([True, False, True, True, False, False])
    >>> candidates = Candidates(allowed, columns=2, among=np.array([3, 1, 2]))
    >>> candidates.rows.tolist(), candidates.places(np.array([1, 0])).tolist()
    ([False, True, False], [0, 1])
    """

    def __init__(
        self, allowed: np.ndarray, columns: int, among: np.ndarray | None = None
    ):
        self._allowed = allowed.reshape(-1, columns)
        self._cells = None
        if among is None:
            self.rows = self._allowed.any(axis=1)
            return
        self._cells = np.sort(among[allowed[among]])
        ends = np.arange(len(self._allowed) + 1) * columns
        self._starts = np.searchsorted(self._cells, ends)
        self.rows = self._starts[1:] > self._starts[:-1]

    def places(self, rows: np.ndarray) -> np.ndarray:
        """Return where candidates are in rows.

        Args:
            rows: Integer array `(n,)`.

        Returns:
            Integers `(m,)`, sorted: n-th of the rows times C plus column.
        """
        if self._cells is None:
            return np.flatnonzero(self._allowed[rows])
        columns, starts = self._allowed.shape[1], self._starts
        return np.concatenate(
            [
                self._cells[starts[row] : starts[row + 1]] + (place - row) * columns
                for place, row in enumerate(rows.tolist())
            ]
        )

    def are(self, cells: np.ndarray) -> np.ndarray:
        """Return whether each of some cells is one, bool like `cells`."""
        allowed = self._allowed.reshape(-1)[cells]
        return allowed if self._cells is None else allowed & np.isin(cells, self._cells)


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
