"""Word vectors from the text files that word2vec, GloVe and fastText write."""

import collections
import itertools
import pathlib
import re

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.data.text import Lines
from lightrnn_tf.words.vocabulary import Vocabulary

# No other white space: U+0085 and U+00A0 are part of words.
_SPACES = re.compile(r"[ \t]+")
# Lines that say how many numbers there are, where the first one does not.
_FIRST_LINES = 100


def word_vectors(
    path: str | pathlib.Path, vocabulary: Vocabulary, errors: str = "strict"
) -> np.ndarray:
    """Return the vectors of a vocabulary's words, zeros where the file has none.

    Args:
        path: Text file, which may be compressed: on each line a word and its D numbers,
            separated by spaces or tabs. A first line with two integers is the number
            of words and D; without one, D is that of most of the first 100 lines.
            Lines with more than D numbers are words with a space in them, and skipped.
        vocabulary: The words wanted; others are passed over.
        errors: As in `Lines`. Defaults to `"strict"`.

    Returns:
        float32 array `(V, D)`.

    Raises:
        ValueError: If a line has fewer than D numbers, or something else than finite
            ones, or no word of the vocabulary is there.
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
    """Return how many numbers are at the end of most lines, the most of equally many.

    What stands before them may be a word with spaces.
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
    """Return values as numbers, `None` if they are not finite ones."""
    try:
        vector = np.array(values, np.float32)
    except ValueError:
        return None
    return vector if np.isfinite(vector).all() else None
