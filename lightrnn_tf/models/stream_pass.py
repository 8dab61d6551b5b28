"""One pass of a model over a text, without training."""

import keras

from lightrnn_tf.models.carried_state import CarriedState


class StreamPass(keras.Model):
    """Goes over a text in one deterministic, compiled pass and carries the states.

    Args:
        model: A `LanguageModel`.
        function: Maps `(hidden, targets, scored)` of `LanguageModel.read` to the
            tensors wanted of each batch.
        all_states: Whether `hidden` is the list of all states. Defaults to `False`.
        **kwargs: `name` of `keras.Model`.

    Example:

    >>> model = models.DenseRNN(vocabulary_size=10, units=8)
    >>> read = StreamPass(model, lambda hidden, targets, scored: scored)
    >>> windows = data.windows(np.arange(9), batch_size=1, steps=8)
    >>> [scored.shape for ids, scored in read.over(windows)]
    [(1, 8), (1, 8)]
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
        """Begin anew.

        Args:
            batch_size: Positive integer. Number of streams.
        """
        self.compile()
        self.carried.allocate(batch_size)
        self.carried.restart()

    def over(self, windows):
        """Go over a text.

        Args:
            windows: `data.windows(...)` of the text.

        Yields:
            The ids `(B, T + 1)` of each batch and the outputs of `function`, as NumPy
            arrays.
        """
        self.start(windows.batch_size)
        for number in range(len(windows)):
            ids = windows[number][0]
            yield ids, self.predict_on_batch(ids)
