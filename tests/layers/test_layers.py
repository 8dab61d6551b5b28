"""The layers: the contract of every layer, and their numbers against NumPy loops."""

import inspect

import keras
import numpy as np
import pytest
from helpers.backends import ON_JAX, once, slow_on_jax
from helpers.layer_contract import config_violations, layer_violations, left_at_defaults
from helpers.oracle import recurrent_step, row_log_probs, values

from lightrnn_tf import layers
from lightrnn_tf.layers.frequent_of_rows import FrequentOfRows
from lightrnn_tf.tables.word_table import WordTable

RNG = np.random.default_rng(1)
IDS = RNG.integers(0, 10, (4, 6)).astype("int32")
# As many rows as there are words, as the vectors of words have.
TEN_ROWS = RNG.integers(0, 10, (10, 6)).astype("int32")

# (class, arguments of the constructor, input, other call arguments)
LAYERS = [
    (
        layers.TwoComponentEmbedding,
        {
            "vocabulary_size": 10,
            "rows": 3,
            "columns": 4,
            "embedding_dim": 5,
            "word_dim": 2,
            "embeddings_initializer": keras.initializers.RandomNormal(0.1, seed=1),
            "quantize_aware": True,
        },
        TEN_ROWS,
        {"word_vectors": RNG.normal(size=(10, 2)).astype("float32")},
    ),
    (
        layers.TwoComponentEmbedding,
        {"vocabulary_size": 10, "rows": 3, "columns": 4, "embedding_dim": 5},
        IDS,
        {},
    ),
    (
        layers.TwoStepSoftmax,
        {
            "vocabulary_size": 10,
            "rows": 3,
            "columns": 4,
            "word_dim": 2,
            "word_bias": False,
            "frequent_words": 4,
            "frequent_dim": 3,
            "row_parts": 2,
            "quantize_aware": True,
        },
        RNG.normal(size=(4, 6, 2, 5)).astype("float32"),
        {"ids": IDS},
    ),
    (
        layers.TwoStepSoftmax,
        {"vocabulary_size": 10, "rows": 3, "columns": 4, "word_dim": 2},
        RNG.normal(size=(4, 6, 2, 5)).astype("float32"),
        {"ids": IDS},
    ),
    (
        layers.RowTransition,
        {"rows": 10, "quantize_aware": True},
        RNG.normal(size=(4, 6, 5)).astype("float32"),
        {"rows": IDS},
    ),
    (
        layers.SlimEmbedding,
        {
            "vocabulary_size": 10,
            "embedding_dim": 6,
            "parts": 3,
            "vectors": 5,
            "seed": 4,
            "embeddings_initializer": keras.initializers.RandomNormal(0.1, seed=1),
            "quantize_aware": True,
        },
        IDS,
        {},
    ),
    (
        layers.SlimSoftmax,
        {
            "vocabulary_size": 10,
            "parts": 3,
            "vectors": 12,
            "seed": 4,
            "word_bias": False,
            "kernel_initializer": keras.initializers.RandomNormal(0.1, seed=1),
            "quantize_aware": True,
        },
        RNG.normal(size=(4, 6, 9)).astype("float32"),
        {"ids": IDS},
    ),
    (
        layers.RecurrentStack,
        {
            "units": 5,
            "cell": "gru",
            "layers": 2,
            "dropout": 0.25,
            "restarts": True,
            "quantize_aware": True,
        },
        RNG.normal(size=(4, 2, 3)).astype("float32"),
        {},
    ),
    (
        layers.RecurrentStack,
        {"units": 5},
        RNG.normal(size=(4, 2, 3)).astype("float32"),
        {},
    ),
]

# On JAX, which compiles for longer, each class once.
CONTRACT = [*{entry[0]: entry for entry in LAYERS}.values()] if ON_JAX else LAYERS
LAYER_CLASSES = [*dict.fromkeys(entry[0] for entry in LAYERS)]


# The contract nests a layer in one that passes keyword arguments on, which Keras cannot
# build symbolically.
@pytest.mark.filterwarnings("ignore:.*unbuilt state:UserWarning")
@pytest.mark.parametrize(("cls", "kwargs", "x", "call_kwargs"), CONTRACT)
def test_layer_contract(cls, kwargs, x, call_kwargs, tmp_path):
    assert layer_violations(cls, kwargs, x, tmp_path, call_kwargs) == []


