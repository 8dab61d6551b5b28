"""The first table: better than random, repeatable, any shape."""

import numpy as np
import pytest

from lightrnn_tf.tables import warm_start
from lightrnn_tf.tables.word_table import WordTable, word_cells


def table_of(ids, words, rows, columns, seed=0, max_together=400):
    """The table of a text, by way of its vectors."""
    neighbours = warm_start.Neighbours(words)
    neighbours.add(ids)
    vectors = warm_start.word_vectors(neighbours)
    return warm_start.table_of_vectors(
        vectors, neighbours.counts, rows, columns, seed, max_together=max_together
    )


def families(rng, members=6, families_=5, length=8000):
    """Words of a family follow each other's successors: 30 words in 5 kinds."""
    kind = np.arange(length) % families_
    return kind * members + rng.integers(0, members, length)


@pytest.mark.parametrize("together", [400, 7])
def test_words_used_alike_share_rows_or_columns(together, rng):
    # Groups of twenty, which the smaller number has assigned in parts.
    ids = families(rng, members=20, families_=20, length=60_000)
    table = table_of(ids, 400, 20, 20, max_together=together)
    family = np.arange(400) // 20
    same = family[:, None] == family
    rows = table.row_of[:, None] == table.row_of
    columns = table.column_of[:, None] == table.column_of
    share = [(same & together).sum() - 400 for together in (rows, columns)]
    # Of 19 mates of each kind, one is of the family in a random table.
    assert max(share) / (400 * 19) > 3 / 19


def test_the_word_before_counts_most_and_the_one_before_it_least(rng):
    # Eight words, each with one of two before it, behind it and two before it.
    words = rng.integers(0, 8, 3000)
    before, behind, two_before = ((words >> n & 1) + 8 + 2 * n for n in range(3))
    apart = rng.integers(14, 20, (2, 3000))
    text = np.stack([*apart, two_before, before, words, behind], axis=1).ravel()
    neighbours = warm_start.Neighbours(20)
    neighbours.add(text)
    vectors = warm_start.word_vectors(neighbours)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    # To word 0: those that have the first, the second or the third of these alone.
    alike = vectors[[0b110, 0b101, 0b011]] @ vectors[0]
    assert alike[0] > alike[1] > alike[2]


@pytest.mark.parametrize(
    ("words", "rows", "columns"),
    [(30, 5, 6), (30, 6, 6), (30, 1, 30), (30, 30, 1), (30, 4, 9)],
)
def test_any_shape_gives_a_table_in_the_cells_for_words(words, rows, columns, rng):
    table = warm_start.table(families(rng), words, rows, columns)
    assert sorted(table.cells) == word_cells(words, rows, columns).tolist()


@pytest.mark.parametrize("together", [400, 2])
def test_repeatable_for_a_seed(together, rng):
    ids = families(rng)
    first, again = (table_of(ids, 30, 5, 7, 2, together) for _ in range(2))
    assert (first.cells == again.cells).all()
    if together == 400:
        table = warm_start.table(ids, 30, 5, 7, seed=2)
        assert (first.cells == table.cells).all()


