"""From log-probabilities of rows and columns to words: the best ones, or drawn ones.

A predictor reads words and gives the probabilities of rows and of cells: a model in
memory (`lightrnn_tf.predictor`), a `.tflite` file (`lightrnn_tf.litert`), or one of
these with the words of its user. It names a word by its cell, row · C + column.
"""

from lightrnn_tf.decoding.correction import Corrections, correct
from lightrnn_tf.decoding.learning import learn
from lightrnn_tf.decoding.sampling import generate, sample
from lightrnn_tf.decoding.search import Suggestions, top_k
from lightrnn_tf.predictors.cached import Cached
from lightrnn_tf.predictors.habits import Habits
from lightrnn_tf.predictors.protocol import (
    ROWS_AT_ONCE,
    Predictor,
    State,
    cell_of,
    read,
)
from lightrnn_tf.predictors.user_words import UserWords

__all__ = [
    "ROWS_AT_ONCE",
    "Corrections",
    "Habits",
    "Cached",
    "Predictor",
    "State",
    "Suggestions",
    "UserWords",
    "cell_of",
    "correct",
    "generate",
    "learn",
    "read",
    "sample",
    "top_k",
]
