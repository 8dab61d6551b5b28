"""The folder of a run while it is trained: begun, stopped or finished."""

import contextlib
import json
import pathlib
import shutil
import tempfile
from typing import Any

import filelock
import keras

from lightrnn_tf._internal.files import remove_unfinished, write_atomic
from lightrnn_tf._internal.progress import say
from lightrnn_tf.training import checkpoint
from lightrnn_tf.training.options import Options, of_format_1
from lightrnn_tf.training.run import CONFIG, FORMAT_VERSION, TABLE, WEIGHTS, Run

# Held by the process that trains in a folder.
LOCK = "lock"


class Diverged(ValueError):
    """The loss is not finite, and training cannot repair that."""


class RunFolder:
    """Manages the folder in which a run is trained.

    The folder stands beside the run under the name `….partial`, until `finish` or
    `leave` gives it the name of the run. So an old run stays until the new one is
    whole. A folder with a checkpoint, under either name, was stopped and can be
    `reopened`; a run without one is finished.

    Args:
        out: The run, as its user names it.

    Attributes:
        run: The absolute path of the run.
        path: The folder while the run is trained.
        resumed: Whether the training was stopped before.

    Example:

    >>> RunFolder("runs/books").path.name
    'books.partial'
    """

    def __init__(self, out: str | pathlib.Path):
        self.out = out
        self.run = pathlib.Path(out).absolute()
        self.path = self.run.with_name(f"{self.run.name}.partial")
        self.resumed = False

    def is_finished(self) -> bool:
        """Return whether the training of the run is over.

        Raises:
            FileNotFoundError: If there is no such run.
            ValueError: If a file of it is damaged.
        """
        if self.path.is_dir() or checkpoint.exists(self.run):
            return False
        Run(self.run)  # Raises if there is no such run.
        return True

    @contextlib.contextmanager
    def begun(self, overwrite: bool):
        """Make the folder, empty, and lock it for this process.

        Args:
            overwrite: Whether to replace an existing run.

        Raises:
            BlockingIOError: If another process trains the run.
            FileExistsError: If the run exists and `overwrite` is `False`, or it is not
                a run.
        """
        if (self.path / LOCK).exists():
            with self._alone():
                pass  # No other process trains there.
        for existing in filter(pathlib.Path.exists, (self.run, self.path)):
            if not overwrite:
                resumed = checkpoint.exists(existing)
                raise FileExistsError(
                    f"{existing} exists. Pass --overwrite to replace it, "
                    + (f"--resume {self.run} to go on with it, " if resumed else "")
                    + "or name another."
                )
            if not _is_run(existing):
                raise FileExistsError(
                    f"{existing} is not a run, so it is not overwritten. Name another "
                    "folder."
                )
        self.path.mkdir(parents=True, exist_ok=True)
        with self._alone():
            for entry in self.path.iterdir():
                if entry.is_dir():
                    shutil.rmtree(entry)
                elif entry.name != LOCK:
                    entry.unlink()
            yield

    @contextlib.contextmanager
    def reopened(self):
        """Open the folder of a stopped training and lock it for this process.

        Raises:
            BlockingIOError: If another process trains the run.
            FileNotFoundError: If training stopped before it began.
            ValueError: If a file of it is damaged.
        """
        self.resumed = True
        if not self.path.is_dir():
            self.options()  # Raises if it is not a run, before anything changes.
            self.run.rename(self.path)
        with self._alone():
            yield

    @contextlib.contextmanager
    def _alone(self):
        lock = filelock.FileLock(self.path / LOCK)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            raise BlockingIOError(
                f"{self.path} is being trained by another process. Wait for it, or "
                "name another folder."
            ) from None
        try:
            for folder in (self.path, self.path / "ids"):
                remove_unfinished(folder)
            yield
        finally:
            lock.release()

    def write_config(self, options: Options, model=None) -> None:
        """Write `config.json`, from which `Run` makes the model again.

        Args:
            options: The options of the training.
            model: The built model. Defaults to none yet.
        """
        config: dict[str, Any] = {
            "format_version": FORMAT_VERSION,
            "training": options.written(),
            "versions": {
                "keras": keras.__version__,
                "backend": keras.backend.backend(),
            },
        }
        if model is not None:
            config |= {"model": model.kind, "model_config": model.get_config()}
            config["model_config"].pop("dtype", None)
            config["model_numbers"] = model.count_params()
        write_atomic(self.path / CONFIG, json.dumps(config, indent=1) + "\n")

    def options(self, tensorboard: str | None = None) -> Options:
        """Read the options of the training.

        Args:
            tensorboard: As in `FitOptions`; a run does not keep it. Defaults to none.

        Returns:
            The `Options`.

        Raises:
            FileNotFoundError: If the run has no config yet.
            ValueError: If the config is damaged, or training began on another backend.
        """
        folder = self.path if self.path.is_dir() else self.run
        config = folder / CONFIG
        if not config.is_file():
            raise FileNotFoundError(
                f"{folder} has no {CONFIG}: training stopped before it began. Train it "
                "again with --overwrite."
            )
        try:
            read = json.loads(config.read_text(encoding="utf-8"))
            asked, backend = dict(read["training"]), str(read["versions"]["backend"])
            if read.get("format_version") == 1:
                asked = of_format_1(asked)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"{config} is damaged: {error}.") from error
        if backend != keras.backend.backend():
            raise ValueError(
                f"{folder} was begun on the backend {backend} of Keras. Received: "
                f"{keras.backend.backend()}. Set KERAS_BACKEND={backend}."
            )
        try:
            return Options.of(str(self.run), tensorboard=tensorboard, **asked)
        except TypeError as error:
            raise ValueError(f"{config} is damaged: {error}.") from error

    def check_same(self, options: Options) -> None:
        """Check that a worker has the same options as the first one.

        Args:
            options: The options of the worker.

        Raises:
            ValueError: If they differ.
        """
        asked, firsts = (
            json.loads(json.dumps(each.written())) for each in (options, self.options())
        )
        other = [name for name in asked | firsts if asked.get(name) != firsts.get(name)]
        if other:
            raise ValueError(
                "All workers must have the same options. Received: others than the "
                f"first worker's for {', '.join(f'`{name}`' for name in other)}."
            )

    def leave(self, error: BaseException, trainer=None) -> None:
        """Keep what a stopped training has reached, and say what that is.

        Args:
            error: What stopped it.
            trainer: The `Trainer`. Defaults to none, if it could not be made.
        """
        again = f" To go on: lightrnn train --resume {self.out}"
        if isinstance(error, Diverged):
            again = ""
        if trainer and (self.path / WEIGHTS).exists():
            # On a full disk the weights are kept all the same.
            with contextlib.suppress(OSError):
                trainer.keep()
            self._take_name()
            say(
                f"Stopped early; {self.out} holds the epochs that were finished.{again}"
            )
        elif trainer and not trainer.place.is_start:
            say(f"Stopped early.{again}")
        elif (self.path / TABLE).exists():
            self._take_name()  # It had this name before.
        elif not self.resumed:
            shutil.rmtree(self.path, ignore_errors=True)

    def finish(self) -> None:
        """Give the run its name and delete its checkpoints.

        Raises:
            FileExistsError: If something that is not a run has the name meanwhile.
        """
        self._take_name()
        checkpoint.remove(self.run)

    def _take_name(self):
        """Give the run its name; a run that had it before is deleted."""
        old = None
        if self.run.exists():
            if not _is_run(self.run):
                raise FileExistsError(
                    f"{self.run} is not a run, so it is not overwritten; the new run "
                    f"is {self.path}. Rename one of them."
                )
            old = tempfile.mkdtemp(prefix=f"{self.run.name}.", dir=self.run.parent)
            self.run.rename(pathlib.Path(old) / self.run.name)
        self.path.rename(self.run)
        (self.run / LOCK).unlink(missing_ok=True)
        if old:
            shutil.rmtree(old, ignore_errors=True)


def _is_run(path):
    """Return whether a folder is a run, or the beginning of one."""
    if not path.is_dir():
        return False
    if {entry.name for entry in path.iterdir()} <= {"ids", LOCK}:
        return True
    try:
        config = json.loads((path / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(config, dict) and {"format_version", "training"} <= config.keys()
