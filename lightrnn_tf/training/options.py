"""The options of a training: each once, with its help, values and check."""

import argparse
import dataclasses
import importlib.util
import pathlib
from typing import Any

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import refuse_streams
from lightrnn_tf._internal.old_names import successor, with_new_names
from lightrnn_tf._internal.options import (
    NATURAL,
    POSITIVE,
    Checked,
    Kind,
    name_of,
    option,
    with_default,
)
from lightrnn_tf.data.reading import ReadingOptions
from lightrnn_tf.reallocation.matching import Matching
from lightrnn_tf.training.model_options import (
    DenseRNNOptions,
    LightRNNOptions,
    ModelOptions,
    PaperRNNOptions,
    SlimRNNOptions,
)

# Kinds of a first table that are not files.
WARM_START, RANDOM = "warm-start", "random"


def _numbers(of_one, example, count=None):
    """Return a function that parses numbers with commas between them."""

    def parse(text):
        try:
            numbers = tuple(of_one(part) for part in text.split(","))
            if count not in (None, len(numbers)):
                raise ValueError
            return numbers
        except (ValueError, argparse.ArgumentTypeError) as error:
            raise argparse.ArgumentTypeError(
                f"must be {example}, not {text!r}"
            ) from error

    return parse


def _check_rounds(name, value):
    several = isinstance(value, tuple | list)
    if not several or not value or not all(type(n) is int and n > 0 for n in value):
        raise ValueError(
            f"`{name}` must be positive numbers of epochs, as in 10,5. "
            f"Received: {value}."
        )


def _check_moving_cost(name, value):
    Matching(moving_cost=value)  # Raises the error.


def _check_rate(name, value):
    if type(value) not in (int, float) or not 0 < value < 1:
        raise ValueError(f"`{name}` must be between 0 and 1. Received: {value}.")


def _check_table(name, value):
    if value in (WARM_START, RANDOM):
        return
    refuse_streams(value)
    if not pathlib.Path(value).is_file():
        raise ValueError(
            f"`{name}` must be {WARM_START}, {RANDOM}, a JSON file of a table or a "
            f"text file of word vectors. Received: {value!r}, no such file."
        )


def _check_tensorboard(name, value):
    if importlib.util.find_spec("tensorboard") is None:
        raise ValueError(
            f"`{name}` needs the package of that name. Run pip install "
            "'lightrnn-tf[tensorboard]'."
        )
    folder = pathlib.Path(value)
    if not value or folder.exists() and not folder.is_dir():
        raise ValueError(
            f"`{name}` must be a folder, which need not exist yet. Received: {value!r}."
        )


_EPOCHS = Kind(
    _numbers(POSITIVE.parse, "positive numbers of epochs, as in 10,5"), _check_rounds
)
_COSTS = Kind(
    _numbers(float, "two numbers, for rows and columns, as in 3,0", count=2),
    _check_moving_cost,
)
_MINUTES = Kind(float, checks.above_zero)
_RATE = Kind(float, _check_rate)
_SEED = Kind(NATURAL.parse, checks.seed)
_TABLE = Kind(str, _check_table)
_FOLDER = Kind(str, _check_tensorboard)


@dataclasses.dataclass
class SourceOptions(Checked):
    """Says where the texts are.

    Example:

    >>> SourceOptions(train=["books.txt"]).tfds_feature
    'text'
    """

    train: list[str] | None = option(
        None,
        "text files; patterns such as '*.gz' may be quoted",
        metavar="FILE",
        several=True,
    )
    tfds: str | None = option(
        None,
        "in place of --train a text dataset of TensorFlow Datasets",
        metavar="NAME[/CONFIG][:SPLIT]",
    )
    tfds_feature: str = option(
        "text", "the feature of it that is the text", metavar="NAME"
    )
    data_dir: str | None = option(
        None,
        "where prepared datasets are; default: that of TensorFlow Datasets",
        metavar="DIR",
    )
    prepared: str | None = option(
        None,
        "in place of --train a text from lightrnn prepare; needs --valid",
        metavar="DIR",
    )
    valid: list[str] | None = option(
        None,
        "text that chooses the best epoch; default: the dataset's validation split, or "
        "a tenth of the text",
        metavar="FILE",
        several=True,
    )
    test: list[str] | None = option(
        None, "scored at the end", metavar="FILE", several=True
    )


