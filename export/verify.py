"""The comparison of an exported file with its Keras model."""

import dataclasses
import math

import numpy as np

from lightrnn_tf import decoding
from lightrnn_tf.scoring import evaluation

# How much the perplexity of a file may differ from the model's, as a share of it, and
# what share of the three best words must be as good.
_PERPLEXITY, _TOP3 = 0.005, 0.98
# A word counts as good if it is at most so many nats below the third best. In a large
# vocabulary many words are that close to each other, and rounding swaps them.
_NEARLY = 0.05
# The three best words of the file are looked for among so many of the model's best.
_CANDIDATES = 8
# Most tokens to compare on.
_TOKENS = 4096
# Words that are drawn if no text is given.
_DRAWN = 512


class ExportMismatchError(ValueError):
    """The exported model differs from the Keras model, and nothing was written."""


@dataclasses.dataclass(frozen=True)
class Report:
    """How far a file is from its model.

    Attributes:
        text: The text that both have read: `"given"`, or `"drawn from the model"`.
        tokens: How many tokens they have read.
        perplexity: Perplexity of the Keras model.
        exported_perplexity: Perplexity of the file.
        top3_overlap: Share of the three best words at each place that are the same. If
            all lines begin alike, the place after `<eos>` counts once.
        top3_as_good: Share of them that are the same, or that the model finds as
            probable as its own third word to within 5 %.

    Example:

    >>> report = Report("given", 512, 50.0, 50.1, top3_overlap=0.99, top3_as_good=1.0)
    >>> round(report.exported_perplexity / report.perplexity - 1, 3)
    0.002
    """

    text: str
    tokens: int
    perplexity: float
    exported_perplexity: float
    top3_overlap: float
    top3_as_good: float


def verify(exported, reference, ids: np.ndarray | None) -> Report:
    """Read a text with both predictors and compare them.

    Args:
        exported: The `LiteRTPredictor`.
        reference: The `KerasPredictor` that it was exported from.
        ids: Word ids `(N,)` in the vocabulary of the reference, of which up to 4,096
            are read; `None` for a text drawn from the model.

    Returns:
        The `Report`.

    Raises:
        ExportMismatchError: If the vocabularies differ, the perplexities differ by more
            than 0.5 %, or more than 2 % of the three best words are not as good.
    """
    words = reference.lexicon.words()
    if exported.lexicon.words() != words:
        raise ExportMismatchError(
            f"The exported vocabulary must be the {len(words)} cells of the model. "
            f"Received: {len(exported.lexicon.words())} cells, or other words in them."
        )
    text = "given" if ids is not None else "drawn from the model"
    if ids is None:
        ids = np.array(reference.vocabulary.ids(_draw(exported)))
    ids = ids[:_TOKENS]
    spelled = [reference.vocabulary.words[i] for i in ids]
    theirs = np.array(exported.vocabulary.ids(spelled))
    nats, candidates, log_probs = _read(reference, ids, _CANDIDATES)
    exported_nats, best, _ = _read(exported, theirs, 3)
    third = np.sort(log_probs, axis=1)[:, -3:-2]
    if exported.line_independent:
        # The place is the same in every line. If it counted each time, two words that
        # tie there could decide the comparison.
        first = np.append(True, ids[:-1] != reference.vocabulary.eos_id)
        best, candidates = best[first], candidates[first]
        log_probs, third = log_probs[first], third[first]
    report = Report(
        text=text,
        tokens=len(ids),
        perplexity=math.exp(nats),
        exported_perplexity=math.exp(exported_nats),
        top3_overlap=_share(best, np.where(log_probs >= third, candidates, -1)),
        top3_as_good=_share(
            best, np.where(log_probs >= third - _NEARLY, candidates, -1)
        ),
    )
    off = report.exported_perplexity / report.perplexity - 1
    if not (abs(off) <= _PERPLEXITY and report.top3_as_good >= _TOP3):
        raise ExportMismatchError(
            f"The exported model differs from Keras over {report.tokens} tokens: "
            f"perplexity {report.exported_perplexity:.2f} instead of "
            f"{report.perplexity:.2f} ({off:+.2%}, allowed {_PERPLEXITY:.1%}), "
            f"{report.top3_as_good:.1%} of the three best words as good (at least "
            f"{_TOP3:.0%}). Nothing was written. Try another "
            "quantisation; for int4, train the model with --quantize-aware."
        )
    return report


def _draw(predictor):
    """Return words drawn from the model, `<eos>` among them."""
    rng, state = np.random.default_rng(0), predictor.start()
    words = []
    while len(words) < _DRAWN:
        cell = decoding.sample(predictor, state, rng)
        words.append(predictor.lexicon.word(cell))
        state = predictor.advance(cell, state)
    return words


def _share(best, good):
    """Return the share of the cells `(N, 3)` that are among the cells `(N, k)`."""
    there = best[:, :, None] >= 0
    return float(((best[:, :, None] == good[:, None, :]) & there).sum() / there.sum())


def _read(predictor, ids, k):
    """Return the mean nats of a text, and the k best cells of each place and log P."""
    occupied = predictor.lexicon.occupied.reshape(-1, predictor.columns)
    found = [evaluation.answers(c, occupied, k) for c in predictor.contexts(ids)]
    nats, cells, log_probs = (
        np.concatenate([getattr(answers, name) for answers in found])
        for name in ("nats", "cells", "log_probs")
    )
    return float(nats.mean(dtype=np.float64)), cells, log_probs
