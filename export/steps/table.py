"""The steps of the models with a table."""

import numpy as np
import tensorflow as tf
from lightrnn_tf_export.steps.step import NOTHING, Step, best_words, variable

from lightrnn_tf.predictors.protocol import ROWS_AT_ONCE

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
    small = np.int16 if table.columns <= np.iinfo(np.int16).max else np.int32
    free = np.full((table.rows, counts.max()), table.columns, small)
    # Cells are in the order of rows, so each row begins at a known place.
    free[rows, np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]] = columns
    return tf.constant(free)


class TableStep(Step):
    """Base of the steps of a `LightRNN` and a `PaperRNN`.

    Args:
        model: The built model.
    """

    def __init__(self, model):
        super().__init__(model)
        table, softmax = model.table, model.softmax
        self.rows, self.columns = table.rows, table.columns
        self._store_inputs(model)
        self._store_row_reading(model)
        self._row_kernel = variable(softmax.row_kernel)
        self._row_bias = variable(softmax.row_bias)
        self._row_parts = softmax.row_parts
        self._column_kernel = variable(softmax.column_kernel)
        self._free = _free_columns(table)
        # Each cell has a bias: that of its column plus that of its word.
        bias = np.tile(np.asarray(softmax.column_bias), (self.rows, 1))
        if softmax.word_bias:
            bias += self._by_cell(table, softmax.word_biases)
        self._bias = variable(bias if softmax.word_bias else softmax.column_bias)
        self._has_word_bias = softmax.word_bias
        self._word_dim = softmax.word_dim
        self._frequent = softmax.frequent_words
        if self._word_dim:
            self._word_vectors = variable(self._by_cell(table, softmax.word_vectors))
        if self._frequent:
            self._store_frequent(table, softmax)
        if softmax.query_dim:
            self._query = variable(softmax.query_kernel)
            self._query_bias = variable(softmax.query_bias)

    def _store_frequent(self, table, softmax):
        """Store the longer vectors, and for each cell which of them its word has.

        All other cells have the last vector, of zeros.
        """
        vectors = np.asarray(softmax.frequent_vectors)
        self._frequent_vectors = variable(np.pad(vectors, ((0, 1), (0, 0))))
        places = np.full(table.rows * table.columns, self._frequent, np.int32)
        places[table.cells[: self._frequent]] = np.arange(self._frequent)
        small = np.int16 if self._frequent <= np.iinfo(np.int16).max else np.int32
        self._places = tf.constant(places.reshape(table.rows, -1).astype(small))

    def _store_inputs(self, model):
        """Store the input vectors and W, or the products of both.

        There are only R + C different input vectors, so for a small table the products
        take less room. They save half of the time of a row, which is worth some room.
        """
        kernel = np.asarray(model.recurrent.projections[0].kernel)
        tables = [model.embedding.row_vectors, model.embedding.column_vectors]
        if model.softmax.query_dim:
            tables.append(model.embedding.word_kernel)
        tables = [np.asarray(table) for table in tables]
        products = [table @ kernel for table in tables]
        more = sum(t.size for t in products) - sum(t.size for t in (kernel, *tables))
        total = sum(np.prod(weight.shape) for weight in model.trainable_weights)
        self._projected = more < _WORTH * total
        if self._projected:
            tables = products
        self._row_inputs, self._column_inputs, *into = map(variable, tables)
        self._word_inputs = into[0] if into else None

    def _project_inputs(self, inputs):
        if self._projected:
            return inputs + self._input_biases[0]
        return self._project(0, inputs)

    def _by_cell(self, table, values):
        """Return values of words laid out by cells, `(R, C · k)`; 0 in free cells."""
        values = np.asarray(values)
        grid = np.zeros((table.rows * table.columns, *values.shape[1:]), np.float32)
        grid[table.cells] = values
        return grid.reshape(table.rows, -1)

    def _advance(self, word, states):
        row, column = word // self.columns, word % self.columns
        inputs, states = self._read_parts(row, column, states)
        if self._word_inputs is not None:
            inputs += tf.matmul(self._word_vectors_of(word), self._word_inputs)
        states = self._recur(self._project_inputs(inputs), states)
        hidden = states[-self._per_layer]
        logits = tf.matmul(hidden, self._row_kernel) + self._row_bias
        if self._row_parts > 1:
            parts = tf.reshape(logits, (self._row_parts, self.rows))
            logits = _log_sum_exp(parts)
        return states, tf.nn.log_softmax(logits)

    def _word_vectors_of(self, word):
        """Return the word vector of the word in a cell, `(1, k)`."""
        parts = []
        if self._word_dim:
            vectors = tf.reshape(self._word_vectors, (-1, self._word_dim))
            parts.append(tf.gather(vectors, word))
        if self._frequent:
            place = tf.gather(tf.reshape(self._places, (-1,)), word)
            parts.append(tf.gather(self._frequent_vectors, tf.cast(place, tf.int32)))
        return tf.concat(parts, axis=1)

    def _store_row_reading(self, model):
        """Store the other weights by which a row is read, if there are any."""

    def _read_parts(self, row, column, states):
        """Return the input to which the word vector is added, and the states before."""
        raise NotImplementedError

    def _column_state(self, rows, states):
        """Return h^r `(n, H)` of rows `(n,)`."""
        raise NotImplementedError

    def _column_logits(self, rows, states):
        hidden = self._column_state(rows, states)
        logits = tf.matmul(hidden, self._column_kernel)
        logits += tf.gather(self._bias, rows) if self._has_word_bias else self._bias
        if self._word_dim or self._frequent:
            query = tf.matmul(hidden, self._query) + self._query_bias
        if self._word_dim:
            shape = (rows.shape[0], self.columns, self._word_dim)
            vectors = tf.reshape(tf.gather(self._word_vectors, rows), shape)
            # The query on the left takes half the time of the query on the right.
            products = tf.matmul(
                query[:, None, : self._word_dim], vectors, transpose_b=True
            )
            logits += tf.squeeze(products, 1)
        if self._frequent:
            logits += self._frequent_logits(query[:, self._word_dim :], rows)
        return logits

    def _frequent_logits(self, query, rows):
        """Return what the longer vectors add to the cells of n rows, `(n, C)`."""
        places = tf.cast(tf.gather(self._places, rows), tf.int32)
        # Reshaped for the same reason as in `PaperStep._column_state`.
        table = tf.reshape(self._frequent_vectors, (self._frequent + 1, 1, -1))
        vectors = tf.squeeze(tf.gather(table, places), 2)
        return tf.squeeze(tf.matmul(query[:, None], vectors, transpose_b=True), 1)

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
        """Read the word of a cell `(1,)`; return the best words of the 8 best rows."""
        states, row_log_probs = self._advance(word, self._states(states))
        beam = min(ROWS_AT_ONCE, self.rows)
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
        return {**self._named(states), **answer, "bound": bound}


