"""LightRNN: a recurrent language model with its words in a table."""

import keras
from keras import ops

from lightrnn_tf import layers
from lightrnn_tf.models import paper_rnn, table_rnn


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class LightRNN(table_rnn.TableRNN):
    """Maps word ids to the nats of each next word, with about 2·√V vectors a side.

    Each word is predicted in two parts: first its row, then its column in that row.

        P_r = Σ_m softmax(h^c Y^r_m + b^r_m)
        P_c = softmax(h^r Y^c + b^c + b_w + v_w (h^r P))
        P(w_t) = P_r(row) · P_c(column)

    The recurrent layer reads a word in one step, as the sum of its vectors. A
    `RowTransition` makes h^r from h^c:

        h^c = f(x^r(w_{t−1}) + x^c(w_{t−1}) + v_w Q, h^c),   h^r = tanh(h^c A + z_row)

    The defaults are those that work best. `PaperRNN` is the model of the paper.

    Args:
        vocabulary_size: Positive integer. Number of words, `V`.
        rows: Rows of the table, `R`. Defaults to a nearly square table.
        columns: Columns of the table, `C`; fewer rows and more columns buy quality
            with bytes. Defaults to a nearly square table.
        word_dim: Length `k` of the short vector that each word has of its own, on
            the input and on the output side; 0 has none. Defaults to 16.
        row_parts: Output vectors of each row, `M`. A row is as probable as all of
            them together. Defaults to 4.
        frequent_words: How many of the most frequent words have longer vectors.
            Defaults to 0.
        frequent_dim: How many numbers they have more. Defaults to 0.
        word_bias: Whether each word has a bias. Defaults to `True`.
        **common: `units`, `cell`, `dropout` and others of `LanguageModel`.

    Call arguments:
        ids: Integer tensor `(B, T + 1)`: word ids, or −1 for no word; see
            `LanguageModel`.
        training: Whether to apply dropout.

    Returns:
        float32 tensor `(B, T)`, nats.

    Raises:
        ValueError: If a size is not a positive integer, the words do not fit into the
            table, or an option is unknown.

    Example:

    >>> model = LightRNN(vocabulary_size=10, units=8, word_dim=2)
    >>> model.compile("adam")
    >>> ids = np.arange(200) % 10
    >>> history = model.fit(data.windows(ids, batch_size=4, steps=5), verbose=0)
    >>> tuple(model(ids[None, :7]).shape)
    (1, 6)

    References:
        Li et al., "LightRNN", NIPS 2016, https://arxiv.org/abs/1610.09893, section 3.

    Differs from the paper: a transition replaces the second recurrent step; free cells
    have no probability; words have biases and vectors, rows several parts; the length
    of the input vectors may differ from H.
    """

    kind = "lightrnn"

    def _add_layers(self):
        super()._add_layers()
        self.transition = layers.RowTransition(
            self.rows,
            self.quantize_aware,
            dtype=self.dtype_policy,
            name="transition",
        )
        self.transition_dropout = keras.layers.Dropout(
            self.dropout, dtype=self.dtype_policy
        )

    def build(self, ids_shape=None):
        super().build(ids_shape)
        self.transition.build((None, None, self.units))

    @property
    def row_inputs(self):
        return [*super().row_inputs, self.transition.row_vectors]

    def _begin(self, words):
        return self.zero_states(ops.shape(words)[0])

    def _inputs(self, ids, training):
        vectors = self.input_dropout(self._vectors(ids[:, :-1]), training=training)
        return self.recurrent.project(vectors)

    def _vectors(self, ids):
        """Return the input vectors `(B, T, E)` of words `(B, T)`."""
        word_vectors = None
        if self.softmax.query_dim:
            word_vectors = self.softmax.word_vectors_of(ids)
        cells = ops.take(self.embedding.cells, ids, axis=0)
        return ops.sum(self.embedding.of_cells(cells, word_vectors), axis=-2)

    def pairs(self, hidden, ids, training=None):
        hidden = self.output_dropout(hidden, training=training)
        rows = ops.take(self.softmax.cells, ids, axis=0) // self.columns
        for_columns = self.transition_dropout(
            self.transition(hidden, rows=rows), training=training
        )
        return ops.stack([hidden, for_columns], axis=2)

    def _inputs_of_word(self, vectors):
        return [ops.sum(vectors, axis=-2)]

    def _column_state(self, rows, states):
        return self.transition(self.recurrent.output(states), rows=rows)

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        # In older configs the paper's model is an option of this one.
        if config.pop("within_word", "transition") == "recurrent":
            return paper_rnn.PaperRNN.from_config(config)
        return super().from_config(config)
