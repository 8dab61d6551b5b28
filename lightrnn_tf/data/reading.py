"""The options for reading text, of the commands `prepare` and `train`."""

import argparse
import dataclasses

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.options import POSITIVE, Checked, Kind, option
from lightrnn_tf.data.text import ERRORS
from lightrnn_tf.words.tokenizer import TOKENIZERS


def _vocabulary_size(text: str) -> int:
    value = POSITIVE.parse(text)
    if value < 2:
        raise argparse.ArgumentTypeError(
            f"must be at least 2, for <eos> and <unk>, not {value}"
        )
    return value


def _check_vocabulary_size(name: str, value: object) -> None:
    checks.positive_integer(name, value)
    if value == 1:
        raise ValueError(
            f"`{name}` must be at least 2, for <eos> and <unk>. Received: 1."
        )


@dataclasses.dataclass
class ReadingOptions(Checked):
    """How to cut text into words.

    Args:
        tokenizer: `"words"` or `"whitespace"`, see `Tokenizer`. Defaults to `"words"`.
        lowercase: Boolean. Whether to lower-case the text. Defaults to `False`.
        vocab_size: Integer of at least 2, see `Vocabulary.from_lines`. Defaults to
            `None`, no limit.
        min_count: Positive integer, see `Vocabulary.from_lines`. Defaults to `None`.
        errors: `"strict"` or `"replace"`, see `Lines`. Defaults to `"strict"`.

    Raises:
        ValueError: If an option has another value.

    Example:

    >>> ReadingOptions(lowercase=True).tokenizer
    'words'
    """

    tokenizer: str = option(
        "words",
        "words for raw text (default), whitespace for pre-tokenised text",
        choices=tuple(TOKENIZERS),
    )
    lowercase: bool = option(False, "lower-case the text first")
    vocab_size: int | None = option(
        None,
        "most frequent words, <eos> and <unk> among them; default: all that "
        "--min-count leaves",
        kind=Kind(_vocabulary_size, _check_vocabulary_size),
        metavar="N",
    )
    min_count: int | None = option(
        None,
        "least occurrences of a word; default: 2, so that <unk> is learned from words "
        "seen once, or 1 for text that has <unk> in it",
        kind=POSITIVE,
        metavar="N",
    )
    errors: str = option(
        "strict",
        "what to do with bytes that are not UTF-8; default: strict, stop",
        choices=ERRORS,
    )
