"""What an exported file holds behind its model: a zip of manifest, words and counts.

`export/FORMAT.md` specifies it. Files may come from anywhere, so nothing in them is
trusted: sizes are checked before anything is read into memory.
"""

import hashlib
import json
import pathlib
import zipfile

import numpy as np

from lightrnn_tf._internal.files import DAMAGED_ARCHIVE
from lightrnn_tf.predictors.cached import check_numbers
from lightrnn_tf.predictors.card import check_card
from lightrnn_tf.tables.word_table import MAX_CELLS
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import EOS, MAX_WORD_LENGTH, TOKENIZERS, UNK
from lightrnn_tf.words.vocabulary import SPECIAL_WORDS

FORMAT_VERSION = 4
MANIFEST = "manifest.json"
WORDS = "vocab.bin"
COUNTS = "counts.bin"

# Most bytes that are read of a manifest, and of each word: its characters and those of
# its form take at most 4 bytes each; line ends, cell and marks take 8.
_MAX_MANIFEST, _MAX_WORD = 1 << 20, 8 * MAX_WORD_LENGTH + 8
# Counts are kept as their logarithm, so many levels for each doubling.
_LEVELS = 8


def read_container(path: pathlib.Path) -> tuple[dict, Lexicon]:
    """Read what is appended to the model of an exported file.

    Args:
        path: The file.

    Returns:
        The manifest, and the words with their cells.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a file that `lightrnn export` wrote, or is damaged.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file.")
    try:
        manifest = json.loads(_member(path, MANIFEST, _MAX_MANIFEST))
    except DAMAGED_ARCHIVE as error:
        raise ValueError(
            f"{path} is not a file that `lightrnn export` wrote: it has no manifest "
            f"and vocabulary at its end, or they are damaged: {error}."
        ) from error
    _check_manifest(manifest, path)
    _check_sum(_model_sum(path, manifest["model_bytes"]), "model", manifest, path)
    most = _MAX_WORD * manifest["vocabulary_size"]
    content = _checked_member(path, WORDS, manifest, most)
    try:
        cells = manifest["rows"] * manifest["columns"]
        lexicon = Lexicon.from_bytes(content, manifest["vocabulary_size"], cells)
        missing = [word for word in SPECIAL_WORDS if lexicon.get(word) is None]
    except ValueError as error:
        raise ValueError(f"{path}: the vocabulary is damaged: {error}") from error
    if missing:
        raise ValueError(f"{path}: the vocabulary must hold {missing[0]}.")
    for name, word in (("start_cell", EOS), ("unknown_cell", UNK)):
        given = manifest.get(name)
        if type(given) is not int or given != lexicon[word]:
            raise ValueError(
                f"{path}: `{name}` in the manifest must be the cell of {word}, "
                f"{lexicon[word]}. Received: {given!r}."
            )
    return manifest, lexicon


def read_counts(path: pathlib.Path, manifest: dict, lexicon: Lexicon) -> np.ndarray:
    """Read how often the word of each cell occurred in the training text.

    Args:
        path: The file.
        manifest: Its manifest.
        lexicon: Its words.

    Returns:
        int64 `(R · C,)`.

    Raises:
        ValueError: If the file is damaged.
    """
    content = _checked_member(path, COUNTS, manifest, len(lexicon))
    if len(content) != len(lexicon):
        raise ValueError(
            f"{path}: the counts must take {len(lexicon)} bytes, one for each word. "
            f"Received: {len(content)}."
        )
    counts = np.zeros(lexicon.size, np.int64)
    counts[lexicon.cells] = counts_of(np.frombuffer(content, np.uint8))
    return counts


def levels_of(counts: np.ndarray) -> np.ndarray:
    """Return counts as a file keeps them: 0 for 0, else 1 + 8 · log₂ of the count.

    Args:
        counts: Integers `(N,)`.

    Returns:
        uint8 `(N,)`, off by at most 4.5 %.

    Example:

    >>> counts_of(levels_of(np.array([0, 1, 2, 1000]))).tolist()
    [0, 1, 2, 1024]
    """
    levels = 1 + np.rint(_LEVELS * np.log2(np.maximum(counts, 1)))
    return np.where(counts > 0, np.minimum(levels, 255), 0).astype(np.uint8)


def counts_of(levels: np.ndarray) -> np.ndarray:
    """Return the counts of levels, rounded.

    Args:
        levels: uint8 `(N,)`, from `levels_of`.

    Returns:
        int64 `(N,)`.
    """
    counts = np.rint(2.0 ** ((levels.astype(np.float64) - 1) / _LEVELS))
    return np.where(levels > 0, counts, 0).astype(np.int64)


def _checked_member(path, name, manifest, most):
    try:
        content = _member(path, name, most)
    except DAMAGED_ARCHIVE as error:
        raise ValueError(f"{path}: {name} is damaged: {error}.") from error
    _check_sum(hashlib.sha256(content), name, manifest, path)
    return content


def _model_sum(path, size):
    """Return the SHA-256 of the first bytes of a file, read piece by piece."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while size and (part := file.read(min(size, 1 << 20))):
            digest.update(part)
            size -= len(part)
    return digest


