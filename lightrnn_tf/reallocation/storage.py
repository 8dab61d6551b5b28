"""Storage of loss tables: in memory, or in files from which a pass is resumed."""

import dataclasses
import errno
import math
import os
import pathlib
import shutil
import tempfile
import time
from typing import NamedTuple

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import DAMAGED_ARCHIVE

_TABLES = "rows", "columns"
# The file beside the tables that says how far the pass has come.
_PROGRESS = "progress.npz"


@dataclasses.dataclass(frozen=True)
class Limits:
    """How much a pass holds at once, and how much of it a crash may cost.

    Attributes:
        words_at_once: Different words whose losses the device sums before they are
            fetched. Defaults to 8,192.
        tokens_at_once: Tokens whose losses the device sums before they are fetched. The
            order of additions depends on these two and the text, not on time, so the
            same text gives the same sums. Defaults to 524,288.
        memory_budget: Bytes above which the tables are memory-mapped files. Defaults to
            4 GiB.
        save_seconds: Seconds after which a pass with a folder is saved. Defaults to 60.
        save_bytes: Bytes of changes after which a pass with a folder is saved. Defaults
            to 256 MiB.

    Example:

    >>> Limits(words_at_once=100).tokens_at_once
    524288
    """

    words_at_once: int = 8192
    tokens_at_once: int = 1 << 19
    memory_budget: int = 4 << 30
    save_seconds: float = 60.0
    save_bytes: int = 256 << 20


class Place(NamedTuple):
    """How far a pass over a text has come.

    Attributes:
        batch: The number of the batch that is read next. Defaults to 0.
        nats: Negative log-likelihood of all batches before. Defaults to 0.
        states: What `CarriedState.to_numpy` returned; empty at the start.

    Example:

    >>> Place().batch
    0
    """

    batch: int = 0
    nats: float = 0.0
    states: tuple[np.ndarray, ...] = ()


class TemporaryTables:
    """Tables in memory, or in temporary files that the system deletes.

    Args:
        shapes: `(V, R)` and `(V, C)`.
        memory_budget: As in `Limits`.

    Raises:
        OSError: If there is no room for the files.

    Attributes:
        place: The `Place` up to which losses were added.

    Example:

    >>> tables = TemporaryTables([(6, 2), (6, 3)], memory_budget=1 << 20)
    >>> words = np.array([1, 4])
    >>> tables.add(words, [np.ones((2, 2)), np.ones((2, 3))], Place(batch=1))
    >>> [float(table.sum()) for table in tables.finish()]
    [4.0, 6.0]
    """

    def __init__(self, shapes, memory_budget):
        self.place = Place()
        if _bytes(shapes) <= memory_budget:
            self._tables = [np.zeros(shape, np.float32) for shape in shapes]
        else:
            _check_room(tempfile.gettempdir(), shapes)
            self._tables = [_temporary(shape) for shape in shapes]

    def add(self, words, sums, place):
        """Add sums of losses.

        Args:
            words: Integer array `(n,)`, all different.
            sums: Float32 arrays `(n, R)` and `(n, C)`.
            place: The `Place` up to which they are summed.
        """
        for table, part in zip(self._tables, sums, strict=True):
            table[words] += part
        self.place = place

    def finish(self):
        """Return the tables, `(V, R)` and `(V, C)`."""
        return self._tables


