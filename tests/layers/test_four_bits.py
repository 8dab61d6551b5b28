"""Weights of four bits: codes and scales against loops, and layers that train so."""

import keras
import numpy as np
import pytest

from lightrnn_tf import layers
from lightrnn_tf.layers import four_bits
from lightrnn_tf.tables.word_table import WordTable

IDS = np.random.default_rng(1).integers(0, 10, (4, 6)).astype("int32")


def code(value, scale):
    return min(7, max(-7, round(value / scale)))


def limited(scale, values):
    return min(scale, 0.36 * np.sqrt(np.mean(np.square(values))))


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (1, 7), (50, 16)])
def test_codes_of_vectors_equal_a_loop(shape, rng):
    vectors = rng.normal(0, 0.3, shape).astype("float32")
    codes, steps, unit = map(np.asarray, four_bits.vector_codes(vectors))
    sizes = [limited(abs(v).max() / 7, v) for v in vectors.astype(float)]
    assert unit == pytest.approx(max(sizes) / 127, rel=1e-6)
    for vector, size, of_vector, step in zip(
        vectors.astype(float), sizes, codes, steps[:, 0], strict=True
    ):
        assert step == min(127, max(1, round(size / unit)))
        assert of_vector.tolist() == [code(v, step * unit) for v in vector]


def test_each_output_of_a_product_is_a_vector(rng):
    kernel = rng.normal(0, 0.3, (7, 5)).astype("float32")
    outputs = np.asarray(four_bits.rounded_vectors(kernel.T.copy()))
    np.testing.assert_array_equal(four_bits.rounded_product(kernel), outputs.T)


@pytest.mark.parametrize("rounded", ["rounded_product", "rounded_vectors"])
def test_zeros_stay_zeros_and_the_rest_is_near(rounded, rng):
    values = rng.uniform(-1, 1, (8, 8)).astype("float32")
    values[3] = values[:, 3] = 0
    values[0, 0] = 1e-30
    stored = np.asarray(getattr(four_bits, rounded)(values))
    assert (stored[3] == 0).all()
    assert (stored[:, 3] == 0).all()
    # Uniform numbers reach 2.3 root mean squares: 7 steps of 0.36 hold them all.
    assert np.abs(stored - values).max() < 0.2
    assert np.isfinite(np.asarray(getattr(four_bits, rounded)(np.zeros((2, 3))))).all()


def test_both_sides_reach_as_far():
    for vector in ([-0.7, 0.2, 0.6, 0.5], [0.7, -0.2, -0.6, -0.5]):
        codes, steps, unit = four_bits.vector_codes(np.array([vector], "float32"))
        stored = np.asarray(codes * steps * unit)
        assert np.abs(codes).max() == 7
        # Half a step of 0.1.
        np.testing.assert_allclose(stored[0], vector, atol=0.051)


def embedding(**more):
    return layers.TwoComponentEmbedding(10, 3, 4, embedding_dim=5, **more), [IDS]


def transition(**more):
    hidden = np.random.default_rng(2).normal(size=(4, 6, 5)).astype("float32")
    return layers.RowTransition(10, **more), [hidden, IDS]


def softmax(**more):
    layer = layers.TwoStepSoftmax(
        10, 3, 4, word_dim=3, frequent_words=4, frequent_dim=2, row_parts=2, **more
    )
    hidden = np.random.default_rng(2).normal(size=(4, 6, 2, 5)).astype("float32")
    return layer, [hidden, IDS]


def stack(cell):
    def make(**more):
        inputs = np.random.default_rng(2).normal(size=(4, 3, 4)).astype("float32")
        return layers.RecurrentStack(5, cell, layers=2, **more), [inputs]

    return make


def slim_embedding(**more):
    return layers.SlimEmbedding(10, 6, parts=3, vectors=9, **more), [IDS]


def slim_softmax(**more):
    hidden = np.random.default_rng(2).normal(size=(4, 6, 6)).astype("float32")
    return layers.SlimSoftmax(10, parts=3, vectors=9, **more), [hidden, IDS]


MAKERS = {
    "embedding": embedding,
    "transition": transition,
    "softmax": softmax,
    "lstm": stack("lstm"),
    "gru": stack("gru"),
    "slim embedding": slim_embedding,
    "slim softmax": slim_softmax,
}
# Looked up, so rounded by vector; all else of two axes is multiplied.
LOOKED_UP = ("row_vectors", "column_vectors", "word_vectors", "frequent_vectors")


def as_stored(weight):
    values, name = np.array(weight), weight.name
    if name == "sub_vectors":
        flat = values.reshape(-1, values.shape[-1])
        return np.asarray(four_bits.rounded_vectors(flat)).reshape(values.shape)
    if name in LOOKED_UP:
        return np.asarray(four_bits.rounded_vectors(values))
    return np.asarray(four_bits.rounded_product(values)) if values.ndim == 2 else values


@pytest.mark.parametrize("name", MAKERS)
def test_a_quantize_aware_layer_is_one_of_rounded_weights_with_its_gradients(name, rng):
    """Values and gradients are those of a plain layer that has the rounded weights."""
    found = []
    start = None
    for aware in (True, False):
        layer, arrays = MAKERS[name](quantize_aware=aware)
        inputs = [keras.Input(a.shape[1:], dtype=a.dtype.name) for a in arrays]
        second = "rows" if name == "transition" else "ids"
        outputs = layer(inputs[0], **dict(zip([second], inputs[1:], strict=False)))
        if hasattr(layer, "assign_table"):
            layer.assign_table(WordTable.random(10, 3, 4, seed=5))
        if start is None:
            start = [rng.normal(0, 0.5, w.shape) for w in layer.trainable_weights]
        for weight, value in zip(layer.trainable_weights, start, strict=True):
            weight.assign(value)
            if not aware:
                weight.assign(as_stored(weight))
        model = keras.Model(inputs, outputs)
        model.compile(keras.optimizers.SGD(1.0), loss=lambda y, out: out)
        values = model.predict_on_batch(arrays)
        before = [np.array(w) for w in layer.trainable_weights]
        model.train_on_batch(arrays, np.zeros_like(values))
        gradients = [
            old - np.array(new)
            for old, new in zip(before, layer.trainable_weights, strict=True)
        ]
        found.append((values, gradients))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-5, atol=1e-6)
    for one, other in zip(found[0][1], found[1][1], strict=True):
        # The weights, not the gradients, are of float32 size: a few last bits of them.
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
