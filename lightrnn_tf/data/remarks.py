"""Checks the words of a text before training, and makes remarks on them.

Words that are too long and, by default, words that occur once become `<unk>`. If these
are most of the words, there is nothing to learn: the text is probably of another kind
than the user thinks.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from lightrnn_tf.words.tokenizer import (
    EOS,
    MAX_WORD_LENGTH,
    UNK,
    is_markup,
    is_suggestable,
)
from lightrnn_tf.words.vocabulary import TOO_LONG, Vocabulary

# Most kinds of markup to name.
_NAMED = 5


class Reading:
    """Lines that count, while they are read, how often `<eos>` is written in them.

    Args:
        lines: Iterable of strings.

    Attributes:
        ends: How often the lines read so far contain `<eos>`.

    Example:

    >>> reading = Reading(["the cat <eos>", "the dog"])
    >>> len(list(reading)), reading.ends
    (2, 1)
    """

    def __init__(self, lines: Iterable[str]):
        self._lines = lines
        self.ends = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.ends += line.count(EOS)
            yield line


def check_words(counts: Mapping[str, int], min_count: int | None) -> None:
    """Refuse a text if most of its words would become `<unk>`.

    Args:
        counts: Mapping from words to counts, as from `count_words`.
        min_count: As for `Vocabulary.from_counts`. Words that occur once are counted
            against the text only if it is `None`.

    Raises:
        ValueError: If more than half of the words with letters are too long or, by
            default, occur once, or if no word would be left.
    """
    words = {w: n for w, n in counts.items() if w == TOO_LONG or is_suggestable(w)}
    total, too_long = sum(words.values()), words.pop(TOO_LONG, 0)
    by_default = min_count is None and UNK not in counts
    once = sum(n for n in words.values() if n == 1) if by_default else 0
    least = min_count or (2 if by_default else 1)
    if not total:
        return
    if 2 * (too_long + once) > total or max(words.values(), default=0) < least:
        raise ValueError(
            "The training text must have words that are separated by spaces and occur "
            f"again. Received: {total:,} words with letters, {too_long:,} of them with "
            f"more than {MAX_WORD_LENGTH} characters and {once:,} that occur once; "
            "these are read as <unk>. Separate the words by spaces first or, if the "
            "text is only short, pass --min-count 1."
        )


def remarks(counts: Mapping[str, int], ends: int = 0) -> list[str]:
    """Return remarks on the words of a text.

    Args:
        counts: Mapping from words to counts, as from `count_words`.
        ends: Integer. How often `<eos>` is written in the text. Defaults to 0.

    Returns:
        List of strings, one line for each remark.

    Example:

    >>> remarks({"": 2, "the": 5})
    ['2 words of more than 64 characters read as <unk>.']
    """
    said = []
    too_long = counts.get(TOO_LONG, 0)
    if too_long:
        said.append(
            f"{_times(too_long, 'word')} of more than {MAX_WORD_LENGTH} characters "
            "read as <unk>."
        )
    markup = {word: n for word, n in counts.items() if is_markup(word)}
    markup = {word: n for word, n in markup.items() if word not in (EOS, UNK)}
    if ends:
        markup[EOS] = ends
    if markup:
        order = sorted(markup, key=lambda word: (-markup[word], word))
        named = ", ".join(f"{w} {_times(markup[w], 'time')}" for w in order[:_NAMED])
        more = f" and {len(order) - _NAMED:,} more" if len(order) > _NAMED else ""
        said.append(
            f"Markup in the training text: {named}{more}. It is read as words and "
            "never suggested; each line ends in <eos> without it."
        )
    return said


def untrained_unknown(vocabulary: Vocabulary, ids: np.ndarray) -> str | None:
    """Return a remark on a text with `<unk>` for a model that never saw `<unk>`.

    Args:
        vocabulary: The `Vocabulary` of the model.
        ids: Integer array `(N,)`, the text.

    Returns:
        The remark, or `None` if `<unk>` occurs in the training text or not in this one.
    """
    if vocabulary.counts[vocabulary.unk_id] or not np.any(ids == vocabulary.unk_id):
        return None
    return (
        "Unknown words are scored as <unk>, which was never seen in training, so the "
        "perplexity is of use only without them. Train with a larger --min-count or a "
        "--vocab-size, so that it is."
    )


def _times(count, what):
    return f"{count:,} {what}{'' if count == 1 else 's'}"
