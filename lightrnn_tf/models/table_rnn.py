"""The base of the models with their words in a table."""

from keras import ops

from lightrnn_tf import layers
from lightrnn_tf._internal import checks
from lightrnn_tf._internal.old_names import successor, with_new_names
from lightrnn_tf.models import language_model
from lightrnn_tf.tables import word_table


class TableRNN(language_model.LanguageModel):
    """Base of `LightRNN` and `PaperRNN`: words share the vectors of rows and columns.

    A subclass says how a word is read and how the row leads to the column. It defines
    `pairs`, `_column_state` and `_inputs_of_word`.

    Args:
        vocabulary_size: Positive integer. Number of words, `V`.
        **common: As in `LanguageModel`; the others are those of `LightRNN`.

    Raises:
        ValueError: If a size is not a positive integer, the words do not fit into the
            table, or an option is unknown.

    Example:

    >>> model = models.LightRNN(vocabulary_size=10, rows=2, units=8)
    >>> model.build()
    >>> model.table.rows, model.table.columns
    (2, 5)
    """

    def __init__(
        self,
        vocabulary_size,
        rows=None,
        columns=None,
        word_dim=16,
        row_parts=4,
        frequent_words=0,
        frequent_dim=0,
        word_bias=True,
        **common,
    ):
        for name in common:
            if successor(name):
                raise ValueError(f"`{name}` is gone. Received: it.{successor(name)}")
        checks.boolean("word_bias", word_bias)
        super().__init__(vocabulary_size, **common)
        for name, value in (("rows", rows), ("columns", columns)):
            if value is not None:
                checks.positive_integer(name, value)
        if rows is None and columns is None:
            rows, columns = word_table.default_shape(vocabulary_size)
        self.rows = rows or -(-vocabulary_size // columns)
        self.columns = columns or -(-vocabulary_size // self.rows)
        checks.natural_number("word_dim", word_dim)
        checks.natural_number("frequent_dim", frequent_dim)
        self.word_dim = word_dim
        self.row_parts = row_parts
        self.frequent_words = frequent_words
        self.frequent_dim = frequent_dim
        self.word_bias = word_bias
        self._add_layers()

    def _add_layers(self):
        shape = (self.vocabulary_size, self.rows, self.columns)
        self.embedding = layers.TwoComponentEmbedding(
            *shape,
            self.embedding_dim,
            word_dim=self.word_dim + self.frequent_dim,
            quantize_aware=self.quantize_aware,
            dtype=self.dtype_policy,
            name="embedding",
        )
        self.softmax = layers.TwoStepSoftmax(
            *shape,
            word_dim=self.word_dim,
            row_parts=self.row_parts,
            word_bias=self.word_bias,
            frequent_words=self.frequent_words,
            frequent_dim=self.frequent_dim,
            quantize_aware=self.quantize_aware,
            dtype=self.dtype_policy,
            name="softmax",
        )

    def build(self, ids_shape=None):
        self.embedding.build((None, None))
        self.recurrent.build((None, None, self.embedding_dim))
        self.softmax.build((None, None, 2, self.units))

    @property
    def table(self):
        """The `WordTable` with the cells of the words; assign another to move them.

        Raises:
            RuntimeError: If the model is not built.
            ValueError: If a table is assigned that has another shape.
        """
        self._check_built()
        cells = ops.convert_to_numpy(self.softmax.cells)
        return word_table.WordTable(cells, self.rows, self.columns)

    @table.setter
    def table(self, table):
        self._check_built()
        given = (len(table), table.rows, table.columns)
        if given != (self.vocabulary_size, self.rows, self.columns):
            raise ValueError(
                f"`table` must have {self.vocabulary_size} words, {self.rows} rows and "
                f"{self.columns} columns. Received: {given[0]} words, {given[1]} rows "
                f"and {given[2]} columns."
            )
        self.embedding.assign_table(table)
        self.softmax.assign_table(table)

    def _check_built(self):
        if not self.built:
            raise RuntimeError(
                "`table` needs a built model. Received: one that is not built. Call "
                "`model.build()` or `fit` first."
            )

    @property
    def row_inputs(self):
        """The variables `(R, ...)` by which the model reads a row."""
        return [self.embedding.row_vectors]

    # What a subclass defines.

    def pairs(self, hidden, ids, training=None):
        """Return the states that predict the rows and the columns of words.

        Args:
            hidden: Tensor of hidden states `(B, S, H)`, from `read`.
            ids: Integer tensor `(B, T)`, the words.
            training: Whether to apply dropout.

        Returns:
            Tensor `(B, T, 2, H)`: h^c and h^r of each word.
        """
        raise NotImplementedError

    def _inputs_of_word(self, vectors):
        """Return the inputs of each recurrent step, from word vectors `(N, 2, E)`."""
        raise NotImplementedError

    def _column_state(self, rows, states):
        """Return h^r `(N, H)`: the states after reading rows `(N,)`, too."""
        raise NotImplementedError

    # Reading and answering.

    def nats(self, hidden, targets, training=None):
        return self.softmax(self.pairs(hidden, targets, training), ids=targets)

    def advance(self, cells, states):
        cells = ops.cast(cells, "int32")
        word_vectors = None
        if self.softmax.query_dim:
            words = ops.take(self.softmax.words, cells, axis=0)
            word_vectors = self.softmax.word_vectors_of(ops.maximum(words, 0))
            # A free cell, which may hold a word of the user, has no word vector.
            word_vectors = ops.where(words[:, None] >= 0, word_vectors, 0.0)
        vectors = self.embedding.of_cells(cells, word_vectors)
        for inputs in self._inputs_of_word(vectors):
            projected = self.recurrent.project(inputs)
            hidden, states = self.recurrent.step(projected, states)
        return states, self.row_log_probs(hidden)

    def row_log_probs(self, hidden):
        return self.softmax.row_log_probs(hidden)

    def expand(self, rows, states):
        rows = ops.cast(rows, "int32")
        hidden = self._column_state(rows, states)
        return self.softmax.column_log_probs(hidden, rows)

    @classmethod
    def from_config(cls, config):
        # In older configs rows have one part.
        return super().from_config({"row_parts": 1, **with_new_names(config)})

    def get_config(self):
        return {
            **super().get_config(),
            "rows": self.rows,
            "columns": self.columns,
            "word_dim": self.word_dim,
            "row_parts": self.row_parts,
            "frequent_words": self.frequent_words,
            "frequent_dim": self.frequent_dim,
            "word_bias": self.word_bias,
        }
