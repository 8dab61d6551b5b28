"""From text files to a run: vocabulary, table, model, `fit` with its rounds."""

import contextlib
import dataclasses
import errno
import importlib.util
import json
import math
import os
import pathlib
import shutil
import sys
import time

import keras
import numpy as np

from lightrnn_tf import (
    _progress,
    callbacks,
    checkpoint,
    data,
    evaluation,
    listing,
    models,
    plots,
    predictor,
    reallocation,
    run,
    warm_start,
    workers,
)
from lightrnn_tf import table as tables
from lightrnn_tf._files import write_atomic
from lightrnn_tf.vocabulary import Tokenizer, Vocabulary

# Gradients are scaled down to this norm.
CLIP_NORM = 5.0
# What the learning rate falls to, as a share of the full one, when training is over.
FINAL_RATE = 0.02
# Batches after which workers agree whether to save a checkpoint.
_BATCHES_BETWEEN_QUESTIONS = 20
# Room on disk beside the weights themselves.
_SPARE_BYTES = 1 << 20
# Share of the words for which cells are kept free by default.
USER_CELLS = 0.02
# Where a first table comes from, if not from a file.
WARM_START, RANDOM = "warm-start", "random"


@dataclasses.dataclass
class Options:
    """What `lightrnn train` was asked for; see its help for the meaning."""

    train: list[str]
    out: str
    tfds: str | None = None
    tfds_feature: str = "text"
    data_dir: str | None = None
    prepared: str | None = None
    valid: list[str] | None = None
    test: list[str] | None = None
    model: str = "lightrnn"
    tokenizer: str = "words"
    lowercase: bool = False
    vocab_size: int | None = None
    min_count: int = 1
    units: int = 200
    layers: int = 1
    cell: str = "lstm"
    embedding_dim: int | None = None
    residual_dim: int = 16
    frequent_words: int = 0
    frequent_dim: int = 0
    cell_bias: bool = True
    within_word: str = "transition"
    rows: int | None = None
    columns: int | None = None
    user_cells: int | None = None
    tied: bool = False
    slim_parts: int = 10
    slim_vectors: int = 5000
    slim_side: str = "both"
    dropout: float = 0.2
    table: str = WARM_START
    rounds: tuple[int, ...] = (10,)
    moving_cost: tuple[float, float] = (0.0, 0.0)
    line_independent: bool = False
    batch_size: int = 32
    steps: int = 35
    learning_rate: float = 5e-3
    errors: str = "strict"
    seed: int = 0
    checkpoint_minutes: float = 10.0
    tensorboard: str | None = None
    overwrite: bool = False

    def __post_init__(self):
        if self.model != "lightrnn" and len(self.rounds) > 1:
            raise ValueError(
                f"`rounds` must be one number for a {self.model} model, which has no "
                f"table. Received: {self.rounds}."
            )
        if not self.rounds or min(self.rounds) < 1:
            raise ValueError(
                "`rounds` must be positive numbers of epochs, as in 10,5. "
                f"Received: {self.rounds}."
            )
        reallocation.check("auto", self.moving_cost)
        if any(self.moving_cost) and len(self.rounds) == 1:
            raise ValueError(
                "`moving_cost` needs a reallocation, which is between two rounds. "
                f"Received: one round, {self.rounds}. Pass --rounds 5,5, say."
            )
        self._check_table()
        if self.tensorboard and importlib.util.find_spec("tensorboard") is None:
            raise ValueError(
                "`tensorboard` needs the package of that name. Run pip install "
                "'lightrnn-tf[tensorboard]'."
            )
        if not self.checkpoint_minutes > 0:
            raise ValueError(
                "`checkpoint_minutes` must be a positive number. "
                f"Received: {self.checkpoint_minutes}."
            )
        if not 0 < self.learning_rate < 1:
            raise ValueError(
                "`learning_rate` must be between 0 and 1. "
                f"Received: {self.learning_rate}."
            )

    def _check_table(self):
        if self.table in (WARM_START, RANDOM):
            return
        if self.model != "lightrnn":
            raise ValueError(
                f"`table` must be left out for a {self.model} model. "
                f"Received: {self.table!r}."
            )
        if not pathlib.Path(self.table).is_file():
            raise ValueError(
                f"`table` must be {WARM_START}, {RANDOM}, a JSON file of a table or a "
                f"text file of word vectors. Received: {self.table!r}, no such file."
            )


