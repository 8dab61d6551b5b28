"""Slim layers: the assignment, and numbers against loops."""

import h5py
import keras
import numpy as np
import pytest
from helpers.oracle import log_softmax, slim_vectors

from lightrnn_tf import layers, models

V, K, H = 11, 3, 6
SHAPES = [  # V, K, M, groups
    (11, 3, 9, 3),
    (11, 3, 7, 1),
    (1, 1, 1, 1),
    (2, 4, 8, 4),
    (50, 1, 50, 1),
    (40, 5, 200, 5),
]


@pytest.mark.parametrize(("words", "parts", "vectors", "groups"), SHAPES)
@pytest.mark.parametrize("seed", [0, 7])
def test_sub_vectors_are_used_evenly(words, parts, vectors, groups, seed):
    codes = layers.slim_codes(words, parts, vectors, groups, seed)
    assert codes.shape == (words, parts)
    assert codes.dtype == np.int32
    for group in codes.T if groups > 1 else [codes.ravel()]:
        counts = np.bincount(group, minlength=vectors // groups)
        assert len(counts) == vectors // groups
        assert counts.max() - counts.min() <= 1


def test_the_assignment_is_that_of_the_seed():
    # Written down: a file that was trained long ago must mean the same words.
    assert layers.slim_codes(5, 2, 4, 1, 0).tolist() == [
        [2, 0],
        [0, 1],
        [1, 2],
        [3, 3],
        [0, 1],
    ]
    assert layers.slim_codes(5, 2, 6, 2, 0).tolist() == [
        [2, 0],
        [0, 2],
        [1, 1],
        [0, 1],
        [1, 0],
    ]
    other = layers.slim_codes(5, 2, 4, 1, 1)
    assert (other != layers.slim_codes(5, 2, 4, 1, 0)).any()


def test_parts_of_a_word_are_independent_of_each_other():
    codes = layers.slim_codes(1000, 4, 80, 4, 3)
    same = [(codes[:, a] == codes[:, b]).mean() for a in range(4) for b in range(a)]
    # 1 in 20 by chance; four standard deviations of 1,000 draws are 0.028.
    assert max(abs(np.array(same) - 1 / 20)) < 0.028


def built(cls, *args, shape, **kwargs):
    layer = cls(*args, **kwargs)
    layer.build(shape)
    rng = np.random.default_rng(2)
    for weight in layer.trainable_weights:
        weight.assign(rng.normal(0, 0.7, weight.shape))
    return layer


def test_embedding_equals_loops():
    layer = built(layers.SlimEmbedding, V, 9, K, 7, seed=5, shape=(None, None))
    ids = np.arange(V)[::-1].reshape(1, V)
    expected = slim_vectors(layer, groups=False)[ids]
    np.testing.assert_array_equal(np.asarray(layer(ids)), expected.astype("float32"))


@pytest.mark.parametrize(
    ("words", "parts", "vectors"),
    [(10_000, 10, 5000), (10_000, 3, 4998), (300, 10, 300), (7, 2, 6), (3, 4, 8)],
)
def test_without_a_number_there_are_at_most_as_many_sub_vectors_as_words(
    words, parts, vectors
):
    # At least two for each part.
    model = models.SlimRNN(words, units=2 * parts, parts=parts)
    assert model.vectors == vectors
    assert models.SlimRNN.from_config(model.get_config()).vectors == vectors


@pytest.mark.parametrize("bias", [True, False])
def test_softmax_equals_loops_in_both_forms(bias, rng):
    layer = built(
        layers.SlimSoftmax, V, K, 12, 5, word_bias=bias, shape=(None, None, H)
    )
    hidden = rng.normal(size=(2, 4, H)).astype("float32")
    ids = rng.integers(0, V, (2, 4))
    logits = hidden.astype(np.float64) @ slim_vectors(layer, groups=True).T
    if bias:
        logits = logits + np.asarray(layer.bias)
    for form in (layer.logits, layer.together_logits, layer.gathered_logits):
        np.testing.assert_allclose(np.asarray(form(hidden)), logits, rtol=1e-4)
    one = np.asarray(layer.logits(hidden[:1, :1]))
    np.testing.assert_allclose(one, logits[:1, :1], rtol=1e-4)
    nats = np.asarray(layer(hidden, ids=ids))
    for b, t in np.ndindex(2, 4):
        expected = -log_softmax(logits[b, t])[ids[b, t]]
        assert nats[b, t] == pytest.approx(expected, rel=1e-4)


def test_with_a_sub_vector_for_each_place_it_is_a_dense_softmax(rng):
    layer = built(layers.SlimSoftmax, V, 1, V, shape=(None, None, H))
    assert sorted(layer.codes[:, 0]) == list(range(V))
    hidden = rng.normal(size=(3, H)).astype("float32")
    kernel = np.asarray(layer.sub_vectors)[0][layer.codes[:, 0]].T
    expected = hidden @ kernel + np.asarray(layer.bias)
    np.testing.assert_allclose(np.asarray(layer.logits(hidden)), expected, rtol=1e-4)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="gradients by TensorFlow"
)
@pytest.mark.parametrize("side", models.slim_rnn.SIDES)
def test_gradients_equal_finite_differences(side, rng):
    import tensorflow as tf

    keras.backend.set_floatx("float64")
    try:
        model = models.SlimRNN(
            V, units=H, parts=K, vectors=9, side=side, dropout=0.0, dtype="float64"
        )
        model.build()
        for weight in model.trainable_weights:
            weight.assign(rng.normal(0, 0.5, weight.shape))
        ids = rng.integers(0, V, (2, 5))
        weights = [*model.embedding.weights, *model.softmax.weights]
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(ids))
        gradients = tape.gradient(loss, weights)
        for weight, gradient in zip(weights, gradients, strict=True):
            gradient = tf.convert_to_tensor(gradient).numpy()
            values = np.array(weight)
            for _ in range(5):
                place = tuple(rng.integers(0, size) for size in values.shape)
                losses = []
                for change in (1e-3, -1e-3):
                    changed = values.copy()
                    changed[place] += change
                    weight.assign(changed)
                    losses.append(float(np.sum(np.asarray(model(ids), np.float64))))
                weight.assign(values)
                slope = (losses[0] - losses[1]) / 2e-3
                # The softmax is float32: its rounding is 1e-6 of a sum of about 30.
                assert gradient[place] == pytest.approx(slope, rel=1e-2, abs=2e-2)
    finally:
        keras.backend.set_floatx("float32")


