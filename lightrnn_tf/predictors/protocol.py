"""What decoding and scoring ask of a predictor, and how a predictor reads a text."""

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import EOS, UNK, Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

# How many rows are expanded at once; fixed in a `.tflite`.
ROWS_AT_ONCE = 8


@dataclasses.dataclass(frozen=True)
class State:
    """What a predictor knows of the text that it has read.

    Attributes:
        states: The states of the recurrent layers, float32 arrays `(1, H)`.
        row_log_probs: `(R,)`, log P_r of the next word.

    Example:

    >>> state = State([np.zeros((1, 8))], row_log_probs=np.log([0.75, 0.25]))
    >>> int(state.row_log_probs.argmax())
    0
    """

    states: Sequence[np.ndarray]
    row_log_probs: np.ndarray


@dataclasses.dataclass(frozen=True)
class FirstWords:
    """The best words of the best rows, which a model gives in one call.

    Attributes:
        cells: The cells of the words, `(n,)`, best first.
        log_probs: log P of each, `(n,)`.
        bound: log P of the best row that is left, −10⁹ if none is.
        unlisted: Upper bound of log P of the other words of these rows.
        changed: Rows of which the words may have another log P, `(m,)`, as those with
            words of a user. Defaults to none.

    Example:

    >>> first = FirstWords(np.array([3]), np.array([-0.5]), -2.0, -1.5)
    >>> bool(first.log_probs[0] >= max(first.bound, first.unlisted))  # It is the best.
    True
    """

    cells: np.ndarray
    log_probs: np.ndarray
    bound: float
    unlisted: float
    changed: np.ndarray = dataclasses.field(
        default_factory=functools.partial(np.empty, 0, np.int64)
    )


class Predictor(Protocol):
    """What decoding asks of a model.

    It may have a method `first_words(state)`, which returns `FirstWords`, or `None`
    where it has none; then decoding begins with these.

    Attributes:
        lexicon: The words and their cells.
        rows: Number of rows, `R`; 1 for a model without a table.
        columns: Number of columns, `C`.
        tokenizer: The `Tokenizer` that cut the model's text into words.
        line_independent: Whether each line begins anew.
    """

    lexicon: Lexicon
    rows: int
    columns: int
    tokenizer: Tokenizer
    line_independent: bool

    def start(self) -> State:
        """Return the state at the start of a text, after `<eos>`."""
        ...

    def advance(self, cell: int, state: State) -> State:
        """Return the state after the word in `cell`."""
        ...

    def expand(self, rows: np.ndarray, state: State) -> np.ndarray:
        """Return log P_c `(n, C)` of n ≤ 8 rows; only the entries of words count."""
        ...


def check_predictor(predictor: object) -> None:
    """Check that an object has what a `Predictor` must have, whatever its class.

    Args:
        predictor: Any object.

    Raises:
        ValueError: If an attribute or method is missing.
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
    """What a predictor knows at some places of a text, before it reads their words.

    Attributes:
        targets: `(N,)`, the cells of the true words.
        row_log_probs: `(N, R)`, log P_r.
        expand: Function from places `(n,)` and rows `(n, m)`, m ≤ 8, to log P_c
            `(n, m, C)`.

    Example:

    >>> def expand(places, rows):
    ...     return np.full((*rows.shape, 2), np.log(0.5))
    >>> contexts = Contexts(np.array([3]), np.log([[0.25, 0.75]]), expand)
    >>> contexts.expand(np.array([0]), np.array([[0, 1]])).shape
    (1, 2, 2)
    """

    targets: np.ndarray
    row_log_probs: np.ndarray
    expand: Callable[[np.ndarray, np.ndarray], np.ndarray]


class Readable(Protocol):
    """What scoring asks of a predictor: that it can go over a text.

    Attributes:
        lexicon: The words and their cells.
        tokenizer: The `Tokenizer` that cut the model's text into words.
        rows: Number of rows, `R`; 1 for a model without a table.
        columns: Number of columns, `C`.
    """

    lexicon: Lexicon
    tokenizer: Tokenizer
    rows: int
    columns: int

    @property
    def vocabulary(self) -> Vocabulary:
        """The words in the order of their ids."""
        ...

    def contexts(self, ids: np.ndarray) -> Iterator[Contexts]:
        """Read word ids `(N,)` as one stream; yield what is known at each place."""
        ...


def check_readable(predictor: object) -> None:
    """Check that an object has what a `Readable` must have, whatever its class.

    Args:
        predictor: Any object.

    Raises:
        ValueError: If an attribute or method is missing.
    """
    wanted = ("lexicon", "tokenizer", "rows", "columns", "vocabulary", "contexts")
    missing = [name for name in wanted if not hasattr(predictor, name)]
    if missing:
        raise ValueError(
            "`predictor` must be a LiteRTPredictor or a KerasPredictor. "
            f"Received: a {type(predictor).__name__} without `{missing[0]}`."
        )


def read(
    predictor: Predictor, words: Iterable[str], state: State | None = None
) -> State:
    """Read the words of a text, unknown words as `<unk>`.

    Args:
        predictor: The predictor.
        words: The words, with `<eos>` at the end of each line, as
            `predictor.tokenizer.text(text)` returns them.
        state: The `State` to go on from. Defaults to the start of a text.

    Returns:
        The `State` after the last word.

    Raises:
        ValueError: If `words` is one string, or no list of strings.
    """
    check_predictor(predictor)
    if not isinstance(words, Iterable) or isinstance(words, str | bytes):
        raise ValueError(
            "`words` must be a list of words, as predictor.tokenizer.text(text) "
            f"returns. Received: {str(words)[:64]!r}."
        )
    words = list(words)
    checks.strings("words", words)
    if state is None:
        state = predictor.start()
    checks.instance("state", state, State)
    for word in words:
        state = after(predictor, cell_of(predictor, word), state)
    return state


def after(predictor: Predictor, cell: int, state: State) -> State:
    """Read one more word; a predictor with `line_independent` starts after `<eos>`.

    Args:
        predictor: The predictor.
        cell: The cell of the word.
        state: The `State` before the word.

    Returns:
        The `State` after the word.
    """
    if cell == predictor.lexicon[EOS] and predictor.line_independent:
        return predictor.start()
    return predictor.advance(cell, state)


def cell_of(predictor: Predictor, word: str) -> int:
    """Return the cell of a word, or the cell of `<unk>` for an unknown word.

    Args:
        predictor: The predictor.
        word: The word; it is looked up in the spelling of the model's words.

    Returns:
        The cell, row · C + column.

    Raises:
        ValueError: If `word` is not a string.
    """
    check_predictor(predictor)
    checks.string("word", word)
    cell = predictor.lexicon.get(predictor.tokenizer.normalise(word))
    return predictor.lexicon[UNK] if cell is None else cell
