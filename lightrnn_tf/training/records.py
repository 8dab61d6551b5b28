"""Callbacks that record a training: weights, metrics, checkpoints, speed."""

import errno
import json
import math
import os
import pathlib
import shutil
import time
from collections.abc import Callable

import keras

from lightrnn_tf import data, reallocation
from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import replacing, write_atomic
from lightrnn_tf._internal.progress import say
from lightrnn_tf.training import checkpoint, run, workers

# Bytes that must be free on disk beside those of the weights.
_SPARE_BYTES = 1 << 20


class KeepBest(keras.callbacks.Callback):
    """Saves the weights of the epoch with the best validation loss.

    Args:
        path: The file of the weights; it is replaced whole.
        log: The `Log` that knows the epochs so far.
        anew: Epochs after which none of before counts. Defaults to 0.
    """

    def __init__(self, path: pathlib.Path, log: "Log", anew: int = 0):
        super().__init__()
        self.path = path
        self.log = log
        self.anew = anew

    def on_epoch_end(self, epoch, logs=None):
        first = self.anew if epoch >= self.anew else 0
        before = [line["val_loss"] for line in self.log.epochs[first:]]
        if not logs["val_loss"] < min(before, default=math.inf):
            return
        model = self.model  # On JAX this fetches the weights; every worker must do it.
        if not self.log.writes:
            return
        self._check_space(model)
        # Keras makes variables when it saves; they must belong to this process.
        with replacing(self.path) as new, workers.alone():
            model.save_weights(new)

    def _check_space(self, model):
        """Raise `OSError` if the disk is too full; the HDF5 library would crash."""
        variables = [*model.variables, *model.optimizer.variables]
        needed = _SPARE_BYTES + sum(4 * math.prod(v.shape) for v in variables)
        if shutil.disk_usage(self.path.parent).free < needed:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))


class Log(keras.callbacks.Callback):
    """Writes the metrics of each epoch to `metrics.jsonl`.

    An epoch with a metric that is not finite ends the training and is not written.

    Args:
        path: The folder of the run.
        writes: Whether this worker writes the file.

    Attributes:
        lines: Lines so far.
        epochs: The lines of epochs so far.
        diverged: Whether a metric was not finite.

    Example:

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> log = Log(folder, writes=True)
    >>> log.write(test={"perplexity": 100.0})
    >>> (folder / "metrics.jsonl").read_text()
    '{"test": {"perplexity": 100.0}}\\n'
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
        # Last, because an epoch counts as finished when all of it is on disk.
        self.epochs.append(line)

    def write(self, **line):
        """Write a line with these fields, as JSON."""
        if self.writes:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
                file.flush()
                os.fsync(file.fileno())
        self.lines += 1

    def write_reallocation(self, epoch: int, done: reallocation.Round, after: dict):
        """Write and tell what a reallocation has done.

        Args:
            epoch: Epochs that were done before.
            done: What it has done.
            after: Metrics of validation right after it.
        """
        answer = done.assignment
        self.write(
            reallocation_before_epoch=epoch + 1,
            solver=answer.solver,
            seconds=round(answer.seconds, 1),
            gap=done.gap,
            words_moved=done.words_moved,
            tokens_moved=done.tokens_moved,
            nats_before=done.nats_before,
            nats_predicted=done.nats_predicted,
            nats_after=done.nats_after,
            val_perplexity_before=self.epochs[-1]["val_perplexity"],
            val_perplexity_after=after["perplexity"],
        )
        say(
            f"Reallocation ({answer.solver}, {answer.seconds:.0f} s, within "
            f"{done.gap:.4f} nats of the best): {done.words_moved:,} words moved, "
            f"{done.tokens_moved:.0%} of the text. Nats per token: "
            f"{done.nats_before:.2f}, predicted {done.nats_predicted:.2f}, right "
            f"after {done.nats_after:.2f}; validation perplexity right after "
            f"{after['perplexity']:.1f}."
        )

    def keep(self, lines: int):
        """Read the first lines of the file and drop the others.

        Args:
            lines: How many lines to keep.

        Raises:
            ValueError: If the file is damaged.
        """
        text = self.path.read_text(encoding="utf-8") if lines else ""
        kept = text.splitlines()[:lines]
        if len(kept) < lines:
            raise ValueError(
                f"{self.path} is damaged: lines of it are missing. Received: "
                f"{len(kept)} of {lines}."
            )
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
    """Restores a checkpoint at the beginning of the first epoch.

    Before that, `fit` would reset the sums and the streams again.

    Args:
        saved: The values that `checkpoint.load` returned, or `None`.
    """

    def __init__(self, saved):
        super().__init__()
        self.saved = saved

    def on_epoch_begin(self, epoch, logs=None):
        if self.saved is not None:
            checkpoint.restore(self.model, self.saved)
            self.saved = None


class Checkpoints(keras.callbacks.Callback):
    """Saves a checkpoint after each epoch, and within an epoch whenever one is due.

    Args:
        save: Function called with the model and its `checkpoint.Place`.
        is_due: Function called after each batch with the batches that are done of the
            epoch and the seconds since the last checkpoint; returns whether to save.
        batches: Batches of an epoch.
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
        # After the last batch comes the validation, and then the end of the epoch.
        is_due = done < self.batches and self.is_due(done, time.monotonic() - self.last)
        if is_due and not self.model.stop_training:
            self._save(self.epoch, done)

    def on_epoch_end(self, epoch, logs=None):
        self.done = 0
        if not self.model.stop_training:
            self.model.reset_metrics()  # They hold the sums of the validation.
            self._save(epoch + 1, 0)

    def _save(self, epoch, batch):
        # On JAX, `self.model` fetches the weights of the last step.
        self.save(self.model, checkpoint.Place(epoch, batch))
        self.last = time.monotonic()


class EndAfter(keras.callbacks.Callback):
    """Ends a part of a training, whose last epochs are told by their numbers of all.

    It must be the last callback, because others look whether training was ended.

    Args:
        epochs: How many epochs are over then.
    """

    def __init__(self, epochs: int):
        super().__init__()
        self.epochs = epochs

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 >= self.epochs:
            self.model.stop_training = True


class WordsPerSecond(keras.callbacks.Callback):
    """Adds `words_per_second` of training, without validation, to the logs.

    Args:
        windows: `data.windows(...)` of the training text.

    Example:

    >>> WordsPerSecond(data.windows(np.arange(200), 4, 5)).words_per_batch
    20.0
    """

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
