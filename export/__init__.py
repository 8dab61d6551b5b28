"""The exporter: a trained model and its vocabulary to one `.tflite` file."""

import dataclasses
import os
import pathlib

import keras

from lightrnn_tf import litert
from lightrnn_tf._files import write_atomic
from lightrnn_tf.predictor import KerasPredictor

from .bundle import bundle
from .verify import ExportMismatchError, Report, verify

__all__ = ["ExportMismatchError", "ExportResult", "Report", "export"]


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
    model, vocabulary, path, quantize: str = "int8", overwrite: bool = False
) -> ExportResult:
    """Write a model and its vocabulary as one verified `.tflite` file.

    The file has the signatures `advance`, `expand` and `suggest` (a dense model has no
    `expand`), built-in ops only. It is compared with the Keras model before it is
    written, and written in one piece or not at all.

    Args:
        model: A built `LightRNN` or `DenseRNN`.
        vocabulary: Its `Vocabulary`.
        path: The file to write.
        quantize: `"none"`, `"float16"` or `"int8"`. Defaults to `"int8"`; tables of
            less than 1,024 numbers stay float32 with it.
        overwrite: Whether to replace a file. Defaults to `False`.

    Raises:
        FileExistsError: If there is such a file and `overwrite` is `False`.
        FileNotFoundError: If there is no such folder.
        OSError: If the file cannot be written.
        ExportMismatchError: If the converted model differs from the Keras model.
        ValueError: If an argument is wrong.
        RuntimeError: If Keras does not run on TensorFlow.
    """
    path = pathlib.Path(path)
    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(
            "Exporting needs the TensorFlow backend. Received: KERAS_BACKEND="
            f"{keras.backend.backend()}. Export the same run with "
            "KERAS_BACKEND=tensorflow."
        )
    from . import convert, step

    if quantize not in convert.QUANTIZATIONS:
        raise ValueError(
            f"`quantize` must be one of {', '.join(convert.QUANTIZATIONS)}. "
            f"Received: {quantize!r}."
        )
    if len(vocabulary) != model.vocabulary_size:
        raise ValueError(
            f"`vocabulary` must have {model.vocabulary_size} words, as the model has. "
            f"Received: {len(vocabulary)}."
        )
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder. Name a file.")
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"{path.parent}: no such folder.")
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"{path} exists. Pass overwrite=True (or --overwrite) to replace it."
        )
    reference = KerasPredictor(model, vocabulary)
    module = step.module(model)
    model_bytes = convert.convert(module, quantize)
    manifest = {
        "format_version": litert.FORMAT_VERSION,
        "model_bytes": len(model_bytes),
        "model": "lightrnn" if hasattr(module, "expand") else "dense",
        "rows": module.rows,
        "columns": module.columns,
        "vocabulary_size": len(vocabulary),
        "signatures": sorted(module.signatures()),
        "tokenizer": vocabulary.tokenizer.name,
        "lowercase": vocabulary.tokenizer.lowercase,
        "line_independent": model.line_independent,
        "quantization": quantize,
        "counts": [
            vocabulary.counts[vocabulary.id(word)] if word else 0
            for word in reference.words
        ],
    }
    content = bundle(model_bytes, manifest, reference.words)
    # Verified under another name, so that a file that fails is never there.
    trial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write_atomic(trial, content)
        report = verify(litert.LiteRTPredictor(trial), reference, quantize)
        os.replace(trial, path)
    except OSError as error:
        # Name the file that was asked for, not the one it was tried under.
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        trial.unlink(missing_ok=True)
    return ExportResult(path, len(model_bytes), len(content), report)
