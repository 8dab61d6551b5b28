"""LightRNN language models for Keras: large vocabularies in a megabyte."""

from lightrnn_tf import data, layers, models
from lightrnn_tf._version import __version__
from lightrnn_tf.table import WordTable
from lightrnn_tf.vocabulary import Tokenizer, Vocabulary

__all__ = [
    "Tokenizer",
    "Vocabulary",
    "WordTable",
    "__version__",
    "data",
    "layers",
    "models",
]
