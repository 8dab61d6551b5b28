"""What a training is asked for: each option once, with its help, values and check."""

import argparse
import dataclasses
import importlib.util
import pathlib
from typing import Any, ClassVar

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import refuse_streams
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

# Where a first table comes from, if not from a file.
WARM_START, RANDOM = "warm-start", "random"


def _numbers(of_one, example):
    """Return what parses numbers with commas between them."""

    def parse(text):
        try:
            return tuple(of_one(part) for part in text.split(","))
        except (ValueError, argparse.ArgumentTypeError) as error:
            raise argparse.ArgumentTypeError(
                f"must be {example}, not {text!r}"
            ) from error

    return parse


def _check_rounds(name, value):
    if not value or not all(type(n) is int and n > 0 for n in value):
        raise ValueError(
            f"`{name}` must be positive numbers of epochs, as in 10,5. "
            f"Received: {value}."
        )


def _check_moving_cost(name, value):
    Matching(moving_cost=value)  # It says what is wrong.


def _check_rate(name, value):
    if not 0 < value < 1:
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


_EPOCHS = Kind(_numbers(POSITIVE.parse, "numbers of epochs, as in 10,5"), _check_rounds)
_COSTS = Kind(
    _numbers(float, "two numbers, for rows and columns, as in 3,0"), _check_moving_cost
)
_SHARE = Kind(float, checks.fraction)
_MINUTES = Kind(float, checks.above_zero)
_RATE = Kind(float, _check_rate)
_SEED = Kind(NATURAL.parse, checks.seed)
_TABLE = Kind(str, _check_table)
_FOLDER = Kind(str, _check_tensorboard)


@dataclasses.dataclass
class SourceOptions(Checked):
    """Where the texts are."""

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
        "default: the dataset's validation split, or a tenth of the text",
        metavar="FILE",
        several=True,
    )
    test: list[str] | None = option(
        None, "scored at the end", metavar="FILE", several=True
    )


@dataclasses.dataclass
class TextOptions(ReadingOptions, SourceOptions):
    """Which text is read, and how it becomes words."""

    def sources(self) -> list[str]:
        """Return the names of the texts that are read."""
        files = [*(self.train or ()), *(self.valid or ()), *(self.test or ())]
        return [*files, *filter(None, (self.tfds, self.prepared))]


@dataclasses.dataclass
class ModelOptions(Checked):
    """What every model takes: the arguments of `LanguageModel`."""

    kind: ClassVar[str]

    units: int = option(200, "size of the hidden states", POSITIVE, "H")
    embedding_dim: int | None = option(
        None, "default: --units", kind=POSITIVE, metavar="E"
    )
    layers: int = option(1, "recurrent layers", POSITIVE, "N")
    cell: str = option("lstm", "", choices=("lstm", "gru"))
    dropout: float = option(0.2, "", _SHARE, "P")
    line_independent: bool = option(False, "begin anew at every line")


@dataclasses.dataclass
class LightRNNOptions(ModelOptions):
    """What `LightRNN` takes besides."""

    kind = "lightrnn"

    rows: int | None = option(
        None, "default: nearly square", kind=POSITIVE, metavar="R"
    )
    columns: int | None = option(
        None, "default: nearly square", kind=POSITIVE, metavar="C"
    )
    word_dim: int = option(
        16, "length of the vector each word has of its own", kind=NATURAL, metavar="k"
    )
    row_parts: int = option(4, "output vectors of each row", POSITIVE, "M")
    frequent_words: int = option(
        0,
        "how many of the most frequent words have a longer vector",
        kind=NATURAL,
        metavar="F",
    )
    frequent_dim: int = option(0, "by how much it is longer", NATURAL, "N")
    word_bias: bool = option(True, "a bias for each word; default: yes, paper: no")


@dataclasses.dataclass
class PaperRNNOptions(LightRNNOptions):
    """What `PaperRNN` takes besides."""

    kind = "paper"

    word_dim: int = with_default(LightRNNOptions, "word_dim", 0)
    row_parts: int = with_default(LightRNNOptions, "row_parts", 1)
    word_bias: bool = with_default(LightRNNOptions, "word_bias", False)