def test_every_public_layer_is_under_contract():
    public = {name for name in layers.__all__ if name[0].isupper()}
    assert {entry[0].__name__ for entry in LAYERS} == public


@pytest.mark.parametrize("cls", LAYER_CLASSES)
def test_every_argument_of_a_layer_is_under_contract(cls):
    assert left_at_defaults(cls, *(e[1] for e in LAYERS if e[0] is cls)) == []


@keras.saving.register_keras_serializable(package="tests")
class Sound(keras.layers.Layer):
    """A layer as the contract wants it; those below it have a fault each."""

    weight_dtype = None

    def build(self, input_shape):
        shape, dtype = (input_shape[-1],), self.weight_dtype
        self.scale = self.add_weight(name="scale", shape=shape, dtype=dtype)
        self.bias = self.add_weight(name="bias", shape=shape, initializer="zeros")

    def call(self, inputs):
        return inputs * self.scale + self.bias

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


@keras.saving.register_keras_serializable(package="tests")
class SaysAnotherType(Sound):
    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, "float32")


@keras.saving.register_keras_serializable(package="tests")
class SaysAnotherShape(Sound):
    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 7)


@keras.saving.register_keras_serializable(package="tests")
class StoresHalf(Sound):
    weight_dtype = "bfloat16"


@keras.saving.register_keras_serializable(package="tests")
class ForgetsItsBias(Sound):
    def save_own_variables(self, store):
        store["scale"] = np.asarray(self.scale)

    def load_own_variables(self, store):
        self.scale.assign(store["scale"])


@keras.saving.register_keras_serializable(package="tests")
class NeverTrainsItsBias(Sound):
    def call(self, inputs):
        return inputs * self.scale + keras.ops.stop_gradient(self.bias)


@keras.saving.register_keras_serializable(package="tests")
class ForgetsItsName(Sound):
    def get_config(self):
        return {"dtype": "float32"}


@once
@pytest.mark.filterwarnings("ignore:.*unbuilt state:UserWarning")
@pytest.mark.filterwarnings("ignore:Gradients do not exist:UserWarning")
@pytest.mark.parametrize(
    ("cls", "fault"),
    [
        (Sound, None),
        (SaysAnotherType, "mixed_float16: eager dtype float16, symbolic float32"),
        (SaysAnotherShape, "compute_output_shape gives"),
        (StoresHalf, "a weight is stored in half precision"),
        (ForgetsItsBias, ".keras round trip changes the output"),
        (NeverTrainsItsBias, "jit_compile=True: never trained"),
        (ForgetsItsName, "get_config: name=None"),
    ],
)
def test_the_contract_sees_a_fault_and_no_other(cls, fault, tmp_path):
    x = RNG.normal(size=(4, 3)).astype("float32")
    found = layer_violations(cls, {}, x, tmp_path)
    assert bool(found) == bool(fault)
    assert not found or any(fault in one for one in found)


@pytest.mark.parametrize("cls", LAYER_CLASSES)
def test_the_contract_sees_a_setting_that_a_config_forgets(cls, monkeypatch):
    whole = cls.get_config
    settings = inspect.signature(cls).parameters.keys() - {"kwargs"}
    for forgotten in settings:
        with monkeypatch.context() as patch:
            patch.setattr(
                cls,
                "get_config",
                lambda layer, without=forgotten: {
                    name: value
                    for name, value in whole(layer).items()
                    if name != without
                },
            )
            found = [
                config_violations(cls, kwargs)
                for entry, kwargs, *_ in LAYERS
                if entry is cls
            ]
            assert any(forgotten in one for of_entry in found for one in of_entry)


@pytest.mark.parametrize("seed", [None, 1])
def test_rows_and_columns_do_not_begin_alike(seed):
    layer = layers.TwoComponentEmbedding(
        9,
        3,
        3,
        embedding_dim=4,
        embeddings_initializer=keras.initializers.RandomUniform(seed=seed),
    )
    layer.build((None, 2))
    rows, columns = map(np.asarray, (layer.row_vectors, layer.column_vectors))
    assert (rows != columns).all()


