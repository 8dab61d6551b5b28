"""Numbers to report: perplexity and how often the next word is among the first ones.

Every token counts, `<eos>` and `<unk>` included. A word outside the vocabulary is read
as `<unk>`; as a target it is a miss, because no keyboard could offer it.
"""

import dataclasses
import math

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="lightrnn_tf")
class Perplexity(keras.metrics.Metric):
    """The exponential of the mean nats per token, over tokens and not over batches.

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
        """Add nats `(B, T)` of the tokens whose weight, `(B, T)`, is 1."""
        weight = ops.cast(sample_weight, self.dtype)
        self.nats.assign_add(ops.sum(ops.cast(nats, self.dtype) * weight))
        self.tokens.assign_add(ops.sum(weight))

    def nats_per_token(self):
        """Return the mean, 0 before the first token."""
        return ops.divide_no_nan(self.nats, self.tokens)

    def result(self):
        """Return the perplexity."""
        return ops.exp(self.nats_per_token())


@dataclasses.dataclass(frozen=True)
class Scores:
    """How well a text is predicted.

    Attributes:
        tokens: Number of tokens, `<eos>` included.
        nats_per_token: Mean of −log P(w).
        perplexity: Its exponential.
        oov_rate: Share of the tokens that are `<unk>` or outside the vocabulary.
        top1: Share of the tokens whose probability no other word exceeds; an OOV token
            is a miss.
        top3: Share of the tokens whose probability at most two words exceed.
        top1_no_oov_eos: `top1` over the tokens that are neither OOV nor `<eos>`.
        top3_no_oov_eos: `top3` over the same tokens.
        tokens_no_oov_eos: Number of these tokens.
    """

    tokens: int
    nats_per_token: float
    perplexity: float
    oov_rate: float
    top1: float
    top3: float
    top1_no_oov_eos: float
    top3_no_oov_eos: float
    tokens_no_oov_eos: int


class Score:
    """Adds up the scores of a text, part by part.

    Args:
        eos_id: The id of `<eos>`.
        unk_id: The id of `<unk>`.

    Example:

    >>> score = Score(eos_id=0, unk_id=1)
    >>> score.add(np.array([2, 1]), np.log([4.0, 4.0]), np.array([2, 0]))
    >>> result = score.result()
    >>> result.perplexity, result.oov_rate, result.top3, result.top3_no_oov_eos
    (4.0, 0.5, 0.5, 1.0)
    """

    def __init__(self, eos_id: int, unk_id: int):
        self._eos_id, self._unk_id = eos_id, unk_id
        self._nats = 0.0
        self._counts = np.zeros(7, np.int64)

    def add(self, targets: np.ndarray, nats: np.ndarray, better: np.ndarray) -> None:
        """Add tokens.

        Args:
            targets: Integer array `(N,)`, the ids of the true words.
            nats: `(N,)`, −log P of each.
            better: `(N,)`, how many words are more probable than the true one.
        """
        self._nats += float(np.sum(nats, dtype=np.float64))
        oov = targets == self._unk_id
        word = ~oov & (targets != self._eos_id)
        self._counts += [
            len(targets),
            oov.sum(),
            word.sum(),
            (~oov & (better < 1)).sum(),
            (~oov & (better < 3)).sum(),
            (word & (better < 1)).sum(),
            (word & (better < 3)).sum(),
        ]

    def result(self) -> Scores:
        """Return the scores of all tokens added so far.

        Raises:
            ValueError: If there are none.
        """
        tokens, oov, words, top1, top3, word_top1, word_top3 = map(int, self._counts)
        if tokens == 0:
            raise ValueError("The text must have at least one token. Received: none.")
        return Scores(
            tokens=tokens,
            nats_per_token=self._nats / tokens,
            perplexity=math.exp(min(self._nats / tokens, 700.0)),
            oov_rate=oov / tokens,
            top1=top1 / tokens,
            top3=top3 / tokens,
            top1_no_oov_eos=word_top1 / max(words, 1),
            top3_no_oov_eos=word_top3 / max(words, 1),
            tokens_no_oov_eos=words,
        )
