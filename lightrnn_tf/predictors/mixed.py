"""A predictor into which votes for words are mixed, such as for words said before.

    P'(w) = (1 − Σ votes) P(w) + votes of w

P'(row) is the sum of P'(w) over the words of the row. So no word is more probable than
its row, and exact decoding stays exact: what votes are for is expanded where it may be
among the best, and a row without votes is bounded by (1 − Σ votes) P(row).
"""

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from lightrnn_tf.predictors.protocol import (
    Contexts,
    FirstWords,
    Predictor,
    State,
    check_predictor,
)
from lightrnn_tf.words.tokenizer import EOS
from lightrnn_tf.words.vocabulary import Vocabulary


class MixedState(State):
    """A state of the predictor inside, and the votes there.

    Votes are counted when they are first asked for: not while a text is read.

    Args:
        mixed: The `Mixed` predictor.
        inner: The state of the predictor inside.
        **read: What else the predictor knows of the text so far.

    Attributes:
        inner: As above; and what else was given, by name.

    Example:

    >>> words = ["<eos>", "<unk>", "the"]
    >>> vocabulary = lightrnn_tf.Vocabulary(
    ...     words, [3, 2, 1], lightrnn_tf.Tokenizer("words")
    ... )
    >>> model = models.LightRNN(3, rows=2, columns=2, units=4)
    >>> model.build()
    >>> plain = lightrnn_tf.predictor.KerasPredictor(model, vocabulary)
    >>> cached = decoding.Cached(plain)
    >>> state = decoding.read(cached, ["the", "the"])
    >>> isinstance(state, MixedState), round(float(state.votes[1].sum()), 3)
    (True, 0.01)
    """

    inner: State
    _mixed: "Mixed"

    def __init__(self, mixed: "Mixed", inner: State, **read: object):
        # A State is frozen; this one fills itself in.
        self.__dict__ |= {"_mixed": mixed, "inner": inner, **read}

    @property
    def states(self):
        return self.inner.states

    @functools.cached_property
    def votes(self) -> tuple[np.ndarray, np.ndarray]:
        """Cells `(n,)`, which may repeat, and the votes for each `(n,)`."""
        return self._mixed.votes(self)

    @functools.cached_property
    def rest(self) -> float:
        """log of the share of the predictor inside, 1 − Σ votes."""
        return float(np.log1p(-self.votes[1].sum()))

    @functools.cached_property
    def row_log_probs(self) -> np.ndarray:
        cells, votes = self.votes
        if not len(cells):
            return self.inner.row_log_probs
        columns, rows = self._mixed.columns, self._mixed.rows
        of_rows = np.bincount(cells // columns, votes, rows)
        with np.errstate(divide="ignore"):
            return np.logaddexp(self.plain_rows, np.log(of_rows))

    @functools.cached_property
    def plain_rows(self) -> np.ndarray:
        """log of (1 − Σ votes) P(row), `(R,)`.

        In float64, as the bound of `first_words`: rows are compared with it exactly.
        """
        return self.inner.row_log_probs.astype(np.float64) + self.rest


class Mixed:
    """Base of the predictors that mix votes into another; a predictor itself.

    A subclass has `votes`, and makes its own `MixedState` in `start` and `advance`.

    Args:
        predictor: The `Predictor` inside.

    Raises:
        ValueError: If it is none.
    """

    # It begins lines anew by itself, and remembers across them.
    line_independent = False

    def __init__(self, predictor: Predictor):
        check_predictor(predictor)
        if isinstance(predictor, type(self)):
            raise ValueError(
                f"`predictor` must be without a {type(self).__name__} of its own. "
                f"Received: a {type(predictor).__name__}."
            )
        self._predictor: Any = predictor
        self.rows, self.columns = predictor.rows, predictor.columns
        self.tokenizer = predictor.tokenizer
        self._eos = predictor.lexicon[EOS]

    @property
    def lexicon(self):
        """The words and their cells."""
        return self._predictor.lexicon

    @property
    def manifest(self) -> dict:
        """What the file of the model says of itself; nothing where there is none."""
        return getattr(self._predictor, "manifest", {})

    def votes(self, state: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return cells `(n,)` and the votes for each `(n,)`, less than 1 in all."""
        raise NotImplementedError

    def _inner_after(self, cell, state):
        """Return the state of the predictor inside after a word."""
        if cell == self._eos and self._predictor.line_independent:
            return self._predictor.start()
        return self._predictor.advance(cell, state.inner)

    def expand(self, rows: np.ndarray, state: Any) -> np.ndarray:
        """Return log P'_c `(n, C)` of n ≤ 8 rows."""
        rows = np.asarray(rows)
        log_probs = np.array(self._predictor.expand(rows, state.inner), np.float64)
        cells, votes = state.votes
        if not len(cells):
            return log_probs
        log_probs += state.plain_rows[rows, None]
        place_of = np.full(self.rows, -1)
        place_of[rows] = np.arange(len(rows))
        place = place_of[cells // self.columns]
        (found,) = (place >= 0).nonzero()
        place = place[found]
        places = cells[found] + (place - rows[place]) * self.columns
        in_rows = np.bincount(places, votes[found], log_probs.size)
        (voted,) = in_rows.nonzero()
        flat = log_probs.reshape(-1)
        flat[voted] = np.logaddexp(flat[voted], np.log(in_rows[voted]))
        return log_probs - state.row_log_probs[rows, None]

    def first_words(self, state: Any) -> FirstWords | None:
        """Return those of the predictor inside; rows with votes are changed."""
        find = getattr(self._predictor, "first_words", None)
        # Asked for first: then the word is read by the same call.
        first = None if find is None else find(state.inner)
        cells, _ = state.votes
        if first is None or not len(cells):
            return first
        return FirstWords(
            first.cells,
            first.log_probs.astype(np.float64) + state.rest,
            float(first.bound) + state.rest,
            float(first.unlisted) + state.rest,
            np.union1d(cells // self.columns, first.changed),
        )

    @property
    def vocabulary(self) -> Vocabulary:
        """The words in the order of their ids."""
        return self._predictor.vocabulary

    @property
    def model_bytes(self) -> int:
        """Bytes of the model."""
        return self._predictor.model_bytes

    def contexts(self, ids: np.ndarray) -> Iterator[Contexts]:
        """Read word ids `(N,)` as one stream; yield the places one by one."""
        lexicon = self.lexicon
        cells = np.array([lexicon[word] for word in self.vocabulary.words])
        state = self.start()
        for cell in cells[ids].tolist():

            def expand(_, rows, state=state):
                return self.expand(rows[0], state)[None]

            yield Contexts(np.array([cell]), state.row_log_probs[None], expand)
            state = self.advance(cell, state)

    def start(self) -> MixedState:
        """Return the state at the start of a text."""
        raise NotImplementedError

    def advance(self, cell: int, state: Any) -> MixedState:
        """Return the state after the word in `cell`."""
        raise NotImplementedError
