"""Streams of word ids, cut into windows for training and evaluation."""

import copy

import keras
import numpy as np

from lightrnn_tf import _checks
from lightrnn_tf.models.language_model import NO_WORD


class Windows(keras.utils.PyDataset):
    """Batches of windows of a text that is read as several streams side by side.

    The text is cut into `batch_size` streams of equal length, the first ones a word
    longer where it does not divide. Row b of every batch belongs to stream b and
    goes on where the batch before ended; windows overlap by one word, which the one
    predicts and the next reads. Every stream begins with −1, read as `<eos>`, so each
    token is predicted exactly once; what is missing in the last window is −1 too.

    Args:
        ids: Integer array `(N,)`, which may be memory-mapped.
        batch_size: Positive integer. Number of streams, `B`, at most N.
        steps: Positive integer. Words predicted in a window, `T`.

    Returns:
        Item n is `(ids,)` with an int32 array `(B, T + 1)`.

    Raises:
        ValueError: If `ids` is not a one-dimensional integer array, or too short.

    Example:

    >>> windows = Windows(np.arange(5), batch_size=2, steps=2)
    >>> [batch.tolist() for batch, in windows]
    [[[-1, 0, 1], [-1, 3, 4]], [[1, 2, -1], [4, -1, -1]]]
    """

    def __init__(self, ids, batch_size, steps):
        super().__init__()
        _checks.positive_integer("batch_size", batch_size)
        _checks.positive_integer("steps", steps)
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
        length, longer = divmod(len(ids), batch_size)
        lengths = length + (np.arange(batch_size) < longer)
        self._ends = np.cumsum(lengths)
        self._begins = self._ends - lengths
        self._first = 0

    def after(self, batches):
        """Return the windows that follow a number of batches."""
        rest = copy.copy(self)
        rest._first = self._first + batches
        return rest

    def __len__(self):
        return -(-(self._ends[0] - self._begins[0]) // self.steps) - self._first

    def __getitem__(self, number):
        offsets = np.arange(-1, self.steps) + (self._first + number) * self.steps
        places = self._begins[:, None] + offsets
        inside = (places >= self._begins[:, None]) & (places < self._ends[:, None])
        batch = np.full(places.shape, NO_WORD, np.int32)
        batch[inside] = self.ids[places[inside]]
        return (batch,)
