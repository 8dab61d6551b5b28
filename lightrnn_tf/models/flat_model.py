"""The base of the models that score all words at once."""

import keras
import numpy as np
from keras import ops

from lightrnn_tf.layers import four_bits
from lightrnn_tf.models import language_model
from lightrnn_tf.tables import word_table


def dense_embedding(vocabulary_size, embedding_dim, quantize_aware, dtype):
    """Return the layer that holds a vector for each word.

    Args:
        vocabulary_size: Number of words, `V`.
        embedding_dim: Length of the vectors, `E`.
        quantize_aware: Whether the vectors are rounded to four bits.
        dtype: Dtype or dtype policy of the layer.

    Returns:
        A `DenseEmbedding`, which maps ids `(B, T)` to vectors `(B, T, E)`.
    """
    return DenseEmbedding(
        vocabulary_size,
        embedding_dim,
        quantize_aware=quantize_aware,
        embeddings_initializer=keras.initializers.RandomUniform(-0.1, 0.1),
        dtype=dtype,
        name="embedding",
    )


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class DenseEmbedding(keras.layers.Embedding):
    """A `keras.layers.Embedding` whose vectors may be rounded to four bits.

    Args:
        vocabulary_size: Number of words, `V`.
        embedding_dim: Length of the vectors, `E`.
        quantize_aware: Whether the vectors are rounded. Defaults to `False`.
        **kwargs: As in `keras.layers.Embedding`.

    Example:

    >>> tuple(DenseEmbedding(10, 4)(np.zeros((2, 6), int)).shape)
    (2, 6, 4)
    """

    def __init__(self, vocabulary_size, embedding_dim, quantize_aware=False, **kwargs):
        super().__init__(vocabulary_size, embedding_dim, **kwargs)
        self.quantize_aware = quantize_aware

    @property
    def vectors(self):
        """The vectors `(V, E)`, rounded or not."""
        return four_bits.vectors(self, self.embeddings)

    def call(self, ids):
        return ops.take(self.vectors, ops.cast(ids, "int32"), axis=0)


class DenseSoftmax(keras.layers.Layer):
    """Maps hidden states to the nats of the true words, with V output vectors.

    Args:
        vocabulary_size: Number of words, `V`.
        tied_kernel: Function that returns the kernel `(H, V)`. Defaults to a kernel of
            its own.
        quantize_aware: Whether the output vectors are rounded to four bits. Defaults to
            `False`.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call arguments:
        hidden: Tensor `(..., H)`.
        ids: Integer tensor `(...)`, the true words.

    Returns:
        float32 tensor `(...)`, nats.

    Example:

    >>> layer = DenseSoftmax(10)
    >>> tuple(layer(np.zeros((2, 6, 8), "float32"), ids=np.zeros((2, 6), int)).shape)
    (2, 6)
    """

    def __init__(
        self, vocabulary_size, tied_kernel=None, quantize_aware=False, **kwargs
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.tied_kernel = tied_kernel
        self.quantize_aware = quantize_aware

    def build(self, hidden_shape, ids_shape=None):
        self.bias = self.add_weight(
            name="bias", shape=(self.vocabulary_size,), initializer="zeros"
        )
        if self.tied_kernel is None:
            self.own_kernel = self.add_weight(
                name="kernel",
                shape=(hidden_shape[-1], self.vocabulary_size),
                initializer="glorot_uniform",
            )

    @property
    def kernel(self):
        """The output vectors `(H, V)`, rounded or not."""
        if self.tied_kernel:
            return self.tied_kernel()
        if not self.quantize_aware:
            return self.own_kernel
        return ops.transpose(four_bits.vectors(self, ops.transpose(self.own_kernel)))

    def call(self, hidden, ids):
        return ops.sparse_categorical_crossentropy(
            ids, self.logits(hidden), from_logits=True
        )

    def logits(self, hidden):
        """Return float32 logits `(..., V)` of hidden states `(..., H)`."""
        hidden = ops.cast(hidden, self.compute_dtype)
        logits = ops.matmul(hidden, ops.cast(self.kernel, self.compute_dtype))
        return ops.cast(logits, "float32") + ops.cast(self.bias, "float32")


class FlatModel(language_model.LanguageModel):
    """Base of the models without a table; decoding sees a table of one row.

    A subclass makes two layers: `embedding`, which maps word ids to vectors, and
    `softmax`, which maps hidden states and true words to nats and has `logits`.

    Example:

    >>> model = models.DenseRNN(vocabulary_size=10, units=8)
    >>> model.table.rows, model.table.columns
    (1, 10)
    """

    def build(self, ids_shape=None):
        self.embedding.build((None, None))
        self.recurrent.build((None, None, self.embedding_dim))
        self.softmax.build((None, None, self.units))

    @property
    def table(self):
        """The words in one row, in the order of their ids."""
        return word_table.WordTable(
            np.arange(self.vocabulary_size), 1, self.vocabulary_size
        )

    def _begin(self, words):
        return self.zero_states(ops.shape(words)[0])

    def _inputs(self, ids, training):
        vectors = self.embedding(ids[:, :-1])
        return self.recurrent.project(self.input_dropout(vectors, training=training))

    def nats(self, hidden, targets, training=None):
        hidden = self.output_dropout(hidden, training=training)
        return self.softmax(hidden, ids=targets)

    def advance(self, cells, states):
        # The cells of the single row are the word ids.
        vectors = self.embedding(ops.cast(cells, "int32"))
        hidden, states = self.recurrent.step(self.recurrent.project(vectors), states)
        return states, self.row_log_probs(hidden)

    def row_log_probs(self, hidden):
        return ops.zeros((*ops.shape(hidden)[:-1], 1), "float32")

    def expand(self, rows, states):
        hidden = self.recurrent.output(states)
        return ops.log_softmax(self.softmax.logits(hidden), axis=-1)
