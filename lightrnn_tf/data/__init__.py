"""Text files to batches of word ids.

`windows` alone needs Keras, which is loaded when it is first asked for.
"""

from lightrnn_tf._files import files
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


def __getattr__(name: str):
    if name == "windows":
        from lightrnn_tf.data.streams import Windows

        return Windows
    raise AttributeError(f"module 'lightrnn_tf.data' has no attribute {name!r}")