@dataclasses.dataclass
class TextOptions(ReadingOptions, SourceOptions):
    """Says which texts are read, and how they become words.

    Example:

    >>> TextOptions(train=["books.txt"], test=["test.txt"]).sources()
    ['books.txt', 'test.txt']
    """

    def sources(self) -> list[str]:
        """Return the names of all texts that are read."""
        files = [*(self.train or ()), *(self.valid or ()), *(self.test or ())]
        return [*files, *filter(None, (self.tfds, self.prepared))]


@dataclasses.dataclass
class TableOptions(Checked):
    """Says in which cells the words stand at first, and what it costs to move them.

    Example:

    >>> TableOptions(moving_cost=(3.0, 0.0)).table
    'warm-start'
    """

    table: str = option(
        WARM_START,
        "first table: warm-start, from the words beside each word; random, as in the "
        "paper; a JSON file, as from lightrnn table --json, or the table.json of a run "
        "with the same vocabulary; or a text file of word vectors, as from word2vec",
        kind=_TABLE,
        metavar="KIND|FILE",
    )
    user_cells: int | None = option(
        None,
        "cells kept free for words a user adds; default: 2% of the words",
        kind=NATURAL,
        metavar="N",
    )
    moving_cost: tuple[float, float] = option(
        (0.0, 0.0),
        "nats per occurrence that a word must gain to change its row, and its column, "
        "in a reallocation; default: 0,0",
        kind=_COSTS,
        metavar="ROW,COLUMN",
    )


@dataclasses.dataclass
class PaperTableOptions(TableOptions):
    """The same, with the first table of the paper.

    Example:

    >>> PaperTableOptions().table
    'random'
    """

    table: str = with_default(TableOptions, "table", RANDOM)
    user_cells: int | None = with_default(TableOptions, "user_cells", 0)


@dataclasses.dataclass
class FitOptions(Checked):
    """Says how the model is trained.

    Example:

    >>> FitOptions(rounds=(10, 5)).batch_size
    32
    """

    rounds: tuple[int, ...] = option(
        (10,),
        "epochs, with a reallocation between rounds; default: 10",
        kind=_EPOCHS,
        metavar="N[,N…]",
    )
    batch_size: int = option(
        32, "streams of text read side by side", kind=POSITIVE, metavar="B"
    )
    steps: int = option(35, "words of a stream in a batch", POSITIVE, "T")
    learning_rate: float = option(
        5e-3,
        "full until the last round, then half a cosine",
        kind=_RATE,
        metavar="RATE",
    )
    seed: int = option(0, "seed of all that is drawn", _SEED, "N")
    tensorboard: str | None = option(
        None,
        "folder in which the run gets one for TensorBoard; default: none",
        kind=_FOLDER,
        metavar="DIR",
    )
    checkpoint_minutes: float = option(
        10.0, "minutes of training that a crash can cost", _MINUTES, "N"
    )


# Kind of model → its groups of options.
KINDS: dict[str, dict[str, type]] = {
    model.kind: {"text": TextOptions, "model": model, **table, "fit": FitOptions}
    for model, table in (
        (LightRNNOptions, {"table": TableOptions}),
        (PaperRNNOptions, {"table": PaperTableOptions}),
        (SlimRNNOptions, {}),
        (DenseRNNOptions, {}),
    )
}


