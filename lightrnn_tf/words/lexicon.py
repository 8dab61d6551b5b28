"""Finds the words of a model by cell, by spelling and by prefix.

A lexicon keeps the words as the exported file does, sorted and front-coded: for each
word the number of bytes that it shares with the word before, and the bytes that follow.
The words with a prefix are then a range, which bisection finds without a map of
strings. `export/FORMAT.md` specifies the bytes.
"""

import bisect
import functools
from collections.abc import Iterator, Sequence

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.words.candidates import Searchable
from lightrnn_tf.words.spelling import begins_with, fold, is_bare
from lightrnn_tf.words.tokenizer import is_suggestable

# Every 64th word is written in full, so that a search can begin there.
BLOCK = 64
# Words that are kept unpacked, some 100 kB.
_REMEMBERED = 1024
# Most bytes that a word shares with the word before: the number fits into a byte.
_MOST_SHARED = 255
# Numbers or bytes of a large vocabulary to unpack at a time.
_AT_ONCE = 1 << 14


class Lexicon(Searchable):
    """The words of a model and their cells.

    Args:
        words: List of strings, the word in each cell, `""` for a free cell.

    Raises:
        ValueError: If words repeat or contain a line end.

    Attributes:
        size: Number of cells, `R · C`.
        occupied: bool `(R · C,)`, whether each cell holds a word.
        suggestable: bool `(R · C,)`, whether each cell holds a word to offer while
            typing: not a special word, a number or a punctuation mark.

    Example:

    >>> lexicon = Lexicon(["the", "<eos>", "", "then", "cat"])
    >>> lexicon["cat"], lexicon.word(3), lexicon.get("dog")
    (4, 'then', None)
    >>> lexicon.with_prefix("th").tolist()
    [0, 3]
    """

    def __init__(self, words: Sequence[str]):
        checks.strings("words", words)
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
        shared, suffixes, before = bytearray(), bytearray(), b""
        for rank, cell in enumerate(cells):
            word = words[cell].encode("utf-8")
            if b"\n" in word:
                raise ValueError(
                    f"`words` must be without line ends. Received: {words[cell]!r}."
                )
            same = _shared(word, before) if rank % BLOCK else 0
            shared.append(same)
            suffixes += word[same:] + b"\n"
            before = word
        flags = np.array([is_suggestable(words[cell]) for cell in cells], bool)
        self._set(
            len(words), bytes(shared), bytes(suffixes), np.array(cells, int), flags
        )

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
        bits = _bits(size)
        after = -(-vocabulary_size * bits // 8), -(-vocabulary_size // 8)
        ends = np.cumsum(
            [vocabulary_size, len(content) - vocabulary_size - sum(after), after[0]]
        )
        if vocabulary_size > size or ends[1] < ends[0] + vocabulary_size:
            raise ValueError(
                f"The vocabulary must hold {vocabulary_size} words in {size} cells. "
                f"Received: {len(content)} bytes."
            )
        shared, suffixes = content[: ends[0]], content[ends[0] : ends[1]]
        places, flags = content[ends[1] : ends[2]], content[ends[2] :]
        if suffixes.count(b"\n") != vocabulary_size or suffixes[-1:] not in (
            b"",
            b"\n",
        ):
            raise ValueError(
                f"The vocabulary must hold {vocabulary_size} words. Received: "
                f"{suffixes.count(10)} line ends."
            )
        cells = _unpack(places, vocabulary_size, bits)
        taken = np.zeros(size, bool)
        taken[cells[cells < size]] = True
        if taken.sum() < vocabulary_size:
            raise ValueError(
                f"The vocabulary must have a cell in [0, {size}) for each word, no "
                f"two the same. Received: {taken.sum()} cells for {vocabulary_size} "
                "words."
            )
        lexicon = cls.__new__(cls)
        flags = _unpack(flags, vocabulary_size, 1).astype(bool)
        lexicon._set(size, shared, suffixes, cells, flags)
        return lexicon

    def to_bytes(self) -> bytes:
        """Return the bytes of the vocabulary in an exported file, not compressed."""
        flags = self.suggestable[self._cells]
        return b"".join(
            [
                self._shared,
                self._suffixes,
                _pack(self._cells, _bits(self.size)),
                _pack(flags, 1),
            ]
        )

    def _set(self, size, shared, suffixes, cells, flags):
        self.size = size
        self._shared, self._suffixes = shared, suffixes
        self._starts = _block_starts(suffixes)
        self._cells = cells.astype(np.int32, copy=False)
        self._ranks = np.full(size, -1, np.int32)
        self._ranks[cells] = np.arange(len(cells))
        self.occupied = self._ranks >= 0
        self.suggestable = np.zeros(size, bool)
        self.suggestable[cells] = flags
        # The same words are suggested again and again; to unpack one takes a while.
        self._word_at = functools.lru_cache(_REMEMBERED)(self._unpacked)

    def __len__(self) -> int:
        return len(self._cells)

    def _words(self, rank: int) -> Iterator[str]:
        """Yield the words in sorted order, beginning at a rank."""
        block = rank // BLOCK
        start, word = self._starts[block], b""
        shared, suffixes = self._shared, self._suffixes  # Local names are faster.
        for n in range(block * BLOCK, len(self)):
            end = suffixes.index(b"\n", start)
            word = word[: shared[n]] + suffixes[start:end]
            if n >= rank:
                yield _decoded(word)
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

    def _unpacked(self, rank):
        return next(self._words(rank))

    def words(self) -> list[str]:
        """Return the word in each cell, `""` for a free cell."""
        words = [""] * self.size
        for cell, word in zip(self._cells.tolist(), self._words(0), strict=True):
            words[cell] = word
        return words

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
                return int(self._cells[rank])
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
        cells = self._cells[first:end]
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
        end = self._suffixes.index(b"\n", start)
        return fold(_decoded(self._suffixes[start:end]))


def _decoded(word):
    try:
        return word.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"The vocabulary is damaged: {word[:64]!r} is not a word in UTF-8."
        ) from error


