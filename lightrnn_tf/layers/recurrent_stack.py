"""The recurrent layers that all models of this package share."""

import keras
from keras import ops

from lightrnn_tf._internal import checks
from lightrnn_tf.layers import four_bits


def _lstm(projected, states, kernel, bias):
    hidden, carry = states
    recurrent = _product(hidden, kernel, bias)
    i, f, g, o = ops.split(projected + recurrent, 4, axis=-1)
    carry = ops.sigmoid(f) * carry + ops.sigmoid(i) * ops.tanh(g)
    return [ops.sigmoid(o) * ops.tanh(carry), carry]


def _gru(projected, states, kernel, bias):
    (hidden,) = states
    z, r, g = ops.split(projected, 3, axis=-1)
    uz, ur, ug = ops.split(_product(hidden, kernel, bias), 3, axis=-1)
    update = ops.sigmoid(z + uz)
    candidate = ops.tanh(g + ops.sigmoid(r + ur) * ug)
    return [update * hidden + (1.0 - update) * candidate]


def _product(hidden, kernel, bias):
    product = kernel(hidden) if callable(kernel) else ops.matmul(hidden, kernel)
    return product if bias is None else product + bias


# Kind → (function of a step, number of gates, number of state tensors). The function
# maps the projected input x W + b, `(B, gates · H)`, and the states before the step to
# the states after it; the first of these is the output.
CELLS = {"lstm": (_lstm, 4, 2), "gru": (_gru, 3, 1)}


