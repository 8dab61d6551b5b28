"""From texts to a run: training with its rounds, stopped and resumed."""

import contextlib
import dataclasses
import pathlib
import sys

import keras
import numpy as np

from lightrnn_tf import data, models, reallocation
from lightrnn_tf._internal.files import write_atomic
from lightrnn_tf._internal.memory import memory_for
from lightrnn_tf._internal.progress import LazyBar, bar, say
from lightrnn_tf.predictors import in_memory
from lightrnn_tf.reallocation import losses
from lightrnn_tf.reallocation.callback import Reallocate
from lightrnn_tf.scoring import evaluation
from lightrnn_tf.training import checkpoint, records, run, workers
from lightrnn_tf.training.allocator import keep_freed_memory
from lightrnn_tf.training.first_model import first_model
from lightrnn_tf.training.model_options import rounded_epochs
from lightrnn_tf.training.optimizer import FallingRate, adam
from lightrnn_tf.training.options import Options
from lightrnn_tf.training.run_folder import Diverged, RunFolder
from lightrnn_tf.training.texts import Texts

# Batches after which workers agree whether a checkpoint is due.
_BATCHES_BETWEEN_QUESTIONS = 20


def train(options: Options, team: workers.Team | None = None) -> run.Run:
    """Train a model on text files and write a run.

    What stops training, Ctrl-C or an error, is raised again. If an epoch was finished
    by then, the run holds the epochs that were; if not, it holds only what `resume`
    needs.

    Args:
        options: What to train, and on what.
        team: The workers that train together. This is the first of them; the others
            call `assist`. Defaults to one worker.

    Returns:
        The finished run.

    Raises:
        BlockingIOError: If another process trains the run.
        FileExistsError: If the run exists and shall not be replaced.
        OSError: If a file cannot be read or written.
        ValueError: If options or texts cannot be used, or training diverged.
    """
    folder = RunFolder(options.out)
    with folder.begun(options.overwrite):
        _train(options, folder, team or workers.Team())
    return run.Run(options.out)


def resume(
    path: str | pathlib.Path,
    tensorboard: str | None = None,
    team: workers.Team | None = None,
) -> run.Run:
    """Resume a training, wherever it was stopped.

    The run becomes the same as without a stop. A finished run is left as it is.

    Args:
        path: The run, as given to `Options.out`.
        tensorboard: As in `FitOptions`. Defaults to none.
        team: As in `train`. Defaults to one worker.

    Returns:
        The finished run.

    Raises:
        FileNotFoundError: If there is no such run.
        BlockingIOError: If another process trains the run.
        ValueError: If a file of it is damaged.
    """
    folder = RunFolder(pathlib.Path(path).absolute())
    if not folder.is_finished():
        with folder.reopened():
            _train(folder.options(tensorboard), folder, team or workers.Team())
    return run.Run(folder.run)


def is_finished(path: str | pathlib.Path) -> bool:
    """Look whether the training of a run is over.

    Args:
        path: The run, as given to `Options.out`.

    Returns:
        Whether it is, so that `resume` would have nothing to do.

    Raises:
        FileNotFoundError: If there is no such run.
        ValueError: If a file of it is damaged.
    """
    return RunFolder(path).is_finished()


def assist(
    path: str | pathlib.Path, team: workers.Team, options: Options | None = None
) -> None:
    """Train together with the first worker, which writes the run.

    Args:
        path: The run; all workers must reach its folder under this name.
        team: The workers; this is not the first of them.
        options: The options of this worker, to be compared with those of the first.
            Defaults to no comparison.

    Raises:
        FileNotFoundError: If the first worker does not train there.
        ValueError: If the options of the first worker differ.
    """
    folder = RunFolder(path)
    with team.together():
        if not folder.path.is_dir():
            raise FileNotFoundError(
                f"{folder.run} must be trained by the first worker. Give all workers "
                "the same --out, in a folder that all of them reach."
            )
        begun = folder.options()
        if options is not None:
            folder.check_same(options)
        Trainer(begun, folder, team).fit()


def _train(options: Options, folder: RunFolder, team: workers.Team) -> None:
    trainer = None
    try:
        if not checkpoint.exists(folder.path):
            if folder.resumed:
                # A run from someone else may name any file, so say which are read.
                say(f"Beginning anew with {', '.join(options.text.sources())}.")
            trainer = Trainer(options, folder)
        with team.together():
            if team.devices > 1 or trainer is None:
                # All workers go on from the checkpoint that the first has written.
                trainer = Trainer(options, folder, team)
            trainer.fit()
        trainer.finish()
    except BaseException as error:
        folder.leave(error, trainer)
        raise
    folder.finish()


