"""The steps of the models with a table."""

import numpy as np
import tensorflow as tf
from lightrnn_tf_export.steps.step import NOTHING, Step, best_words
from lightrnn_tf_export.steps.weights import variable

# By what share a model may grow to become faster.
_WORTH = 0.1


def _log_sum_exp(logits):
    """Return the log-sum-exp of each column of `(M, R)`, as `(1, R)`.

    The one of TensorFlow checks for infinities with an op that is not built in.
    """
    largest = tf.reduce_max(logits, axis=0, keepdims=True)
    total = tf.reduce_sum(tf.exp(logits - largest), axis=0, keepdims=True)
    return largest + tf.math.log(total)


def _free_columns(table):
    """Return the columns of the free cells of each row `(R, f)`; `None` without any.

    Rows with fewer free cells are filled up with column C, which does not exist. These
    lists take far less room than a mask of all cells.
    """
    rows, columns = np.divmod(np.flatnonzero(table.words < 0), table.columns)
    if not len(rows):
        return None
    counts = np.bincount(rows, minlength=table.rows)
    free = np.full((table.rows, counts.max()), table.columns)
    # Cells are in the order of rows, so each row begins at a known place.
    free[rows, np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]] = columns
    return _small(free)


def _small(values):
    """Store natural numbers in as few bytes each as the largest of them needs."""
    most = values.max(initial=0)
    kinds = (np.int8, np.int16, np.int32)
    kind = next(kind for kind in kinds if most <= np.iinfo(kind).max)
    return tf.constant(values.astype(kind))


def _by_cell(table, values):
    """Return values of words by cells, `(R · C, …)`; 0 in free cells."""
    values = np.asarray(values)
    grid = np.zeros((table.rows * table.columns, *values.shape[1:]), np.float32)
    grid[table.cells] = values
    return grid


