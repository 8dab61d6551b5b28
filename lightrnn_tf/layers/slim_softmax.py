"""The softmax over word vectors that are joined from shared sub-vectors."""

import math

import keras
import numpy as np
from keras import ops

from lightrnn_tf._internal import checks
from lightrnn_tf.layers import four_bits
from lightrnn_tf.layers.slim_codes import slim_codes


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class SlimSoftmax(keras.layers.Layer):
    """Maps hidden states to the nats of the true words, with shared sub-vectors.

    The output vector of each word is `K` sub-vectors of length H/K, one after the
    other; each place has M/K sub-vectors of its own. With h cut in the same way,

        logit(w) = Σ_k y_{k, code(w, k)} · h_k + b_w

    so M products of length H/K serve all words, and each word adds up K of them. The
    softmax is exact. The seed decides which sub-vectors a word has, see `slim_codes`;
    they are drawn again with each layer and not saved. Weights fit only a layer with
    the same seed.

    Args:
        vocabulary_size: Positive integer. Size of the vocabulary, `V`.
        parts: Positive integer. Sub-vectors of a word, `K`; divides H.
        vectors: Positive integer. Sub-vectors in all, `M`, a multiple of `parts`; at
            most V·K.
        seed: Integer in [0, 2³²) from which the sub-vectors of each word are drawn.
            Defaults to 0.
        word_bias: Whether each word has a bias b_w. Defaults to `True`.
        kernel_initializer: Initializer of the sub-vectors. Defaults to uniform in
            ±0.1.
        quantize_aware: Whether weights are rounded to four bits, as a file of `"int4"`
            holds them, while their gradients stay those of the weights. Defaults to
            `False`.
        **kwargs: `name`, `trainable`, `dtype` of `keras.layers.Layer`.

    Call arguments:
        hidden: Tensor `(B, T, H)`.
        ids: Integer tensor `(B, T)`, the true words.

    Returns:
        float32 tensor `(B, T)`, nats.

    Raises:
        ValueError: If a size is not a positive integer, `parts` does not divide
            `vectors` or H, or there are more sub-vectors than places for them or too
            few for all words to differ.

    Masking: neither uses nor produces a mask.

    Example:

    >>> layer = SlimSoftmax(10, parts=3, vectors=9)
    >>> nats = layer(np.zeros((2, 4, 9), "float32"), ids=np.zeros((2, 4), "int32"))
    >>> bool(np.allclose(nats, np.log(10)))
    True

    References:
        Li et al., "Slim Embedding Layers for Recurrent Neural Language Models", AAAI
        2018, https://arxiv.org/abs/1711.09873.

    Differs from the paper: the bias of each word.
    """

    def __init__(
        self,
        vocabulary_size,
        parts,
        vectors,
        seed=0,
        word_bias=True,
        kernel_initializer=None,
        quantize_aware=False,
        **kwargs,
    ):
        checks.boolean("word_bias", word_bias)
        checks.boolean("quantize_aware", quantize_aware)
        self.codes = slim_codes(vocabulary_size, parts, vectors, parts, seed)
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.parts = parts
        self.vectors = vectors
        self.seed = seed
        self.word_bias = word_bias
        self.quantize_aware = quantize_aware
        self.kernel_initializer = keras.initializers.get(
            kernel_initializer or keras.initializers.RandomUniform(-0.1, 0.1)
        )

    def build(self, hidden_shape, ids_shape=None):
        checks.divides("parts", self.parts, "H", hidden_shape[-1])
        self.units = hidden_shape[-1]
        self.group_size = self.vectors // self.parts
        self.sub_vectors = self.add_weight(
            name="sub_vectors",
            shape=(self.parts, self.group_size, self.units // self.parts),
            initializer=self.kernel_initializer,
        )
        if self.word_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.vocabulary_size,), initializer="zeros"
            )

    def call(self, hidden, ids):
        return ops.sparse_categorical_crossentropy(
            ids, self.logits(hidden), from_logits=True
        )

    def logits(self, hidden):
        """Return float32 logits `(..., V)` of states `(..., H)`.

        It takes the form that is fastest in benchmarks/slim_forms.py: together for
        several states. For a single state it gathers, which takes about as long with
        10,000 words and much less with 46,000.
        """
        one = math.prod(size or 0 for size in hidden.shape[:-1]) == 1
        return self.gathered_logits(hidden) if one else self.together_logits(hidden)

    def together_logits(self, hidden):
        """Return logits `(..., V)`: join the vectors of all words, then multiply."""
        flat = self._flat_sub_vectors()
        first = self.group_size * np.arange(self.parts, dtype="int32")
        vectors = ops.take(flat, ops.convert_to_tensor(self.codes + first), axis=0)
        vectors = ops.reshape(vectors, (-1, self.units))
        hidden = ops.cast(hidden, self.compute_dtype)
        return self._biased(ops.matmul(hidden, ops.transpose(vectors)))

    def gathered_logits(self, hidden):
        """Return logits `(..., V)`: take M short products, add up K for each word."""
        hidden = ops.cast(hidden, self.compute_dtype)
        logits = 0.0
        sub_vectors = ops.split(self._flat_sub_vectors(), self.parts)
        for part, piece in enumerate(ops.split(hidden, self.parts, axis=-1)):
            vectors = sub_vectors[part]
            products = ops.matmul(piece, ops.transpose(vectors))
            codes = ops.convert_to_tensor(self.codes[:, part])
            logits = logits + ops.take(products, codes, axis=-1)
        return self._biased(logits)

    def _flat_sub_vectors(self):
        """Return the sub-vectors `(M, H / K)`, those of the first part first."""
        flat = ops.reshape(self.sub_vectors, (self.vectors, -1))
        return four_bits.vectors(self, flat)

    def _biased(self, logits):
        logits = ops.cast(logits, "float32")
        return logits + ops.cast(self.bias, "float32") if self.word_bias else logits

    def compute_output_shape(self, hidden_shape, ids_shape=None):
        return tuple(hidden_shape[:-1])

    def compute_output_spec(self, hidden, ids):
        return keras.KerasTensor(
            self.compute_output_shape(hidden.shape), dtype="float32"
        )

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "parts": self.parts,
            "vectors": self.vectors,
            "seed": self.seed,
            "word_bias": self.word_bias,
            "quantize_aware": self.quantize_aware,
            "kernel_initializer": keras.saving.serialize_keras_object(
                self.kernel_initializer
            ),
        }
