"""Keras models: LightRNN, and the dense model it is measured against."""

from lightrnn_tf.models.dense_rnn import DenseRNN
from lightrnn_tf.models.language_model import NO_WORD, LanguageModel, StreamPass
from lightrnn_tf.models.light_rnn import LightRNN

__all__ = ["NO_WORD", "DenseRNN", "LanguageModel", "LightRNN", "StreamPass"]
