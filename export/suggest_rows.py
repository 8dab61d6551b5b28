"""How many rows `suggest` looks at."""

import numpy as np

from lightrnn_tf.predictors.protocol import ROWS_AT_ONCE
from lightrnn_tf.scoring import evaluation

# Without a text to choose by.
DEFAULT = ROWS_AT_ONCE
# What can be chosen.
_CHOICES = (4, 8, 12, 16, 24, 32)
# What one more call of the model takes, with its eight rows, in rows of `suggest`:
# `benchmarks/one_call.py` measures both.
_CALL = 16
# Words that the three best are wanted of, and places of the text to look at.
_BEST, _TOKENS = 3, 2048


def chosen(reference, ids: np.ndarray) -> int:
    """Return with how many rows the three best words take the least time on a text.

    With more rows each call takes longer, with fewer the answer is certain less often,
    so that the rows that are left are asked for in further calls.

    Args:
        reference: The `KerasPredictor` of the model.
        ids: Word ids `(N,)` of the text, of which up to 2,048 are read.

    Returns:
        A number of rows, at most `R`.
    """
    allowed = reference.lexicon.suggestable.reshape(-1, reference.columns)
    needed = [
        _needed(contexts, evaluation.answers(contexts, allowed, _BEST))
        for contexts in reference.contexts(ids[:_TOKENS])
    ]
    return fastest(np.concatenate(needed), reference.rows)


def _needed(contexts, answers):
    """Return how many rows are more probable than the third word at each place."""
    third = answers.log_probs[:, -1:]
    return (contexts.row_log_probs > third).sum(axis=1)


def fastest(needed: np.ndarray, rows: int) -> int:
    """Return the number of rows with which an answer takes the least time on average.

    Args:
        needed: Integers `(N,)`, how many rows each answer needs.
        rows: Integer. Number of rows, `R`.

    Example:

    >>> from lightrnn_tf_export import suggest_rows
    >>> suggest_rows.fastest(np.array([1, 2, 3, 4]), rows=100)
    4
    >>> suggest_rows.fastest(np.array([1, 12, 12, 12]), rows=100)
    12
    """

    def time(count):
        calls = np.ceil(np.maximum(needed - count, 0) / ROWS_AT_ONCE)
        return count + _CALL * calls.mean()

    return min(sorted({min(count, rows) for count in _CHOICES}), key=time)
