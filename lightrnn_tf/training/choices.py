"""Chooses how the model of a keyboard is trained, by how much text there is."""

import dataclasses
from typing import Any

from lightrnn_tf._internal import checks
from lightrnn_tf.training.model_options import rounded_epochs

# A file stays below 2 MB, whatever the language.
MOST_WORDS = 40_000
# From less text nothing is learned that a keyboard could use.
LEAST_TOKENS = 10_000
# Words of text that all epochs together read, and how many a core reads in a second:
# three quarters of an hour.
_BUDGET, _PER_SECOND = 50_000_000, 17_000
_MOST_EPOCHS = 15
# Without a word list a word may be suggested that was seen once in so many words, but
# so often at least. Misspellings of frequent words grow with the text.
_TOKENS_PER_USE, _LEAST_USES = 500_000, 3


@dataclasses.dataclass(frozen=True)
class Body:
    """A size of model, and the text from which on it is worth its time.

    Dropout is larger where fewer words of text come to each parameter: above 5 of them
    0.05, around a half 0.3. That of Czech novels, a million words, was tried:
    `results/README.md`.

    Attributes:
        least_tokens: Tokens of the text, from which on it is chosen.
        units, embedding_dim, word_dim, frequent_words, frequent_dim, dropout,
            batch_size: Options of the training.

    Example:

    >>> BODIES[0].units
    320
    """

    least_tokens: int
    units: int
    embedding_dim: int
    word_dim: int
    frequent_words: int
    frequent_dim: int
    dropout: float
    batch_size: int


# With 40,000 words and four bits a file of the first takes 1.4 MB.
BODIES = (
    Body(10_000_000, 320, 128, 12, 5000, 64, 0.05, 64),
    Body(3_000_000, 256, 128, 12, 4000, 48, 0.1, 32),
    Body(1_500_000, 200, 100, 16, 4000, 48, 0.2, 32),
    Body(300_000, 200, 100, 16, 4000, 48, 0.3, 32),
    Body(0, 128, 64, 12, 1000, 32, 0.3, 16),
)


def chosen(tokens: int, words: int) -> dict[str, Any]:
    """Return the options of a training that depend on the text, and those of keyboards.

    Args:
        tokens: Positive integer. How many words and signs the text has.
        words: Positive integer. How many of its words were seen twice or oftener.

    Returns:
        A dict of options by the names that `lightrnn train --help` shows.

    Raises:
        ValueError: If there is too little text.

    Example:

    >>> options = chosen(tokens=15_400_000, words=90_000)
    >>> options["units"], options["rounds"], options["vocab_size"]
    (320, (2,), 40000)
    """
    checks.positive_integer("tokens", tokens)
    checks.positive_integer("words", words)
    if tokens < LEAST_TOKENS:
        raise ValueError(
            f"The text must have at least {LEAST_TOKENS:,} words to learn from. "
            f"Received: {tokens:,}."
        )
    body = next(body for body in BODIES if tokens >= body.least_tokens)
    options = dataclasses.asdict(body)
    del options["least_tokens"]
    vocabulary = min(words, MOST_WORDS)
    return options | {
        "frequent_words": min(body.frequent_words, vocabulary // 4),
        "vocab_size": MOST_WORDS,
        "rounds": (_epochs(tokens),),
        "lowercase": True,
        "line_independent": True,
        "quantize_aware": True,
    }


def _epochs(tokens):
    """Return for how many epochs, besides those with rounded weights, there is time."""
    affordable = (
        epochs
        for epochs in range(_MOST_EPOCHS, 0, -1)
        if (epochs + rounded_epochs(epochs)) * tokens <= _BUDGET
    )
    return next(affordable, 1)


def least_count(tokens: int) -> int:
    """Return how often a word must be seen to be suggested, if there is no word list.

    Args:
        tokens: Positive integer. How many words and signs the text has.

    Example:

    >>> least_count(1_000_000), least_count(10_000_000)
    (3, 20)
    """
    checks.positive_integer("tokens", tokens)
    return max(_LEAST_USES, tokens // _TOKENS_PER_USE)


def reasons(options: dict[str, Any], tokens: int, words: int) -> list[str]:
    """Return what was chosen and why, a line each.

    Args:
        options: What `chosen` returned.
        tokens, words: As for `chosen`.
    """
    known = min(words, options["vocab_size"])
    (exact,) = options["rounds"]
    rounded = rounded_epochs(exact)
    minutes = (exact + rounded) * tokens / _PER_SECOND / 60
    return [
        f"Vocabulary: {known:,} words, the most frequent of {words:,} that {tokens:,} "
        "words of text have twice or oftener.",
        f"Model: {options['units']} units, {options['word_dim']} numbers for each word "
        f"and {options['frequent_dim']} more for the {options['frequent_words']:,} "
        f"most frequent, dropout {options['dropout']:g}, by the length of the text.",
        f"Training: {exact} epochs and {rounded} with weights rounded to four bits, "
        f"about {max(minutes, 1):,.0f} min of a core.",
    ]
