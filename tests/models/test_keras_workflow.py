"""What Keras promises of any model: weights, callbacks, errors, SavedModels."""

import keras
import numpy as np
import pytest
from helpers.backends import ON_JAX, slow_on_jax

import lightrnn_tf
from lightrnn_tf import data, models
from lightrnn_tf.predictors.in_memory import KerasPredictor

V = 11
KINDS = [
    (models.LightRNN, {"word_dim": 2}),
    (models.PaperRNN, {"word_dim": 2}),
    (models.SlimRNN, {"parts": 3, "vectors": 9}),
    (models.DenseRNN, {"line_independent": True}),
]


def make(cls=models.LightRNN, **kwargs):
    model = cls(V, units=6, **(kwargs or {"word_dim": 2}))
    model.build()
    model.compile("sgd")
    return model


@pytest.fixture
def ids(rng):
    return rng.integers(0, V, 60)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(("cls", "kwargs"), KINDS[:1] if ON_JAX else KINDS)
def test_states_of_streams_are_no_weights(cls, kwargs, ids, capsys):
    model, fresh = make(cls, **kwargs), make(cls, **kwargs)
    ids = ids[:20]

    def counts():
        model.summary()
        table = capsys.readouterr().out
        return len(model.get_weights()), model.count_params(), table.split("Total")[1]

    before = counts()
    assert before[0] == len(fresh.weights)
    model.fit(data.windows(ids, 4, 5), verbose=0)
    # The optimizer has variables by now, which Keras counts in the summary.
    assert counts()[:2] == before[:2]
    after_fit = counts()
    model.evaluate(data.windows(ids, 2, 5), verbose=0)
    model.predict(data.windows(ids, 3, 5), verbose=0)
    assert counts() == after_fit
    # Of other batch sizes, and of one that was never fitted.
    fresh.set_weights(model.get_weights())
    model.set_weights(fresh.get_weights())
    windows = data.windows(ids, 1, 5)
    assert fresh.evaluate(windows, verbose=0) == model.evaluate(windows, verbose=0)


