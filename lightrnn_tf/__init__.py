"""LightRNN language models for Keras: large vocabularies in a megabyte.

The parts are imported when they are first used, so that reading a `.tflite` does not
load Keras.
"""

import importlib
import sys

from lightrnn_tf._internal import lazy
from lightrnn_tf._version import __version__

_MODULES = {
    "callbacks": "callbacks",
    "data": "data",
    "decoding": "decoding",
    "evaluation": "scoring.evaluation",
    "layers": "layers",
    "lexicon": "words.lexicon",
    "litert": "predictors.exported",
    "loss_tables": "reallocation.losses",
    "matching": "tables.matching",
    "metrics": "metrics",
    "models": "models",
    "predictor": "predictors.in_memory",
    "reallocation": "reallocation",
    "table": "tables.word_table",
    "tokenizer": "words.tokenizer",
    "training": "training",
    "vocabulary": "words.vocabulary",
    "warm_start": "tables.warm_start",
    "workers": "training.workers",
}
_NAMES = {
    "Tokenizer": "words.tokenizer:Tokenizer",
    "Vocabulary": "words.vocabulary:Vocabulary",
    "WordTable": "tables.word_table:WordTable",
    "pretrained": "predictors.pretrained:pretrained",
}

__all__ = ["__version__", *_MODULES, *_NAMES]

__getattr__ = lazy.attributes(
    __name__,
    {name: f"{__name__}.{place}" for name, place in (_MODULES | _NAMES).items()},
)

# `keras.saving.load_model` finds the classes of a file only where they were imported.
if "keras" in sys.modules:
    importlib.import_module("lightrnn_tf.models")
