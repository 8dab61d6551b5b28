"""The file of the adaptive softmax, against all log-probabilities of its model."""

import importlib.util
import pathlib

import numpy as np
import pytest
from keras import ops

FOLDER = pathlib.Path(__file__).parents[2] / "benchmarks"
V, H, CUTOFFS = 60, 16, [10, 25]


def load(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("quantize", "tolerance"), [("none", 1e-4), ("int4", 0.7)])
def test_the_best_words_are_those_of_all(quantize, tolerance, tmp_path, rng):
    adaptive, adaptive_file = load("adaptive"), load("adaptive_file")
    model = adaptive.AdaptiveRNN(V, H, CUTOFFS, dropout=0.0, eos_id=0)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.7, weight.shape))
    path = tmp_path / "m.tflite"
    path.write_bytes(adaptive_file.model_bytes(model, quantize))
    allowed = rng.random(V) < 0.8
    file = adaptive_file.AdaptiveFile(path, model.embedding.edges, allowed)
    states, theirs = file.start(), model.zero_states(1)
    nats = []
    for word in [3, 12, 59, 24, 25, 9, 10]:
        states, words, log_probs = file.suggest(word, states)
        theirs, _ = model.advance(np.array([word]), theirs)
        every = ops.convert_to_numpy(model.expand(np.zeros(1, "int32"), theirs))[0]
        best = np.argsort(-np.where(allowed, every, -np.inf))[:3]
        np.testing.assert_allclose(log_probs, every[words], atol=tolerance)
        np.testing.assert_allclose(log_probs, every[best], atol=tolerance)
        assert allowed[words].all()
        nats.append(-every)
    text = [12, 59, 24, 25, 9, 10, 2]
    mean = np.mean([one[word] for one, word in zip(nats, text, strict=True)])
    assert np.log(file.perplexity(text, 3)) == pytest.approx(mean, abs=tolerance)