def train(options: Options, team: workers.Team | None = None) -> run.Run:
    """Train a model on text files and leave a run.

    What stops it, Ctrl-C or an error, is raised again. From the first finished epoch
    on, the run is left as it is after the last one; before, nothing is but what
    `resume` needs.

    Args:
        options: What to train, and on what.
        team: The workers that train together, of which this is the first; the others
            call `assist`. Defaults to one.

    Returns:
        The finished run.
    """
    path = pathlib.Path(options.out).absolute()
    partial = run.create(path, options.overwrite)
    with run.alone_in(partial):
        run.clear(partial)
        _train(options, partial, path, False, team or workers.Team())
    return run.Run(options.out)


def resume(
    path: str | pathlib.Path,
    tensorboard: str | None = None,
    team: workers.Team | None = None,
) -> run.Run:
    """Go on with a training that was stopped, wherever that was.

    The run ends as it would have ended without a stop. One that is over is left as it
    is.

    Args:
        path: The run, as given to `Options.out`.
        tensorboard: As in `Options`.
        team: As in `train`.

    Returns:
        The finished run.

    Raises:
        FileNotFoundError: If nothing of the run is there.
        BlockingIOError: If it is being trained.
        ValueError: If what was kept of it is damaged.
    """
    path = pathlib.Path(path).absolute()
    partial = run.reopen(path)
    if partial is None:
        _say(f"{path.name} is finished.")
        return run.Run(path)
    with run.alone_in(partial):
        options = _read_options(partial, path, tensorboard)
        _train(options, partial, path, True, team or workers.Team())
    return run.Run(path)


def assist(path: str | pathlib.Path, team: workers.Team) -> None:
    """Train with the first worker, which keeps the run.

    Args:
        path: The run; its folder is reached by all workers under this name.
        team: The workers, of which this is another one.
    """
    path = pathlib.Path(path).absolute()
    partial = run.partial_of(path)
    with team.together():
        _Training(_read_options(partial, path), partial, team).fit()


def _read_options(partial, path, tensorboard=None):
    try:
        return Options(
            **run.training_options(partial), out=str(path), tensorboard=tensorboard
        )
    except TypeError as error:
        raise ValueError(f"{partial / run.CONFIG} is damaged: {error}.") from error


def _written(options: Options) -> dict:
    """Return the options that are kept with a run: all but where it is written."""
    left_out = ("out", "overwrite", "tensorboard")
    return {
        name: value
        for name, value in dataclasses.asdict(options).items()
        if name not in left_out
    }


def _train(
    options: Options,
    partial: pathlib.Path,
    path: pathlib.Path,
    resumed: bool,
    team: workers.Team,
) -> None:
    training = None
    try:
        if not checkpoint.exists(partial):
            training = _Training(options, partial)
        with team.together():
            if team.devices > 1 or training is None:
                # All go on from the checkpoint of what one has begun.
                training = _Training(options, partial, team)
            training.fit()
        training.finish()
    except BaseException:
        if training and (partial / run.WEIGHTS).exists():
            # On a full disk the weights are kept all the same.
            with contextlib.suppress(OSError):
                training.keep()
            run.finish(partial, path)
            _say(
                f"Stopped early; {options.out} holds the epochs that were finished. To "
                f"go on: lightrnn train --resume {options.out}"
            )
        elif training and not training.place.is_start:
            _say(f"Stopped early. To go on: lightrnn train --resume {options.out}")
        elif (partial / run.TABLE).exists():
            run.finish(partial, path)  # It had its name before.
        elif not resumed:
            run.discard(partial)
        raise
    run.finish(partial, path)
    checkpoint.remove(path)


