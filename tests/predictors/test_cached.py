"""Words of the conversation, against a plain sum over all words."""

import math

import lightrnn_tf_export
import numpy as np
import pytest
from helpers.random_predictors import (
    MODELS,
    WORDS,
    V,
    probabilities,
    random_predictor,
)

from lightrnn_tf import decoding
from lightrnn_tf.predictors.cached import KEY_UNITS, Cached
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.scoring import evaluation

TEXT = "the cat . the dog of the cat don't do the zoo <eos> the cat 42 Zed".split()


def oracle(plain, words, weight, sharpness, size):
    """Return P' of each cell after words, written down from the paper."""
    state, kept = plain.start(), []
    for word in words:
        cell = decoding.cell_of(plain, word)
        kept.append((np.array(state.states[0][0][:KEY_UNITS], float), cell))
        fresh = plain.line_independent and word == "<eos>"
        state = plain.start() if fresh else plain.advance(cell, state)
    kept = kept[:-1][-size:]  # All but the newest.
    weight *= len(kept) / (len(kept) + 20)
    found = (1 - weight) * probabilities(plain, state)
    if not kept:
        return found
    here = np.array(state.states[0][0][:KEY_UNITS], float)
    cosines = [
        key @ here / np.linalg.norm(key) / np.linalg.norm(here) for key, _ in kept
    ]
    shares = np.exp(sharpness * np.array(cosines))
    for (_, cell), share in zip(kept, shares / shares.sum(), strict=True):
        found[cell] += weight * share
    return found


@pytest.mark.parametrize("kind", range(len(MODELS)))
@pytest.mark.parametrize("line_independent", [False, True])
def test_probabilities_are_those_of_the_paper(kind, line_independent, rng):
    plain = random_predictor(*MODELS[kind], rng, line_independent)
    occupied = plain.lexicon.occupied
    for size in (1, 2, 9, 400):
        cached = Cached(plain, weight=0.3, sharpness=4.0, size=size)
        state = decoding.read(cached, TEXT)
        found = probabilities(cached, state)
        expected = oracle(plain, TEXT, 0.3, 4.0, size)
        # The sums are float32.
        np.testing.assert_allclose(found[occupied], expected[occupied], rtol=2e-5)
        assert math.isclose(found[occupied].sum(), 1.0, rel_tol=1e-5)


@pytest.mark.parametrize("kind", range(len(MODELS)))
def test_the_best_words_are_those_of_all(kind, rng):
    plain = random_predictor(*MODELS[kind], rng)
    cached = Cached(plain, weight=0.5, sharpness=9.0, size=5)
    lexicon = cached.lexicon
    for end in range(len(TEXT)):
        state = decoding.read(cached, TEXT[:end])
        scores = probabilities(cached, state)
        for prefix in ("", "d", "the"):
            cells = lexicon.with_prefix(prefix) if prefix else np.arange(lexicon.size)
            cells = cells[lexicon.suggestable[cells]]
            best = sorted(scores[cells])[::-1][:3]
            found = decoding.top_k(cached, state, 3, prefix)
            assert found.exact
            np.testing.assert_allclose(np.exp(found.log_probs), best, rtol=2e-5)


def test_a_state_is_a_value(rng):
    """To read on from an older state is as if nothing had been read since."""
    cached = Cached(random_predictor(*MODELS[0], rng), size=4)
    before = decoding.read(cached, TEXT[:6])
    expected = cached.expand(np.arange(3), decoding.read(cached, TEXT[:9]))
    other = before
    for word in ("zoo", "zoo", "of"):
        other = cached.advance(decoding.cell_of(cached, word), other)
    again = before
    for word in TEXT[6:9]:
        again = cached.advance(decoding.cell_of(cached, word), again)
    np.testing.assert_array_equal(cached.expand(np.arange(3), again), expected)
    assert not np.allclose(cached.expand(np.arange(3), other), expected)


def test_a_long_text_takes_the_memory_of_its_last_words(rng):
    plain = random_predictor(*MODELS[0], rng)
    cached = Cached(plain, size=3)
    words = [WORDS[n] for n in rng.integers(2, V, 400)]
    state = decoding.read(cached, words)
    assert len(state.log.cells) < 200
    np.testing.assert_allclose(
        probabilities(cached, state)[plain.lexicon.occupied],
        oracle(plain, words, 0.2, 7.5, 3)[plain.lexicon.occupied],
        rtol=2e-5,
    )


def test_nothing_read_changes_nothing(rng):
    plain = random_predictor(*MODELS[0], rng)
    cached = Cached(plain)
    rows = np.arange(3)
    np.testing.assert_array_equal(
        cached.expand(rows, cached.start()), plain.expand(rows, plain.start())
    )


