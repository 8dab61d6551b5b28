"""Training: from text files to a run, `fit` with its rounds, checkpoints, workers."""

from lightrnn_tf.training.allocator import keep_freed_memory
from lightrnn_tf.training.first_model import new_model
from lightrnn_tf.training.optimizer import CLIP_NORM, FallingRate, adam
from lightrnn_tf.training.options import Options
from lightrnn_tf.training.trainer import assist, is_finished, resume, train

__all__ = [
    "CLIP_NORM",
    "FallingRate",
    "Options",
    "adam",
    "assist",
    "is_finished",
    "keep_freed_memory",
    "new_model",
    "resume",
    "train",
]
