"""Text files to lines, and lines to word ids on disk.

Text is read as a stream of lines, from plain or compressed files. Ids are written to a
file of int32 numbers and memory-mapped, so memory does not grow with the text.
"""

import array
import bz2
import copy
import gzip
import itertools
import lzma
import os
import pathlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Self

import numpy as np

from lightrnn_tf.vocabulary import Vocabulary

_OPENERS: dict[str, Callable] = {
    ".gz": gzip.open,
    ".xz": lzma.open,
    ".bz2": bz2.open,
}
_DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)


class Lines:
    """The lines of some text files, to be gone through as often as wanted.

    Args:
        paths: Text files, UTF-8; `.gz`, `.xz` and `.bz2` are decompressed.
        errors: `"strict"` to stop at bytes that are not UTF-8, `"replace"` to put
            U+FFFD in their place. Defaults to `"strict"`.

    Raises:
        ValueError: While reading, if a file is not UTF-8 or damaged; the message names
            the file, and the byte where that is known.
    """

    def __init__(self, paths: Iterable[str | os.PathLike], errors: str = "strict"):
        self.paths = [pathlib.Path(path) for path in paths]
        self.errors = errors
        self._part: tuple[int, int | None] = (0, None)

    def part(self, start: int, stop: int | None) -> Self:
        """Return the lines from `start` up to `stop`, counted from 0 over all files."""
        part = copy.copy(self)
        part._part = start, stop
        return part

    def __iter__(self) -> Iterator[str]:
        return itertools.islice(self._every(), *self._part)

    def _every(self) -> Iterator[str]:
        for path in self.paths:
            with open(path, "rb") as file:
                yield from lines_of(file, path, self.errors)


def lines_of(
    file: BinaryIO, path: str | os.PathLike, errors: str = "strict"
) -> Iterator[str]:
    """Yield the lines of an open file, decompressed as the end of its name says.

    Args:
        file: The file, wherever it lies.
        path: Its name, for errors, too.
        errors: As in `Lines`.
    """
    opener = _OPENERS.get(os.path.splitext(path)[1].lower())
    offset = 0
    try:
        with opener(file) if opener else file as unpacked:
            for line in unpacked:
                try:
                    text = line.decode("utf-8", errors)
                except UnicodeDecodeError as error:
                    raise ValueError(
                        f"{path} is not UTF-8: byte {offset + error.start} is "
                        f"0x{line[error.start]:02x}. Convert the file, or pass "
                        "--errors replace to go on."
                    ) from error
                if offset == 0:
                    text = text.removeprefix("\ufeff")
                offset += len(line)
                yield text.removesuffix("\n")
    except _DAMAGED as error:
        raise ValueError(f"{path} is damaged: {error}.") from error
    except OSError as error:
        # gzip and bz2 report bad data as an OSError without a number.
        if error.errno is None:
            raise ValueError(f"{path} is damaged: {error}.") from error
        raise


def write_ids(
    path: pathlib.Path, lines: Iterable[str], vocabulary: Vocabulary
) -> np.ndarray:
    """Write the ids of `lines` to `path` and return them memory-mapped.

    Returns:
        Read-only int32 array `(N,)`, 4 bytes a token, on disk.

    Raises:
        ValueError: If there is no token; the message has the name of `path`.
    """
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
    ids = array.array("i")
    for line in vocabulary.encode(lines):
        ids.extend(line)
    return np.frombuffer(ids, np.int32) if ids else np.empty(0, np.int32)
