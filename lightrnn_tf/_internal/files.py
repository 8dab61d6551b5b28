"""Files: found by name, written in one piece or not at all, damaged."""

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

# What reading a damaged zip, or arrays of NumPy in one, may raise.
DAMAGED_ARCHIVE = (
    *(EOFError, KeyError, MemoryError, OSError, OverflowError, RuntimeError),
    *(TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error),
)
# In the names of files that are not finished.
_PART = ".part."


@contextlib.contextmanager
def replacing(path: pathlib.Path, keep: pathlib.Path | None = None):
    """Yield a path; the file written there takes the place of `path`, in one piece.

    An error or a crash leaves the old file or the new one. The path that is yielded
    ends like `path`, as some libraries look at endings.

    Args:
        path: The file to replace; there need not be one yet.
        keep: Where to keep the old file. Defaults to nowhere.

    Raises:
        OSError: If it cannot be written; the error names `path`.
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
        if error.errno is None:  # A library's own.
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def write_atomic(path: pathlib.Path, content: bytes | str) -> None:
    """Write `content` to `path`; a crash leaves the old file or the new one.

    Raises:
        OSError: If it cannot be written; the error names `path`.
    """
    if isinstance(content, str):
        content = content.encode("utf-8")
    with replacing(path) as part:
        part.write_bytes(content)


def remove_unfinished(folder: pathlib.Path) -> None:
    """Delete what a process that was killed in `replacing` left in a folder."""
    for left in folder.glob(f"*{_PART}*"):
        left.unlink(missing_ok=True)


def files(patterns: Iterable[str]) -> list[pathlib.Path]:
    """Return the text files that names and glob patterns stand for, in order.

    Raises:
        FileNotFoundError: If a name or pattern stands for no file.
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
    """Refuse what can be read but once, without opening it; nothing may be there.

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
    """Return what `name` is if it is no file or folder, else nothing."""
    path = pathlib.Path(name)
    # A file of this name is one, as for most commands.
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
