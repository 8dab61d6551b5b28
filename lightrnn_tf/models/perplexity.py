"""The Keras metric that measures perplexity in training."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class Perplexity(keras.metrics.Metric):
    """Measures perplexity: e to the mean nats per token, over tokens, not batches.

    Args:
        name: Name in the logs. Defaults to `"perplexity"`.
        **kwargs: `dtype` of `keras.metrics.Metric`.

    Example:

    >>> metric = Perplexity()
    >>> metric.update_state(np.log([[2.0, 8.0]]), sample_weight=np.ones((1, 2)))
    >>> round(float(metric.result()), 4)
    4.0
    """

    def __init__(self, name="perplexity", **kwargs):
        super().__init__(name=name, **kwargs)
        self.nats = self.add_variable((), "zeros", name="nats")
        self.tokens = self.add_variable((), "zeros", name="tokens")

    def update_state(self, nats, sample_weight):
        """Add the nats of tokens.

        Args:
            nats: Tensor `(B, T)`.
            sample_weight: Tensor `(B, T)`: 1 for each token that counts, else 0.
        """
        weight = ops.cast(sample_weight, self.dtype)
        self.nats.assign_add(ops.sum(ops.cast(nats, self.dtype) * weight))
        self.tokens.assign_add(ops.sum(weight))

    def nats_per_token(self):
        """Return the mean nats per token; 0 before the first token."""
        return ops.divide_no_nan(self.nats, self.tokens)

    def result(self):
        """Return the perplexity."""
        return ops.exp(self.nats_per_token())
