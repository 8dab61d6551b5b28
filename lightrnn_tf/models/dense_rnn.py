"""DenseRNN: the recurrent layers with an ordinary embedding and softmax."""

import keras
from keras import ops

from lightrnn_tf._internal import checks
from lightrnn_tf.models import flat_model


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class DenseRNN(flat_model.FlatModel):
    """Maps word ids to the nats of each next word, with V vectors on each side.

    It is there to compare `LightRNN` with: recurrent layers, training and evaluation
    are the same code.

    Args:
        vocabulary_size: Positive integer. Number of words, `V`.
        tied: Whether the output vectors are the input vectors, which needs `E = H`.
            Defaults to `False`.
        **common: `units`, `cell`, `dropout` and others of `LanguageModel`.

    Call arguments:
        ids: Integer tensor `(B, T + 1)`: word ids, or −1 for no word; see
            `LanguageModel`.
        training: Whether to apply dropout.

    Returns:
        float32 tensor `(B, T)`, nats.

    Raises:
        ValueError: If a size is not a positive integer, an option is unknown, or
            `E ≠ H` with `tied`.

    Example:

    >>> model = DenseRNN(vocabulary_size=10, units=8)
    >>> tuple(model(np.zeros((2, 7), "int32")).shape)
    (2, 6)
    """

    kind = "dense"

    def __init__(
        self,
        vocabulary_size,
        tied=False,
        **common,
    ):
        checks.boolean("tied", tied)
        super().__init__(vocabulary_size, **common)
        if tied and self.embedding_dim != self.units:
            raise ValueError(
                "`embedding_dim` must equal `units` when `tied`. Received: "
                f"embedding_dim={self.embedding_dim}, units={self.units}."
            )
        self.tied = tied
        self.embedding = flat_model.dense_embedding(
            vocabulary_size,
            self.embedding_dim,
            self.quantize_aware,
            self.dtype_policy,
        )
        self.softmax = flat_model.DenseSoftmax(
            vocabulary_size,
            self._tied_kernel if tied else None,
            self.quantize_aware,
            dtype=self.dtype_policy,
            name="softmax",
        )

    def _tied_kernel(self):
        return ops.transpose(self.embedding.vectors)

    def get_config(self):
        return {**super().get_config(), "tied": self.tied}
