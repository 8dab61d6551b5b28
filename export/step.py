"""One word at a time, the state going in and out: what is converted for the phone.

Words are renumbered to cell ids here, row · C + column, so the model needs no table.
All weights are stored in the order of the cells.
"""

import numpy as np
import tensorflow as tf

from lightrnn_tf import layers
from lightrnn_tf.decoding import ROWS_AT_ONCE
from lightrnn_tf.layers import recurrent_stack
from lightrnn_tf.models import DenseRNN, LightRNN, SlimRNN

# How many words `suggest` gives.
NUM_WORDS = 16
# What share of a model may be added to it to make it faster.
_WORTH = 0.1
# The logarithm of nothing, and the cell id that goes with it.
_NOTHING = -1e9
_NO_CELL = -1


def module(model) -> "_Step":
    """Return the step of a model of this package, with its signatures."""
    if isinstance(model, LightRNN):
        return LightStep(model)
    if isinstance(model, (DenseRNN, SlimRNN)):
        return FlatStep(model)
    raise ValueError(
        "`model` must be a LightRNN, SlimRNN or DenseRNN. Received: "
        f"{type(model).__name__}."
    )


def _variable(value) -> tf.Variable:
    return tf.Variable(np.asarray(value, np.float32), trainable=False)


class _Step(tf.Module):
    """The recurrent body and the parts that are the same for every model.

    Attributes:
        one_scale: Whether int8 weights have one scale, not one for each number that a
            product gives.
    """

    one_scale = False

    def __init__(self, model):
        super().__init__()
        stack = model.recurrent
        self._cell = stack.cell
        self._per_layer = recurrent_stack.CELLS[stack.cell][2]
        self.num_states = stack.num_states
        self.units = model.units
        self._kernels = [_variable(p.kernel) for p in stack.projections]
        biases = [_variable(p.bias) for p in stack.projections]
        if stack.cell == "gru":
            self._input_biases = biases
            recurrent_biases = [_variable(cell.bias) for cell in stack.cells]
        else:
            # Added to the recurrent product, which is one for all rows, they take part
            # in its op.
            self._input_biases = [0.0] * len(biases)
            recurrent_biases = biases
        self._recurrent = [
            (_variable(cell.kernel), bias)
            for cell, bias in zip(stack.cells, recurrent_biases, strict=True)
        ]

    def _project(self, layer, inputs):
        return tf.matmul(inputs, self._kernels[layer]) + self._input_biases[layer]

    def _recur(self, projected, states):
        """Return the states after one step; `states` may be one row for many inputs."""
        after = []
        for layer, recurrent in enumerate(self._recurrent):
            if layer:
                projected = self._project(layer, after[-self._per_layer])
            before = states[layer * self._per_layer : (layer + 1) * self._per_layer]
            after += recurrent_stack.step(self._cell, projected, before, *recurrent)
        return after

    def _states(self, states):
        return [states[f"state_{n}"] for n in range(self.num_states)]

    def _named(self, states):
        return {f"state_{n}": state for n, state in enumerate(states)}

    def signatures(self) -> dict:
        """Return the concrete function of each signature."""
        states = {
            f"state_{n}": tf.TensorSpec((1, self.units), tf.float32, f"state_{n}")
            for n in range(self.num_states)
        }
        inputs = {
            "advance": {"word": tf.TensorSpec((1,), tf.int32, "word")},
            "expand": {"rows": tf.TensorSpec((ROWS_AT_ONCE,), tf.int32, "rows")},
            "suggest": {"word": tf.TensorSpec((1,), tf.int32, "word")},
        }
        return {
            name: tf.function(getattr(self, name)).get_concrete_function(
                **inputs[name], **states
            )
            for name in inputs
            if hasattr(self, name)
        }


def _log_sum_exp(logits):
    """Return that of each column of `(M, R)` as `(1, R)`.

    TensorFlow's own looks for infinities, by an op that is not built in.
    """
    largest = tf.reduce_max(logits, axis=0, keepdims=True)
    total = tf.reduce_sum(tf.exp(logits - largest), axis=0, keepdims=True)
    return largest + tf.math.log(total)


def _best(log_probs, cells):
    """Return the first 16 of `(1, n)` candidates, filled up where there are fewer."""
    missing = max(0, NUM_WORDS - log_probs.shape[1])
    log_probs = tf.pad(log_probs, [[0, 0], [0, missing]], constant_values=_NOTHING)
    best, place = tf.math.top_k(log_probs, NUM_WORDS)
    words = tf.where(best > _NOTHING / 2, cells(place), _NO_CELL)
    return {"words": words, "log_probs": best}


