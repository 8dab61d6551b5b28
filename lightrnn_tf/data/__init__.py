"""Text files to batches of word ids."""

from lightrnn_tf._files import files
from lightrnn_tf.data.datasets import DatasetLines
from lightrnn_tf.data.held_out import HeldOut, hold_out
from lightrnn_tf.data.prepared import Prepared
from lightrnn_tf.data.remarks import Reading, check_words, remarks, untrained_unknown
from lightrnn_tf.data.text import Lines, encode, encode_lines, lines_of, write_ids
from lightrnn_tf.data.windows import Windows as windows
from lightrnn_tf.data.word_vectors import word_vectors

__all__ = [
    "DatasetLines",
    "HeldOut",
    "Lines",
    "Prepared",
    "Reading",
    "check_words",
    "encode",
    "encode_lines",
    "files",
    "hold_out",
    "lines_of",
    "remarks",
    "untrained_unknown",
    "windows",
    "word_vectors",
    "write_ids",
]
