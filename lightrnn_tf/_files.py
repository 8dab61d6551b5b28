"""Files that are written in one piece or not at all, and archives that are damaged."""

import os
import pathlib
import struct
import zipfile
import zlib

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
