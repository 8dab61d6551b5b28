"""Scores of a text, with the same code for a model in memory and an exported one.

The text is read in order, as one stream. The three best words of each place are found
as in `decoding`, for many places at a time.

Every token counts, also `<eos>` and `<unk>`. A word outside the vocabulary is read as
`<unk>`. To predict it counts as a miss, because no keyboard could offer it.
"""

import dataclasses
import math
from collections.abc import Callable, Iterable

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.predictors.protocol import (
    ROWS_AT_ONCE,
    Contexts,
    Readable,
    check_readable,
)
from lightrnn_tf.words.tokenizer import EOS, UNK

# For top-3 it is enough to know the three best words.
_ENOUGH = 3


@dataclasses.dataclass(frozen=True)
class Scores:
    """How well a text is predicted.

    Attributes:
        tokens: Number of tokens, `<eos>` included.
        nats_per_token: Mean of −log P(w).
        perplexity: e to the `nats_per_token`.
        perplexity_no_oov: The perplexity over the tokens that are not OOV, `<eos>`
            included; NaN if there is none.
        oov_rate: Share of the tokens that are OOV: `<unk>` or outside the vocabulary.
        top1: Share of the tokens that are the most probable word, or as probable; an
            OOV token is a miss.
        top3: Share of the tokens that at most two words exceed in probability; an OOV
            token is a miss.
        top1_no_oov_eos: `top1` over the tokens that are neither OOV nor `<eos>`.
        top3_no_oov_eos: `top3` over the same tokens.
        tokens_no_oov_eos: Number of these tokens.

    Example:

    >>> score = Score(eos_id=0, unk_id=1)
    >>> score.add(np.array([2, 0]), np.log([4.0, 4.0]), better=np.array([2, 0]))
    >>> score.result().top1
    0.5
    """

    tokens: int
    nats_per_token: float
    perplexity: float
    perplexity_no_oov: float
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
        checks.natural_number("eos_id", eos_id)
        checks.natural_number("unk_id", unk_id)
        self._eos_id, self._unk_id = eos_id, unk_id
        self._nats = self._nats_no_oov = 0.0
        self._counts = np.zeros(7, np.int64)

    def add(self, targets: np.ndarray, nats: np.ndarray, better: np.ndarray) -> None:
        """Add tokens.

        Args:
            targets: Integer array `(N,)`, the ids of the true words.
            nats: `(N,)`, −log P of each.
            better: Integer array `(N,)`, how many words are more probable than the true
                one.
        """
        self._nats += float(np.sum(nats, dtype=np.float64))
        oov = targets == self._unk_id
        self._nats_no_oov += float(np.sum(nats, where=~oov, dtype=np.float64))
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
        """Return the `Scores` of all tokens that were added, at least one."""
        counts = [int(count) for count in self._counts]
        tokens, oov, words, top1, top3, word_top1, word_top3 = counts
        return Scores(
            tokens=tokens,
            nats_per_token=self._nats / tokens,
            perplexity=_perplexity(self._nats, tokens),
            perplexity_no_oov=_perplexity(self._nats_no_oov, tokens - oov),
            oov_rate=oov / tokens,
            top1=top1 / tokens,
            top3=top3 / tokens,
            top1_no_oov_eos=word_top1 / max(words, 1),
            top3_no_oov_eos=word_top3 / max(words, 1),
            tokens_no_oov_eos=words,
        )


def _perplexity(nats, tokens):
    return math.exp(min(nats / tokens, 700.0)) if tokens else math.nan


@dataclasses.dataclass(frozen=True)
class LineScore:
    """How well a line is predicted.

    Attributes:
        tokens: Number of tokens, `<eos>` included; 0 for a blank line without any.
        nats: Sum of −log P(w).
        unknown_words: How many tokens are `<unk>` or outside the vocabulary.

    Example:

    >>> line = LineScore(tokens=3, nats=12.0, unknown_words=0)
    >>> line.nats / line.tokens
    4.0
    """

    tokens: int
    nats: float
    unknown_words: int