def randomise(layer, rng):
    for weight in layer.trainable_weights:
        weight.assign(rng.normal(0, 0.8, weight.shape))


@pytest.mark.parametrize(("rows", "columns"), [(3, 4), (1, 10), (10, 1), (2, 7)])
def test_embedding_equals_a_loop(rows, columns, rng):
    layer = layers.TwoComponentEmbedding(10, rows, columns, 5, word_dim=2)
    own = rng.normal(size=(10, 2)).astype("float32")
    layer(IDS, word_vectors=own)
    randomise(layer, rng)
    table = WordTable.random(10, rows, columns, seed=3)
    layer.assign_table(table)
    answer = np.asarray(layer(IDS, word_vectors=own))
    row_vectors, column_vectors, into = values(
        [layer.row_vectors, layer.column_vectors, layer.word_kernel]
    )
    for b in range(IDS.shape[0]):
        for t in range(IDS.shape[1]):
            word = IDS[b, t]
            row, column = divmod(table.cells[word], columns)
            expected = [row_vectors[row], column_vectors[column] + own[word] @ into]
            np.testing.assert_allclose(answer[b, t], expected, rtol=1e-5, atol=1e-6)


def softmax_with_short_lists(*args, **kwargs):
    """A softmax whose lists of frequent words have hardly more room than on average."""
    layer = layers.TwoStepSoftmax(*args, **kwargs)
    if layer.frequent_dim:
        words = layer.frequent_words
        del layer.frequent_of_rows
        layer.frequent_of_rows = FrequentOfRows(
            layer.rows,
            layer.columns,
            words,
            room=-(-words // layer.rows),
            room_left_over=-(-words // 4),
        )
    return layer


@pytest.mark.parametrize("frequent", [(0, 0), (4, 2), (10, 1)])
@pytest.mark.parametrize("word_dim", [0, 3])
@pytest.mark.parametrize("word_bias", [False, True])
@pytest.mark.parametrize(
    ("rows", "columns", "parts"), [(3, 4, 2), (1, 10, 1), (10, 1, 3), (2, 7, 1)]
)
def test_softmax_equals_a_loop(
    rows, columns, parts, word_bias, word_dim, frequent, rng
):
    layer = softmax_with_short_lists(
        10, rows, columns, word_dim, word_bias, *frequent, parts
    )
    hidden = rng.normal(size=(4, 6, 2, 5)).astype("float32")
    layer(hidden, ids=IDS)
    randomise(layer, rng)
    table = WordTable.random(10, rows, columns, seed=3)
    layer.assign_table(table)
    answer = np.asarray(layer(hidden, ids=IDS))
    row_kernel, row_bias, kernel, bias = values(
        [layer.row_kernel, layer.row_bias, layer.column_kernel, layer.column_bias]
    )
    for b in range(IDS.shape[0]):
        for t in range(IDS.shape[1]):
            for_row, for_column = hidden[b, t].astype(np.float64)
            row, column = divmod(table.cells[IDS[b, t]], columns)
            log_prob = row_log_probs(for_row, row_kernel, row_bias, rows)[row]
            logits = {}
            for word in range(10):
                if table.cells[word] // columns == row:
                    j = table.cells[word] % columns
                    logits[j] = for_column @ kernel[:, j] + bias[j]
                    if word_bias:
                        logits[j] += values([layer.word_biases])[0][word]
                    if word_dim or frequent[1]:
                        into, shift = values([layer.query_kernel, layer.query_bias])
                        query = for_column @ into + shift
                    if word_dim:
                        own = values([layer.word_vectors])[0][word]
                        logits[j] += own @ query[:word_dim]
                    if word < frequent[0]:
                        own = values([layer.frequent_vectors])[0][word]
                        logits[j] += own @ query[word_dim:]
            total = np.log(sum(np.exp(v) for v in logits.values()))
            log_prob += logits[column] - total
            assert answer[b, t] == pytest.approx(-log_prob, rel=1e-5, abs=1e-5)


# The lists of its rows are too short for the one, long enough for the other.
IN_ORDER, SPREAD = WordTable.in_order(10, 3, 4), WordTable.random(10, 3, 4, seed=4)


@pytest.mark.parametrize("table", [IN_ORDER, SPREAD])
def test_lists_of_frequent_words_are_complete_or_say_that_they_are_not(table):
    listed = FrequentOfRows(3, 4, 4, room=2, room_left_over=1)
    listed.build()
    listed.assign(table.words)
    grid = table.words.reshape(3, 4)
    rows = [[word for word in row if 0 <= word < 4] for row in grid]
    left_over = [word for row in rows for word in row[2:]]
    assert bool(np.array(listed.are_whole)) == (len(left_over) <= 1)
    assert bool(np.array(listed.are_whole)) == (table is SPREAD)
    assert np.array(listed.left_over).tolist() == (left_over + [4])[:1]
    for number, row in enumerate(rows):
        found = np.array(listed.words)[number]
        assert found.tolist() == (row + [4] * 2)[:2]
        both = [*found, *np.array(listed.left_over)]
        for column, word in enumerate(grid[number]):
            place = int(np.array(listed.places)[number, column])
            assert (place < 3) == (word in both and word < 4)
            assert place == 3 or both[place] == word


def test_lists_of_frequent_words_have_room_for_uneven_rows():
    listed = FrequentOfRows(10, 100, 200)
    assert (listed.room, listed.room_left_over) == (54, 13)
    listed = FrequentOfRows(10, 100, 1000)
    assert (listed.room, listed.room_left_over) == (100, 63)
    assert FrequentOfRows(100, 1000, 50_000).room_left_over == 1000


@pytest.mark.parametrize("table", [IN_ORDER, SPREAD])
def test_saved_weights_bring_the_lists_of_their_table(table, rng, tmp_path):
    def make():
        layer = softmax_with_short_lists(10, 3, 4, 2, frequent_words=4, frequent_dim=3)
        x, ids = keras.Input((6, 2, 5)), keras.Input((6,), dtype="int32")
        return layer, keras.Model([x, ids], layer(x, ids=ids))

    layer, model = make()
    randomise(layer, rng)
    layer.assign_table(table)
    model.save_weights(tmp_path / "x.weights.h5")
    other, loaded = make()
    other.assign_table(IN_ORDER if table is SPREAD else SPREAD)
    loaded.load_weights(tmp_path / "x.weights.h5")
    hidden = rng.normal(size=(4, 6, 2, 5)).astype("float32")
    np.testing.assert_array_equal(
        np.asarray(loaded([hidden, IDS])), np.asarray(model([hidden, IDS]))
    )


@pytest.mark.parametrize(
    "frequent",
    [{}, pytest.param({"frequent_words": 4, "frequent_dim": 3}, marks=slow_on_jax)],
)
@pytest.mark.parametrize("table", [IN_ORDER, SPREAD])
def test_softmax_gradient_equals_central_differences(frequent, table, rng):
    layer = softmax_with_short_lists(10, 3, 4, word_dim=2, row_parts=2, **frequent)
    hidden = rng.normal(size=(4, 6, 2, 5)).astype("float32")
    layer(hidden, ids=IDS)
    layer.assign_table(table)
    randomise(layer, rng)
    before = [np.array(w) for w in layer.trainable_weights]
    # One step of plain gradient descent at rate 1 shows the gradient.
    x, ids = keras.Input((6, 2, 5)), keras.Input((6,), dtype="int32")
    model = keras.Model([x, ids], layer(x, ids=ids))
    model.compile(
        keras.optimizers.SGD(1.0), loss=lambda y, nats: keras.ops.sum(nats, -1)
    )
    model.train_on_batch([hidden, IDS], np.zeros((4, 6)))
    after = [np.array(w) for w in layer.trainable_weights]

    def total():
        nats = model.predict_on_batch([hidden, IDS])
        return float(nats.astype(np.float64).sum()) / 4

    for old, weight in zip(before, layer.trainable_weights, strict=True):
        weight.assign(old)
    for old, new, weight in zip(before, after, layer.trainable_weights, strict=True):
        for _ in range(3):
            place = tuple(rng.integers(0, size) for size in old.shape)
            slope = 0.0
            for sign in (1, -1):
                moved = old.copy()
                moved[place] += sign * 1e-2
                weight.assign(moved)
                slope += sign * total() / 2e-2
            weight.assign(old)
            # float32 totals of about 100 over a step of 0.01.
            assert old[place] - new[place] == pytest.approx(slope, rel=2e-2, abs=5e-3)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("number", [1, 2])
def test_recurrent_stack_equals_a_loop(cell, number, rng):
    stack = layers.RecurrentStack(5, cell=cell, layers=number)
    x = rng.normal(size=(2, 7, 3)).astype("float32")
    stack(x)
    randomise(stack, rng)
    answer = np.asarray(stack(x))
    for b in range(2):
        states = [np.zeros(5) for _ in range(stack.num_states)]
        for t in range(7):
            expected = recurrent_step(stack, x[b, t].astype(np.float64), states)
            np.testing.assert_allclose(answer[b, t], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("cell", "theirs"), [("lstm", keras.layers.LSTM), ("gru", keras.layers.GRU)]
)
def test_recurrent_stack_equals_the_layer_of_keras(cell, theirs, rng):
    stack, layer = layers.RecurrentStack(5, cell=cell), theirs(5, return_sequences=True)
    x = rng.normal(size=(2, 7, 3)).astype("float32")
    stack(x), layer(x)
    randomise(stack, rng)
    weights = [stack.projections[0].kernel, stack.cells[0].kernel]
    bias = np.array(stack.projections[0].bias)
    if cell == "gru":
        bias = np.stack([bias, np.array(stack.cells[0].bias)])
    layer.set_weights([*map(np.array, weights), bias])
    # The same arithmetic in another order of sums.
    np.testing.assert_allclose(
        np.asarray(stack(x)), np.asarray(layer(x)), rtol=1e-4, atol=1e-5
    )


def test_forget_gate_starts_open():
    stack = layers.RecurrentStack(3)
    stack.build((None, None, 2))
    assert np.array(stack.projections[0].bias).tolist() == [0] * 3 + [1] * 3 + [0] * 6


@pytest.mark.skipif(not ON_JAX, reason="JAX has a loop of its own")
@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("device", ["cpu", pytest.param("gpu", marks=pytest.mark.slow)])
def test_gradient_of_the_loop_on_jax_equals_that_of_keras(
    cell, restarts, device, rng, monkeypatch
):
    import jax

    from lightrnn_tf.layers import time_loop

    # As it is written out for a GPU: of five steps one is left over.
    monkeypatch.setattr(jax, "default_backend", lambda: device)
    monkeypatch.setattr(time_loop, "UNROLLED", 2)
    stack = layers.RecurrentStack(7, cell, layers=2, restarts=restarts)
    stack.build((None, None, 4))
    count = stack.num_states
    draw = [(3, 5, 4), (3, 5, 7), *[(3, 7)] * (2 * count), *[(1, 7)] * count]
    inputs, *rest = (rng.normal(size=shape).astype("float32") for shape in draw)
    weight, weights = rest[0], rest[1 : 1 + count]
    states, fresh = rest[1 + count : 1 + 2 * count], rest[1 + 2 * count :]
    restart = (rng.random((3, 5)) < 0.4).astype("int32") if restarts else None
    variables = stack.trainable_variables

    def score(values, inputs, states, fresh):
        with keras.StatelessScope(
            state_mapping=list(zip(variables, values, strict=True))
        ):
            hidden, after = stack.run(
                stack.project(inputs), states, False, restart, fresh
            )
        return (hidden * weight).sum() + sum(
            (state * each).sum() for state, each in zip(after, weights, strict=True)
        )

    def gradients():
        at = [variable.value for variable in variables], inputs, states, fresh
        return jax.tree.leaves(jax.grad(score, argnums=range(4))(*at))

    found = gradients()
    stack._scan = lambda *of_layer: stack._rnn(*of_layer, all_states=False)
    for one, other in zip(found, gradients(), strict=True):
        # Sums in another order.
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("cls", "kwargs", "message"),
    [
        (
            layers.TwoComponentEmbedding,
            {"vocabulary_size": 0, "rows": 1, "columns": 1, "embedding_dim": 1},
            r"`vocabulary_size` must be a positive integer. Received: .*=0",
        ),
        (
            layers.TwoComponentEmbedding,
            {"vocabulary_size": 4, "rows": True, "columns": 4, "embedding_dim": 1},
            r"`rows` must be a positive integer. Received: rows=True \(of type bool",
        ),
        (
            layers.TwoComponentEmbedding,
            {"vocabulary_size": 4, "rows": 2, "columns": 4.0, "embedding_dim": 1},
            r"`columns` must be a positive integer. Received: columns=4.0",
        ),
        (
            layers.TwoComponentEmbedding,
            {"vocabulary_size": 9, "rows": 2, "columns": 4, "embedding_dim": 1},
            r"must be at least the number of words, 9. Received: rows=2, columns=4 "
            r"\(8 cells\)",
        ),
        (
            layers.TwoComponentEmbedding,
            {"vocabulary_size": 4, "rows": 2, "columns": 2, "embedding_dim": "5"},
            r"`embedding_dim` must be a positive integer. Received: .*'5'",
        ),
        (
            layers.TwoStepSoftmax,
            {
                "vocabulary_size": 4,
                "rows": 2,
                "columns": 2,
                "frequent_words": 5,
                "frequent_dim": 1,
            },
            "`frequent_words` must be at most the 4 words of the vocabulary. Received",
        ),
        (
            layers.TwoStepSoftmax,
            {"vocabulary_size": 4, "rows": 2, "columns": 2, "frequent_words": 2},
            "`frequent_words` and `frequent_dim` must both be above 0",
        ),
        (
            layers.TwoStepSoftmax,
            {"vocabulary_size": 4, "rows": 2, "columns": 2, "row_parts": 0},
            "`row_parts` must be a positive integer. Received",
        ),
        (
            layers.TwoStepSoftmax,
            {"vocabulary_size": 4, "rows": 2, "columns": 2, "word_dim": -1},
            r"`word_dim` must be an integer of at least 0. Received: .*-1",
        ),
        (
            layers.TwoStepSoftmax,
            {"vocabulary_size": 2, "rows": 3, "columns": 2},
            r"`rows` must be at most the number of words, 2: every row needs a word",
        ),
        (layers.RecurrentStack, {"units": 0}, r"`units` must be a positive integer"),
        (
            layers.RecurrentStack,
            {"units": 2, "cell": "rnn"},
            r"`cell` must be one of lstm, gru. Received: cell='rnn'",
        ),
        (
            layers.RecurrentStack,
            {"units": 2, "layers": 0},
            r"`layers` must be a positive integer",
        ),
        (
            layers.RecurrentStack,
            {"units": 2, "dropout": 1.0},
            r"`dropout` must be a number in \[0, 1\). Received: dropout=1.0",
        ),
    ],
)
def test_bad_arguments_are_named(cls, kwargs, message):
    with pytest.raises(ValueError, match=message):
        cls(**kwargs)


def test_softmax_wants_pairs_of_states():
    layer = layers.TwoStepSoftmax(4, 2, 2)
    with pytest.raises(
        ValueError, match=r"shape \(B, T, 2, H\).*Received: \(3, 5, 4\)"
    ):
        layer.build((3, 5, 4))


def test_embedding_wants_word_vectors_exactly_with_a_residual():
    with pytest.raises(ValueError, match="`word_vectors` must be given"):
        layers.TwoComponentEmbedding(10, 3, 4, 5, word_dim=2)(IDS)
    with pytest.raises(ValueError, match="`word_vectors` must be given"):
        layers.TwoComponentEmbedding(10, 3, 4, 5)(IDS, word_vectors=np.ones((10, 2)))


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16"])
@pytest.mark.parametrize(
    ("cls", "sizes"),
    [
        (layers.SlimEmbedding, {"parts": 2, "vectors": 200}),
        (layers.TwoComponentEmbedding, {"rows": 70, "columns": 80}),
    ],
)
def test_ids_of_another_type_are_the_same_words(cls, sizes, dtype):
    # As in the layer of Keras, also where half precision has no such numbers.
    layer = cls(5001, embedding_dim=4, dtype=dtype, **sizes)
    ids = np.array([[0, 2049, 4999]])
    expected = layer(ids)
    assert keras.backend.standardize_dtype(expected.dtype) == layer.compute_dtype
    same = layer(ids.astype("float32"))
    np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (same, expected)))
