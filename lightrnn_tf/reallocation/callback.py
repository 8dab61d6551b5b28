"""The Keras callback that reallocates between epochs."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import keras

from lightrnn_tf import data, models, reallocation
from lightrnn_tf._internal import checks
from lightrnn_tf.tables.matching import check_solver


class Reallocate(keras.callbacks.Callback):
    """Moves the words to better cells between epochs of `fit`.

    Training then goes on with the new table. Everything else stays as it is, also the
    learning-rate schedule.

    Args:
        windows: `data.windows(...)` of the training text.
        epochs: Numbers of the epochs, counted from 0, before which to reallocate.
        matching: The `Matching`, as in `reallocation.reallocate`. Defaults to
            `Matching()`.
        folder: Where to keep the loss tables, as in `reallocation.reallocate`. Defaults
            to memory.
        report: Function called with the epoch and the `reallocation.Round`. Defaults
            to none.
        progress: Function called with the share of the pass done. Defaults to none.
        reallocate: Function that does the reallocation, with the arguments of
            `reallocation.reallocate`, such as `workers.Team.reallocate`. Defaults to
            `reallocation.reallocate`.

    Raises:
        ValueError: If an argument cannot be used; in `fit`, if the model is neither a
            `LightRNN` nor a `PaperRNN`, or has too many words for the solver.

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
        matching: reallocation.Matching = reallocation.Matching(),
        folder: str | os.PathLike | None = None,
        report: Callable[[int, Any], None] | None = None,
        progress: Callable[[float], None] | None = None,
        reallocate: Callable[..., Any] | None = None,
    ):
        super().__init__()
        checks.instance("windows", windows, data.windows)
        checks.instance("matching", matching, reallocation.Matching)
        if folder is not None:
            checks.path("folder", folder)
        checks.function("report", report)
        checks.function("progress", progress)
        checks.function("reallocate", reallocate)
        self.windows = windows
        self.epochs = _numbers(epochs)
        self.matching = matching
        self.folder = folder
        self.report = report
        self.progress = progress
        self.reallocate = reallocate or reallocation.reallocate
        self.rounds: list[reallocation.Round | None] = []

    def on_train_begin(self, logs=None):
        if not isinstance(self.model, models.TableRNN):
            raise ValueError(
                "`Reallocate` must be used with a `LightRNN` or a `PaperRNN`, whose "
                f"words have cells. Received: {type(self.model).__name__}."
            )
        check_solver(self.matching.solver, self.model.vocabulary_size)

    def on_epoch_begin(self, epoch, logs=None):
        if epoch not in self.epochs:
            return
        done = self.reallocate(
            self.model, self.windows, self.matching, self.folder, self.progress
        )
        self.rounds.append(done)
        if self.report:
            self.report(epoch, done)
        # The sums of the epoch hold what reallocation has scored.
        self.model.reset_metrics()


def _numbers(epochs):
    """Check the numbers of epochs; return them as a set."""
    listed = list(epochs) if isinstance(epochs, Iterable) else [epochs]
    for epoch in listed:
        if not isinstance(epochs, Iterable) or type(epoch) is not int or epoch < 0:
            raise ValueError(
                "`epochs` must be integers of at least 0, as in [5, 8]. "
                f"Received: {epochs!r}."
            )
    return frozenset(listed)
