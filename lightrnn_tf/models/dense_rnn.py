"""DenseRNN: the same body with an ordinary embedding and softmax, the yardstick."""

import keras
import numpy as np
from keras import ops

from lightrnn_tf import table as tables
from lightrnn_tf.models import language_model


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class DenseRNN(language_model.LanguageModel):
    """Maps word ids to the nats of each next word, with V vectors a side.

    What `LightRNN` is measured against: the recurrent body, the training and the
    evaluation are the same code. To decoding it is a table of one row.

    Args:
        vocabulary_size: Positive integer. Number of words, `V`.
        units: Positive integer. Size of the hidden states, `H`. Defaults to 200.
        embedding_dim: Length of the input vectors, `E`. Defaults to `units`.
        tied: Whether the output vectors are the input vectors; needs `E = H`.
            Defaults to `False`.
        cell: `"lstm"`, `"gru"` or `"simple"`. Defaults to `"lstm"`.
        layers: Number of recurrent layers. Defaults to 1.
        dropout: Share of the inputs, of the outputs and of the values between layers
            that is dropped in training. Defaults to 0.2.
        eos_id: Id of `<eos>`, with which streams begin. Defaults to 0.
        line_independent: Whether the state begins anew after each `<eos>`. Defaults to
            `False`.
        **kwargs: `name`, `dtype` of `keras.Model`.

    Call arguments:
        ids: Integer tensor `(B, T + 1)`: word ids; −1 is no word, see `LanguageModel`.
        training: Whether to apply dropout.

    Returns:
        float32 tensor `(B, T)`, nats.

    Raises:
        ValueError: If a size is not a positive integer, an option is unknown, or
            `tied` is asked for and `E ≠ H`.

    Example:

    >>> model = DenseRNN(vocabulary_size=10, units=8)
    >>> tuple(model(np.zeros((2, 7), "int32")).shape)
    (2, 6)
    """

    def __init__(
        self,
        vocabulary_size,
        units=200,
        embedding_dim=None,
        tied=False,
        cell="lstm",
        layers=1,
        dropout=0.2,
        eos_id=0,
        line_independent=False,
        **kwargs,
    ):
        super().__init__(
            vocabulary_size,
            units,
            embedding_dim,
            cell,
            layers,
            dropout,
            eos_id,
            line_independent,
            **kwargs,
        )
        if tied and self.embedding_dim != units:
            raise ValueError(
                "`embedding_dim` must equal `units` when `tied`. Received: "
                f"embedding_dim={self.embedding_dim}, units={units}."
            )
        self.tied = bool(tied)
        self.embedding = keras.layers.Embedding(
            vocabulary_size,
            self.embedding_dim,
            embeddings_initializer=keras.initializers.RandomUniform(-0.1, 0.1),
            dtype=self.dtype_policy,
            name="embedding",
        )

    def build(self, ids_shape=None):
        self.embedding.build((None, None))
        self.recurrent.build((None, None, self.embedding_dim))
        self.output_bias = self.add_weight(
            name="output_bias", shape=(self.vocabulary_size,), initializer="zeros"
        )
        if not self.tied:
            self.output_kernel = self.add_weight(
                name="output_kernel",
                shape=(self.units, self.vocabulary_size),
                initializer="glorot_uniform",
            )

    @property
    def table(self):
        """The words in one row, in the order of their ids."""
        return tables.WordTable(
            np.arange(self.vocabulary_size), 1, self.vocabulary_size
        )

    def _begin(self, words):
        return self.zero_states(ops.shape(words)[0])

    def _inputs(self, ids, training):
        vectors = self.embedding(ids[:, :-1])
        return self.recurrent.project(self.input_dropout(vectors, training=training))

    def _logits(self, hidden):
        hidden = ops.cast(hidden, self.compute_dtype)
        if self.tied:
            kernel = ops.transpose(self.embedding.embeddings)
        else:
            kernel = self.output_kernel
        logits = ops.matmul(hidden, ops.cast(kernel, self.compute_dtype))
        return ops.cast(logits, "float32") + ops.cast(self.output_bias, "float32")

    def nats(self, hidden, targets):
        return ops.sparse_categorical_crossentropy(
            targets, self._logits(hidden), from_logits=True
        )

    def advance(self, cells, states):
        # The cells of its one row are the word ids.
        vectors = self.embedding(ops.cast(cells, "int32"))
        hidden, states = self.recurrent.step(self.recurrent.project(vectors), states)
        return states, self.row_log_probs(hidden)

    def row_log_probs(self, hidden):
        return ops.zeros((*ops.shape(hidden)[:-1], 1), "float32")

    def expand(self, rows, states):
        hidden = self.recurrent.output(states)
        return ops.log_softmax(self._logits(hidden), axis=-1)

    def get_config(self):
        return {**super().get_config(), "tied": self.tied}
