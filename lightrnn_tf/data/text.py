"""Reads text files as lines, and writes lines as word ids.

Plain or compressed files are read as a stream of lines, long lines in parts. Ids are
written to a file of int32 numbers and memory-mapped, so memory does not grow with the
text.
"""

import array
import bz2
import copy
import gzip
import lzma
import os
import pathlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Self

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.words.tokenizer import LinePart
from lightrnn_tf.words.vocabulary import Vocabulary

_OPENERS: dict[str, Callable] = {
    ".gz": gzip.open,
    ".xz": lzma.open,
    ".bz2": bz2.open,
}
_DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)
# What to do with bytes that are not UTF-8.
ERRORS = ("strict", "replace")
# Most bytes of a line to read at a time.
_PART_SIZE = 1 << 20
# Characters after which it shows whether a file is text.
_SHOWN_BY = 1000
# A line up to its last word. `_` and white space are no words; a last part without a
# word would be a blank line.
_BEFORE_LAST_WORD = re.compile(rb".+(?=[ \t\r\v\f][^\s_])", re.DOTALL)


class Lines:
    """The lines of text files, which can be read again and again.

    Long lines come in parts, cut at white space if there is any. Each part of a line
    but the last is a `LinePart`.

    Args:
        paths: Iterable of paths of text files in UTF-8; `.gz`, `.xz` and `.bz2` are
            decompressed.
        errors: `"strict"` to stop at bytes that are not UTF-8, `"replace"` to read
            them as U+FFFD. Defaults to `"strict"`.

    Raises:
        ValueError: If an argument is of another kind, or, while reading, if a file is
            damaged, is not UTF-8, or contains a NUL, as UTF-16 does, whatever `errors`
            is. The message names the file and, if known, the byte.

    Attributes:
        part_size: Most bytes of a part, 1 MiB.

    Example:

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".txt") as file:
    ...     _ = file.write(b"the cat\\nthe dog\\n")
    ...     file.flush()
    ...     list(Lines([file.name]))
    ['the cat', 'the dog']
    """

    part_size = _PART_SIZE

    def __init__(self, paths: Iterable[str | os.PathLike], errors: str = "strict"):
        checks.several("paths", paths)
        paths = list(paths)
        for path in paths:
            checks.path("paths", path)
        self.paths = [pathlib.Path(path) for path in paths]
        checks.one_of("errors", errors, ERRORS)
        self.errors = errors
        self._part: tuple[tuple[int, int], tuple[int, int] | None] = (0, 0), None

    def part(
        self, start: tuple[int, int] = (0, 0), stop: tuple[int, int] | None = None
    ) -> Self:
        """Return the lines between two places of the text.

        A place is the number of an item (a line or a part of a line) and the number of
        a character in it, both from 0.

        Args:
            start: Two integers, the first place. Defaults to the start of the text.
            stop: Two integers, the place after the last one; an item that is cut there
                becomes a `LinePart`. Defaults to `None`, the end of the text.
        """
        part = copy.copy(self)
        part._part = start, stop
        return part

    def __iter__(self) -> Iterator[str]:
        (first, begin), stop = self._part
        last, end = stop or (None, 0)
        for number, line in enumerate(self._every()):
            if number == last and not end:
                return
            if number == last:
                yield LinePart(line[begin if number == first else 0 : end])
                return
            if number == first and begin:
                yield type(line)(line[begin:])
            elif number >= first:
                yield line

    def _every(self) -> Iterator[str]:
        for path in self.paths:
            with open(path, "rb") as file:
                yield from lines_of(file, path, self.errors, self.part_size)


def lines_of(
    file: BinaryIO,
    path: str | os.PathLike,
    errors: str = "strict",
    part_size: int = _PART_SIZE,
) -> Iterator[str]:
    """Yield the lines of an open file, decompressed if its name says so.

    Args:
        file: Binary file, open for reading.
        path: Path of the file; it tells the compression and is named in errors.
        errors: As for `Lines`. Defaults to `"strict"`.
        part_size: Integer. Most bytes of a part of a line. Defaults to 1 MiB.

    Raises:
        ValueError: If the file is damaged or not UTF-8 text.

    Example:

    >>> import io
    >>> list(lines_of(io.BytesIO(b"the cat"), "text.txt"))
    ['the cat']
    """
    opener = _OPENERS.get(os.path.splitext(path)[1].lower())
    try:
        with opener(file) if opener else file as unpacked:
            yield from decoded(unpacked, str(path), errors, part_size)
    except _DAMAGED as error:
        raise ValueError(f"{path} is damaged: {error}.") from error
    except OSError as error:
        # gzip and bz2 report bad data as an OSError without a number.
        if error.errno is None:
            raise ValueError(f"{path} is damaged: {error}.") from error
        raise


