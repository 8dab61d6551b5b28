"""The file of the words that a user adds, which may come from anywhere."""

import dataclasses
import json
import pathlib
from collections.abc import Callable

import numpy as np

FORMAT_VERSION = 2
# Cells that are stored for each word: the best ones when it was first learned.
CANDIDATES = 8
# Limits of a file: its bytes, and the count of a word.
_MAX_BYTES, _MAX_COUNT = 1 << 24, 1 << 31


@dataclasses.dataclass
class Entry:
    """A word of the user.

    Attributes:
        count: How often it was learned.
        form: How the user wrote it last.
        cell: Its cell; `None` if it has none yet.
        cells: The cells that were best for it when it was first learned, `(n,)`.
        losses: Nats that it would have cost in each of these, over all its contexts.

    Example:

    >>> Entry(2, "Zebra", 17, np.array([17, 4]), np.array([9.5, 9.9])).form
    'Zebra'
    """

    count: int
    form: str
    cell: int | None
    cells: np.ndarray
    losses: np.ndarray


def written(entries: dict[str, Entry], vocabulary: str) -> str:
    """Return the content of a file.

    Args:
        entries: The entries by word.
        vocabulary: A hash that tells models apart that have words in other cells.
    """
    words = [
        {
            "word": word,
            "form": entry.form,
            "count": entry.count,
            "cell": entry.cell,
            "cells": entry.cells.tolist(),
            "losses": entry.losses.round(3).tolist(),
        }
        for word, entry in entries.items()
    ]
    content = {
        "format_version": FORMAT_VERSION,
        "vocabulary": vocabulary,
        "words": words,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def read(
    path: pathlib.Path,
    vocabulary: str,
    free: np.ndarray,
    spelled: Callable[[object], str | None],
) -> dict[str, Entry]:
    """Return the entries of a file by word, after checking all of it.

    Args:
        path: The file.
        vocabulary: The hash of the model in use. With another, words keep their counts
            and have no cells.
        free: Integers, the free cells of the model.
        spelled: Function from a word to its spelling, `None` if it is none.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a file that `written` made.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(
            f"{path} must have at most {_MAX_BYTES} bytes. Received: "
            f"{path.stat().st_size}."
        )
    try:
        content = json.loads(path.read_bytes().decode("utf-8"))
        return _checked(content, vocabulary, free, spelled)
    except (
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise ValueError(
            f"{path} is not a file of user words, or is damaged: {error}."
        ) from error


def _checked(content, vocabulary, free, spelled):
    version = content["format_version"]
    if version not in (1, FORMAT_VERSION):
        raise ValueError(f"format version {version!r}")
    entries = {}
    for item in content["words"]:
        word = spelled(item["word"])
        if word is None:
            raise ValueError(f"word {item['word']!r}")
        if version == 1:
            # Words had no form then, and were offered from the first time.
            item = {**item, "form": word, "count": _offered(item["count"])}
        entries[word] = _entry(item, free, content["vocabulary"] == vocabulary)
        if spelled(entries[word].form) != word:
            raise ValueError(f"form {item['form']!r} of {word!r}")
    cells = [e.cell for e in entries.values() if e.cell is not None]
    if len(set(cells)) < len(cells):
        raise ValueError(f"two words in one cell, of {sorted(cells)}")
    return entries


def _offered(count):
    return 2 if count == 1 else count


def _entry(item, free, same):
    """Return the entry of an item of a file, without cells for another vocabulary."""
    count, form, cell = item["count"], item["form"], item["cell"]
    if type(count) is not int or not 1 <= count <= _MAX_COUNT:
        raise ValueError(f"count {count!r}")
    if not same:
        return Entry(count, form, None, np.empty(0, int), np.empty(0))
    cells, losses = np.array(item["cells"]), np.array(item["losses"], float)
    if not len(cells):
        cells = cells.astype(int)
    named = np.array([*cells, *([] if cell is None else [cell])])
    if cells.ndim != 1 or cells.shape != losses.shape:
        raise ValueError(f"losses of {item['word']!r}")
    if len(named) and (named.dtype != int or not np.isin(named, free).all()):
        raise ValueError(f"cells of {item['word']!r}")
    if len(cells) > CANDIDATES or not np.isfinite(losses).all():
        raise ValueError(f"losses of {item['word']!r}")
    return Entry(count, form, cell, cells, losses)
