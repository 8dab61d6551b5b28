"""Scores of a text, against the equations."""

import numpy as np
import pytest
from helpers.oracle import stream_log_probs
from helpers.random_predictors import MODELS, V, random_predictor

from lightrnn_tf.scoring import evaluation


@pytest.mark.parametrize(
    ("cls", "kwargs", "line_independent"),
    [
        *((*model, False) for model in MODELS),
        (*MODELS[0], True),
        (*MODELS[3], True),
        *(
            pytest.param(*MODELS[number], True, marks=pytest.mark.slow)
            for number in (1, 2, 4)
        ),
    ],
)
def test_scores_equal_the_equations(cls, kwargs, line_independent, rng):
    predictor = random_predictor(cls, kwargs, rng, line_independent)
    ids = rng.integers(0, V, 24)
    each = np.empty(len(ids))
    scores = evaluation.evaluate(predictor, ids, nats=each)
    nats, hits = [], {1: [], 3: []}
    answers = stream_log_probs(predictor.model, ids)
    for target, log_probs in zip(ids, answers, strict=True):
        nats.append(-log_probs[target])
        better = (log_probs > log_probs[target]).sum()
        for k, found in hits.items():
            found.append(target != 1 and better < k)
    np.testing.assert_allclose(each, nats, rtol=1e-4)
    words = ids > 1
    assert scores.tokens == 24
    assert scores.nats_per_token == pytest.approx(np.mean(nats), rel=1e-5)
    assert scores.perplexity == pytest.approx(np.exp(np.mean(nats)), rel=1e-4)
    known = np.array(nats)[ids != 1]
    assert scores.perplexity_no_oov == pytest.approx(np.exp(known.mean()), rel=1e-4)
    assert scores.oov_rate == pytest.approx((ids == 1).mean())
    assert scores.top1 == pytest.approx(np.mean(hits[1]))
    assert scores.top3 == pytest.approx(np.mean(hits[3]))
    assert scores.tokens_no_oov_eos == words.sum()
    assert scores.top1_no_oov_eos == pytest.approx(np.array(hits[1])[words].mean())
    assert scores.top3_no_oov_eos == pytest.approx(np.array(hits[3])[words].mean())


def test_scores_of_unknown_words_alone_have_no_perplexity_without_them(rng):
    scores = evaluation.evaluate(random_predictor(*MODELS[0], rng), np.ones(3, int))
    assert scores.oov_rate == 1
    assert np.isnan(scores.perplexity_no_oov)


def test_scores_of_nothing_are_refused(rng):
    predictor = random_predictor(*MODELS[0], rng)
    with pytest.raises(ValueError, match="at least one token"):
        evaluation.evaluate(predictor, np.empty(0, int))


def test_progress_is_reported(rng):
    predictor = random_predictor(*MODELS[0], rng)
    shares = []
    evaluation.evaluate(predictor, rng.integers(0, V, 600), shares.append)
    assert shares[-1] == 1
    assert shares == sorted(shares)
