"""The most probable words, certified, without scoring V of them.

No word of a row is more probable than its row, P(w) ≤ P_r(row). So rows are expanded
best first, until the k-th best word found is at least as probable as the best row not
yet expanded: then the answer is the true top k.
"""

import dataclasses
import math
from collections.abc import Iterable

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.predictors.protocol import (
    ROWS_AT_ONCE,
    Predictor,
    State,
    check_predictor,
)
from lightrnn_tf.words.spelling import begins_exactly_with


@dataclasses.dataclass(frozen=True)
class Suggestions:
    """The most probable next words.

    Attributes:
        words: At most k words, best first.
        log_probs: Their log-probabilities in nats, among all V words.
        exact: Whether they are certified to be the best ones.
        bound: No word that was not scored has a greater log-probability; −∞ where all
            candidates were.
        rows_expanded: Rows whose words were scored.
    """

    words: list[str]
    log_probs: list[float]
    exact: bool
    bound: float
    rows_expanded: int


def top_k(
    predictor: Predictor,
    state: State,
    k: int,
    prefix: str | None = None,
    exclude: Iterable[str] | None = None,
    max_rows: int | None = None,
    all_tokens: bool = False,
    ignore_case: bool = False,
) -> Suggestions:
    """Return the k most probable next words, certified.

    Args:
        predictor: The model.
        state: Where the text has come to, from `read`.
        k: How many words, at least 1; fewer are returned where there are fewer.
        prefix: What the words begin with; accents and apostrophes may be missing in it.
            Of equally probable words those that begin with it exactly come first.
            Defaults to nothing.
        exclude: Words that are not to be suggested, in lower case or not for a model
            of lower-cased text. Defaults to none.
        max_rows: Rows that are expanded at most, at least 1: a cap on the time. The
            answer may then not be exact. Defaults to none.
        all_tokens: Whether special words, numbers and punctuation are suggested too.
            Defaults to `False`.
        ignore_case: Whether the case of the prefix makes no difference. Defaults to
            `False`; a model of lower-cased text always ignores it.

    Raises:
        ValueError: If an argument is wrong: `k` not an integer of at least 1, `exclude`
            a string.

    Time: O(C) for each row expanded, usually a few of them.
    """
    check_predictor(predictor)
    checks.instance("state", state, State)
    checks.positive_integer("k", k)
    if max_rows is not None:
        checks.positive_integer("max_rows", max_rows)
    prefix = "" if prefix is None else prefix
    checks.string("prefix", prefix)
    exclude = () if exclude is None else exclude
    checks.several("exclude", exclude)
    exclude = list(exclude)
    checks.strings("exclude", exclude)
    checks.boolean("all_tokens", all_tokens)
    checks.boolean("ignore_case", ignore_case)
    ignore_case = ignore_case or predictor.tokenizer.lowercase
    allowed = _allowed(predictor, prefix, exclude, all_tokens, ignore_case)
    best_cells = np.empty(0, np.int64)
    best = np.empty(0, np.float64)
    expanded, bound = 0, -math.inf
    for rows, scores, bound in best_first(predictor, state, allowed, max_rows):
        places = np.flatnonzero(allowed[rows])
        values = scores.ravel()[places]
        first = _first(values, k, ties=bool(prefix))
        row, column = np.divmod(places[first], predictor.columns)
        best = np.concatenate([best, values[first]])
        best_cells = np.concatenate(
            [best_cells, rows[row] * predictor.columns + column]
        )
        first = _first(best, k, ties=bool(prefix))
        best, best_cells = best[first], best_cells[first]
        expanded += len(rows)
        if len(best) >= k and best[k - 1] >= bound:
            break
    words = [predictor.lexicon.word(cell) for cell in best_cells.tolist()]
    if prefix:
        words = _exact_ones_first(words, best, prefix, ignore_case)[:k]
    return Suggestions(
        words=words,
        log_probs=[float(value) for value in best[:k]],
        exact=bound == -math.inf or (len(best) >= k and bool(best[k - 1] >= bound)),
        bound=bound,
        rows_expanded=expanded,
    )


def _first(values, k, ties):
    """Return the places of the k greatest values, the greatest first.

    With `ties` those that equal the last one are among them, too.
    """
    if len(values) <= k:
        return np.argsort(-values, kind="stable")
    # Most are out of the question, so few are sorted.
    least = np.partition(values, len(values) - k)[len(values) - k]
    places = np.flatnonzero(values >= least)
    places = places[np.argsort(-values[places], kind="stable")]
    return places if ties else places[:k]


def _exact_ones_first(words, log_probs, prefix, ignore_case):
    """Return words by falling log-probability, of equal ones those typed exactly."""
    order = sorted(
        range(len(words)),
        key=lambda n: (
            -log_probs[n],
            not begins_exactly_with(words[n], prefix, ignore_case),
        ),
    )
    return [words[n] for n in order]


def _allowed(predictor, prefix, exclude, all_tokens, ignore_case):
    """Return which cells hold a candidate, bool `(R, C)`."""
    lexicon = predictor.lexicon
    allowed = lexicon.occupied if all_tokens else lexicon.suggestable
    allowed = allowed.copy()
    if prefix:
        begun = np.zeros(len(allowed), bool)
        begun[lexicon.with_prefix(prefix, ignore_case)] = True
        allowed &= begun
    normalise = predictor.tokenizer.normalise
    cells = (lexicon.get(normalise(word)) for word in exclude)
    allowed[[cell for cell in cells if cell is not None]] = False
    return allowed.reshape(predictor.rows, predictor.columns)


def best_first(predictor, state, allowed, max_rows=None):
    """Expand rows with candidates from the best, a batch at a time.

    Yields:
        The rows `(n,)`, log P of their cells `(n, C)`, and log P_r of the best row that
        is left, −∞ if there is none.
    """
    useful = np.flatnonzero(allowed.any(axis=1))
    order = useful[np.argsort(-state.row_log_probs[useful], kind="stable")]
    end = len(order) if max_rows is None else min(max_rows, len(order))
    for start in range(0, end, ROWS_AT_ONCE):
        rows = order[start : min(start + ROWS_AT_ONCE, end)]
        scores = state.row_log_probs[rows, None] + predictor.expand(rows, state)
        left = order[start + len(rows) :]
        bound = float(state.row_log_probs[left[0]]) if len(left) else -math.inf
        yield rows, scores, bound
