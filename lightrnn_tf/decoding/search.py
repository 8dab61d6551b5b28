"""The most probable words, certified, without scoring all V.

No word is more probable than its row: P(w) ≤ P_r(row). So rows are expanded, the best
first, until the k-th best word found is at least as probable as the best row that is
left. Then the answer is the true top k.
"""

import dataclasses
import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.predictors.protocol import (
    ROWS_AT_ONCE,
    Predictor,
    State,
    check_predictor,
)
from lightrnn_tf.words.candidates import Candidates
from lightrnn_tf.words.spelling import begins_exactly_with

_NONE = np.empty(0, np.int64)


@dataclasses.dataclass(frozen=True)
class Suggestions:
    """The most probable next words.

    Attributes:
        words: At most k words, best first, as they are usually written.
        log_probs: The log-probability of each in nats, among all V words.
        exact: Whether they are certified to be the best ones.
        bound: An upper bound on the log-probability of words that were not scored; −∞
            if all candidates were.
        rows_expanded: How many rows were expanded.

    Example:

    >>> Suggestions(["the"], [-0.5], exact=True, bound=-2.0, rows_expanded=8).words
    ['the']
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

    It takes time O(C) for each row expanded, usually a few rows.

    Args:
        predictor: The predictor.
        state: The `State` of the text so far, from `read`.
        k: Positive integer. How many words; fewer are returned if there are fewer.
        prefix: What the words begin with; accents and apostrophes may be left out. Of
            equally probable words, those that begin with it exactly come first.
            Defaults to any word.
        exclude: Words that are not suggested; for a model of lower-cased text their
            case makes no difference. Defaults to none.
        max_rows: Positive integer. Most rows to expand, which limits the time; the
            answer may then not be exact. Defaults to no limit.
        all_tokens: Whether to suggest special words, numbers and punctuation, too.
            Defaults to `False`.
        ignore_case: Whether to ignore the case of the prefix. Defaults to `False`; a
            model of lower-cased text always ignores it.

    Returns:
        The `Suggestions`.

    Raises:
        ValueError: If an argument is none of these.
    """
    check_predictor(predictor)
    _check(state, k, max_rows, all_tokens, ignore_case)
    prefix = "" if prefix is None else prefix
    checks.string("prefix", prefix)
    ignore_case = ignore_case or predictor.tokenizer.lowercase
    candidates = predictor.lexicon.candidates(
        predictor.columns, prefix, ignore_case, all_tokens
    )
    query = _Query(predictor, state, candidates, _cells(predictor, exclude), k)
    best, words, bound, expanded = _best(query, max_rows, ties=bool(prefix))
    if prefix:
        words = _exact_ones_first(words, best, prefix, ignore_case)[:k]
    return Suggestions(
        words=words,
        log_probs=[float(value) for value in best[:k]],
        exact=bound == -math.inf or (len(best) >= k and bool(best[k - 1] >= bound)),
        bound=bound,
        rows_expanded=expanded,
    )


def _check(state, k, max_rows, all_tokens, ignore_case):
    checks.instance("state", state, State)
    checks.positive_integer("k", k)
    if max_rows is not None:
        checks.positive_integer("max_rows", max_rows)
    checks.boolean("all_tokens", all_tokens)
    checks.boolean("ignore_case", ignore_case)


def _cells(predictor, exclude):
    """Return the cells of the words of `exclude`, checked, as an array."""
    if exclude is None:
        return _NONE
    checks.several("exclude", exclude)
    exclude = list(exclude)
    checks.strings("exclude", exclude)
    normalise = predictor.tokenizer.normalise
    cells = {predictor.lexicon.get(normalise(word)) for word in exclude}
    return np.array([cell for cell in cells if cell is not None], np.int64)


class _Query(NamedTuple):
    """What is asked for: the k best of the candidates but for excluded cells."""

    predictor: Predictor
    state: State
    candidates: Candidates
    excluded: np.ndarray
    k: int


def _best(query, max_rows, ties):
    """Expand rows until the k best words are certain, or `max_rows` are expanded.

    Returns:
        The log-probabilities of the best words and the words, best first, at least k
        if there are as many; the bound of `Suggestions`; and the rows expanded.
    """
    first = None
    if not ties and max_rows is None:
        first = _first_words(query)
    found = _Found(query, ties)
    if first is not None:
        found.begin(first)
    found.go_on(max_rows)
    if first is not None and not found.reaches(first.unlisted):
        # A word of the first rows that is not listed may be better: expand them, too.
        found = _Found(query, ties)
        found.go_on(max_rows)
    words = [query.predictor.lexicon.written(cell) for cell in found.cells.tolist()]
    return found.log_probs, words, found.bound, found.expanded


