"""Words that the user adds: they take free cells, and the model stays as it is.

A free cell has the vectors of its row and column. So the model can read a word in it
and gives it a score s, on the scale of the log-probabilities of its row. A user word
with bias d has the probability exp(s + d) / Z in its row, where Z = 1 + Σ exp(s + d)
over the user words of the row. The probabilities of all other words of the row are
divided by Z. So all probabilities still sum to 1, no word is more probable than its
row, and exact decoding stays exact.
"""

import dataclasses
import functools
import hashlib
import math
import os
import pathlib
import unicodedata
from typing import Any

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import write_atomic
from lightrnn_tf.predictors.mixed import Mixed
from lightrnn_tf.predictors.protocol import (
    ROWS_AT_ONCE,
    FirstWords,
    Predictor,
    State,
    check_predictor,
)
from lightrnn_tf.predictors.user_words_file import CANDIDATES, Entry, read, written
from lightrnn_tf.words.candidates import Searchable
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.spelling import begins_with
from lightrnn_tf.words.tokenizer import MAX_WORD_LENGTH, Tokenizer, is_suggestable

# The bias of a word that was learned once; it grows with the logarithm of the count. A
# larger bias completes new words after fewer letters but disturbs the other words more.
# It was chosen on validation text so that these lose less than 0.2 points of top-3.
_FIRST_BIAS = 2.0
# A word that was written once may be a slip.
_OFFERED_FROM = 2


