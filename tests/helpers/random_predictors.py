"""Small models of each kind with random weights, as predictors of the same words."""

import numpy as np

from lightrnn_tf import decoding, models
from lightrnn_tf.predictors.in_memory import KerasPredictor
from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

WORDS = "<eos> <unk> the they then cat dog . 42 of don't do zoo Zed".split()
V = len(WORDS)
# What `random_predictor` takes first.
MODELS = [
    (models.LightRNN, {"rows": 3, "columns": 6, "word_dim": 2}),
    (models.LightRNN, {"rows": 14, "columns": 1}),
    (models.LightRNN, {"rows": 12, "columns": 2, "word_dim": 0, "layers": 2}),
    (models.DenseRNN, {}),
    (models.SlimRNN, {"parts": 3, "vectors": 12}),
]


def random_predictor(cls, kwargs, rng, line_independent=False):
    """Return the predictor of a model of a class."""
    vocabulary = Vocabulary(
        WORDS, sorted(rng.integers(1, 99, V))[::-1], Tokenizer("words")
    )
    model = cls(V, units=6, line_independent=line_independent, **kwargs)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 1.0, weight.shape))
    if cls in (models.LightRNN, models.PaperRNN):
        model.table = WordTable.random(V, model.rows, model.columns, seed=5)
    return KerasPredictor(model, vocabulary)


def probabilities(predictor, state):
    """Return P of each cell `(R · C,)`, free cells included, by expanding all rows."""
    found = []
    for first in range(0, predictor.rows, decoding.ROWS_AT_ONCE):
        rows = np.arange(first, min(first + decoding.ROWS_AT_ONCE, predictor.rows))
        in_rows = predictor.expand(rows, state)
        found.append(in_rows + state.row_log_probs[rows, None])
    return np.exp(np.concatenate(found).astype(np.float64)).ravel()