@dataclasses.dataclass
class SlimRNNOptions(ModelOptions):
    """What `SlimRNN` takes besides."""

    kind = "slim"

    parts: int = option(
        10,
        "sub-vectors of a word; divides H, E and M",
        kind=POSITIVE,
        metavar="K",
        flag="--slim-parts",
    )
    vectors: int | None = option(
        None,
        "sub-vectors that all words share, on each side; default: 5000, or one for "
        "each word of a smaller vocabulary",
        kind=POSITIVE,
        metavar="M",
        flag="--slim-vectors",
    )
    side: str = option(
        "both",
        "which side shares sub-vectors",
        choices=("both", "input", "output"),
        flag="--slim-side",
    )

    def __post_init__(self):
        super().__post_init__()
        of_input, of_output = ("embedding_dim",), ("units", "vectors")
        if self.embedding_dim is None:
            of_input = ("units",)
        sides = {"input": of_input, "output": of_output}
        for name in sides.get(self.side, (*of_input, *of_output)):
            size = getattr(self, name)
            if size is not None:
                shown = "slim_vectors" if name == "vectors" else name
                checks.divides("slim_parts", self.parts, shown, size)


@dataclasses.dataclass
class DenseRNNOptions(ModelOptions):
    """What `DenseRNN` takes besides."""

    kind = "dense"

    tied: bool = option(False, "one table of vectors for both sides")

    def __post_init__(self):
        super().__post_init__()
        if self.tied and self.embedding_dim not in (None, self.units):
            raise ValueError(
                "`embedding_dim` must be left out, or equal `units`, for a tied model. "
                f"Received: embedding_dim={self.embedding_dim}, units={self.units}."
            )


@dataclasses.dataclass
class TableOptions(Checked):
    """Where words live at first, and what moves them."""

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
        "cells kept free for words a user adds; default: 2% of the words, paper: none",
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
    """The same, beginning as the paper does."""

    table: str = with_default(TableOptions, "table", RANDOM)


@dataclasses.dataclass
class FitOptions(Checked):
    """How the model is trained."""

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
    seed: int = option(0, "", _SEED, "N")
    tensorboard: str | None = option(
        None,
        "folder in which the run gets one for TensorBoard; default: none",
        kind=_FOLDER,
        metavar="DIR",
    )
    checkpoint_minutes: float = option(
        10.0, "minutes of training that a crash can cost", _MINUTES, "N"
    )


# The parts of the options of each kind of model.
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
    """What `lightrnn train` was asked for; see its help for the meaning.

    Attributes:
        out: The run to write.
        text: Which text is read, and how.
        model: The arguments of the model, of the class of its kind.
        fit: How it is trained.
        table: The first table, of models that have one.
        overwrite: Whether a run of that name is replaced.

    Example:

    >>> from lightrnn_tf.training.options import Options
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
        """Return the options that are given by name, the others by default.

        Args:
            out: The run to write.
            model: The kind of model, `"lightrnn"`, `"paper"`, `"slim"` or `"dense"`.
            overwrite: Whether a run of that name is replaced.
            **given: Options by the names that `lightrnn train --help` shows.

        Raises:
            ValueError: If a value is none of the option, or another kind of model has
                it alone.
            TypeError: If no option has that name.
        """
        checks.one_of("model", model, tuple(KINDS))
        parts = {}
        for part, of_part in KINDS[model].items():
            names = {
                name_of(field): field.name for field in dataclasses.fields(of_part)
            }
            found = names.keys() & given.keys()
            parts[part] = of_part(**{names[name]: given.pop(name) for name in found})
        for name, value in given.items():
            _refuse(name, value, model)
        return cls(out=out, overwrite=overwrite, **parts)

    def __post_init__(self):
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
        """Return what is kept with a run: all but where it is written, by name."""
        kept: dict[str, Any] = {"model": self.model.kind}
        for part in (self.text, self.model, self.table, self.fit):
            for field in dataclasses.fields(part) if part else ():
                kept[name_of(field)] = getattr(part, field.name)
        del kept["tensorboard"]
        return kept


def _names(*parts: type) -> dict[str, str]:
    """Return what options are called, and their fields."""
    fields = (field for part in parts for field in dataclasses.fields(part))
    return {name_of(field): field.name for field in fields}


def _refuse(name, value, model):
    """Raise what is wrong with an option that a kind of model has not."""
    of_kinds = [kind for kind in KINDS if name in _names(*KINDS[kind].values())]
    if not of_kinds:
        raise TypeError(f"there is no option {name!r}.")
    raise ValueError(
        f"`{name}` must be left out for a {model} model. Received: {value!r}. Only "
        f"{' and '.join(of_kinds)} models have it."
    )


def of_format_1(training: dict[str, Any]) -> dict[str, Any]:
    """Return options as they are written today, from a run of format 1.

    There each run had all options, those of other kinds of model by default.
    """
    new = {"residual_dim": "word_dim", "cell_bias": "word_bias"}
    named = {new.get(name, name): value for name, value in training.items()}
    if named.pop("within_word", "transition") == "recurrent":
        named["model"] = "paper"
    own = _names(*KINDS[named["model"]].values())
    of_others = {n for parts in KINDS.values() for n in _names(*parts.values())}
    return {n: v for n, v in named.items() if n in own or n not in of_others}
