"""What a training is asked for."""

import dataclasses
import importlib.util
import pathlib

from lightrnn_tf import reallocation
from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import refuse_streams

# Where a first table comes from, if not from a file.
WARM_START, RANDOM = "warm-start", "random"
# Options that only one kind of model has.
OF_A_KIND = {
    "lightrnn": (
        *("word_dim", "frequent_words", "frequent_dim", "word_bias"),
        *("row_parts", "within_word", "rows", "columns", "user_cells"),
        *("table", "moving_cost"),
    ),
    "dense": ("tied",),
    "slim": ("slim_parts", "slim_vectors", "slim_side"),
}


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
    min_count: int | None = None
    units: int = 200
    layers: int = 1
    cell: str = "lstm"
    embedding_dim: int | None = None
    word_dim: int = 16
    row_parts: int = 4
    frequent_words: int = 0
    frequent_dim: int = 0
    word_bias: bool = True
    within_word: str = "transition"
    rows: int | None = None
    columns: int | None = None
    user_cells: int | None = None
    tied: bool = False
    slim_parts: int = 10
    slim_vectors: int | None = None
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
        self._check_kind()
        self._check_sizes()
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
        self._check_tensorboard()
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

    def _check_kind(self):
        """Refuse what another kind of model was asked for."""
        for kind, names in OF_A_KIND.items():
            for name in names:
                value = getattr(self, name)
                if kind != self.model and value != getattr(type(self), name):
                    raise ValueError(
                        f"`{name}` must be left out for a {self.model} model. "
                        f"Received: {value!r}. Only {kind} models have it."
                    )

    def _check_sizes(self):
        """Refuse what the model would, before the text is read."""
        checks.fraction("dropout", self.dropout)
        checks.seed("seed", self.seed)
        if self.tied and self.embedding_dim not in (None, self.units):
            raise ValueError(
                "`embedding_dim` must be left out, or equal `units`, for a tied model. "
                f"Received: embedding_dim={self.embedding_dim}, units={self.units}."
            )
        if self.model == "slim":
            of_input, of_output = ("embedding_dim",), ("units", "slim_vectors")
            if self.embedding_dim is None:
                of_input = ("units",)
            sides = {"input": of_input, "output": of_output}
            for name in sides.get(self.slim_side, (*of_input, *of_output)):
                size = getattr(self, name)
                if size is not None:
                    checks.divides("slim_parts", self.slim_parts, name, size)

    def _check_tensorboard(self):
        if self.tensorboard is None:
            return
        if importlib.util.find_spec("tensorboard") is None:
            raise ValueError(
                "`tensorboard` needs the package of that name. Run pip install "
                "'lightrnn-tf[tensorboard]'."
            )
        folder = pathlib.Path(self.tensorboard)
        if not self.tensorboard or folder.exists() and not folder.is_dir():
            raise ValueError(
                "`tensorboard` must be a folder, which need not exist yet. "
                f"Received: {self.tensorboard!r}."
            )

    def _check_table(self):
        if self.table in (WARM_START, RANDOM):
            return
        refuse_streams(self.table)
        if not pathlib.Path(self.table).is_file():
            raise ValueError(
                f"`table` must be {WARM_START}, {RANDOM}, a JSON file of a table or a "
                f"text file of word vectors. Received: {self.table!r}, no such file."
            )