def test_repeatable_where_there_are_fewer_directions_than_are_asked_for(rng):
    # The Lanczos iteration then begins anew, at random if it is not told how.
    neighbours = warm_start.Neighbours(33)
    neighbours.add(np.minimum(rng.zipf(1.5, 600), 33) - 1)
    first, second = (warm_start.word_vectors(neighbours) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_groups_are_assigned_in_parts_of_at_most_so_many(rng):
    groups = [np.arange(3), np.arange(3, 10), np.arange(10, 11)]
    parts = [*warm_start._parts(groups, rng, 3)]
    assert sorted(map(len, parts)) == [1, 2, 2, 3, 3]
    assert sorted(np.concatenate(parts)) == list(range(11))
    of_second = np.concatenate(parts[1:4])
    assert sorted(of_second) == list(range(3, 10))


def test_large_tables_begin_with_clusters_as_rows(rng):
    first = WordTable.random(30, 5, 6, seed=1)
    # A cluster of the size of a row for each row, in any order, far from the others.
    cluster = rng.permutation(np.arange(30) % 5)
    vectors = rng.normal(size=(5, 4))[cluster] * 9 + rng.normal(size=(30, 4)) * 0.01
    found = warm_start._clusters(vectors, rng.random(30) + 0.1, first)
    assert sorted(found.cells) == sorted(first.cells)
    for row in range(5):
        assert len(set(cluster[found.row_of == row])) == 1


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


def neighbours_of(ids, distance, words):
    expected = np.zeros((words, words))
    apart = abs(distance)
    one, other = (ids[:-apart], ids[apart:])[:: np.sign(distance)]
    np.add.at(expected, (one, other), 1)
    return expected


# Tokens that are counted at a time.
PART = 1 << 20


@pytest.mark.parametrize("length", [50, PART + 1, PART + 2, 2 * PART])
def test_neighbours_are_counted_across_parts(length, rng):
    ids, more = rng.integers(0, 7, length), rng.integers(0, 7, 9)
    neighbours = warm_start.Neighbours(7)
    neighbours.add(ids)
    neighbours.add(more)
    for distance in (-1, 1, -2):
        expected = neighbours_of(ids, distance, 7) + neighbours_of(more, distance, 7)
        np.testing.assert_array_equal(neighbours.pairs[distance].toarray(), expected)
    every = np.concatenate([ids, more])
    np.testing.assert_array_equal(neighbours.counts, np.bincount(every, minlength=7))


def test_the_rarest_pairs_are_forgotten_when_there_are_too_many():
    neighbours = warm_start.Neighbours(5, max_pairs=2)
    neighbours.add(np.array([0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 4]))
    kept = neighbours.pairs[1].toarray()
    assert kept[0, 1] == 3
    assert (kept > 0).sum() <= 2
    assert neighbours.counts.tolist() == [3, 3, 2, 2, 1]


def test_counts_give_the_table_of_their_text(rng):
    ids = families(rng)
    neighbours = warm_start.Neighbours(30)
    neighbours.add(ids)
    table = warm_start.table(neighbours, 30, 5, 6)
    assert (table.cells == warm_start.table(ids, 30, 5, 6).cells).all()


def test_vectors_of_sums_are_taken_apart(rng):
    """Words that are sums of row and column vectors, against least squares."""
    rows, columns = rng.normal(size=(12, 8)), rng.normal(size=(13, 8))
    vectors = (rows[:, None] + columns).reshape(156, 8)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    def error(table):
        design = np.hstack([np.eye(12)[table.row_of], np.eye(13)[table.column_of]])
        fit = design @ np.linalg.lstsq(design, vectors, rcond=None)[0]
        return ((vectors - fit) ** 2).sum()

    found = warm_start.table_of_vectors(vectors, np.ones(156), 12, 13)
    random = WordTable.random(156, 12, 13)
    # 0.39 of the random table's; 0.05 for the true one, which a search may miss.
    assert error(found) < 0.5 * error(random)


def test_bad_input_is_named(rng):
    with pytest.raises(
        ValueError, match=r"`text` must be in \[0, 3\). Received.* to 3"
    ):
        warm_start.table(np.array([0, 3]), 3, 1, 3)
    with pytest.raises(ValueError, match="`vectors` must be of shape"):
        warm_start.table_of_vectors(np.ones(4), np.ones(4), 2, 2)
    with pytest.raises(ValueError, match=r"Received: shapes \(4, 2\) and \(3,\)"):
        warm_start.table_of_vectors(np.ones((4, 2)), np.ones(3), 2, 2)
    for wrong in (-1, np.inf, np.nan):
        with pytest.raises(ValueError, match="`counts` must be at least 0 and finite"):
            warm_start.table_of_vectors(np.ones((4, 2)), np.full(4, wrong), 2, 2)
    with pytest.raises(ValueError, match="`text` must be of 4 words.*neighbours of 3"):
        warm_start.table(warm_start.Neighbours(3), 4, 2, 2)
    with pytest.raises(ValueError, match="`dimensions` must be a positive integer"):
        warm_start.table(np.array([0, 1]), 2, 1, 2, dimensions=-3)
    for wrong in (np.full((4, 2), np.nan), np.full((4, 2), 1e30), np.full((4, 2), "a")):
        with pytest.raises(ValueError, match="`vectors` must be finite numbers of at"):
            warm_start.table_of_vectors(wrong, np.ones(4), 2, 2)
    for wrong in (np.zeros((2, 2), int), np.zeros(4)):
        with pytest.raises(
            ValueError, match="`text` must be a one-dimensional integer"
        ):
            warm_start.table(wrong, 3, 1, 3)
