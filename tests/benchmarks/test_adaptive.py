"""The adaptive softmax of the benchmarks, against loops."""

import importlib.util
import pathlib

import numpy as np
from helpers.oracle import log_softmax, values

PATH = pathlib.Path(__file__).parents[2] / "benchmarks" / "adaptive.py"
spec = importlib.util.spec_from_file_location("adaptive", PATH)
adaptive = importlib.util.module_from_spec(spec)
spec.loader.exec_module(adaptive)

V, H, CUTOFFS = 13, 16, [3, 8]


def make(rng):
    model = adaptive.AdaptiveRNN(V, H, CUTOFFS, dropout=0.0, eos_id=0)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.5, weight.shape))
    return model


def test_vectors_and_log_probs_equal_loops(rng):
    tables = make(rng).embedding
    vectors, matrices = values(tables.vectors), values(tables.projections)
    biases = values(tables.biases)
    (clusters,) = values([tables.cluster_kernel])
    assert [v.shape for v in vectors] == [(3, 16), (5, 4), (5, 1)]
    hidden = rng.normal(size=H)
    head = log_softmax(np.append(vectors[0] @ hidden, hidden @ clusters) + biases[0])
    found = np.asarray(tables.log_probs(hidden[None].astype("float32")))[0]
    embedded = np.asarray(tables(np.arange(V)))
    for word in range(V):
        cluster = sum(word >= cut for cut in CUTOFFS)
        if cluster == 0:
            vector, log_prob = vectors[0][word], head[word]
        else:
            place = word - CUTOFFS[cluster - 1]
            own = vectors[cluster] @ matrices[cluster - 1]
            vector = own[place]
            log_prob = head[CUTOFFS[0] + cluster - 1]
            log_prob += log_softmax(own @ hidden + biases[cluster])[place]
        np.testing.assert_allclose(embedded[word], vector, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(found[word], log_prob, rtol=1e-4)
    np.testing.assert_allclose(np.exp(found).sum(), 1, rtol=1e-5)


def test_nats_are_those_of_the_words_and_it_learns(rng):
    from lightrnn_tf import data

    model = make(rng)
    ids = rng.integers(0, V, (2, 6))
    nats = np.asarray(model(ids))
    for t in range(5):
        expected = -model.log_probs(ids[:, : t + 1])[np.arange(2), ids[:, t + 1]]
        np.testing.assert_allclose(nats[:, t], expected, rtol=1e-4)
    model.compile("adam")
    windows = data.windows(np.arange(120) % V, 4, 5)
    losses = model.fit(windows, epochs=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
