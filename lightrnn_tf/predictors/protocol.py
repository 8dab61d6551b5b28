"""What decoding asks of a model, and how a model reads a text."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import EOS, UNK, Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

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
        line_independent: Whether each line begins anew.
    """

    lexicon: Lexicon
    rows: int
    columns: int
    tokenizer: Tokenizer
    line_independent: bool

    def start(self) -> State:
        """Return the state at the start of a text, `<eos>` having been read."""
        ...

    def advance(self, cell: int, state: State) -> State:
        """Return the state after the word in `cell`."""
        ...

    def expand(self, rows: np.ndarray, state: State) -> np.ndarray:
        """Return log P_c `(n, C)` in each of n ≤ 8 rows; only words' entries count."""
        ...


def check_predictor(predictor: object) -> None:
    """Raise `ValueError` unless something answers as a predictor does.

    Anything that does is one, so its class says nothing.
    """
    wanted = ("lexicon", "rows", "columns", "tokenizer", "start", "advance", "expand")
    missing = [name for name in wanted if not hasattr(predictor, name)]
    if missing:
        raise ValueError(
            "`predictor` must be a LiteRTPredictor, a KerasPredictor or another "
            f"`decoding.Predictor`. Received: a {type(predictor).__name__} without "
            f"`{missing[0]}`."
        )


@dataclasses.dataclass(frozen=True)
class Contexts:
    """Some places of a text, before their words are known.

    Attributes:
        targets: `(N,)`, the cells of the true words.
        row_log_probs: `(N, R)`, log P_r.
        expand: Maps places `(n,)` and rows `(n, m)` with m ≤ 8 to log P_c `(n, m, C)`.
    """

    targets: np.ndarray
    row_log_probs: np.ndarray
    expand: Callable[[np.ndarray, np.ndarray], np.ndarray]


class Readable(Protocol):
    """A predictor that can go over a text."""

    lexicon: Lexicon
    tokenizer: Tokenizer
    rows: int
    columns: int

    @property
    def vocabulary(self) -> Vocabulary:
        """The words in the order of their ids."""
        ...

    def contexts(self, ids: np.ndarray) -> Iterator[Contexts]:
        """Yield the places of a text of word ids, as one stream."""
        ...


def check_readable(predictor: object) -> None:
    """Raise `ValueError` unless something can go over a text, as `Readable` says."""
    wanted = ("lexicon", "tokenizer", "rows", "columns", "vocabulary", "contexts")
    missing = [name for name in wanted if not hasattr(predictor, name)]
    if missing:
        raise ValueError(
            "`predictor` must be a LiteRTPredictor or a KerasPredictor. "
            f"Received: a {type(predictor).__name__} without `{missing[0]}`."
        )


def read(predictor: Predictor, words: Iterable[str]) -> State:
    """Return the state after the words of a text; unknown ones are read as `<unk>`.

    Args:
        predictor: The model.
        words: The words, with `<eos>` where a line ends, as predictor.tokenizer.text
            returns them.

    Raises:
        ValueError: If a string is given: its characters are no words.
    """
    check_predictor(predictor)
    if not isinstance(words, Iterable) or isinstance(words, str | bytes):
        raise ValueError(
            "`words` must be a list of words, as predictor.tokenizer.text(text) "
            f"returns. Received: {str(words)[:64]!r}."
        )
    words = list(words)
    checks.strings("words", words)
    state = predictor.start()
    for word in words:
        state = after(predictor, cell_of(predictor, word), state)
    return state


def after(predictor: Predictor, cell: int, state: State) -> State:
    """Return the state after a word, that of a start where a line begins anew."""
    if cell == predictor.lexicon[EOS] and predictor.line_independent:
        return predictor.start()
    return predictor.advance(cell, state)


def cell_of(predictor: Predictor, word: str) -> int:
    """Return the cell of `word`, that of `<unk>` for an unknown one.

    It is looked up in the spelling of the model's words.
    """
    check_predictor(predictor)
    checks.string("word", word)
    cell = predictor.lexicon.get(predictor.tokenizer.normalise(word))
    return predictor.lexicon[UNK] if cell is None else cell
