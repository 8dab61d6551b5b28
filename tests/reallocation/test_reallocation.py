"""Loss tables and rounds, against the equations."""

import numpy as np
import pytest
from helpers.oracle import LightOracle, stream_nats
from helpers.random_light_rnn import V, random_light_rnn

from lightrnn_tf import callbacks, data, models, reallocation
from lightrnn_tf.reallocation import Matching, rounds
from lightrnn_tf.reallocation.losses import loss_tables
from lightrnn_tf.tables import matching
from lightrnn_tf.tables.word_table import WordTable


@pytest.fixture
def ids(rng):
    return np.minimum(rng.zipf(1.5, 61) - 1, V - 1)


KINDS = [
    {"word_dim": 2},
    {"word_dim": 2, "row_parts": 4, "word_bias": True, "cls": models.PaperRNN},
    {"word_dim": 2, "frequent_words": 4, "frequent_dim": 3},
    {"cls": models.PaperRNN},
    {"word_dim": 2, "rows": 11, "columns": 1},
    {"word_dim": 2, "rows": 1, "columns": 13},
    {"word_dim": 0, "word_bias": True, "line_independent": True},
]


@pytest.mark.parametrize(
    ("batch_size", "steps", "kwargs"),
    [
        *((1, 7, kwargs) for kwargs in KINDS[1:3]),
        (4, 100, KINDS[0]),
        *(
            pytest.param(1, 7, kwargs, marks=pytest.mark.slow)
            for kwargs in (KINDS[0], *KINDS[3:])
        ),
        *(pytest.param(4, 100, kwargs, marks=pytest.mark.slow) for kwargs in KINDS[1:]),
    ],
)
def test_entries_at_the_current_cells_sum_to_the_nats_of_the_text(
    kwargs, batch_size, steps, ids, rng
):
    model = random_light_rnn(rng, **kwargs)
    windows = data.windows(ids, batch_size, steps)
    losses = loss_tables(model, windows)
    table = model.table
    assert matching.cost(losses.rows, losses.columns, table) == pytest.approx(
        losses.nats, rel=1e-5
    )
    loss = model.evaluate(windows, verbose=0)
    loss = loss[0] if isinstance(loss, list) else loss
    assert losses.nats == pytest.approx(loss * len(ids), rel=1e-5)
    if batch_size == 1:
        assert losses.nats == pytest.approx(stream_nats(model, ids).sum(), rel=1e-5)


