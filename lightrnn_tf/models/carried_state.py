"""The states that a model carries from one batch to the next."""

import keras
import numpy as np
from keras import ops


class CarriedState(keras.layers.Layer):
    """Keeps the states of the streams between one batch and the next.

    Training and evaluation have an instance each, so that they do not disturb each
    other. The variables have the size of a batch and are not part of a saved model.

    Args:
        num_states: Positive integer. Number of state tensors of a model.
        units: Positive integer. Length of a state, `H`.
        **kwargs: `name` of `keras.layers.Layer`.

    Example:

    >>> carried = CarriedState(num_states=2, units=8)
    >>> carried.allocate(batch_size=3)
    True
    >>> [array.shape for array in carried.to_numpy()]
    [(3, 1), (3, 8), (3, 8)]
    """

    def __init__(self, num_states, units, **kwargs):
        super().__init__(**kwargs)
        self.num_states = num_states
        self.units = units
        self.batch_size = None
        self.built = True  # Its variables come and go with the batch size.

    @property
    def weights(self):
        """An empty list: the states are not learned.

        A model collects the weights of its layers. So its number of weights does not
        depend on batches either. Training finds the states in `variables`.
        """
        return []

    def allocate(self, batch_size):
        """Make room for streams.

        Args:
            batch_size: Positive integer. Number of streams.

        Returns:
            Whether variables were made or replaced.
        """
        if batch_size == self.batch_size:
            return False
        if self.batch_size is not None:
            for n in range(self.num_states):
                delattr(self, f"state_{n}")
            del self.fresh
        for n in range(self.num_states):
            state = self._variable(f"state_{n}", (batch_size, self.units), "zeros")
            setattr(self, f"state_{n}", state)
        self.fresh = self._variable("fresh", (batch_size, 1), "ones")
        self.batch_size = batch_size
        return True

    def _variable(self, name, shape, initializer):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer,
            trainable=False,
            dtype="float32",
        )

    def restart(self):
        """Mark every stream as fresh, so that it begins anew."""
        self.fresh.assign(ops.ones(self.fresh.shape))

    def read(self, batch_size):
        """Return the first streams.

        Args:
            batch_size: Integer or scalar tensor, how many streams.

        Returns:
            Whether each is fresh, bool `(B, 1)`, and the list of their states `(B, H)`.
        """
        states = [getattr(self, f"state_{n}") for n in range(self.num_states)]
        return self.fresh[:batch_size] > 0, [state[:batch_size] for state in states]

    def write(self, states, batch_size):
        """Keep the states of the first streams, which are then no longer fresh.

        Args:
            states: List of tensors `(B, H)`.
            batch_size: Integer or scalar tensor, how many streams, `B`.
        """
        for n, state in enumerate(states):
            variable = getattr(self, f"state_{n}")
            state = ops.cast(state, "float32")
            variable.assign(ops.concatenate([state, variable[batch_size:]], axis=0))
        read = ops.zeros_like(self.fresh[:batch_size])
        self.fresh.assign(ops.concatenate([read, self.fresh[batch_size:]], axis=0))

    def to_numpy(self):
        """Return copies: which streams are fresh, `(B, 1)`, then states `(B, H)`."""
        states = [getattr(self, f"state_{n}") for n in range(self.num_states)]
        return [
            np.array(ops.convert_to_numpy(value)) for value in (self.fresh, *states)
        ]

    def from_numpy(self, values):
        """Take over what `to_numpy` returned."""
        self.fresh.assign(values[0])
        for n, value in enumerate(values[1:]):
            getattr(self, f"state_{n}").assign(value)

    def save_own_variables(self, store):
        pass

    def load_own_variables(self, store):
        pass
