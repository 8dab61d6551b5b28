"""The step of the models without a table, which score all words at once."""

import numpy as np
import tensorflow as tf
from lightrnn_tf_export.steps.step import NOTHING, Step, best_words, variable

from lightrnn_tf import layers
from lightrnn_tf.models import DenseRNN


class FlatStep(Step):
    """The step of a model without a table; its cells are the word ids.

    Args:
        model: A built `DenseRNN` or `SlimRNN`.

    Example:

    >>> model = models.DenseRNN(vocabulary_size=10, units=8)
    >>> model.build()
    >>> FlatStep(model).columns
    10
    """

    def __init__(self, model):
        super().__init__(model)
        self.rows, self.columns = 1, model.vocabulary_size
        if isinstance(model, DenseRNN) and model.tied:
            self.one_scale = True  # The vectors of all words have the same scale.
            self._embedding = _TiedVectors(model.softmax)
            self._softmax = self._embedding.logits
            return
        if isinstance(model.embedding, layers.SlimEmbedding):
            self._embedding = _SlimEmbedding(model.embedding)
        else:
            self._embedding = _DenseEmbedding(model.embedding)
        if isinstance(model.softmax, layers.SlimSoftmax):
            self._softmax = _SlimSoftmax(model.softmax)
        else:
            self._softmax = _DenseSoftmax(model.softmax)

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


class _DenseEmbedding(tf.Module):
    """Maps word ids `(1,)` to vectors `(1, E)`."""

    def __init__(self, layer):
        super().__init__()
        self._vectors = variable(layer.embeddings)

    def __call__(self, word):
        return tf.gather(self._vectors, word)


class _DenseSoftmax(tf.Module):
    """Maps hidden states `(1, H)` to logits `(1, V)`."""

    def __init__(self, layer):
        super().__init__()
        self._kernel = variable(layer.kernel)
        self._bias = variable(layer.bias)

    def __call__(self, hidden):
        return tf.matmul(hidden, self._kernel) + self._bias


class _TiedVectors(tf.Module):
    """Maps word ids `(1,)` to vectors `(1, H)`, and hidden states to logits by these.

    The converter gives weights that are looked up one int8 scale, and weights that are
    multiplied a scale for each word. So the file would hold the vectors twice. The
    vector of each word is divided by its largest number; then both scales are the same.
    """

    def __init__(self, layer):
        super().__init__()
        vectors = np.transpose(layer.kernel)
        largest = np.abs(vectors).max(axis=1)
        largest[largest == 0] = 1
        self._vectors = variable(vectors / largest[:, None])
        self._largest = variable(largest)
        self._bias = variable(layer.bias)

    def __call__(self, word):
        largest = tf.gather(self._largest, word)
        return tf.gather(self._vectors, word) * largest[:, None]

    def logits(self, hidden):
        products = tf.matmul(hidden, self._vectors, transpose_b=True)
        # `[0]` keeps the converter from scaling a copy of the vectors instead.
        return (products[0] * self._largest + self._bias)[None]


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

    def __init__(self, layer):
        super().__init__()
        self._codes = _small(layer.codes)
        self._sub_vectors = variable(layer.sub_vectors)

    def __call__(self, word):
        codes = tf.cast(tf.gather(self._codes, word), tf.int32)
        return tf.reshape(tf.gather(self._sub_vectors, codes), (1, -1))


class _SlimSoftmax(tf.Module):
    """Maps hidden states `(1, H)` to logits `(1, V)`; adds K products for each word."""

    def __init__(self, layer):
        super().__init__()
        self._codes = _small(layer.codes.T)
        self._sub_vectors = [variable(part) for part in np.asarray(layer.sub_vectors)]
        self._bias = variable(layer.bias) if layer.word_bias else None

    def __call__(self, hidden):
        parts = len(self._sub_vectors)
        # The converter would turn a cast of constants into int32 constants. This zero,
        # which it cannot know, makes it cast while the model runs.
        zero = tf.cast(tf.clip_by_value(hidden[0, 0], -0.5, 0.5), tf.int32)
        codes = tf.cast(tf.gather(self._codes, tf.range(parts) + zero), tf.int32)
        logits = []
        for piece, vectors, of_part in zip(
            tf.split(hidden, parts, axis=1),
            self._sub_vectors,
            tf.unstack(codes),
            strict=True,
        ):
            products = tf.matmul(piece, vectors, transpose_b=True)[0]
            logits.append(tf.gather(products, of_part))
        total = tf.add_n(logits)[None]
        return total if self._bias is None else total + self._bias
