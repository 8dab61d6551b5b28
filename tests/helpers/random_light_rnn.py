"""A small LightRNN with random weights and words in random cells."""

from lightrnn_tf import models
from lightrnn_tf.tables.word_table import WordTable

V = 11


def random_light_rnn(rng, rows=3, columns=5, cls=models.LightRNN, **kwargs):
    """Return a compiled model of `V` words, with a table."""
    model = cls(
        V, units=6, rows=rows, columns=columns, embedding_dim=4, eos_id=2, **kwargs
    )
    model.build()
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.7, weight.shape))
    model.table = WordTable.random(V, rows, columns, seed=5)
    model.compile("adam")
    return model
