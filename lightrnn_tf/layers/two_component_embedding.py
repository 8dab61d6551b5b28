"""Word vectors that consist of a row vector and a column vector."""

import keras
from keras import ops

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.old_names import with_new_names
from lightrnn_tf.layers import four_bits
from lightrnn_tf.tables import word_table


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class TwoComponentEmbedding(keras.layers.Layer):
    """Maps word ids to the vectors of their rows and columns.

    All words of a row share one vector, and so do all words of a column: V words need
    R + C vectors. A recurrent layer reads the row vector x^r and the column vector x^c
    of a word. Word vectors v_w of length k add what is the word's own:

        y[b, t, 0] = x^r[row(w)],   y[b, t, 1] = x^c[column(w)] + v_w Q

    The cells of the words are an integer weight, saved with the others. `assign_table`
    changes it; at first the words stand in the order of their ids.

    Args:
        vocabulary_size: Positive integer. Size of the vocabulary, `V`.
        rows: Positive integer. Rows of the table, `R`.
        columns: Positive integer. Columns of the table, `C`; `R · C ≥ V`.
        embedding_dim: Positive integer. Length of the vectors, `E`.
        word_dim: Integer of at least 0. Length `k` of the word vectors; 0, the
            paper's model, has none. Defaults to 0.
        embeddings_initializer: Initializer of both tables of vectors. Defaults to
            uniform in ±0.1.
        quantize_aware: Whether weights are rounded to four bits, as a file of `"int4"`
            holds them, while their gradients stay those of the weights. Defaults to
            `False`.
        **kwargs: `name`, `trainable`, `dtype` of `keras.layers.Layer`.

    Call arguments:
        ids: Tensor `(B, T)`, word ids in `[0, V)`; whole numbers of another type are
            cast.
        word_vectors: Tensor `(V, k)`, needed when `word_dim` is above 0: usually
            those of the `TwoStepSoftmax` of the same model.

    Returns:
        Tensor `(B, T, 2, E)` in the layer's compute dtype: row vectors, then column
        vectors.

    Raises:
        ValueError: If a size is not a positive integer, the words do not fit into the
            table, or `word_vectors` is missing or not wanted.

    Masking: neither uses nor produces a mask.

    Example:

    >>> layer = TwoComponentEmbedding(10, rows=3, columns=4, embedding_dim=5)
    >>> tuple(layer(np.zeros((8, 6), "int32")).shape)
    (8, 6, 2, 5)

    References:
        Li et al., "LightRNN", NIPS 2016, https://arxiv.org/abs/1610.09893, section 3.1.

    Differs from the paper: the word vectors v_w, with `word_dim` above 0.
    """

    def __init__(
        self,
        vocabulary_size,
        rows,
        columns,
        embedding_dim,
        word_dim=0,
        embeddings_initializer=None,
        quantize_aware=False,
        **kwargs,
    ):
        for name, value in (
            ("vocabulary_size", vocabulary_size),
            ("rows", rows),
            ("columns", columns),
            ("embedding_dim", embedding_dim),
        ):
            checks.positive_integer(name, value)
        checks.natural_number("word_dim", word_dim)
        checks.boolean("quantize_aware", quantize_aware)
        # Raises if words do not fit.
        word_table.word_cells(vocabulary_size, rows, columns)
        # No autocast: half precision does not hold all integers above 2,048.
        super().__init__(autocast=False, **kwargs)
        self.vocabulary_size = vocabulary_size
        self.rows = rows
        self.columns = columns
        self.embedding_dim = embedding_dim
        self.word_dim = word_dim
        self.quantize_aware = quantize_aware
        self.embeddings_initializer = keras.initializers.get(
            embeddings_initializer or keras.initializers.RandomUniform(-0.1, 0.1)
        )

    def build(self, ids_shape, word_vectors_shape=None):
        def initializer(part):
            # Rows and columns are drawn as one table: an initializer with a seed draws
            # the same each time, and row n and column n must not begin alike.
            def draw(shape, dtype=None):
                both = (self.rows + self.columns, self.embedding_dim)
                return self.embeddings_initializer(both, dtype)[part]

            return draw

        self.row_vectors = self.add_weight(
            name="row_vectors",
            shape=(self.rows, self.embedding_dim),
            initializer=initializer(slice(self.rows)),
        )
        self.column_vectors = self.add_weight(
            name="column_vectors",
            shape=(self.columns, self.embedding_dim),
            initializer=initializer(slice(self.rows, None)),
        )
        if self.word_dim:
            self.word_kernel = self.add_weight(
                name="word_kernel",
                shape=(self.word_dim, self.embedding_dim),
                initializer="glorot_uniform",
            )
        initial = word_table.WordTable.in_order(
            self.vocabulary_size, self.rows, self.columns
        )
        self.cells = self.add_weight(
            name="cells",
            shape=(self.vocabulary_size,),
            dtype="int32",
            initializer=lambda shape, dtype=None: ops.cast(initial.cells, dtype),
            trainable=False,
        )

    def assign_table(self, word_table):
        """Move the words to the cells of a `WordTable` of the same shape."""
        self.cells.assign(word_table.cells.astype("int32"))

    def call(self, ids, word_vectors=None):
        if (word_vectors is None) != (self.word_dim == 0):
            raise ValueError(
                "`word_vectors` must be given when `word_dim` is above 0, and only "
                f"then. Received: word_dim={self.word_dim}, word_vectors="
                f"{None if word_vectors is None else tuple(word_vectors.shape)}."
            )
        ids = ops.cast(ids, "int32")
        if word_vectors is not None:
            word_vectors = ops.take(self._cast(word_vectors), ids, axis=0)
        return self.of_cells(ops.take(self.cells, ids, axis=0), word_vectors)

    def of_cells(self, cells, word_vectors=None):
        """Return the two vectors of cells, also of free ones.

        Args:
            cells: Integer tensor `(...)` of cells.
            word_vectors: Tensor `(..., k)`, the word vectors of the words in the
                cells. Defaults to none.

        Returns:
            Tensor `(..., 2, E)`.
        """
        rows = four_bits.vectors(self, self.row_vectors)
        rows = ops.take(rows, cells // self.columns, axis=0)
        columns = four_bits.vectors(self, self.column_vectors)
        columns = ops.take(columns, cells % self.columns, axis=0)
        if word_vectors is not None:
            kernel = four_bits.product(self, self.word_kernel)
            columns = columns + ops.matmul(self._cast(word_vectors), kernel)
        return ops.stack([rows, columns], axis=-2)

    def _cast(self, numbers):
        return ops.cast(numbers, self.compute_dtype)

    def compute_output_shape(self, ids_shape, word_vectors_shape=None):
        return (*ids_shape, 2, self.embedding_dim)

    @classmethod
    def from_config(cls, config):
        return cls(**with_new_names(config))

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "rows": self.rows,
            "columns": self.columns,
            "embedding_dim": self.embedding_dim,
            "word_dim": self.word_dim,
            "quantize_aware": self.quantize_aware,
            "embeddings_initializer": keras.saving.serialize_keras_object(
                self.embeddings_initializer
            ),
        }
