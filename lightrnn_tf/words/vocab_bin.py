"""The bytes of the words in an exported file; `export/FORMAT.md` specifies them.

Nothing in them is trusted: all lengths and numbers are checked when they are read.
"""

from typing import NamedTuple

import numpy as np

from lightrnn_tf.words.written_forms import SPELLED_OUT

# What a file says of each word: two bits, and above them the case of its form.
SUGGESTABLE, TRUSTED, CASE = 1, 2, 2
_MARK_BITS = 4
# Numbers or bytes of a large vocabulary to unpack at a time.
_AT_ONCE = 1 << 14


class Parts(NamedTuple):
    """The words in sorted order, as a file keeps them.

    Attributes:
        shared: For each word, how many bytes it shares with the word before.
        suffixes: The bytes that follow, of each word ended by a line end.
        cells: Integers `(V,)`, the cell of each word.
        marks: Integers `(V,)`, what is said of each word.
        forms: Dict from ranks to the forms that are spelled out.
    """

    shared: bytes
    suffixes: bytes
    cells: np.ndarray
    marks: np.ndarray
    forms: dict[int, str]


def written(parts: Parts, size: int) -> bytes:
    """Return the bytes of the words.

    Args:
        parts: The words.
        size: Number of cells, `R · C`.
    """
    forms = (f"{parts.forms[rank]}\n" for rank in sorted(parts.forms))
    return b"".join(
        [
            parts.shared,
            parts.suffixes,
            _pack(parts.cells, _bits(size)),
            _pack(parts.marks.astype(np.int32), _MARK_BITS),
            "".join(forms).encode("utf-8"),
        ]
    )


def read(content: bytes, vocabulary_size: int, size: int) -> Parts:
    """Return the words that `written` wrote, checked but for their letters.

    Args:
        content: The bytes.
        vocabulary_size: Number of words, `V`.
        size: Number of cells, `R · C`.

    Raises:
        ValueError: If the bytes are not those of V words in R · C cells.
    """
    words_end = _end_of_words(content, vocabulary_size)
    bits = _bits(size)
    cells_end = words_end - (-vocabulary_size * bits // 8)
    marks_end = cells_end - (-vocabulary_size * _MARK_BITS // 8)
    if vocabulary_size > size or marks_end > len(content):
        raise ValueError(
            f"The vocabulary must hold {vocabulary_size} words in {size} cells. "
            f"Received: {len(content)} bytes."
        )
    cells = _unpack(content[words_end:cells_end], vocabulary_size, bits)
    taken = np.zeros(size, bool)
    taken[cells[cells < size]] = True
    if taken.sum() < vocabulary_size:
        raise ValueError(
            f"The vocabulary must have a cell in [0, {size}) for each word, no two the "
            f"same. Received: {taken.sum()} cells for {vocabulary_size} words."
        )
    marks = _unpack(content[cells_end:marks_end], vocabulary_size, _MARK_BITS)
    return Parts(
        content[:vocabulary_size],
        content[vocabulary_size:words_end],
        cells,
        marks,
        _forms(content[marks_end:], marks),
    )


def decoded(word: bytes) -> str:
    """Return a word or form of a file as a string.

    Args:
        word: Its bytes.

    Raises:
        ValueError: If they are not UTF-8.
    """
    try:
        return word.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"The vocabulary is damaged: {word[:64]!r} is not a word in UTF-8."
        ) from error


def block_starts(suffixes: bytes, block: int) -> list[int]:
    """Return where the first word of each block begins, and where the words end.

    Args:
        suffixes: As in `Parts`.
        block: Number of words in a block.
    """
    starts, words = [0], 0
    content = np.frombuffer(suffixes, np.uint8)
    for offset in range(0, len(content), _AT_ONCE):
        ends = np.flatnonzero(content[offset : offset + _AT_ONCE] == ord("\n"))
        starts += (ends[-(words + 1) % block :: block] + offset + 1).tolist()
        words += len(ends)
    return starts


def _end_of_words(content, vocabulary_size):
    """Return where the words of a vocabulary end: behind as many line ends."""
    words = np.frombuffer(content[vocabulary_size:], np.uint8)
    line_ends = np.flatnonzero(words == ord("\n"))
    if len(line_ends) < vocabulary_size:
        raise ValueError(
            f"The vocabulary must hold {vocabulary_size} words. Received: "
            f"{len(line_ends)} line ends."
        )
    length = int(line_ends[vocabulary_size - 1]) + 1 if vocabulary_size else 0
    return vocabulary_size + length


def _forms(content, marks):
    """Return the forms at the end of a vocabulary by rank."""
    (spelled_out,) = np.nonzero(marks >> CASE == SPELLED_OUT)
    *forms, rest = content.split(b"\n")
    if rest or len(forms) != len(spelled_out):
        raise ValueError(
            f"The vocabulary must end in {len(spelled_out)} forms and line ends. "
            f"Received: {len(forms)}, then {len(rest)} bytes."
        )
    return dict(zip(spelled_out.tolist(), map(decoded, forms), strict=True))


def _bits(size):
    """Return how many bits the id of a cell needs."""
    return max(1, (size - 1).bit_length())


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