def _bits(size):
    """Return how many bits the id of a cell needs."""
    return max(1, (size - 1).bit_length())


def _block_starts(suffixes):
    """Return where the first word of each block begins, and where the words end."""
    starts, words = [0], 0
    content = np.frombuffer(suffixes, np.uint8)
    for offset in range(0, len(content), _AT_ONCE):
        ends = np.flatnonzero(content[offset : offset + _AT_ONCE] == ord("\n"))
        starts += (ends[-(words + 1) % BLOCK :: BLOCK] + offset + 1).tolist()
        words += len(ends)
    return starts


def _pack(values, bits):
    """Return numbers packed into `bits` bits each, the lowest bit first."""
    parts = []
    # Each part but the last has a multiple of 8 numbers, and so ends with a byte.
    for first in range(0, len(values), _AT_ONCE):
        part = values[first : first + _AT_ONCE, None] >> np.arange(bits) & 1
        parts.append(np.packbits(part.astype(np.uint8), bitorder="little").tobytes())
    return b"".join(parts)


def _unpack(content, count, bits):
    """Return the numbers that `_pack` packed, int32 `(count,)`."""
    values = np.empty(count, np.int32)
    content = np.frombuffer(content, np.uint8)
    weights = np.left_shift(1, np.arange(bits), dtype=np.int32)
    for first in range(0, count, _AT_ONCE):
        part = values[first : first + _AT_ONCE]
        start = first * bits // 8
        packed = content[start : start + -(-len(part) * bits // 8)]
        found = np.unpackbits(packed, count=len(part) * bits, bitorder="little")
        np.dot(found.reshape(-1, bits), weights, out=part)
    return values


def _shared(one: bytes, other: bytes) -> int:
    """Return how many bytes two words have in common at the start."""
    most = min(len(one), len(other), _MOST_SHARED)
    return next((n for n in range(most) if one[n] != other[n]), most)