def _member(path, name, most):
    """Return a member of the zip at the end of a file, never more than `most` bytes."""
    with zipfile.ZipFile(path) as archive, archive.open(name) as member:
        # The size that the zip states may be wrong.
        content = member.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{name} has more than {most} bytes")
    return content


def _check_sum(digest, name, manifest, path):
    if digest.hexdigest() != manifest["sha256"].get(name):
        raise ValueError(
            f"{path} is damaged: the SHA-256 of its {name} is not that of the "
            "manifest. Export it again."
        )


def _check_manifest(manifest, path):
    if not isinstance(manifest, dict):
        raise ValueError(
            f"{path}: the manifest must be a JSON object. Received: "
            f"{type(manifest).__name__}."
        )
    version = manifest.get("format_version")
    if type(version) is not int or version != FORMAT_VERSION:
        raise ValueError(
            f"{path}: the format version must be {FORMAT_VERSION}. "
            f"Received: {version!r}. Another version of lightrnn_tf wrote this file: "
            "export its run again with this one."
        )
    _check_sizes(manifest, path)
    signatures = manifest.get("signatures")
    if not isinstance(signatures, list) or not {"advance", "suggest"} <= {
        name for name in signatures if isinstance(name, str)
    }:
        raise ValueError(
            f"{path}: `signatures` in the manifest must name `advance` and `suggest`. "
            f"Received: {signatures!r}."
        )
    kinds = ("lightrnn",) if "expand" in signatures else ("dense", "slim")
    if manifest.get("model") not in kinds:
        raise ValueError(
            f"{path}: `model` in the manifest must be {' or '.join(map(repr, kinds))}, "
            f"as the signatures {signatures!r} are. "
            f"Received: {manifest.get('model')!r}."
        )
    if not isinstance(manifest.get("sha256"), dict):
        raise ValueError(
            f"{path}: `sha256` in the manifest must be an object. Received: "
            f"{type(manifest.get('sha256')).__name__}."
        )
    if manifest.get("tokenizer") not in TOKENIZERS:
        raise ValueError(
            f"{path}: `tokenizer` in the manifest must be one of "
            f"{', '.join(TOKENIZERS)}. Received: {manifest.get('tokenizer')!r}."
        )
    if "cache" in manifest:
        _check_cache(manifest["cache"], path)
    if "card" in manifest:
        check_card(f"card of {path}", manifest["card"])
    for name in ("lowercase", "line_independent"):
        if not isinstance(manifest.get(name), bool):
            raise ValueError(
                f"{path}: `{name}` in the manifest must be a boolean. Received: "
                f"{manifest.get(name)!r}."
            )


def _check_cache(cache, path):
    names = "weight", "sharpness", "size"
    try:
        check_numbers(*(cache[name] for name in names))
    except (TypeError, KeyError, ValueError) as error:
        raise ValueError(
            f"{path}: `cache` in the manifest must be an object with `weight`, "
            f"`sharpness` and `size`. Received: {cache!r}: {error}"
        ) from error


def _check_sizes(manifest, path):
    size = path.stat().st_size
    limits = {
        "model_bytes": size,
        "rows": MAX_CELLS,
        "columns": MAX_CELLS,
        "vocabulary_size": MAX_CELLS,
    }
    for name, most in limits.items():
        value = manifest.get(name)
        if type(value) is not int or not 0 < value <= most:
            raise ValueError(
                f"{path}: `{name}` in the manifest must be an integer in [1, {most}]. "
                f"Received: {value!r}."
            )
    cells = manifest["rows"] * manifest["columns"]
    if cells > MAX_CELLS or manifest["vocabulary_size"] > cells:
        raise ValueError(
            f"{path}: the manifest must have at least a cell for each word and at most "
            f"{MAX_CELLS} cells. Received: {manifest['rows']} rows, "
            f"{manifest['columns']} columns, {manifest['vocabulary_size']} words."
        )
    looked_at = manifest.get("suggest_rows", 1)
    if type(looked_at) is not int or not 0 < looked_at <= manifest["rows"]:
        raise ValueError(
            f"{path}: `suggest_rows` in the manifest must be an integer in [1, "
            f"{manifest['rows']}]. Received: {looked_at!r}."
        )
