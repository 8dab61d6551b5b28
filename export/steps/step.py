"""One word at a time, the state going in and out: what is converted for the phone.

Words are renumbered to cell ids here, row · C + column, so the model needs no table.
All weights are stored in the order of the cells.
"""

import numpy as np
import tensorflow as tf

from lightrnn_tf.layers import recurrent_stack
from lightrnn_tf.predictors.protocol import ROWS_AT_ONCE

# How many words `suggest` gives.
NUM_WORDS = 16
# The logarithm of nothing, and the cell id that goes with it.
NOTHING = -1e9
_NO_CELL = -1


def variable(value) -> tf.Variable:
    """Return numbers as a weight, float32."""
    return tf.Variable(np.asarray(value, np.float32), trainable=False)


class Step(tf.Module):
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
        self._kernels = [variable(p.kernel) for p in stack.projections]
        biases = [variable(p.bias) for p in stack.projections]
        if stack.cell == "gru":
            self._input_biases = biases
            recurrent_biases = [variable(cell.bias) for cell in stack.cells]
        else:
            # Added to the recurrent product, which is one for all rows, they take part
            # in its op.
            self._input_biases = [0.0] * len(biases)
            recurrent_biases = biases
        self._recurrent = [
            (variable(cell.kernel), bias)
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


def best_words(log_probs, cells):
    """Return the first 16 of `(1, n)` candidates, filled up where there are fewer."""
    missing = max(0, NUM_WORDS - log_probs.shape[1])
    log_probs = tf.pad(log_probs, [[0, 0], [0, missing]], constant_values=NOTHING)
    best, place = tf.math.top_k(log_probs, NUM_WORDS)
    words = tf.where(best > NOTHING / 2, cells(place), _NO_CELL)
    return {"words": words, "log_probs": best}
