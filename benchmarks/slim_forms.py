"""In which form are the logits of a SlimSoftmax fastest?

    python benchmarks/slim_forms.py

Three forms of the same numbers: products of sub-vectors gathered and added for each
word (gather), the same by a product with a matrix of ones and zeros (one-hot), and the
vectors of all words put together for one dense product (together). Forward and gradient
of a batch of training, and forward of one state. By turns, medians, one thread; results
are appended to results/slim_forms.jsonl.
"""

import os

os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import statistics
import time

import numpy as np
import tensorflow as tf

from lightrnn_tf import layers
from results import append

# V, H, K, M
SIZES = ((10_000, 200, 5, 2_500), (10_000, 200, 10, 5_000), (46_000, 200, 5, 2_500))
# Tokens of a batch of training, and one.
TOKENS = {"training": 1120, "one state": 1}
REPEATS = 5


def main():
    """Measure all sizes and append the results."""
    for size in SIZES:
        for use, tokens in TOKENS.items():
            result = measure(size, tokens, gradient=use == "training")
            names = ("vocabulary_size", "units", "parts", "vectors")
            sizes = dict(zip(names, size, strict=True))
            append("slim_forms", {"use": use, **sizes, "seconds": result}, 0)


def measure(size, tokens, gradient):
    """Return the median seconds of each form."""
    words, units, parts, vectors = size
    layer = layers.SlimSoftmax(words, parts, vectors)
    layer.build((None, None, units))
    rng = np.random.default_rng(0)
    hidden = tf.constant(rng.normal(size=(tokens, units)), tf.float32)
    targets = tf.constant(rng.integers(0, words, tokens), tf.int32)
    forms = {
        "gather": layer.gathered_logits,
        "one-hot": lambda state: one_hot_logits(layer, state),
        "together": layer.together_logits,
    }

    def run(form):
        @tf.function
        def step():
            with tf.GradientTape() as tape:
                tape.watch(hidden)
                logits = form(hidden)
                loss = tf.reduce_sum(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
                )
            if not gradient:
                return logits
            return tape.gradient(loss, [layer.sub_vectors, hidden])

        return step

    steps = {name: run(form) for name, form in forms.items()}
    times = {name: [] for name in steps}
    for _ in range(1 + REPEATS):  # The first one compiles.
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found[1:]) for name, found in times.items()}


def one_hot_logits(layer, hidden):
    """Return logits by a matrix with K ones in each column."""
    pieces = tf.reshape(hidden, (-1, layer.parts, layer.units // layer.parts))
    products = tf.einsum("nkd,kgd->nkg", pieces, layer.sub_vectors)
    ones = tf.one_hot(layer.codes, layer.group_size)  # (V, K, G)
    matrix = tf.reshape(ones, (layer.vocabulary_size, -1))
    flat = tf.reshape(products, (-1, layer.vectors))
    return tf.matmul(flat, matrix, transpose_b=True) + layer.bias


if __name__ == "__main__":
    main()