class TableStep(Step):
    """Base of the steps of a `LightRNN` and a `PaperRNN`.

    Args:
        model: The built model.
        weights: How to store the weights.
        suggest_rows: How many rows `suggest` looks at, at most `R`.
    """

    def __init__(self, model, weights, suggest_rows):
        super().__init__(model, weights)
        table, softmax = model.table, model.softmax
        self.rows, self.columns = table.rows, table.columns
        self.suggest_rows = suggest_rows
        self._store_inputs(model, weights)
        self._store_row_reading(model, weights)
        self._row_product = weights.product(softmax.row_kernel)
        self._row_bias = variable(softmax.row_bias)
        self._row_parts = softmax.row_parts
        self._column_product = weights.product(softmax.column_kernel)
        self._free = _free_columns(table)
        # Each cell has a bias: that of its column plus that of its word.
        if softmax.word_bias:
            bias = _by_cell(table, softmax.word_biases).reshape(self.rows, -1)
            bias += np.asarray(softmax.column_bias)
            self._biases = weights.numbers(bias)
        else:
            self._bias = variable(softmax.column_bias)
        self._has_word_bias = softmax.word_bias
        self._word_dim = softmax.word_dim
        self._frequent = softmax.frequent_words
        if self._word_dim:
            vectors = _by_cell(table, softmax.word_vectors)
            self._word_vectors = weights.cell_vectors(vectors, self.columns)
        if self._frequent:
            self._store_frequent(table, softmax, weights)
        if softmax.query_dim:
            self._query = weights.product(softmax.query_kernel)
            self._query_bias = variable(softmax.query_bias)

    def _store_frequent(self, table, softmax, weights):
        """Store the longer vectors, and for each cell which of them its word has.

        They are in the order of the cells, after one of zeros. So a cell needs only a
        small number: its place among those of its row, 0 for a word without a longer
        vector.
        """
        cells = np.sort(table.cells[: self._frequent])
        order = np.argsort(table.cells[: self._frequent])
        vectors = np.asarray(softmax.frequent_vectors)[order]
        self._frequent_vectors = weights.table(np.pad(vectors, ((1, 0), (0, 0))))
        counts = np.bincount(cells // self.columns, minlength=self.rows)
        before = np.cumsum(counts) - counts
        places = np.zeros(table.rows * table.columns, np.int32)
        places[cells] = 1 + np.arange(len(cells)) - before[cells // self.columns]
        self._places = _small(places.reshape(table.rows, -1))
        self._before = _small(before)

    def _store_inputs(self, model, weights):
        """Store the input vectors and W, or the products of both.

        There are only R + C different input vectors, so for a small table the products
        take less room. They save half of the time of a row, which is worth some room.
        A quantize-aware model has learned with both rounded, so it keeps both.
        """
        kernel = np.asarray(model.recurrent.projections[0].kernel)
        tables = [model.embedding.row_vectors, model.embedding.column_vectors]
        if model.softmax.query_dim:
            tables.append(model.embedding.word_kernel)
        tables = [np.asarray(table) for table in tables]
        products = [table @ kernel for table in tables]
        more = sum(t.size for t in products) - sum(t.size for t in (kernel, *tables))
        total = sum(np.prod(weight.shape) for weight in model.trainable_weights)
        self._projected = more < _WORTH * total and not weights.rounded
        if self._projected:
            tables = products
        rows, columns, *into = tables
        self._row_inputs = weights.table(rows)
        self._column_inputs = weights.table(columns)
        self._word_inputs = weights.product(into[0]) if into else None

    def _project_inputs(self, inputs):
        if self._projected:
            return inputs + self._input_biases[0]
        return self._project(0, inputs)

    def _advance(self, word, states):
        row, column = word // self.columns, word % self.columns
        inputs, states = self._read_parts(row, column, states)
        if self._word_inputs is not None:
            inputs += self._word_inputs(self._word_vectors_of(word))
        states = self._recur(self._project_inputs(inputs), states)
        hidden = states[-self._per_layer]
        logits = self._row_product(hidden) + self._row_bias
        if self._row_parts > 1:
            parts = tf.reshape(logits, (self._row_parts, self.rows))
            logits = _log_sum_exp(parts)
        return states, tf.nn.log_softmax(logits)

    def _word_vectors_of(self, word):
        """Return the word vector of the word in a cell, `(1, k)`."""
        parts = []
        if self._word_dim:
            parts.append(self._word_vectors.lookup(word))
        if self._frequent:
            place = tf.gather(tf.reshape(self._places, (-1,)), word)
            place = self._frequent_of(place, word // self.columns)
            parts.append(self._frequent_vectors.lookup(place))
        return tf.concat(parts, axis=1)

    def _store_row_reading(self, model, weights):
        """Store the other weights by which a row is read, if there are any."""

    def _read_parts(self, row, column, states):
        """Return the input to which the word vector is added, and the states before."""
        raise NotImplementedError

    def _column_state(self, rows, states):
        """Return h^r `(n, H)` of rows `(n,)`."""
        raise NotImplementedError

    def _column_logits(self, rows, states):
        hidden = self._column_state(rows, states)
        logits = self._column_product(hidden)
        logits += self._biases.lookup(rows) if self._has_word_bias else self._bias
        if self._word_dim or self._frequent:
            query = self._query(hidden) + self._query_bias
        if self._word_dim:
            logits += self._word_vectors.products(query[:, : self._word_dim], rows)
        if self._frequent:
            logits += self._frequent_logits(query[:, self._word_dim :], rows)
        return logits

    def _frequent_logits(self, query, rows):
        """Return what the longer vectors add to the cells of n rows, `(n, C)`."""
        places = self._frequent_of(tf.gather(self._places, rows), rows[:, None])
        return self._frequent_vectors.products(query, places)

    def _frequent_of(self, places, rows):
        """Return the numbers of longer vectors, from places in rows; 0 for none."""
        places = tf.cast(places, tf.int32)
        before = tf.cast(tf.gather(self._before, rows), tf.int32)
        return (places + before) * tf.minimum(places, 1)

    def _mask(self, logits, rows):
        """Return logits `(n, C)` in which free cells have no probability."""
        if self._free is None:
            return logits
        count, most = rows.shape[0], self._free.shape[1]
        free = tf.cast(tf.gather(self._free, rows), tf.int32)
        number = tf.constant(np.repeat(np.arange(count, dtype=np.int32), most))
        places = tf.stack([number, tf.reshape(free, [-1])], axis=1)
        mask = tf.scatter_nd(
            places,
            tf.fill([count * most], NOTHING),
            (count, self.columns + 1),
        )
        return logits + mask[:, : self.columns]

    def advance(self, word, **states):
        """Read the word of a cell `(1,)`; return states and log P_r of the next one."""
        states, row_log_probs = self._advance(word, self._states(states))
        return {**self._named(states), "row_log_probs": row_log_probs}

    def expand(self, rows, **states):
        """Return log P_c `(8, C)` of the cells of 8 rows."""
        logits = self._column_logits(rows, self._states(states))
        masked = self._mask(logits, rows)
        log_probs = tf.nn.log_softmax(masked)
        if self._free is None:
            return {"column_log_probs": log_probs}
        # A free cell gets its logit on the same scale, which is not part of the sum.
        total = tf.reduce_max(masked, 1, True) - tf.reduce_max(log_probs, 1, True)
        return {"column_log_probs": logits - total}

    def suggest(self, word, **states):
        """Read the word of a cell `(1,)`; return the best words of the best rows."""
        states, row_log_probs = self._advance(word, self._states(states))
        beam = self.suggest_rows
        best, rows = tf.math.top_k(row_log_probs, min(beam + 1, self.rows))
        if beam < self.rows:
            bound = best[:, beam]
        else:
            bound = tf.fill([1], NOTHING)
        rows = rows[0, :beam]
        log_probs = tf.nn.log_softmax(
            self._mask(self._column_logits(rows, states), rows)
        )
        log_probs += tf.transpose(best[:, :beam])

        def cells(place):
            row = tf.gather(rows, tf.minimum(place // self.columns, beam - 1))
            return row * self.columns + place % self.columns

        answer = best_words(tf.reshape(log_probs, (1, -1)), cells)
        more = {"bound": bound, "row_log_probs": row_log_probs}
        return {**self._named(states), **answer, **more}


class LightStep(TableStep):
    """The step of a `LightRNN`.

    Args:
        model: The built model.
        weights: How to store the weights.
        suggest_rows: How many rows `suggest` looks at, at most `R`.

    Example:

    >>> from lightrnn_tf_export.steps.weights import FloatWeights
    >>> model = models.LightRNN(vocabulary_size=10, rows=2, units=8)
    >>> model.build()
    >>> step = LightStep(model, FloatWeights(), suggest_rows=2)
    >>> step.rows, step.columns
    (2, 5)
    """

    def _store_row_reading(self, model, weights):
        self._transition = weights.product(model.transition.kernel)
        self._row_vectors = weights.table(model.transition.row_vectors)

    def _read_parts(self, row, column, states):
        inputs = self._row_inputs.lookup(row)
        return inputs + self._column_inputs.lookup(column), states

    def _column_state(self, rows, states):
        product = self._transition(states[-self._per_layer])
        return tf.tanh(product + self._row_vectors.lookup(rows))


class PaperStep(TableStep):
    """The step of a `PaperRNN`.

    Args:
        model: The built model.
        weights: How to store the weights.
        suggest_rows: How many rows `suggest` looks at, at most `R`.

    Example:

    >>> from lightrnn_tf_export.steps.weights import FloatWeights
    >>> model = models.PaperRNN(vocabulary_size=10, rows=2, units=8)
    >>> model.build()
    >>> step = PaperStep(model, FloatWeights(), suggest_rows=2)
    >>> step.rows, step.columns
    (2, 5)
    """

    def _read_parts(self, row, column, states):
        inputs = self._row_inputs.lookup(row)
        states = self._recur(self._project_inputs(inputs), states)
        return self._column_inputs.lookup(column), states

    def _column_state(self, rows, states):
        inputs = self._row_inputs.lookup_again(rows)
        return self._recur(self._project_inputs(inputs), states)[-self._per_layer]
