"""Finds files by name, and writes files whole or not at all."""

import contextlib
import glob
import os
import pathlib
import secrets
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable

from lightrnn_tf._internal import checks

# Errors that reading a damaged zip file, or NumPy arrays in one, may raise.
DAMAGED_ARCHIVE = (
    EOFError,
    KeyError,
    MemoryError,
    OSError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
# Part of the names of unfinished files.
_PART = ".part."


@contextlib.contextmanager
def replacing(path: pathlib.Path, keep: pathlib.Path | None = None):
    """Replace a file by the one that is written to the path yielded.

    An error or a crash leaves either the old file or the new one. The path yielded has
    the same suffix as `path`, because some libraries look at the suffix.

    Args:
        path: Path of the file to replace; it need not exist.
        keep: Path to move the old file to. Defaults to `None`, delete it.

    Raises:
        OSError: If the file cannot be written; the error names `path`.
    """
    part = path.with_name(f"{secrets.token_hex(4)}{_PART}{path.name}")
    try:
        yield part
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        if keep and path.exists():
            os.replace(path, keep)
        os.replace(part, path)
    except OSError as error:
        if error.errno is None:  # A library's own error, without a cause to pass on.
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def write_atomic(path: pathlib.Path, content: bytes | str) -> None:
    """Write a file whole: a crash leaves either the old file or the new one.

    Args:
        path: Path of the file.
        content: Bytes, or a string to encode as UTF-8.

    Raises:
        OSError: If the file cannot be written; the error names `path`.
    """
    if isinstance(content, str):
        content = content.encode("utf-8")
    with replacing(path) as part:
        part.write_bytes(content)


def remove_unfinished(folder: pathlib.Path) -> None:
    """Delete the unfinished files of processes that were killed in `replacing`.

    Args:
        folder: Path of the folder.
    """
    for left in folder.glob(f"*{_PART}*"):
        left.unlink(missing_ok=True)


def files(patterns: Iterable[str]) -> list[pathlib.Path]:
    """Return the text files that match names and glob patterns.

    Args:
        patterns: Iterable of strings, names of files or glob patterns.

    Returns:
        List of paths, in the order of the patterns; sorted within each.

    Raises:
        FileNotFoundError: If no file matches one of them.
        IsADirectoryError: If one is a folder.
        ValueError: If one is a pipe, standard input or a device.
    """
    checks.strings("patterns", patterns)
    found = []
    for pattern in patterns:
        refuse_streams(pattern)
        if pathlib.Path(pattern).exists():
            matches = [pattern]
        else:
            matches = sorted(glob.glob(pattern, recursive=True))
        if not matches:
            raise FileNotFoundError(f"{pattern}: no such file.")
        for match in matches:
            refuse_streams(match)
            if pathlib.Path(match).is_dir():
                raise IsADirectoryError(
                    f"{match} is a folder. Name its files, for example "
                    f"'{pathlib.Path(match) / '*.txt'}'."
                )
            found.append(pathlib.Path(match))
    return found


def refuse_streams(name: str) -> None:
    """Refuse, without opening it, a file that can be read only once.

    Args:
        name: String, the name of the file; it need not exist.

    Raises:
        ValueError: If it is a pipe, standard input or a device.
    """
    what = _stream(name)
    if what:
        raise ValueError(
            f"A text must be a file, because it is read more than once. Received: "
            f"{name}, {what}. Write it to a file; .gz, .xz and .bz2 are read as they "
            "are."
        )


def _stream(name):
    """Return what a name stands for if it is a stream, else `None`."""
    path = pathlib.Path(name)
    # A file named "-" is read as a file.
    if name == "-" and not path.exists():
        return "standard input"
    if name in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"):
        return "standard input"
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return None
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        return "a pipe"
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        return "a device"
    return None
