"""The base of the steps: reads one word, takes the states and returns them.

A step names words by their cells, row · C + column, so the phone needs no table. Word
vectors and biases are stored in the order of the cells.
"""

import tensorflow as tf
from lightrnn_tf_export.steps.weights import variable

from lightrnn_tf.layers import recurrent_stack
from lightrnn_tf.predictors.protocol import ROWS_AT_ONCE

# How many words `suggest` gives.
NUM_WORDS = 16
# The log-probability where there is no word, and the cell that goes with it.
NOTHING = -1e9
_NO_CELL = -1


class Step(tf.Module):
    """Base of the steps: the recurrent layers, and what is the same for all models.

    A subclass defines the signatures as methods: `advance`, `suggest` and, with a
    table, `expand`.

    Args:
        model: A built model of `lightrnn_tf.models`.
        weights: How to store the weights, a `FloatWeights` or `FourBitWeights`.

    Attributes:
        num_states: Number of state tensors.
        units: Length of a state, `H`.
        one_scale: Whether int8 weights have a single scale instead of one for each
            output.

    Example:

    >>> from lightrnn_tf_export import steps
    >>> model = models.LightRNN(vocabulary_size=10, rows=2, units=8)
    >>> model.build()
    >>> step = steps.step_of(model)
    >>> step.num_states, step.units
    (2, 8)
    """

    one_scale = False

    def __init__(self, model, weights):
        super().__init__()
        stack = model.recurrent
        self._cell = stack.cell
        self._per_layer = recurrent_stack.CELLS[stack.cell][2]
        self.num_states = stack.num_states
        self.units = model.units
        self._kernels = [weights.product(p.kernel) for p in stack.projections]
        biases = [variable(p.bias) for p in stack.projections]
        if stack.cell == "gru":
            self._input_biases = biases
            recurrent_biases = [variable(cell.bias) for cell in stack.cells]
        else:
            # An LSTM adds its biases to the recurrent product, which is computed once
            # for all rows; there they need no op of their own.
            self._input_biases = [0.0] * len(biases)
            recurrent_biases = biases
        self._recurrent = [
            (weights.product(cell.kernel), bias)
            for cell, bias in zip(stack.cells, recurrent_biases, strict=True)
        ]

    def _project(self, layer, inputs):
        return self._kernels[layer](inputs) + self._input_biases[layer]

    def _recur(self, projected, states):
        """Return the states after one step; one state may serve many inputs."""
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
        """Return the concrete TensorFlow function of each signature, by name."""
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
    """Return the 16 best of n candidates; fewer are filled up with cell −1.

    Args:
        log_probs: Tensor `(1, n)`.
        cells: Function from the places of candidates `(1, 16)` to their cells.

    Returns:
        Dict of `words`, the cells `(1, 16)`, best first, and their `log_probs`.
    """
    missing = max(0, NUM_WORDS - log_probs.shape[1])
    log_probs = tf.pad(log_probs, [[0, 0], [0, missing]], constant_values=NOTHING)
    best, place = tf.math.top_k(log_probs, NUM_WORDS)
    words = tf.where(best > NOTHING / 2, cells(place), _NO_CELL)
    return {"words": words, "log_probs": best}
