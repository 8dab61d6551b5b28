"""The first table: better than random, repeatable, any shape."""

import numpy as np
import pytest

from lightrnn_tf import warm_start
from lightrnn_tf.table import word_cells


def families(rng, members=6, families_=5, length=8000):
    """Words of a family follow each other's successors: 30 words in 5 kinds."""
    kind = np.arange(length) % families_
    return kind * members + rng.integers(0, members, length)


def test_words_used_alike_share_rows_or_columns(rng):
    ids = families(rng, members=20, families_=20, length=60_000)
    table = warm_start.table(ids, 400, 20, 20)
    family = np.arange(400) // 20
    same = family[:, None] == family
    rows = table.row_of[:, None] == table.row_of
    columns = table.column_of[:, None] == table.column_of
    share = [(same & together).sum() - 400 for together in (rows, columns)]
    # Of 19 mates of each kind, one is of the family in a random table.
    assert max(share) / (400 * 19) > 3 / 19


@pytest.mark.parametrize(
    ("words", "rows", "columns"),
    [(30, 5, 6), (30, 6, 6), (30, 1, 30), (30, 30, 1), (30, 4, 9)],
)
def test_any_shape_gives_a_table_in_the_cells_for_words(words, rows, columns, rng):
    table = warm_start.table(families(rng), words, rows, columns)
    assert sorted(table.cells) == word_cells(words, rows, columns).tolist()


def test_repeatable_for_a_seed(rng):
    ids = families(rng)
    first, again = (warm_start.table(ids, 30, 5, 7, seed=2) for _ in range(2))
    assert (first.cells == again.cells).all()


@pytest.mark.parametrize("words", [1, 2, 3])
def test_tiny_vocabularies(words):
    ids = np.arange(12) % words
    assert len(warm_start.table(ids, words, 1, words)) == words


def test_words_that_never_occur_get_a_cell():
    assert len(warm_start.table(np.array([0, 1, 0, 1, 2, 0]), 9, 3, 3)) == 9


def test_progress_is_reported(rng):
    shares = []
    warm_start.table(families(rng), 30, 5, 6, progress=shares.append)
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 1


@pytest.mark.parametrize("distance", [-1, 1, -2])
def test_neighbours_are_counted_the_same_in_parts(distance, rng, monkeypatch):
    ids = rng.integers(0, 7, 50)
    expected = np.zeros((7, 7))
    for t in range(50):
        if 0 <= t + distance < 50:
            expected[ids[t], ids[t + distance]] += 1
    for chunk in (1000, 7, 2):
        monkeypatch.setattr(warm_start, "_CHUNK", chunk)
        counts = warm_start._neighbour_counts(ids, distance, 7)
        np.testing.assert_array_equal(counts.toarray(), expected)
