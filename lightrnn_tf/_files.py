"""Files: found by name, written in one piece or not at all, damaged."""

import glob
import os
import pathlib
import struct
import zipfile
import zlib
from collections.abc import Iterable

# What reading a damaged zip, or arrays of NumPy in one, may raise.
DAMAGED_ARCHIVE = (
    *(EOFError, KeyError, MemoryError, OSError, OverflowError, RuntimeError),
    *(TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error),
)


def write_atomic(path: pathlib.Path, content: bytes | str) -> None:
    """Write `content` to `path`; a crash leaves the old file or the new one.

    Raises:
        OSError: If it cannot be written; the error names `path`.
    """
    if isinstance(content, str):
        content = content.encode("utf-8")
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def remove_unfinished(folder: pathlib.Path) -> None:
    """Delete what a process that was killed in `write_atomic` left in a folder."""
    for left in folder.glob("*.part"):
        left.unlink(missing_ok=True)


def files(patterns: Iterable[str]) -> list[pathlib.Path]:
    """Return the text files that names and glob patterns stand for, in order.

    Raises:
        FileNotFoundError: If a name or pattern stands for no file.
        IsADirectoryError: If one is a folder.
    """
    found = []
    for pattern in patterns:
        if pathlib.Path(pattern).exists():
            matches = [pattern]
        else:
            matches = sorted(glob.glob(pattern, recursive=True))
        if not matches:
            raise FileNotFoundError(f"{pattern}: no such file.")
        for match in matches:
            if pathlib.Path(match).is_dir():
                raise IsADirectoryError(
                    f"{match} is a folder. Name its files, for example "
                    f"'{pathlib.Path(match) / '*.txt'}'."
                )
            found.append(pathlib.Path(match))
    return found
