"""Matching: every solver against all permutations, costs compared, never indices."""

import itertools
import math
import time
import types

import numpy as np
import pytest

from lightrnn_tf.tables import matching
from lightrnn_tf.tables.matching import assignment, auction, cheapest
from lightrnn_tf.tables.word_table import WordTable, word_cells

SIZES = [
    (1, 1, 1),
    (1, 1, 3),
    (2, 1, 2),
    (2, 2, 1),
    (2, 2, 2),
    (4, 2, 2),
    (5, 2, 3),
    (6, 2, 3),
    (6, 3, 3),
    (7, 1, 7),
    (7, 7, 1),
    (7, 2, 4),
]


def losses(rng, words, rows, columns):
    return (
        rng.gamma(1, 5, (words, rows)).astype(np.float32),
        rng.gamma(1, 5, (words, columns)).astype(np.float32),
    )


def zipf_losses(rng, words, rows, columns):
    """Sums over occurrences, so that frequent words have much the most to lose."""
    count = 1 + words / np.arange(1, words + 1)[:, None]
    return tuple(
        (part * count).astype("f4") for part in losses(rng, words, rows, columns)
    )


def solve(tables, *args, **kwargs):
    return matching.solve(
        *tables, tables[0].shape[1], tables[1].shape[1], *args, **kwargs
    )