def evaluate(
    predictor: Readable,
    ids: np.ndarray,
    progress: Callable[[float], None] | None = None,
    nats: np.ndarray | None = None,
) -> Scores:
    """Measure how well a predictor predicts a text.

    Args:
        predictor: A `KerasPredictor` or `LiteRTPredictor`.
        ids: Integer array `(N,)`, in the ids of the predictor's vocabulary.
        progress: Function called with the share done, in [0, 1]. Defaults to none.
        nats: Array `(N,)` to be filled with −log P of each token. Defaults to none.

    Returns:
        The `Scores` of the text.

    Raises:
        ValueError: If the text is empty, or an argument is none of these.
    """
    check_readable(predictor)
    checks.function("progress", progress)
    ids = np.asarray(ids)
    if ids.ndim != 1 or not len(ids) or ids.dtype.kind not in "iu":
        raise ValueError(
            "`ids` must be a one-dimensional integer array of at least one token. "
            f"Received: shape {ids.shape}, dtype {ids.dtype}."
        )
    if nats is not None:
        checks.instance("nats", nats, np.ndarray)
    lexicon = predictor.lexicon
    score = Score(lexicon[EOS], lexicon[UNK])
    occupied = lexicon.occupied.reshape(-1, predictor.columns)
    done = 0
    for contexts in predictor.contexts(ids):
        found = answers(contexts, occupied)
        # The true word is not better than itself, however its value was rounded.
        others = found.cells != contexts.targets[:, None]
        better = (found.log_probs > -found.nats[:, None]) & others
        score.add(contexts.targets, found.nats, better.sum(axis=1))
        if nats is not None:
            nats[done : done + len(found.nats)] = found.nats
        done += len(found.nats)
        if progress:
            progress(done / len(ids))
    return score.result()


def line_scores(
    ids: np.ndarray, nats: np.ndarray, lengths: Iterable[int], unk_id: int
) -> list[LineScore]:
    """Return the score of each line of a text.

    Args:
        ids: Integer array `(N,)`, the tokens of the text.
        nats: `(N,)`, −log P of each token, from `evaluate`.
        lengths: How many tokens each line has; they sum to N.
        unk_id: The id of `<unk>`.

    Returns:
        A `LineScore` for each line.

    Example:

    >>> nats = np.array([1.0, 2.0, 4.0])
    >>> lines = line_scores(np.array([5, 0, 1]), nats, [2, 0, 1], unk_id=1)
    >>> [(line.tokens, line.nats, line.unknown_words) for line in lines]
    [(2, 3.0, 0), (0, 0.0, 0), (1, 4.0, 1)]
    """
    scores, start = [], 0
    for length in lengths:
        line = slice(start, start + length)
        unknown = int((ids[line] == unk_id).sum())
        total = float(np.sum(nats[line], dtype=np.float64))
        scores.append(LineScore(length, total, unknown))
        start += length
    return scores


@dataclasses.dataclass(frozen=True)
class Answers:
    """What a model predicts at N places of a text.

    Attributes:
        nats: `(N,)`, −log P of the true words.
        cells: `(N, k)`, the cells of the k best words in any order; −1 if there are
            fewer.
        log_probs: `(N, k)`, log P of these; −∞ if there are fewer.

    Example:

    >>> found = Answers(np.array([0.5]), np.array([[4, 2]]), np.array([[-2.0, -0.5]]))
    >>> found.cells.shape
    (1, 2)
    """

    nats: np.ndarray
    cells: np.ndarray
    log_probs: np.ndarray


def answers(contexts: Contexts, occupied: np.ndarray, k: int = _ENOUGH) -> Answers:
    """Score the true words at some places of a text, and find the k best words there.

    Args:
        contexts: The `Contexts` of N places.
        occupied: bool `(R, C)`, which cells hold a word.
        k: How many words to find. Defaults to 3.

    Returns:
        The `Answers`.
    """
    rows, columns = occupied.shape
    number = np.arange(len(contexts.targets))
    row, column = divmod(contexts.targets, columns)
    in_row = contexts.expand(number, row[:, None])[:, 0]
    nats = -contexts.row_log_probs[number, row] - in_row[number, column]
    order = np.argsort(-contexts.row_log_probs, axis=1, kind="stable")
    cells = np.full((len(number), k), -1)
    log_probs = np.full((len(number), k), -np.inf)
    active = number
    for first in range(0, rows, ROWS_AT_ONCE):
        if first:
            bound = contexts.row_log_probs[active, order[active, first]]
            active = active[bound > log_probs[active].min(1)]
        if not active.size:
            break
        chosen = order[active, first : first + ROWS_AT_ONCE]
        scores = contexts.expand(active, chosen)
        scores = scores + contexts.row_log_probs[active[:, None], chosen][..., None]
        scores = np.where(occupied[chosen], scores, -np.inf)
        found = chosen[..., None] * columns + np.arange(columns)
        scores = np.hstack([log_probs[active], scores.reshape(len(active), -1)])
        found = np.hstack([cells[active], found.reshape(len(active), -1)])
        best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        log_probs[active] = np.take_along_axis(scores, best, 1)
        cells[active] = np.take_along_axis(found, best, 1)
    cells[np.isinf(log_probs)] = -1
    return Answers(nats, cells, log_probs)
