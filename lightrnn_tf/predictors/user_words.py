"""Words that the user adds: they take free cells, and the model stays as it is.

A free cell has the vectors of its row and column. So the model can read a word in it
and gives it a score s, on the scale of the log-probabilities of its row. A user word
with bias d has the probability exp(s + d) / Z in its row, where Z = 1 + Σ exp(s + d)
over the user words of the row. The probabilities of all other words of the row are
divided by Z. So all probabilities still sum to 1, no word is more probable than its
row, and exact decoding stays exact.
"""

import dataclasses
import hashlib
import json
import math
import os
import pathlib
import unicodedata

import numpy as np

from lightrnn_tf._internal.files import write_atomic
from lightrnn_tf.predictors.protocol import (
    ROWS_AT_ONCE,
    FirstWords,
    Predictor,
    State,
    check_predictor,
)
from lightrnn_tf.words.candidates import Searchable
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.spelling import begins_with
from lightrnn_tf.words.tokenizer import MAX_WORD_LENGTH, is_suggestable

FORMAT_VERSION = 1
# The bias of a word that was learned once; it grows with the logarithm of the count. A
# larger bias completes new words after fewer letters but disturbs the other words more.
# It was chosen on validation text so that these lose less than 0.2 points of top-3.
_FIRST_BIAS = 2.0
# Cells that are stored for each word: the best ones when it was first learned.
_CANDIDATES = 8
# Limits of a file: its bytes, and the count of a word.
_MAX_BYTES, _MAX_COUNT = 1 << 24, 1 << 31


@dataclasses.dataclass
class _Entry:
    """A word of the user.

    Attributes:
        count: How often it was learned.
        cell: Its cell; `None` if it must be placed again.
        cells: The cells that were best for it when it was first learned.
        losses: Nats that it would have cost in each of these, over all its contexts.
    """

    count: int
    cell: int | None
    cells: np.ndarray
    losses: np.ndarray