@pytest.mark.parametrize(
    "kwargs",
    [
        *KINDS[1:3],
        *(pytest.param(k, marks=pytest.mark.slow) for k in (KINDS[0], *KINDS[3:6])),
    ],
)
def test_loss_tables_equal_real_exchanges(kwargs, ids, rng):
    """Each entry against a loop: the word does change places with the occupant."""
    model = random_light_rnn(rng, **kwargs)
    losses = loss_tables(model, data.windows(ids, 1, 9))
    table = model.table
    rows = np.zeros((V, model.rows))
    columns = np.zeros((V, model.columns))
    oracle = LightOracle(model)
    oracle.read(model.eos_id)
    for word in ids:
        rows[word] -= oracle.row_log_probs()
        row, column = divmod(table.cells[word], model.columns)
        oracle.row_step(row)
        for j in range(model.columns):
            cells = table.cells.copy()
            occupant = table.words[row * model.columns + j]
            cells[word] = row * model.columns + j
            if occupant >= 0:
                cells[occupant] = row * model.columns + column
            exchanged = WordTable(cells, model.rows, model.columns)
            columns[word, j] -= oracle.column_log_prob(word, exchanged)
        oracle.column_step(word)
    np.testing.assert_allclose(losses.rows, rows, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(losses.columns, columns, rtol=1e-4, atol=1e-4)


@pytest.mark.usefixtures("eager")
def test_the_pass_is_deterministic_in_spite_of_dropout(ids, rng):
    model = random_light_rnn(rng, word_dim=2, dropout=0.5)
    windows = data.windows(ids, 4, 7)
    model.fit(windows, verbose=0)
    first, again = (loss_tables(model, windows) for _ in range(2))
    np.testing.assert_array_equal(first.rows, again.rows)
    np.testing.assert_array_equal(first.columns, again.columns)


def test_large_differences_between_logits_stay_finite(ids, rng):
    model = random_light_rnn(rng, word_dim=0)
    model.softmax.word_biases.assign(rng.normal(0, 60, V))
    losses = loss_tables(model, data.windows(ids, 1, 9))
    assert np.isfinite(losses.columns).all()
    assert (losses.columns >= -1e-3).all()


def test_a_round_lowers_the_predicted_cost_and_moves_the_words(ids, rng):
    model = random_light_rnn(rng, word_dim=2)
    windows = data.windows(ids, 4, 7)
    before = model.table
    answer = reallocation.reallocate(model, windows).assignment
    assert answer.cost < answer.initial_cost
    assert answer.moved > 0
    np.testing.assert_array_equal(model.table.cells, answer.table.cells)
    np.testing.assert_array_equal(
        np.asarray(model.embedding.cells), np.asarray(model.softmax.cells)
    )
    # Free cells stay where they were.
    assert sorted(answer.table.cells) == sorted(before.cells)
    log_probs = model.log_probs(ids[None, :5])
    assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.usefixtures("eager")
def test_a_word_keeps_its_bias_and_vector_when_it_moves(ids, rng):
    model = random_light_rnn(rng, word_dim=2)
    bias = np.array(model.softmax.word_biases)
    vectors = np.array(model.softmax.word_vectors)
    reallocation.reallocate(model, data.windows(ids, 4, 7))
    np.testing.assert_array_equal(bias, np.array(model.softmax.word_biases))
    np.testing.assert_array_equal(vectors, np.array(model.softmax.word_vectors))


@pytest.mark.usefixtures("eager")
def test_input_vectors_are_the_least_squares_fit(ids, rng):
    """Rows and columns of the new table, weighted by how often their words occur."""
    model = random_light_rnn(rng, word_dim=2)
    before = model.table
    rows, columns, transition_rows = (
        np.array(v)
        for v in (
            model.embedding.row_vectors,
            model.embedding.column_vectors,
            model.transition.row_vectors,
        )
    )
    reallocation.reallocate(model, data.windows(ids, 4, 7))
    counts = np.bincount(ids, minlength=V)
    weight = np.sqrt(counts)[:, None]
    after = model.table
    assert (after.row_of != before.row_of).any()
    for old, place_before, place_after, fitted in (
        (rows, before.row_of, after.row_of, model.embedding.row_vectors),
        (
            transition_rows,
            before.row_of,
            after.row_of,
            model.transition.row_vectors,
        ),
        (columns, before.column_of, after.column_of, model.embedding.column_vectors),
    ):
        design = np.eye(len(old))[place_after]
        expected = np.linalg.lstsq(design * weight, old[place_before] * weight, None)[0]
        met = np.bincount(place_after, counts, len(old)) > 0
        np.testing.assert_allclose(np.array(fitted)[met], expected[met], atol=1e-5)
        np.testing.assert_array_equal(np.array(fitted)[~met], old[~met])


def test_what_a_round_did_is_measured_on_a_part_of_a_long_text(ids, rng):
    windows = data.windows(ids, 4, 7)
    model = random_light_rnn(rng)
    measured = rounds.measure(model, windows, tokens=4 * 7 + 1)
    part = model.evaluate(windows.first(2), verbose=0, return_dict=True)["loss"]
    assert measured == pytest.approx(part, rel=1e-6)
    assert len(windows.first(2)) == 2 < len(windows)


@pytest.mark.usefixtures("eager")
def test_a_moving_cost_keeps_words_that_gain_less(ids, rng):
    windows = data.windows(ids, 4, 7)
    # What the tables say of a new table, without the moving cost.
    unmoved = random_light_rnn(np.random.default_rng(0), word_dim=2)
    losses = loss_tables(unmoved, windows)
    moved = {}
    for cost in ((0.0, 0.0), (2.0, 0.0), (0.0, 2.0), (1e6, 1e6)):
        model = random_light_rnn(np.random.default_rng(0), word_dim=2)
        before = model.table
        done = reallocation.reallocate(model, windows, Matching(moving_cost=cost))
        after = model.table
        moved[cost] = [
            (after.row_of != before.row_of).sum(),
            (after.column_of != before.column_of).sum(),
        ]
        assert done.words_moved == (after.cells != before.cells).sum()
        predicted = matching.cost(losses.rows, losses.columns, after) / len(ids)
        assert done.nats_predicted == pytest.approx(predicted, rel=1e-6)
        assert done.nats_before == pytest.approx(losses.nats / len(ids), rel=1e-6)
        share = np.bincount(ids, minlength=V)[after.cells != before.cells].sum()
        assert done.tokens_moved == pytest.approx(share / len(ids))
        if cost == (2.0, 0.0):
            real = model.evaluate(windows, verbose=0, return_dict=True)["loss"]
            assert done.nats_after == pytest.approx(real, rel=1e-6)
    assert moved[(2.0, 0.0)][0] < moved[(0.0, 0.0)][0]
    assert moved[(0.0, 2.0)][1] < moved[(0.0, 0.0)][1]
    assert moved[(1e6, 1e6)] == [0, 0]


@pytest.mark.parametrize("cost", [(-1, 0), (0, np.inf), (np.nan, 0), (1,)])
def test_a_moving_cost_must_be_two_numbers(cost):
    with pytest.raises(ValueError, match="`moving_cost` must be two numbers"):
        Matching(moving_cost=cost)


def test_callback_runs_its_rounds_inside_fit(ids, rng):
    model = random_light_rnn(rng, word_dim=2)
    windows = data.windows(ids, 4, 7)
    seen, shares = [], []
    reallocate = callbacks.Reallocate(
        windows,
        epochs=[1, 3],
        matching=Matching("alternating"),
        report=lambda epoch, done: seen.append((epoch, done.assignment.solver)),
        progress=shares.append,
    )
    model.fit(windows, epochs=4, callbacks=[reallocate], verbose=0)
    assert seen == [(1, "alternating"), (3, "alternating")]
    assert shares[-1] == 1
    assert all(r.nats_predicted <= r.nats_before for r in reallocate.rounds)


@pytest.mark.usefixtures("eager")
def test_the_loss_after_a_round_is_of_the_epoch_alone(ids, rng):
    windows = data.windows(ids, 4, 7)
    other = data.windows(ids[::-1].copy(), 4, 7)

    def report(epoch, done):
        reallocate.model.evaluate(other, verbose=0)

    reallocate = callbacks.Reallocate(windows, epochs=[0], report=report)
    model = random_light_rnn(rng, dropout=0.0)
    model.optimizer.learning_rate = 0.0
    history = model.fit(windows, epochs=1, callbacks=[reallocate], verbose=0).history
    loss = model.evaluate(windows, verbose=0)[0]
    assert history["loss"][0] == pytest.approx(loss, rel=1e-5)


def test_what_cannot_work_is_said_before_anything_is_done(ids, rng):
    windows = data.windows(ids, 4, 7)
    with pytest.raises(ValueError, match="`moving_cost` must be two numbers"):
        Matching(moving_cost=1.0)
    with pytest.raises(ValueError, match="`solver` must be one of"):
        Matching("magic")
    with pytest.raises(ValueError, match="`time_limit` must be a positive number"):
        Matching(time_limit=-1)
    with pytest.raises(ValueError, match="`matching` must be a Matching. .* a str"):
        callbacks.Reallocate(windows, [1], "auction")
    for epochs in (5, ["1"], [-1], [True]):
        with pytest.raises(ValueError, match="`epochs` must be integers of at least 0"):
            callbacks.Reallocate(windows, epochs)
    large = models.LightRNN(20_001, units=1, word_dim=0)
    large.compile("adam")
    with pytest.raises(ValueError, match="not be exact for more than 20000 words"):
        large.fit(
            windows,
            callbacks=[callbacks.Reallocate(windows, [1], Matching("exact"))],
            verbose=0,
        )
    dense = models.DenseRNN(V, units=4)
    dense.compile("adam")
    with pytest.raises(ValueError, match="must be used with a `LightRNN`.*DenseRNN"):
        dense.fit(windows, callbacks=[callbacks.Reallocate(windows, [1])], verbose=0)
    model = models.LightRNN(V, units=4)
    model.build()
    before = model.table.cells
    with pytest.raises(ValueError, match="`model` must be compiled"):
        reallocation.reallocate(model, windows)
    assert (model.table.cells == before).all()


@pytest.mark.usefixtures("eager")
def test_words_per_second_are_in_the_logs(ids, rng):
    model = random_light_rnn(rng, word_dim=2)
    windows = data.windows(ids, 4, 7)
    history = model.fit(
        windows, epochs=2, callbacks=[callbacks.WordsPerSecond(windows)], verbose=0
    )
    assert min(history.history["words_per_second"]) > 0


def test_diverged_model_is_named(ids, rng):
    model = random_light_rnn(rng, word_dim=2)
    model.softmax.row_bias.assign(np.full(3 * model.row_parts, np.nan))
    with pytest.raises(ValueError, match="`row_losses` must be finite.*diverged"):
        reallocation.reallocate(model, data.windows(ids, 4, 7))


@pytest.mark.usefixtures("eager")
def test_permuting_word_ids_permutes_the_loss_tables(ids, rng):
    model = random_light_rnn(rng, word_dim=2)
    losses = loss_tables(model, data.windows(ids, 1, 9))
    order = np.random.default_rng(3).permutation(V)  # New id of each word.
    renamed = models.LightRNN.from_config(
        {**model.get_config(), "eos_id": int(order[2])}
    )
    renamed.build()
    for old, new in zip(model.weights, renamed.weights, strict=True):
        value = np.array(old)
        if old.path.endswith(("word_bias", "word_vectors")):
            permuted = np.empty_like(value)
            permuted[order] = value
            value = permuted
        new.assign(value)
    cells = np.empty(V, np.int64)
    cells[order] = model.table.cells
    renamed.table = WordTable(cells, 3, 5)
    again = loss_tables(renamed, data.windows(order[ids], 1, 9))
    np.testing.assert_allclose(again.rows[order], losses.rows, rtol=1e-5)
    np.testing.assert_allclose(again.columns[order], losses.columns, rtol=1e-5)
