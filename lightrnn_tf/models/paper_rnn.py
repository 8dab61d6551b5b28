"""PaperRNN: the LightRNN of the paper, with two recurrent steps for each word."""

import keras
from keras import ops

from lightrnn_tf.layers import four_bits
from lightrnn_tf.models import table_rnn


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class PaperRNN(table_rnn.TableRNN):
    """Maps word ids to the nats of each next word, as the paper's LightRNN does.

    The recurrent layer reads a word in two steps, row and column. The state that has
    read the word before predicts the row; the state that has also read the row
    predicts the column.

        h^c = f(x^c(w_{t−1}), h^r),   P_r = softmax(h^c Y^r + b^r)
        h^r = f(x^r(w_t), h^c),       P_c = softmax(h^r Y^c + b^c)
        P(w_t) = P_r(row) · P_c(column)

    The additions of `LightRNN` to the table can be switched on here, too, to measure
    them together with the second step.

    Args:
        vocabulary_size: Positive integer. Number of words, `V`.
        word_dim: As in `LightRNN`. Defaults to 0.
        row_parts: As there. Defaults to 1.
        word_bias: As there. Defaults to `False`.
        **more: `rows`, `columns` and others of `LightRNN`.

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

    >>> model = models.PaperRNN(vocabulary_size=10, units=8)
    >>> tuple(model(np.zeros((2, 7), "int32")).shape)
    (2, 6)

    References:
        Li et al., "LightRNN", NIPS 2016, https://arxiv.org/abs/1610.09893, section 3.

    Differs from the paper: free cells have no probability, and the length of the input
    vectors may differ from H.
    """

    kind = "paper"

    def __init__(
        self, vocabulary_size, word_dim=0, row_parts=1, word_bias=False, **more
    ):
        super().__init__(
            vocabulary_size,
            word_dim=word_dim,
            row_parts=row_parts,
            word_bias=word_bias,
            **more,
        )

    def _begin(self, words):
        # The states have read the row of the first word, not yet its column.
        rows = ops.take(self.softmax.cells, words, axis=0) // self.columns
        return self._after_rows(rows, self.zero_states(ops.shape(words)[0]))[1]

    def _after_rows(self, rows, states):
        """Return the hidden states and the states after reading rows `(N,)`."""
        vectors = four_bits.vectors(self.embedding, self.embedding.row_vectors)
        projected = self.recurrent.project(ops.take(vectors, rows, axis=0))
        return self.recurrent.step(projected, states)

    def _run(self, ids, states, training, restart, restart_states, all_states):
        if restart is not None:
            # The states restart before the first of the two steps of a word.
            both = ops.stack([restart, ops.zeros_like(restart)], axis=-1)
            restart = ops.reshape(both, (ops.shape(ids)[0], -1))
        hidden, states = super()._run(
            ids, states, training, restart, restart_states, all_states
        )
        if all_states:
            hidden = [states_[:, ::2] for states_ in hidden]
        return hidden, states

    def _inputs(self, ids, training):
        # There are only R + C different inputs. Each is projected once and the products
        # are looked up, which saves half the arithmetic of the recurrent layer. Dropout
        # is then drawn once for each vector and batch.
        embedding, projection = self.embedding, self.recurrent.projections[0]

        def project(vectors):
            vectors = four_bits.vectors(embedding, vectors)
            return self.recurrent.project(
                self.input_dropout(vectors, training=training)
            )

        cells = ops.take(embedding.cells, ids, axis=0)
        rows = ops.take(
            project(embedding.row_vectors), cells[:, 1:] // self.columns, axis=0
        )
        columns = ops.take(
            project(embedding.column_vectors), cells[:, :-1] % self.columns, axis=0
        )
        if self.softmax.query_dim:
            word_vectors = self.softmax.word_vectors_of(ids[:, :-1])
            columns = columns + ops.matmul(
                self.input_dropout(word_vectors, training=training),
                ops.matmul(
                    four_bits.product(embedding, embedding.word_kernel),
                    four_bits.product(projection, projection.kernel),
                ),
            )
        # c_1 r_2 c_2 r_3 …: the column of each word, then the row of the next.
        pairs = ops.stack([columns, rows], axis=2)
        batch_size, _, _, width = ops.shape(pairs)
        return ops.reshape(pairs, (batch_size, -1, width))

    def pairs(self, hidden, ids, training=None):
        hidden = self.output_dropout(hidden, training=training)
        batch_size, steps, width = ops.shape(hidden)
        return ops.reshape(hidden, (batch_size, steps // 2, 2, width))

    def _inputs_of_word(self, vectors):
        return [vectors[:, 0], vectors[:, 1]]

    def _column_state(self, rows, states):
        return self._after_rows(rows, states)[0]