def test_a_user_word_said_a_minute_ago_is_first(rng):
    plain = random_predictor(*MODELS[0], rng)
    words = decoding.UserWords(plain)
    for _ in range(2):
        words.learn("zebra", decoding.read(words, ["the"]))
    cached = Cached(words, weight=0.8)
    state = decoding.read(cached, ["the", "zebra", "."] * 9 + ["the"])
    assert decoding.top_k(cached, state, 1, "z").words == ["zebra"]
    assert decoding.top_k(cached, state, 1).words == ["zebra"]


def test_a_text_is_scored_with_what_it_said(rng):
    plain = random_predictor(*MODELS[0], rng)
    text = ["the", "zoo", "of", "<eos>"] * 30
    ids = np.array(plain.vocabulary.ids(text))
    nats = np.empty(len(ids))
    scores = evaluation.evaluate(Cached(plain, weight=0.5), ids, nats=nats)
    assert scores.perplexity < 0.5 * evaluation.evaluate(plain, ids).perplexity
    state = decoding.read(Cached(plain, weight=0.5), text[:7])
    cell = plain.lexicon[text[7]]
    expected = -np.log(probabilities(Cached(plain, weight=0.5), state)[cell])
    assert math.isclose(nats[7], expected, rel_tol=1e-4)


def test_the_numbers_of_the_file_are_the_default(rng):
    plain = random_predictor(*MODELS[0], rng)
    assert (Cached(plain).weight, Cached(plain).size) == (0.2, 1000)
    plain.manifest = {"cache": {"weight": 0.1, "sharpness": 5.0, "size": 77}}
    cached = Cached(plain, sharpness=6.0)
    assert (cached.weight, cached.sharpness, cached.size) == (0.1, 6.0, 77)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"weight": 0.0}, "`weight` must be between 0 and 1. Received: 0.0"),
        ({"weight": 1}, "`weight` must be between 0 and 1. Received: 1"),
        ({"weight": "a"}, "`weight` must be between 0 and 1. Received: 'a'"),
        ({"weight": math.nan}, "`weight` must be between 0 and 1. Received: nan"),
        ({"sharpness": 0.0}, "`sharpness` must be above 0 and finite"),
        ({"size": 0}, "`size` must be a positive integer"),
        ({"size": 5000}, "`size` must be at most 4096. Received: 5000"),
    ],
)
def test_impossible_numbers_are_named(numbers, message, rng):
    plain = random_predictor(*MODELS[0], rng)
    with pytest.raises(ValueError, match=message):
        Cached(plain, **numbers)
    with pytest.raises(ValueError, match="`predictor` must be a LiteRTPredictor"):
        Cached(None)


def test_rows_that_one_call_leaves_out_are_never_taken_for_covered(rng, tmp_path):
    """The bound of the call is compared with rows in the same precision."""
    plain = random_predictor(*MODELS[1], rng)
    path = tmp_path / "m.tflite"
    content, _ = lightrnn_tf_export.pack(plain.model, plain.vocabulary, rows=3)
    path.write_bytes(content)
    file = LiteRTPredictor(path)
    cached = Cached(file, weight=0.1, size=2)
    state = cached.start()
    for word in rng.integers(2, V, 200):
        state = cached.advance(file.lexicon[WORDS[word]], state)
        first = cached.first_words(state)
        left = state.inner.row_log_probs <= file.first_words(state.inner).bound
        left[first.changed] = False
        assert (state.row_log_probs[left] <= first.bound).all()
        best = decoding.top_k(cached, state, 1).log_probs[0]
        scores = probabilities(cached, state)[file.lexicon.suggestable]
        assert math.isclose(best, math.log(scores.max()), abs_tol=1e-5)


def test_numbers_of_the_file_reach_through_what_is_between(rng):
    plain = random_predictor(*MODELS[0], rng)
    plain.manifest = {"cache": {"weight": 0.1, "sharpness": 5.0, "size": 77}}
    cached = Cached(decoding.Habits(decoding.UserWords(plain)))
    assert (cached.weight, cached.sharpness, cached.size) == (0.1, 5.0, 77)


def test_predictors_in_the_wrong_order_are_refused(rng):
    plain = random_predictor(*MODELS[0], rng)
    words = decoding.UserWords(plain)
    for outer, inner in (
        (Cached, Cached(plain)),
        (decoding.Habits, decoding.Habits(plain)),
        (decoding.UserWords, Cached(plain)),
        (decoding.UserWords, words),
    ):
        with pytest.raises(ValueError, match="`predictor` must be .* Received: a "):
            outer(inner)


def test_a_long_text_is_read_one_word_after_the_other(rng, tmp_path):
    plain = random_predictor(*MODELS[1], rng)
    path = tmp_path / "m.tflite"
    path.write_bytes(lightrnn_tf_export.pack(plain.model, plain.vocabulary)[0])
    file = LiteRTPredictor(path)
    state = decoding.read(file, ["the", "cat"] * 3000)
    assert len(decoding.top_k(file, state, 3).words) == 3