def brute_force(row_losses, column_losses, cells, columns):
    words = np.arange(len(row_losses))
    return min(
        float(
            row_losses[words, np.array(order) // columns].sum(dtype=np.float64)
            + column_losses[words, np.array(order) % columns].sum(dtype=np.float64)
        )
        for order in itertools.permutations(cells, len(words))
    )


@pytest.mark.parametrize(("words", "rows", "columns"), SIZES)
@pytest.mark.parametrize("solver", ["auto", *matching.SOLVERS])
def test_small_tables_against_all_permutations(solver, words, rows, columns, rng):
    tables = losses(rng, words, rows, columns)
    answer = solve(tables, solver)
    cells = word_cells(words, rows, columns)
    best = brute_force(*tables, cells, columns)
    assert sorted(answer.table.cells) == sorted(cells)
    assert answer.cost == pytest.approx(matching.cost(*tables, answer.table))
    # Sums of float32 numbers in float64: nothing but the order of addition differs.
    assert answer.lower_bound <= best * (1 + 1e-12)
    assert answer.cost >= best * (1 - 1e-12)
    assert answer.gap == pytest.approx((answer.cost - answer.lower_bound) / answer.cost)
    if answer.solver == "exact":
        assert answer.cost == pytest.approx(best, rel=1e-12)
        assert answer.gap == 0
    if answer.solver == "auction":
        # It goes on until it has proven that much.
        assert answer.gap <= 5e-4


@pytest.mark.parametrize("solver", matching.SOLVERS)
@pytest.mark.parametrize(("words", "rows", "columns"), [*SIZES, (90, 9, 11)])
def test_never_worse_than_the_current_table(solver, words, rows, columns, rng):
    tables = losses(rng, words, rows, columns)
    for seed in range(5):
        current = WordTable.random(words, rows, columns, seed)
        before = matching.cost(*tables, current)
        answer = solve(tables, solver, current)
        assert answer.initial_cost == before
        assert answer.lower_bound <= answer.cost <= before
        assert sorted(answer.table.cells) == sorted(current.cells)
        assert answer.moved == (answer.table.cells != current.cells).sum()
        again = solve(tables, solver, answer.table)
        assert again.cost <= answer.cost
        assert solver != "exact" or again.moved == 0


@pytest.mark.parametrize("make", [losses, zipf_losses])
@pytest.mark.parametrize(
    ("words", "rows", "columns"), [(900, 30, 30), (880, 20, 45), (300, 1, 300)]
)
def test_how_near_to_exact(make, words, rows, columns, rng):
    tables = make(rng, words, rows, columns)
    answers = {solver: solve(tables, solver) for solver in matching.SOLVERS}
    exact = answers["exact"].cost
    # Alternating is 2.5 % off at 10,000 words; a random table costs several times more.
    limits = {"exact": 1, "auction": 1.0005, "alternating": 1.2, "greedy": 1.5}
    for solver, limit in limits.items():
        assert exact <= answers[solver].cost * (1 + 1e-12)
        assert answers[solver].cost <= limit * exact * (1 + 1e-12)
        # Nearer than the sum of both transportation problems, which is 4 % off.
        assert 0.995 * exact <= answers[solver].lower_bound <= exact * (1 + 1e-12)


def test_greedy_saves_the_most_first(rng):
    """Against the definition: all pairs in the order of what they save."""
    tables = losses(rng, 40, 6, 7)
    answer = solve(tables, "greedy", WordTable.random(40, 6, 7, seed=1))
    cells = word_cells(40, 6, 7)
    costs = tables[0][:, cells // 7].astype(float) + tables[1][:, cells % 7]
    saved = (tables[0].max(1).astype(float) + tables[1].max(1))[:, None] - costs
    expected = np.full(40, -1)
    for pair in np.argsort(-saved, axis=None):
        word, place = divmod(int(pair), 40)
        if expected[word] < 0 and cells[place] not in expected:
            expected[word] = cells[place]
    assert answer.table.cells.tolist() == expected.tolist()
    best = solve(tables, "exact").table
    of = {"greedy": expected, "exact": best.cells}
    total = {
        name: sum(
            saved[word, np.searchsorted(cells, cell)] for word, cell in enumerate(found)
        )
        for name, found in of.items()
    }
    assert total["greedy"] >= total["exact"] / 2


@pytest.mark.parametrize("solver", matching.SOLVERS)
@pytest.mark.parametrize("words", [12, 600])
def test_ties_and_duplicates_end(solver, words):
    rows, columns = words // 4, 4
    constant = np.ones((words, rows)), np.ones((words, columns))
    current = WordTable.random(words, rows, columns, 3)
    answer = solve(constant, solver, current)
    assert answer.cost == 2 * words
    assert answer.moved == 0


@pytest.mark.parametrize("solver", matching.SOLVERS)
def test_words_that_are_all_alike(solver, rng):
    """The same losses for each: every table costs the same."""
    row_losses, column_losses = losses(rng, 1, 8, 9)
    tables = np.repeat(row_losses, 72, 0), np.repeat(column_losses, 72, 0)
    answer = solve(tables, solver)
    assert answer.cost == pytest.approx(9 * row_losses.sum() + 8 * column_losses.sum())
    assert answer.gap == pytest.approx(0, abs=2e-4)


@pytest.mark.parametrize("solver", matching.SOLVERS)
def test_words_that_never_occur_cost_nothing_anywhere(solver, rng):
    row_losses, column_losses = losses(rng, 7, 2, 4)
    row_losses[[2, 6]], column_losses[[2, 6]] = 0, 0
    answer = solve((row_losses, column_losses), solver)
    cells = word_cells(7, 2, 4)
    best = brute_force(row_losses, column_losses, cells, 4)
    assert answer.lower_bound <= best * (1 + 1e-12)
    assert answer.cost <= best * (1.3 if solver in ("alternating", "greedy") else 1.001)


def alike(rng, kind):
    """1,600 words many of which have the same losses, or losses that tie."""
    tables = [rng.gamma(4, 1.5, (1600, places)) for places in (40, 42)]
    if kind == "integers":
        return [np.floor(table) for table in tables]
    if kind == "never":
        for table in tables:
            table[600:] = 0
    else:
        same = {"all": 0, "kinds": np.arange(1600) % 10, "some": np.arange(1600)}[kind]
        if kind == "some":
            same[:100] = 0
        tables = [table[same + np.zeros(1600, int)] for table in tables]
    order = rng.permutation(1600)
    return [table[order] for table in tables]


@pytest.mark.parametrize(
    "kind",
    [pytest.param("all", marks=pytest.mark.slow), "kinds", "some", "never", "integers"],
)
def test_many_words_that_are_alike_take_no_time(kind, rng):
    """Bidding one by one they would drive each other's prices up, for minutes."""
    tables = alike(rng, kind)
    least = solve(tables, "exact").cost
    answer = solve(tables, "auction", time_limit=20)
    assert answer.gap <= 5e-4
    assert answer.lower_bound <= least * (1 + 1e-12)
    assert least <= answer.cost * (1 + 1e-12)


def test_a_time_limit_that_is_over_leaves_no_time_for_a_proof(rng, monkeypatch):
    tables = losses(rng, 60, 6, 10)
    monkeypatch.setattr(assignment, "auction", None)
    seconds = iter([0.0, 0.0, *[9.0] * 100])
    clock = types.SimpleNamespace(monotonic=lambda: next(seconds))
    monkeypatch.setattr(assignment, "time", clock)
    answer = solve(tables, "greedy", time_limit=1)
    loosest = sum(float(table.min(1).sum()) for table in tables)
    assert answer.lower_bound == pytest.approx(loosest)


def test_more_words_than_are_placed_with_care_all_have_a_cell(rng):
    tables = losses(rng, 60, 6, 11)
    found, bound = auction.auction(
        *tables,
        word_cells(60, 6, 11),
        deadline=-math.inf,
        placed_together=10,
        most_placed=25,
    )
    assert sorted(found) == word_cells(60, 6, 11).tolist()
    assert bound == pytest.approx(sum(float(table.min(1).sum()) for table in tables))


def test_lists_are_arrays_too():
    answer = matching.solve([[0.0, 5.0], [0.0, 1.0]], [[0.0], [0.0]], 2, 1)
    assert (answer.cost, answer.table.row_of.tolist()) == (1, [0, 1])


@pytest.mark.parametrize(
    ("cost", "bound", "gap"), [(2, 1, 0.5), (-2, -3, 0.5), (0, -1, math.inf), (0, 0, 0)]
)
def test_the_gap_is_a_share_of_the_cost(cost, bound, gap):
    answer = matching.Assignment(None, cost, bound, 5, 0, 0.0, "auction")
    assert answer.gap == gap


@pytest.mark.parametrize("solver", matching.SOLVERS)
def test_losses_that_are_all_zero(solver):
    answer = solve((np.zeros((6, 2)), np.zeros((6, 3))), solver)
    assert (answer.cost, answer.lower_bound, answer.gap, answer.moved) == (0, 0, 0, 0)


def test_renaming_words_renames_the_answer(rng):
    tables = losses(rng, 20, 4, 5)
    order = rng.permutation(20)
    renamed = tuple(table[order] for table in tables)
    assert solve(tables).cost == pytest.approx(solve(renamed).cost)


@pytest.mark.parametrize("solver", ["exact", "auction"])
def test_a_price_for_all_words_changes_nothing(solver, rng):
    """A constant added to a row, or to a word, adds the same to every table."""
    row_losses, column_losses = losses(rng, 200, 10, 20)
    plain = solve((row_losses, column_losses), solver)
    row_price = rng.gamma(1, 50, 10).astype("f4")
    word_price = rng.gamma(1, 50, (200, 1)).astype("f4")
    priced = solve((row_losses + row_price, column_losses + word_price), solver)
    constant = 20 * row_price.sum() + word_price.sum()
    # Near-exact is a share of the whole cost, in which the prices are.
    allowed = 5e-4 * priced.cost
    assert priced.cost - constant == pytest.approx(plain.cost, abs=allowed)
    assert priced.lower_bound - constant <= plain.cost * (1 + 1e-5)


def test_auto_is_exact_where_the_time_allows(rng):
    tables = losses(rng, 20, 4, 5)
    assert solve(tables).solver == "exact"
    assert solve(tables, time_limit=1e-9).solver == "auction"
    assert assignment.choice(10_000, 61) == "exact"
    assert assignment.choice(10_000, 59) == "auction"
    assert assignment.choice(20_001, 1e9) == "auction"
    # Without a limit it has a second.
    tables = np.zeros((2_600, 52)), np.zeros((2_600, 50))
    assert solve(tables).solver == "auction"


@pytest.mark.parametrize("solver", ["auction", "alternating"])
def test_a_time_limit_ends_it_with_a_whole_table(solver, rng):
    tables = zipf_losses(rng, 3000, 50, 60)
    start = time.monotonic()
    answer = solve(tables, solver, time_limit=1e-3)
    # What is left is finished without regard to the clock; it takes 0.1 s.
    assert time.monotonic() - start < 3
    assert sorted(answer.table.cells) == word_cells(3000, 50, 60).tolist()
    assert answer.lower_bound <= answer.cost <= answer.initial_cost
    assert math.isfinite(answer.lower_bound)


@pytest.mark.parametrize("ticks", [1, 3, 10, 60])
def test_time_may_run_out_in_the_middle_of_the_bidding(ticks, rng, monkeypatch):
    """By a clock that ticks whenever it is read."""
    clock = types.SimpleNamespace(monotonic=itertools.count(1).__next__)
    monkeypatch.setattr(auction, "time", clock)
    tables = zipf_losses(rng, 60, 8, 9)
    cells = word_cells(60, 8, 9)
    # Bidding in small groups leaves words that were driven out.
    found, bound = auction.auction(*tables, cells, ticks, bidders=7)
    assert sorted(found) == cells.tolist()
    assert bound <= solve(tables, "exact").cost


def test_memory_maps_are_read_as_arrays(rng, tmp_path):
    tables = losses(rng, 300, 15, 20)
    for name, part in zip(("rows", "columns"), tables, strict=True):
        np.save(tmp_path / f"{name}.npy", part)
    mapped = tuple(
        np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in ("rows", "columns")
    )
    for solver in matching.SOLVERS:
        assert solve(mapped, solver).cost == solve(tables, solver).cost


@pytest.mark.parametrize("kept", [1, 3, 1000])
@pytest.mark.parametrize("rows_kept", [1, 4, 100])
@pytest.mark.parametrize("at_once", [1, 30, 1 << 20])
def test_cheapest_cells_against_looking_at_all(kept, rows_kept, at_once, rng):
    """While prices rise, also to infinity, as in the auction and the greedy."""
    words, rows, columns = 50, 6, 9
    tables = losses(rng, words, rows, columns)
    cells = word_cells(words, rows, columns)
    market = cheapest.CheapestCells(*tables, cells, kept, rows_kept, at_once)
    every = tables[0].astype(float)[:, :, None] + tables[1].astype(float)[:, None]
    every = every.reshape(words, -1)
    for _ in range(60):
        risen = rng.choice(cells, 3)
        market.prices[risen] += rng.gamma(1, 4, 3)
        market.prices[rng.choice(cells)] += np.inf if rng.random() < 0.3 else 0
        asked = rng.choice(words, 7, replace=False)
        found, least, second = market.two_best(asked)
        costs = every[asked] + market.prices
        np.testing.assert_allclose(least, costs.min(1), rtol=1e-12)
        np.testing.assert_allclose(costs[np.arange(7), found], least, rtol=1e-12)
        # `second` may be less than the true one, but it is no less than the least.
        costs[np.arange(7), found] = np.inf
        assert (second <= costs.min(1) + 1e-9).all()
        assert (second >= least - 1e-9).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"row_losses": np.full((4, 2), np.nan)},
            "`row_losses` must be finite, .* Received: nan for word 0 in row 0",
        ),
        (
            {"column_losses": np.array([[1, 1], [1, 1], [1, np.inf], [1, 1]])},
            "`column_losses` must be finite, .* Received: inf for word 2 in column 1",
        ),
        (
            {"column_losses": np.ones((3, 2))},
            r"\(words, columns\), here \(4, 2\).*\(3,",
        ),
        ({"row_losses": np.full((4, 2), 1e38)}, "at most 1e.30. Received: 1e.38 for"),
        ({"row_losses": np.ones(4)}, r"must be numbers of shape \(words, rows\)"),
        ({"row_losses": 1.0}, r"Received: float64 of shape \(\)"),
        ({"row_losses": np.ones((4, 2), bool)}, r"Received: bool of shape \(4, 2\)"),
        (
            {"row_losses": [["a", "b"]] * 4},
            r"must be numbers of shape .* Received: <U1",
        ),
        ({"rows": 3}, r"must be numbers of shape \(words, rows\), here \(4, 3\)"),
        ({"rows": 2.0}, "`rows` must be a positive integer. Received: rows=2.0"),
        ({"current": [0, 1, 2, 3]}, "`current` must be a WordTable. Received: list"),
        ({"time_limit": "3"}, "`time_limit` must be a positive number .* '3'"),
        (
            {"solver": "magic"},
            "one of auto, exact, auction, alternating, greedy. Received: 'magic'",
        ),
        ({"current": WordTable.in_order(4, 1, 4)}, "4 words, 2 rows and 2 columns"),
        ({"row_losses": np.ones((4, 1)), "rows": 1}, "at least the number of words, 4"),
        ({"time_limit": 0}, "`time_limit` must be a positive number of seconds"),
        ({"time_limit": math.nan}, "`time_limit` must be a positive number of seconds"),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {
        "row_losses": np.ones((4, 2)),
        "column_losses": np.ones((4, 2)),
        "rows": 2,
        "columns": 2,
    }
    with pytest.raises(ValueError, match=message):
        matching.solve(**{**arguments, **change})


def test_exact_refuses_a_matrix_that_is_too_large():
    # Nothing is allocated: all entries are one number.
    row_losses = np.broadcast_to(np.float32(0), (20_001, 101))
    column_losses = np.broadcast_to(np.float32(0), (20_001, 199))
    with pytest.raises(ValueError, match="exact for more than 20000 words.* 3 GiB"):
        matching.solve(row_losses, column_losses, 101, 199, "exact")
