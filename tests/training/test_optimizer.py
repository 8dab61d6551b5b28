import keras
import numpy as np
import pytest

from lightrnn_tf import training
from lightrnn_tf.training.optimizer import CLIP_NORM


class Looked(keras.Model):
    """Looks up rows of a table, the same one twice, and multiplies them."""

    def __init__(self):
        super().__init__()
        self.table = self.add_weight(shape=(5, 3), name="table")
        self.matrix = self.add_weight(shape=(3, 2), name="matrix")

    def call(self, ids):
        return keras.ops.matmul(keras.ops.take(self.table, ids, 0), self.matrix)


def trained(optimizer, weights, ids, targets, steps):
    """Return the weights after some steps of summed squares."""
    model = Looked()
    model.compile(optimizer, loss=lambda y, p: keras.ops.sum((y - p) ** 2, -1))
    model.build(ids.shape)
    model.set_weights(weights)
    for _ in range(steps):
        model.train_on_batch(ids, targets)
    return model.get_weights()


def by_loops(weights, ids, targets, steps, rate):
    """The same by Algorithm 1 of Kingma and Ba, gradients written out."""
    table, matrix = (w.astype(np.float64) for w in weights)
    m = [np.zeros_like(table), np.zeros_like(matrix)]
    v = [np.zeros_like(table), np.zeros_like(matrix)]
    norms = []
    for step in range(1, steps + 1):
        gradients = [np.zeros_like(table), np.zeros_like(matrix)]
        for word, target in zip(ids, targets, strict=True):
            error = 2 * (table[word] @ matrix - target) / len(ids)
            gradients[0][word] += matrix @ error
            gradients[1] += np.outer(table[word], error)
        norm = np.sqrt(sum((g**2).sum() for g in gradients))
        norms.append(norm)
        for weight, first, second, gradient in zip(
            (table, matrix), m, v, gradients, strict=True
        ):
            gradient *= min(1, CLIP_NORM / norm)
            first[:] = 0.9 * first + 0.1 * gradient
            second[:] = 0.999 * second + 0.001 * gradient**2
            unbiased = second / (1 - 0.999**step)
            # Keras and TensorFlow add epsilon before that is unbiased.
            epsilon = 1e-7 / np.sqrt(1 - 0.999**step)
            weight -= rate * first / (1 - 0.9**step) / (np.sqrt(unbiased) + epsilon)
    return [table, matrix], norms


@pytest.mark.parametrize("size", [0.5, 30.0])
def test_adam_equals_its_algorithm_whether_or_not_gradients_are_clipped(size):
    draw = np.random.default_rng(0)
    weights = [draw.normal(size=s).astype("float32") for s in ((5, 3), (3, 2))]
    # Rows 2 and 3 twice in a batch, row 4 never.
    ids = np.array([2, 0, 2, 3, 3, 1])
    targets = (size * draw.normal(size=(6, 2))).astype("float32")
    expected, norms = by_loops(weights, ids, targets, 5, 0.02)
    assert min(norms) > CLIP_NORM if size > 1 else max(norms) < CLIP_NORM
    found = trained(training.adam(0.02), weights, ids, targets, 5)
    for one, other in zip(found, expected, strict=True):
        # Five steps in float32.
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=2e-6)
    assert np.array_equal(found[0][4], weights[0][4])


def test_a_gradient_that_is_not_a_number_is_not_hidden():
    weights = [np.ones((5, 3), "float32"), np.ones((3, 2), "float32")]
    targets = np.full((1, 2), np.nan, "float32")
    found = trained(training.adam(0.02), weights, np.array([1]), targets, 1)
    assert np.isnan(found[1]).all()


@pytest.mark.parametrize(
    ("rounds", "full"),
    # A last round of less than a third of the epochs is too short to fall in.
    [((4,), 0), ((3, 2, 4), 5), ((8, 1), 6), ((1, 1), 1), ((1,), 0)],
)
def test_learning_rate_is_full_until_the_last_round_and_then_falls(rounds, full):
    rate = training.FallingRate(0.1, rounds, batches=10)
    last = 10 * sum(rounds)
    rates = np.array([float(rate(step)) for step in range(last + 1)])
    np.testing.assert_allclose(rates[: 10 * full + 1], 0.1, rtol=1e-6)
    falling = rates[10 * full :]
    assert (np.diff(falling) < 0).all()
    assert falling[len(falling) // 2] == pytest.approx(0.1 * (0.02 + 0.98 / 2))
    # What is left of it at the very end, float32.
    assert rates[-1] == pytest.approx(0.1 * 0.02)
    assert float(rate(last + 1)) == rates[-1]


def test_learning_rate_rises_once_more_where_weights_are_rounded():
    rate = training.FallingRate(0.1, (3, 2), batches=10, rounded=2)
    before = training.FallingRate(0.1, (3, 2), batches=10)
    for step in range(50):
        assert float(rate(step)) == pytest.approx(float(before(step)), rel=1e-6)
    rates = np.array([float(rate(step)) for step in range(50, 71)])
    assert (np.diff(rates) < 0).all()
    for part, share in ((0, 0.3), (10, 0.15), (20, 0)):
        wanted = 0.1 * (0.02 + 0.98 * share)
        assert rates[part] == pytest.approx(wanted, rel=1e-5)
    again = training.FallingRate.from_config(rate.get_config())
    assert float(again(60)) == float(rate(60))
