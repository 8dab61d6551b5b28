"""Word vectors from the text files that word2vec, GloVe and fastText write."""

import pathlib

import numpy as np

from lightrnn_tf.data.text import Lines
from lightrnn_tf.vocabulary import Vocabulary


def word_vectors(
    path: str | pathlib.Path, vocabulary: Vocabulary, errors: str = "strict"
) -> np.ndarray:
    """Return the vectors of a vocabulary's words, zeros where the file has none.

    Args:
        path: Text file, which may be compressed: on each line a word and its numbers,
            separated by white space; a first line with two integers is skipped, and so
            are words with a space in them.
        vocabulary: The words wanted; others are passed over.
        errors: As in `Lines`. Defaults to `"strict"`.

    Returns:
        float32 array `(V, D)`.

    Raises:
        ValueError: If a line has not as many numbers as the first, or something else
            than numbers, or no word of the vocabulary is there.
    """
    vectors = None
    for number, line in enumerate(Lines([pathlib.Path(path)], errors), start=1):
        word, *values = line.split() or [""]
        if number == 1 and len(values) == 1:
            continue
        if word not in vocabulary:
            continue
        if vectors is not None and len(values) > vectors.shape[1]:
            continue
        try:
            vector = np.array(values, np.float32)
        except ValueError as error:
            raise ValueError(
                f"{path}, line {number}: must be a word and numbers. Received: "
                f"{line[:60]!r}."
            ) from error
        if vectors is None:
            vectors = np.zeros((len(vocabulary), len(vector)), np.float32)
        if len(vector) != vectors.shape[1] or not np.isfinite(vector).all():
            raise ValueError(
                f"{path}, line {number}: must have {vectors.shape[1]} finite numbers. "
                f"Received: {len(vector)} values."
            )
        vectors[vocabulary.id(word)] = vector
    if vectors is None or not vectors.shape[1]:
        raise ValueError(
            f"{path} must have vectors for words of the vocabulary. Received: none."
        )
    return vectors
