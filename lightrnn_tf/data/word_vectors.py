"""Reads word vectors from text files of word2vec, GloVe or fastText."""

import collections
import itertools
import pathlib
import re

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.data.text import Lines
from lightrnn_tf.words.vocabulary import Vocabulary

# Not all white space: U+0085 and U+00A0 are part of words.
_SPACES = re.compile(r"[ \t]+")
# Lines that tell how many numbers there are, if there is no header.
_FIRST_LINES = 100


def word_vectors(
    path: str | pathlib.Path, vocabulary: Vocabulary, errors: str = "strict"
) -> np.ndarray:
    """Return the vectors of the words of a vocabulary, read from a file.

    Args:
        path: Path of a text file, which may be compressed. Each line is a word and its
            D numbers, separated by spaces or tabs. A first line of two integers is the
            number of words and D; without it, D is the number that most of the first
            100 lines have. Lines with more than D numbers, for words with a space, are
            skipped.
        vocabulary: The `Vocabulary`. Lines of other words are skipped.
        errors: As for `Lines`. Defaults to `"strict"`.

    Returns:
        float32 array `(V, D)`, zeros for words that the file does not have.

    Raises:
        ValueError: If the line of a word has fewer than D numbers or one that is not
            finite, or the file has no word of the vocabulary.

    Example:

    >>> import tempfile
    >>> tokenizer = lightrnn_tf.Tokenizer("words")
    >>> vocabulary = Vocabulary(["cat", "<eos>", "<unk>"], [3, 2, 0], tokenizer)
    >>> with tempfile.NamedTemporaryFile(suffix=".txt") as file:
    ...     _ = file.write(b"dog 3 4\\ncat 0.5 1\\n")
    ...     file.flush()
    ...     word_vectors(file.name, vocabulary).tolist()
    [[0.5, 1.0], [0.0, 0.0], [0.0, 0.0]]
    """
    checks.path("path", path)
    checks.instance("vocabulary", vocabulary, Vocabulary)
    lines = map(_split, Lines([pathlib.Path(path)], errors))
    first = list(itertools.islice(lines, _FIRST_LINES))
    header = bool(first) and len(first[0]) == 2 and all(map(str.isdecimal, first[0]))
    dimensions = int(first[0][1]) if header else _dimensions(first)
    vectors = None
    for number, (word, *values) in enumerate(itertools.chain(first, lines), start=1):
        if header and number == 1:
            continue
        if word not in vocabulary or len(values) > dimensions:
            continue
        vector = _numbers(values)
        if vector is None or len(vector) != dimensions:
            shown = " ".join([word, *values])[:60]
            raise ValueError(
                f"{path}, line {number}: must be a word and {dimensions} finite "
                f"numbers. Received: {len(values)} values, {shown!r}."
            )
        if vectors is None:
            vectors = np.zeros((len(vocabulary), dimensions), np.float32)
        vectors[vocabulary.id(word)] = vector
    if vectors is None or not dimensions:
        raise ValueError(
            f"{path} must have vectors for words of the vocabulary. Received: none."
        )
    return vectors


def _split(line):
    return _SPACES.split(line.strip(" \t\r"))


def _dimensions(lines):
    """Return how many numbers most lines end with; of ties, the largest number.

    The word before the numbers may contain spaces.
    """
    lengths = collections.Counter()
    for _, *values in lines:
        numbers = itertools.takewhile(_is_number, reversed(values))
        lengths[sum(1 for _ in numbers) or len(values)] += 1
    return max(lengths, key=lambda length: (lengths[length], length), default=0)


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(values):
    """Return strings as a float32 array, or `None` if they are not finite numbers."""
    try:
        vector = np.array(values, np.float32)
    except ValueError:
        return None
    return vector if np.isfinite(vector).all() else None
