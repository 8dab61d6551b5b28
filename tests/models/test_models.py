"""The models: numbers against the equations, and Keras's workflow."""

import keras
import numpy as np
import pytest
from helpers.backends import ON_JAX, once, slow_on_jax
from helpers.oracle import stream_nats

from lightrnn_tf import data, models
from lightrnn_tf.tables.word_table import WordTable

V = 11
MODELS = [
    (models.LightRNN, {"rows": 3, "columns": 5, "embedding_dim": 4, "word_dim": 2}),
    (models.PaperRNN, {"word_dim": 2, "row_parts": 4, "word_bias": True}),
    (models.PaperRNN, {"cell": "gru", "row_parts": 4}),
    (models.LightRNN, {"rows": 11, "columns": 1, "layers": 2, "word_dim": 2}),
    (
        models.LightRNN,
        {"rows": 3, "columns": 5, "frequent_words": 4, "frequent_dim": 3},
    ),
    (
        models.LightRNN,
        {"word_dim": 0, "frequent_words": 11, "frequent_dim": 2},
    ),
    (
        models.PaperRNN,
        {"word_dim": 16, "frequent_words": 1, "frequent_dim": 1, "word_bias": True},
    ),
    (models.LightRNN, {"rows": 1, "columns": 13, "cell": "gru", "layers": 2}),
    (models.DenseRNN, {"embedding_dim": 4, "layers": 2}),
    (models.DenseRNN, {"tied": True, "cell": "gru"}),
    (models.SlimRNN, {"parts": 3, "vectors": 9, "embedding_dim": 12, "seed": 1}),
    (models.SlimRNN, {"parts": 2, "vectors": 5, "side": "input", "layers": 2}),
    (models.SlimRNN, {"parts": 6, "vectors": 12, "side": "output", "cell": "gru"}),
    (models.SlimRNN, {"parts": 3, "vectors": 9, "word_bias": False}),
]


# Where the kind of model makes little difference, one of each.
SOME = [MODELS[0], MODELS[4], MODELS[8]]
# JAX compiles each anew for seconds; there most are held to the equations alone.
MOST = SOME if ON_JAX else MODELS
# The others are read line by line there.
EQUATED = MODELS[1::2] if ON_JAX else MODELS
# Each kind of weight is in one of these.
FITTED = SOME if ON_JAX else [*SOME[1:], MODELS[1], MODELS[10]]


def make(cls, kwargs, rng, line_independent=False):
    model = cls(V, units=6, eos_id=2, line_independent=line_independent, **kwargs)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.7, weight.shape))
    if cls in (models.LightRNN, models.PaperRNN):
        model.table = WordTable.random(V, model.rows, model.columns, seed=5)
    model.compile("sgd")
    return model


@pytest.fixture
def ids(rng):
    return np.minimum(rng.zipf(1.5, 61) - 1, V - 1)


@pytest.mark.parametrize(
    ("cls", "kwargs", "line_independent", "steps"),
    [
        *((*entry, False, 7) for entry in EQUATED),
        *((*entry, True, 7) for entry in SOME),
        # Of two steps a word, only the first may begin anew.
        (*MODELS[1], True, 7),
        # In one window, longer than the text.
        (*MODELS[0], False, 100),
        (*MODELS[0], True, 100),
    ],
)
def test_nats_equal_the_equations(cls, kwargs, line_independent, steps, ids, rng):
    model = make(cls, kwargs, rng, line_independent)
    expected = stream_nats(model, ids)
    windows = data.windows(ids, batch_size=1, steps=steps)
    nats = model.predict(windows, verbose=0).ravel()[: len(ids)]
    np.testing.assert_allclose(nats, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("cls", "kwargs"), SOME)
