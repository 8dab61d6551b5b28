"""Text files to batches of word ids."""

from lightrnn_tf.data.text import Lines, files, write_ids
from lightrnn_tf.data.windows import Windows as windows

__all__ = ["Lines", "files", "windows", "write_ids"]
