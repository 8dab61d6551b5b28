"""Chooses the three numbers of a file's cache on a text."""

import itertools

import numpy as np

from lightrnn_tf.predictors.cached import HALF, KEY_UNITS
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.words.tokenizer import EOS

WEIGHTS = 0.1, 0.15, 0.2, 0.3
SHARPNESSES = 5.0, 7.5, 10.0, 15.0
SIZES = 250, 500, 1000
# Words of the text that are read; the first are needed to fill the cache.
_MOST = 12_000


def chosen(predictor: LiteRTPredictor, text: np.ndarray) -> dict[str, float | int]:
    """Return the numbers with which a text is least surprising.

    Args:
        predictor: The file.
        text: The cells of its words `(N,)`, of which the first 12,000 are read.

    Returns:
        A dict with `"weight"`, `"sharpness"` and `"size"`, as `Cached` takes them.
    """
    cells, keys, log_probs = _read(predictor, text[:_MOST])
    probabilities = np.exp(log_probs)
    best: dict[str, float | int] = {}
    least = np.inf
    for size, sharpness in itertools.product(SIZES, SHARPNESSES):
        votes, most = _votes(cells, keys, size, sharpness)
        for weight in WEIGHTS:
            mixed = (1 - weight * most) * probabilities + weight * votes
            nats = -float(np.log(mixed).mean())
            if nats < least:
                best = {"weight": weight, "sharpness": sharpness, "size": size}
                least = nats
    return best


def _read(predictor, text):
    """Return the cells of a text, the keys before them `(N, K)`, and log P of each."""
    state, eos = predictor.start(), predictor.lexicon[EOS]
    keys, log_probs = [], []
    for cell in text.tolist():
        row, column = divmod(cell, predictor.columns)
        keys.append(np.asarray(state.states[0][0][:KEY_UNITS], np.float32))
        in_row = predictor.expand(np.array([row]), state)[0, column]
        log_probs.append(float(state.row_log_probs[row] + in_row))
        fresh = predictor.line_independent and cell == eos
        state = predictor.start() if fresh else predictor.advance(cell, state)
    keys = np.stack(keys)
    keys /= np.maximum(np.linalg.norm(keys, axis=1, keepdims=True), 1e-9)
    return text, keys, np.array(log_probs)


def _votes(cells, keys, size, sharpness):
    """Return the votes for the true words, and all votes there, `(N,)`, of λ = 1."""
    shares = np.zeros(len(cells))
    counts = np.clip(np.arange(len(cells)) - 1, 0, size)
    most = counts / (counts + HALF)
    for place in range(2, len(cells)):
        last = slice(max(0, place - 1 - size), place - 1)
        same = cells[last] == cells[place]
        if same.any():
            votes = np.exp(sharpness * (keys[last] @ keys[place] - 1))
            shares[place] = most[place] * votes[same].sum() / votes.sum()
    return shares, most
