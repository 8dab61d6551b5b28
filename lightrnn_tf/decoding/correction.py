"""The words that may be meant by what was typed, right or wrong, certified.

A word scores log P(word | context) + log P(typed | word): the model's part, and the
part of the channel (`channel.py`), a cost that is 0 for words that begin with what was
typed. No word scores better than its row less the least cost of a candidate in it. So
rows are expanded, the best first, until the k-th best word found scores at least as
well as the best row that is left could. Two words without their space are scored one
after the other.
"""

import dataclasses
import itertools
import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.decoding import channel
from lightrnn_tf.decoding.search import _cells
from lightrnn_tf.predictors.protocol import (
    ROWS_AT_ONCE,
    Predictor,
    State,
    check_predictor,
)
from lightrnn_tf.words.folded import folded_words
from lightrnn_tf.words.spelling import begins_exactly_with, fold, is_bare
from lightrnn_tf.words.tokenizer import MAX_WORD_LENGTH, UNK

# What was typed may be a new word, which scores log P(<unk> | context) less so much and
# so much a letter. Another replaces it if it scores better by the margin, and by more
# where one of the two begins with the other: new words often are known ones with an
# ending. `python benchmarks/correction.py --choose` shows how these were chosen.
NEW_WORD, LETTER = 10.0, 1.0
MARGIN, ENDING = 5.5, 3.0


@dataclasses.dataclass(frozen=True)
class Corrections:
    """The words that may be meant by what was typed.

    Attributes:
        words: At most k words as they are written, best first. Two words that were
            typed without a space are one of them, with the space.
        log_probs: The score of each in nats, log P(word | context) + log P(typed |
            word).
        replacement: The word to put in place of what was typed when a space follows,
            `None` to leave it.
        exact: Whether they are certified to be the best ones.
        rows_expanded: How many rows were expanded.

    Example:

    >>> Corrections(["the"], [-7.5], "the", exact=True, rows_expanded=8).replacement
    'the'
    """

    words: list[str]
    log_probs: list[float]
    replacement: str | None
    exact: bool
    rows_expanded: int


class _Found(NamedTuple):
    """A word, or two; in the order of answers, the best first."""

    loss: float
    cost: float
    cells: tuple[int, ...]


def correct(
    predictor: Predictor,
    state: State,
    typed: str,
    k: int = 3,
    exclude: Iterable[str] | None = None,
) -> Corrections:
    """Return the words that may be meant by what was typed, and begun or finished.

    Words count that begin with what was typed, or would but for one slip, from seven
    letters on two; of two letters, whole words that would equal it but for one. Case
    makes no difference. Two words may lack the space between them, unless what was
    typed is a right word. Words that go on are shown, but never replace what was typed;
    another does if its score is better than that of a new word by 5.5 nats.

    Args:
        predictor: The predictor.
        state: The `State` of the text before the word, from `read`.
        typed: The letters typed so far, at least one.
        k: Positive integer. How many words; fewer are returned if there are fewer.
            Defaults to 3.
        exclude: Words that are not returned. Defaults to none.

    Returns:
        The `Corrections`. A word that the lexicon trusts is never replaced, nor is one
        with a digit.

    Raises:
        ValueError: If an argument is none of these.
    """
    check_predictor(predictor)
    checks.instance("state", state, State)
    checks.string("typed", typed)
    checks.positive_integer("k", k)
    typed = predictor.tokenizer.normalise(typed)
    if not typed:
        raise ValueError(
            "`typed` must be at least one letter. Received: typed=''. Use top_k for "
            "the words that may follow."
        )
    query = _Query(predictor, state, typed, _cells(predictor, exclude))
    shown = query.best(query.begun, k)
    least = -shown[k - 1].loss if len(shown) >= k else -math.inf
    floor = query.floor()
    whole, pairs = [], []
    if floor < math.inf:
        whole = query.best(query.whole, 1, floor)
        pairs = query.pairs(max(min(least, floor), query.least_of_pairs(floor)))
    shown = sorted(shown + pairs)[:k]
    best = min(whole + pairs, default=None)
    replaces = best is not None and -best.loss >= floor + query.ending(best)
    return Corrections(
        words=[query.written(found) for found in shown],
        log_probs=[-found.loss for found in shown],
        replacement=query.written(best) if best and replaces else None,
        exact=True,
        rows_expanded=query.rows_expanded,
    )


class _Candidates(NamedTuple):
    """Cells of words and what each costs."""

    cells: np.ndarray
    costs: np.ndarray