class UserWords:
    """Adds the words of the user to a predictor, and is itself a predictor.

    A word is offered from the second time it was learned, as it was written last. A
    word of the model that its file does not offer is learned like others.

    Args:
        predictor: A `LiteRTPredictor` or `KerasPredictor` with free cells.

    Raises:
        ValueError: If the model has no free cells.

    Example:

    >>> words = ["<eos>", "<unk>", "the", "cat", "dog", "sat"]
    >>> vocabulary = lightrnn_tf.Vocabulary(
    ...     words, [6, 5, 4, 3, 2, 1], lightrnn_tf.Tokenizer("words")
    ... )
    >>> model = models.LightRNN(6, rows=2, columns=4, units=4)
    >>> model.build()
    >>> user_words = UserWords(lightrnn_tf.predictor.KerasPredictor(model, vocabulary))
    >>> user_words.learn("Zebra", user_words.start(), kept=True)
    >>> decoding.top_k(user_words, user_words.start(), 1, prefix="Z").words
    ['Zebra']
    >>> user_words.forget("Zebra")
    """

    def __init__(self, predictor: Predictor):
        check_predictor(predictor)
        if isinstance(predictor, Mixed | UserWords):
            raise ValueError(
                "`predictor` must be a model or its file: Cached and Habits go around "
                f"UserWords. Received: a {type(predictor).__name__}."
            )
        self._predictor = predictor
        self.rows, self.columns = predictor.rows, predictor.columns
        self.tokenizer = predictor.tokenizer
        self._free = np.flatnonzero(~predictor.lexicon.occupied)
        if not len(self._free):
            raise ValueError(
                "`predictor` must have free cells for the words of its user. Received: "
                "none. Train a LightRNN with --user-cells."
            )
        self._entries: dict[str, Entry] = {}
        self._update()

    def _update(self):
        """Derive what decoding needs from the entries."""
        lexicon = self._predictor.lexicon
        placed = {w: e for w, e in self._entries.items() if e.cell is not None}
        cells = np.array([entry.cell for entry in placed.values()], int)
        biases = np.array([_bias(entry.count) for entry in placed.values()])
        self._own_rows, self._own_columns = np.divmod(cells, self.columns)
        self._biases = biases
        forms = {e.cell: e.form for e in placed.values()}
        for word, entry in self._entries.items():
            known = lexicon.get(word)
            if known is not None and entry.count >= _OFFERED_FROM:
                forms[known] = entry.form
        own = dict(zip(placed, cells.tolist(), strict=True))
        self.lexicon = _UserLexicon(lexicon, own, forms)

    # As a predictor.

    @property
    def line_independent(self) -> bool:
        """Whether each line begins anew."""
        return self._predictor.line_independent

    @property
    def manifest(self) -> dict:
        """What the file of the model says of itself; nothing where there is none."""
        return getattr(self._predictor, "manifest", {})

    def start(self) -> State:
        """Return the state at the start of a text."""
        return self._predictor.start()

    def advance(self, cell: int, state: State) -> State:
        """Return the state after the word in `cell`."""
        return self._predictor.advance(cell, state)

    def first_words(self, state: State) -> FirstWords | None:
        """Return those of the model; rows with words of the user are changed."""
        find = getattr(self._predictor, "first_words", None)
        first = None if find is None else find(state)
        return first and dataclasses.replace(first, changed=self._own_rows)

    def expand(self, rows: np.ndarray, state: State) -> np.ndarray:
        """Return log P_c `(n, C)` of n ≤ 8 rows, with the words of the user."""
        log_probs = np.array(self._predictor.expand(rows, state))
        for place, row in enumerate(np.asarray(rows).tolist()):
            own = self._own_rows == row
            if own.any():
                columns = self._own_columns[own]
                scores = log_probs[place, columns] + self._biases[own]
                total = np.logaddexp.reduce([0.0, *scores])
                log_probs[place] -= total
                log_probs[place, columns] = scores - total
        return log_probs

    def knows(self, word: str) -> bool:
        """Return whether the model offers a word, or says that it is right.

        Args:
            word: String, in the spelling of the model's words.
        """
        lexicon = self._predictor.lexicon
        cell = lexicon.get(word)
        return cell is not None and bool(
            lexicon.suggestable[cell] or lexicon.trusted[cell]
        )

    def frequent(self, share: float) -> np.ndarray:
        """Return which words of the model are frequent.

        Args:
            share: Number. The least share of the words of the training text.

        Returns:
            bool `(R · C,)`.
        """
        predictor: Any = self._predictor
        counts = predictor.counts
        return counts >= share * counts.sum()

    # As a store.

    def counts(self) -> dict[str, int]:
        """Return each word and how often it was learned, the least recent first."""
        return {word: entry.count for word, entry in self._entries.items()}

    def learn(self, word: str, state: State, kept: bool = False) -> None:
        """Count a word that the user wrote, and place it where it fits best.

        Words that the model offers change nothing. If no cell is free, the word that
        was learned least often makes room; of several, the least recent.

        Args:
            word: One word, as the tokenizer of the model cuts it. It is learned in the
                spelling of the model's words, and offered as it is written here.
            state: The `State` before the word.
            kept: Whether the user kept it on purpose, so that it is offered at once.
                Defaults to `False`.

        Raises:
            ValueError: If it is not one word with letters, or too long.
        """
        checks.boolean("kept", kept)
        spelled = _spelled(self.tokenizer, word)
        if spelled is None:
            raise ValueError(
                "`word` must be one word with letters, as the tokeniser cuts them, of "
                f"at most {MAX_WORD_LENGTH} characters. Received: {str(word)[:64]!r}."
            )
        form, word = _form(self.tokenizer, word, spelled), spelled
        if self.knows(word):
            return
        known = self._predictor.lexicon.get(word)
        old = self._entries.get(word)
        if old is not None and form.isupper() and len(form) > 1:
            form = old.form  # Perhaps it was shouted.
        count = max((old.count if old else 0) + 1, _OFFERED_FROM if kept else 1)
        entry = Entry(count, form, None, np.empty(0, int), np.empty(0))
        if known is None:
            self._find_cells(entry, old, state)
        self._entries.pop(word, None)
        if known is None and count >= _OFFERED_FROM:
            self._place(entry)
        self._entries[word] = entry
        self._update()

    def _find_cells(self, entry, old, state):
        """Set the cells of a new entry, and what it has lost in them so far."""
        if old is not None and len(old.cells):
            entry.cells = old.cells
            entry.losses = old.losses + _losses(self._predictor, old.cells, state)
        else:
            losses = _losses(self._predictor, self._free, state)
            best = np.argsort(losses, kind="stable")[:CANDIDATES]
            entry.cells, entry.losses = self._free[best], losses[best]

    def _place(self, entry):
        """Give an entry its best free cell, or else any free cell."""
        taken = {other.cell for other in self._entries.values()}
        order = np.argsort(entry.losses, kind="stable")
        for cell in (*entry.cells[order].tolist(), *self._free.tolist()):
            if cell not in taken:
                entry.cell = cell
                return
        placed = [word for word, e in self._entries.items() if e.cell is not None]
        rarest = min(placed, key=lambda word: self._entries[word].count)
        entry.cell = self._entries.pop(rarest).cell

    def forget(self, word: str) -> None:
        """Forget a word.

        Args:
            word: The word, as `counts` has it.

        Raises:
            KeyError: If it was not learned.
        """
        del self._entries[word]
        self._update()

    def clear(self) -> None:
        """Forget all words."""
        self._entries.clear()
        self._update()

    # As a file.

    def save(self, path: str | os.PathLike) -> None:
        """Write the words to a file, whole or not at all.

        Args:
            path: The file; it is replaced if it exists.

        Raises:
            OSError: If it cannot be written.
        """
        write_atomic(pathlib.Path(path), written(self._entries, self._vocabulary()))

    def load(self, path: str | os.PathLike) -> None:
        """Replace the words by those of a file.

        If the file was saved with another vocabulary, its words keep their counts, and
        each gets a cell when it is learned again.

        Args:
            path: A file that `save` wrote.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is not a file that `save` wrote; then nothing changes.
        """
        spelled = functools.partial(_spelled, self.tokenizer)
        entries = read(pathlib.Path(path), self._vocabulary(), self._free, spelled)
        self._entries = {w: entry for w, entry in entries.items() if not self.knows(w)}
        self._update()

    def _vocabulary(self):
        """Return a hash that differs for models with words in other cells."""
        return hashlib.sha256(self._predictor.lexicon.to_bytes()).hexdigest()


