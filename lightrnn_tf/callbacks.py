"""Keras callbacks: a round of reallocation, and the speed of training."""

import time
from collections.abc import Callable, Iterable

import keras

from lightrnn_tf import reallocation


class Reallocate(keras.callbacks.Callback):
    """Moves the words to better cells between epochs of `fit`.

    Training then goes on with the new table; everything else, the learning-rate
    schedule included, stays as it is.

    Args:
        windows: `data.windows(...)` of the training text.
        epochs: Numbers of the epochs, counted from 0, before which to reallocate.
        moving_cost: As in `reallocation.reallocate`. Defaults to 0 and 0.
        report: Called with the epoch and the `reallocation.Round`. Defaults to none.
        **kwargs: `solver`, `time_limit`, `folder` and `progress` of
            `reallocation.reallocate`.

    Attributes:
        rounds: The `reallocation.Round` of each reallocation so far.

    Example:

    >>> model = models.LightRNN(vocabulary_size=10, units=8)
    >>> model.compile("adam")
    >>> windows = data.windows(np.arange(200) % 10, batch_size=4, steps=5)
    >>> reallocate = Reallocate(windows, epochs=[1])
    >>> history = model.fit(windows, epochs=2, callbacks=[reallocate], verbose=0)
    >>> reallocate.rounds[0].nats_predicted <= reallocate.rounds[0].nats_before
    True

    References:
        Li et al., "LightRNN", NIPS 2016, https://arxiv.org/abs/1610.09893, section 3.2.
    """

    def __init__(
        self,
        windows,
        epochs: Iterable[int],
        moving_cost: tuple[float, float] = (0.0, 0.0),
        report: Callable[[int, reallocation.Round], None] | None = None,
        **kwargs,
    ):
        super().__init__()
        self.windows = windows
        self.epochs = frozenset(epochs)
        self.moving_cost = moving_cost
        self.report = report
        self.arguments = kwargs
        self.rounds: list[reallocation.Round] = []

    def on_epoch_begin(self, epoch, logs=None):
        if epoch not in self.epochs:
            return
        done = reallocation.reallocate(
            self.model, self.windows, moving_cost=self.moving_cost, **self.arguments
        )
        self.rounds.append(done)
        if self.report:
            self.report(epoch, done)


class WordsPerSecond(keras.callbacks.Callback):
    """Adds `words_per_second` to the logs: training alone, without validation."""

    def __init__(self, windows):
        super().__init__()
        self.words_per_batch = len(windows.ids) / len(windows)
        self.start = 0.0
        self.batches = 0
        self.speed = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.start, self.batches = time.perf_counter(), 0

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1
        seconds = time.perf_counter() - self.start
        self.speed = self.batches * self.words_per_batch / seconds
        if logs is not None:
            logs["words_per_second"] = round(self.speed)

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["words_per_second"] = round(self.speed)
