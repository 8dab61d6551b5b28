"""Write files of int8 and int4 and what Python finds in them, for other readers.

    python tests/golden/exported.py FOLDER

The model has random weights. It is so large that int8 and int4 kernels run, and its
words of two letters begin alike.
"""

import itertools
import json
import pathlib
import string
import sys

import lightrnn_tf_export
import numpy as np

from lightrnn_tf import decoding, models
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.predictors.user_words import UserWords
from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

WORDS = [
    "<eos>",
    "<unk>",
    *map("".join, itertools.product(*2 * [string.ascii_letters])),
]
QUANTIZATIONS = ("int8", "int4")
TEXTS, LENGTH = 60, 3


def main(folder):
    """Write the files, and FOLDER/exported.json with what Python finds."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = Vocabulary(WORDS, [1] * len(WORDS), Tokenizer("whitespace"))
    model = random_model(len(WORDS))
    found = {}
    for quantize in QUANTIZATIONS:
        path = folder / f"{quantize}.tflite"
        path.write_bytes(
            lightrnn_tf_export.pack(model, vocabulary, quantize, rows=12)[0]
        )
        found[quantize] = answers(LiteRTPredictor(path))
    (folder / "exported.json").write_text(json.dumps(found), "utf-8")


def random_model(words):
    """Return a quantize-aware LightRNN with random weights and a random table."""
    model = models.LightRNN(
        words,
        rows=50,
        columns=58,
        units=96,
        embedding_dim=64,
        word_dim=8,
        frequent_words=300,
        frequent_dim=16,
        quantize_aware=True,
    )
    model.build()
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        # The model is sure of some rows, as one that was trained.
        spread = 1.5 if "row_kernel" in weight.path else 0.25
        weight.assign(rng.normal(0, spread, weight.shape))
    model.table = WordTable.random(words, model.rows, model.columns, seed=1)
    return model


def answers(predictor):
    """Return the three best words after random texts, with words of a user and not."""
    rng, found = np.random.default_rng(2), []
    user_words = UserWords(predictor)
    for number in range(TEXTS):
        text = [WORDS[i] for i in rng.integers(2, len(WORDS), LENGTH)]
        if number == TEXTS // 2:
            user_words.learn("zebra", decoding.read(user_words, text))
        state = decoding.read(user_words, text)
        for prefix in ("", text[0][:1]):
            best = decoding.top_k(user_words, state, 3, prefix)
            found.append(
                {
                    "text": text,
                    "learn": "zebra" if number == TEXTS // 2 and not prefix else "",
                    "prefix": prefix,
                    "words": best.words,
                    "log_probs": [round(value, 5) for value in best.log_probs],
                    "rows_expanded": best.rows_expanded,
                }
            )
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
