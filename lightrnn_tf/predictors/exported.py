"""Reading and running an exported `.tflite` file.

The file is a LiteRT model and, appended to it, a zip with a manifest and the
vocabulary; `export/FORMAT.md` specifies it. Files may come from anywhere, so nothing in
them is trusted: sizes are checked before anything is read into memory.
"""

import hashlib
import importlib
import json
import pathlib
import threading
import zipfile
from collections.abc import Iterator

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import DAMAGED_ARCHIVE
from lightrnn_tf._internal.quiet import quiet
from lightrnn_tf.predictors.protocol import ROWS_AT_ONCE, Contexts, State
from lightrnn_tf.tables.word_table import MAX_CELLS
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import EOS, MAX_WORD_LENGTH, TOKENIZERS, UNK, Tokenizer
from lightrnn_tf.words.vocabulary import SPECIAL_WORDS, Vocabulary

FORMAT_VERSION = 3
MANIFEST = "manifest.json"
WORDS = "vocab.bin"
COUNTS = "counts.bin"

# Most bytes that are read of a manifest, and of each word: its characters take at most
# 4 bytes each; its line end, cell and flag take 6.
_MAX_MANIFEST, _MAX_WORD = 1 << 20, 4 * MAX_WORD_LENGTH + 6


def _ai_edge_litert():
    return importlib.import_module("ai_edge_litert.interpreter").Interpreter


def _tflite_runtime():
    return importlib.import_module("tflite_runtime.interpreter").Interpreter


def _tf_lite():
    return importlib.import_module("tensorflow").lite.Interpreter


_RUNTIMES = {
    "ai-edge-litert": _ai_edge_litert,
    "tflite-runtime": _tflite_runtime,
    "tf.lite": _tf_lite,
}


def runtime() -> tuple[type, str]:
    """Return the class of the interpreter that is installed.

    ai-edge-litert runs every exported file. Without it, tflite-runtime and tf.lite are
    tried; they can run some of the files.

    Returns:
        The class, and the name of the package that it comes from.

    Raises:
        ModuleNotFoundError: If none is installed.
    """
    for name, load in _RUNTIMES.items():
        try:
            return load(), name
        except ImportError:
            continue
    raise ModuleNotFoundError(
        f"Running a .tflite needs `ai-edge-litert`. Received: none of "
        f"{', '.join(_RUNTIMES)} is installed. Run: pip install ai-edge-litert."
    )


