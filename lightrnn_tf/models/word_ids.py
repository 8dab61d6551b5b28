"""Checks of word ids on the host, before a device reads them.

A device that looks up a word that does not exist returns the vector of another word, or
zeros, without an error.
"""

import contextlib
import re

import numpy as np
from keras import ops

from lightrnn_tf.data import streams
from lightrnn_tf.words.vocabulary import NO_WORD

# Finds the message and the value of an assertion in an error of TensorFlow.
_ASSERTED = re.compile(r"(`\w+` must be in \[-?\d+, \d+\)\. Received: )\] \[(\S+)\]")
_ADVICE = " Is the text of another vocabulary?"


def check(name, ids, vocabulary_size, least=NO_WORD):
    """Raise `ValueError` if ids are not of the vocabulary.

    Args:
        name: What the argument is called.
        ids: An array of any shape, or `data.windows(...)`. A tensor without values, as
            in a function that is traced, passes.
        vocabulary_size: Number of words, `V`.
        least: The least id that is allowed. Defaults to −1, no word.

    Raises:
        ValueError: If `ids` has other numbers or values.
    """
    if hasattr(ids, "extremes"):  # `data.windows`
        found = ids.extremes
    else:
        array = _on_host(ids)
        if array is None:
            return
        if array.dtype.kind not in "iuf":
            raise ValueError(
                f"`{name}` must be word ids, integers. Received: {array.dtype}."
            )
        if array.dtype.kind == "f" and (array % 1 > 0).any():
            first = array[array % 1 > 0][0]
            raise ValueError(f"`{name}` must be word ids, integers. Received: {first}.")
        found = streams.extremes(array)
    for id_ in found:
        if not least <= id_ < vocabulary_size:
            raise ValueError(_rule(name, vocabulary_size, least) + f"{id_}." + _ADVICE)


def _rule(name, vocabulary_size, least):
    return f"`{name}` must be in [{least}, {vocabulary_size}). Received: "


def _on_host(ids):
    """Return ids as a NumPy array; `None` if they have no values yet."""
    if isinstance(ids, list | tuple):
        return np.array(ids)
    try:
        return ops.convert_to_numpy(ids)
    except (NotImplementedError, TypeError, ValueError):
        return None


def checked(name, dataset, vocabulary_size):
    """Return a dataset that checks its ids batch by batch, while they are read.

    Args:
        name: What the argument is called.
        dataset: A `tf.data.Dataset` of ids `(B, T + 1)`, or of tuples that begin with
            ids.
        vocabulary_size: Number of words, `V`.

    Returns:
        A `tf.data.Dataset` with the same elements. Reading a batch with an id outside
        [−1, V) raises an error that `named` turns into a `ValueError`.
    """
    import tensorflow as tf  # Installed: it made the dataset.

    def check_batch(*parts):
        ids = tf.convert_to_tensor(parts[0])
        numbers = tf.cast(ids, "int64")
        outside = (numbers < NO_WORD) | (numbers >= vocabulary_size)
        found = tf.boolean_mask(ids, outside)[:1]
        rule = _rule(name, vocabulary_size, NO_WORD)
        none = tf.debugging.Assert(tf.equal(tf.size(found), 0), [rule, found])
        with tf.control_dependencies([none]):
            ids = tf.identity(ids)
        return (ids, *parts[1:]) if is_tuple else ids

    is_tuple = isinstance(dataset.element_spec, tuple)
    return dataset.map(check_batch)


@contextlib.contextmanager
def named():
    """Turn the error of a dataset of `checked` into the `ValueError` of `check`."""
    try:
        yield
    except Exception as error:
        found = _ASSERTED.search(str(error))
        if found is None:
            raise
        raise ValueError(f"{found[1]}{found[2]}.{_ADVICE}") from error
