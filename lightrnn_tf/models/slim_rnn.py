"""SlimRNN: the recurrent layers with word vectors joined from shared sub-vectors."""

import keras

from lightrnn_tf import layers
from lightrnn_tf._internal import checks
from lightrnn_tf.models import flat_model

SIDES = ("both", "input", "output")
_VECTORS = 5000


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class SlimRNN(flat_model.FlatModel):
    """Maps word ids to the nats of each next word, with M sub-vectors a side.

    The vector of each word is `K` sub-vectors, one after the other, drawn once from
    `M` that all words share. So a side has M·H/K weights, whatever V is. Recurrent
    layers, training and evaluation are those of `DenseRNN` and `LightRNN`.

    Args:
        vocabulary_size: Positive integer. Number of words, `V`.
        parts: Positive integer. Sub-vectors of a word, `K`; divides `E`, and with Slim
            outputs `H` and `vectors`. Defaults to 10.
        vectors: Positive integer. Sub-vectors of a side, `M`; at most V·K. Defaults
            to 5000, or one for each word of a smaller vocabulary, rounded to a
            multiple of `parts`.
        side: Which side shares sub-vectors: `"both"`, `"input"` or `"output"`. The
            other side then has V vectors. Defaults to `"both"`.
        seed: Integer in [0, 2³²) from which the sub-vectors of each word are drawn.
            Weights fit only a model with the same seed. Defaults to 0.
        word_bias: Whether each word has a bias, where the output side shares
            sub-vectors. Defaults to `True`.
        **common: `units`, `cell`, `dropout` and others of `LanguageModel`.

    Call arguments:
        ids: Integer tensor `(B, T + 1)`: word ids, or −1 for no word; see
            `LanguageModel`.
        training: Whether to apply dropout.

    Returns:
        float32 tensor `(B, T)`, nats.

    Raises:
        ValueError: If a size is not a positive integer or not a multiple of `parts`,
            there are more sub-vectors than places for them or too few for all words
            to differ, or an option is unknown.

    Example:

    >>> model = models.SlimRNN(vocabulary_size=10, units=8, parts=2, vectors=8)
    >>> tuple(model(np.zeros((2, 7), "int32")).shape)
    (2, 6)

    References:
        Li et al., "Slim Embedding Layers for Recurrent Neural Language Models", AAAI
        2018, https://arxiv.org/abs/1711.09873.

    Differs from the paper: each word has a bias, and the softmax of training is exact.
    """

    kind = "slim"

    def __init__(
        self,
        vocabulary_size,
        parts=10,
        vectors=None,
        side="both",
        seed=0,
        word_bias=True,
        **common,
    ):
        checks.one_of("side", side, SIDES)
        checks.boolean("word_bias", word_bias)
        checks.seed("seed", seed)
        super().__init__(vocabulary_size, **common)
        self.parts = parts
        self.vectors = _default_vectors(vocabulary_size, parts, vectors)
        self.side = side
        self.seed = seed
        self.word_bias = word_bias
        self._add_layers()

    def _add_layers(self):
        words, policy = self.vocabulary_size, self.dtype_policy
        aware = self.quantize_aware
        shared = {
            "parts": self.parts,
            "vectors": self.vectors,
            "seed": self.seed,
            "quantize_aware": aware,
        }
        if self.side == "output":
            self.embedding = flat_model.dense_embedding(
                words, self.embedding_dim, aware, policy
            )
        else:
            self.embedding = layers.SlimEmbedding(
                words, self.embedding_dim, **shared, dtype=policy, name="embedding"
            )
        if self.side == "input":
            self.softmax = flat_model.DenseSoftmax(
                words, quantize_aware=aware, dtype=policy, name="softmax"
            )
        else:
            checks.divides("parts", self.parts, "units", self.units)
            self.softmax = layers.SlimSoftmax(
                words, **shared, word_bias=self.word_bias, dtype=policy, name="softmax"
            )

    def get_config(self):
        return {
            **super().get_config(),
            "parts": self.parts,
            "vectors": self.vectors,
            "side": self.side,
            "seed": self.seed,
            "word_bias": self.word_bias,
        }


def _default_vectors(vocabulary_size, parts, vectors):
    """Return `vectors`, or the default number of sub-vectors of a side."""
    if vectors is not None:
        return vectors
    checks.positive_integer("parts", parts)
    of_a_part = max(2, min(_VECTORS, vocabulary_size) // parts)
    return parts * min(vocabulary_size, of_a_part)