class LightStep(TableStep):
    """The step of a `LightRNN`.

    Args:
        model: The built model.

    Example:

    >>> model = models.LightRNN(vocabulary_size=10, rows=2, units=8)
    >>> model.build()
    >>> step = LightStep(model)
    >>> step.rows, step.columns
    (2, 5)
    """

    def _store_row_reading(self, model):
        self._transition = variable(model.transition.kernel)
        self._row_vectors = variable(model.transition.row_vectors)

    def _read_parts(self, row, column, states):
        inputs = tf.gather(self._row_inputs, row)
        return inputs + tf.gather(self._column_inputs, column), states

    def _column_state(self, rows, states):
        product = tf.matmul(states[-self._per_layer], self._transition)
        return tf.tanh(product + tf.gather(self._row_vectors, rows))


class PaperStep(TableStep):
    """The step of a `PaperRNN`.

    Args:
        model: The built model.

    Example:

    >>> model = models.PaperRNN(vocabulary_size=10, rows=2, units=8)
    >>> model.build()
    >>> step = PaperStep(model)
    >>> step.rows, step.columns
    (2, 5)
    """

    def _read_parts(self, row, column, states):
        inputs = tf.gather(self._row_inputs, row)
        states = self._recur(self._project_inputs(inputs), states)
        return tf.gather(self._column_inputs, column), states

    def _column_state(self, rows, states):
        # Without the reshape, the converter unpacks the whole table to float32, because
        # it has two uses.
        table = tf.reshape(self._row_inputs, (self.rows, 1, -1))
        inputs = tf.squeeze(tf.gather(table, rows), 1)
        return self._recur(self._project_inputs(inputs), states)[-self._per_layer]
