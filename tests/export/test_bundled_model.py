"""The model that comes with the keyboard: small enough, and sensible."""

import pathlib
import re

import numpy as np
import pytest

from lightrnn_tf import decoding
from lightrnn_tf.predictors import exported

DEMO = pathlib.Path(__file__).parents[2] / "android_demo"
MODEL = DEMO / "app/src/main/assets/model.tflite"
PICTURES = DEMO / "jvm/src/test/kotlin/lightrnn/PicturesTest.kt"


@pytest.fixture(scope="module")
def predictor():
    if not MODEL.exists():
        pytest.skip("no bundled model: make android-model makes it")
    return exported.LiteRTPredictor(MODEL)


def test_each_word_is_in_the_spelling_that_text_is_read_in(predictor):
    tokenizer = predictor.tokenizer
    words = [word for word in predictor.lexicon.words() if word]
    assert [w for w in words if tokenizer.words(w) != [w]] == []
    suggested = {
        w for w in words if predictor.lexicon.suggestable[predictor.lexicon[w]]
    }
    assert not suggested & {"</s>", "<br/>", "½", "²", "\ufeff"}


def best(predictor, text, prefix="", k=3):
    state = decoding.read(predictor, predictor.tokenizer.words(text))
    return decoding.top_k(predictor, state, k, prefix).words


def test_spellings_of_a_word_are_the_same_context_and_one_suggestion(predictor):
    assert best(predictor, "i can’t") == best(predictor, "i can't")
    for prefix in ("its", "it’s", "don’", "dont"):
        plain = [word.replace("'", "") for word in best(predictor, "we", prefix, 9)]
        assert len(plain) - len(set(plain)) <= 1  # its and it's are two words.
    assert best(predictor, "we", "don’") == best(predictor, "we", "don'")


def test_ends_of_ordinals_are_not_offered_apart(predictor):
    for text in ("on march 5", "on the 2", "may 3", "the 1"):
        assert not {"th", "nd", "st", "rd"} & {*best(predictor, text, k=10)}
    assert best(predictor, "on march", "5t") == ["5th"]


def test_size_and_words(predictor):
    assert MODEL.stat().st_size <= 1_600_000
    assert predictor.manifest["vocabulary_size"] >= 20_000
    assert predictor.manifest["lowercase"]
    assert not predictor.lexicon.occupied.all()  # Room for words of the user.


@pytest.mark.parametrize(
    ("context", "prefix", "word"),
    [
        ("thank", "", "you"),
        ("how are", "", "you"),
        ("i", "do", "don't"),
        ("what is the", "n", "name"),
        ("i don't", "kn", "know"),
    ],
)
def test_suggestions_make_sense(predictor, context, prefix, word):
    state = decoding.read(predictor, context.split())
    assert word in decoding.top_k(predictor, state, 3, prefix).words


def test_words_in_the_pictures_are_far_apart(predictor):
    # Otherwise another processor may draw other words. The runtime's plain kernels and
    # its fast ones give log-probabilities that differ by up to 0.03.
    (text,) = re.findall(r'device\.type\("(.+)"\)', PICTURES.read_text("utf-8"))
    *context, typed = text.split(" ")
    state = decoding.read(predictor, context)
    offensive = (DEMO / "app/src/main/assets/offensive.txt").read_text("utf-8").split()
    best = decoding.top_k(predictor, state, 4, typed, offensive, ignore_case=True)
    assert np.diff(best.log_probs).max() < -0.2, best
