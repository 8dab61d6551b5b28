"""How a step stores weights: rounded to four bits.

TensorFlow's converter knows nothing of four bits: the graph has codes as float32, and
`int4` packs them in the finished file.
"""

import dataclasses

import numpy as np
import tensorflow as tf
from lightrnn_tf_export.steps.weights import unfolded, variable

from lightrnn_tf.layers import four_bits


class FourBitWeights:
    """Stores weights as a quantize-aware model rounds them.

    Attributes:
        rounded: `True`.
        codes: The `Codes` by the bytes of the float32 numbers that stand for them in a
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
        return _FourBitProduct(self, *four_bits.vector_codes(np.transpose(kernel)))

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
        self._know(codes, Codes(_whole(codes)))
        return variable(codes)

    def scaled(self, codes, steps, unit):
        """Store a kernel `(I, O)` as codes `(O, I)`, times steps `(O, 1)` of a unit."""
        codes, steps, unit = np.asarray(codes), np.asarray(steps), float(unit)
        # The converter turns the kernel of a product round.
        values = (codes * (steps * np.float32(unit))).astype(np.float32)
        self._know(values, Codes(_whole(codes), _whole(steps[:, 0]), unit))
        return variable(values.T)

    def _know(self, values, codes):
        self.codes[np.ascontiguousarray(values, np.float32).tobytes()] = codes


@dataclasses.dataclass(frozen=True)
class Codes:
    """The codes of a weight, and the scales that are to follow a product with it.

    Attributes:
        codes: int8 `(N, d)`.
        steps: int8 `(N,)`, the scale of each output as steps of the unit; `None` where
            the step itself multiplies with the scales.
        unit: float, the unit. Defaults to 1.

    Example:

    >>> weight = Codes(np.array([[7, -6]], np.int8), np.array([3], np.int8), 0.5)
    >>> (weight.codes * weight.steps[:, None] * weight.unit).tolist()
    [[10.5, -9.0]]
    """

    codes: np.ndarray
    steps: np.ndarray | None = None
    unit: float = 1.0


def _whole(values):
    return np.ascontiguousarray(values).astype(np.int8)


def _bytes(steps):
    """Return whole numbers from −127 to 127 as a constant of the file."""
    return tf.constant(_whole(np.asarray(steps)))


def _steps_of(values):
    """Return numbers as whole steps of a unit, at most 127, and the unit."""
    values = np.asarray(values, np.float32)
    unit = float(np.abs(values).max()) / four_bits.STEPS or 1.0
    return np.round(values / unit), unit


class _FourBitProduct(tf.Module):
    def __init__(self, weights, codes, steps, unit):
        super().__init__()
        self._kernel = weights.scaled(codes, steps, unit)

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
        return logits if rows.shape[0] == 1 else logits + rows[1:] * self._bias_unit


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