class SavedTables:
    """Tables in the files of a folder, from which a stopped pass is resumed.

    A crash may leave anything in a memory-mapped file. So changes gather in memory
    first. Then the new values of all changed words are saved in a file of their own, in
    one piece, and only then written into the tables. A pass is resumed by writing these
    values again, which does no harm.

    Args:
        folder: The folder; it is made if it does not exist.
        shapes: `(V, R)` and `(V, C)`.
        fingerprint: A hash of all that the tables depend on. Tables with another one
            are emptied.
        limits: The `Limits`.

    Raises:
        ValueError: If `folder` is a file, or its files are damaged.
        OSError: If there is no room for the tables.

    Attributes:
        place: The `Place` up to which losses were added.

    Example:

    >>> import tempfile
    >>> folder, shapes = tempfile.mkdtemp(), [(6, 2), (6, 3)]
    >>> tables = SavedTables(folder, shapes, "text", Limits())
    >>> words = np.array([1, 4])
    >>> tables.add(words, [np.ones((2, 2)), np.ones((2, 3))], Place(batch=1))
    >>> [float(table.sum()) for table in tables.finish()]
    [4.0, 6.0]
    >>> SavedTables(folder, shapes, "text", Limits()).place.batch
    1
    >>> discard(folder)
    """

    def __init__(self, folder, shapes, fingerprint, limits):
        self._folder = pathlib.Path(folder)
        self._fingerprint = fingerprint
        self._limits = limits
        self._changes = []
        self._saved_at = time.monotonic()
        if self._folder.exists() and not self._folder.is_dir():
            raise ValueError(f"`folder` must be a folder. Received: {folder}, a file.")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._progress = self._folder / _PROGRESS
        self._paths = [self._folder / f"{name}.npy" for name in _TABLES]
        saved = self._read_progress()
        if saved is None:
            # It must not stand beside tables that are about to be emptied.
            self._progress.unlink(missing_ok=True)
            _check_room(self._folder, shapes)
            self._tables = [
                np.lib.format.open_memmap(path, "w+", np.float32, shape)
                for path, shape in zip(self._paths, shapes, strict=True)
            ]
            self.place = Place()
        else:
            self._tables = [*map(_opened, self._paths, shapes)]
            self._write(saved["words"], [saved[name] for name in _TABLES])
            states = (saved[f"state_{n}"] for n in range(int(saved["states"])))
            self.place = Place(int(saved["batch"]), float(saved["nats"]), tuple(states))

    def add(self, words, sums, place):
        """Add sums of losses, as in `TemporaryTables`; they are saved now and then."""
        self._changes.append((words, *sums))
        self.place = place
        size = sum(part.nbytes for change in self._changes for part in change)
        seconds = time.monotonic() - self._saved_at
        if size > self._limits.save_bytes or seconds > self._limits.save_seconds:
            self._save()

    def finish(self):
        """Return the tables, `(V, R)` and `(V, C)`; their files will not change."""
        if self._changes:
            self._save()
        for table in self._tables:
            table.flush()
        return [np.load(path, mmap_mode="c") for path in self._paths]

    def _save(self):
        """Write what was added into the files, so that the pass can be resumed."""
        words = np.unique(np.concatenate([change[0] for change in self._changes]))
        values = [table[words] for table in self._tables]
        for changed, *sums in self._changes:
            places = np.searchsorted(words, changed)
            for value, part in zip(values, sums, strict=True):
                value[places] += part
        self._changes = []
        # The changes before must be in the tables before their file is replaced.
        for table in self._tables:
            table.flush()
        self._write_progress(words, values)
        self._write(words, values)
        self._saved_at = time.monotonic()

    def _write(self, words, values):
        for table, value in zip(self._tables, values, strict=True):
            table[words] = value

    def _write_progress(self, words, values):
        """Write the place, and the new values of words, in one piece."""
        states = {f"state_{n}": state for n, state in enumerate(self.place.states)}
        part = self._progress.with_suffix(".part")
        with open(part, "wb") as file:
            np.savez(
                file,
                fingerprint=self._fingerprint,
                batch=self.place.batch,
                nats=self.place.nats,
                words=words,
                states=len(states),
                **dict(zip(_TABLES, values, strict=True)),
                **states,
            )
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._progress)

    def _read_progress(self):
        """Return the arrays that were saved; `None` if they are of another pass."""
        if not self._progress.exists():
            return None
        try:
            with np.load(self._progress) as saved:
                if str(saved["fingerprint"]) != self._fingerprint:
                    return None
                return {name: saved[name] for name in saved.files}
        except DAMAGED_ARCHIVE as error:
            raise ValueError(
                f"{self._progress} is damaged. Delete the folder to begin anew."
            ) from error


def discard(folder: str | os.PathLike) -> None:
    """Delete a folder of tables.

    The file that says how far the pass has come goes first, so that after a crash
    nothing resumes from half of the files.

    Args:
        folder: The folder of `loss_tables`.

    Raises:
        FileNotFoundError: If there is no such folder.
    """
    checks.path("folder", folder)
    (pathlib.Path(folder) / _PROGRESS).unlink(missing_ok=True)
    shutil.rmtree(folder)


def _bytes(shapes):
    return 4 * sum(map(math.prod, shapes))


def _check_room(folder, shapes):
    """Raise `OSError` if tables do not fit on a disk: a map would kill the process."""
    if _bytes(shapes) > shutil.disk_usage(folder).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def _temporary(shape):
    """Return an empty table in a nameless file, which goes when the table goes."""
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, np.float32, "w+", shape=shape)


def _opened(path, shape):
    """Return the table of a file, checked."""
    try:
        table = np.load(path, mmap_mode="r+")
    except DAMAGED_ARCHIVE as error:
        raise ValueError(
            f"{path} is missing or damaged. Delete the folder to begin anew."
        ) from error
    if table.shape != shape or table.dtype != np.float32:
        raise ValueError(
            f"{path} must be float32 of shape {shape}. Received: {table.dtype} "
            f"{table.shape}. Delete the folder to begin anew."
        )
    return table
