"""A pass of a model over a text, without training."""

import keras

from lightrnn_tf.models.carried_state import CarriedState


class StreamPass(keras.Model):
    """One deterministic pass of a model over a text, compiled, the state carried.

    Args:
        model: A `LanguageModel`.
        function: Maps `(hidden, targets, scored)` of `LanguageModel.read` to the
            tensors wanted of each batch.
        all_states: Whether `hidden` is the list of all states.
    """

    def __init__(self, model, function, all_states=False, **kwargs):
        super().__init__(**kwargs)
        self.model = model
        self.function = function
        self.all_states = all_states
        self.carried = CarriedState(model.recurrent.num_states, model.units)
        self.built = True

    def call(self, ids):
        hidden, targets, scored, _ = self.model.read(
            ids, self.carried, training=False, all_states=self.all_states
        )
        return self.function(hidden, targets, scored)

    def start(self, batch_size):
        """Begin anew with `batch_size` streams."""
        self.compile()
        self.carried.allocate(batch_size)
        self.carried.restart()

    def over(self, windows):
        """Yield ids `(B, T + 1)` and the outputs of each batch, as NumPy arrays."""
        self.start(windows.batch_size)
        for number in range(len(windows)):
            ids = windows[number][0]
            yield ids, self.predict_on_batch(ids)