@slow_on_jax
def test_the_best_weights_are_restored_whatever_was_evaluated_between(ids):
    class Evaluate(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            windows = data.windows(ids, epoch + 2, 5)
            losses.append(self.model.evaluate(windows, verbose=0)[0])
            weights.append(self.model.get_weights())

    losses, weights = [], []
    model = make()
    model.compile(keras.optimizers.SGD(1e-3))
    stopping = keras.callbacks.EarlyStopping(
        "loss", patience=9, mode="max", restore_best_weights=True
    )
    history = model.fit(
        data.windows(ids, 4, 5), epochs=2, callbacks=[Evaluate(), stopping], verbose=0
    )
    best = int(np.argmax(history.history["loss"]))
    for value, kept in zip(model.get_weights(), weights[best], strict=True):
        np.testing.assert_array_equal(value, kept)


@pytest.mark.usefixtures("eager")
def test_weights_averaged_while_training_are_used_in_the_end(ids):
    model, ids = make(), ids[:20]
    model.compile(keras.optimizers.SGD(use_ema=True, ema_momentum=0.5))
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    windows = data.windows(ids, 4, 5)
    for _ in range(2):
        model.fit(
            windows, validation_data=data.windows(ids, 2, 5), callbacks=swap, verbose=0
        )
    averages = model.optimizer._model_variables_moving_average
    for value, average in zip(model.trainable_weights, averages, strict=True):
        np.testing.assert_array_equal(np.asarray(value), np.asarray(average))


@pytest.mark.parametrize("method", ["fit", "evaluate"])
@pytest.mark.parametrize("built", [False, True])
def test_a_model_that_is_not_compiled_is_refused_as_keras_does(method, built, ids):
    model = models.LightRNN(V, units=6)
    if built:
        model.build()
    with pytest.raises(ValueError, match=r"You must call `compile\(\)` before"):
        getattr(model, method)(data.windows(ids, 4, 5), verbose=0)


@pytest.mark.usefixtures("eager")
def test_a_model_that_is_neither_compiled_nor_built_predicts(ids):
    windows = data.windows(ids[:20], 4, 5)
    assert models.LightRNN(V, units=6).predict(windows, verbose=0).shape == (4, 5)


def test_callbacks_are_none_one_a_list_or_a_list_of_keras(ids):
    class Count(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            epochs.append(epoch)

    model, windows = make(), data.windows(ids, 4, 5)
    for callbacks in (
        Count(),
        [Count()],
        (Count(), [Count()]),
        keras.callbacks.CallbackList([Count()], model=model),
        None,
    ):
        epochs = []
        model.fit(windows, epochs=2, callbacks=callbacks, verbose=0)
        count = 2 if isinstance(callbacks, tuple) else 1
        assert len(epochs) == (2 * count if callbacks else 0), callbacks


@pytest.mark.skipif(ON_JAX, reason="JAX exports fixed sizes alone")
@pytest.mark.parametrize(
    ("kind", "after"),
    [
        (0, "fit"),
        pytest.param(0, "call", marks=pytest.mark.slow),
        (2, "build"),
        (3, "build"),
        pytest.param(1, "fit", marks=pytest.mark.slow),
    ],
)
def test_an_exported_saved_model_reads_any_batch(kind, after, ids, rng, tmp_path):
    import tensorflow as tf

    cls, kwargs = KINDS[kind]
    model = make(cls, **kwargs)
    if after == "call":
        model(ids[None, :4])
    elif after == "fit":
        model.fit(data.windows(ids, 4, 5), verbose=0)
    model.export(tmp_path, verbose=False)
    loaded = tf.saved_model.load(str(tmp_path))
    for shape in ((1, 2), (3, 8)):
        batch = rng.integers(-1, V, shape).astype("int32")
        np.testing.assert_allclose(
            loaded.serve(batch), model(batch), rtol=1e-5, atol=1e-6
        )


def test_what_cannot_be_exported_says_why(tmp_path):
    if ON_JAX:
        with pytest.raises(ValueError, match="`input_signature` must be given on JAX"):
            make().export(tmp_path, verbose=False)
    signature = [keras.InputSpec("int32", (2, 5))]
    with pytest.raises(ValueError, match="has not yet been built"):
        models.LightRNN(V, units=6).export(
            tmp_path, verbose=False, input_signature=signature
        )


# What reads ids, and what it calls them.
READERS = {
    "call": (lambda model, ids: model(ids), "ids"),
    "fit": (lambda model, ids: model.fit(ids, shuffle=False, verbose=0), "x"),
    "validation_data": (
        lambda model, ids: model.fit(
            np.zeros((2, 3)), shuffle=False, validation_data=ids, verbose=0
        ),
        "validation_data",
    ),
    "evaluate": (lambda model, ids: model.evaluate(ids, verbose=0), "x"),
    "predict": (lambda model, ids: model.predict(ids, verbose=0), "x"),
    "train_on_batch": (lambda model, ids: model.train_on_batch(ids), "x"),
    "test_on_batch": (lambda model, ids: model.test_on_batch(ids), "x"),
    "predict_on_batch": (lambda model, ids: model.predict_on_batch(ids), "x"),
    "log_probs": (lambda model, ids: model.log_probs(ids), "context"),
}


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("reader", ["fit", "predict"] if ON_JAX else READERS)
def test_ids_that_are_no_words_are_refused_by_name(reader, rng):
    read, name = READERS[reader]
    least = 0 if name == "context" else -1
    model = make()
    # The last one is a word once it was cast to 32 bits.
    for bad in (V, least - 1, 10_023, 2**32 + 3):
        ids = rng.integers(0, V, (2, 6))
        ids[1, 3] = bad
        message = rf"`{name}` must be in \[{least}, 11\)\. Received: {bad}\. "
        with pytest.raises(ValueError, match=message):
            read(model, ids)
    # Nothing was left behind that spoils what follows.
    read(model, np.full((2, 6), V - 1))


@pytest.mark.usefixtures("eager")
@slow_on_jax
@pytest.mark.parametrize(
    "reader",
    ["fit"] if ON_JAX else ["fit", "evaluate", "predict", "validation_data"],
)
def test_windows_and_datasets_with_ids_that_are_no_words_are_refused(reader, ids):
    import tensorflow as tf

    read, name = READERS[reader]
    ids[37] = bad = -2 if reader == "fit" else V
    message = rf"`{name}` must be in \[-1, 11\)\. Received: {bad}\. "
    model, windows = make(), data.windows(ids, 4, 5)
    whole = np.concatenate([windows[n][0] for n in range(len(windows))])
    for parts in (whole, (whole,)):
        dataset = tf.data.Dataset.from_tensor_slices(parts).batch(4)
        with pytest.raises(ValueError, match=message):
            read(model, dataset)
    with pytest.raises(ValueError, match=message):
        read(model, windows)
    with pytest.raises(ValueError, match=message):
        read(model, windows.after(1))
    # Nothing was lost, where the first batch was read already.
    assert np.isfinite(model.log_probs([[1, 2]])).all()


@pytest.mark.usefixtures("eager")
def test_the_ids_of_windows_are_looked_at_once(ids):
    class Counted(np.ndarray):
        def min(self, *args, **kwargs):
            looked.append(len(self))
            return super().min(*args, **kwargs)

    looked = []
    windows, model = data.windows(ids[:20].view(Counted), 4, 5), make()
    model.fit(windows, epochs=2, validation_data=windows, verbose=0)
    model.evaluate(windows.first(1), verbose=0)
    assert looked == [20]


def test_what_is_no_number_and_no_integer_is_refused():
    for bad in (np.array([["a", "b"]]), np.array([[True, False]])):
        with pytest.raises(ValueError, match="`ids` must be word ids, integers. Rec"):
            make()(bad)
    with pytest.raises(ValueError, match="`ids` must be word ids, integers. Rec"):
        make()(np.array([[1.0, 2.5]]))
    with pytest.raises(ValueError, match=r"`ids` must be in .* Received: nan\."):
        make()(np.array([[1.0, np.nan]]))


def test_what_is_no_text_a_row_is_refused_by_its_shape():
    model = make()
    for shape in ((6,), (2, 3, 4), (0, 5), (2, 1)):
        with pytest.raises(
            ValueError, match=r"`x` must have shape \(B, T \+ 1\).*ceiv"
        ):
            model.predict(np.zeros(shape, "int32"))


def test_targets_of_a_batch_are_refused():
    ids = np.zeros((2, 6), "int32")
    for on_batch in (make().train_on_batch, make().test_on_batch):
        with pytest.raises(ValueError, match="`y` must be None.*Received: ndarray"):
            on_batch(ids, ids)


def test_what_is_traced_passes_unchecked():
    model = make()
    symbolic = keras.Input((6,), dtype="int32")
    assert keras.Model(symbolic, model(symbolic)).predict(
        np.zeros((2, 6), "int32"), verbose=0
    ).shape == (2, 5)


@pytest.mark.parametrize("bad", [-1, 12])
def test_a_text_of_another_vocabulary_is_refused_by_a_predictor(bad):
    vocabulary = lightrnn_tf.Vocabulary.from_lines(
        [" ".join("abcdefghi")] * 2, lightrnn_tf.Tokenizer("whitespace")
    )
    model = models.LightRNN(len(vocabulary), units=6)
    model.build()
    predictor, text = KerasPredictor(model, vocabulary), np.array([1, bad, 2])
    message = rf"`ids` must be in \[0, 11\)\. Received: {bad}\. "
    with pytest.raises(ValueError, match=message):
        predictor.word_losses(text)
    with pytest.raises(ValueError, match=message):
        next(predictor.contexts(text))
