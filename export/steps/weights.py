"""How a step stores weights: in float32, or rounded to four bits.

A step asks one of the two classes for its weights and does not know which it has. What
TensorFlow's converter makes of float32 is its own affair (`"float16"`, `"int8"`). Of
four bits it knows nothing: the graph has codes as float32, and `int4` packs them in the
finished file.
"""

import numpy as np
import tensorflow as tf

from lightrnn_tf.layers import four_bits


def variable(value) -> tf.Variable:
    """Store numbers as a weight.

    Args:
        value: Array or variable of any shape.

    Returns:
        A float32 variable of the same shape.
    """
    return tf.Variable(np.asarray(value, np.float32), trainable=False)


def unfolded(constant, hidden):
    """Return a small constant `(n, …)` that the file holds as it is.

    The converter would compute a cast of it beforehand, and store int32 or float32. It
    is looked up by numbers that the converter cannot know: a zero is added to them.

    Args:
        constant: The constant.
        hidden: Hidden states `(1, H)`, finite numbers from −1 to 1.

    Returns:
        The constant.
    """
    zero = tf.cast(tf.clip_by_value(hidden[0, 0], -0.5, 0.5), tf.int32)
    return tf.gather(constant, tf.range(constant.shape[0]) + zero)


class FloatWeights:
    """Stores weights in float32.

    Args:
        rounded: Whether they have the values that a quantize-aware model rounds them
            to. Defaults to `False`.

    Example:

    >>> FloatWeights().product(np.eye(2))(np.ones((1, 2), "float32")).shape.as_list()
    [1, 2]
    """

    def __init__(self, rounded: bool = False):
        self.rounded = rounded

    def product(self, kernel):
        """Store a kernel `(I, O)`; the result maps `(n, I)` to `(n, O)`."""
        return _FloatProduct(
            four_bits.rounded_product(kernel) if self.rounded else kernel
        )

    def table(self, vectors):
        """Store vectors `(N, d)` that are looked up."""
        return _FloatTable(self._vectors(vectors))

    def cell_vectors(self, vectors, columns):
        """Store the vectors of cells `(R · C, k)`, laid out by rows of C cells."""
        return _FloatCellVectors(self._vectors(vectors), columns)

    def _vectors(self, vectors):
        if not self.rounded:
            return vectors
        return np.asarray(four_bits.rounded_vectors(np.asarray(vectors)))

    def numbers(self, values):
        """Store numbers `(N, C)` that are looked up and added."""
        return _FloatTable(values)

    def output(self, kernel, bias):
        """Store the output vectors `(H, V)` and biases `(V,)` of all words."""
        return _FloatOutput(np.transpose(self._vectors(np.transpose(kernel))), bias)

    def tied(self, vectors, bias):
        """Store vectors `(V, H)` that are looked up and are output vectors, too."""
        return _FloatTied(self._vectors(vectors), bias)

    def parts(self, sub_vectors):
        """Store the sub-vectors `(K, M / K, H / K)` of a Slim softmax, part by part."""
        # Rounded together: the scales of all parts have one unit.
        flat = self._vectors(np.reshape(sub_vectors, (-1, sub_vectors.shape[-1])))
        return [_FloatPart(part) for part in np.split(flat, len(sub_vectors))]


class _FloatProduct(tf.Module):
    def __init__(self, kernel):
        super().__init__()
        self._kernel = variable(kernel)

    def __call__(self, inputs):
        return tf.matmul(inputs, self._kernel)


class _FloatTable(tf.Module):
    def __init__(self, vectors):
        super().__init__()
        self._vectors = variable(vectors)

    def lookup(self, ids):
        """Return vectors `(n, d)` of ids `(n,)`."""
        return tf.gather(self._vectors, ids)

    def lookup_again(self, ids):
        """Return the same, where the table is looked up elsewhere, too.

        Without the reshape, the converter unpacks the whole table to float32 for the
        second use.
        """
        table = tf.reshape(self._vectors, (self._vectors.shape[0], 1, -1))
        return tf.squeeze(tf.gather(table, ids), 1)

    def products(self, query, ids):
        """Return the products of queries `(n, d)` with vectors of ids `(n, C)`."""
        table = tf.reshape(self._vectors, (self._vectors.shape[0], 1, -1))
        vectors = tf.squeeze(tf.gather(table, ids), 2)
        return tf.squeeze(tf.matmul(query[:, None], vectors, transpose_b=True), 1)


class _FloatCellVectors(tf.Module):
    def __init__(self, vectors, columns):
        super().__init__()
        self._columns, self._dim = columns, vectors.shape[1]
        self._vectors = variable(np.reshape(vectors, (-1, columns * self._dim)))

    def lookup(self, cells):
        """Return the vectors `(n, k)` of cells `(n,)`."""
        return tf.gather(tf.reshape(self._vectors, (-1, self._dim)), cells)

    def products(self, query, rows):
        """Return the products of queries `(n, k)` with all vectors of rows `(n,)`."""
        shape = (rows.shape[0], self._columns, self._dim)
        vectors = tf.reshape(tf.gather(self._vectors, rows), shape)
        # The query on the left takes half the time of the query on the right.
        return tf.squeeze(tf.matmul(query[:, None], vectors, transpose_b=True), 1)


