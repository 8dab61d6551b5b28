"""The adaptive softmax with tied adaptive input, a baseline of the table.

Frequent words have long vectors, rare ones short ones that a matrix of their cluster
brings to length H. The same vectors and matrices serve input and output. The softmax is
over the frequent words and one entry for each other cluster, and then within a cluster
(Grave et al. 2017, arXiv 1609.04309; Baevski and Auli 2019, arXiv 1809.10853).
"""

import keras
import numpy as np
from keras import ops

from lightrnn_tf.models import flat_model

# Each cluster's vectors are shorter than those of the one before by this factor.
_SHORTER = 4


class AdaptiveTables(keras.layers.Layer):
    """Word ids to vectors `(..., H)`, and hidden states to log-probabilities.

    Args:
        vocabulary_size: Number of words, `V`, the most frequent ones first.
        units: Length of the vectors, `H`.
        cutoffs: Ids at which the clusters of less frequent words begin.
    """

    def __init__(self, vocabulary_size, units, cutoffs, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.edges = [0, *cutoffs, vocabulary_size]

    def build(self, input_shape=None):
        self.vectors, self.projections = [], []
        for n, (first, last) in enumerate(
            zip(self.edges, self.edges[1:], strict=False)
        ):
            width = max(1, self.units // _SHORTER**n)
            self.vectors.append(
                self.add_weight(
                    name=f"vectors_{n}",
                    shape=(last - first, width),
                    initializer=keras.initializers.RandomUniform(-0.1, 0.1),
                )
            )
            if n:
                self.projections.append(
                    self.add_weight(
                        name=f"projection_{n}",
                        shape=(width, self.units),
                        initializer="glorot_uniform",
                    )
                )
        clusters = len(self.projections)
        self.cluster_kernel = self.add_weight(
            name="cluster_kernel",
            shape=(self.units, clusters),
            initializer="glorot_uniform",
        )
        self.biases = [
            self.add_weight(name=f"bias_{n}", shape=(size,), initializer="zeros")
            for n, size in enumerate(
                [self.edges[1] + clusters, *np.diff(self.edges[1:]).tolist()]
            )
        ]

    def call(self, ids):
        vectors = ops.take(self.vectors[0], ops.minimum(ids, self.edges[1] - 1), axis=0)
        for n, projection in enumerate(self.projections, start=1):
            first, last = self.edges[n], self.edges[n + 1]
            place = ops.clip(ids - first, 0, last - first - 1)
            own = ops.matmul(ops.take(self.vectors[n], place, axis=0), projection)
            inside = ops.logical_and(ids >= first, ids < last)
            vectors = ops.where(inside[..., None], own, vectors)
        return vectors

    def log_probs(self, hidden):
        """Return log P of all words, `(..., V)`."""
        head = ops.concatenate([ops.transpose(self.vectors[0]), self.cluster_kernel], 1)
        head = ops.log_softmax(ops.matmul(hidden, head) + self.biases[0], axis=-1)
        parts = [head[..., : self.edges[1]]]
        for n, projection in enumerate(self.projections, start=1):
            query = ops.matmul(hidden, ops.transpose(projection))
            logits = ops.matmul(query, ops.transpose(self.vectors[n])) + self.biases[n]
            cluster = head[..., self.edges[1] + n - 1, None]
            parts.append(ops.log_softmax(logits, axis=-1) + cluster)
        return ops.concatenate(parts, axis=-1)


class AdaptiveSoftmax(keras.layers.Layer):
    """The softmax of a model whose embedding is an `AdaptiveTables`."""

    def __init__(self, log_probs, **kwargs):
        super().__init__(**kwargs)
        self.logits = log_probs
        self.built = True

    def call(self, hidden, ids):
        log_probs = self.logits(hidden)
        return -ops.squeeze(ops.take_along_axis(log_probs, ids[..., None], -1), -1)


class AdaptiveRNN(flat_model.FlatModel):
    """The body of the other models with `AdaptiveTables`."""

    kind = "adaptive"

    def __init__(
        self, vocabulary_size, units, cutoffs, dropout, eos_id, line_independent=False
    ):
        super().__init__(
            vocabulary_size,
            units,
            None,
            "lstm",
            1,
            dropout,
            eos_id,
            line_independent,
        )
        self.embedding = AdaptiveTables(vocabulary_size, units, cutoffs)
        self.softmax = AdaptiveSoftmax(self.embedding.log_probs)