@dataclasses.dataclass
class Options:
    """The options of `lightrnn train`; its help says what they mean.

    Attributes:
        out: The run to write.
        text: Which texts are read, and how.
        model: The arguments of the model; the class says which kind it is.
        fit: How it is trained.
        table: The first table; `None` for models without a table.
        overwrite: Whether to replace a run of that name. Defaults to `False`.

    Raises:
        ValueError: If options do not fit together.

    Example:

    >>> options = Options.of("runs/books", train=["books.txt"], units=64)
    >>> options.model.units, options.fit.rounds
    (64, (10,))
    """

    out: str
    text: TextOptions
    model: ModelOptions
    fit: FitOptions
    table: TableOptions | None = None
    overwrite: bool = False

    @classmethod
    def of(
        cls, out: str, model: str = "lightrnn", overwrite: bool = False, **given: Any
    ) -> "Options":
        """Return the options with some given by name, and defaults for all others.

        Args:
            out: The run to write.
            model: The kind of model: `"lightrnn"`, `"paper"`, `"slim"` or `"dense"`.
                Defaults to `"lightrnn"`.
            overwrite: Whether to replace a run of that name. Defaults to `False`.
            **given: Options by the names that `lightrnn train --help` shows.

        Returns:
            The `Options`.

        Raises:
            ValueError: If a value does not suit its option, or only other kinds of
                model have the option.
            TypeError: If no option has that name.
        """
        checks.one_of("model", model, tuple(KINDS))
        fields = {part: _names(of_part) for part, of_part in KINDS[model].items()}
        known = {name for names in fields.values() for name in names}
        for name, value in given.items():
            if name not in known:
                _refuse(name, value, model)
        parts = {
            part: of_part(
                **{
                    field: given[name]
                    for name, field in fields[part].items()
                    if name in given
                }
            )
            for part, of_part in KINDS[model].items()
        }
        return cls(out=out, overwrite=overwrite, **parts)

    def __post_init__(self):
        checks.boolean("overwrite", self.overwrite)
        rounds = self.fit.rounds
        if self.table is None and len(rounds) > 1:
            raise ValueError(
                f"`rounds` must be one number for a {self.model.kind} model, which has "
                f"no table. Received: {rounds}."
            )
        if self.table and any(self.table.moving_cost) and len(rounds) == 1:
            raise ValueError(
                "`moving_cost` needs a reallocation, which is between two rounds. "
                f"Received: one round, {rounds}. Pass --rounds 5,5, say."
            )

    def written(self) -> dict[str, Any]:
        """Return the options that a run keeps, by name: all but where it is written."""
        kept: dict[str, Any] = {"model": self.model.kind}
        for part in (self.text, self.model, self.table, self.fit):
            for field in dataclasses.fields(part) if part else ():
                kept[name_of(field)] = getattr(part, field.name)
        del kept["tensorboard"]
        return kept


def _names(*parts: type) -> dict[str, str]:
    """Return the fields of options by the names of the options."""
    fields = (field for part in parts for field in dataclasses.fields(part))
    return {name_of(field): field.name for field in fields}


def _refuse(name, value, model):
    """Raise the error for an option that a kind of model does not have."""
    of_kinds = [kind for kind in KINDS if name in _names(*KINDS[kind].values())]
    if not of_kinds:
        raise TypeError(f"there is no option {name!r}.{successor(name)}")
    raise ValueError(
        f"`{name}` must be left out for a {model} model. Received: {value!r}. Only "
        f"{' and '.join(of_kinds)} models have it."
    )


def of_format_1(training: dict[str, Any]) -> dict[str, Any]:
    """Translate the options of a run of format 1 to those of the present format.

    In format 1 each run had all options, with defaults for those of other models.

    Args:
        training: The options by their old names, from `config.json`.

    Returns:
        The options by their present names, without those of other kinds of model.
    """
    named = with_new_names(training)
    if named.pop("within_word", "transition") == "recurrent":
        named["model"] = "paper"
    own = _names(*KINDS[named["model"]].values())
    of_others = {n for parts in KINDS.values() for n in _names(*parts.values())}
    return {
        name: value
        for name, value in named.items()
        if value is not None and (name in own or name not in of_others)
    }
