"""The exporter: writes a model and its vocabulary as one `.tflite` file."""

import dataclasses
import pathlib

import keras
import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import replacing
from lightrnn_tf.models import LanguageModel, TableRNN
from lightrnn_tf.predictors import container, exported
from lightrnn_tf.predictors.in_memory import KerasPredictor
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import EOS, UNK
from lightrnn_tf.words.vocabulary import Vocabulary
from lightrnn_tf.words.word_lists import WordLists

from . import cache_numbers, suggest_rows
from .bundle import bundle, with_entries
from .verify import ExportMismatchError, Report, verify

QUANTIZATIONS = ("none", "float16", "int8", "int4")

__all__ = ["ExportMismatchError", "ExportResult", "Report", "export", "pack"]


@dataclasses.dataclass(frozen=True)
class ExportResult:
    """What `export` has written.

    Attributes:
        path: The file.
        model_bytes: Bytes of the model in the file.
        total_bytes: Bytes of the whole file, vocabulary included.
        report: How far the file is from the Keras model.

    Example:

    >>> report = Report("given", 512, 50.0, 50.1, top3_overlap=0.99, top3_as_good=1.0)
    >>> result = ExportResult(pathlib.Path("a.tflite"), 9000, 10000, report)
    >>> result.total_bytes - result.model_bytes
    1000
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
    lists: WordLists | None = None,
) -> ExportResult:
    """Write a model and its vocabulary as one verified `.tflite` file.

    The file has the signatures `advance`, `suggest` and, for models with a table,
    `expand`; it needs only built-in ops. It is written whole or not at all, after a
    comparison with the Keras model on a text: its perplexity must be within 0.5 % of
    the model's, and 98 % of its three best words must be as good as the model's.

    Args:
        model: A built model of `lightrnn_tf.models`.
        vocabulary: Its `Vocabulary`.
        path: The file to write.
        quantize: `"none"`, `"float16"`, `"int8"`, with which weights of less than 1,024
            numbers stay float32, or `"int4"`, for models trained with `quantize_aware`.
            Defaults to `"int8"`.
        overwrite: Whether to replace a file. Defaults to `False`.
        text: Word ids `(N,)` of the text to compare on, for example validation text.
            It also says how many rows `suggest` looks at, and chooses the numbers of
            the cache. Defaults to a text drawn from the model, 8 rows, and no numbers.
        training: Dict, what the file says about the training. Defaults to nothing.
        lists: `WordLists`, which words may be suggested. Defaults to all with a letter.

    Returns:
        The `ExportResult`.

    Raises:
        FileExistsError: If there is such a file and `overwrite` is `False`.
        FileNotFoundError: If there is no such folder.
        OSError: If the file cannot be written.
        ExportMismatchError: If the converted model differs from the Keras model.
        ValueError: If an argument is none of these.
        RuntimeError: If Keras does not run on TensorFlow.
    """
    _check(model, vocabulary, quantize, training, lists)
    checks.path("path", path)
    checks.boolean("overwrite", overwrite)
    path = pathlib.Path(path)
    _check_text(text, len(vocabulary))
    _check_target(path, overwrite)
    reference = KerasPredictor(model, vocabulary)
    rows = suggest_rows.DEFAULT
    if text is not None and isinstance(model, TableRNN):
        rows = suggest_rows.chosen(reference, np.asarray(text))
    content, model_bytes = pack(model, vocabulary, quantize, training, rows, lists)
    # The file is verified under another name; `path` never holds one that fails.
    with replacing(path) as trial:
        trial.write_bytes(content)
        report = verify(exported.LiteRTPredictor(trial), reference, text)
        if text is not None:
            content = _with_cache(content, trial, model.table.cells[np.asarray(text)])
    return ExportResult(path, model_bytes, len(content), report)


def _with_cache(content, path, cells):
    """Add the numbers of the cache that suit a text to a file; return its content."""
    numbers = cache_numbers.chosen(exported.LiteRTPredictor(path), cells)
    content = with_entries(content, {"cache": numbers})
    # Not written over: the runtime may still read it.
    path.unlink()
    path.write_bytes(content)
    return content


def pack(
    model,
    vocabulary,
    quantize: str = "int8",
    training: dict | None = None,
    rows: int = suggest_rows.DEFAULT,
    lists: WordLists | None = None,
) -> tuple[bytes, int]:
    """Make the content of an exported file without comparing it with its model.

    `export` also compares and writes it. A model that is not trained would fail the
    comparison, because it gives about the same probability to many words.

    Args:
        model: As in `export`.
        vocabulary: As in `export`.
        quantize: As in `export`. Defaults to `"int8"`.
        training: As in `export`. Defaults to nothing.
        rows: Positive integer. How many rows `suggest` looks at, of a model that has as
            many. Defaults to 8.
        lists: As in `export`. Defaults to none.

    Returns:
        The bytes of the file, and how many of them are the model.

    Raises:
        ValueError: If an argument is none of these.
        RuntimeError: If Keras does not run on TensorFlow.
    """
    _check(model, vocabulary, quantize, training, lists)
    checks.positive_integer("rows", rows)
    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(
            "Exporting needs the TensorFlow backend. Received: KERAS_BACKEND="
            f"{keras.backend.backend()}. Export the same run with "
            "KERAS_BACKEND=tensorflow."
        )
    lexicon = _lexicon(model, vocabulary, lists)
    step, model_bytes = _converted(model, quantize, rows)
    manifest = {
        **_manifest(model, step, vocabulary, lexicon),
        "model_bytes": len(model_bytes),
        "quantization": quantize,
        "quantize_aware": model.quantize_aware,
        "training": training or {},
    }
    counts = np.zeros(lexicon.size, np.int64)
    counts[model.table.cells] = vocabulary.counts
    return bundle(model_bytes, manifest, lexicon, counts), len(model_bytes)


def _lexicon(model, vocabulary, lists):
    """Return the words of a model in their cells, with what lists say of them."""
    cells = model.table.cells
    words = np.full(model.table.rows * model.table.columns, "", object)
    words[cells] = vocabulary.words
    marks = np.zeros((2, len(words)), bool)
    said = lists or WordLists()
    marks[:, cells] = said.marks(vocabulary)
    if lists is not None and not marks[0].any():
        raise ValueError(
            "`lists` must leave a word of the model to suggest. Received: none is "
            "left. Look at --word-list and --least-count."
        )
    return Lexicon(words.tolist(), *marks, forms=said.forms(vocabulary))


def _converted(model, quantize, rows):
    """Return the step of a model, and the bytes of its LiteRT model."""
    from . import convert, flatbuffer, int4, steps

    if quantize != "int4":
        step = steps.step_of(model, suggest_rows=rows)
        return step, flatbuffer.write(flatbuffer.read(convert.convert(step, quantize)))
    weights = steps.FourBitWeights()
    step = steps.step_of(model, weights, rows)
    converted = flatbuffer.read(convert.convert(step, "none"))
    int4.pack(converted, weights.codes)
    return step, flatbuffer.write(converted)


def _check(model, vocabulary, quantize, training, lists):
    checks.instance("model", model, LanguageModel)
    if lists is not None:
        checks.instance("lists", lists, WordLists)
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
    """Return what a file says about its model."""
    table = isinstance(model, TableRNN)
    return {
        "format_version": container.FORMAT_VERSION,
        # A reader treats both models with a table alike.
        "model": "lightrnn" if table else model.kind,
        "rows": step.rows,
        "columns": step.columns,
        **({"suggest_rows": step.suggest_rows} if table else {}),
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
