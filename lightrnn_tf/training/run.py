"""A run: the folder that training leaves and the other commands read.

config.json         the model, the training options, versions
vocabulary.txt      the words and their counts
table.json          the cells of the words
best.weights.h5     the weights after the epoch with the best validation loss
metrics.jsonl       a line for each epoch, reallocation and evaluation
learning_curve.png  perplexity against epochs
table.html          the table to look at, if `lightrnn table` has made it
ids/                the texts as word ids, four bytes a token; the shards, if any
checkpoint.npz      where training was stopped, and the one before; none at the end
"""

import json
import math
import pathlib
from typing import Any

import keras
import numpy as np

from lightrnn_tf import models
from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.words.vocabulary import Vocabulary

# Version 1 had other names of options, and had all options for each kind of model.
FORMAT_VERSION = 2
CONFIG = "config.json"
VOCABULARY = "vocabulary.txt"
TABLE = "table.json"
WEIGHTS = "best.weights.h5"
METRICS = "metrics.jsonl"
SHARDS = "ids/train.json"

# Fewest bytes of a recurrent layer in a file beside its numbers, for names and shapes.
# 9,500 were measured in a file of weights and 2,700 in a checkpoint.
_BYTES_OF_A_LAYER = 2048


class Run:
    """Reads the folder of a run.

    Args:
        path: The folder.

    Raises:
        FileNotFoundError: If there is no such folder, or a file of it is missing.
        NotADirectoryError: If it is a file.
        ValueError: If a file is damaged or belongs to another run.

    Attributes:
        config: What `config.json` says.
        vocabulary: The `Vocabulary` of the run.
    """

    def __init__(self, path: str | pathlib.Path):
        self.path = pathlib.Path(path)
        if self.path.is_file():
            raise NotADirectoryError(
                f"{self.path} is a file, not a run. Name a folder that `lightrnn "
                "train` wrote."
            )
        if not self.path.is_dir():
            raise FileNotFoundError(f"{self.path}: no such run.")
        self.config = self._read_config()
        try:
            self.vocabulary = Vocabulary.from_text(self._read(VOCABULARY))
        except ValueError as error:
            raise ValueError(f"{self.path / VOCABULARY}: {error}") from error

    def _read(self, name: str) -> str:
        path = self.path / name
        if not path.is_file():
            if name == CONFIG:
                raise FileNotFoundError(
                    f"{self.path} is not a run: it has no {CONFIG}. Name a folder that "
                    "`lightrnn train` wrote."
                )
            raise FileNotFoundError(
                f"{self.path} is not a whole run: {name} is missing. Train it again "
                "with --overwrite."
            )
        return path.read_bytes().decode("utf-8")

    def _read_config(self) -> dict[str, Any]:
        try:
            config = json.loads(self._read(CONFIG))
            known = config["format_version"] in (1, FORMAT_VERSION)
            known = known and config["model"] in models.MODELS
            known = known and isinstance(config["model_config"], dict)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"{self.path / CONFIG} is damaged: {error}.") from error
        if not known:
            raise ValueError(
                f"{self.path / CONFIG} is not of this version of lightrnn_tf."
            )
        return config

    def load_model(self, line_independent: bool = False) -> models.LanguageModel:
        """Return the model with the best weights.

        Args:
            line_independent: Whether it begins anew after each `<eos>`, even if it was
                not trained so. Defaults to `False`: as in training.

        Returns:
            The built model.

        Raises:
            FileNotFoundError: If no epoch was finished.
            ValueError: If the weights are damaged or of another model.
        """
        weights = self.path / WEIGHTS
        if not weights.is_file():
            raise FileNotFoundError(
                f"{self.path} is not a whole run: {WEIGHTS} is missing, so no epoch "
                "was finished. Train it again with --overwrite."
            )
        self.check_size(weights)
        model = self.new_model(line_independent)
        try:
            model.load_weights(weights)
            cells = model.table.cells
        except Exception as error:  # h5py and Keras raise errors of many kinds.
            raise ValueError(
                f"{weights} is damaged or of another model: "
                f"{str(error).strip().splitlines()[0]}"
            ) from error
        self._check_table(cells)
        return model

    def ids(self, name: str) -> np.ndarray:
        """Return a text as word ids, int32 `(N,)`, memory-mapped.

        Args:
            name: `"train"`, `"valid"` or `"test"`.

        Raises:
            FileNotFoundError: If the run does not have it.
            ValueError: If it has ids that are not of the vocabulary.
        """
        path = self.path / "ids" / f"{name}.bin"
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing. Train the run again.")
        size = path.stat().st_size
        ids = np.memmap(path, "<i4", "r") if size and size % 4 == 0 else np.empty(0)
        if not len(ids) or ids.min() < 0 or ids.max() >= len(self.vocabulary):
            raise ValueError(f"{path} is damaged: not the ids of {self.path}.")
        return ids

    def shards(self) -> list[int] | None:
        """Return the lengths of the shards of the training text, `None` if it has none.

        Raises:
            ValueError: If the file is damaged.
        """
        path = self.path / SHARDS
        if not path.exists():
            return None
        try:
            lengths = json.loads(path.read_text("utf-8"))
            if not all(type(length) is int for length in lengths):
                raise ValueError(f"lengths must be whole numbers, not {lengths}.")
        except (ValueError, TypeError, RecursionError) as error:
            raise ValueError(f"{path} is damaged: {error}") from error
        return lengths

    def history(self) -> list[dict]:
        """Return the lines of `metrics.jsonl`: epochs, reallocations, an evaluation.

        Raises:
            ValueError: If the file is damaged.
        """
        try:
            lines = [json.loads(line) for line in self._read(METRICS).splitlines()]
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{self.path / METRICS} is damaged: {error}.") from error
        return [line for line in lines if isinstance(line, dict)]

    def epochs(self) -> list[dict]:
        """Return the lines of `metrics.jsonl` that belong to epochs, at least one.

        Raises:
            ValueError: If the file is damaged or no epoch was finished.
        """
        epochs = [line for line in self.history() if "epoch" in line]
        wanted = {"epoch", "perplexity", "val_perplexity", "seconds"}
        if not epochs or not all(wanted <= line.keys() for line in epochs):
            raise ValueError(
                f"{self.path / METRICS} must have finished epochs. Received: "
                f"{len(epochs)} lines of epochs."
            )
        return epochs

    def parameters(self) -> int:
        """Return the number of trained weights."""
        return sum(
            math.prod(weight.shape) for weight in self.load_model().trainable_weights
        )

    def summary(self) -> dict:
        """Return a few numbers about the training, for an exported file."""
        history = self.history()
        epochs = [line for line in history if "epoch" in line]
        name = self.path.resolve().name
        summary: dict[str, Any] = {"name": name, "epochs": len(epochs)}
        if epochs:
            # Of a quantize-aware run the best epoch with rounded weights is kept.
            training = self.config["training"]
            exact = sum(training["rounds"]) if training.get("quantize_aware") else 0
            kept = [line for line in epochs if line["epoch"] > exact]
            best = min(kept or epochs, key=lambda line: line["val_loss"])
            summary["valid_perplexity"] = round(best["val_perplexity"], 3)
        for line in history:
            if "test" in line:
                summary["test_perplexity"] = round(line["test"]["perplexity"], 3)
        return summary

    def check_size(self, path: pathlib.Path) -> None:
        """Check that a file can hold the numbers of the model, before it takes memory.

        Args:
            path: A file of weights, or a checkpoint.

        Raises:
            ValueError: If the model of the config is larger than the file, or has
                another size than the run says.
        """
        size = path.stat().st_size
        fits = _fewest_bytes(self.config["model_config"]) <= size
        if fits:
            with keras.StatelessScope(initialize_variables=False):
                numbers = self.new_model().count_params()
            fits = numbers <= size
        if not fits:
            raise ValueError(
                f"{path} is damaged or of another model: it has {size:,} bytes, fewer "
                f"than the model of {CONFIG} has numbers."
            )
        saved = self.config.get("model_numbers", numbers)  # Older runs do not say.
        if saved != numbers:
            raise ValueError(
                f"{self.path / CONFIG} is damaged or of another model: its model has "
                f"{numbers:,} numbers. Received: {saved}."
            )

    def _check_table(self, cells):
        # A run that is still trained has no table yet.
        if not (self.path / TABLE).exists():
            return
        try:
            same = np.array_equal(WordTable.from_json(self._read(TABLE)).cells, cells)
        except ValueError as error:
            raise ValueError(f"{self.path / TABLE} is damaged: {error}") from error
        if not same:
            raise ValueError(f"{self.path / TABLE} is not the table of {WEIGHTS}.")

    def new_model(self, line_independent: bool = False) -> models.LanguageModel:
        """Return the built model as it was before training.

        Args:
            line_independent: As in `load_model`.

        Raises:
            ValueError: If the config is damaged or does not fit the vocabulary.
        """
        config = dict(self.config["model_config"])
        if line_independent:
            config["line_independent"] = True
        if config.get("vocabulary_size") != len(self.vocabulary):
            raise ValueError(
                f"{self.path}: the model is for {config.get('vocabulary_size')} words, "
                f"its vocabulary has {len(self.vocabulary)}."
            )
        try:
            model = models.MODELS[self.config["model"]].from_config(config)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self.path / CONFIG} is damaged: {error}") from error
        model.build()
        return model


def _fewest_bytes(config):
    """Return the fewest bytes that a file with the numbers of a model can have.

    Each number takes at least a byte. This is checked before the model is made, because
    that takes time for each recurrent layer and each cell of the table.
    """
    rows, columns, layers, units, embedding_dim = (
        config[name] if type(config.get(name)) is int else 0
        for name in ("rows", "columns", "layers", "units", "embedding_dim")
    )
    recurrent = layers * (units * units + _BYTES_OF_A_LAYER)
    return rows * columns + embedding_dim * units + recurrent
