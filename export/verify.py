"""Does the file say what the model says?"""

import dataclasses

import numpy as np

from lightrnn_tf.decoding import ROWS_AT_ONCE

# Largest mean |Δ log P| in nats over the words of the stream. Float arithmetic differs
# in the order of sums, float16 by 2⁻¹¹ of each weight, int8 by 2⁻⁸ of the largest.
_ALLOWED = {"none": 1e-4, "float16": 5e-3, "int8": 0.1}
_STEPS = 64


class ExportMismatchError(ValueError):
    """The exported model differs from the Keras model; nothing was written."""


@dataclasses.dataclass(frozen=True)
class Report:
    """How far a file is from its model.

    Attributes:
        steps: Words of the stream that both have read.
        mean_difference: Mean |Δ log P| in nats of the words of the stream.
        largest_difference: The largest.
        allowed: What the mean may be.
    """

    steps: int
    mean_difference: float
    largest_difference: float
    allowed: float


def verify(exported, reference, quantize: str) -> Report:
    """Read a stream of words with both predictors and compare log P of each.

    Args:
        exported: A `LiteRTPredictor`.
        reference: The `KerasPredictor` it was exported from.
        quantize: The quantisation, which sets what is allowed.

    Raises:
        ExportMismatchError: If they differ by more, or the words differ.
    """
    if list(exported.words) != list(reference.words):
        raise ExportMismatchError("The exported vocabulary differs from the model's.")
    filled = np.flatnonzero([bool(word) for word in reference.words])
    stream = np.random.default_rng(0).choice(filled, _STEPS)
    states = exported.start(), reference.start()
    differences = []
    for cell in stream.tolist():
        row, column = divmod(cell, reference.columns)
        rows = (row + np.arange(min(ROWS_AT_ONCE, reference.rows))) % reference.rows
        found = [
            state.row_log_probs[row] + predictor.expand(rows, state)[0, column]
            for predictor, state in zip((exported, reference), states, strict=True)
        ]
        differences.append(abs(found[0] - found[1]))
        states = exported.advance(cell, states[0]), reference.advance(cell, states[1])
    report = Report(
        steps=_STEPS,
        mean_difference=float(np.mean(differences)),
        largest_difference=float(np.max(differences)),
        allowed=_ALLOWED[quantize],
    )
    if not report.mean_difference <= report.allowed:
        raise ExportMismatchError(
            "The exported model differs from Keras: log P is off by "
            f"{report.mean_difference:.2g} nats in the mean over {report.steps} words, "
            f"allowed {report.allowed:g} (quantisation {quantize}). Nothing was "
            "written. Try another quantisation."
        )
    return report
