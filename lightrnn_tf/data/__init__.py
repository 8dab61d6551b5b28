"""Text files to batches of word ids.

Only `windows` needs Keras, which is loaded when `windows` is first used.
"""

from lightrnn_tf._internal import lazy
from lightrnn_tf._internal.files import files
from lightrnn_tf.data.datasets import DatasetLines
from lightrnn_tf.data.prepared import Prepared
from lightrnn_tf.data.text import Lines, encode, lines_of, write_ids
from lightrnn_tf.data.word_vectors import word_vectors

__all__ = [
    "DatasetLines",
    "Lines",
    "Prepared",
    "encode",
    "files",
    "lines_of",
    "windows",
    "word_vectors",
    "write_ids",
]


__getattr__ = lazy.attributes(__name__, {"windows": "lightrnn_tf.data.streams:Windows"})