class _FloatOutput(tf.Module):
    def __init__(self, kernel, bias):
        super().__init__()
        self._kernel = variable(kernel)
        self._bias = variable(bias)

    def logits(self, hidden):
        """Return logits `(1, V)` of hidden states `(1, H)`."""
        return tf.matmul(hidden, self._kernel) + self._bias


class _FloatPart(tf.Module):
    def __init__(self, vectors):
        super().__init__()
        self._vectors = variable(vectors)

    def logits(self, hidden):
        """Return logits `(1, n)` of hidden states `(1, d)`."""
        return tf.matmul(hidden, self._vectors, transpose_b=True)


class _FloatTied(tf.Module):
    """Vectors of words that are looked up and multiplied.

    The converter gives weights that are looked up one int8 scale, and weights that are
    multiplied a scale for each word. So the file would hold the vectors twice. The
    vector of each word is divided by its largest number; then both scales are the same.
    """

    def __init__(self, vectors, bias):
        super().__init__()
        vectors = np.asarray(vectors)
        largest = np.abs(vectors).max(axis=1)
        largest[largest == 0] = 1
        self._vectors = variable(vectors / largest[:, None])
        self._largest = variable(largest)
        self._bias = variable(bias)

    def lookup(self, ids):
        """Return vectors `(n, H)` of ids `(n,)`."""
        largest = tf.gather(self._largest, ids)
        return tf.gather(self._vectors, ids) * largest[:, None]

    def logits(self, hidden):
        """Return logits `(1, V)` of hidden states `(1, H)`."""
        products = tf.matmul(hidden, self._vectors, transpose_b=True)
        # `[0]` keeps the converter from scaling a copy of the vectors instead.
        return (products[0] * self._largest + self._bias)[None]


class FourBitWeights:
    """Stores weights as a quantize-aware model rounds them.

    Attributes:
        rounded: `True`.
        codes: The int8 codes and float32 scales, `(1,)` or one for each entry of the
            first axis, by the bytes of the float32 numbers that stand for them in a
            converted model.

    Example:

    >>> weights = FourBitWeights()
    >>> product = weights.product(np.array([[0.7, 0.0], [-0.7, 0.1]]))
    >>> product(np.ones((1, 2), "float32")).shape.as_list(), len(weights.codes)
    ([1, 2], 1)
    """

    rounded = True

    def __init__(self):
        self.codes = {}

    def product(self, kernel):
        """Store a kernel `(I, O)`; the result maps `(n, I)` to `(n, O)`."""
        return _FourBitProduct(self, *four_bits.product_codes(kernel))

    def table(self, vectors):
        """Store vectors `(N, d)` that are looked up."""
        return _FourBitTable(self, vectors)

    def cell_vectors(self, vectors, columns):
        """Store the vectors of cells `(R · C, k)`, laid out by rows of C cells."""
        return _FourBitCellVectors(self, vectors, columns)

    def numbers(self, values):
        """Store numbers `(N, C)` that are looked up and added, at eight bits."""
        return _EightBitNumbers(values)

    def output(self, kernel, bias):
        """Store the output vectors `(H, V)` and biases `(V,)` of all words."""
        return self.tied(np.transpose(kernel), bias)

    def tied(self, vectors, bias):
        """Store vectors `(V, H)` that are looked up and are output vectors, too."""
        return _FourBitOutput(self, *four_bits.vector_codes(vectors), bias)

    def parts(self, sub_vectors):
        """Store the sub-vectors `(K, M / K, H / K)` of a Slim softmax, part by part."""
        flat = np.reshape(sub_vectors, (-1, sub_vectors.shape[-1]))
        codes, steps, unit = four_bits.vector_codes(flat)
        parts = len(sub_vectors)
        return [
            _FourBitOutput(self, *of_part, unit)
            for of_part in zip(
                np.split(codes, parts), np.split(steps, parts), strict=True
            )
        ]

    def packed(self, codes):
        """Store codes `(N, d)`, filled up to an even length.

        Rows of an odd length would not begin on a byte: the runtime would look up wrong
        numbers.
        """
        codes = np.asarray(codes)
        codes = np.pad(codes, ((0, 0), (0, codes.shape[1] % 2)))
        self._know(codes, codes, np.ones(1))
        return variable(codes)

    def scaled(self, codes, scales):
        """Store codes `(I, O)` with scales `(1, O)`."""
        codes, scales = np.asarray(codes), np.asarray(scales)
        # The converter turns the kernel of a product round.
        self._know((codes * scales).T, codes.T, scales)
        return variable(codes * scales)

    def _know(self, values, codes, scales):
        key = np.ascontiguousarray(values, np.float32).tobytes()
        self.codes[key] = (
            np.ascontiguousarray(codes).astype(np.int8),
            np.asarray(scales, np.float32).reshape(-1),
        )