def _free_columns(table):
    """Return the columns of the free cells of each row `(R, f)`, none if all are full.

    Rows with fewer free cells are filled up with column C, which does not exist. A list
    takes far less room than a mask of all cells.
    """
    rows, columns = np.divmod(np.flatnonzero(table.words < 0), table.columns)
    if not len(rows):
        return None
    counts = np.bincount(rows, minlength=table.rows)
    small = np.int16 if table.columns <= np.iinfo(np.int16).max else np.int32
    free = np.full((table.rows, counts.max()), table.columns, small)
    # Cells come row by row, so the first place of each row is known.
    free[rows, np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]] = columns
    return tf.constant(free)


class LightStep(_Step):
    """The step of a `LightRNN`."""

    def __init__(self, model):
        super().__init__(model)
        table, softmax = model.table, model.softmax
        self.rows, self.columns = table.rows, table.columns
        self._store_inputs(model)
        self._transition = None
        if model.transition:
            self._transition = _variable(model.transition.kernel)
            self._row_vectors = _variable(model.transition.row_vectors)
        self._row_kernel = _variable(softmax.row_kernel)
        self._row_bias = _variable(softmax.row_bias)
        self._row_parts = softmax.row_parts
        self._column_kernel = _variable(softmax.column_kernel)
        self._free = _free_columns(table)
        # One bias for each cell: that of its column and that of its word.
        bias = np.tile(np.asarray(softmax.column_bias), (self.rows, 1))
        if softmax.cell_bias:
            bias += self._by_cell(table, softmax.word_bias)
        self._bias = _variable(bias if softmax.cell_bias else softmax.column_bias)
        self._has_cell_bias = softmax.cell_bias
        self._residual = softmax.residual_dim
        self._frequent = softmax.frequent_words
        if self._residual:
            self._word_vectors = _variable(self._by_cell(table, softmax.word_vectors))
        if self._frequent:
            self._store_frequent(table, softmax)
        if softmax.own_dim:
            self._query = _variable(softmax.residual_kernel)
            self._query_bias = _variable(softmax.residual_bias)

    def _store_frequent(self, table, softmax):
        """Store the longer vectors, and for each cell which of them is its word's.

        A last vector of zeros is for all other cells.
        """
        vectors = np.asarray(softmax.frequent_vectors)
        self._frequent_vectors = _variable(np.pad(vectors, ((0, 1), (0, 0))))
        places = np.full(table.rows * table.columns, self._frequent, np.int32)
        places[table.cells[: self._frequent]] = np.arange(self._frequent)
        small = np.int16 if self._frequent <= np.iinfo(np.int16).max else np.int32
        self._places = tf.constant(places.reshape(table.rows, -1).astype(small))

    def _store_inputs(self, model):
        """Store the input vectors and W, or their products.

        Only R + C different vectors go in, so for small tables the products take less
        room. They save half of the time of a row, which is worth some room.
        """
        kernel = np.asarray(model.recurrent.projections[0].kernel)
        tables = [model.embedding.row_vectors, model.embedding.column_vectors]
        if model.softmax.own_dim:
            tables.append(model.embedding.residual_kernel)
        tables = [np.asarray(table) for table in tables]
        products = [table @ kernel for table in tables]
        more = sum(t.size for t in products) - sum(t.size for t in (kernel, *tables))
        total = sum(np.prod(weight.shape) for weight in model.trainable_weights)
        self._projected = more < _WORTH * total
        if self._projected:
            tables = products
        self._row_inputs, self._column_inputs, *into = map(_variable, tables)
        self._residual_inputs = into[0] if into else None

    def _project_inputs(self, inputs):
        if self._projected:
            return inputs + self._input_biases[0]
        return self._project(0, inputs)

    def _by_cell(self, table, values):
        """Return values of words laid out by cells, `(R, C · k)`, 0 in free ones."""
        values = np.asarray(values)
        grid = np.zeros((table.rows * table.columns, *values.shape[1:]), np.float32)
        grid[table.cells] = values
        return grid.reshape(table.rows, -1)

    def _advance(self, word, states):
        row, column = word // self.columns, word % self.columns
        inputs = tf.gather(self._row_inputs, row)
        if self._transition is None:
            states = self._recur(self._project_inputs(inputs), states)
            inputs = tf.gather(self._column_inputs, column)
        else:
            inputs += tf.gather(self._column_inputs, column)
        if self._residual_inputs is not None:
            inputs += tf.matmul(self._own(word), self._residual_inputs)
        states = self._recur(self._project_inputs(inputs), states)
        hidden = states[-self._per_layer]
        logits = tf.matmul(hidden, self._row_kernel) + self._row_bias
        if self._row_parts > 1:
            parts = tf.reshape(logits, (self._row_parts, self.rows))
            logits = _log_sum_exp(parts)
        return states, tf.nn.log_softmax(logits)

    def _own(self, word):
        """Return what the word in a cell has of its own, `(1, k)`."""
        parts = []
        if self._residual:
            vectors = tf.reshape(self._word_vectors, (-1, self._residual))
            parts.append(tf.gather(vectors, word))
        if self._frequent:
            place = tf.gather(tf.reshape(self._places, (-1,)), word)
            parts.append(tf.gather(self._frequent_vectors, tf.cast(place, tf.int32)))
        return tf.concat(parts, axis=1)

    def _column_state(self, rows, states):
        """Return h^r `(n, H)` of rows `(n,)`."""
        if self._transition is not None:
            product = tf.matmul(states[-self._per_layer], self._transition)
            return tf.tanh(product + tf.gather(self._row_vectors, rows))
        # Reshaped, or one table for two uses would be unpacked to float32 as a whole.
        table = tf.reshape(self._row_inputs, (self.rows, 1, -1))
        inputs = tf.squeeze(tf.gather(table, rows), 1)
        return self._recur(self._project_inputs(inputs), states)[-self._per_layer]

    def _column_logits(self, rows, states):
        hidden = self._column_state(rows, states)
        logits = tf.matmul(hidden, self._column_kernel)
        logits += tf.gather(self._bias, rows) if self._has_cell_bias else self._bias
        if self._residual or self._frequent:
            query = tf.matmul(hidden, self._query) + self._query_bias
        if self._residual:
            shape = (rows.shape[0], self.columns, self._residual)
            vectors = tf.reshape(tf.gather(self._word_vectors, rows), shape)
            # With the query on the left it takes half the time of the other way round.
            own = tf.matmul(query[:, None, : self._residual], vectors, transpose_b=True)
            logits += tf.squeeze(own, 1)
        if self._frequent:
            logits += self._frequent_logits(query[:, self._residual :], rows)
        return logits

    def _frequent_logits(self, query, rows):
        """Return what the longer vectors add in the cells of rows, `(n, C)`."""
        places = tf.cast(tf.gather(self._places, rows), tf.int32)
        # Reshaped for the same reason as the inputs of the rows.
        table = tf.reshape(self._frequent_vectors, (self._frequent + 1, 1, -1))
        vectors = tf.squeeze(tf.gather(table, places), 2)
        return tf.squeeze(tf.matmul(query[:, None], vectors, transpose_b=True), 1)

    def _mask(self, logits, rows):
        """Return logits `(n, C)` with nothing in free cells."""
        if self._free is None:
            return logits
        count, most = rows.shape[0], self._free.shape[1]
        free = tf.cast(tf.gather(self._free, rows), tf.int32)
        number = tf.constant(np.repeat(np.arange(count, dtype=np.int32), most))
        places = tf.stack([number, tf.reshape(free, [-1])], axis=1)
        mask = tf.scatter_nd(
            places,
            tf.fill([count * most], _NOTHING),
            (count, self.columns + 1),
        )
        return logits + mask[:, : self.columns]

    def advance(self, word, **states):
        """Read a word: states and log P_r of the next one."""
        states, row_log_probs = self._advance(word, self._states(states))
        return {**self._named(states), "row_log_probs": row_log_probs}

    def expand(self, rows, **states):
        """Score the cells of 8 rows."""
        logits = self._column_logits(rows, self._states(states))
        masked = self._mask(logits, rows)
        log_probs = tf.nn.log_softmax(masked)
        if self._free is None:
            return {"column_log_probs": log_probs}
        # In a free cell stands its score on the same scale, without adding to the sum.
        total = tf.reduce_max(masked, 1, True) - tf.reduce_max(log_probs, 1, True)
        return {"column_log_probs": logits - total}

    def suggest(self, word, **states):
        """Read a word and give the best words of the 8 best rows."""
        states, row_log_probs = self._advance(word, self._states(states))
        beam = min(ROWS_AT_ONCE, self.rows)
        best, rows = tf.math.top_k(row_log_probs, min(beam + 1, self.rows))
        if beam < self.rows:
            bound = best[:, beam]
        else:
            bound = tf.fill([1], _NOTHING)
        rows = rows[0, :beam]
        log_probs = tf.nn.log_softmax(
            self._mask(self._column_logits(rows, states), rows)
        )
        log_probs += tf.transpose(best[:, :beam])

        def cells(place):
            row = tf.gather(rows, tf.minimum(place // self.columns, beam - 1))
            return row * self.columns + place % self.columns

        answer = _best(tf.reshape(log_probs, (1, -1)), cells)
        return {**self._named(states), **answer, "bound": bound}


class FlatStep(_Step):
    """The step of a model that scores all words at once; cell ids are word ids."""

    def __init__(self, model):
        super().__init__(model)
        self.rows, self.columns = 1, model.vocabulary_size
        if isinstance(model, DenseRNN) and model.tied:
            self.one_scale = True  # All words have the same one already.
            self._embedding = _TiedVectors(model.softmax)
            self._softmax = self._embedding.logits
            return
        if isinstance(model.embedding, layers.SlimEmbedding):
            self._embedding = _SlimEmbedding(model.embedding)
        else:
            self._embedding = _DenseEmbedding(model.embedding)
        if isinstance(model.softmax, layers.SlimSoftmax):
            self._softmax = _SlimSoftmax(model.softmax)
        else:
            self._softmax = _DenseSoftmax(model.softmax)

    def _advance(self, word, states):
        inputs = self._project(0, self._embedding(word))
        states = self._recur(inputs, states)
        logits = self._softmax(states[-self._per_layer])
        return states, tf.nn.log_softmax(logits)

    def advance(self, word, **states):
        """Read a word: states and log P of every next word."""
        states, log_probs = self._advance(word, self._states(states))
        return {**self._named(states), "word_log_probs": log_probs}

    def suggest(self, word, **states):
        """Read a word and give the best next words; none is left out."""
        states, log_probs = self._advance(word, self._states(states))
        answer = _best(log_probs, lambda place: place)
        return {**self._named(states), **answer, "bound": tf.fill([1], _NOTHING)}


class _DenseEmbedding(tf.Module):
    """Word ids `(1,)` to vectors `(1, E)`."""

    def __init__(self, layer):
        super().__init__()
        self._vectors = _variable(layer.embeddings)

    def __call__(self, word):
        return tf.gather(self._vectors, word)


class _DenseSoftmax(tf.Module):
    """Hidden states `(1, H)` to logits `(1, V)`."""

    def __init__(self, layer):
        super().__init__()
        self._kernel = _variable(layer.kernel)
        self._bias = _variable(layer.bias)

    def __call__(self, hidden):
        return tf.matmul(hidden, self._kernel) + self._bias


class _TiedVectors(tf.Module):
    """Word ids `(1,)` to vectors `(1, H)`, and hidden states to logits by the same.

    A table that is looked up gets one int8 scale, one that is multiplied a scale for
    each word, so the file would hold it twice. With each word's vector divided by its
    largest number the two are the same.
    """

    def __init__(self, layer):
        super().__init__()
        vectors = np.transpose(layer.kernel)
        largest = np.abs(vectors).max(axis=1)
        largest[largest == 0] = 1
        self._vectors = _variable(vectors / largest[:, None])
        self._largest = _variable(largest)
        self._bias = _variable(layer.bias)

    def __call__(self, word):
        largest = tf.gather(self._largest, word)
        return tf.gather(self._vectors, word) * largest[:, None]

    def logits(self, hidden):
        products = tf.matmul(hidden, self._vectors, transpose_b=True)
        # Cut out, or the converter would multiply a copy of the table instead.
        return (products[0] * self._largest + self._bias)[None]


def _small(codes):
    """Return codes as a constant of as few bytes as hold them.

    No built-in op draws them from a seed, so the file holds them.
    """
    for dtype in (np.uint8, np.int16):
        if codes.max() <= np.iinfo(dtype).max:
            return tf.constant(codes.astype(dtype))
    return tf.constant(codes)


class _SlimEmbedding(tf.Module):
    """Word ids `(1,)` to vectors `(1, E)` put together of sub-vectors."""

    def __init__(self, layer):
        super().__init__()
        self._codes = _small(layer.codes)
        self._sub_vectors = _variable(layer.sub_vectors)

    def __call__(self, word):
        codes = tf.cast(tf.gather(self._codes, word), tf.int32)
        return tf.reshape(tf.gather(self._sub_vectors, codes), (1, -1))


class _SlimSoftmax(tf.Module):
    """Hidden states `(1, H)` to logits `(1, V)`, K numbers added up for each word."""

    def __init__(self, layer):
        super().__init__()
        self._codes = _small(layer.codes.T)
        self._sub_vectors = [_variable(part) for part in np.asarray(layer.sub_vectors)]
        self._bias = _variable(layer.bias) if layer.word_bias else None

    def __call__(self, hidden):
        parts = len(self._sub_vectors)
        # Of constants the converter makes int32, so the codes are looked up by places
        # that it cannot know: this zero.
        zero = tf.cast(tf.clip_by_value(hidden[0, 0], -0.5, 0.5), tf.int32)
        codes = tf.cast(tf.gather(self._codes, tf.range(parts) + zero), tf.int32)
        logits = []
        for piece, vectors, of_part in zip(
            tf.split(hidden, parts, axis=1),
            self._sub_vectors,
            tf.unstack(codes),
            strict=True,
        ):
            products = tf.matmul(piece, vectors, transpose_b=True)[0]
            logits.append(tf.gather(products, of_part))
        total = tf.add_n(logits)[None]
        return total if self._bias is None else total + self._bias