def decoded(file: BinaryIO, name: str, errors: str, part_size: int) -> Iterator[str]:
    """Yield the lines of a binary file of text, long ones in parts.

    Args:
        file: Binary file, open for reading.
        name: String, the name of the file in errors.
        errors: As for `Lines`.
        part_size: Integer. Most bytes of a part of a line.

    Raises:
        ValueError: If the file is not UTF-8 text.
    """
    offset = replaced = characters = 0
    for line, goes_on in _in_parts(file, part_size):
        _refuse_other_encodings(line, offset, name)
        try:
            text = line.decode("utf-8", errors)
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{name} is not UTF-8: byte {offset + error.start} is "
                f"0x{line[error.start]:02x}. Convert it, or pass --errors replace to "
                "go on."
            ) from error
        if errors == "replace":
            replaced += text.count("\ufffd")
            characters += len(text)
            _refuse_garbage(replaced, characters, name)
        if offset == 0:
            text = text.removeprefix("\ufeff")
        offset += len(line)
        yield LinePart(text) if goes_on else text.removesuffix("\n")


def _in_parts(file, size):
    """Yield lines as bytes, long ones in parts, and whether the line continues."""
    rest = b""
    while line := rest + file.readline(size - len(rest)):
        goes_on = len(line) == size and not line.endswith(b"\n")
        cut = _cut(line) if goes_on else len(line)
        rest = line[cut:]
        yield line[:cut], goes_on


def _cut(line):
    """Return where to cut a long line into two parts that are not empty."""
    before = _BEFORE_LAST_WORD.match(line)
    if before:
        return before.end()
    cut = len(line) - 1
    # Do not cut a character, which has at most four bytes.
    while cut > len(line) - 4 and line[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut


def _refuse_garbage(replaced, characters, name):
    """Refuse a file if more than a tenth of its characters are not UTF-8."""
    if characters >= _SHOWN_BY and replaced > characters / 10:
        raise ValueError(
            f"{name} must be UTF-8 text. Received: {replaced:,} of its first "
            f"{characters:,} characters are not. Convert it to UTF-8, for example with "
            "iconv."
        )


def _refuse_other_encodings(line, offset, name):
    """Refuse UTF-16 and UTF-32, which make no sense as UTF-8, whatever `errors` is."""
    if offset == 0 and line.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = "the byte-order mark of UTF-16 or UTF-32 at byte 0"
    elif b"\0" in line:
        found = f"NUL at byte {offset + line.index(0)}, as in UTF-16 and binary data"
    else:
        return
    raise ValueError(
        f"{name} must be UTF-8 text. Received: {found}. Convert it to UTF-8, for "
        "example with iconv."
    )


def write_ids(
    path: pathlib.Path, lines: Iterable[str], vocabulary: Vocabulary
) -> np.ndarray:
    """Write the ids of lines to a file and return them memory-mapped.

    Args:
        path: Path of the file to write.
        lines: Iterable of strings, the text.
        vocabulary: The `Vocabulary`.

    Returns:
        Read-only int32 array `(N,)`, on disk.

    Raises:
        ValueError: If the text has no token; the message names the stem of `path`.
    """
    _check_encoding(lines, vocabulary)
    checks.path("path", path)
    path = pathlib.Path(path)
    with open(path, "wb") as file:
        for ids in vocabulary.encode(lines):
            file.write(np.array(ids, "<i4").tobytes())
    if path.stat().st_size == 0:
        raise ValueError(
            f"The {path.stem} text must have at least one word. Received: none."
        )
    return np.memmap(path, dtype="<i4", mode="r")


def encode(lines: Iterable[str], vocabulary: Vocabulary) -> np.ndarray:
    """Return the ids of lines in memory.

    Args:
        lines: Iterable of strings, the text.
        vocabulary: The `Vocabulary`.

    Returns:
        int32 array `(N,)`.

    Raises:
        ValueError: If an argument is of another kind.

    Example:

    >>> lines = ["the cat", "the dog", "the cat"]
    >>> tokenizer = lightrnn_tf.Tokenizer("words")
    >>> vocabulary = Vocabulary.from_lines(lines, tokenizer)
    >>> vocabulary.words, encode(lines, vocabulary).tolist()
    (['<eos>', 'the', 'cat', '<unk>'], [1, 2, 0, 1, 3, 0, 1, 2, 0])
    """
    _check_encoding(lines, vocabulary)
    ids = array.array("i")
    for line in vocabulary.encode(lines):
        ids.extend(line)
    return _as_array(ids)


def encode_lines(
    lines: Iterable[str], vocabulary: Vocabulary
) -> tuple[np.ndarray, list[int]]:
    """Return the ids of lines in memory, and the number of ids of each line.

    Args:
        lines: Iterable of strings, the text.
        vocabulary: The `Vocabulary`.

    Returns:
        int32 array `(N,)`, and a list of integers, one per line.
    """
    ids = array.array("i")
    lengths = [0]
    for line in lines:
        found = vocabulary.ids(vocabulary.tokenizer.line(line))
        ids.extend(found)
        lengths[-1] += len(found)
        if not isinstance(line, LinePart):
            lengths.append(0)
    if not lengths[-1]:
        lengths.pop()
    return _as_array(ids), lengths


def _check_encoding(lines, vocabulary):
    checks.several("lines", lines)
    checks.instance("vocabulary", vocabulary, Vocabulary)


def _as_array(ids):
    return np.frombuffer(ids, np.int32) if ids else np.empty(0, np.int32)
