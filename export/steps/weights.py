"""How a step stores weights: in float32, which TensorFlow's converter may round.

A step asks a `FloatWeights` or a `FourBitWeights` for its weights and does not know
which it has. What the converter makes of float32 is its own affair (`"float16"`,
`"int8"`).
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
