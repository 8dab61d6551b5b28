"""Words drawn from a model: first the row, then the column."""

from collections.abc import Iterable

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.decoding.search import best_first
from lightrnn_tf.predictors.protocol import (
    Predictor,
    State,
    after,
    check_predictor,
    read,
)
from lightrnn_tf.words.tokenizer import EOS, UNK


def sample(
    predictor: Predictor,
    state: State,
    rng: np.random.Generator,
    temperature: float = 1.0,
    top_p: float = 1.0,
    unknown: bool = True,
) -> int:
    """Draw a word from the model: first its row, then its column.

    Args:
        predictor: The predictor.
        state: The `State` of the text so far, from `read`.
        rng: Source of randomness.
        temperature: Number above 0; below 1 it favours probable rows and columns.
            Defaults to 1, the distribution of the model.
        top_p: Number in (0, 1]. Draws among the fewest most probable words that have
            this probability together, at the temperature. Defaults to 1, all words.
        unknown: Whether `<unk>` may be drawn. If not, the distribution is the model's
            under the condition that the word is another one. Defaults to `True`.

    Returns:
        The cell of the word.

    Raises:
        ValueError: If `temperature` is not above 0 and finite, `top_p` is not above 0
            and at most 1, or `unknown` is not a boolean.
    """
    check_predictor(predictor)
    checks.instance("state", state, State)
    checks.instance("rng", rng, np.random.Generator)
    checks.above_zero("temperature", temperature)
    if type(top_p) not in (int, float) or not 0 < top_p <= 1:
        raise ValueError(f"`top_p` must be above 0 and at most 1. Received: {top_p!r}.")
    checks.boolean("unknown", unknown)
    words = predictor.lexicon.occupied.reshape(predictor.rows, predictor.columns)
    if not unknown:
        words, state = _without_unknown(predictor, words, state)
    tempered = _Tempered(predictor, words, temperature)
    state = State(state.states, _log_softmax(state.row_log_probs, temperature))
    if top_p < 1:
        return _sample_nucleus(tempered, state, rng, words, top_p)
    row = _draw(state.row_log_probs, rng)
    return row * predictor.columns + _draw(tempered.expand([row], state)[0], rng)


def _without_unknown(predictor, words, state):
    """Return the words without `<unk>`, and the state without its probability.

    The probabilities of the rows no longer sum to 1 here; `_log_softmax` follows.
    """
    row, column = divmod(predictor.lexicon[UNK], predictor.columns)
    words = words.copy()
    words[row, column] = False
    log_probs = predictor.expand(np.array([row]), state)[0].astype(np.float64)
    rows = state.row_log_probs.astype(np.float64)
    rows[row] += np.logaddexp.reduce(log_probs[words[row]], initial=-np.inf)
    return words, State(state.states, rows)


class _Tempered:
    """Expands the rows of a predictor at a temperature."""

    def __init__(self, predictor, words, temperature):
        self.columns = predictor.columns
        self._expand = predictor.expand
        self._words, self._temperature = words, temperature

    def expand(self, rows, state):
        """Return log P_c `(n, C)` of n rows at the temperature, −∞ in free cells."""
        rows = np.asarray(rows)
        log_probs = np.where(self._words[rows], self._expand(rows, state), -np.inf)
        return _log_softmax(log_probs, self._temperature)


def _log_softmax(log_probs, temperature):
    """Return log-probabilities at a temperature, in float64."""
    # The greatest is subtracted first: it stays 0 at any temperature.
    below = log_probs.astype(np.float64) - log_probs.max(axis=-1, keepdims=True)
    with np.errstate(over="ignore"):
        below /= temperature
    return below - np.log(np.exp(below).sum(axis=-1, keepdims=True))


def _sample_nucleus(tempered, state, rng, words, top_p):
    """Draw among the most probable words, certified; return the cell."""
    found, cells = np.empty(0), np.empty(0, np.int64)
    for rows, scores, bound in best_first(tempered, state, words.any(axis=1)):
        place, column = np.nonzero(words[rows])
        found = np.concatenate([found, scores[place, column]])
        cells = np.concatenate([cells, rows[place] * tempered.columns + column])
        if np.exp(found[found >= bound]).sum() >= top_p:
            break
    order = np.argsort(-found, kind="stable")
    before = np.cumsum(np.exp(found[order])) - np.exp(found[order])
    nucleus = order[before < top_p]
    return int(cells[nucleus[_draw(found[nucleus], rng)]])


def _draw(log_probs, rng):
    # With Gumbel noise added, the place of the greatest is a draw by probability.
    return int(np.argmax(log_probs + rng.gumbel(size=len(log_probs))))


def generate(
    predictor: Predictor,
    words: Iterable[str],
    length: int,
    seed: int = 0,
    temperature: float = 1.0,
    top_p: float = 1.0,
    unknown: bool = False,
    lines: int = 1,
) -> list[str]:
    """Draw words that continue a text.

    Args:
        predictor: The predictor.
        words: The words of the text so far, as for `read`.
        length: How many words to draw; fewer if the last line ends before.
        seed: Integer in [0, 2³²), the seed of the draw. Defaults to 0.
        temperature: As in `sample`. Defaults to 1.
        top_p: As in `sample`. Defaults to 1.
        unknown: As in `sample`. Defaults to `False`: `<unk>` is not drawn.
        lines: How many lines to draw. Between them stands `<eos>`, which does not count
            as a word. Defaults to 1.

    Returns:
        The words that were drawn.

    Raises:
        ValueError: If `length` or `lines` is not a positive integer, or as in `sample`.
    """
    checks.positive_integer("length", length)
    checks.positive_integer("lines", lines)
    checks.seed("seed", seed)
    rng = np.random.default_rng(seed)
    state = read(predictor, words)
    drawn: list[str] = []
    ended = 0
    while len(drawn) - ended < length:
        cell = sample(predictor, state, rng, temperature, top_p, unknown)
        word = predictor.lexicon.word(cell)
        if word == EOS:
            ended += 1
            if ended == lines:
                break
        drawn.append(word)
        state = after(predictor, cell, state)
    return drawn
