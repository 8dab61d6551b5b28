"""Cuts streams of word ids into windows for training and evaluation."""

import copy
import functools

import keras
import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.words.vocabulary import NO_WORD

# Ids to look at together, so that a memory-mapped text is read in parts.
_AT_ONCE = 1 << 24


class Windows(keras.utils.PyDataset):
    """Batches of windows of a text that is read as several parallel streams.

    The text is cut into `batch_size` streams of equal length; if it does not divide,
    the first streams are one word longer. Row b of every batch belongs to stream b and
    continues where the batch before ended. Windows overlap by one word, which one
    window predicts and the next reads. Every stream begins with −1, which is read as
    `<eos>`, so each token is predicted exactly once. The last window is filled up with
    −1.

    A text of several shards is read shard by shard, in another order in each epoch of
    `fit`. Each shard is cut into its own streams.

    Args:
        ids: Integer array `(N,)`, which may be memory-mapped.
        batch_size: Positive integer. Number of streams, `B`, at most N.
        steps: Positive integer. Words predicted in a window, `T`.
        shards: List of integers, the lengths of the shards in `ids`. A shard of fewer
            than B words is joined to the next. Defaults to one shard.
        seed: Integer in `[0, 2**32)`. Seed of the orders of shards. Defaults to 0.

    Attributes:
        order: Integer array, the numbers of the shards in the order of the epoch.

    Returns:
        Item n is `(ids,)` with an int32 array `(B, T + 1)`.

    Raises:
        ValueError: If `ids` is not a one-dimensional integer array or too short, or
            another argument is of another kind.

    Example:

    >>> windows = Windows(np.arange(5), batch_size=2, steps=2)
    >>> [batch.tolist() for batch, in windows]
    [[[-1, 0, 1], [-1, 3, 4]], [[1, 2, -1], [4, -1, -1]]]
    """

    def __init__(self, ids, batch_size, steps, shards=None, seed=0):
        super().__init__()
        checks.positive_integer("batch_size", batch_size)
        checks.positive_integer("steps", steps)
        checks.seed("seed", seed)
        if not isinstance(ids, np.ndarray):
            ids = np.asarray(ids)
        if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer):
            raise ValueError(
                "`ids` must be a one-dimensional integer array. "
                f"Received: shape {ids.shape}, dtype {ids.dtype}."
            )
        if len(ids) < batch_size:
            raise ValueError(
                f"`ids` must have at least one word for each of the {batch_size} "
                f"streams. Received: {len(ids)} words. Take a smaller batch size."
            )
        self.ids = ids
        self.batch_size = batch_size
        self.steps = steps
        self._streams = batch_size
        self._rows = slice(None)
        self.seed = seed
        shards = np.array([len(ids)] if shards is None else shards)
        if shards.ndim != 1 or shards.dtype.kind not in "iu" or (shards < 0).any():
            raise ValueError(
                "`shards` must be lengths, integers of at least 0. "
                f"Received: shape {shards.shape}, dtype {shards.dtype}."
            )
        lengths = np.array(_joined(shards, batch_size))
        if lengths.sum() != len(ids):
            raise ValueError(
                f"`shards` must be the lengths of parts of all {len(ids)} words. "
                f"Received: {lengths.sum()} words."
            )
        self._lengths = lengths
        self._begins = np.cumsum(lengths) - lengths
        longest_streams = -(-lengths // batch_size)
        self._batches = -(-longest_streams // steps)
        self._first, self._end = 0, None
        self.begin_epoch(0)

    @functools.cached_property
    def extremes(self):
        """The least and the greatest word id; found once."""
        return extremes(self.ids)

    def begin_epoch(self, epoch):
        """Put the shards into the order of an epoch.

        Args:
            epoch: Integer of at least 0, the number of the epoch.
        """
        draw = np.random.default_rng([self.seed, epoch])
        self.order = draw.permutation(len(self._lengths))
        self._ends = np.cumsum(self._batches[self.order])

    def after(self, batches):
        """Return the windows without the first batches.

        Args:
            batches: Integer of at least 0, the number of batches to skip.
        """
        rest = copy.copy(self)
        rest._first = self._first + batches
        return rest

    def first(self, batches):
        """Return only the windows of the first batches.

        Args:
            batches: Integer of at least 0, the number of batches; all if there are
                fewer.
        """
        some = copy.copy(self)
        some._end = self._first + batches
        return some

    def share(self, number, count):
        """Return windows with only the rows of one worker.

        Args:
            number: Integer, the number of the worker, from 0.
            count: Positive integer, the number of workers.

        Raises:
            ValueError: If `count` does not divide the batch size.
        """
        if self.batch_size % count:
            raise ValueError(
                f"`batch_size` must be a multiple of the {count} workers. Received: "
                f"{self.batch_size}."
            )
        share = copy.copy(self)
        share.batch_size = self.batch_size // count
        first = number * share.batch_size
        share._rows = slice(first, first + share.batch_size)
        return share

    def __len__(self):
        end = self._ends[-1]
        return (end if self._end is None else min(end, self._end)) - self._first

    def __getitem__(self, number):
        number += self._first
        place = np.searchsorted(self._ends, number, side="right")
        shard = self.order[place]
        number -= self._ends[place] - self._batches[shard]
        length, longer = divmod(self._lengths[shard], self._streams)
        lengths = length + (np.arange(self._streams) < longer)
        ends = (self._begins[shard] + np.cumsum(lengths))[self._rows, None]
        begins = ends - lengths[self._rows, None]
        places = begins + np.arange(-1, self.steps) + number * self.steps
        inside = (places >= begins) & (places < ends)
        batch = np.full(places.shape, NO_WORD, np.int32)
        batch[inside] = self.ids[places[inside]]
        return (batch,)


def extremes(ids):
    """Return the least and the greatest number of an array.

    Args:
        ids: Array of numbers of any shape, which may be memory-mapped.

    Returns:
        Two numbers, both −1 for an empty array.

    Example:

    >>> [int(number) for number in extremes([[3, 1], [2, 5]])]
    [1, 5]
    """
    flat = np.asanyarray(ids).reshape(-1)
    parts = [flat[n : n + _AT_ONCE] for n in range(0, len(flat), _AT_ONCE)]
    if not parts:
        return NO_WORD, NO_WORD
    # NumPy's functions, unlike Python's, return NaN if there is one.
    return np.min([p.min() for p in parts]), np.max([p.max() for p in parts])


def _joined(lengths, least):
    """Return the lengths of shards after joining each short one to the next."""
    joined, left = [], 0
    for length in lengths:
        left += length
        if left >= least:
            joined.append(left)
            left = 0
    if left and joined:
        joined[-1] += left
    return joined
