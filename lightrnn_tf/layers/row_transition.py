"""The layer from the state that predicts a row to that which predicts a column."""

import keras
from keras import ops

from lightrnn_tf._internal import checks
from lightrnn_tf.layers import four_bits


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class RowTransition(keras.layers.Layer):
    """Maps hidden states and rows to the states that predict the columns.

        h^r = tanh(h^c A + z_row)

    Each row has a vector z of its own. All rows share A, so h^c A is computed once
    however many rows are looked at. The layer replaces the second recurrent step that
    the paper does for each word.

    Args:
        rows: Positive integer. Rows of the table, `R`.
        quantize_aware: Whether weights are rounded to four bits, as a file of `"int4"`
            holds them, while their gradients stay those of the weights. Defaults to
            `False`.
        **kwargs: `name`, `trainable`, `dtype` of `keras.layers.Layer`.

    Call arguments:
        hidden: Tensor `(..., H)`, h^c.
        rows: Integer tensor `(...)` in `[0, R)`.

    Returns:
        Tensor `(..., H)` in the layer's compute dtype, h^r.

    Raises:
        ValueError: If `rows` is not a positive integer.

    Masking: neither uses nor produces a mask.

    Example:

    >>> layer = lightrnn_tf.layers.RowTransition(rows=3)
    >>> hidden = np.zeros((2, 4, 5), "float32")
    >>> tuple(layer(hidden, rows=np.zeros((2, 4), "int32")).shape)
    (2, 4, 5)

    References:
        Not in the paper. It replaces h^r of Li et al., "LightRNN", NIPS 2016,
        https://arxiv.org/abs/1610.09893, section 3.1.
    """

    def __init__(self, rows, quantize_aware=False, **kwargs):
        checks.positive_integer("rows", rows)
        checks.boolean("quantize_aware", quantize_aware)
        super().__init__(**kwargs)
        self.rows = rows
        self.quantize_aware = quantize_aware

    def build(self, hidden_shape, rows_shape=None):
        units = hidden_shape[-1]
        self.kernel = self.add_weight(
            name="kernel", shape=(units, units), initializer="glorot_uniform"
        )
        self.row_vectors = self.add_weight(
            name="row_vectors",
            shape=(self.rows, units),
            initializer=keras.initializers.RandomUniform(-0.1, 0.1),
        )

    def call(self, hidden, rows):
        hidden = ops.cast(hidden, self.compute_dtype)
        kernel = four_bits.product(self, self.kernel)
        row_vectors = four_bits.vectors(self, self.row_vectors)
        return ops.tanh(
            ops.matmul(hidden, kernel) + ops.take(row_vectors, rows, axis=0)
        )

    def compute_output_shape(self, hidden_shape, rows_shape=None):
        return tuple(hidden_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "rows": self.rows,
            "quantize_aware": self.quantize_aware,
        }
