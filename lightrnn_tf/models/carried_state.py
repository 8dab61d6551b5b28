"""What the recurrent layer knows of each stream, from one batch to the next."""

import keras
import numpy as np
from keras import ops


class CarriedState(keras.layers.Layer):
    """The states of a model's streams between one batch and the next.

    One instance per use (training, evaluation), so that one does not disturb the
    other. The variables are sized to the batch and are not part of a saved model.
    """

    def __init__(self, num_states, units, **kwargs):
        super().__init__(**kwargs)
        self.num_states = num_states
        self.units = units
        self.batch_size = None
        self.built = True  # Its variables come and go with the batch size.

    @property
    def weights(self):
        """None: what was read last is no part of what was learnt.

        A model collects those of its layers, so the number and the shapes of its own
        do not depend on batches either. Training finds the states in `variables`.
        """
        return []

    def allocate(self, batch_size):
        """Make room for `batch_size` streams; return whether variables changed."""
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
        """Let every stream begin anew."""
        self.fresh.assign(ops.ones(self.fresh.shape))

    def read(self, batch_size):
        """Return which of the first streams are fresh `(B, 1)`, and their states."""
        states = [getattr(self, f"state_{n}") for n in range(self.num_states)]
        return self.fresh[:batch_size] > 0, [state[:batch_size] for state in states]

    def write(self, states, batch_size):
        """Keep the states of the first `batch_size` streams."""
        for n, state in enumerate(states):
            variable = getattr(self, f"state_{n}")
            state = ops.cast(state, "float32")
            variable.assign(ops.concatenate([state, variable[batch_size:]], axis=0))
        read = ops.zeros_like(self.fresh[:batch_size])
        self.fresh.assign(ops.concatenate([read, self.fresh[batch_size:]], axis=0))

    def to_numpy(self):
        """Return copies of which streams are fresh and of their states."""
        states = [getattr(self, f"state_{n}") for n in range(self.num_states)]
        return [
            np.array(ops.convert_to_numpy(value)) for value in (self.fresh, *states)
        ]

    def from_numpy(self, values):
        """Go on from what `to_numpy` returned."""
        self.fresh.assign(values[0])
        for n, value in enumerate(values[1:]):
            getattr(self, f"state_{n}").assign(value)

    def save_own_variables(self, store):
        pass

    def load_own_variables(self, store):
        pass
