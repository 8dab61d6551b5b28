"""The table of words.

A table has R rows and C columns. Each word has a cell of its own, and each cell holds
one word or none. A cell has a row, a column and a cell id, `row · C + column`. A table
never changes: to move words, make another table.
"""

import dataclasses
import json
import math

import numpy as np

from lightrnn_tf._internal import checks

# Most cells of a table: 16 million, more than any language has words.
MAX_CELLS = 1 << 24


def default_shape(vocabulary_size: int, user_cells: int = 0) -> tuple[int, int]:
    """Return the shape of the smallest nearly square table.

    Args:
        vocabulary_size: Positive integer. Number of words, `V`.
        user_cells: Integer of at least 0. Cells to keep free. Defaults to 0.

    Returns:
        The number of rows and the number of columns.

    Raises:
        ValueError: If an argument is no such integer.

    Example:

    >>> default_shape(10_000)
    (100, 100)
    >>> default_shape(10_000, user_cells=200)
    (101, 101)
    """
    checks.positive_integer("vocabulary_size", vocabulary_size)
    checks.natural_number("user_cells", user_cells)
    cells = vocabulary_size + user_cells
    columns = math.isqrt(cells - 1) + 1
    return -(-cells // columns), columns


def word_cells(vocabulary_size: int, rows: int, columns: int) -> np.ndarray:
    """Return the ids of the cells that hold words.

    The free cells are spread evenly over the rows and the columns, so that every row
    has a word and new words have room everywhere.

    Args:
        vocabulary_size: Positive integer. Number of words, `V`.
        rows: Positive integer. Number of rows, `R`.
        columns: Positive integer. Number of columns, `C`.

    Returns:
        Integer array `(V,)` of cell ids in increasing order.

    Raises:
        ValueError: If the words do not fit, there are too few of them to give each row
            one, or there are more than 2²⁴ cells.

    Example:

    >>> word_cells(4, 2, 3)
    array([1, 2, 3, 5])
    """
    checks.positive_integer("vocabulary_size", vocabulary_size)
    checks.positive_integer("rows", rows)
    checks.positive_integer("columns", columns)
    if rows * columns > MAX_CELLS:
        raise ValueError(
            f"`rows * columns` must be at most {MAX_CELLS}. "
            f"Received: rows={rows}, columns={columns}."
        )
    if vocabulary_size > rows * columns:
        raise ValueError(
            "`rows * columns` must be at least the number of words, "
            f"{vocabulary_size}. Received: rows={rows}, columns={columns} "
            f"({rows * columns} cells). Take a larger table or a smaller vocabulary."
        )
    if vocabulary_size < rows:
        raise ValueError(
            f"`rows` must be at most the number of words, {vocabulary_size}: every row "
            f"needs a word. Received: rows={rows}. Take fewer rows."
        )
    free = rows * columns - vocabulary_size
    number = np.arange(free)
    # Each row gets its share of the free cells. They take the columns in turn, so no
    # two of them in a row are the same cell.
    row = np.searchsorted(np.arange(1, rows + 1) * free // rows, number, side="right")
    occupied = np.ones(rows * columns, bool)
    occupied[row * columns + number % columns] = False
    return np.flatnonzero(occupied)


@dataclasses.dataclass(frozen=True, eq=False)
class WordTable:
    """An allocation of words to cells.

    Args:
        cells: Integer array `(V,)`, the cell id of each word.
        rows: Positive integer. Number of rows, `R`.
        columns: Positive integer. Number of columns, `C`.

    Raises:
        ValueError: If a cell id is outside the table, two words share a cell, or a
            row has no word.

    Example:

    >>> table = WordTable([5, 0, 1], rows=2, columns=3)
    >>> table.row_of.tolist(), table.column_of.tolist()
    ([1, 0, 0], [2, 0, 1])
    >>> table.words.tolist()
    [1, 2, -1, -1, -1, 0]
    """

    cells: np.ndarray
    rows: int
    columns: int

    def __post_init__(self):
        cells = np.asarray(self.cells)
        if cells.ndim != 1 or cells.dtype.kind not in "iu" or not len(cells):
            raise ValueError(
                "`cells` must be one-dimensional, an integer for each word. "
                f"Received: shape {cells.shape}, dtype {cells.dtype}."
            )
        cells = np.array(cells, dtype=np.int64)
        cells.flags.writeable = False
        object.__setattr__(self, "cells", cells)
        word_cells(len(cells), self.rows, self.columns)  # Checks the sizes.
        outside = np.flatnonzero((cells < 0) | (cells >= self.rows * self.columns))
        if outside.size:
            raise ValueError(
                f"`cells` must be in [0, {self.rows * self.columns}). Received: "
                f"{cells[outside[0]]} for word {outside[0]} ({outside.size} outside)."
            )
        count = np.bincount(cells, minlength=self.rows * self.columns)
        if count.max(initial=0) > 1:
            cell = int(count.argmax())
            words = np.flatnonzero(cells == cell)
            raise ValueError(
                f"`cells` must not repeat. Received: words {words[0]} and {words[1]} "
                f"both at row {cell // self.columns}, column {cell % self.columns}."
            )
        empty = np.flatnonzero(count.reshape(self.rows, self.columns).sum(1) == 0)
        if empty.size:
            raise ValueError(
                f"`cells` must give every row a word. Received: none in row {empty[0]} "
                f"({empty.size} such rows)."
            )

    @classmethod
    def in_order(cls, vocabulary_size: int, rows: int, columns: int) -> "WordTable":
        """Return the table that words fill row by row, in the order of their ids.

        Args:
            vocabulary_size: Positive integer. Number of words, `V`.
            rows: Positive integer. Number of rows, `R`.
            columns: Positive integer. Number of columns, `C`.

        Raises:
            ValueError: As for `word_cells`.
        """
        return cls(word_cells(vocabulary_size, rows, columns), rows, columns)

    @classmethod
    def random(
        cls, vocabulary_size: int, rows: int, columns: int, seed: int = 0
    ) -> "WordTable":
        """Return a random table, the starting point of the LightRNN paper.

        Args:
            vocabulary_size: Positive integer. Number of words, `V`.
            rows: Positive integer. Number of rows, `R`.
            columns: Positive integer. Number of columns, `C`.
            seed: Integer in `[0, 2**32)`. Defaults to 0.

        Raises:
            ValueError: As for `word_cells`, or if `seed` is no such integer.
        """
        checks.seed("seed", seed)
        cells = word_cells(vocabulary_size, rows, columns)
        return cls(np.random.default_rng(seed).permutation(cells), rows, columns)

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def row_of(self) -> np.ndarray:
        """The row of each word, `(V,)`."""
        return self.cells // self.columns

    @property
    def column_of(self) -> np.ndarray:
        """The column of each word, `(V,)`."""
        return self.cells % self.columns

    @property
    def words(self) -> np.ndarray:
        """The word id in each cell, −1 in a free cell, `(R · C,)`."""
        words = np.full(self.rows * self.columns, -1, np.int64)
        words[self.cells] = np.arange(len(self.cells))
        return words

    def to_json(self) -> str:
        """Return the table as JSON, as files hold it."""
        return json.dumps(
            {"rows": self.rows, "columns": self.columns, "cells": self.cells.tolist()}
        )

    @classmethod
    def from_json(cls, text: str) -> "WordTable":
        """Return the table that `to_json` wrote.

        Args:
            text: JSON with `rows`, `columns` and `cells`.

        Raises:
            ValueError: If the text is not that of a table.
        """
        checks.string("text", text)
        try:
            content = json.loads(text)
            values = [content["rows"], content["columns"], *content["cells"]]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(
                "A table file must be JSON with `rows`, `columns` and `cells`. "
                f"Received: {text[:60]!r}."
            ) from error
        others = [value for value in values if type(value) is not int]
        if others:
            raise ValueError(
                f"A table file must hold integers only. Received: {others[0]!r:.60}."
            )
        rows, columns, *cells = values
        return cls(np.array(cells, np.int64), rows, columns)
