"""Reads the folder that `lightrnn prepare` wrote.

The folder has these files:

vocabulary.txt         the words and their counts
neighbours.npz         how often words stand beside each other, for the warm start
ids-…-of-…             one file of the text as word ids, int32, little-endian
prepared.json          the names and lengths of the shards; written last
"""

import json
import os
import pathlib
import re

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.tables.neighbours import Neighbours
from lightrnn_tf.words.vocabulary import Vocabulary

FORMAT_VERSION = 1
VOCABULARY, NEIGHBOURS, INDEX = "vocabulary.txt", "neighbours.npz", "prepared.json"
_SHARD = re.compile(r"ids-\d+-of-\d+")


class Prepared:
    """A prepared text on disk.

    Args:
        path: Path of the folder.

    Attributes:
        vocabulary: The `Vocabulary` of the text.
        lengths: List of integers, the number of tokens of each shard.

    Raises:
        FileNotFoundError: If the folder has no finished prepared text.
        ValueError: If a file is damaged.
    """

    def __init__(self, path: str | os.PathLike):
        checks.path("path", path)
        self.path = pathlib.Path(path)
        if not (self.path / INDEX).is_file():
            raise FileNotFoundError(
                f"{self.path} is no prepared text: {INDEX} is missing. Make one with "
                "lightrnn prepare."
            )
        try:
            index = json.loads((self.path / INDEX).read_text(encoding="utf-8"))
            if index["format_version"] != FORMAT_VERSION:
                raise ValueError(
                    f"its version must be {FORMAT_VERSION}. Received: "
                    f"{index['format_version']!r}."
                )
            self._shards = [self._shard(*shard) for shard in index["shards"]]
            self.lengths = [length for _, length in index["shards"]]
            if not 0 < len(self._shards) == len({*self._shards}):
                raise ValueError(
                    "it must name shards, each once. Received: "
                    f"{len(self._shards)} names, {len({*self._shards})} different ones."
                )
        except (ValueError, KeyError, TypeError, OSError, RecursionError) as error:
            raise _damaged(self.path / INDEX, error) from error
        try:
            text = (self.path / VOCABULARY).read_bytes().decode("utf-8")
            self.vocabulary = Vocabulary.from_text(text)
        except (ValueError, OSError) as error:
            raise _damaged(self.path / VOCABULARY, error) from error

    def _shard(self, name, length):
        path = self.path / name
        known = _SHARD.fullmatch(name) and type(length) is int and length > 0
        if not known or path.stat().st_size != 4 * length:
            raise ValueError(f"{name} is not a shard of {length} tokens.")
        return path

    def neighbours(self) -> Neighbours:
        """Return how often words stand beside each other, as `Neighbours`.

        Raises:
            ValueError: If the file is damaged.
        """
        path = self.path / NEIGHBOURS
        try:
            with open(path, "rb") as file:
                return Neighbours.load(file, len(self.vocabulary))
        except (ValueError, OSError) as error:
            raise _damaged(path, error) from error

    def write_ids(self, path: pathlib.Path) -> np.ndarray:
        """Write the ids of all shards to one file.

        Args:
            path: Path of the file to write.

        Returns:
            Read-only int32 array `(N,)`, memory-mapped from the file.

        Raises:
            ValueError: If a shard has ids outside the vocabulary.
        """
        with open(path, "wb") as file:
            for shard in self._shards:
                ids = np.memmap(shard, "<i4", "r")
                if ids.min() < 0 or ids.max() >= len(self.vocabulary):
                    raise _damaged(
                        shard,
                        f"its ids must be in [0, {len(self.vocabulary)}). Received: "
                        f"ids from {ids.min()} to {ids.max()}",
                    )
                ids.tofile(file)
        return np.memmap(path, "<i4", "r")


def _damaged(path, why):
    text = f"{path} is damaged: {why}".rstrip(".")
    return ValueError(f"{text}. Run lightrnn prepare again.")
