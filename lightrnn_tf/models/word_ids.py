"""Word ids are checked on the host, before a device reads them.

A device that looks up a word which does not exist answers with that of another one, or
with zeros, and does not say so.
"""

import contextlib
import re

import numpy as np
from keras import ops

from lightrnn_tf.data import streams
from lightrnn_tf.words.vocabulary import NO_WORD

# How TensorFlow passes on what an assertion in a dataset says, and the value.
_ASSERTED = re.compile(r"(`\w+` must be in \[-?\d+, \d+\)\. Received: )\] \[(\S+)\]")
_ADVICE = " Is the text of another vocabulary?"


def check(name, ids, vocabulary_size, least=NO_WORD):
    """Raise `ValueError` if ids are not of the vocabulary.

    Args:
        name: What the argument is called.
        ids: An array, or `data.windows(...)`; what a compiled function is traced with
            has no values yet and passes.
        vocabulary_size: Number of words, `V`.
        least: The least id that is allowed. Defaults to −1, no word.
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
            raise ValueError(f"`{name}` must be word ids, integers. Received: others.")
        found = streams.extremes(array)
    for id_ in found:
        if not least <= id_ < vocabulary_size:
            raise ValueError(_rule(name, vocabulary_size, least) + f"{id_}." + _ADVICE)


def _rule(name, vocabulary_size, least):
    return f"`{name}` must be in [{least}, {vocabulary_size}). Received: "


def _on_host(ids):
    """Return ids as a NumPy array, `None` if they have no values yet."""
    if isinstance(ids, list | tuple):
        return np.array(ids)
    try:
        return ops.convert_to_numpy(ids)
    except (NotImplementedError, TypeError, ValueError):
        return None


def checked(name, dataset, vocabulary_size):
    """Return a `tf.data.Dataset` of ids that checks each batch as it is read."""
    import tensorflow as tf  # Where there is a dataset, it is there.

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
    """Raise what a dataset of `checked` found as the `ValueError` of `check`."""
    try:
        yield
    except Exception as error:
        found = _ASSERTED.search(str(error))
        if found is None:
            raise
        raise ValueError(f"{found[1]}{found[2]}.{_ADVICE}") from error
