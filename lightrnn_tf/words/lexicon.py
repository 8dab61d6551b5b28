"""Finds the words of a model by cell, by spelling and by prefix.

A lexicon keeps the words as the exported file does, sorted and front-coded: for each
word the number of bytes that it shares with the word before, and the bytes that follow.
The words with a prefix are then a range, which bisection finds without a map of
strings. `export/FORMAT.md` specifies the bytes.
"""

import bisect
import functools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.words import vocab_bin
from lightrnn_tf.words.candidates import Searchable
from lightrnn_tf.words.spelling import begins_with, fold, is_bare
from lightrnn_tf.words.tokenizer import is_suggestable
from lightrnn_tf.words.vocab_bin import (
    CASE,
    SUGGESTABLE,
    TRUSTED,
    Parts,
    block_starts,
    decoded,
)
from lightrnn_tf.words.written_forms import SPELLED_OUT, case_of, in_case

# Every 64th word is written in full, so that a search can begin there.
BLOCK = 64
# Words that are kept unpacked, some 100 kB.
_REMEMBERED = 1024
# Most bytes that a word shares with the word before: the number fits into a byte.
_MOST_SHARED = 255


class Lexicon(Searchable):
    """The words of a model and their cells.

    Args:
        words: List of strings, the word in each cell, `""` for a free cell.
        suggestable: bool `(R · C,)`, which cells hold a word to offer while typing.
            Defaults to those whose word has a letter and is no special word.
        trusted: bool `(R · C,)`, which cells hold a word that is right as it is typed,
            offered or not. Defaults to `suggestable`.
        forms: Mapping from words to the form in which they are written, for those that
            are not written as they are. Defaults to none.

    Raises:
        ValueError: If words or forms contain a line end, or words repeat.

    Attributes:
        size: Number of cells, `R · C`.
        occupied: bool `(R · C,)`, whether each cell holds a word.
        suggestable, trusted: As above.
        cells: Integers `(V,)`, the cell of each word, in sorted order.

    Example:

    >>> lexicon = Lexicon(["the", "<eos>", "", "then", "cat"])
    >>> lexicon["cat"], lexicon.word(3), lexicon.get("dog")
    (4, 'then', None)
    >>> lexicon.with_prefix("th").tolist()
    [0, 3]
    """

    suggestable: np.ndarray
    trusted: np.ndarray

    def __init__(
        self,
        words: Sequence[str],
        suggestable: np.ndarray | None = None,
        trusted: np.ndarray | None = None,
        forms: Mapping[str, str] | None = None,
    ):
        checks.strings("words", words)
        for name, flags in (("suggestable", suggestable), ("trusted", trusted)):
            if flags is not None:
                checks.instance(name, flags, np.ndarray)
        if forms is not None:
            checks.instance("forms", forms, Mapping)
        cells = sorted(
            (cell for cell, word in enumerate(words) if word),
            key=lambda cell: (fold(words[cell]), words[cell]),
        )
        for one, other in zip(cells, cells[1:], strict=False):
            if words[one] == words[other]:
                raise ValueError(
                    f"`words` must not repeat. Received: {words[one]!r} in cells "
                    f"{one} and {other}."
                )
        if suggestable is None:
            suggestable = np.array([is_suggestable(word) for word in words], bool)
        marks = suggestable * SUGGESTABLE
        marks += TRUSTED * (suggestable if trusted is None else trusted)
        spelled_out = {}
        for rank, cell in enumerate(cells):
            form = (forms or {}).get(words[cell], words[cell])
            case = case_of(words[cell], form)
            marks[cell] |= case << CASE
            if case == SPELLED_OUT:
                spelled_out[rank] = _one_line(form)
        shared, suffixes, before = bytearray(), bytearray(), b""
        for rank, cell in enumerate(cells):
            word = _one_line(words[cell]).encode("utf-8")
            same = _shared(word, before) if rank % BLOCK else 0
            shared.append(same)
            suffixes += word[same:] + b"\n"
            before = word
        order = np.array(cells, int)
        parts = Parts(bytes(shared), bytes(suffixes), order, marks[order], spelled_out)
        self._set(len(words), parts)

    @classmethod
    def from_bytes(cls, content: bytes, vocabulary_size: int, size: int) -> "Lexicon":
        """Return the lexicon that `to_bytes` wrote, after checking all of it.

        Args:
            content: The bytes.
            vocabulary_size: Integer. Number of words, `V`.
            size: Integer. Number of cells, `R · C`.

        Raises:
            ValueError: If the bytes are not those of V words in R · C cells.
        """
        lexicon = cls.__new__(cls)
        lexicon._set(size, vocab_bin.read(content, vocabulary_size, size))
        lexicon._check_forms()
        return lexicon

    def to_bytes(self) -> bytes:
        """Return the bytes of the vocabulary in an exported file, not compressed."""
        return vocab_bin.written(self._parts, self.size)

    def _set(self, size, parts):
        self.size, self._parts = size, parts
        self._starts = block_starts(parts.suffixes, BLOCK)
        self.cells = parts.cells.astype(np.int32, copy=False)
        self._ranks = np.full(size, -1, np.int32)
        self._ranks[self.cells] = np.arange(len(self.cells))
        self.occupied = self._ranks >= 0
        self.suggestable, self.trusted = np.zeros((2, size), bool)
        self.suggestable[self.cells] = parts.marks & SUGGESTABLE != 0
        self.trusted[self.cells] = parts.marks & TRUSTED != 0
        # The same words are suggested again and again; to unpack one takes a while.
        self._word_at = functools.lru_cache(_REMEMBERED)(self._unpacked)

    def _check_forms(self):
        """Refuse forms of other words: they would be offered in place of these."""
        for rank, form in self._parts.forms.items():
            if fold(form) != fold(self._word_at(rank)):
                raise ValueError(
                    "The vocabulary must have forms of its words. Received: "
                    f"{form[:64]!r} of {self._word_at(rank)!r}."
                )

    def __len__(self) -> int:
        return len(self.cells)

    def _words(self, rank: int) -> Iterator[str]:
        """Yield the words in sorted order, beginning at a rank."""
        block = rank // BLOCK
        start, word = self._starts[block], b""
        shared, suffixes = self._parts[:2]  # Local names are faster.
        for n in range(block * BLOCK, len(self)):
            end = suffixes.index(b"\n", start)
            word = word[: shared[n]] + suffixes[start:end]
            if n >= rank:
                yield decoded(word)
            start = end + 1

    def word(self, cell: int) -> str:
        """Return the word in a cell, `""` if the cell is free.

        Args:
            cell: Integer, the id of the cell.

        Raises:
            IndexError: If there is no such cell.
        """
        if not 0 <= cell < self.size:
            raise IndexError(f"`cell` must be in [0, {self.size}). Received: {cell}.")
        rank = int(self._ranks[cell])
        return self._word_at(rank) if rank >= 0 else ""

    def written(self, cell: int) -> str:
        """Return the word in a cell as it is usually written, such as `London`.

        Args:
            cell: Integer, the id of the cell.

        Raises:
            IndexError: If there is no such cell.
        """
        word = self.word(cell)
        return self._form(int(self._ranks[cell]), word) if word else ""

    def _form(self, rank, word):
        case = int(self._parts.marks[rank]) >> CASE
        return self._parts.forms[rank] if case == SPELLED_OUT else in_case(word, case)

    def _unpacked(self, rank):
        return next(self._words(rank))

    def words(self) -> list[str]:
        """Return the word in each cell, `""` for a free cell."""
        words = [""] * self.size
        for cell, word in zip(self.cells.tolist(), self._words(0), strict=True):
            words[cell] = word
        return words

    def forms(self) -> dict[str, str]:
        """Return the forms of the words that are not written as they are."""
        forms = {}
        for rank, word in enumerate(self._words(0)):
            if self._parts.marks[rank] >> CASE:
                forms[word] = self._form(rank, word)
        return forms

    def __getitem__(self, word: str) -> int:
        """Return the cell of a word.

        Raises:
            KeyError: If the word has no cell.
        """
        cell = self.get(word)
        if cell is None:
            raise KeyError(word)
        return cell

    def get(self, word: str) -> int | None:
        """Return the cell of a word, or `None` if it has no cell.

        Args:
            word: String, spelled as in the vocabulary.
        """
        wanted = fold(word)
        rank = self._first_rank(wanted)
        for other in self._words(rank) if rank < len(self) else ():
            if other == word:
                return int(self.cells[rank])
            if fold(other) != wanted:
                break
            rank += 1
        return None

    def with_prefix(self, prefix: str, ignore_case: bool = False) -> np.ndarray:
        """Return the cells of the words that begin with a prefix.

        Args:
            prefix: String, the letters typed so far. It may lack accents and
                apostrophes; see `spelling.begins_with`.
            ignore_case: Boolean. Whether upper and lower case are the same. Defaults
                to `False`.

        Returns:
            Integer array, in the order of the words.
        """
        folded = fold(prefix)
        first = self._first_rank(folded)
        # U+10FFFF is no character, so no word with the prefix sorts after it.
        end = self._first_rank(folded + "\U0010ffff")
        cells = self.cells[first:end]
        if ignore_case and is_bare(prefix):
            return cells
        words = zip(range(first, end), self._words(first), strict=False)
        keep = [begins_with(word, prefix, ignore_case) for _, word in words]
        return cells[np.array(keep, bool)]

    def _first_rank(self, folded: str) -> int:
        """Return the rank of the first word whose fold is `folded` or comes later."""
        blocks = range(-(-len(self) // BLOCK))
        block = bisect.bisect_left(blocks, folded, key=self._fold_of_block) - 1
        rank = max(block, 0) * BLOCK
        for word in self._words(rank) if rank < len(self) else ():
            if fold(word) >= folded:
                break
            rank += 1
        return rank

    def _fold_of_block(self, block: int) -> str:
        start = self._starts[block]
        end = self._parts.suffixes.index(b"\n", start)
        return fold(decoded(self._parts.suffixes[start:end]))


def _one_line(text):
    if "\n" in text:
        raise ValueError(f"`words` must be without line ends. Received: {text!r}.")
    return text


def _shared(one: bytes, other: bytes) -> int:
    """Return how many bytes two words have in common at the start."""
    most = min(len(one), len(other), _MOST_SHARED)
    return next((n for n in range(most) if one[n] != other[n]), most)