class _Training:
    """One training: made of options, it fits and finishes a run in a folder.

    Where the folder has a checkpoint, it goes on from there.
    """

    def __init__(
        self, options: Options, path: pathlib.Path, team: workers.Team | None = None
    ):
        self.options = options
        self.path = path
        self.team = team or workers.Team()
        self.log = _Log(path, self.team.is_first)
        keras.utils.set_random_seed(options.seed)
        if checkpoint.exists(path):
            self._go_on()
        else:
            self._begin()

    def _begin(self):
        (self.path / "ids").mkdir(exist_ok=True)
        run.write_config(self.path, _written(self.options))
        self._read_text()
        given = self._given_table()
        self.model = new_model(self.options, self.vocabulary, given)
        run.write_config(self.path, _written(self.options), self.model)
        write_atomic(self.path / run.VOCABULARY, self.vocabulary.to_text())
        _say(
            f"{len(self.ids):,} training tokens, {len(self.valid.ids):,} for "
            f"validation, {len(self.vocabulary):,} words."
        )
        if self.options.model == "lightrnn":
            self.model.table = given or self._first_table()
        self._compile()
        self.saved = None
        self.save(self.model, checkpoint.Place())

    def _go_on(self):
        begun = run.Run(self.path)
        self.vocabulary = begun.vocabulary
        self.ids, self.valid_ids = begun.ids("train"), begun.ids("valid")
        self.test_ids = begun.ids("test") if self.options.test else None
        self.shards = begun.shards()
        self._cut()
        self.model = begun.new_model()
        self._compile()
        self.place, self.saved = checkpoint.load(self.path, self.model)
        self.log.keep(self.place.lines)
        if self.team.is_first and not self.place.is_start:
            _say(
                f"Going on after {self.place.epoch} epochs and {self.place.batch:,} of "
                f"{len(self.windows):,} batches."
            )

    def save(self, model: models.LanguageModel, place: checkpoint.Place):
        """Write a checkpoint."""
        self.place = dataclasses.replace(place, lines=self.log.lines)
        if self.team.is_first:
            checkpoint.save(self.path, model, self.place)

    def _compile(self):
        optimizer = keras.optimizers.Adam(
            self.options.learning_rate, global_clipnorm=CLIP_NORM
        )
        self.model.compile(optimizer)
        # What a checkpoint holds has to be there before the first batch.
        optimizer.build(self.model.trainable_variables)
        self.model.training_state.allocate(self.options.batch_size)

    def _read_text(self):
        options = self.options
        sources = [bool(options.train), options.tfds is not None]
        if sum([*sources, options.prepared is not None]) != 1:
            raise ValueError(
                "`train` must be text files, or `tfds` a dataset, or `prepared` a "
                f"folder, one of them. Received: {options.train}, {options.tfds} and "
                f"{options.prepared}."
            )
        # Looked up before anything long begins.
        test = data.Lines(data.files(options.test or []), options.errors)
        if options.prepared:
            valid = self._read_prepared()
        else:
            valid = self._read_lines()
        self.valid_ids = self._write_ids("valid", valid)
        self.test_ids = self._write_ids("test", test) if options.test else None
        self._cut()

    def _read_prepared(self):
        """Take over a prepared text; return the lines for validation."""
        options = self.options
        if not options.valid:
            raise ValueError(
                "`valid` must be text files with a prepared text. Received: none."
            )
        for name in ("tokenizer", "lowercase", "vocab_size", "min_count"):
            if getattr(options, name) != getattr(Options, name):
                raise ValueError(
                    f"`{name}` must be left out with a prepared text, which was read "
                    "already. Give it to lightrnn prepare."
                )
        prepared = data.Prepared(options.prepared)
        self.vocabulary = prepared.vocabulary
        self.ids = prepared.write_ids(self.path / "ids" / "train.bin")
        self.neighbours = prepared.neighbours()
        run.write_shards(self.path, prepared.lengths)
        self.shards = prepared.lengths
        return data.Lines(data.files(options.valid), options.errors)

    def _read_lines(self):
        """Read the text for training; return the lines for validation."""
        options = self.options
        train, valid = self._lines()
        if valid is None:
            total = sum(1 for _ in _progress.count(train, "Counting lines"))
            if total == 1:
                raise ValueError(
                    "The training text must have at least two lines, so that one can "
                    "be held out. Received: 1 line. Pass a text for --valid."
                )
            cut = max(0, total - max(1, total // 10))
            train, valid = train.part(0, cut), train.part(cut, None)
        self.vocabulary = Vocabulary.from_lines(
            _progress.count(train, "Counting words, line"),
            Tokenizer(options.tokenizer, options.lowercase),
            options.vocab_size,
            options.min_count,
        )
        self.ids = self._write_ids("train", train)
        self.neighbours = self.shards = None
        return valid

    def _lines(self):
        """Return the lines for training, and those for validation if there are any."""
        options = self.options
        valid = None
        if options.valid:
            valid = data.Lines(data.files(options.valid), options.errors)
        if options.tfds is None:
            return data.Lines(data.files(options.train), options.errors), valid
        with contextlib.redirect_stdout(sys.stderr):
            train = data.DatasetLines(
                *(options.tfds, options.tfds_feature, options.data_dir, options.errors)
            )
            if valid is None and "validation" in train.splits:
                valid = train.of_split("validation")
        return train, valid

    def _write_ids(self, name, lines):
        return data.write_ids(
            self.path / "ids" / f"{name}.bin",
            _progress.count(lines, f"Reading {name} text, line"),
            self.vocabulary,
        )

    def _cut(self):
        options, valid = self.options, self.valid_ids
        batch = options.batch_size * options.steps
        if len(self.ids) < batch:
            raise ValueError(
                f"The training text must fill at least one batch, {batch} words "
                f"({options.batch_size} streams × {options.steps} steps). Received: "
                f"{len(self.ids)}. Take a smaller --batch-size or --steps."
            )
        self.windows = data.windows(
            *(self.ids, options.batch_size, options.steps, self.shards, options.seed)
        )
        devices = self.team.devices
        if options.batch_size % devices or len(valid) < devices:
            raise ValueError(
                f"`batch_size` must be a multiple of the {devices} devices that train "
                f"together, and the text for validation as long. Received: "
                f"{options.batch_size} and {len(valid)}."
            )
        streams = min(options.batch_size, len(valid)) // devices * devices
        self.valid = data.windows(valid, streams, options.steps)

    def _given_table(self) -> tables.WordTable | None:
        """Return the table of a JSON file, if that was asked for."""
        if self.options.table in (WARM_START, RANDOM):
            return None
        path = pathlib.Path(self.options.table)
        with open(path, "rb") as file:
            if file.read(1) != b"{":  # Word vectors are not JSON.
                return None
        try:
            text = path.read_bytes().decode("utf-8")
            return listing.from_json(text, self.vocabulary)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    def _first_table(self) -> tables.WordTable:
        kind, seed = self.options.table, self.options.seed
        words = len(self.vocabulary)
        shape = self.model.rows, self.model.columns
        if kind == RANDOM:
            return tables.WordTable.random(words, *shape, seed)
        with _progress.bar("Warm start of the table") as progress:
            if kind == WARM_START:
                text = self.ids if self.neighbours is None else self.neighbours
                return warm_start.table(
                    text, words, *shape, seed=seed, progress=progress
                )
            return warm_start.table_of_vectors(
                data.word_vectors(kind, self.vocabulary, self.options.errors),
                np.array(self.vocabulary.counts),
                *shape,
                seed=seed,
                progress=progress,
            )

    def fit(self):
        total, place = sum(self.options.rounds), self.place
        # An epoch that was begun is a shorter one; then whole ones.
        parts = [(self.windows, place.epoch, total)]
        if place.batch:
            rest = self.windows.after(place.batch)
            parts = [(rest, place.epoch, place.epoch + 1)]
            parts.append((self.windows, place.epoch + 1, total))
        every = self._callbacks()
        for windows, begin, end in parts:
            # Keras prints to standard output, which is for results.
            with contextlib.redirect_stdout(sys.stderr):
                self.model.fit(
                    self.team.feed(windows),
                    initial_epoch=begin,
                    epochs=end,
                    validation_data=self.team.feed(self.valid),
                    callbacks=every,
                    verbose=self._verbose(),
                )
            if self.model.stop_training:
                break
        if not self.log.epochs or not math.isfinite(self.log.epochs[-1]["loss"]):
            raise ValueError(
                "Training diverged: the loss is not finite. Take a smaller "
                "--learning-rate."
            )

    def _verbose(self):
        if not self.team.is_first:
            return 0
        return 1 if sys.stderr.isatty() else 2

    def _callbacks(self):
        options = self.options
        # The same for each worker: what fetches numbers of the model needs them all.
        every = [
            keras.callbacks.LearningRateScheduler(
                lambda epoch: learning_rate(options, epoch)
            ),
            keras.callbacks.TerminateOnNaN(),
            callbacks.WordsPerSecond(self.windows),
            _KeepBest(self.path / run.WEIGHTS, self.log),
            self.log,
            _Checkpoints(self),
        ]
        if options.tensorboard:
            # The graph of a subclassed model has no layers to show.
            every.append(
                keras.callbacks.TensorBoard(options.tensorboard, write_graph=False)
            )
        if len(options.rounds) > 1:
            starts = np.cumsum(options.rounds)[:-1].tolist()
            if self.place.batch and self.place.epoch in starts:
                starts.remove(self.place.epoch)  # That one was made.
            every.insert(0, self._reallocation(starts))
        return [_Restore(self.saved), *every]

    def _reallocation(self, starts):
        # Kept in files, so that a pass that is stopped need not begin anew.
        folder = self.path / f"loss_tables-{self.team.number}"  # Each its own.

        def report(epoch: int, done: reallocation.Round | None):
            shutil.rmtree(folder)
            after = self._valid_perplexity()  # All workers together.
            if done is None:
                return
            answer = done.assignment
            self.log.write(
                reallocation_before_epoch=epoch + 1,
                solver=answer.solver,
                seconds=round(answer.seconds, 1),
                gap=done.gap,
                words_moved=done.words_moved,
                tokens_moved=done.tokens_moved,
                nats_before=done.nats_before,
                nats_predicted=done.nats_predicted,
                nats_after=done.nats_after,
                val_perplexity_before=self.log.epochs[-1]["val_perplexity"],
                val_perplexity_after=after,
            )
            _say(
                f"Reallocation ({answer.solver}, {answer.seconds:.0f} s, within "
                f"{done.gap:.4f} nats of the best): {done.words_moved:,} words moved, "
                f"{done.tokens_moved:.0%} of the text. Nats per token: "
                f"{done.nats_before:.2f}, predicted {done.nats_predicted:.2f}, right "
                f"after {done.nats_after:.2f}; validation perplexity right after "
                f"{after:.1f}."
            )

        return callbacks.Reallocate(
            self.windows,
            starts,
            moving_cost=self.options.moving_cost,
            folder=folder,
            report=report,
            progress=_progress.LazyBar("Loss tables, then matching"),
            team=self.team,
        )

    def _valid_perplexity(self):
        valid = self.team.feed(self.valid)
        result = self.model.evaluate(valid, verbose=0, return_dict=True)
        return result["perplexity"]

    def keep(self):
        """Go back to the best weights and write what belongs to them."""
        if self.team.devices > 1:
            self.model = run.Run(self.path).new_model()
        self.model.load_weights(self.path / run.WEIGHTS)
        write_atomic(self.path / run.TABLE, self.model.table.to_json())
        _draw(self.path)

    def finish(self):
        """Keep the best epoch and score the test text with it."""
        self.keep()
        if self.test_ids is not None:
            with _progress.bar("Scoring the test text") as progress:
                scores = evaluation.evaluate(
                    predictor.KerasPredictor(self.model, self.vocabulary),
                    self.test_ids,
                    progress,
                )
            self.log.write(test=dataclasses.asdict(scores))
            _say(
                f"Test: perplexity {scores.perplexity:.2f}, top-3 {scores.top3:.1%} "
                f"over {scores.tokens:,} tokens, {scores.oov_rate:.1%} OOV."
            )


def new_model(
    options: Options, vocabulary: Vocabulary, given: tables.WordTable | None = None
) -> models.LanguageModel:
    """Return the model that options ask for, built, as it is before training.

    Args:
        options: Those of the model are read.
        vocabulary: The words of the model.
        given: A table whose shape a LightRNN takes. Defaults to the shape that the
            options say, or a nearly square one.
    """
    common = {
        "vocabulary_size": len(vocabulary),
        "units": options.units,
        "embedding_dim": options.embedding_dim,
        "cell": options.cell,
        "layers": options.layers,
        "dropout": options.dropout,
        "eos_id": vocabulary.eos_id,
        "line_independent": options.line_independent,
    }
    model: models.LanguageModel
    if options.model == "dense":
        model = models.DenseRNN(tied=options.tied, **common)
    elif options.model == "slim":
        model = models.SlimRNN(
            parts=options.slim_parts,
            vectors=options.slim_vectors,
            side=options.slim_side,
            seed=options.seed,
            **common,
        )
    else:
        rows, columns = _table_shape(options, len(vocabulary), given)
        model = models.LightRNN(
            rows=rows,
            columns=columns,
            residual_dim=options.residual_dim,
            frequent_words=options.frequent_words,
            frequent_dim=options.frequent_dim,
            cell_bias=options.cell_bias,
            within_word=options.within_word,
            **common,
        )
    model.build()
    return model


def _table_shape(
    options: Options, words: int, given: tables.WordTable | None
) -> tuple[int, int]:
    if given:
        asked = options.rows or given.rows, options.columns or given.columns
        if asked != (given.rows, given.columns) or options.user_cells is not None:
            raise ValueError(
                f"{options.table} has {given.rows} rows and {given.columns} columns. "
                "Leave out --rows, --columns and --user-cells."
            )
        return asked
    paper = not (options.residual_dim or options.frequent_dim or options.cell_bias)
    paper = paper and options.table == RANDOM
    user_cells = options.user_cells
    if user_cells is None:
        both = options.rows and options.columns
        user_cells = 0 if paper or both else math.ceil(words * USER_CELLS)
    needed = words + user_cells
    rows, columns = tables.default_shape(words, user_cells)
    if options.rows:
        rows, columns = options.rows, options.columns or -(-needed // options.rows)
    elif options.columns:
        rows, columns = -(-needed // options.columns), options.columns
    if rows * columns < needed:
        raise ValueError(
            f"The table must have a cell for each of the {words} words and "
            f"{user_cells} user cells. Received: {rows} rows × {columns} columns "
            f"({rows * columns} cells). Take a larger table or a smaller --vocab-size."
        )
    return rows, columns


def learning_rate(options: Options, epoch: int) -> float:
    """Return the rate in an epoch: full until the last round, then half a cosine.

    A model needs the full rate to recover from a reallocation. A last round of less
    than a third of the epochs is too short to fall in; the fall then begins earlier.
    """
    total = sum(options.rounds)
    falling = max(options.rounds[-1], total // 3)
    done = max(0, epoch - total + falling) / falling
    share = FINAL_RATE + (1 - FINAL_RATE) * (1 + math.cos(math.pi * done)) / 2
    return options.learning_rate * share


class _KeepBest(keras.callbacks.Callback):
    """Keeps the weights of the epoch with the best validation, in one piece."""

    def __init__(self, path: pathlib.Path, log: "_Log"):
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
        new = self.path.with_name("new.weights.h5")
        self._check_space(new, model)
        with workers.alone():  # Keras makes variables of its own to save others.
            model.save_weights(new, overwrite=True)
        new.replace(self.path)

    def _check_space(self, path, model):
        """Raise `OSError` if the disk is too full; the HDF5 library would crash."""
        variables = [*model.variables, *model.optimizer.variables]
        needed = _SPARE_BYTES + sum(4 * math.prod(v.shape) for v in variables)
        if shutil.disk_usage(path.parent).free < needed:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


class _Log(keras.callbacks.Callback):
    """Writes the numbers of each epoch to `metrics.jsonl`, one worker for all."""

    def __init__(self, path: pathlib.Path, writes: bool):
        super().__init__()
        self.path = path / run.METRICS
        self.writes = writes
        self.lines = 0
        self.epochs: list[dict] = []
        self.start = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        line = {name: float(value) for name, value in logs.items()}
        line = {"epoch": epoch + 1, **line}
        line["seconds"] = round(time.perf_counter() - self.start, 1)
        self.write(**line)
        # Only now: an epoch counts as finished when everything of it is on disk.
        self.epochs.append(line)

    def write(self, **line):
        if self.writes:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        self.lines += 1

    def keep(self, lines: int):
        """Go on after some lines; later ones will be written again."""
        text = self.path.read_text(encoding="utf-8") if lines else ""
        kept = text.splitlines()[:lines]
        if len(kept) < lines:
            raise ValueError(f"{self.path} is damaged: lines of it are missing.")
        if self.writes:
            write_atomic(self.path, "".join(f"{line}\n" for line in kept))
        read = [json.loads(line) for line in kept]
        self.epochs = [line for line in read if "epoch" in line]
        self.lines = lines


class _Restore(keras.callbacks.Callback):
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


class _Checkpoints(keras.callbacks.Callback):
    """Saves a checkpoint after each epoch and, within one, every few minutes."""

    def __init__(self, training: _Training):
        super().__init__()
        self.training = training
        self.minutes = training.options.checkpoint_minutes
        self.epoch = 0
        self.first_batch = training.place.batch
        self.last = time.monotonic()

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        done = self.first_batch + batch + 1
        # With its last batch an epoch is not over: its validation follows.
        inside = done < len(self.training.windows)
        if inside and self._is_due(done) and not self.model.stop_training:
            self._save(self.epoch, done)

    def on_epoch_end(self, epoch, logs=None):
        self.first_batch = 0
        if not self.model.stop_training:
            self.model.reset_metrics()  # The sums are those of the validation.
            self._save(epoch + 1, 0)

    def _is_due(self, done):
        team = self.training.team
        if team.count > 1 and done % _BATCHES_BETWEEN_QUESTIONS:
            return False
        return team.ask_first(time.monotonic() - self.last >= 60 * self.minutes)

    def _save(self, epoch, batch):
        # `self.model`, not the training's: on JAX it fetches the numbers of the step.
        self.training.save(self.model, checkpoint.Place(epoch, batch))
        self.last = time.monotonic()


def _draw(path: pathlib.Path) -> None:
    """Draw the learning curve of the run in a folder."""
    text = (path / run.METRICS).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    epochs = [line for line in lines if "epoch" in line]
    plots.learning_curve(epochs, path / "learning_curve.png")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
