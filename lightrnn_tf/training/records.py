"""Callbacks that keep what a training has reached."""

import errno
import json
import math
import os
import pathlib
import shutil
import time
from collections.abc import Callable

import keras

from lightrnn_tf import data
from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import replacing, write_atomic
from lightrnn_tf.training import checkpoint, run, workers

# Room on disk beside the weights themselves.
_SPARE_BYTES = 1 << 20


class KeepBest(keras.callbacks.Callback):
    """Keeps the weights of the epoch with the best validation, in one piece."""

    def __init__(self, path: pathlib.Path, log: "Log"):
        super().__init__()
        self.path = path
        self.log = log

    def on_epoch_end(self, epoch, logs=None):
        before = [line["val_loss"] for line in self.log.epochs]
        if not logs["val_loss"] < min(before, default=math.inf):
            return
        model = self.model  # On JAX that fetches the numbers of the step.
        if not self.log.writes:
            return
        self._check_space(model)
        # Keras makes variables of its own to save others.
        with replacing(self.path) as new, workers.alone():
            model.save_weights(new)

    def _check_space(self, model):
        """Raise `OSError` if the disk is too full; the HDF5 library would crash."""
        variables = [*model.variables, *model.optimizer.variables]
        needed = _SPARE_BYTES + sum(4 * math.prod(v.shape) for v in variables)
        if shutil.disk_usage(self.path.parent).free < needed:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))


class Log(keras.callbacks.Callback):
    """Writes the numbers of each epoch to `metrics.jsonl`, one worker for all.

    An epoch with a number that is not finite is the last one, and is not written.
    """

    def __init__(self, path: pathlib.Path, writes: bool):
        super().__init__()
        self.path = path / run.METRICS
        self.writes = writes
        self.lines = 0
        self.epochs: list[dict] = []
        self.diverged = False
        self.start = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        line = {name: float(value) for name, value in logs.items()}
        if not all(map(math.isfinite, line.values())):
            self.diverged = self.model.stop_training = True
            return
        rate = keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
        line = {"epoch": epoch + 1, **line, "learning_rate": float(rate)}
        line["seconds"] = round(time.perf_counter() - self.start, 1)
        self.write(**line)
        # Only now: an epoch counts as finished when everything of it is on disk.
        self.epochs.append(line)

    def write(self, **line):
        if self.writes:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
                file.flush()
                os.fsync(file.fileno())
        self.lines += 1

    def keep(self, lines: int):
        """Go on after some lines; later ones will be written again."""
        text = self.path.read_text(encoding="utf-8") if lines else ""
        kept = text.splitlines()[:lines]
        if len(kept) < lines:
            raise ValueError(f"{self.path} is damaged: lines of it are missing.")
        try:
            read = [json.loads(line) for line in kept]
            self.epochs = [line for line in read if "epoch" in line]
            for name in ("loss", "val_loss", "val_perplexity"):
                any(math.isnan(line[name]) for line in self.epochs)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"{self.path} is damaged: {error}.") from error
        if self.writes:
            write_atomic(self.path, "".join(f"{line}\n" for line in kept))
        self.lines = lines


class Restore(keras.callbacks.Callback):
    """Puts what was saved into the model before its first epoch.

    Not earlier: `fit` empties the sums and lets the streams begin anew.
    """

    def __init__(self, saved):
        super().__init__()
        self.saved = saved

    def on_epoch_begin(self, epoch, logs=None):
        if self.saved is not None:
            checkpoint.restore(self.model, self.saved)
            self.saved = None


class Checkpoints(keras.callbacks.Callback):
    """Saves a checkpoint after each epoch and, within one, whenever it is due.

    Args:
        save: Called with the model and its `checkpoint.Place`.
        is_due: Called after each batch with how many of the epoch are done and the
            seconds since the last checkpoint.
        batches: How many an epoch has.
        done: Batches of the first epoch that were done before.
    """

    def __init__(
        self,
        save: Callable[[keras.Model, checkpoint.Place], None],
        is_due: Callable[[int, float], bool],
        batches: int,
        done: int,
    ):
        super().__init__()
        self.save = save
        self.is_due = is_due
        self.batches = batches
        self.done = done
        self.epoch = 0
        self.last = time.monotonic()

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        done = self.done + batch + 1
        # With its last batch an epoch is not over: its validation follows.
        is_due = done < self.batches and self.is_due(done, time.monotonic() - self.last)
        if is_due and not self.model.stop_training:
            self._save(self.epoch, done)

    def on_epoch_end(self, epoch, logs=None):
        self.done = 0
        if not self.model.stop_training:
            self.model.reset_metrics()  # The sums are those of the validation.
            self._save(epoch + 1, 0)

    def _save(self, epoch, batch):
        # `self.model`, not the trainer's: on JAX it fetches the numbers of the step.
        self.save(self.model, checkpoint.Place(epoch, batch))
        self.last = time.monotonic()


class WordsPerSecond(keras.callbacks.Callback):
    """Adds `words_per_second` to the logs: training alone, without validation."""

    def __init__(self, windows):
        super().__init__()
        checks.instance("windows", windows, data.windows)
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
