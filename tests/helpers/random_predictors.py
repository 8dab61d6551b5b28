"""Small models of each kind with random weights, as predictors of the same words."""

from lightrnn_tf import models
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
