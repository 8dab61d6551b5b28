"""The options of each kind of model: the arguments of its class."""

import dataclasses
from typing import ClassVar

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.options import (
    NATURAL,
    POSITIVE,
    Checked,
    Kind,
    option,
    with_default,
)

_SHARE = Kind(float, checks.fraction)
# A quantize-aware model is trained for one more epoch after each so many, with its
# weights rounded. Rounded earlier, it ends farther from one that is not.
_EPOCHS_PER_ROUNDED = 5


def rounded_epochs(epochs: int) -> int:
    """Return how many epochs with rounded weights follow those without.

    Args:
        epochs: Positive integer, the epochs without.

    Example:

    >>> rounded_epochs(1), rounded_epochs(5), rounded_epochs(6)
    (1, 1, 2)
    """
    return -(-epochs // _EPOCHS_PER_ROUNDED)


@dataclasses.dataclass
class ModelOptions(Checked):
    """The arguments of `LanguageModel`, which every model takes.

    Example:

    >>> ModelOptions(units=64).layers
    1
    """

    kind: ClassVar[str]

    units: int = option(200, "size of the hidden states", POSITIVE, "H")
    embedding_dim: int | None = option(
        None,
        "length of the input vectors; default: --units",
        kind=POSITIVE,
        metavar="E",
    )
    layers: int = option(1, "recurrent layers", POSITIVE, "N")
    cell: str = option("lstm", "kind of the recurrent layers", choices=("lstm", "gru"))
    dropout: float = option(0.2, "share of the values that training drops", _SHARE, "P")
    line_independent: bool = option(False, "begin anew at every line")
    quantize_aware: bool = option(
        False,
        "then train for a fifth as many epochs more, at least one, with weights "
        "rounded to four bits, for a file of int4",
    )


@dataclasses.dataclass
class LightRNNOptions(ModelOptions):
    """The arguments of `LightRNN`.

    Example:

    >>> LightRNNOptions(word_dim=8).row_parts
    4
    """

    kind = "lightrnn"

    rows: int | None = option(
        None, "rows of the table; default: nearly square", kind=POSITIVE, metavar="R"
    )
    columns: int | None = option(
        None, "columns of it; default: nearly square", kind=POSITIVE, metavar="C"
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
    """The arguments of `PaperRNN`: those of `LightRNN` with other defaults.

    Example:

    >>> PaperRNNOptions().word_dim
    0
    """

    kind = "paper"

    word_dim: int = with_default(LightRNNOptions, "word_dim", 0)
    row_parts: int = with_default(LightRNNOptions, "row_parts", 1)
    word_bias: bool = with_default(LightRNNOptions, "word_bias", False)


@dataclasses.dataclass
class SlimRNNOptions(ModelOptions):
    """The arguments of `SlimRNN`.

    Raises:
        ValueError: If `parts` does not divide a size that it must divide.

    Example:

    >>> SlimRNNOptions(units=64, parts=4).side
    'both'
    """

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
    """The arguments of `DenseRNN`.

    Raises:
        ValueError: If a tied model has input vectors of another length than `units`.

    Example:

    >>> DenseRNNOptions(tied=True).units
    200
    """

    kind = "dense"

    tied: bool = option(False, "one table of vectors for both sides")

    def __post_init__(self):
        super().__post_init__()
        if self.tied and self.embedding_dim not in (None, self.units):
            raise ValueError(
                "`embedding_dim` must be left out, or equal `units`, for a tied model. "
                f"Received: embedding_dim={self.embedding_dim}, units={self.units}."
            )