def _losses(predictor, cells, state):
    """Return −log P of a new word in each of n cells, `(n,)`."""
    rows = np.unique(cells // predictor.columns)
    scores = {}
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        log_probs = predictor.expand(part, state)
        scores.update(zip(part.tolist(), log_probs, strict=True))
    found = np.array(
        [scores[cell // predictor.columns][cell % predictor.columns] for cell in cells]
    )
    score = found.astype(np.float64) + _FIRST_BIAS
    return (
        np.logaddexp(0, score) - score - state.row_log_probs[cells // predictor.columns]
    )


def _form(tokenizer, written, word):
    """Return how a word is written, from how the user wrote it."""
    cased = Tokenizer(tokenizer.name).words(written)
    same = len(cased) == 1 and tokenizer.normalise(cased[0]) == word
    return cased[0] if same else word


def _spelled(tokenizer, word):
    """Return a word in the model's spelling; `None` if it is not one word."""
    if not isinstance(word, str) or not _is_one(word):
        return None
    words = tokenizer.words(word)
    if len(words) != 1 or len(words[0]) > MAX_WORD_LENGTH:
        return None
    return words[0] if is_suggestable(words[0]) else None


def _is_one(word):
    """Return whether a string has no spaces and no unprintable characters."""
    return word.split() == [word] and all(
        c.isprintable() or unicodedata.category(c) == "Cf" for c in word
    )


def _bias(count):
    return _FIRST_BIAS + math.log(count)


class _UserLexicon(Searchable):
    """The words of a model and of its user, with the methods that decoding uses."""

    def __init__(self, lexicon: Lexicon, own: dict[str, int], forms: dict[int, str]):
        self._lexicon, self._own, self._forms = lexicon, own, forms
        self._word_of = {cell: word for word, cell in own.items()}
        offered = [*own.values(), *forms]
        self.size = lexicon.size
        self.occupied, self.suggestable, self.trusted = (
            flags.copy()
            for flags in (lexicon.occupied, lexicon.suggestable, lexicon.trusted)
        )
        for flags in (self.occupied, self.suggestable, self.trusted):
            flags[offered] = True

    def word(self, cell: int) -> str:
        return self._word_of.get(cell) or self._lexicon.word(cell)

    def written(self, cell: int) -> str:
        return self._forms.get(cell) or self._lexicon.written(cell)

    def get(self, word: str) -> int | None:
        cell = self._own.get(word)
        return self._lexicon.get(word) if cell is None else cell

    def __getitem__(self, word: str) -> int:
        return self._own[word] if word in self._own else self._lexicon[word]

    def with_prefix(self, prefix: str, ignore_case: bool = False) -> np.ndarray:
        own = [c for w, c in self._own.items() if begins_with(w, prefix, ignore_case)]
        cells = self._lexicon.with_prefix(prefix, ignore_case)
        return np.concatenate([cells, np.array(own, cells.dtype)])
