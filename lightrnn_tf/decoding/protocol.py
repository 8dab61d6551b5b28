"""What decoding asks of a model, and how a model reads a text."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from lightrnn_tf.lexicon import Lexicon
from lightrnn_tf.vocabulary import UNK, Tokenizer

# Rows that are expanded in one batch; static in a `.tflite`.
ROWS_AT_ONCE = 8


@dataclasses.dataclass(frozen=True)
class State:
    """Where a text has come to.

    Attributes:
        states: The recurrent states, float32 arrays `(1, H)`.
        row_log_probs: `(R,)`, log P_r of the next word.
    """

    states: Sequence[np.ndarray]
    row_log_probs: np.ndarray


class Predictor(Protocol):
    """What decoding needs of a model.

    Attributes:
        lexicon: The words and their cells.
        rows: Number of rows, `R`; 1 for a dense model.
        columns: Number of columns, `C`.
        tokenizer: How the model's text was cut into words.
    """

    lexicon: Lexicon
    rows: int
    columns: int
    tokenizer: Tokenizer

    def start(self) -> State:
        """Return the state at the start of a text, `<eos>` having been read."""
        ...

    def advance(self, cell: int, state: State) -> State:
        """Return the state after the word in `cell`."""
        ...

    def expand(self, rows: np.ndarray, state: State) -> np.ndarray:
        """Return log P_c `(n, C)` in each of n ≤ 8 rows; only words' entries count."""
        ...


def read(predictor: Predictor, words: Iterable[str]) -> State:
    """Return the state after the words of a text; unknown ones are read as `<unk>`.

    Raises:
        ValueError: If a string is given: its characters are no words.
    """
    if isinstance(words, str):
        raise ValueError(
            "`words` must be a list of words, as predictor.tokenizer.words(text) "
            f"returns. Received: {words[:64]!r}."
        )
    state = predictor.start()
    for word in words:
        state = predictor.advance(cell_of(predictor, word), state)
    return state


def cell_of(predictor: Predictor, word: str) -> int:
    """Return the cell of `word`, that of `<unk>` for an unknown one.

    A model of lower-cased text knows the word in lower case.
    """
    cell = predictor.lexicon.get(cased(predictor, word))
    return predictor.lexicon[UNK] if cell is None else cell


def cased(predictor: Predictor, word: str) -> str:
    """Return a word as the model has it, in lower case for one of lower-cased text."""
    return word.lower() if predictor.tokenizer.lowercase else word
