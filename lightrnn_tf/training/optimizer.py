"""The optimizer of `lightrnn train`: Adam, with gradients of a limited norm."""

import math

import keras
from keras import ops

# Gradients are scaled down to this norm.
CLIP_NORM = 5.0
# What the learning rate falls to, as a share of the full one, when training is over.
FINAL_RATE = 0.02


class FallingRate(keras.optimizers.schedules.LearningRateSchedule):
    """Maps a step to its learning rate: full until the last round, then half a cosine.

    A model needs the full rate to recover from a reallocation. A last round of less
    than a third of the epochs is too short to fall in; the fall then begins earlier.

    Args:
        rate: The full rate.
        rounds: Epochs of each round.
        batches: Steps of an epoch.

    Example:

    >>> rate = FallingRate(0.1, rounds=(2, 2), batches=10)
    >>> [round(float(rate(step)), 3) for step in (0, 20, 30, 40)]
    [0.1, 0.1, 0.051, 0.002]
    """

    def __init__(self, rate: float, rounds: tuple[int, ...], batches: int):
        self.rate = rate
        self.rounds = tuple(rounds)
        self.batches = batches

    def __call__(self, step):
        total = sum(self.rounds)
        falling = max(self.rounds[-1], total // 3)
        epochs = ops.cast(step, "float32") / self.batches
        done = ops.clip((epochs - total + falling) / falling, 0.0, 1.0)
        share = (1 + ops.cos(math.pi * done)) / 2
        return self.rate * (FINAL_RATE + (1 - FINAL_RATE) * share)

    def get_config(self):
        return {"rate": self.rate, "rounds": self.rounds, "batches": self.batches}


def adam(learning_rate: float | FallingRate) -> keras.Optimizer:
    """Return Adam that scales all gradients together down to the norm `CLIP_NORM`.

    On TensorFlow a weight is updated in one kernel, where Keras makes a dozen passes
    over its numbers, and gradients that are short enough are not scaled. With a vector
    for each of many words those passes are most of a training step.

    Args:
        learning_rate: As of `keras.optimizers.Adam`, whose other defaults are taken.

    Returns:
        An optimizer with the variables of `keras.optimizers.Adam`.
    """
    if keras.backend.backend() == "tensorflow":
        return _OneKernelAdam(learning_rate, name="adam")
    return keras.optimizers.Adam(learning_rate, global_clipnorm=CLIP_NORM)


class _OneKernelAdam(keras.optimizers.Adam):
    """Adam by TensorFlow's own kernel."""

    def apply(self, grads, trainable_variables=None):
        super().apply(_clipped(grads), trainable_variables)

    def update_step(self, gradient, variable, learning_rate):
        import tensorflow as tf

        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


def _clipped(gradients):
    """Return gradients whose norm, of all together, is at most `CLIP_NORM`."""
    import tensorflow as tf

    # A gradient of rows that were looked up has a row for each time, and its norm is
    # that of their sums.
    summed = [None if g is None else tf.convert_to_tensor(g) for g in gradients]
    there = [g for g in summed if g is not None]
    norm = tf.linalg.global_norm(there)
    # A norm that is not a number is no less, so it reaches the weights and the loss.
    scaled = iter(
        tf.cond(
            norm <= CLIP_NORM,
            lambda: there,
            lambda: [g * (CLIP_NORM / norm) for g in there],
        )
    )
    return [None if g is None else next(scaled) for g in summed]