def test_streams_side_by_side_equal_streams_alone(cls, kwargs, ids, rng):
    model = make(cls, kwargs, rng)
    parts = np.split(ids, [16, 31, 46])  # 61 words in 4 streams: 16, 15, 15, 15.
    expected = np.concatenate([stream_nats(model, part) for part in parts])
    logs = model.evaluate(data.windows(ids, 4, 7), return_dict=True, verbose=0)
    assert logs["loss"] == pytest.approx(expected.mean(), rel=1e-5)
    assert logs["perplexity"] == pytest.approx(np.exp(expected.mean()), rel=1e-4)


def test_each_shard_begins_anew(ids, rng):
    model = make(*MODELS[0], rng)
    expected = [stream_nats(model, part) for part in (ids[:20], ids[20:])]
    windows = data.windows(ids, batch_size=1, steps=7, shards=[20, 41])
    logs = model.evaluate(windows, return_dict=True, verbose=0)
    assert logs["loss"] == pytest.approx(np.concatenate(expected).mean(), rel=1e-5)


@pytest.mark.usefixtures("eager")
def test_each_epoch_has_an_order_of_shards(ids, rng):
    class Order(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            orders.append(windows.order.tolist())

    orders, model = [], make(*MODELS[0], rng)
    windows = data.windows(ids, 4, 7, shards=[12, 28, 21], seed=1)
    model.fit(windows, epochs=3, callbacks=Order(), verbose=0)
    expected = []
    for epoch in range(3):
        windows.begin_epoch(epoch)
        expected += [windows.order.tolist()] * len(windows)
    assert orders == expected
    assert len(set(map(tuple, orders))) > 1


@once
@pytest.mark.parametrize("training", [False, True])
def test_dropout_is_on_the_way_to_rows_and_to_columns(training, rng):
    model = make(models.LightRNN, {"dropout": 0.5}, rng)
    ids = rng.integers(0, V, (4, 9))
    hidden = rng.normal(size=(4, 9, 6)).astype("float32")
    pairs = np.asarray(model.pairs(hidden, ids, training=training))
    dropped = (pairs == 0).mean((0, 1, 3))
    # 216 numbers each: four standard deviations are 0.14.
    np.testing.assert_allclose(dropped, 0.5 if training else 0, atol=0.15)


@slow_on_jax
@pytest.mark.parametrize(("cls", "kwargs"), MOST)
def test_a_call_equals_brute_force_and_carries_nothing(cls, kwargs, rng):
    model = make(cls, kwargs, rng)
    ids = rng.integers(0, V, (3, 5))
    nats = np.asarray(model(ids))
    for t in range(4):
        log_probs = model.log_probs(ids[:, : t + 1])
        assert log_probs.shape == (3, V)
        np.testing.assert_allclose(np.exp(log_probs).sum(1), 1, atol=1e-5)
        expected = -log_probs[np.arange(3), ids[:, t + 1]]
        np.testing.assert_allclose(nats[:, t], expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(nats, np.asarray(model(ids)))


@slow_on_jax
def test_arrays_go_on_from_batch_to_batch_and_may_end_in_a_smaller_one(rng):
    model = make(*MODELS[0], rng)
    ids = rng.integers(0, V, (3, 5))
    stream = ids[:2].copy()
    stream[1, 0] = stream[0, -1]
    one_row = model.predict(stream, batch_size=1, verbose=0).ravel()
    whole = np.concatenate([stream[0], stream[1, 1:]])[None]
    np.testing.assert_allclose(one_row, np.asarray(model(whole))[0], atol=1e-4)
    # Three rows in batches of two: the last batch has one row, scored as well.
    assert model.predict(ids, batch_size=2, verbose=0).shape == (3, 4)


@once
def test_each_predict_of_an_array_starts_fresh(rng):
    model = make(*MODELS[0], rng)
    ids = rng.integers(0, V, (4, 5))
    first, again = (model.predict(ids, batch_size=2, verbose=0) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(first[:2], np.asarray(model(ids[:2])), atol=1e-5)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="tf.data needs TensorFlow"
)
def test_datasets_of_tensorflow_are_read_as_arrays_are(rng):
    import tensorflow as tf

    model = make(*MODELS[0], rng)
    ids = rng.integers(0, V, (4, 5))
    expected = model.predict(ids, batch_size=2, verbose=0)
    for parts in (ids, (ids,)):
        dataset = tf.data.Dataset.from_tensor_slices(parts).batch(2)
        np.testing.assert_allclose(
            model.predict(dataset, verbose=0), expected, rtol=1e-6
        )
    assert np.isfinite(model.fit(dataset, verbose=0).history["loss"]).all()


@slow_on_jax
def test_training_goes_on_as_if_validation_had_not_been(ids, rng):
    histories = []
    for validation in (None, data.windows(ids[:20], 3, 4)):
        keras.utils.set_random_seed(1)
        model = make(*MODELS[0], np.random.default_rng(1))
        history = model.fit(
            data.windows(ids, 4, 3),
            epochs=2,
            validation_data=validation,
            validation_freq=1,
            verbose=0,
        )
        histories.append(history.history["loss"])
    np.testing.assert_allclose(*histories, rtol=1e-6)


def test_each_evaluate_and_each_epoch_start_fresh_and_carry_the_state(ids, rng):
    model = make(models.LightRNN, {**MODELS[0][1], "dropout": 0.0}, rng)
    model.compile(keras.optimizers.SGD(0.0))
    windows = data.windows(ids, 4, 7)
    first = model.evaluate(windows, verbose=0)
    assert model.evaluate(windows, verbose=0) == first
    losses = model.fit(windows, epochs=2, verbose=0).history["loss"]
    assert losses == pytest.approx([first[0]] * 2, rel=1e-5)


@pytest.mark.parametrize(("cls", "kwargs"), FITTED)
def test_fit_lowers_the_loss_and_trains_every_weight(cls, kwargs, ids, rng):
    model = make(cls, kwargs, rng)
    model.compile(keras.optimizers.Adam(0.01))
    before = [np.array(w) for w in model.trainable_weights]
    losses = model.fit(data.windows(ids, 4, 5), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    for old, weight in zip(before, model.trainable_weights, strict=True):
        assert not np.array_equal(old, weight), weight.path


@slow_on_jax
@pytest.mark.usefixtures("eager")
def test_padding_changes_nothing_in_training(ids):
    trained = []
    for padding in (0, 7):
        kwargs = {**MODELS[0][1], "dropout": 0.0}
        model = make(models.LightRNN, kwargs, np.random.default_rng(0))
        batch = ids[:10].reshape(2, 5)
        model.train_on_batch(np.pad(batch, ((0, 0), (0, padding)), constant_values=-1))
        trained.append([np.array(weight) for weight in model.trainable_weights])
    for one, other in zip(*trained, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_the_training_step_is_traced_once(ids):
    traced = []

    class Counted(models.LightRNN):
        def compute_loss(self, *args, **kwargs):
            traced.append(1)
            return super().compute_loss(*args, **kwargs)

    model = Counted(V, units=6, word_dim=2)
    model.compile("adam")
    model.fit(data.windows(ids, 4, 5), epochs=2, verbose=0)
    assert traced == [1]


@once
def test_weights_are_rounded_from_when_it_is_assigned(ids, rng):
    """In training, validation and prediction, and no longer than that."""
    windows = data.windows(ids, 4, 5)
    model = make(models.LightRNN, {"word_dim": 2, "dropout": 0.0}, rng)
    aware = models.LightRNN.from_config({**model.get_config(), "quantize_aware": True})
    aware.build()
    aware.set_weights(model.get_weights())
    aware.compile("sgd")

    def measured(model):
        one_step = model.train_on_batch(windows[0][0])
        return *model.evaluate(windows, verbose=0), *np.ravel(one_step)

    start, exact = model.get_weights(), measured(model)
    model.set_weights(start)
    model.quantize_aware = True
    assert model.get_config()["quantize_aware"]
    rounded = measured(model)
    np.testing.assert_allclose(rounded, measured(aware), rtol=1e-6)
    assert rounded != pytest.approx(exact, rel=1e-3)
    model.set_weights(start)
    model.quantize_aware = False
    assert measured(model) == pytest.approx(exact, rel=1e-6)
    with pytest.raises(ValueError, match="`quantize_aware` must be.*Received: .*yes"):
        model.quantize_aware = "yes"


@pytest.mark.parametrize(
    ("policy", "jit"),
    [
        pytest.param("float32", True, marks=pytest.mark.slow),
        pytest.param("mixed_float16", True, marks=pytest.mark.slow),
        pytest.param("mixed_bfloat16", True, marks=pytest.mark.slow),
        pytest.param("mixed_float16", False, marks=once),
    ],
)
def test_policies_and_compilation_give_finite_float32_nats(policy, jit, ids, rng):
    model = models.LightRNN(V, units=6, word_dim=2, dtype=policy)
    # What is not compiled runs operation by operation on JAX.
    jit = jit or ON_JAX
    model.compile("adam", jit_compile=jit)
    windows = data.windows(ids, 4, 5)
    assert np.isfinite(model.fit(windows, verbose=0).history["loss"]).all()
    nats = model(ids[None, :5])
    assert keras.backend.standardize_dtype(nats.dtype) == "float32"
    assert all(w.dtype in ("float32", "int32") for w in model.weights)


def test_half_precision_is_near_full_precision(ids, rng):
    full = make(*MODELS[0], rng)
    half = models.LightRNN(V, units=6, eos_id=2, dtype="mixed_float16", **MODELS[0][1])
    half.build()
    half.set_weights(full.get_weights())
    half.compile("sgd")
    windows = data.windows(ids, 1, 7)
    # float16 keeps 11 bits; errors add up over the steps of the state.
    assert half.evaluate(windows, verbose=0)[0] == pytest.approx(
        full.evaluate(windows, verbose=0)[0], rel=5e-3
    )


@pytest.mark.parametrize(("cls", "kwargs"), SOME)
def test_saved_model_predicts_the_same(cls, kwargs, ids, rng, tmp_path):
    model = make(cls, kwargs, rng, line_independent=True)
    windows = data.windows(ids, 2, 5)
    expected = model.predict(windows, verbose=0)
    model.save(tmp_path / "m.keras")
    revived = keras.saving.load_model(tmp_path / "m.keras")
    assert revived.get_config() == model.get_config()
    np.testing.assert_array_equal(revived.predict(windows, verbose=0), expected)
    if cls is models.LightRNN:
        np.testing.assert_array_equal(revived.table.cells, model.table.cells)


@slow_on_jax
@pytest.mark.usefixtures("eager")
def test_what_was_saved_after_training_is_trained_on(ids, rng, tmp_path):
    model = make(*MODELS[0], rng, line_independent=True)
    windows = data.windows(ids[:20], 2, 5)
    model.fit(windows, verbose=0)
    expected = model.predict(windows, verbose=0)
    model.save(tmp_path / "m.keras")
    model.save_weights(tmp_path / "m.weights.h5")
    revived = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(revived.predict(windows, verbose=0), expected)
    revived.fit(windows, verbose=0)
    assert (revived.predict(windows, verbose=0) != expected).any()
    revived.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(revived.predict(windows, verbose=0), expected)


def test_what_was_saved_before_rows_had_parts_has_one():
    config = models.LightRNN(V, row_parts=2).get_config()
    assert models.LightRNN.from_config(config).row_parts == 2
    del config["row_parts"]
    assert models.LightRNN.from_config(config).row_parts == 1


@pytest.mark.parametrize("cls", [models.LightRNN, models.PaperRNN])
def test_get_config_holds_every_argument(cls):
    kwargs = {
        "vocabulary_size": 20,
        "units": 6,
        "rows": 3,
        "columns": 8,
        "embedding_dim": 5,
        "word_dim": 2,
        "row_parts": 3,
        "frequent_words": 5,
        "frequent_dim": 1,
        "word_bias": False,
        "cell": "gru",
        "layers": 2,
        "dropout": 0.4,
        "eos_id": 3,
        "line_independent": True,
    }
    config = cls(**kwargs).get_config()
    assert {name: config[name] for name in kwargs} == kwargs


@pytest.mark.parametrize("tied", [True, False])
def test_what_is_tied_stays_tied(tied):
    model = models.DenseRNN(V, units=6, tied=tied)
    again = models.DenseRNN.from_config(model.get_config())
    again.build()
    model.build()
    assert again.tied == tied
    assert again.count_params() == model.count_params()


def test_summary_counts_the_vectors(capsys):
    model = models.LightRNN(100, units=6)
    model.build()
    model.summary()
    assert "Trainable params" in capsys.readouterr().out


def test_default_table_is_nearly_square():
    model = models.LightRNN(10_000, units=2)
    assert (model.rows, model.columns) == (100, 100)
    assert models.LightRNN(10, units=2, rows=2).columns == 5
    assert models.LightRNN(10, units=2, columns=4).rows == 3


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"units": -1}, "`units` must be a positive integer. Received: units=-1"),
        ({"rows": 0}, "`rows` must be a positive integer"),
        ({"rows": 2, "columns": 2}, r"at least the number of words, 11.*\(4 cells\)"),
        ({"dropout": 1.5}, r"`dropout` must be a number in \[0, 1\)"),
        ({"cell": "LSTM"}, "`cell` must be one of"),
        ({"layers": 1.0}, "`layers` must be a positive integer"),
        ({"eos_id": 11}, "`eos_id` must be below `vocabulary_size`, 11"),
        ({"embedding_dim": 0}, "`embedding_dim` must be a positive integer"),
        ({"word_dim": None}, "`word_dim` must be an integer of at least 0"),
    ],
)
def test_bad_arguments_are_named(kwargs, message):
    with pytest.raises(ValueError, match=message):
        models.LightRNN(V, **kwargs)


