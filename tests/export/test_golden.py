"""Python gets from the golden file what Kotlin is held to."""

import json

import numpy as np
import pytest
from golden import write as golden

from lightrnn_tf.predictors import exported


@pytest.fixture(scope="module")
def predictor():
    return exported.LiteRTPredictor(golden.MODEL)


def without_numbers(found):
    found = [dict(one) for one in found]
    log_probs = [one.pop("log_probs") for one in found]
    return found, np.concatenate(log_probs)


def test_python_agrees_with_the_golden_vectors(predictor):
    wanted = json.loads(golden.VECTORS.read_text("utf-8"))
    found = golden.vectors(predictor)
    for name in ("suggestions", "with_user_words"):
        words, log_probs = without_numbers(found.pop(name))
        wanted_words, wanted_log_probs = without_numbers(wanted.pop(name))
        assert words == wanted_words
        # Runtimes and processors sum in different orders.
        np.testing.assert_allclose(log_probs, wanted_log_probs, atol=1e-4)
    assert found == wanted


def test_user_words_have_the_golden_file(predictor):
    found = json.loads(golden.user_words(predictor)[0])
    wanted = json.loads(golden.USER_WORDS.read_text("utf-8"))
    for one, other in zip(found["words"], wanted["words"], strict=True):
        np.testing.assert_allclose(one.pop("losses"), other.pop("losses"), atol=2e-3)
    assert found == wanted
