"""A softmax over V words in two steps: the row, then the column in that row."""

import keras
from keras import ops

from lightrnn_tf._internal import checks
from lightrnn_tf.layers.frequent_of_rows import FrequentOfRows
from lightrnn_tf.layers.two_component_embedding import with_new_names
from lightrnn_tf.tables import word_table

# Added to the logits of free cells; its exponential is 0 in float32.
_FREE = -1e9


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class TwoStepSoftmax(keras.layers.Layer):
    """Maps hidden states and the true words to nats, −log P(w).

    A word's probability is that of its row times that of its column given the row:

        P_r(i) = Σ_m softmax_(m,i)(h^c Y^r + b^r),   m = 1 … M
        P_c(j) = softmax_j(h^r Y^c + b^c + b_w + v_w · (h^r P)),   w in cell (row, j)
        P(w)   = P_r(row(w)) · P_c(column(w))

    The second softmax runs over the cells of the row that hold a word, so the
    probabilities of the V words sum to 1 whatever the shape of the table.

    A row holds words of several kinds, which one vector does not foresee: it has M, its
    parts, and is as probable as all of them. The word bias b_w holds how frequent a
    word is, the word vector v_w what sets it apart from its row-mates; both belong to
    the word and move with it. v_w has `word_dim` numbers, and `frequent_dim` more
    where the word is one of the `frequent_words` most frequent, which most of a text is
    made of: there the numbers pay.

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
        frequent_dim: Integer of at least 0. By how much they are longer. Defaults to 0.
        word_bias: Whether each word has a bias, `b_w`. Defaults to `True`; `False` is
            the paper's model.
        **kwargs: `name`, `trainable`, `dtype` of `keras.layers.Layer`.

    Call arguments:
        hidden: Tensor `(B, T, 2, H)`: the state h^c that the row is predicted from,
            then the state h^r, which has read that row, for the column.
        ids: Integer tensor `(B, T)`, the true words, in `[0, V)`.

    Returns:
        float32 tensor `(B, T)`, nats, whatever the dtype policy: softmax and logarithm
        lose too much in half precision.

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

    Differs from the paper: free cells have no probability; b_w and v_w; M.
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
        **kwargs,
    ):
        for name, value in (
            ("vocabulary_size", vocabulary_size),
            ("rows", rows),
            ("columns", columns),
            ("row_parts", row_parts),
        ):
            checks.positive_integer(name, value)
        checks.natural_number("word_dim", word_dim)
        checks.boolean("word_bias", word_bias)
        checks.natural_number("frequent_dim", frequent_dim)
        _check_frequent_words(frequent_words, frequent_dim, vocabulary_size)
        # Raises if words do not fit.
        word_table.word_cells(vocabulary_size, rows, columns)
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.rows = rows
        self.columns = columns
        self.word_dim = word_dim
        self.word_bias = word_bias
        self.frequent_words = frequent_words
        self.frequent_dim = frequent_dim
        self.row_parts = row_parts
        # Length of the longest word vectors, and of what they are multiplied by.
        self.query_dim = word_dim + frequent_dim
        if frequent_dim:
            self.frequent_of_rows = FrequentOfRows(rows, columns, frequent_words)

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
        if self.word_bias:
            self.word_biases = add("word_bias", (self.vocabulary_size,), "zeros")
        small = keras.initializers.RandomUniform(-0.1, 0.1)
        if self.word_dim:
            self.word_vectors = add(
                "word_vectors", (self.vocabulary_size, self.word_dim), small
            )
        if self.frequent_dim:
            self.frequent_vectors = add(
                "frequent_vectors", (self.frequent_words, self.frequent_dim), small
            )
        if self.query_dim:
            self.query_kernel = add(
                "query_kernel", (units, self.query_dim), "glorot_uniform"
            )
            self.query_bias = add("query_bias", (self.query_dim,), "zeros")
        initial = word_table.WordTable.in_order(
            self.vocabulary_size, self.rows, self.columns
        )
        self.cells = self._add_integers("cells", initial.cells)
        self.words = self._add_integers("words", initial.words)
        if self.frequent_dim:
            self.frequent_of_rows.build()
            self.frequent_of_rows.assign(initial.words)

    def _add_integers(self, name, values):
        return self.add_weight(
            name=name,
            shape=values.shape,
            dtype="int32",
            initializer=lambda shape, dtype=None: ops.cast(values, dtype),
            trainable=False,
        )

    def assign_table(self, word_table):
        """Move the words to the cells of a `WordTable` of the same shape."""
        self.cells.assign(word_table.cells.astype("int32"))
        self.words.assign(word_table.words.astype("int32"))
        self._list_frequent()

    def _list_frequent(self):
        if self.frequent_dim:
            self.frequent_of_rows.assign(ops.convert_to_numpy(self.words))

    def load_own_variables(self, store):
        super().load_own_variables(store)
        self._list_frequent()

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
        """Return float32 logits `(..., R)` of the rows from h^c `(..., H)`."""
        hidden = self._cast(hidden)
        logits = ops.matmul(hidden, self._cast(self.row_kernel))
        logits = ops.cast(logits, "float32") + ops.cast(self.row_bias, "float32")
        if self.row_parts == 1:
            return logits
        parts = (*ops.shape(logits)[:-1], self.row_parts, self.rows)
        return ops.logsumexp(ops.reshape(logits, parts), axis=-2)

    def column_logits(self, hidden, rows):
        """Return the parts of the column logits from h^r `(..., H)` and rows `(...)`.

        Returns:
            Three tensors `(..., C)`: the float32 logits of the columns without what
            belongs to the words; what belongs to the word in each cell of the row,
            b_w + v_w · (h^r P), 0 in a free cell; and whether a word is there.
        """
        hidden = self._cast(hidden)
        logits = ops.matmul(hidden, self._cast(self.column_kernel))
        logits = ops.cast(logits, "float32") + ops.cast(self.column_bias, "float32")
        words = ops.reshape(self.words, (self.rows, self.columns))
        occupied = ops.take(words, rows, axis=0) >= 0
        words_logits = 0.0
        if self.word_bias:
            words_logits = self._in_row(rows, ops.cast(self.word_biases, "float32"))
        if self.query_dim:
            query = self._query(hidden)
        if self.word_dim:
            vectors = self._in_row(rows, self._cast(self.word_vectors))
            vectors = ops.reshape(vectors, (*ops.shape(logits), self.word_dim))
            query_of_all = ops.expand_dims(query[..., : self.word_dim], -1)
            products = ops.squeeze(ops.matmul(vectors, query_of_all), -1)
            words_logits = words_logits + ops.cast(products, "float32")
        if self.frequent_dim:
            query_of_frequent = query[..., self.word_dim :]
            words_logits = words_logits + self._of_frequent(query_of_frequent, rows)
        return logits, ops.where(occupied, words_logits, 0.0), occupied

    def _of_frequent(self, query, rows):
        """Return what the longer vectors add, float32 `(..., C)`, 0 for other words."""
        logits = self.frequent_of_rows.logits(
            ops.reshape(query, (-1, self.frequent_dim)),
            self._cast(self.frequent_vectors),
            ops.reshape(rows, (-1,)),
        )
        return ops.reshape(logits, (*ops.shape(rows), self.columns))

    def _frequent(self, ids):
        """Return ids of frequent words, and for all others the place after the last."""
        ids = ops.convert_to_tensor(ids)
        is_frequent = ops.logical_and(ids >= 0, ids < self.frequent_words)
        return ops.where(is_frequent, ids, self.frequent_words)

    def word_vectors_of(self, ids):
        """Return v_w `(..., k)` of words, k the longest; 0 where a word has no more."""
        parts = []
        if self.word_dim:
            parts.append(ops.take(self._cast(self.word_vectors), ids, axis=0))
        if self.frequent_dim:
            padded = ops.pad(self._cast(self.frequent_vectors), ((0, 1), (0, 0)))
            parts.append(ops.take(padded, self._frequent(ids), axis=0))
        return ops.concatenate(parts, axis=-1)

    def word_logit(self, hidden, ids):
        """Return b_w + v_w · (h^r P), float32 `(...)`, of words `(...)` anywhere."""
        logit = ops.zeros(ops.shape(ids), "float32")
        if self.word_bias:
            bias = ops.take(self.word_biases, ids, axis=0)
            logit = logit + ops.cast(bias, "float32")
        if self.query_dim:
            query = self._query(self._cast(hidden))
            products = ops.sum(self.word_vectors_of(ids) * query, -1)
            logit = logit + ops.cast(products, "float32")
        return logit

    def row_log_probs(self, hidden):
        """Return float32 log P_r, `(..., R)`."""
        return ops.log_softmax(self.row_logits(hidden), axis=-1)

    def column_log_probs(self, hidden, rows):
        """Return float32 log P_c for all cells of the rows, `(..., C)`.

        The entries of words are log-probabilities and their exponentials sum to 1; the
        entry of a free cell is its logit on the same scale.
        """
        logits, words_logits, occupied = self.column_logits(hidden, rows)
        logits = logits + words_logits
        masked = ops.where(occupied, logits, _FREE)
        return logits - ops.logsumexp(masked, axis=-1, keepdims=True)

    def _query(self, hidden):
        product = ops.matmul(hidden, self._cast(self.query_kernel))
        return product + self._cast(self.query_bias)

    def _cast(self, numbers):
        return ops.cast(numbers, self.compute_dtype)

    def _in_row(self, rows, values):
        """Return what belongs to the words in each cell of `rows`, `(..., C · k)`.

        The whole table is laid out first: V numbers are gathered once instead of C for
        each token, and the blocks of the rows are then copied in one piece.
        """
        grid = ops.take(values, ops.maximum(self.words, 0), axis=0)
        return ops.take(ops.reshape(grid, (self.rows, -1)), rows, axis=0)

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
        }


def _check_frequent_words(words, dim, vocabulary_size):
    checks.natural_number("frequent_words", words)
    if words > vocabulary_size:
        raise ValueError(
            f"`frequent_words` must be at most the {vocabulary_size} words of the "
            f"vocabulary. Received: {words}. Take fewer."
        )
    if (words == 0) != (dim == 0):
        raise ValueError(
            "`frequent_words` and `frequent_dim` must both be above 0, or both be 0. "
            f"Received: frequent_words={words}, frequent_dim={dim}."
        )