def test_tied_needs_equal_sizes():
    with pytest.raises(ValueError, match="must equal `units` when `tied`. Received: "):
        models.DenseRNN(V, units=4, embedding_dim=5, tied=True)


def test_shuffled_arrays_targets_and_generators_are_rejected(rng):
    model = make(*MODELS[0], rng)
    ids = rng.integers(0, V, (4, 5))
    with pytest.raises(ValueError, match="`shuffle` must be False for an array"):
        model.fit(ids)
    with pytest.raises(ValueError, match="`y` must be None"):
        model.fit(ids, ids, shuffle=False)
    with pytest.raises(ValueError, match="`x` must be `data.windows"):
        model.evaluate(iter([ids]))
    with pytest.raises(ValueError, match=r"`context` must have shape \(B, T\)"):
        model.log_probs([1, 2])
    with pytest.raises(ValueError, match="`table` must have 11 words, 3 rows and 5"):
        model.table = WordTable.in_order(11, 4, 4)
    with pytest.raises(RuntimeError, match="`table` needs a built model"):
        _ = models.LightRNN(V, units=2).table


@once
@pytest.mark.usefixtures("eager")
def test_word_losses_are_the_means_of_the_nats(rng):
    from lightrnn_tf import data
    from lightrnn_tf.predictors import in_memory
    from lightrnn_tf.words.tokenizer import Tokenizer
    from lightrnn_tf.words.vocabulary import Vocabulary

    names = ["<eos>", "<unk>", *(f"w{n}" for n in range(5))]
    vocabulary = Vocabulary(names, [1] * 7, Tokenizer("whitespace"))
    model = models.LightRNN(7, units=4, rows=2, columns=4, word_dim=2)
    model.build()
    ids = rng.integers(0, 6, 90)
    losses = in_memory.KerasPredictor(model, vocabulary).word_losses(ids)
    nats = model.predict(data.windows(ids, 32, 3), verbose=0)
    total = (losses[:6] * np.bincount(ids)).sum()
    assert total == pytest.approx(nats.sum(), rel=1e-5)
    assert np.isnan(losses[6])
    assert (losses[:6] > 0).all()
