"""Text files to batches of word ids."""

from lightrnn_tf.data.text import Lines, encode, files, write_ids
from lightrnn_tf.data.windows import Windows as windows

__all__ = ["Lines", "encode", "files", "windows", "write_ids"]
