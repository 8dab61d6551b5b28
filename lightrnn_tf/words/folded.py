"""The words of a lexicon by their folds, for a walk over their letters as in a trie.

The folds are sorted, so the words that begin with some letters are a range, and each
step from letter to letter is a bisection in the range before.
"""

import bisect
import functools
import weakref
from typing import Any

import numpy as np

from lightrnn_tf.words.spelling import fold

# No character, so no fold goes on with it or sorts after it.
_LAST = "\U0010ffff"
# Prefixes whose next letters are kept: those at the root of the trie are asked for at
# each key.
_KEPT = 4096


class FoldedWords:
    """Words in the order of their folds.

    Args:
        words: The words by cell.

    Attributes:
        folds: The folds, sorted.
        cells: The cell of each, int `(n,)`.

    Example:

    >>> index = FoldedWords({3: "The", 5: "then", 1: "cat"})
    >>> index.folds, index.cells.tolist()
    (['cat', 'the', 'then'], [1, 3, 5])
    >>> index.begin_with("th"), index.letters("the"), index.are("the", 1, 3)
    ((1, 3), 'n', (1, 2))
    """

    def __init__(self, words: dict[int, str]):
        pairs = sorted((fold(word), cell) for cell, word in words.items())
        self._set([folded for folded, _ in pairs], [cell for _, cell in pairs])

    def _set(self, folds, cells):
        self.folds, self.cells = folds, np.array(cells, np.int64)
        self.letters = functools.lru_cache(_KEPT)(self._letters)

    def with_words(self, words: dict[int, str]) -> "FoldedWords":
        """Return an index of these words and others.

        Args:
            words: The others by cell, few.
        """
        folds, cells = self.folds.copy(), self.cells.tolist()
        for cell, word in words.items():
            folded = fold(word)
            rank = bisect.bisect_left(folds, folded)
            folds.insert(rank, folded)
            cells.insert(rank, cell)
        index = FoldedWords({})
        index._set(folds, cells)
        return index

    def begin_with(
        self, prefix: str, first: int = 0, end: int | None = None
    ) -> tuple[int, int]:
        """Return the range of the words whose folds begin with a prefix.

        Args:
            prefix: String.
            first: Where the range begins that is searched. Defaults to the start.
            end: Where it ends. Defaults to the end.
        """
        folds = self.folds
        end = len(folds) if end is None else end
        first = bisect.bisect_left(folds, prefix, first, end)
        if first == end or not folds[first].startswith(prefix):
            return first, first
        return first, bisect.bisect_left(folds, prefix + _LAST, first, end)

    def are(self, folded: str, first: int, end: int) -> tuple[int, int]:
        """Return the range of the words of one fold.

        Args:
            folded: The fold.
            first: Where the range of the words that begin with it begins.
            end: Where that range ends.
        """
        return first, bisect.bisect_right(self.folds, folded, first, end)

    def _letters(self, prefix):
        """Return the letters that may follow a prefix, as a sorted string."""
        first, end = self.begin_with(prefix)
        _, first = self.are(prefix, first, end)
        letters = ""
        while first < end:
            letters += self.folds[first][len(prefix)]
            first = bisect.bisect_left(
                self.folds, prefix + letters[-1] + _LAST, first, end
            )
        return letters


_INDEXES: weakref.WeakKeyDictionary[Any, FoldedWords] = weakref.WeakKeyDictionary()


def folded_words(lexicon: Any) -> FoldedWords:
    """Return the index of a lexicon, which is made when it is first asked for.

    Args:
        lexicon: A `Lexicon`, or the lexicon of a `UserWords`.

    Returns:
        The `FoldedWords`, kept as long as the lexicon.
    """
    index = _INDEXES.get(lexicon)
    if index is None:
        index = _INDEXES[lexicon] = _index(lexicon)
    return index


def _index(lexicon):
    own = getattr(lexicon, "_own", None)
    if own is not None:
        # Learning a word makes a new lexicon of the user; the model's stays.
        words = {cell: word for word, cell in own.items()}
        return folded_words(lexicon._lexicon).with_words(words)
    return FoldedWords({c: word for c, word in enumerate(lexicon.words()) if word})