class _Query:
    """What may be meant at one place of a text.

    Attributes:
        begun: The words that what was typed may begin.
        whole: Those that it may be as a whole.
        rows_expanded: How many rows were expanded.
    """

    def __init__(self, predictor, state, typed, excluded):
        self.predictor, self.state = predictor, state
        self.typed, self.folded = typed, fold(typed)
        self.lexicon = predictor.lexicon
        self.index = folded_words(self.lexicon)
        self.allowed = self.lexicon.suggestable.copy()
        self.allowed[excluded] = False
        self.rows_expanded = 0
        self._scores = np.empty((predictor.rows, predictor.columns))
        self._expanded = np.zeros(predictor.rows, bool)
        slips = channel.Slips([], [])
        if 0 < len(self.folded) <= MAX_WORD_LENGTH:
            slips = channel.slips(self.index, self.folded)
        self.whole = self._candidates(slips.whole)
        self.begun = self._candidates(sorted(slips.begun + slips.whole, reverse=True))

    def _candidates(self, ranges):
        costs = np.full(len(self.index.folds), math.inf)
        for cost, first, end in ranges:
            costs[first:end] = cost
        ranks = np.flatnonzero(costs < math.inf)
        cells, costs = self.index.cells[ranks], costs[ranks]
        taken = self.allowed[cells]
        cells, costs = cells[taken], costs[taken]
        if not is_bare(self.typed):
            begin = self.lexicon.candidates(self.predictor.columns, self.typed, True)
            costs[(costs == 0) & ~begin.are(cells)] = channel.MARK
        return _Candidates(cells, costs)

    def best(self, candidates, k, floor=-math.inf):
        """Return the k best of the candidates that may score at least `floor`."""
        rows = candidates.cells // self.predictor.columns
        least = np.full(self.predictor.rows, math.inf)
        np.minimum.at(least, rows, candidates.costs)
        bounds = self.state.row_log_probs - least
        order = np.argsort(-bounds, kind="stable")
        bounds = np.append(bounds[order], -math.inf)
        places = np.empty_like(order)
        places[order] = np.arange(len(order))
        by_place = np.argsort(places[rows], kind="stable")
        starts = np.searchsorted(places[rows[by_place]], np.arange(len(order) + 1))
        found = []
        for n in range(0, len(order), ROWS_AT_ONCE):
            worst = found[k - 1].loss if len(found) >= k else math.inf
            if bounds[n] == -math.inf or -bounds[n] > worst or bounds[n] < floor:
                break
            end = min(n + ROWS_AT_ONCE, len(order))
            some = by_place[starts[n] : starts[end]]
            self._expand(order[n:end])
            found = self._first(
                found, candidates.cells[some], candidates.costs[some], k
            )
        return found

    def _first(self, found, cells, costs, k):
        """Return the k best of those found and some more."""
        losses = costs - self._scores.ravel()[cells]
        if len(losses) > k:
            least = losses <= np.partition(losses, k - 1)[k - 1]
            cells, costs, losses = cells[least], costs[least], losses[least]
        more = zip(losses.tolist(), costs.tolist(), cells.tolist(), strict=True)
        found = found + [_Found(loss, cost, (cell,)) for loss, cost, cell in more]
        return sorted(found)[:k]

    def _expand(self, rows):
        rows = rows[~self._expanded[rows]]
        if len(rows):
            scores = self.predictor.expand(rows, self.state)
            self._scores[rows] = self.state.row_log_probs[rows, None] + scores
            self._expanded[rows] = True
            self.rows_expanded += len(rows)

    def _log_prob(self, cell):
        row = cell // self.predictor.columns
        self._expand(np.array([row]))
        return float(self._scores[row, cell % self.predictor.columns])

    def floor(self):
        """Return the score from which a word replaces what was typed, ∞ for none."""
        if not channel.slips_allowed(self.folded) or self._is_right():
            return math.inf
        new = self._log_prob(self.lexicon[UNK])
        return new - NEW_WORD - LETTER * len(self.folded) + MARGIN

    def ending(self, found):
        """Return by how much better a word must be for being typed with an ending."""
        word = "".join(fold(self.lexicon.word(cell)) for cell in found.cells)
        least = min(len(word), len(self.folded))
        same = word[:least] == self.folded[:least]
        return ENDING if same and word != self.folded else 0.0

    def _is_right(self):
        """Return whether what was typed is a word that is trusted or suggested."""
        right = self.lexicon.trusted | self.lexicon.suggestable
        return any(
            right[cell] and _is_same(self.lexicon.word(cell), self.typed)
            for cell in self._of_fold(self.folded)
        )

    def least_of_pairs(self, floor):
        """Return the score that two words need.

        They come only before a new word; and what may become a word is two only if
        these would replace it: facebo is not face bo.
        """
        first, end = self.index.begin_with(self.folded)
        begun = self.allowed[self.index.cells[first:end]].any()
        return floor if begun else floor - MARGIN

    def _of_fold(self, folded):
        """Return the cells of the words with a fold."""
        first, end = self.index.are(folded, *self.index.begin_with(folded))
        return self.index.cells[first:end].tolist()

    def pairs(self, floor):
        """Return the pairs of words without their space that may score `floor`."""
        found = []
        if not self.folded.isalpha():
            return found
        # One letter alone is no word behind another: it would be an ending.
        for n in range(1, len(self.folded) - 1):
            ones = self._of_fold(self.folded[:n])
            others = self._of_fold(self.folded[n:]) if ones else []
            for one, other in itertools.product(ones, others):
                if self.allowed[one] and self.allowed[other]:
                    score = self._score(one, other, floor)
                    if score >= floor:
                        found.append(_Found(-score, channel.SPACE, (one, other)))
        return found

    def _score(self, one, other, floor):
        """Return the score of two words, or less than `floor` if it must be less."""
        columns = self.predictor.columns
        bound = float(self.state.row_log_probs[one // columns]) - channel.SPACE
        if bound < floor:
            return bound
        score = self._log_prob(one) - channel.SPACE
        if score < floor:
            return score
        after = self.predictor.advance(one, self.state)
        row = np.array([other // columns])
        bound = score + float(after.row_log_probs[row[0]])
        if bound < floor:
            return bound
        self.rows_expanded += 1
        return bound + float(self.predictor.expand(row, after)[0, other % columns])

    def written(self, found):
        """Return a word, or two with a space, as written."""
        return " ".join(map(self.lexicon.written, found.cells))


def _is_same(word, typed):
    """Return whether two words differ in nothing but case."""
    return begins_exactly_with(word, typed, True) and begins_exactly_with(
        typed, word, True
    )
