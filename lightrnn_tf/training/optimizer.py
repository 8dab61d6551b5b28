"""The optimizer of `lightrnn train`: Adam with clipped gradients."""

import math

import keras
from keras import ops

# Gradients with a larger norm are scaled down to this one.
CLIP_NORM = 5.0
# The last learning rate, as a share of the full one.
FINAL_RATE = 0.02
# Where it begins again when weights are rounded.
RISEN_RATE = 0.3


class FallingRate(keras.optimizers.schedules.LearningRateSchedule):
    """Maps a step to its learning rate: full until the last round, then half a cosine.

    A model needs the full rate to recover from a reallocation. If the last round has
    less than a third of the epochs, the rate falls over the last third instead. Where
    epochs follow in which weights are rounded, it rises once more and falls again.

    Args:
        rate: The full rate.
        rounds: Epochs of each round.
        batches: Batches of an epoch.
        rounded: Epochs after the last round in which weights are rounded. Defaults to
            0.

    Example:

    >>> rate = FallingRate(0.1, rounds=(2, 2), batches=10)
    >>> [round(float(rate(step)), 3) for step in (0, 20, 30, 40)]
    [0.1, 0.1, 0.051, 0.002]
    """

    def __init__(
        self, rate: float, rounds: tuple[int, ...], batches: int, rounded: int = 0
    ):
        self.rate = rate
        self.rounds = tuple(rounds)
        self.batches = batches
        self.rounded = rounded

    def __call__(self, step):
        total = sum(self.rounds)
        falling = max(self.rounds[-1], total // 3)
        epochs = ops.cast(step, "float32") / self.batches
        share = _half_a_cosine((epochs - total + falling) / falling)
        if self.rounded:
            again = RISEN_RATE * _half_a_cosine((epochs - total) / self.rounded)
            share = ops.where(epochs < total, share, again)
        return self.rate * (FINAL_RATE + (1 - FINAL_RATE) * share)

    def get_config(self):
        return {
            "rate": self.rate,
            "rounds": self.rounds,
            "batches": self.batches,
            "rounded": self.rounded,
        }


def _half_a_cosine(done):
    """Return 1 falling to 0 while a share of 0 to 1 is done."""
    return (1 + ops.cos(math.pi * ops.clip(done, 0.0, 1.0))) / 2


def adam(learning_rate: float | FallingRate) -> keras.Optimizer:
    """Return Adam that scales all gradients together down to the norm `CLIP_NORM`.

    On TensorFlow one kernel updates a weight, where Keras passes over its numbers a
    dozen times; and gradients below that norm are not touched. In a model with a vector
    for each of many words, those passes are most of a training step.

    Args:
        learning_rate: As for `keras.optimizers.Adam`; its other defaults stay.

    Returns:
        An optimizer with the variables of `keras.optimizers.Adam`.
    """
    if keras.backend.backend() == "tensorflow":
        return _OneKernelAdam(learning_rate, name="adam")
    return keras.optimizers.Adam(learning_rate, global_clipnorm=CLIP_NORM)


class _OneKernelAdam(keras.optimizers.Adam):
    """Adam with the kernel of TensorFlow."""

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
    """Scale gradients so that the norm of all together is at most `CLIP_NORM`."""
    import tensorflow as tf

    # The gradient of a lookup may have several entries for a row. They are summed
    # first, because the norm is that of the sums.
    summed = [None if g is None else tf.convert_to_tensor(g) for g in gradients]
    there = [g for g in summed if g is not None]
    norm = tf.linalg.global_norm(there)
    # A norm of NaN is not less, so NaN reaches the weights and shows in the loss.
    scaled = iter(
        tf.cond(
            norm <= CLIP_NORM,
            lambda: there,
            lambda: [g * (CLIP_NORM / norm) for g in there],
        )
    )
    return [None if g is None else next(scaled) for g in summed]
