"""The table as a value."""

import numpy as np
import pytest

from lightrnn_tf.tables.word_table import WordTable, default_shape, word_cells


@pytest.mark.parametrize("words", [1, 2, 3, 10, 99, 100, 101, 10_000, 136_912])
def test_default_shape_is_the_smallest_nearly_square(words):
    rows, columns = default_shape(words)
    assert rows * columns >= words
    assert (rows - 1) * columns < words
    assert 0 <= columns - rows <= 1


SIZES = [(1, 1, 1), (2, 1, 2), (2, 2, 1), (5, 2, 3), (7, 3, 4), (4, 4, 5), (90, 9, 11)]


@pytest.mark.parametrize(("words", "rows", "columns"), SIZES)
def test_free_cells_are_spread_evenly(words, rows, columns):
    cells = word_cells(words, rows, columns)
    assert len(cells) == words
    assert len(set(cells.tolist())) == words
    grid = np.zeros(rows * columns, int)
    grid[cells] = 1
    free = 1 - grid.reshape(rows, columns)
    assert np.ptp(free.sum(1)) <= 1
    assert np.ptp(free.sum(0)) <= 1
    assert (free.sum(1) < columns).all()


@pytest.mark.parametrize(("words", "rows", "columns"), SIZES)
def test_words_inverts_cells(words, rows, columns):
    table = WordTable.random(words, rows, columns, seed=1)
    assert (table.words[table.cells] == np.arange(words)).all()
    assert (table.words >= 0).sum() == words
    assert (table.row_of * columns + table.column_of == table.cells).all()
    revived = WordTable.from_json(table.to_json())
    assert (revived.cells == table.cells).all()
    assert (revived.rows, revived.columns) == (rows, columns)


def test_seed_decides_the_random_table():
    first, again, other = (WordTable.random(50, 7, 8, seed=s) for s in (1, 1, 2))
    assert (first.cells == again.cells).all()
    assert (first.cells != other.cells).any()


def test_a_table_is_not_changed():
    cells = np.array([2, 0, 1])
    table = WordTable(cells, 1, 3)
    cells[0] = 0
    assert table.cells.tolist() == [2, 0, 1]
    with pytest.raises(ValueError, match="read-only"):
        table.cells[0] = 0


@pytest.mark.parametrize(
    ("cells", "rows", "columns", "message"),
    [
        ([0, 4], 2, 2, r"must be in \[0, 4\). Received: 4 for word 1"),
        ([0, -1], 2, 2, r"must be in \[0, 4\). Received: -1 for word 1"),
        ([3, 0, 3], 2, 2, "words 0 and 2 both at row 1, column 1"),
        ([0, 1], 2, 2, "give every row a word. Received: none in row 1"),
        ([0, 1, 2], 1, 2, r"at least the number of words, 3. .*\(2 cells\)"),
        ([0], 2, 2, "`rows` must be at most the number of words, 1"),
        ([0], 0, 2, "`rows` must be a positive integer"),
        ([[0]], 1, 1, "must be one-dimensional"),
        ([0], 1, 10**13, "must be at most 16777216. Received: rows=1, columns=10000"),
    ],
)
def test_impossible_tables_are_refused(cells, rows, columns, message):
    with pytest.raises(ValueError, match=message):
        WordTable(np.array(cells), rows, columns)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be JSON with `rows`"),
        ("[]", "must be JSON with `rows`"),
        ('{"rows": 1, "columns": 1}', "must be JSON with `rows`"),
        ('{"rows": 1, "columns": 1, "cells": 3}', "must be JSON with `rows`"),
        ('{"rows": 1, "columns": 1, "cells": [0.5]}', "integers only"),
        ('{"rows": true, "columns": 1, "cells": [0]}', "integers only"),
        ("[" * 100_000, "must be JSON with `rows`"),
    ],
)
def test_damaged_files_are_refused(text, message):
    with pytest.raises(ValueError, match=message):
        WordTable.from_json(text)