class LiteRTPredictor:
    """Answers from an exported file, as a `decoding.Predictor`.

    Several threads may use one predictor: they take turns at its interpreter. Threads
    that shall run at the same time need one each. Pickled for another process, it is
    opened there again by its path.

    Args:
        path: The `.tflite` file.

    Raises:
        FileNotFoundError: If there is no such file.
        ModuleNotFoundError: If no runtime is installed.
        ValueError: If it is not a file that `lightrnn export` wrote, or is damaged.

    Attributes:
        manifest: What the file says of itself.
        lexicon: Its words and their cells.
        runtime: The name of the runtime in use.
    """

    def __init__(self, path: str | pathlib.Path):
        checks.path("path", path)
        self.path = pathlib.Path(path)
        self.manifest, self.lexicon = read_container(self.path)
        self.rows = self.manifest["rows"]
        self.columns = self.manifest["columns"]
        self.line_independent = self.manifest["line_independent"]
        self.tokenizer = Tokenizer(
            self.manifest["tokenizer"], self.manifest["lowercase"]
        )
        self.model_bytes = self.manifest["model_bytes"]
        # One call at a time: it sets inputs, runs and fetches outputs.
        self._turn = threading.Lock()
        interpreter_class, self.runtime = runtime()
        try:
            # The first call makes the runtime print what it has set up. Opened by its
            # path, the model is mapped into memory; what follows it is ignored.
            with quiet():
                self._interpreter = interpreter_class(
                    model_path=str(self.path), num_threads=1
                )
                self._run = {
                    name: self._interpreter.get_signature_runner(name)
                    for name in self.manifest["signatures"]
                }
                self._check_signatures()
                self._start = self._first_state()
        except (ValueError, RuntimeError, KeyError) as error:
            raise ValueError(
                f"{self.path}: {self.runtime} cannot run this model: "
                f"{str(error).strip().splitlines()[0]}"
            ) from error

    def _first_state(self):
        shapes = {
            name: details["shape"].tolist()
            for name, details in self._run["advance"].get_input_details().items()
            if name.startswith("state_")
        }
        self._states = sorted(shapes, key=lambda name: int(name[6:]))
        given = [shapes[name] for name in self._states]
        if given != self.manifest.get("states"):
            raise ValueError(
                f"the states must have the shapes {self.manifest.get('states')!r}, as "
                f"the manifest says. Received: {given}."
            )
        zero = [np.zeros(shape, np.float32) for shape in given]
        return self.advance(self.lexicon[EOS], State(zero, np.zeros(0, np.float32)))

    def __getstate__(self):
        return self.path, self.line_independent

    def __setstate__(self, state):
        path, line_independent = state
        self.__init__(path)
        self.line_independent = line_independent

    def _call(self, signature, **inputs):
        """Run a signature; return copies of its outputs by name."""
        with self._turn:
            return self._run[signature](**inputs)

    @property
    def dense(self) -> bool:
        """Whether the model has no table and scores all words at once."""
        return "expand" not in self._run

    def _check_signatures(self):
        dense = self.dense
        name = "word_log_probs" if dense else "row_log_probs"
        wanted = {("advance", name): [1, self.columns if dense else self.rows]}
        if not dense:
            wanted["expand", "column_log_probs"] = [ROWS_AT_ONCE, self.columns]
        for (signature, output), shape in wanted.items():
            details = self._run[signature].get_output_details()
            given = details[output]["shape"].tolist() if output in details else None
            if given != shape:
                raise ValueError(
                    f"output `{output}` of `{signature}` must have shape {shape}, as "
                    f"the manifest says. Received: {given}."
                )

    def start(self) -> State:
        """Return the state at the start of a text."""
        return self._start

    def advance(self, cell: int, state: State) -> State:
        """Return the state after the word in `cell`."""
        answer = self._call(
            "advance", word=np.array([cell], np.int32), **self._named(state)
        )
        if self.dense:
            # The single row holds all words; the state keeps the answer of `expand`.
            return State(
                [*(answer[name] for name in self._states), answer["word_log_probs"]],
                np.zeros(1, np.float32),
            )
        states = [answer[name] for name in self._states]
        return State(states, answer["row_log_probs"][0])

    def expand(self, rows: np.ndarray, state: State) -> np.ndarray:
        """Return log P_c `(n, C)` of n ≤ 8 rows."""
        if self.dense:
            return state.states[-1]
        padded = np.full(ROWS_AT_ONCE, rows[0], np.int32)
        padded[: len(rows)] = rows
        answer = self._call("expand", rows=padded, **self._named(state))
        return answer["column_log_probs"][: len(rows)]

    def suggest(self, cell: int, state: State):
        """Read a word and return the best next words, in one call of the model.

        Args:
            cell: The cell of the word.
            state: The `State` before the word.

        Returns:
            The cells of the 16 best words of the best rows, int32 `(16,)`, and log P of
            each, float32 `(16,)`.
        """
        answer = self._call(
            "suggest", word=np.array([cell], np.int32), **self._named(state)
        )
        return answer["words"][0], answer["log_probs"][0]

    def _named(self, state):
        return dict(zip(self._states, state.states, strict=False))

    @property
    def vocabulary(self) -> Vocabulary:
        """The words in the order of their ids: by count, then by code points."""
        counts = read_counts(self.path, self.manifest, self.lexicon)
        words = self.lexicon.words()
        pairs = sorted(
            (-count, word)
            for word, count in zip(words, counts.tolist(), strict=True)
            if word
        )
        return Vocabulary(
            [word for _, word in pairs], [-n for n, _ in pairs], self.tokenizer
        )

    def contexts(self, ids: np.ndarray) -> Iterator[Contexts]:
        """Read word ids `(N,)` as one stream; yield the places one by one."""
        cell_of = {word: cell for cell, word in enumerate(self.lexicon.words())}
        cells = np.array([cell_of[word] for word in self.vocabulary.words])
        eos = cell_of[EOS]
        state = self.start()
        for word in ids:
            cell = int(cells[word])

            def expand(_, rows, state=state):
                return self.expand(rows[0], state)[None]

            yield Contexts(np.array([cell]), state.row_log_probs[None], expand)
            fresh = self.line_independent and cell == eos
            state = self.start() if fresh else self.advance(cell, state)


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
    content = _checked_member(path, COUNTS, manifest, 4 * lexicon.size)
    if len(content) != 4 * lexicon.size:
        raise ValueError(
            f"{path}: the counts must take {4 * lexicon.size} bytes, 4 for each cell. "
            f"Received: {len(content)}."
        )
    return np.frombuffer(content, "<u4").astype(np.int64)


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
    for name in ("lowercase", "line_independent"):
        if not isinstance(manifest.get(name), bool):
            raise ValueError(
                f"{path}: `{name}` in the manifest must be a boolean. Received: "
                f"{manifest.get(name)!r}."
            )
