"""Suggestions that begin with what a model gives in one call are the same words."""

import numpy as np
import pytest

from lightrnn_tf import decoding
from lightrnn_tf.predictors.protocol import FirstWords, State
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import Tokenizer

ROWS, COLUMNS, BEAM = 12, 5, 3


class OneCall:
    """A model of random numbers; it gives the best of its three best rows at once.

    Args:
        rng: Draws the numbers.
        listed: How many words it gives.
        grid: Numbers are multiples of it, so that many are equal. 0 for none.
        changed: Rows whose words the call gives wrong log-probabilities.
    """

    def __init__(self, rng, listed, grid, changed=0):
        known = ["<eos>", "<unk>", ".", *(f"w{n}" for n in range(45))]
        cells = rng.permutation(ROWS * COLUMNS)[: len(known)]
        words = [""] * (ROWS * COLUMNS)
        for cell, word in zip(cells, known, strict=True):
            words[cell] = word
        self.lexicon = Lexicon(words)
        self.rows, self.columns = ROWS, COLUMNS
        self.tokenizer = Tokenizer("words")
        self.listed, self.expanded = listed, []
        self.changed = rng.permutation(ROWS)[:changed]
        rows = rng.normal(0, 3, ROWS)
        columns = rng.normal(0, 2, (ROWS, COLUMNS))
        if grid:
            rows, columns = (
                np.round(rows / grid) * grid,
                np.round(columns / grid) * grid,
            )
        occupied = self.lexicon.occupied.reshape(ROWS, COLUMNS)
        # No word is more probable than its row: the columns are at most 0.
        columns -= columns.max(axis=1, keepdims=True)
        self.row_log_probs = rows.astype(np.float32)
        self.column_log_probs = np.where(occupied, columns, -50).astype(np.float32)

    def start(self):
        return State([], self.row_log_probs)

    advance = None

    def expand(self, rows, state):
        self.expanded += rows.tolist()
        return self.column_log_probs[rows]

    def first_words(self, state):
        order = np.argsort(-self.row_log_probs, kind="stable")
        rows = order[:BEAM]
        scores = self.row_log_probs[rows, None] + self.column_log_probs[rows]
        # As words of a user change a row: the others become less probable.
        scores[np.isin(rows, self.changed)] += 0.5
        cells = (rows[:, None] * COLUMNS + np.arange(COLUMNS)).ravel()
        best = np.argsort(-scores.ravel(), kind="stable")[: self.listed]
        best = best[self.lexicon.occupied[cells[best]]]
        log_probs = scores.ravel()[best]
        full = len(best) == self.listed
        return FirstWords(
            cells[best],
            log_probs,
            bound=float(self.row_log_probs[order[BEAM]]),
            unlisted=float(log_probs[-1]) if full and len(best) else -np.inf,
            changed=self.changed,
        )


class Without:
    """The same model without the call."""

    def __init__(self, model):
        self.model = model

    def __getattr__(self, name):
        if name == "first_words":
            raise AttributeError(name)
        return getattr(self.model, name)


@pytest.mark.parametrize("grid", [0, 1.0])
@pytest.mark.parametrize("listed", [1, 4, 16])
@pytest.mark.parametrize("changed", [0, 2])
def test_words_and_log_probs_are_those_of_expanding_alone(listed, grid, changed):
    saved = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        model = OneCall(rng, listed, grid, changed)
        state = model.start()
        for k in (1, 2, 3, 8, 60):
            for more in ({}, {"all_tokens": True}, {"exclude": ["w1", "w7", "w30"]}):
                plain = decoding.top_k(Without(model), state, k, **more)
                before = len(model.expanded)
                found = decoding.top_k(model, state, k, **more)
                saved += plain.rows_expanded - (len(model.expanded) - before)
                assert found.exact == plain.exact is True
                np.testing.assert_allclose(found.log_probs, plain.log_probs, rtol=1e-6)
                # Of equally probable words any may come first, and be left out.
                if not grid:
                    assert found.words == plain.words
                assert len(set(found.words)) == len(found.words)
    assert saved > 0


def test_a_certain_answer_expands_nothing(rng):
    model = OneCall(rng, 16, 0)
    model.row_log_probs[4] = 90
    found = decoding.top_k(model, model.start(), 1)
    assert model.expanded == []
    assert found.rows_expanded == BEAM
    assert found.exact


def test_going_on_expands_only_rows_that_were_not_in_the_call(rng):
    model = OneCall(rng, 16, 0)
    model.row_log_probs[:] = np.linspace(0, -0.1, ROWS)
    decoding.top_k(model, model.start(), 8)
    assert model.expanded
    assert not set(model.expanded) & {0, 1, 2}


@pytest.mark.parametrize("more", [{"prefix": "w1"}, {"max_rows": 2}])
def test_a_prefix_or_a_cap_on_rows_begins_with_the_best_row(more, rng):
    model = OneCall(rng, 16, 0)
    model.row_log_probs[:] = np.linspace(0, -0.1, ROWS)
    decoding.top_k(model, model.start(), 1, **more)
    assert model.expanded[0] == 0 or "prefix" in more
    plain = decoding.top_k(Without(model), model.start(), 1, **more)
    assert decoding.top_k(model, model.start(), 1, **more) == plain
