"""LightRNN: a recurrent language model whose words live in a table."""

import keras
from keras import ops

from lightrnn_tf import layers
from lightrnn_tf._internal import checks
from lightrnn_tf.models import language_model
from lightrnn_tf.tables import word_table

WITHIN_WORD = ("transition", "recurrent")


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class LightRNN(language_model.LanguageModel):
    """Maps word ids to the nats of each next word, with about 2·√V vectors a side.

    Each word is predicted in two steps, its row and then, the row being known, its
    column:

        P_r = Σ_m softmax(h^c Y^r_m + b^r_m)
        P_c = softmax(h^r Y^c + b^c + b_w + v_w (h^r P))
        P(w_t) = P_r(row) · P_c(column)

    By default a word is read in one step of the recurrent layer, as the sum of its
    vectors, and h^r comes from h^c by a `RowTransition`:

        h^c = f(x^r(w_{t−1}) + x^c(w_{t−1}) + v_w Q, h^c),   h^r = tanh(h^c A + z_row)

    In the paper, `within_word="recurrent"`, it is read in two, row and column:

        h^c = f(x^c(w_{t−1}) + v_w Q, h^r),   h^r = f(x^r(w_t), h^c)

    The defaults are what works best; `within_word="recurrent", residual_dim=0,
    cell_bias=False, row_parts=1` and a random table are the paper's model.

    Args:
        vocabulary_size: Positive integer. Number of words, `V`.
        units: Positive integer. Size of the hidden states, `H`. Defaults to 200.
        rows: Rows of the table, `R`. Defaults to a nearly square table.
        columns: Columns of the table, `C`; fewer rows and more columns buy quality
            with bytes. Defaults to a nearly square table.
        embedding_dim: Length of the input vectors, `E`. Defaults to `units`.
        residual_dim: Length `k` of a short vector that each word has of its own, on
            the input and on the output side; 0 has none. Defaults to 16.
        row_parts: Output vectors of each row, `M`: a row is as probable as all of
            them, and what a row holds is foreseen better. Defaults to 4.
        frequent_words: How many of the most frequent words have longer vectors.
            Defaults to 0.
        frequent_dim: By how much those are longer. Defaults to 0.
        cell_bias: Whether each word has a bias. Defaults to `True`.
        within_word: How the column is predicted after the row: `"transition"`, from the
            same state by a `RowTransition`; or `"recurrent"`, after a recurrent step
            that reads the row. Defaults to `"transition"`.
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
        ValueError: If a size is not a positive integer, the words do not fit into the
            table, or an option is unknown.

    Example:

    >>> model = LightRNN(vocabulary_size=10, units=8, residual_dim=2)
    >>> model.compile("adam")
    >>> ids = np.arange(200) % 10
    >>> history = model.fit(data.windows(ids, batch_size=4, steps=5), verbose=0)
    >>> tuple(model(ids[None, :7]).shape)
    (1, 6)

    References:
        Li et al., "LightRNN", NIPS 2016, https://arxiv.org/abs/1610.09893, section 3.

    Differs from the paper: the transition, free cells have no probability, the cell
    bias, the word vectors, the parts of the rows, and input vectors that need not be of
    size H.
    """

    kind = "lightrnn"

    def __init__(
        self,
        vocabulary_size,
        units=200,
        rows=None,
        columns=None,
        embedding_dim=None,
        residual_dim=16,
        row_parts=4,
        frequent_words=0,
        frequent_dim=0,
        cell_bias=True,
        within_word="transition",
        cell="lstm",
        layers=1,
        dropout=0.2,
        eos_id=0,
        line_independent=False,
        **kwargs,
    ):
        checks.one_of("within_word", within_word, WITHIN_WORD)
        checks.boolean("cell_bias", cell_bias)
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
        for name, value in (("rows", rows), ("columns", columns)):
            if value is not None:
                checks.positive_integer(name, value)
        if rows is None and columns is None:
            rows, columns = word_table.default_shape(vocabulary_size)
        self.rows = rows or -(-vocabulary_size // columns)
        self.columns = columns or -(-vocabulary_size // self.rows)
        checks.natural_number("residual_dim", residual_dim)
        checks.natural_number("frequent_dim", frequent_dim)
        self.residual_dim = residual_dim
        self.row_parts = row_parts
        self.frequent_words = frequent_words
        self.frequent_dim = frequent_dim
        self.cell_bias = cell_bias
        self.within_word = within_word
        self.half_steps = 2 if within_word == "recurrent" else 1
        self._add_layers()

    def _add_layers(self):
        shape = (self.vocabulary_size, self.rows, self.columns)
        self.embedding = layers.TwoComponentEmbedding(
            *shape,
            self.embedding_dim,
            residual_dim=self.residual_dim + self.frequent_dim,
            dtype=self.dtype_policy,
            name="embedding",
        )
        self.softmax = layers.TwoStepSoftmax(
            *shape,
            residual_dim=self.residual_dim,
            row_parts=self.row_parts,
            cell_bias=self.cell_bias,
            frequent_words=self.frequent_words,
            frequent_dim=self.frequent_dim,
            dtype=self.dtype_policy,
            name="softmax",
        )
        self.transition = None
        if self.within_word == "transition":
            self.transition = layers.RowTransition(
                self.rows, dtype=self.dtype_policy, name="transition"
            )
            self.transition_dropout = keras.layers.Dropout(
                self.dropout, dtype=self.dtype_policy
            )

    def build(self, ids_shape=None):
        self.embedding.build((None, None))
        self.recurrent.build((None, None, self.embedding_dim))
        self.softmax.build((None, None, 2, self.units))
        if self.transition:
            self.transition.build((None, None, self.units))

    @property
    def table(self):
        """The `WordTable` that says where words live; assign one to move them."""
        self._check_built()
        cells = ops.convert_to_numpy(self.softmax.cells)
        return word_table.WordTable(cells, self.rows, self.columns)

    @table.setter
    def table(self, word_table):
        self._check_built()
        given = (len(word_table), word_table.rows, word_table.columns)
        if given != (self.vocabulary_size, self.rows, self.columns):
            raise ValueError(
                f"`table` must have {self.vocabulary_size} words, {self.rows} rows and "
                f"{self.columns} columns. Received: {given[0]} words, {given[1]} rows "
                f"and {given[2]} columns."
            )
        self.embedding.assign_table(word_table)
        self.softmax.assign_table(word_table)

    def _check_built(self):
        if not self.built:
            raise RuntimeError(
                "`table` needs a built model. Call `model.build()` or `fit` first."
            )

    def _begin(self, words):
        """Return the states before the first step of streams that begin with `words`.

        Where the row is read by a step of its own, that is the one before.
        """
        if self.transition:
            return self.zero_states(ops.shape(words)[0])
        rows = ops.take(self.softmax.cells, words, axis=0) // self.columns
        projected = self._project_rows(rows)
        return self.recurrent.step(projected, self.zero_states(ops.shape(words)[0]))[1]

    def _inputs(self, ids, training):
        if self.transition:
            vectors = self._vectors(ids[:, :-1])
            vectors = self.input_dropout(vectors, training=training)
            return self.recurrent.project(vectors)
        return self._pairs_of_inputs(ids, training)

    def _vectors(self, ids):
        """Return the vectors of words, the sums of their parts."""
        own = self.softmax.vectors_of(ids) if self.softmax.own_dim else None
        cells = ops.take(self.embedding.cells, ids, axis=0)
        return ops.sum(self.embedding.of_cells(cells, own), axis=-2)

    def _pairs_of_inputs(self, ids, training):
        # The input takes only R + C different vectors, so each is projected once and
        # the products are looked up: half the arithmetic of the recurrent layer.
        # Dropout is then drawn for each vector and batch.
        def project(vectors):
            vectors = ops.cast(vectors, self.compute_dtype)
            return self.recurrent.project(
                self.input_dropout(vectors, training=training)
            )

        embedding = self.embedding
        cells = ops.take(embedding.cells, ids, axis=0)
        rows = ops.take(
            project(embedding.row_vectors), cells[:, 1:] // self.columns, axis=0
        )
        columns = ops.take(
            project(embedding.column_vectors), cells[:, :-1] % self.columns, axis=0
        )
        if self.softmax.own_dim:
            own = self.softmax.vectors_of(ids[:, :-1])
            columns = columns + ops.matmul(
                self.input_dropout(own, training=training),
                ops.matmul(
                    embedding.residual_kernel, self.recurrent.projections[0].kernel
                ),
            )
        # c_1 r_2 c_2 r_3 …: the column of each word, then the row of the next.
        pairs = ops.stack([columns, rows], axis=2)
        batch_size, _, _, width = ops.shape(pairs)
        return ops.reshape(pairs, (batch_size, -1, width))

    def _project_rows(self, rows):
        vectors = ops.take(self.embedding.row_vectors, rows, axis=0)
        return self.recurrent.project(ops.cast(vectors, self.compute_dtype))

    def pairs(self, hidden, ids, training=None):
        """Return the states `(B, T, 2, H)` for the rows and for the columns of words.

        Args:
            hidden: Tensor `(B, half_steps · T, H)`.
            ids: Integer tensor `(B, T)`, the words.
            training: Whether to apply dropout.
        """
        hidden = self.output_dropout(hidden, training=training)
        if self.transition:
            rows = ops.take(self.softmax.cells, ids, axis=0) // self.columns
            for_columns = self.transition_dropout(
                self.transition(hidden, rows=rows), training=training
            )
            return ops.stack([hidden, for_columns], axis=2)
        batch_size, steps, width = ops.shape(hidden)
        return ops.reshape(hidden, (batch_size, steps // 2, 2, width))

    def nats(self, hidden, targets, training=None):
        return self.softmax(self.pairs(hidden, targets, training), ids=targets)

    def advance(self, cells, states):
        cells = ops.cast(cells, "int32")
        own = None
        if self.softmax.own_dim:
            words = ops.take(self.softmax.words, cells, axis=0)
            own = self.softmax.vectors_of(ops.maximum(words, 0))
            # A free cell, for a word of the user, has nothing of its own.
            own = ops.where(words[:, None] >= 0, own, 0.0)
        vectors = self.embedding.of_cells(cells, own)
        if self.transition:
            steps = [ops.sum(vectors, axis=-2)]
        else:
            steps = [vectors[:, 0], vectors[:, 1]]
        for inputs in steps:
            projected = self.recurrent.project(inputs)
            hidden, states = self.recurrent.step(projected, states)
        return states, self.row_log_probs(hidden)

    def row_log_probs(self, hidden):
        return self.softmax.row_log_probs(hidden)

    def expand(self, rows, states):
        rows = ops.cast(rows, "int32")
        if self.transition:
            hidden = self.transition(self.recurrent.output(states), rows=rows)
        else:
            hidden, _ = self.recurrent.step(self._project_rows(rows), states)
        return self.softmax.column_log_probs(hidden, rows)

    @classmethod
    def from_config(cls, config):
        # What was saved before rows had parts had one.
        return super().from_config({"row_parts": 1, **config})

    def get_config(self):
        return {
            **super().get_config(),
            "rows": self.rows,
            "columns": self.columns,
            "residual_dim": self.residual_dim,
            "row_parts": self.row_parts,
            "frequent_words": self.frequent_words,
            "frequent_dim": self.frequent_dim,
            "cell_bias": self.cell_bias,
            "within_word": self.within_word,
        }
