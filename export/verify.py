"""Does the file say what the model says?"""

import dataclasses
import math

import numpy as np

from lightrnn_tf import decoding, evaluation

# What the perplexity of a file may differ by from that of its model, as a share of it,
# and what share of the three best words must be the same.
_PERPLEXITY, _TOP3 = 0.005, 0.98
# Tokens that are compared.
_TOKENS = 4096
# Words that are drawn where there is no text.
_DRAWN = 512


class ExportMismatchError(ValueError):
    """The exported model differs from the Keras model; nothing was written."""


@dataclasses.dataclass(frozen=True)
class Report:
    """How far a file is from its model.

    Attributes:
        text: What both have read: `"given"`, or `"drawn from the model"`.
        tokens: How many tokens of it.
        perplexity: That of the Keras model.
        exported_perplexity: That of the file.
        top3_overlap: Share of the three best words of each place that are the same. The
            place after `<eos>` counts once where all lines begin alike.
    """

    text: str
    tokens: int
    perplexity: float
    exported_perplexity: float
    top3_overlap: float


def verify(exported, reference, ids: np.ndarray | None) -> Report:
    """Read a text with both predictors and compare them.

    Args:
        exported: A `LiteRTPredictor`.
        reference: The `KerasPredictor` it was exported from.
        ids: A text in the ids of the reference, of which 4,096 tokens are read. None
            for one drawn from the model.

    Raises:
        ExportMismatchError: If the perplexities differ by more than 0.5 %, the three
            best words by more than 2 %, or the words of the two.
    """
    words = reference.lexicon.words()
    if exported.lexicon.words() != words:
        raise ExportMismatchError("The exported vocabulary differs from the model's.")
    text = "given" if ids is not None else "drawn from the model"
    if ids is None:
        ids = np.array(reference.vocabulary.ids(_draw(exported)))
    ids = ids[:_TOKENS]
    spelled = [reference.vocabulary.words[i] for i in ids]
    theirs = np.array(exported.vocabulary.ids(spelled))
    nats, best = _read(reference, ids)
    exported_nats, exported_best = _read(exported, theirs)
    if exported.line_independent:
        # The same place for every line; two words that tie there would decide alone.
        first = np.append(True, ids[:-1] != reference.vocabulary.eos_id)
        best, exported_best = best[first], exported_best[first]
    same = (best[:, :, None] == exported_best[:, None, :]) & (best[:, :, None] >= 0)
    report = Report(
        text=text,
        tokens=len(ids),
        perplexity=math.exp(nats),
        exported_perplexity=math.exp(exported_nats),
        top3_overlap=float(same.sum() / (best >= 0).sum()),
    )
    off = report.exported_perplexity / report.perplexity - 1
    if not (abs(off) <= _PERPLEXITY and report.top3_overlap >= _TOP3):
        raise ExportMismatchError(
            f"The exported model differs from Keras over {report.tokens} tokens: "
            f"perplexity {report.exported_perplexity:.2f} instead of "
            f"{report.perplexity:.2f} ({off:+.2%}, allowed {_PERPLEXITY:.1%}), "
            f"{report.top3_overlap:.1%} of the three best words the same (at least "
            f"{_TOP3:.0%}). Nothing was written. Try another quantisation."
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


def _read(predictor, ids):
    """Return the mean nats of a text and the three best cells of each place."""
    occupied = predictor.lexicon.occupied.reshape(-1, predictor.columns)
    found = [evaluation.answers(c, occupied) for c in predictor.contexts(ids)]
    nats = np.concatenate([answers.nats for answers in found])
    best = np.concatenate([answers.cells for answers in found])
    return float(nats.mean(dtype=np.float64)), best