class UserWords:
    """Adds the words of the user to a predictor, and is itself a predictor.

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
    >>> user_words.learn("zebra", user_words.start())
    >>> user_words.counts()
    {'zebra': 1}
    >>> user_words.forget("zebra")
    """

    def __init__(self, predictor: Predictor):
        check_predictor(predictor)
        self._predictor = predictor
        self.rows, self.columns = predictor.rows, predictor.columns
        self.tokenizer = predictor.tokenizer
        self._free = np.flatnonzero(~predictor.lexicon.occupied)
        if not len(self._free):
            raise ValueError(
                "`predictor` must have free cells for the words of its user. Received: "
                "none. Train a LightRNN with --user-cells."
            )
        self._entries: dict[str, _Entry] = {}
        self._update()

    def _update(self):
        """Derive what decoding needs from the entries."""
        placed = {w: e for w, e in self._entries.items() if e.cell is not None}
        cells = np.array([entry.cell for entry in placed.values()], int)
        biases = np.array([_bias(entry.count) for entry in placed.values()])
        self._own_rows, self._own_columns = np.divmod(cells, self.columns)
        self._biases = biases
        self.lexicon = _UserLexicon(
            self._predictor.lexicon,
            dict(zip(placed, cells.tolist(), strict=True)),
        )

    # As a predictor.

    @property
    def line_independent(self) -> bool:
        """Whether each line begins anew."""
        return self._predictor.line_independent

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

    # As a store.

    def counts(self) -> dict[str, int]:
        """Return each word and how often it was learned, the least recent first."""
        return {word: entry.count for word, entry in self._entries.items()}

    def learn(self, word: str, state: State) -> None:
        """Count a word that the user wrote, and place it where it fits best.

        Words of the model are known already and change nothing. If no cell is free, the
        word that was learned least often makes room; of several, the least recent.

        Args:
            word: One word, as the tokenizer of the model cuts it. It is learned in the
                spelling of the model's words.
            state: The `State` before the word.

        Raises:
            ValueError: If it is not one word with letters, or too long.
        """
        spelled = self._spelled(word)
        if spelled is None:
            raise ValueError(
                "`word` must be one word with letters, as the tokeniser cuts them, of "
                f"at most {MAX_WORD_LENGTH} characters. Received: {str(word)[:64]!r}."
            )
        word = spelled
        if self._predictor.lexicon.get(word) is not None:
            return
        old = self._entries.get(word)
        if old is not None and len(old.cells):
            cells, losses = old.cells, old.losses + self._losses(old.cells, state)
        else:
            losses = self._losses(self._free, state)
            best = np.argsort(losses, kind="stable")[:_CANDIDATES]
            cells, losses = self._free[best], losses[best]
        entry = _Entry(old.count + 1 if old else 1, None, cells, losses)
        self._entries.pop(word, None)
        self._place(entry)
        self._entries[word] = entry
        self._update()

    def _spelled(self, word: object) -> str | None:
        """Return a word in the model's spelling; `None` if it is not one word."""
        if not isinstance(word, str) or not _is_one(word):
            return None
        words = self.tokenizer.words(word)
        if len(words) != 1 or len(words[0]) > MAX_WORD_LENGTH:
            return None
        return words[0] if is_suggestable(words[0]) else None

    def _losses(self, cells, state):
        """Return −log P of a new word in each of n cells, `(n,)`."""
        rows = np.unique(cells // self.columns)
        scores = {}
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            log_probs = self._predictor.expand(part, state)
            scores.update(zip(part.tolist(), log_probs, strict=True))
        found = np.array(
            [scores[cell // self.columns][cell % self.columns] for cell in cells]
        )
        score = found.astype(np.float64) + _FIRST_BIAS
        return (
            np.logaddexp(0, score) - score - state.row_log_probs[cells // self.columns]
        )

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
        words = [
            {
                "word": word,
                "count": entry.count,
                "cell": entry.cell,
                "cells": entry.cells.tolist(),
                "losses": entry.losses.round(3).tolist(),
            }
            for word, entry in self._entries.items()
        ]
        content = {
            "format_version": FORMAT_VERSION,
            "vocabulary": self._vocabulary(),
            "words": words,
        }
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        write_atomic(pathlib.Path(path), text + "\n")

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
        entries = _read(pathlib.Path(path), self._checked_entries)
        self._entries = {
            word: entry
            for word, entry in entries.items()
            if self._predictor.lexicon.get(word) is None
        }
        self._update()

    def _vocabulary(self):
        """Return a hash that differs for models with words in other cells."""
        return hashlib.sha256(self._predictor.lexicon.to_bytes()).hexdigest()

    def _checked_entries(self, content):
        """Return the entries of a file by word, or raise what is wrong with it."""
        if content["format_version"] != FORMAT_VERSION:
            raise ValueError(f"format version {content['format_version']!r}")
        same = content["vocabulary"] == self._vocabulary()
        entries = {}
        for item in content["words"]:
            word = self._spelled(item["word"])
            if word is None:
                raise ValueError(f"word {item['word']!r}")
            entries[word] = _entry(item, self._free, same)
        cells = [e.cell for e in entries.values() if e.cell is not None]
        if len(set(cells)) < len(cells):
            raise ValueError(f"two words in one cell, of {sorted(cells)}")
        return entries


def _read(path, checked):
    """Return what `checked` makes of the content of a file, or say what is wrong."""
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(
            f"{path} must have at most {_MAX_BYTES} bytes. Received: "
            f"{path.stat().st_size}."
        )
    try:
        return checked(json.loads(path.read_bytes().decode("utf-8")))
    except (
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise ValueError(
            f"{path} is not a file of user words, or is damaged: {error}."
        ) from error


def _entry(item, free, same):
    """Return the entry of an item of a file, without cells for another vocabulary."""
    count, cell = item["count"], item["cell"]
    if type(count) is not int or not 1 <= count <= _MAX_COUNT:
        raise ValueError(f"count {count!r}")
    if not same:
        return _Entry(count, None, np.empty(0, int), np.empty(0))
    cells, losses = np.array(item["cells"]), np.array(item["losses"], float)
    if not len(cells):
        cells = cells.astype(int)
    named = np.array([*cells, *([] if cell is None else [cell])])
    if cells.ndim != 1 or cells.shape != losses.shape:
        raise ValueError(f"losses of {item['word']!r}")
    if len(named) and (named.dtype != int or not np.isin(named, free).all()):
        raise ValueError(f"cells of {item['word']!r}")
    if len(cells) > _CANDIDATES or not np.isfinite(losses).all():
        raise ValueError(f"losses of {item['word']!r}")
    return _Entry(count, cell, cells, losses)


def _is_one(word):
    """Return whether a string has no spaces and no unprintable characters."""
    return word.split() == [word] and all(
        c.isprintable() or unicodedata.category(c) == "Cf" for c in word
    )


def _bias(count):
    return _FIRST_BIAS + math.log(count)


class _UserLexicon(Searchable):
    """The words of a model and of its user, with the methods that decoding uses."""

    def __init__(self, lexicon: Lexicon, own: dict[str, int]):
        self._lexicon, self._own = lexicon, own
        self._word_of = {cell: word for word, cell in own.items()}
        cells = list(own.values())
        self.size = lexicon.size
        self.occupied = lexicon.occupied.copy()
        self.suggestable = lexicon.suggestable.copy()
        self.occupied[cells] = self.suggestable[cells] = True

    def word(self, cell: int) -> str:
        return self._word_of.get(cell) or self._lexicon.word(cell)

    def get(self, word: str) -> int | None:
        cell = self._own.get(word)
        return self._lexicon.get(word) if cell is None else cell

    def __getitem__(self, word: str) -> int:
        return self._own[word] if word in self._own else self._lexicon[word]

    def with_prefix(self, prefix: str, ignore_case: bool = False) -> np.ndarray:
        own = [c for w, c in self._own.items() if begins_with(w, prefix, ignore_case)]
        cells = self._lexicon.with_prefix(prefix, ignore_case)
        return np.concatenate([cells, np.array(own, cells.dtype)])
