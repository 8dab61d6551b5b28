"""A softmax over V words in two steps: the row, then the column in that row."""

import keras
from keras import ops

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.old_names import with_new_names
from lightrnn_tf.layers import four_bits
from lightrnn_tf.layers.word_logits import WordLogits
from lightrnn_tf.tables import word_table

# Added to the logits of free cells; its exponential is 0 in float32.
_FREE = -1e9


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class TwoStepSoftmax(WordLogits):
    """Maps hidden states and the true words to nats, −log P(w).

    A word's probability is that of its row times that of its column given the row:

        P_r(i) = Σ_m softmax_(m,i)(h^c Y^r + b^r),   m = 1 … M
        P_c(j) = softmax_j(h^r Y^c + b^c + b_w + v_w · (h^r P)),   w in cell (row, j)
        P(w)   = P_r(row(w)) · P_c(column(w))

    The second softmax runs over the cells of the row that hold a word, so the
    probabilities of the V words sum to 1 whatever the shape of the table.

    A row holds words of several kinds, which a single vector predicts badly. So it has
    M output vectors, its row parts, and its probability is the sum of theirs. b_w and
    v_w belong to the word and move with it, see `WordLogits`.

    Args:
        vocabulary_size: Positive integer. Size of the vocabulary, `V`.
        rows: Positive integer. Rows of the table, `R`.
        columns: Positive integer. Columns of the table, `C`; `R · C ≥ V`.
        word_dim: Integer of at least 0. Length `k` of the word vectors; 0, the
            paper's model, has none. Defaults to 0.
        row_parts: Positive integer. Output vectors of each row, `M`; 1 is the paper's
            model. Defaults to 1.
        frequent_words: Integer from 0 to V. How many words, from id 0 on, have longer
            vectors. Defaults to 0.
        frequent_dim: Integer of at least 0. How many numbers they have more. Defaults
            to 0.
        word_bias: Whether each word has a bias, `b_w`. Defaults to `True`; `False` is
            the paper's model.
        quantize_aware: Whether weights are rounded to four bits, as a file of `"int4"`
            holds them, while their gradients stay those of the weights. Defaults to
            `False`.
        **kwargs: `name`, `trainable`, `dtype` of `keras.layers.Layer`.

    Call arguments:
        hidden: Tensor `(B, T, 2, H)`: the state h^c, which predicts the row, then the
            state h^r, which has read the row and predicts the column.
        ids: Integer tensor `(B, T)`, the true words, in `[0, V)`.

    Returns:
        float32 tensor `(B, T)`, nats. It is float32 with every dtype policy, because
        softmax and logarithm lose too much in half precision.

    Raises:
        ValueError: If a size is not a positive integer, the words do not fit into the
            table, or the next-to-last axis of `hidden` is not 2.

    Masking: neither uses nor produces a mask.

    Example:

    >>> layer = TwoStepSoftmax(vocabulary_size=10, rows=3, columns=4)
    >>> hidden = np.zeros((8, 6, 2, 5), "float32")
    >>> tuple(layer(hidden, ids=np.zeros((8, 6), "int32")).shape)
    (8, 6)

    References:
        Li et al., "LightRNN", NIPS 2016, https://arxiv.org/abs/1610.09893, eq. 3–4.

    Differs from the paper: free cells have no probability, words have b_w and v_w, and
    rows may have several parts.
    """

    def __init__(
        self,
        vocabulary_size,
        rows,
        columns,
        word_dim=0,
        word_bias=True,
        frequent_words=0,
        frequent_dim=0,
        row_parts=1,
        quantize_aware=False,
        **kwargs,
    ):
        for name, value in (
            ("vocabulary_size", vocabulary_size),
            ("rows", rows),
            ("columns", columns),
            ("row_parts", row_parts),
        ):
            checks.positive_integer(name, value)
        # Raises if the words do not fit.
        word_table.word_cells(vocabulary_size, rows, columns)
        super().__init__(
            vocabulary_size,
            rows,
            columns,
            word_dim,
            word_bias,
            frequent_words,
            frequent_dim,
            quantize_aware,
            **kwargs,
        )
        self.row_parts = row_parts

    def build(self, hidden_shape, ids_shape=None):
        if len(hidden_shape) < 2 or hidden_shape[-2] != 2:
            raise ValueError(
                "`hidden` must have shape (B, T, 2, H), the states for the row and "
                f"for the column. Received: {tuple(hidden_shape)}."
            )
        units = hidden_shape[-1]

        def add(name, shape, initializer):
            return self.add_weight(name=name, shape=shape, initializer=initializer)

        parts = self.row_parts * self.rows
        self.row_kernel = add("row_kernel", (units, parts), "glorot_uniform")
        self.row_bias = add("row_bias", (parts,), "zeros")
        self.column_kernel = add(
            "column_kernel", (units, self.columns), "glorot_uniform"
        )
        self.column_bias = add("column_bias", (self.columns,), "zeros")
        self._add_word_weights(units)

    def call(self, hidden, ids):
        cells = ops.take(self.cells, ids, axis=0)
        rows = cells // self.columns
        row_nats = ops.sparse_categorical_crossentropy(
            rows, self.row_logits(hidden[..., 0, :]), from_logits=True
        )
        logits, words_logits, occupied = self.column_logits(hidden[..., 1, :], rows)
        column_nats = ops.sparse_categorical_crossentropy(
            cells % self.columns,
            ops.where(occupied, logits + words_logits, _FREE),
            from_logits=True,
        )
        return row_nats + column_nats

    def row_logits(self, hidden):
        """Return float32 logits `(..., R)` of the rows, from h^c `(..., H)`."""
        hidden = self._cast(hidden)
        logits = ops.matmul(hidden, four_bits.product(self, self.row_kernel))
        logits = ops.cast(logits, "float32") + ops.cast(self.row_bias, "float32")
        if self.row_parts == 1:
            return logits
        parts = (*ops.shape(logits)[:-1], self.row_parts, self.rows)
        return ops.logsumexp(ops.reshape(logits, parts), axis=-2)

    def column_logits(self, hidden, rows):
        """Return the logits of the cells of rows, in two parts.

        Args:
            hidden: Tensor `(..., H)`, h^r.
            rows: Integer tensor `(...)` of rows.

        Returns:
            Three tensors `(..., C)`: the float32 logits of the columns alone; the logit
            of the word in each cell, 0 in a free cell; and whether a cell holds a word.
        """
        hidden = self._cast(hidden)
        logits = ops.matmul(hidden, four_bits.product(self, self.column_kernel))
        logits = ops.cast(logits, "float32") + ops.cast(self.column_bias, "float32")
        words = ops.reshape(self.words, (self.rows, self.columns))
        occupied = ops.take(words, rows, axis=0) >= 0
        words_logits = self._words_logits(hidden, rows)
        return logits, ops.where(occupied, words_logits, 0.0), occupied

    def row_log_probs(self, hidden):
        """Return float32 log P_r `(..., R)`, from h^c `(..., H)`."""
        return ops.log_softmax(self.row_logits(hidden), axis=-1)

    def column_log_probs(self, hidden, rows):
        """Return log P_c of all cells of rows.

        Args:
            hidden: Tensor `(..., H)`, h^r.
            rows: Integer tensor `(...)` of rows.

        Returns:
            float32 `(..., C)`. The exponentials of the entries of words sum to 1. The
            entry of a free cell is its logit on the same scale.
        """
        logits, words_logits, occupied = self.column_logits(hidden, rows)
        logits = logits + words_logits
        masked = ops.where(occupied, logits, _FREE)
        return logits - ops.logsumexp(masked, axis=-1, keepdims=True)

    def compute_output_shape(self, hidden_shape, ids_shape=None):
        return tuple(hidden_shape[:-2])

    def compute_output_spec(self, hidden, ids):
        return keras.KerasTensor(
            self.compute_output_shape(hidden.shape), dtype="float32"
        )

    @classmethod
    def from_config(cls, config):
        return cls(**with_new_names(config))

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "rows": self.rows,
            "columns": self.columns,
            "word_dim": self.word_dim,
            "word_bias": self.word_bias,
            "frequent_words": self.frequent_words,
            "frequent_dim": self.frequent_dim,
            "row_parts": self.row_parts,
            "quantize_aware": self.quantize_aware,
        }
