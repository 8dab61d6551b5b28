"""The exporter: a trained model and its vocabulary to one `.tflite` file."""

import dataclasses
import pathlib

import keras
import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import replacing
from lightrnn_tf.models import LanguageModel, TableRNN
from lightrnn_tf.predictors import container, exported
from lightrnn_tf.predictors.in_memory import KerasPredictor
from lightrnn_tf.words.tokenizer import EOS, UNK
from lightrnn_tf.words.vocabulary import Vocabulary

from .bundle import bundle
from .verify import ExportMismatchError, Report, verify

QUANTIZATIONS = ("none", "float16", "int8")

__all__ = ["ExportMismatchError", "ExportResult", "Report", "export", "pack"]


@dataclasses.dataclass(frozen=True)
class ExportResult:
    """What was written.

    Attributes:
        path: The file.
        model_bytes: Bytes of the model in it.
        total_bytes: Bytes of the whole file, vocabulary included.
        report: How far it is from the Keras model.
    """

    path: pathlib.Path
    model_bytes: int
    total_bytes: int
    report: Report


def export(
    model,
    vocabulary,
    path,
    quantize: str = "int8",
    overwrite: bool = False,
    text: np.ndarray | None = None,
    training: dict | None = None,
) -> ExportResult:
    """Write a model and its vocabulary as one verified `.tflite` file.

    The file has the signatures `advance`, `expand` (of models with a table) and
    `suggest`, built-in ops only. It is compared with the Keras model on a text before
    it is written, and written in one piece or not at all: its perplexity must be within
    0.5 % of the model's, and 98 % of the three best words the model's, or nearly.

    Args:
        model: A built model of `lightrnn_tf.models`.
        vocabulary: Its `Vocabulary`.
        path: The file to write.
        quantize: `"none"`, `"float16"` or `"int8"`. Defaults to `"int8"`; tables of
            less than 1,024 numbers stay float32 with it.
        overwrite: Whether to replace a file. Defaults to `False`.
        text: The text to compare on, in word ids, validation text say. Defaults to
            one that is drawn from the model.
        training: What the file shall say of how the model was trained, for JSON.
            Defaults to nothing.

    Raises:
        FileExistsError: If there is such a file and `overwrite` is `False`.
        FileNotFoundError: If there is no such folder.
        OSError: If the file cannot be written.
        ExportMismatchError: If the converted model differs from the Keras model.
        ValueError: If an argument is wrong.
        RuntimeError: If Keras does not run on TensorFlow.
    """
    _check(model, vocabulary, quantize, training)
    checks.path("path", path)
    checks.boolean("overwrite", overwrite)
    path = pathlib.Path(path)
    _check_text(text, len(vocabulary))
    _check_target(path, overwrite)
    content, model_bytes = pack(model, vocabulary, quantize, training)
    # Verified under another name, so that a file that fails is never there.
    with replacing(path) as trial:
        trial.write_bytes(content)
        reference = KerasPredictor(model, vocabulary)
        report = verify(exported.LiteRTPredictor(trial), reference, text)
    return ExportResult(path, model_bytes, len(content), report)


def pack(
    model, vocabulary, quantize: str = "int8", training: dict | None = None
) -> tuple[bytes, int]:
    """Return the content of an exported file, not compared with its model.

    `export` compares and writes it; see there for the arguments and errors. A model
    that is not trained gives about the same probability to many words, so it would
    fail the comparison.

    Returns:
        The bytes of the file, and how many of them are the model.
    """
    _check(model, vocabulary, quantize, training)
    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(
            "Exporting needs the TensorFlow backend. Received: KERAS_BACKEND="
            f"{keras.backend.backend()}. Export the same run with "
            "KERAS_BACKEND=tensorflow."
        )
    from . import convert, steps

    lexicon = KerasPredictor(model, vocabulary).lexicon
    step = steps.step_of(model)
    model_bytes = convert.convert(step, quantize)
    manifest = {
        **_manifest(model, step, vocabulary, lexicon),
        "model_bytes": len(model_bytes),
        "quantization": quantize,
        "training": training or {},
    }
    counts = np.zeros(lexicon.size, np.int64)
    counts[model.table.cells] = vocabulary.counts
    return bundle(model_bytes, manifest, lexicon, counts), len(model_bytes)


def _check(model, vocabulary, quantize, training):
    checks.instance("model", model, LanguageModel)
    checks.instance("vocabulary", vocabulary, Vocabulary)
    checks.one_of("quantize", quantize, QUANTIZATIONS)
    if training is not None:
        checks.instance("training", training, dict)
    if len(vocabulary) != model.vocabulary_size:
        raise ValueError(
            f"`vocabulary` must have {model.vocabulary_size} words, as the model has. "
            f"Received: {len(vocabulary)}."
        )


def _check_text(text, words):
    if text is None:
        return
    text = np.asarray(text)
    if (
        text.ndim != 1
        or not len(text)
        or not np.issubdtype(text.dtype, np.integer)
        or not (text.min() >= 0 and text.max() < words)
    ):
        raise ValueError(
            f"`text` must be a one-dimensional array of word ids in [0, {words}). "
            f"Received: {text.dtype} of shape {text.shape}."
        )


def _check_target(path, overwrite):
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder. Name a file.")
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"{path.parent}: no such folder.")
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"{path} exists. Pass overwrite=True (or --overwrite) to replace it."
        )


def _manifest(model, step, vocabulary, lexicon):
    """Return what a file says of its model."""
    return {
        "format_version": container.FORMAT_VERSION,
        # Both models with a table are read alike.
        "model": "lightrnn" if isinstance(model, TableRNN) else model.kind,
        "rows": step.rows,
        "columns": step.columns,
        "vocabulary_size": len(vocabulary),
        "signatures": sorted(step.signatures()),
        "states": [[1, step.units]] * step.num_states,
        "initial_state": "zeros",
        "start_cell": lexicon[EOS],
        "unknown_cell": lexicon[UNK],
        "tokenizer": vocabulary.tokenizer.name,
        "lowercase": vocabulary.tokenizer.lowercase,
        "line_independent": model.line_independent,
    }