def step(cell, projected, states, kernel, bias=None):
    """Return the states after one step of a recurrent cell.

    The exporter writes this function into the `.tflite`, too, so that the arithmetic
    of a cell stands in one place.

    Args:
        cell: `"lstm"`, or `"gru"` with the reset after the product, as in
            `keras.layers.GRU`.
        projected: Tensor `(B, gates · H)`, the input times W plus its bias.
        states: List of tensors `(B, H)`; the first is the output h.
        kernel: Tensor `(H, gates · H)`, the recurrent weights U, or a function that
            multiplies `(B, H)` with them.
        bias: Tensor `(gates · H,)`, the recurrent bias. A GRU has one; an LSTM needs
            none beside that of the input. Defaults to `None`.

    Returns:
        List of as many tensors `(B, H)`; the first is the output h.
    """
    return CELLS[cell][0](projected, states, kernel, bias)


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class Dense(keras.layers.Dense):
    """The input product of a recurrent layer, x W + b.

    It has the name of its base because files of weights name it so.
    """

    def __init__(self, units, quantize_aware=False, **kwargs):
        super().__init__(units, **kwargs)
        self.quantize_aware = quantize_aware

    def call(self, inputs):
        inputs = ops.cast(inputs, self.compute_dtype)
        product = ops.matmul(inputs, four_bits.product(self, self.kernel))
        return product + ops.cast(self.bias, self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "quantize_aware": self.quantize_aware}


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class _Cell(keras.layers.Layer):
    """A cell for `keras.layers.RNN` that takes projected inputs.

    The whole sequence is projected beforehand: one large product instead of many small
    ones. With `restarts`, the last column of the input is 1 where the restart states
    replace the states before the step. `RNN` carries the restart states behind the
    states, unchanged.
    """

    def __init__(self, units, cell, restarts, quantize_aware=False, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.cell = cell
        self.restarts = restarts
        self.quantize_aware = quantize_aware
        # While a loop over time runs: the kernel, which is rounded once before it.
        self.kernel_of_loop = None
        # Whether the output is all states or only h; `RecurrentStack.run` sets it.
        self.emit_states = False
        _, self.gates, self.num_states = CELLS[cell]
        self.state_size = [units] * self.num_states * (2 if restarts else 1)
        self.output_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="recurrent_kernel",
            shape=(self.units, self.gates * self.units),
            initializer="orthogonal",
        )
        self.bias = None
        if self.cell == "gru":
            self.bias = self.add_weight(
                name="recurrent_bias",
                shape=(self.gates * self.units,),
                initializer="zeros",
            )

    def call(self, inputs, states, training=None):
        states, fresh = states[: self.num_states], states[self.num_states :]
        if self.restarts:
            flag, inputs = inputs[:, -1:] > 0, inputs[:, :-1]
            states = [
                ops.where(flag, new, old)
                for old, new in zip(states, fresh, strict=True)
            ]
        states = self.step(inputs, states)
        output = ops.concatenate(states, -1) if self.emit_states else states[0]
        return output, [*states, *fresh]

    def step(self, projected, states):
        kernel = self.kernel_of_loop
        if kernel is None:
            kernel = four_bits.product(self, self.kernel)
        return step(self.cell, projected, list(states), kernel, self.bias)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "cell": self.cell,
            "restarts": self.restarts,
            "quantize_aware": self.quantize_aware,
        }


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class RecurrentStack(keras.layers.Layer):
    """Maps a sequence of vectors to a sequence of hidden states.

    It has one or more recurrent layers with dropout between them. A call starts from
    zero states. Models use its parts: `project` computes the input product x W + b of
    the first layer, once for vectors that are looked up later; `run` goes over a
    sequence of projected inputs, from given states; `step` does one step.

    Args:
        units: Positive integer. Size of the hidden states, `H`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        layers: Positive integer. Number of layers. Defaults to 1.
        dropout: Number in [0, 1). Share of the values between layers that training
            drops. Defaults to 0.
        restarts: Whether `run` can restart the states inside the sequence. Defaults to
            `False`.
        quantize_aware: Whether weights are rounded to four bits, as a file of `"int4"`
            holds them, while their gradients stay those of the weights. Defaults to
            `False`.
        **kwargs: `name`, `trainable`, `dtype` of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(B, T, E)`.
        training: Whether to apply dropout. Defaults to the mode that Keras is in.

    Returns:
        Tensor `(B, T, H)` in the layer's compute dtype.

    Raises:
        ValueError: If a size is not a positive integer, `cell` is unknown or `dropout`
            is outside [0, 1).

    Masking: neither uses nor produces a mask.

    Example:

    >>> stack = RecurrentStack(units=7, layers=2)
    >>> tuple(stack(np.zeros((3, 5, 4), "float32")).shape)
    (3, 5, 7)
    """

    def __init__(
        self,
        units,
        cell="lstm",
        layers=1,
        dropout=0.0,
        restarts=False,
        quantize_aware=False,
        **kwargs,
    ):
        checks.positive_integer("units", units)
        checks.one_of("cell", cell, tuple(CELLS))
        checks.positive_integer("layers", layers)
        checks.fraction("dropout", dropout)
        checks.boolean("restarts", restarts)
        checks.boolean("quantize_aware", quantize_aware)
        super().__init__(**kwargs)
        self.units = units
        self.cell = cell
        self.layers = layers
        self.dropout = dropout
        self.restarts = restarts
        self.quantize_aware = quantize_aware

        def bias(shape, dtype=None):
            values = ops.zeros(shape, dtype)
            if cell != "lstm":
                return values
            # The forget gate starts open, as in `keras.layers.LSTM`.
            ones = ops.ones((units,), dtype)
            return ops.concatenate([values[:units], ones, values[2 * units :]])

        policy = self.dtype_policy
        self.projections = [
            Dense(
                CELLS[cell][1] * units,
                quantize_aware,
                bias_initializer=bias,
                dtype=policy,
                name=f"projection_{n}",
            )
            for n in range(layers)
        ]
        self.cells = [
            _Cell(units, cell, restarts, quantize_aware, dtype=policy, name=f"cell_{n}")
            for n in range(layers)
        ]
        self.rnns = [
            keras.layers.RNN(
                cell_layer,
                return_sequences=True,
                return_state=True,
                dtype=policy,
                name=f"rnn_{n}",
            )
            for n, cell_layer in enumerate(self.cells)
        ]
        self.dropouts = [
            keras.layers.Dropout(dropout, dtype=policy) for _ in range(layers - 1)
        ]

    @property
    def num_states(self):
        """Number of state tensors `(B, H)`: layer by layer, h and then c."""
        return self.layers * CELLS[self.cell][2]

    def build(self, input_shape):
        width = input_shape[-1]
        for projection, rnn in zip(self.projections, self.rnns, strict=True):
            projection.build((None, None, width))
            gates = CELLS[self.cell][1] * self.units
            rnn.build((None, None, gates + self.restarts))
            width = self.units

    def output(self, states):
        """Return the output among the states: h of the last layer, `(B, H)`."""
        return states[-CELLS[self.cell][2]]

    def call(self, inputs, training=None):
        states = self.zero_states(ops.shape(inputs)[0])
        return self.run(self.project(inputs), states, training)[0]

    def project(self, inputs):
        """Return the projected inputs `(..., gates · H)` of inputs `(..., E)`."""
        return self.projections[0](inputs)

    def zero_states(self, batch_size):
        """Return zero states, `num_states` tensors `(batch_size, H)`."""
        return [
            ops.zeros((batch_size, self.units), self.compute_dtype)
            for _ in range(self.num_states)
        ]

    def run(
        self,
        projected,
        states,
        training=None,
        restart=None,
        restart_states=None,
        all_states=False,
    ):
        """Go over a sequence of projected inputs.

        Args:
            projected: Tensor `(B, T, gates · H)`, from `project`.
            states: List of `num_states` tensors `(B, H)`, before the first step.
            training: Whether to apply dropout.
            restart: With `restarts`, tensor `(B, T)`: 1 where `restart_states` replace
                the states before the step, else 0. Defaults to no restart.
            restart_states: With `restarts`, list of `num_states` tensors `(1, H)`.
            all_states: Whether to return all states after every step in place of the
                hidden states. Defaults to `False`.

        Returns:
            The hidden states `(B, T, H)`, or with `all_states` a list of `num_states`
            such tensors; and the list of states after the last step.
        """
        if self.restarts and restart is None:
            restart = ops.zeros(ops.shape(projected)[:2])
            restart_states = self.zero_states(1)
        outputs, after, sequences = None, [], []
        states = [ops.cast(state, self.compute_dtype) for state in states]
        count = CELLS[self.cell][2]
        for n in range(self.layers):
            if n:
                outputs = self.dropouts[n - 1](outputs, training=training)
                projected = self.projections[n](outputs)
            part = slice(n * count, (n + 1) * count)
            before, fresh = states[part], []
            if self.restarts:
                fresh = [
                    ops.broadcast_to(
                        ops.cast(state, self.compute_dtype), ops.shape(before[0])
                    )
                    for state in restart_states[part]
                ]
            if keras.backend.backend() == "jax" and not all_states:
                outputs, last = self._scan(n, projected, before, restart, fresh)
            else:
                outputs, last = self._rnn(
                    n, projected, before, restart, fresh, all_states
                )
            after += last
            if all_states:
                sequences += ops.split(outputs, count, axis=-1)
                outputs = sequences[-count]
        return sequences if all_states else outputs, after

    def _rnn(self, n, projected, states, restart, fresh, all_states):
        """Return the outputs of layer n and its states after the last step."""
        if self.restarts:
            flags = ops.cast(ops.expand_dims(restart, -1), projected.dtype)
            projected = ops.concatenate([projected, flags], axis=-1)
        cell = self.cells[n]
        cell.emit_states = all_states
        if self.quantize_aware:
            cell.kernel_of_loop = four_bits.product(cell, cell.kernel)
        try:
            outputs, *last = self.rnns[n](projected, initial_state=[*states, *fresh])
        finally:
            cell.kernel_of_loop = None
        return outputs, last[: len(states)]

    def _scan(self, n, projected, states, restart, fresh):
        """Return the same as `_rnn`, with a gradient that suits several devices."""
        from lightrnn_tf.layers import time_loop

        cell = self.cells[n]
        kernel = four_bits.product(cell, cell.kernel)
        bias = None if cell.bias is None else ops.cast(cell.bias, self.compute_dtype)
        flags = restart > 0 if self.restarts else None
        of_cell = CELLS[self.cell][0]
        return time_loop.run(of_cell, projected, states, kernel, bias, flags, fresh)

    def step(self, projected, states):
        """Do one step.

        Args:
            projected: Tensor `(B, gates · H)`, from `project`.
            states: List of `num_states` tensors `(B, H)`, before the step.

        Returns:
            The hidden states `(B, H)` and the list of states after the step.
        """
        after = []
        states = [ops.cast(state, self.compute_dtype) for state in states]
        count = CELLS[self.cell][2]
        for n, cell in enumerate(self.cells):
            if n:
                projected = self.projections[n](self.output(after))
            after += cell.step(projected, states[n * count : (n + 1) * count])
        return self.output(after), after

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "cell": self.cell,
            "layers": self.layers,
            "dropout": self.dropout,
            "restarts": self.restarts,
            "quantize_aware": self.quantize_aware,
        }