def _first_words(query):
    """Return what the model gives in one call, `None` if that is less than k words."""
    find = getattr(query.predictor, "first_words", None)
    first = None if find is None else find(query.state)
    return None if first is None or len(first.cells) < query.k else first


class _Found:
    """The best words that were found so far.

    Attributes:
        cells: Their cells, best first.
        log_probs: log P of each.
        bound: Upper bound of log P of the words of rows that are not expanded.
        expanded: How many rows are.
    """

    def __init__(self, query, ties):
        self.query, self.k, self.ties = query, query.k, ties
        self.useful = query.candidates.rows(but=query.excluded)
        self.cells = np.empty(0, np.int64)
        self.log_probs = np.empty(0, np.float64)
        self.expanded, self.bound = 0, math.inf

    def begin(self, first):
        """Take over the words that the model gives in one call."""
        candidates, columns = self.query.candidates, self.query.predictor.columns
        row_log_probs = self.query.state.row_log_probs
        # Of rows as probable as the best one that is left, any may be left.
        left = row_log_probs <= first.bound
        left[first.changed] = True
        taken = candidates.are(first.cells) & ~left[first.cells // columns]
        self._add(first.cells[taken], first.log_probs[taken])
        self.useful = self.useful & left
        self.expanded = len(left) - int(left.sum())
        self.bound = float(row_log_probs[self.useful].max(initial=-math.inf))

    def go_on(self, max_rows):
        """Expand rows while one that is left may hold a better word."""
        if self.reaches(self.bound):
            return
        self.bound = -math.inf
        predictor, state, candidates = self.query[:3]
        for rows, scores, bound in best_first(predictor, state, self.useful, max_rows):
            self.bound = bound
            places = candidates.places(rows)
            log_probs = scores.ravel()[places]
            # Most words are less probable than the k-th of before.
            better = (log_probs >= self._least()).nonzero()[0]
            if len(better):
                row, column = np.divmod(places[better], predictor.columns)
                self._add(rows[row] * predictor.columns + column, log_probs[better])
            self.expanded += len(rows)
            if self.reaches(self.bound):
                return

    def reaches(self, bound):
        """Return whether there are k words of at least this log-probability."""
        return len(self.log_probs) >= self.k and self.log_probs[self.k - 1] >= bound

    def _least(self):
        """Return the log-probability below which a word is not among the best."""
        return self.log_probs[self.k - 1] if len(self.log_probs) >= self.k else -np.inf

    def _add(self, cells, log_probs):
        if len(self.query.excluded):
            taken = ~np.isin(cells, self.query.excluded)
            cells, log_probs = cells[taken], log_probs[taken]
        log_probs = np.concatenate([self.log_probs, log_probs])
        first = _first(log_probs, self.k, self.ties)
        self.log_probs = log_probs[first]
        self.cells = np.concatenate([self.cells, cells])[first]


def _first(values, k, ties):
    """Return the places of the k greatest values, the greatest first.

    With `ties`, all values that equal the k-th are included.
    """
    if len(values) <= k:
        return np.argsort(-values, kind="stable")
    # Only the values from the k-th on are sorted.
    least = np.partition(values, len(values) - k)[len(values) - k]
    places = (values >= least).nonzero()[0]
    places = places[np.argsort(-values[places], kind="stable")]
    return places if ties else places[:k]


def _exact_ones_first(words, log_probs, prefix, ignore_case):
    """Sort words by log-probability; of equal ones, those typed exactly go first."""
    order = sorted(
        range(len(words)),
        key=lambda n: (
            -log_probs[n],
            not begins_exactly_with(words[n], prefix, ignore_case),
        ),
    )
    return [words[n] for n in order]


def best_first(predictor, state, useful, max_rows=None):
    """Expand the rows that are useful, the best first, some at a time.

    Args:
        predictor: A `Predictor`, or anything with its `expand`.
        state: The `State` of the text so far.
        useful: bool `(R,)`, which rows may hold what is looked for.
        max_rows: Most rows to expand. Defaults to no limit.

    Yields:
        The rows `(n,)`, n ≤ 8; log P of their cells `(n, C)`; and log P_r of the best
        row that is left, −∞ if none is.
    """
    useful = np.flatnonzero(useful)
    order = useful[np.argsort(-state.row_log_probs[useful], kind="stable")]
    end = len(order) if max_rows is None else min(max_rows, len(order))
    for start in range(0, end, ROWS_AT_ONCE):
        rows = order[start : min(start + ROWS_AT_ONCE, end)]
        scores = state.row_log_probs[rows, None] + predictor.expand(rows, state)
        left = order[start + len(rows) :]
        bound = float(state.row_log_probs[left[0]]) if len(left) else -math.inf
        yield rows, scores, bound
