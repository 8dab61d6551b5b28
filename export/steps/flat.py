"""The step of the models without a table, which score all words at once."""

import numpy as np
import tensorflow as tf
from lightrnn_tf_export.steps.step import NOTHING, Step, best_words
from lightrnn_tf_export.steps.weights import unfolded, variable

from lightrnn_tf import layers
from lightrnn_tf.models import DenseRNN


class FlatStep(Step):
    """The step of a model without a table; its cells are the word ids.

    Args:
        model: A built `DenseRNN` or `SlimRNN`.
        weights: How to store the weights.

    Example:

    >>> from lightrnn_tf_export.steps.weights import FloatWeights
    >>> model = models.DenseRNN(vocabulary_size=10, units=8)
    >>> model.build()
    >>> FlatStep(model, FloatWeights()).columns
    10
    """

    def __init__(self, model, weights):
        super().__init__(model, weights)
        self.rows, self.columns = 1, model.vocabulary_size
        if isinstance(model, DenseRNN) and model.tied:
            self.one_scale = True  # The vectors of all words have the same scale.
            tied = weights.tied(model.embedding.embeddings, model.softmax.bias)
            self._embedding, self._softmax = tied.lookup, tied.logits
            self._tied = tied  # So that its variables are found.
            return
        if isinstance(model.embedding, layers.SlimEmbedding):
            self._embedding = _SlimEmbedding(model.embedding, weights)
        else:
            self._table = weights.table(model.embedding.embeddings)
            self._embedding = self._table.lookup
        if isinstance(model.softmax, layers.SlimSoftmax):
            self._softmax = _SlimSoftmax(model.softmax, weights)
        else:
            self._output = weights.output(_kernel(model.softmax), model.softmax.bias)
            self._softmax = self._output.logits

    def _advance(self, word, states):
        inputs = self._project(0, self._embedding(word))
        states = self._recur(inputs, states)
        logits = self._softmax(states[-self._per_layer])
        return states, tf.nn.log_softmax(logits)

    def advance(self, word, **states):
        """Read a word `(1,)`; return the states and log P of every next word."""
        states, log_probs = self._advance(word, self._states(states))
        return {**self._named(states), "word_log_probs": log_probs}

    def suggest(self, word, **states):
        """Read a word `(1,)`; return the states and the best of all next words."""
        states, log_probs = self._advance(word, self._states(states))
        answer = best_words(log_probs, lambda place: place)
        return {**self._named(states), **answer, "bound": tf.fill([1], NOTHING)}


def _kernel(softmax):
    """Return the kernel `(H, V)` of a `DenseSoftmax`, not rounded."""
    return softmax.own_kernel


def _small(codes):
    """Return codes as a constant of the smallest type that holds them.

    The file must hold them, because no built-in op draws them from a seed.
    """
    for dtype in (np.uint8, np.int16):
        if codes.max() <= np.iinfo(dtype).max:
            return tf.constant(codes.astype(dtype))
    return tf.constant(codes)


class _SlimEmbedding(tf.Module):
    """Maps word ids `(1,)` to vectors `(1, E)` that are joined from sub-vectors."""

    def __init__(self, layer, weights):
        super().__init__()
        self._codes = _small(layer.codes)
        self._sub_vectors = weights.table(layer.sub_vectors)

    def __call__(self, word):
        codes = tf.cast(tf.gather(self._codes, word), tf.int32)
        return tf.reshape(self._sub_vectors.lookup(codes[0]), (1, -1))


class _SlimSoftmax(tf.Module):
    """Maps hidden states `(1, H)` to logits `(1, V)`; adds K products for each word."""

    def __init__(self, layer, weights):
        super().__init__()
        self._codes = _small(layer.codes.T)
        self._sub_vectors = weights.parts(np.asarray(layer.sub_vectors))
        self._bias = variable(layer.bias) if layer.word_bias else None

    def __call__(self, hidden):
        parts = len(self._sub_vectors)
        codes = tf.cast(unfolded(self._codes, hidden), tf.int32)
        logits = []
        for piece, vectors, of_part in zip(
            tf.split(hidden, parts, axis=1),
            self._sub_vectors,
            tf.unstack(codes),
            strict=True,
        ):
            logits.append(tf.gather(vectors.logits(piece)[0], of_part))
        total = tf.add_n(logits)[None]
        return total if self._bias is None else total + self._bias
