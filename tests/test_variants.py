"""Changes that were tried in the benchmarks do what their titles say."""

import pathlib
import sys

import numpy as np
import pytest

BENCHMARKS = pathlib.Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def variants(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    import variants

    return variants


def test_a_row_gates_the_state(variants):
    random = np.random.default_rng(0)
    layer = variants.GatingRows(3)
    hidden = random.normal(size=(2, 5)).astype("float32")
    got = np.asarray(layer(hidden, rows=np.array([2, 0])))
    kernel, vectors = (np.asarray(w) for w in (layer.kernel, layer.row_vectors))
    for b, row in enumerate((2, 0)):
        gate = 2 / (1 + np.exp(-vectors[row]))
        # Float32 sums of five products.
        np.testing.assert_allclose(
            got[b], np.tanh(hidden[b] @ kernel) * gate, rtol=1e-5
        )


@pytest.mark.parametrize(
    ("kind", "reads", "predicts"),
    [("VectorsForOutput", False, True), ("VectorsForInput", True, False)],
)
def test_word_vectors_are_on_one_side_alone(variants, kind, reads, predicts):
    model = getattr(variants, kind)(
        10, units=4, residual_dim=2, frequent_words=3, frequent_dim=2
    )
    model.build()
    assert ("word_vectors" in {w.name for w in model.softmax.weights}) == predicts
    read = getattr(model, "vectors_read", None) or model.softmax
    before = np.asarray(model._vectors(np.array([[7]])))
    for weight in read.trainable_weights:
        weight.assign(weight + 1.0)
    after = np.asarray(model._vectors(np.array([[7]])))
    assert np.any(before != after) == reads
