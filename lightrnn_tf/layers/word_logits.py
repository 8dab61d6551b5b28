"""What words have of their own in a softmax over a table: a bias and a vector."""

import keras
from keras import ops

from lightrnn_tf._internal import checks
from lightrnn_tf.layers import four_bits
from lightrnn_tf.layers.frequent_of_rows import FrequentOfRows
from lightrnn_tf.tables import word_table


class WordLogits(keras.layers.Layer):
    """Base of `TwoStepSoftmax`: scores what belongs to the words of a table.

    The logit of word w in state h^r is b_w + v_w · (h^r P + p). The word bias b_w says
    how frequent a word is; the word vector v_w says how it differs from the other words
    of its row. Both belong to the word and move with it. v_w has `word_dim` numbers.
    The `frequent_words` most frequent words have `frequent_dim` more, because most of a
    text consists of them.

    Args:
        vocabulary_size: Positive integer. Size of the vocabulary, `V`.
        rows: Positive integer. Rows of the table, `R`.
        columns: Positive integer. Columns of the table, `C`.
        word_dim: Integer of at least 0. Length `k` of the word vectors.
        word_bias: Whether each word has a bias.
        frequent_words: Integer from 0 to V. How many words, from id 0 on, have longer
            vectors.
        frequent_dim: Integer of at least 0. How many numbers they have more.
        quantize_aware: Whether weights are rounded to four bits.
        **kwargs: `name`, `trainable`, `dtype` of `keras.layers.Layer`.

    Raises:
        ValueError: If an argument is none of these.

    Example:

    >>> layer = lightrnn_tf.layers.TwoStepSoftmax(10, rows=3, columns=4, word_dim=2)
    >>> layer.build((None, None, 2, 5))
    >>> tuple(layer.word_vectors_of(np.arange(10)).shape)
    (10, 2)
    """

    def __init__(
        self,
        vocabulary_size,
        rows,
        columns,
        word_dim,
        word_bias,
        frequent_words,
        frequent_dim,
        quantize_aware,
        **kwargs,
    ):
        checks.natural_number("word_dim", word_dim)
        checks.boolean("word_bias", word_bias)
        checks.natural_number("frequent_dim", frequent_dim)
        checks.boolean("quantize_aware", quantize_aware)
        _check_frequent_words(frequent_words, frequent_dim, vocabulary_size)
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.rows = rows
        self.columns = columns
        self.word_dim = word_dim
        self.word_bias = word_bias
        self.frequent_words = frequent_words
        self.frequent_dim = frequent_dim
        self.quantize_aware = quantize_aware
        # Length of the longest word vectors, and of the query h^r P + p.
        self.query_dim = word_dim + frequent_dim
        if frequent_dim:
            self.frequent_of_rows = FrequentOfRows(rows, columns, frequent_words)

    def _add_word_weights(self, units):
        """Add the weights of the words and their table, for states of length H."""

        def add(name, shape, initializer):
            return self.add_weight(name=name, shape=shape, initializer=initializer)

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

    def word_vectors_of(self, ids):
        """Return v_w `(..., k)` of words; k is the longest, others end in zeros.

        Args:
            ids: Integer tensor `(...)` of word ids.
        """
        parts = []
        if self.word_dim:
            vectors = four_bits.vectors(self, self.word_vectors)
            parts.append(ops.take(vectors, ids, axis=0))
        if self.frequent_dim:
            ids = ops.convert_to_tensor(ids)
            is_frequent = ops.logical_and(ids >= 0, ids < self.frequent_words)
            # All other words have the vector of zeros behind the last.
            vectors = four_bits.vectors(self, self.frequent_vectors)
            padded = ops.pad(vectors, ((0, 1), (0, 0)))
            places = ops.where(is_frequent, ids, self.frequent_words)
            parts.append(ops.take(padded, places, axis=0))
        return ops.concatenate(parts, axis=-1)

    def word_logit(self, hidden, ids):
        """Return the logits of words, wherever they stand.

        Args:
            hidden: Tensor `(..., H)`, h^r.
            ids: Integer tensor `(...)` of word ids.

        Returns:
            float32 tensor `(...)`.
        """
        logit = ops.zeros(ops.shape(ids), "float32")
        if self.word_bias:
            bias = ops.take(self.word_biases, ids, axis=0)
            logit = logit + ops.cast(bias, "float32")
        if self.query_dim:
            query = self._query(self._cast(hidden))
            products = ops.sum(self.word_vectors_of(ids) * query, -1)
            logit = logit + ops.cast(products, "float32")
        return logit

    def _words_logits(self, hidden, rows):
        """Return the logits of the words in the cells of rows, `(..., C)`.

        The entries of free cells mean nothing. Without word biases and word vectors it
        is 0.
        """
        words_logits = 0.0
        if self.word_bias:
            words_logits = self._in_row(rows, ops.cast(self.word_biases, "float32"))
        if self.query_dim:
            query = self._query(hidden)
        if self.word_dim:
            vectors = four_bits.vectors(self, self.word_vectors)
            vectors = self._in_row(rows, vectors)
            shape = (*ops.shape(hidden)[:-1], self.columns, self.word_dim)
            vectors = ops.reshape(vectors, shape)
            query_of_all = ops.expand_dims(query[..., : self.word_dim], -1)
            products = ops.squeeze(ops.matmul(vectors, query_of_all), -1)
            words_logits = words_logits + ops.cast(products, "float32")
        if self.frequent_dim:
            query_of_frequent = query[..., self.word_dim :]
            words_logits = words_logits + self._of_frequent(query_of_frequent, rows)
        return words_logits

    def _of_frequent(self, query, rows):
        """Return what the longer vectors add, float32 `(..., C)`, 0 for other words."""
        logits = self.frequent_of_rows.logits(
            ops.reshape(query, (-1, self.frequent_dim)),
            four_bits.vectors(self, self.frequent_vectors),
            ops.reshape(rows, (-1,)),
        )
        return ops.reshape(logits, (*ops.shape(rows), self.columns))

    def _query(self, hidden):
        product = ops.matmul(hidden, four_bits.product(self, self.query_kernel))
        return product + self._cast(self.query_bias)

    def _cast(self, numbers):
        return ops.cast(numbers, self.compute_dtype)

    def _in_row(self, rows, values):
        """Return what belongs to the words in each cell of `rows`, `(..., C · k)`.

        The whole table is laid out first. That gathers V numbers once instead of C for
        each token, and then copies the block of each row in one piece.
        """
        grid = ops.take(values, ops.maximum(self.words, 0), axis=0)
        return ops.take(ops.reshape(grid, (self.rows, -1)), rows, axis=0)


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
