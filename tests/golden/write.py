"""Writes what every reader of an exported file must get from the same file.

    python tests/golden/write.py

The model has random weights and words of several kinds. The files are committed:
`tests/export/test_golden.py` holds Python to them, the tests of `android_demo` Kotlin.
"""

import json
import pathlib
import tempfile

import numpy as np

from lightrnn_tf import decoding
from lightrnn_tf.predictors import exported
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary
from lightrnn_tf.words.word_lists import WordLists

FOLDER = pathlib.Path(__file__).parent
MODEL, VECTORS = FOLDER / "model.tflite", FOLDER / "vectors.json"
USER_WORDS = FOLDER / "user_words.json"

WORDS = [
    "<eos>",
    "<unk>",
    ".",
    ",",
    "?",
    "the",
    "to",
    "i",
    "you",
    "don't",
    "won't",
    "can't",
    "i'm",
    "it's",
    "well-known",
    "naïve",
    "çà",
    "über",
    "straße",
    "çelik",
    "дом",
    "дома",
    "Дом",
    "ДОМ",
    "The",
    "THE",
    "they",
    "then",
    "there",
    "them",
    "3.14",
    "2024",
    "½",
    "2nd",
    "mp3",
    "i'll",
    "ill",
    "été",
    "ete",
    "हिन्दी",
    "中文",
    "𝒳",
    "İstanbul",
    "i\u0307zmir",
    "x" * 60,
    "café",
    "cafe",
    "cafés",
    "łódź",
    "οδος",
    "ΟΔΟΙ",
    "می\u200cخواهم",
    "و",
    "👍🏽",
    "</s>",
    "<br/>",
    *(f"{a}{b}{c}" for a in "bcdfgt" for b in "aeiou" for c in ("n", "r", "st", "d")),
]
NEVER_SUGGEST, MISSPELLINGS = ["*tod*"], ["fon->fan", "gest"]
TEXTS = [
    "Don't panic: 3.14!",
    "  well-known -- naïve_café, e\u0301te\u0301 and 1,000.5 or ½ cup",
    "it’s 'quoted' (really)… ﬁn\u00a0𝒳² İSTANBUL",
    "a\u0000b\tc\u2003d\u200be हिन्दी中文 ДОМ's rock-'n'-roll --x-- ①",
    "mp3 2nd covid-19 3.30pm 90’s re\u00adad\ufeff می\u200cخواهم ΟΔΟΣ ΑΣ中 𝒳’y 𝒳ΣΣ",
    "👨\u200d👩\u200d👧👍🏽🇨🇿❤\ufe0f <br/>a<b</s> 葛\U000e0100 \u200d \ufe0f łódź",
    "",
]
CONTEXTS = ["", "the", "I don't", "they, then the", "zebra . the", "THE"]
PREFIXES = [
    "",
    "t",
    "the",
    "dont",
    "i",
    "ill",
    "i'",
    "ДО",
    "ü",
    "u",
    "x",
    "zzz",
    "ba",
    "cafe",
    "café",
    "Ist",
    "İ",
    "iz",
    "ΟΔ",
    "οδοσ",
    "lo",
    "ete",
    "mp",
    "2",
    "می\u200cخ",
    "میخ",
    "don’",
]
# A word, what stands before it, and whether it is kept on purpose.
LEARNED = [
    ("zebra", "the", False),
    ("lightrnn", "i", True),
    ("zebra", "to the", False),
    ("Thermos", "", True),
    ("o’clock", "the .", False),
    ("zebra", "you", False),
    ("fon", "they", False),
    ("fon", "the", False),
]


def write():
    """Write the model and the vectors."""
    import keras
    import lightrnn_tf_export

    from lightrnn_tf import models

    keras.utils.set_random_seed(0)
    counts = list(range(len(WORDS), 0, -1))
    vocabulary = Vocabulary(WORDS, counts, Tokenizer("words"))
    model = models.LightRNN(
        len(WORDS),
        units=12,
        rows=13,
        columns=14,
        embedding_dim=9,
        word_dim=3,
        frequent_words=20,
        frequent_dim=5,
    )
    model.build()
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.7, weight.shape))
    lists = WordLists(never_suggest=NEVER_SUGGEST, misspellings=MISSPELLINGS)
    content, _ = lightrnn_tf_export.pack(model, vocabulary, lists=lists)
    MODEL.write_bytes(content)
    predictor = exported.LiteRTPredictor(MODEL)
    found = vectors(predictor)
    VECTORS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    USER_WORDS.write_text(user_words(predictor)[0], "utf-8")


def vectors(predictor):
    """Return what a reader gets from the model, as JSON has it."""
    return {
        "tokens": [
            {
                "tokenizer": name,
                "lowercase": lowercase,
                "text": text,
                "words": Tokenizer(name, lowercase).words(text),
            }
            for name in ("words", "whitespace")
            for lowercase in (False, True)
            for text in TEXTS
        ],
        "cells": {word: predictor.lexicon[word] for word in WORDS},
        "suggestable": _marked(predictor.lexicon, "suggestable"),
        "trusted": _marked(predictor.lexicon, "trusted"),
        "suggestions": suggestions(predictor),
        "learned": [list(learned) for learned in LEARNED],
        "with_user_words": user_words(predictor)[1],
    }


def _marked(lexicon, mark):
    """Return the words that a file marks so."""
    return [word for word in WORDS if getattr(lexicon, mark)[lexicon[word]]]


def suggestions(predictor, contexts=CONTEXTS):
    """Return the best words for texts and what was typed of the next one."""
    found = []
    for context in contexts:
        words = predictor.tokenizer.words(context)
        state = decoding.read(predictor, words)
        for prefix in PREFIXES:
            for ignore_case, exclude in ((False, []), (True, ["the", "won't", "no"])):
                best = decoding.top_k(
                    predictor,
                    state,
                    3,
                    prefix,
                    exclude,
                    ignore_case=ignore_case,
                )
                found.append(
                    {
                        "context": context,
                        "prefix": prefix,
                        "ignore_case": ignore_case,
                        "exclude": exclude,
                        "words": best.words,
                        "log_probs": [round(value, 5) for value in best.log_probs],
                        "rows_expanded": best.rows_expanded,
                    }
                )
    return found


def user_words(predictor):
    """Return the file of some learned words, and the suggestions with them."""
    user = decoding.UserWords(predictor)
    for word, context, kept in LEARNED:
        words = predictor.tokenizer.words(context)
        user.learn(word, decoding.read(predictor, words), kept)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "words.json"
        user.save(path)
        text = path.read_text("utf-8")
    return text, suggestions(user, CONTEXTS[:3])


if __name__ == "__main__":
    write()
