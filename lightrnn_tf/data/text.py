"""Text files to lines, and lines to word ids on disk.

Text is read as a stream of lines, from plain or compressed files; long lines come in
parts. Ids are written to a file of int32 numbers and memory-mapped, so memory does not
grow with the text.
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
# What may be done with bytes that are not UTF-8.
ERRORS = ("strict", "replace")
# Bytes of a line that are read together.
_PART_SIZE = 1 << 20
# Characters after which a file shows that it is no text.
_SHOWN_BY = 1000
# All of a line up to its last word. `_` and white space are none, and a last part
# without a word would be a blank line.
_BEFORE_LAST_WORD = re.compile(rb".+(?=[ \t\r\v\f][^\s_])", re.DOTALL)


class Lines:
    """The lines of some text files, to be gone through as often as wanted.

    Long lines come in parts, cut at white space where there is any; each part but the
    last of a line is a `LinePart`, at which no line ends.

    Args:
        paths: Text files, UTF-8; `.gz`, `.xz` and `.bz2` are decompressed.
        errors: `"strict"` to stop at bytes that are not UTF-8, `"replace"` to put
            U+FFFD in their place. Defaults to `"strict"`.

    Raises:
        ValueError: While reading, if a file is damaged or not UTF-8, or has a NUL in
            it, as UTF-16 has, whatever `errors` is; the message names the file, and the
            byte where that is known.

    Attributes:
        part_size: Bytes of a part at most, more than a character may have: 1 MiB.
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
        """Return the text between two places.

        Args:
            start: Which of all the lines, parts of lines counted as such, and which
                character of it; from 0 on. Defaults to the first.
            stop: The place behind the last one, alike; what is before it in its line
                is a `LinePart`. Defaults to the end.
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
    """Yield the lines of an open file, decompressed as the end of its name says.

    Args:
        file: The file, wherever it lies.
        path: Its name, for errors, too.
        errors: As in `Lines`.
        part_size: As there.
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
    """Yield the lines of a file of text, long ones in parts.

    Raises:
        ValueError: If it is not UTF-8 text; it is called `name`.
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
    """Yield lines as bytes, long ones in parts, and whether the line goes on."""
    rest = b""
    while line := rest + file.readline(size - len(rest)):
        goes_on = len(line) == size and not line.endswith(b"\n")
        cut = _cut(line) if goes_on else len(line)
        rest = line[cut:]
        yield line[:cut], goes_on


def _cut(line):
    """Return where to cut bytes of a long line in two, neither of them empty."""
    before = _BEFORE_LAST_WORD.match(line)
    if before:
        return before.end()
    cut = len(line) - 1
    # No character of UTF-8 has more than four bytes.
    while cut > len(line) - 4 and line[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut


def _refuse_garbage(replaced, characters, name):
    """Refuse what is no text in UTF-8 with a few bad bytes, as soon as that shows."""
    if characters >= _SHOWN_BY and replaced > characters / 10:
        raise ValueError(
            f"{name} must be UTF-8 text. Received: {replaced:,} of its first "
            f"{characters:,} characters are not. Convert it to UTF-8, for example with "
            "iconv."
        )


def _refuse_other_encodings(line, offset, name):
    """Refuse UTF-16 and UTF-32, which are garbage as UTF-8 whatever `errors` says."""
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
    """Write the ids of `lines` to `path` and return them memory-mapped.

    Returns:
        Read-only int32 array `(N,)`, 4 bytes a token, on disk.

    Raises:
        ValueError: If there is no token; the message has the name of `path`.
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
    """Return the ids of `lines` in memory, int32 `(N,)`."""
    _check_encoding(lines, vocabulary)
    ids = array.array("i")
    for line in vocabulary.encode(lines):
        ids.extend(line)
    return _as_array(ids)


def encode_lines(
    lines: Iterable[str], vocabulary: Vocabulary
) -> tuple[np.ndarray, list[int]]:
    """Return the ids of `lines` in memory, and how many of them each line has."""
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
