"""Changes that were tried in the benchmarks do what their titles say."""

import pathlib
import sys

import numpy as np
import pytest

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"


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
        10, units=4, word_dim=2, frequent_words=3, frequent_dim=2
    )
    model.build()
    assert ("word_vectors" in {w.name for w in model.softmax.weights}) == predicts
    read = getattr(model, "vectors_read", None) or model.softmax
    before = np.asarray(model._vectors(np.array([[7]])))
    for weight in read.trainable_weights:
        weight.assign(weight + 1.0)
    after = np.asarray(model._vectors(np.array([[7]])))
    assert np.any(before != after) == reads


def test_dropped_words_are_read_as_unknown(variants, monkeypatch):
    model = variants.WordsDropped(10, units=4, word_dim=2, dropout=0.0)
    model.unk_id = 3
    model.build()
    ids = np.array([[7, 2, -1, 5]])
    monkeypatch.setattr(variants, "WORDS_DROPPED", 1.0)
    unknown = np.array([[3, 3, -1, 3]])
    np.testing.assert_array_equal(
        np.asarray(model._inputs(ids, True)), np.asarray(model._inputs(unknown, False))
    )
    monkeypatch.setattr(variants, "WORDS_DROPPED", 0.0)
    np.testing.assert_array_equal(
        np.asarray(model._inputs(ids, True)), np.asarray(model._inputs(ids, False))
    )


def test_distillation_is_half_the_surprise_at_what_the_teacher_expects(variants):
    model = variants.Distilled(
        11, units=4, rows=3, columns=5, word_dim=2, dropout=0.0, eos_id=0
    )
    model.build()
    random = np.random.default_rng(3)
    for weight in model.trainable_weights:
        weight.assign(random.normal(0, 0.5, weight.shape))
    ids = random.integers(0, 11, (2, 5))
    for reader in (model, model.teacher):
        reader.training_state.allocate(2)
    got = np.asarray(model(ids, training=True))
    plain = np.asarray(model(ids))
    cells = np.asarray(model.embedding.cells)
    for b, t in np.ndindex(2, 4):
        context = ids[b : b + 1, : t + 1]
        taught = np.exp(model.teacher.log_probs(context)[0])
        log_probs = model.log_probs(context)[0]
        row = cells[ids[b, t + 1]] // 5
        nats = 0.0
        for r in range(3):
            of_row = [w for w in range(11) if cells[w] // 5 == r]
            log_row = np.log(sum(np.exp(log_probs[w]) for w in of_row))
            mass = sum(taught[w] for w in of_row)
            nats -= mass * log_row
            if r == row:
                # Its words, given the row.
                nats -= sum(taught[w] / mass * (log_probs[w] - log_row) for w in of_row)
        # Float32 sums of a few products.
        assert got[b, t] == pytest.approx(0.5 * plain[b, t] + 0.5 * nats, rel=1e-3)


def test_short_vectors_score_words_as_loops_do(variants):
    model = variants.ShortVectors(11, units=6, embedding_dim=3, dropout=0.0, eos_id=0)
    model.build()
    random = np.random.default_rng(1)
    for weight in model.trainable_weights:
        weight.assign(random.normal(0, 0.5, weight.shape))
    vectors = np.asarray(model.embedding.embeddings)
    shorten = np.asarray(model.shorten.kernel)
    bias = np.asarray(model.softmax.bias)
    # One table of words, and a matrix from states to the length of its vectors.
    assert vectors.shape == (11, 3)
    assert shorten.shape == (6, 3)
    assert sum(w.ndim == 2 and 11 in w.shape for w in model.trainable_weights) == 1
    hidden = random.normal(size=6).astype("float32")
    logits = [sum((hidden @ shorten) * vector) for vector in vectors] + bias
    expected = logits - np.log(np.sum(np.exp(logits)))
    got = -np.asarray(model.nats(np.tile(hidden, (11, 1)), np.arange(11)))
    # Float32 sums of six and three products.
    np.testing.assert_allclose(got, expected, rtol=1e-4)
    states = [hidden[None], hidden[None]]
    np.testing.assert_allclose(
        np.asarray(model.expand(np.array([0]), states)).ravel(), expected, rtol=1e-4
    )


def test_matched_codes_are_even_and_the_same_on_both_sides(variants):
    from lightrnn_tf.words.tokenizer import Tokenizer
    from lightrnn_tf.words.vocabulary import Vocabulary

    random = np.random.default_rng(2)
    words = [f"w{n}" for n in range(18)]
    lines = [" ".join(random.choice(words, 6)) for _ in range(300)]
    vocabulary = Vocabulary.from_lines(lines, Tokenizer("whitespace"))
    ids = np.concatenate([vocabulary.ids([*line.split(), "<eos>"]) for line in lines])
    model, _, _ = variants.slim_matched(
        {"model": "slim", "units": 8, "slim_parts": 2, "slim_vectors": 10},
        {"rounds": (1,)},
        vocabulary,
        ids,
        0.01,
    )
    codes = model.softmax.codes
    # To each sub-vector the same number of words, or one less.
    for part in range(2):
        used = np.bincount(codes[:, part], minlength=5)
        assert used.max() - used.min() <= 1
    np.testing.assert_array_equal(model.embedding.codes, codes + [0, 5])
