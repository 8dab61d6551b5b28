"""LightRNN language models for Keras: large vocabularies in a megabyte.

The parts are imported when they are first used, so that reading a `.tflite` does not
load Keras.
"""

import importlib
import sys

from lightrnn_tf._version import __version__

_MODULES = (
    "callbacks",
    "data",
    "decoding",
    "evaluation",
    "layers",
    "lexicon",
    "litert",
    "loss_tables",
    "matching",
    "metrics",
    "models",
    "predictor",
    "reallocation",
    "table",
    "tokenizer",
    "training",
    "vocabulary",
    "warm_start",
    "workers",
)
_NAMES = {"Tokenizer": "tokenizer", "Vocabulary": "vocabulary", "WordTable": "table"}

__all__ = ["__version__", *_MODULES, *_NAMES]


def __getattr__(name: str):
    if name in _MODULES:
        return importlib.import_module(f"lightrnn_tf.{name}")
    if name in _NAMES:
        module = importlib.import_module(f"lightrnn_tf.{_NAMES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module 'lightrnn_tf' has no attribute {name!r}")


# `keras.saving.load_model` finds the classes of a file only where they were imported.
if "keras" in sys.modules:
    importlib.import_module("lightrnn_tf.models")
