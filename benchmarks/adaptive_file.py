"""The adaptive softmax as a file, and its exact best words.

Head and tails are products of their own, so a tail is computed only where its cluster
is more probable than the words that were found. Signatures: `advance` reads a word and
gives log P of the frequent words and of the clusters; `tail_1`, `tail_2`, … give log P
within a cluster.
"""

import functools
import math

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from lightrnn_tf_export import convert, flatbuffer, int4
from lightrnn_tf_export.steps import FourBitWeights
from lightrnn_tf_export.steps.step import Step
from lightrnn_tf_export.steps.weights import FloatWeights


def model_bytes(model, quantize: str) -> bytes:
    """Return the LiteRT model of a built `AdaptiveRNN`, as `"int8"` or `"int4"`."""
    weights = FourBitWeights() if quantize == "int4" else FloatWeights()
    step = AdaptiveStep(model, weights)
    kind = "none" if quantize == "int4" else quantize
    converted = flatbuffer.read(convert.convert(step, kind))
    if quantize == "int4":
        int4.pack(converted, weights.codes)
    return flatbuffer.write(converted)


class AdaptiveStep(Step):
    """The step of an `AdaptiveRNN`."""

    one_scale = True  # Vectors are looked up and multiplied, as in a tied model.

    def __init__(self, model, weights):
        super().__init__(model, weights)
        tables = model.embedding
        self._edges = tables.edges
        first = np.concatenate([tables.vectors[0], np.transpose(tables.cluster_kernel)])
        self._head = weights.tied(first, np.asarray(tables.biases[0]))
        self._tails = [
            weights.tied(np.asarray(vectors), np.asarray(bias))
            for vectors, bias in zip(tables.vectors[1:], tables.biases[1:], strict=True)
        ]
        kernels = [np.asarray(kernel) for kernel in tables.projections]
        self._into = [weights.product(kernel) for kernel in kernels]
        self._onto = [weights.product(kernel.T) for kernel in kernels]

    def advance(self, word, **states):
        """Read a word `(1,)`; return the states and log P of the head."""
        inputs = self._head.lookup(tf.minimum(word, self._edges[1] - 1))
        for n, (tail, into) in enumerate(zip(self._tails, self._into, strict=True), 1):
            begin, end = self._edges[n], self._edges[n + 1]
            own = into(tail.lookup(tf.clip_by_value(word - begin, 0, end - begin - 1)))
            inputs = tf.where(word[:, None] >= begin, own, inputs)
        after = self._recur(self._project(0, inputs), self._states(states))
        logits = self._head.logits(after[-self._per_layer])
        return {**self._named(after), "head_log_probs": tf.nn.log_softmax(logits)}

    def _tail(self, number, state_0):
        logits = self._tails[number].logits(self._onto[number](state_0))
        return {"log_probs": tf.nn.log_softmax(logits)}

    def signatures(self):
        """Return the concrete TensorFlow function of each signature, by name."""
        states = {
            f"state_{n}": tf.TensorSpec((1, self.units), tf.float32, f"state_{n}")
            for n in range(self.num_states)
        }
        word = tf.TensorSpec((1,), tf.int32, "word")
        advance = tf.function(self.advance).get_concrete_function(word=word, **states)
        found = {"advance": advance}
        for number in range(len(self._tails)):
            tail = tf.function(functools.partial(self._tail, number), autograph=False)
            found[f"tail_{number + 1}"] = tail.get_concrete_function(
                state_0=states["state_0"]
            )
        return found


class AdaptiveFile:
    """Runs the file of an adaptive softmax.

    Args:
        path: The file.
        edges: `AdaptiveTables.edges`.
        allowed: bool `(V,)`, which words may be suggested.
    """

    def __init__(self, path, edges, allowed):
        # The signatures do not keep their interpreter alive.
        self._interpreter = Interpreter(model_path=str(path), num_threads=1)
        names = self._interpreter.get_signature_list()
        self._run = {
            name: self._interpreter.get_signature_runner(name) for name in names
        }
        self._edges, self._allowed = edges, allowed
        units = self._run["advance"].get_input_details()["state_0"]["shape"]
        self._states = [np.zeros(units, np.float32)] * 2

    def start(self):
        """Return the states before the first word."""
        return self._states

    def perplexity(self, ids, begin):
        """Return the perplexity of a text `(N,)` that follows a word."""
        states, before, nats = self.start(), begin, 0.0
        for word in np.asarray(ids).tolist():
            head, states = self._read(before, states)
            cluster = sum(word >= edge for edge in self._edges[1:])
            if cluster:
                inside = self._run[f"tail_{cluster}"](state_0=states[0])["log_probs"][0]
                nats -= float(head[self._edges[1] + cluster - 1])
                nats -= float(inside[word - self._edges[cluster]])
            else:
                nats -= float(head[word])
            before = word
        return math.exp(nats / len(ids))

    def _read(self, word, states):
        after = self._run["advance"](
            word=np.array([word], np.int32), state_0=states[0], state_1=states[1]
        )
        return after["head_log_probs"][0], [after["state_0"], after["state_1"]]

    def suggest(self, word, states, k=3):
        """Read a word; return the states after it, and the k best words and log P."""
        head, states = self._read(word, states)
        first = self._edges[1]
        log_probs, words = _best(head[:first], self._allowed[:first], 0, k)
        for n in np.argsort(-head[first:], kind="stable").tolist():
            if len(log_probs) >= k and head[first + n] <= log_probs[-1]:
                break
            inside = self._run[f"tail_{n + 1}"](state_0=states[0])["log_probs"][0]
            begin, end = self._edges[n + 1 : n + 3]
            more = _best(inside + head[first + n], self._allowed[begin:end], begin, k)
            log_probs = np.concatenate([log_probs, more[0]])
            words = np.concatenate([words, more[1]])
            order = np.argsort(-log_probs, kind="stable")[:k]
            log_probs, words = log_probs[order], words[order]
        return states, words, log_probs


def _best(log_probs, allowed, begin, k):
    """Return the k best log-probabilities of allowed words, and the words."""
    log_probs = np.where(allowed, log_probs, -np.inf)
    count = min(k, len(log_probs))
    best = np.argpartition(-log_probs, count - 1)[:count]
    best = best[np.argsort(-log_probs[best], kind="stable")]
    return log_probs[best], best + begin
