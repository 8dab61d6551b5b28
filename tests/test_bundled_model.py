"""The model that comes with the keyboard: small enough, and sensible."""

import pathlib

import pytest

from lightrnn_tf import decoding, litert

MODEL = (
    pathlib.Path(__file__).parents[1] / "android_demo/app/src/main/assets/model.tflite"
)


@pytest.fixture(scope="module")
def predictor():
    if not MODEL.exists():
        pytest.skip("no bundled model: make android-model makes it")
    return litert.LiteRTPredictor(MODEL)


def test_size_and_words(predictor):
    assert MODEL.stat().st_size <= 1_500_000
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