class Trainer:
    """Fits a model and finishes its run in a folder.

    If the folder has a checkpoint, it goes on from there.

    Args:
        options: The options of the training.
        folder: The `RunFolder`, begun or reopened.
        team: The workers that train together. Defaults to one worker.

    Raises:
        ValueError: If options or texts cannot be used, or a checkpoint is damaged.

    Attributes:
        place: How far training has come.
        exact: Epochs of all rounds.
        rounded: Epochs after them in which weights are rounded.
    """

    def __init__(
        self, options: Options, folder: RunFolder, team: workers.Team | None = None
    ):
        self.options = options
        self.path = folder.path
        self.team = team or workers.Team()
        self.log = records.Log(self.path, self.team.is_first)
        self.exact = sum(options.fit.rounds)
        self.rounded = 0
        if options.model.quantize_aware:
            self.rounded = rounded_epochs(self.exact)
        keep_freed_memory()
        keras.utils.set_random_seed(options.fit.seed)
        if checkpoint.exists(self.path):
            self._go_on()
        else:
            self._begin(folder)

    def _begin(self, folder):
        folder.write_config(self.options)
        self._cut(Texts.read(self.options, self.path))
        write_atomic(self.path / run.VOCABULARY, self.texts.vocabulary.to_text())
        say(
            f"{len(self.windows.ids):,} training tokens, {len(self.valid.ids):,} for "
            f"validation, {len(self.texts.vocabulary):,} words."
        )
        with memory_for(f"the model of {len(self.texts.vocabulary):,} words"):
            self.model = first_model(self.options, self.texts)
        folder.write_config(self.options, self.model)
        self._compile()
        self.saved = None
        self.save(self.model, checkpoint.Place())

    def _go_on(self):
        begun = run.Run(self.path)
        self._cut(Texts.of(begun, self.options))
        begun.check_size(checkpoint.largest(self.path))
        self.model = begun.new_model()
        self._compile()
        self.place, self.saved = checkpoint.load(self.path, self.model)
        self.log.keep(self.place.lines)
        if self.team.is_first and not self.place.is_start:
            say(
                f"Going on after {self.place.epoch} epochs and {self.place.batch:,} of "
                f"{len(self.windows):,} batches."
            )

    def _cut(self, texts):
        """Cut the texts into batches."""
        fit, self.texts = self.options.fit, texts
        batch = fit.batch_size * fit.steps
        if len(texts.train) < batch:
            raise ValueError(
                f"The training text must fill at least one batch, {batch} words "
                f"({fit.batch_size} streams × {fit.steps} steps). Received: "
                f"{len(texts.train)}. Take a smaller --batch-size or --steps."
            )
        self.windows = data.windows(
            texts.train, fit.batch_size, fit.steps, texts.shards, fit.seed
        )
        devices = self.team.devices
        if fit.batch_size % devices or len(texts.valid) < devices:
            raise ValueError(
                f"`batch_size` must be a multiple of the {devices} devices that train "
                "together, and the text for validation as long. Received: "
                f"{fit.batch_size} and {len(texts.valid)}."
            )
        streams = min(fit.batch_size, len(texts.valid)) // devices * devices
        self.valid = data.windows(texts.valid, streams, fit.steps)

    def save(self, model: models.LanguageModel, place: checkpoint.Place):
        """Write a checkpoint, if this is the first worker.

        Args:
            model: The model; on JAX the one that a callback has.
            place: How far training has come; the lines of metrics are added.
        """
        self.place = dataclasses.replace(place, lines=self.log.lines)
        if self.team.is_first:
            checkpoint.save(self.path, model, self.place)

    def _is_due(self, batch: int, seconds: float) -> bool:
        """Return whether a checkpoint is due after a batch, the same for all workers.

        Args:
            batch: Batches of the epoch that are done.
            seconds: Time since the last checkpoint.
        """
        if self.team.count > 1 and batch % _BATCHES_BETWEEN_QUESTIONS:
            return False
        return self.team.ask_first(seconds >= 60 * self.options.fit.checkpoint_minutes)

    def _compile(self):
        fit, batches = self.options.fit, len(self.windows)
        rate = FallingRate(fit.learning_rate, fit.rounds, batches, self.rounded)
        optimizer = adam(rate)
        self.model.compile(optimizer)
        # All variables of a checkpoint must exist before the first batch.
        optimizer.build(self.model.trainable_variables)
        self.model.training_state.allocate(fit.batch_size)

    def fit(self):
        """Train the rest of the epochs.

        Raises:
            Diverged: If the loss is not finite.
        """
        every, verbose = self._callbacks(), 0
        if self.team.is_first:
            verbose = 1 if sys.stderr.isatty() else 2
        for windows, begin, end in self._parts():
            if self.rounded:
                self._round(begin >= self.exact)
            # Keras prints to standard output, which is for results.
            with contextlib.redirect_stdout(sys.stderr), memory_for("a training step"):
                self.model.fit(
                    self.team.feed(windows),
                    initial_epoch=begin,
                    epochs=self.exact + self.rounded,
                    validation_data=self.team.feed(self.valid),
                    callbacks=[*every, records.EndAfter(end)],
                    verbose=verbose,
                )
            if self.log.diverged:
                break
        if self.log.diverged:
            raise Diverged(
                "Training diverged: the loss is not finite. Begin anew with a smaller "
                "--learning-rate."
            )

    def _round(self, rounded):
        if self.model.quantize_aware != rounded:
            self.model.quantize_aware = rounded
        if rounded and self.team.is_first:
            say("From here on weights are rounded to four bits.")

    def _parts(self):
        """Return what is left to train: batches, the epochs before, and those after."""
        epoch, total = self.place.epoch, self.exact + self.rounded
        parts = []
        if self.place.batch:
            # The rest of an epoch that was begun.
            parts.append((self.windows.after(self.place.batch), epoch, epoch + 1))
            epoch += 1
        for begin, end in ((epoch, self.exact), (max(epoch, self.exact), total)):
            if begin < end:
                parts.append((self.windows, begin, end))
        return parts

    def _callbacks(self):
        options, fit = self.options, self.options.fit
        # All workers need the same callbacks: to fetch weights, all must take part.
        every = [
            keras.callbacks.TerminateOnNaN(),
            records.WordsPerSecond(self.windows),
            records.KeepBest(self.path / run.WEIGHTS, self.log, self.exact),
            self.log,
            records.Checkpoints(
                self.save,
                self._is_due,
                batches=len(self.windows),
                done=self.place.batch,
            ),
        ]
        if fit.tensorboard:
            # Each run has a folder of its own, or their curves would be joined.
            folder = pathlib.Path(fit.tensorboard) / pathlib.Path(options.out).name
            # The graph of a subclassed model shows no layers.
            every.append(keras.callbacks.TensorBoard(folder, write_graph=False))
        if len(fit.rounds) > 1:
            starts = np.cumsum(fit.rounds)[:-1].tolist()
            if self.place.batch and self.place.epoch in starts:
                starts.remove(self.place.epoch)  # This reallocation is done.
            every.insert(0, self._reallocation(starts))
        return [records.Restore(self.saved), *every]

    def _reallocation(self, starts):
        # The tables are kept in files, so that a stopped pass can be resumed. Each
        # worker has a folder of its own.
        folder = self.path / f"loss_tables-{self.team.number}"

        def report(epoch: int, done: reallocation.Round | None):
            losses.discard(folder)
            valid = self.team.feed(self.valid)  # All workers together.
            after = self.model.evaluate(valid, verbose=0, return_dict=True)
            if done is not None:
                self.log.write_reallocation(epoch, done, after)

        return Reallocate(
            self.windows,
            starts,
            reallocation.Matching(moving_cost=self.options.table.moving_cost),
            folder=folder,
            report=report,
            progress=LazyBar("Loss tables, then matching"),
            reallocate=self.team.reallocate,
        )

    def keep(self):
        """Load the best weights; write their table and the learning curve."""
        if self.team.devices > 1:
            self.model = run.Run(self.path).new_model()
        self.model.load_weights(self.path / run.WEIGHTS)
        write_atomic(self.path / run.TABLE, self.model.table.to_json())
        try:
            from lightrnn_tf import plots
        except ModuleNotFoundError as error:
            say(f"No learning curve was drawn. {error}")
        else:
            plots.learning_curve(self.log.epochs, self.path / "learning_curve.png")

    def finish(self):
        """Keep the best epoch and score the test text with it."""
        self.keep()
        if self.texts.test is not None:
            with bar("Scoring the test text") as progress:
                scores = evaluation.evaluate(
                    in_memory.KerasPredictor(self.model, self.texts.vocabulary),
                    self.texts.test,
                    progress,
                )
            self.log.write(test=dataclasses.asdict(scores))
            say(
                f"Test: perplexity {scores.perplexity:.2f}, top-3 {scores.top3:.1%} "
                f"over {scores.tokens:,} tokens, {scores.oov_rate:.1%} OOV."
            )
