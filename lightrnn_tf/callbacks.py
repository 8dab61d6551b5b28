"""Keras callbacks: a round of reallocation, and the speed of training."""

from lightrnn_tf.reallocation.callback import Reallocate
from lightrnn_tf.training.records import WordsPerSecond

__all__ = ["Reallocate", "WordsPerSecond"]