def _bytes(steps):
    """Return whole numbers from −127 to 127 as a constant of the file."""
    return tf.constant(np.asarray(steps).astype(np.int8))


def _steps_of(values):
    """Return numbers as whole steps of a unit, at most 127, and the unit."""
    values = np.asarray(values, np.float32)
    unit = float(np.abs(values).max()) / four_bits.STEPS or 1.0
    return np.round(values / unit), unit


class _FourBitProduct(tf.Module):
    def __init__(self, weights, codes, scales):
        super().__init__()
        self._kernel = weights.scaled(codes, scales)

    def __call__(self, inputs):
        return tf.matmul(inputs, self._kernel)


class _FourBitTable(tf.Module):
    def __init__(self, weights, vectors):
        super().__init__()
        codes, steps, self._unit = four_bits.vector_codes(vectors)
        self._dim = codes.shape[1]
        self._codes = weights.packed(codes)
        self._steps = _bytes(steps[:, 0])

    def lookup(self, ids):
        """Return vectors `(n, d)` of ids `(n,)`."""
        codes = tf.gather(self._codes, ids)[:, : self._dim]
        return codes * self._scales(ids)[:, None]

    lookup_again = lookup

    def products(self, query, ids):
        """Return the products of queries `(n, d)` with vectors of ids `(n, C)`."""
        # All N products take less time than to unpack the vectors of n · C ids.
        query = tf.pad(query, [[0, 0], [0, self._dim % 2]])
        every = tf.matmul(query, self._codes, transpose_b=True)
        return tf.gather(every, ids, batch_dims=1) * self._scales(ids)

    def _scales(self, ids):
        return tf.cast(tf.gather(self._steps, ids), tf.float32) * self._unit


class _FourBitCellVectors(tf.Module):
    def __init__(self, weights, vectors, columns):
        super().__init__()
        codes, steps, self._unit = four_bits.vector_codes(vectors)
        self._columns, self._dim = columns, codes.shape[1]
        self._codes = weights.packed(codes)
        self._steps = _bytes(np.reshape(steps, (-1, columns)))

    def lookup(self, cells):
        """Return the vectors `(n, k)` of cells `(n,)`."""
        codes = tf.gather(self._codes, cells)[:, : self._dim]
        steps = tf.gather(tf.reshape(self._steps, (-1,)), cells)
        return codes * (tf.cast(steps, tf.float32) * self._unit)[:, None]

    def products(self, query, rows):
        """Return the products of queries `(n, k)` with all vectors of rows `(n,)`."""
        by_row = tf.reshape(self._codes, (self._steps.shape[0], -1))
        shape = (rows.shape[0], self._columns, -1)
        codes = tf.reshape(tf.gather(by_row, rows), shape)[:, :, : self._dim]
        products = tf.matmul(query[:, None], codes, transpose_b=True)
        steps = tf.cast(tf.gather(self._steps, rows), tf.float32)
        return tf.squeeze(products, 1) * (steps * self._unit)


class _FourBitOutput(tf.Module):
    """Vectors of words that are multiplied, and perhaps looked up; perhaps biases.

    The scales of the words are in the graph: as scales of a product's outputs they
    would take 12 bytes each.
    """

    def __init__(self, weights, codes, steps, unit, bias=None):
        super().__init__()
        self._dim, self._unit = codes.shape[1], unit
        self._codes = weights.packed(codes)
        rows = [steps[:, 0]]
        if bias is not None:
            biases, self._bias_unit = _steps_of(bias)
            rows.append(biases)
        self._steps = _bytes(np.stack(rows))

    def lookup(self, ids):
        """Return vectors `(n, H)` of ids `(n,)`."""
        steps = tf.gather(self._steps[0], ids)
        codes = tf.gather(self._codes, ids)[:, : self._dim]
        return codes * (tf.cast(steps, tf.float32) * self._unit)[:, None]

    def logits(self, hidden):
        """Return logits `(1, V)` of hidden states `(1, H)`."""
        hidden = tf.pad(hidden, [[0, 0], [0, self._dim % 2]])
        products = tf.matmul(hidden, self._codes, transpose_b=True)
        rows = tf.cast(unfolded(self._steps, hidden), tf.float32)
        logits = products * (rows[:1] * self._unit)
        return logits if len(rows) == 1 else logits + rows[1:] * self._bias_unit


class _EightBitNumbers(tf.Module):
    """Numbers as whole steps of one unit.

    The converter keeps int8 constants as they are, so the graph itself unpacks them.
    """

    def __init__(self, values):
        super().__init__()
        steps, self._unit = _steps_of(values)
        self._steps = _bytes(steps)

    def lookup(self, ids):
        """Return numbers `(n, C)` of ids `(n,)`."""
        return tf.cast(tf.gather(self._steps, ids), tf.float32) * self._unit