def test_the_assignment_is_not_saved(tmp_path):
    model = models.SlimRNN(V, units=H, parts=K, vectors=9)
    model.build()
    model.save_weights(tmp_path / "m.weights.h5")
    kinds = []
    with h5py.File(tmp_path / "m.weights.h5") as file:
        file.visititems(
            lambda _, item: kinds.append(getattr(item, "dtype", np.dtype("f4")).kind)
        )
    assert set(kinds) == {"f"}
    config = model.get_config()
    again = models.SlimRNN.from_config(config)
    np.testing.assert_array_equal(again.embedding.codes, model.embedding.codes)
    np.testing.assert_array_equal(again.softmax.codes, model.softmax.codes)


@pytest.mark.parametrize("groups", [0, 3])
def test_codes_have_one_group_or_one_for_each_part(groups):
    with pytest.raises(ValueError, match="`groups` must be 1, or 2 as `parts`"):
        layers.slim_codes(10, 2, 6, groups, 0)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"parts": 4, "vectors": 8}, "`embedding_dim` must be a multiple of `parts`"),
        ({"parts": 0}, "`parts` must be a positive integer. Received: parts=0"),
        ({"parts": 3, "vectors": 10}, "`vectors` must be a multiple of `parts`"),
        ({"parts": 3, "vectors": 36}, "must be at most vocabulary_size · parts, 33"),
        (
            {"parts": 3, "vectors": 6},
            "for all words to differ. Received: 2 for each of 3 parts of 11 words",
        ),
        ({"parts": 3, "vectors": 2, "side": "input"}, "for all words to differ"),
        ({"parts": 10**9, "vectors": 10**9}, "`embedding_dim` must be a multiple"),
        ({"parts": 3, "vectors": 9, "seed": -1}, r"`seed` must be an integer in \[0"),
        ({"parts": 3, "vectors": 9, "side": "left"}, "`side` must be one of both, inp"),
        (
            {"parts": 4, "vectors": 8, "embedding_dim": 8},
            "`units` must be a multiple of `parts`. Received: units=6, parts=4",
        ),
    ],
)
def test_wrong_arguments_are_named(kwargs, message):
    with pytest.raises(ValueError, match=message):
        models.SlimRNN(V, units=H, **kwargs)
