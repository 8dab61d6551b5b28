"""Word vectors that are joined from shared sub-vectors."""

import keras
from keras import ops

from lightrnn_tf._internal import checks
from lightrnn_tf.layers import four_bits
from lightrnn_tf.layers.slim_codes import slim_codes


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class SlimEmbedding(keras.layers.Layer):
    """Maps word ids to vectors that are joined from shared sub-vectors.

    The vector of each word is `K` sub-vectors of length E/K, one after the other, out
    of `M` that all words share. So the layer has M·E/K weights, whatever V is. The seed
    decides which sub-vectors a word has, see `slim_codes`; they are drawn again with
    each layer and not saved. Weights fit only a layer with the same seed.

    Args:
        vocabulary_size: Positive integer. Size of the vocabulary, `V`.
        embedding_dim: Positive integer. Length of the vectors, `E`, a multiple of
            `parts`.
        parts: Positive integer. Sub-vectors of a word, `K`.
        vectors: Positive integer. Sub-vectors in all, `M`; at most V·K. Any part of a
            word may be any of them, so that M need not be a multiple of K; for
            `SlimSoftmax` it must.
        seed: Integer in [0, 2³²) from which the sub-vectors of each word are drawn.
            Defaults to 0.
        embeddings_initializer: Initializer of the sub-vectors. Defaults to uniform in
            ±0.1.
        quantize_aware: Whether weights are rounded to four bits, as a file of `"int4"`
            holds them, while their gradients stay those of the weights. Defaults to
            `False`.
        **kwargs: `name`, `trainable`, `dtype` of `keras.layers.Layer`.

    Call arguments:
        ids: Tensor `(B, T)`, word ids in `[0, V)`; whole numbers of another type are
            cast.

    Returns:
        Tensor `(B, T, E)` in the layer's compute dtype.

    Raises:
        ValueError: If a size is not a positive integer, `parts` does not divide
            `embedding_dim`, or there are more sub-vectors than places for them or
            too few for all words to differ.

    Masking: neither uses nor produces a mask.

    Example:

    >>> layer = SlimEmbedding(10, embedding_dim=6, parts=3, vectors=5)
    >>> tuple(layer(np.zeros((8, 4), "int32")).shape)
    (8, 4, 6)

    References:
        Li et al., "Slim Embedding Layers for Recurrent Neural Language Models", AAAI
        2018, https://arxiv.org/abs/1711.09873.
    """

    def __init__(
        self,
        vocabulary_size,
        embedding_dim,
        parts,
        vectors,
        seed=0,
        embeddings_initializer=None,
        quantize_aware=False,
        **kwargs,
    ):
        for name, value in (("embedding_dim", embedding_dim), ("parts", parts)):
            checks.positive_integer(name, value)
        checks.divides("parts", parts, "embedding_dim", embedding_dim)
        checks.boolean("quantize_aware", quantize_aware)
        self.codes = slim_codes(vocabulary_size, parts, vectors, 1, seed)
        # No autocast: half precision does not hold all integers above 2,048.
        super().__init__(autocast=False, **kwargs)
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.parts = parts
        self.quantize_aware = quantize_aware
        self.vectors = vectors
        self.seed = seed
        self.embeddings_initializer = keras.initializers.get(
            embeddings_initializer or keras.initializers.RandomUniform(-0.1, 0.1)
        )

    def build(self, ids_shape):
        self.sub_vectors = self.add_weight(
            name="sub_vectors",
            shape=(self.vectors, self.embedding_dim // self.parts),
            initializer=self.embeddings_initializer,
        )

    def call(self, ids):
        ids = ops.cast(ids, "int32")
        codes = ops.take(ops.convert_to_tensor(self.codes), ids, axis=0)
        sub_vectors = four_bits.vectors(self, self.sub_vectors)
        vectors = ops.take(sub_vectors, codes, axis=0)
        return ops.reshape(vectors, (*ops.shape(ids), self.embedding_dim))

    def compute_output_shape(self, ids_shape):
        return (*ids_shape, self.embedding_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "parts": self.parts,
            "vectors": self.vectors,
            "seed": self.seed,
            "quantize_aware": self.quantize_aware,
            "embeddings_initializer": keras.saving.serialize_keras_object(
                self.embeddings_initializer
            ),
        }
