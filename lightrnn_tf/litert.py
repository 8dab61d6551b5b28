"""Reading and running an exported `.tflite` file.

The file is a LiteRT model with a zip appended that holds a manifest and the vocabulary;
`export/FORMAT.md` specifies it. Files may come from anywhere, so nothing in them is
trusted: sizes are checked before anything is read into memory.
"""

import importlib
import json
import pathlib
import zipfile
from collections.abc import Iterator

import numpy as np

from lightrnn_tf._quiet import quiet
from lightrnn_tf.decoding import ROWS_AT_ONCE, State
from lightrnn_tf.evaluation import Contexts
from lightrnn_tf.vocabulary import EOS, SPECIAL_WORDS, Tokenizer, Vocabulary

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
WORDS = "vocab.txt"

# Limits on what a file may make us read: 16 million cells of 64 bytes.
_MAX_CELLS = 1 << 24
_MAX_BYTES = _MAX_CELLS * 64


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
    """Return the interpreter class at hand and the name of where it comes from.

    ai-edge-litert runs every file that is exported; tflite-runtime and tf.lite stand in
    for it where it is missing, for the models that they can run.

    Raises:
        ModuleNotFoundError: If there is none.
    """
    for name, load in _RUNTIMES.items():
        try:
            return load(), name
        except ImportError:
            continue
    raise ModuleNotFoundError(
        "Running a .tflite needs `ai-edge-litert`. Run: pip install ai-edge-litert."
    )


class LiteRTPredictor:
    """An exported file as a predictor, see `decoding.Predictor`.

    Args:
        path: The `.tflite` file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a file that `lightrnn export` wrote, or is damaged.

    Attributes:
        manifest: What the file says of itself.
        words: The word in each cell, `""` in a free one.
        counts: How often each stood in the training text, 0 in a free cell.
        runtime: Which runtime is in use.
    """

    def __init__(self, path: str | pathlib.Path):
        self.path = pathlib.Path(path)
        self.manifest, self.words = read_container(self.path)
        self.rows = self.manifest["rows"]
        self.columns = self.manifest["columns"]
        self.counts = self.manifest["counts"]
        self.line_independent = self.manifest["line_independent"]
        self.tokenizer = Tokenizer(
            self.manifest["tokenizer"], self.manifest["lowercase"]
        )
        self.model_bytes = self.manifest["model_bytes"]
        self.cells = {word: cell for cell, word in enumerate(self.words) if word}
        interpreter_class, self.runtime = runtime()
        with open(self.path, "rb") as file:
            content = file.read(self.model_bytes)
        try:
            # The first call makes the runtime say what it has set up.
            with quiet():
                self._interpreter = interpreter_class(
                    model_content=content, num_threads=1
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
        shapes = self._run["advance"].get_input_details()
        self._states = sorted(
            (name for name in shapes if name.startswith("state_")),
            key=lambda name: int(name[6:]),
        )
        zero = [np.zeros(shapes[name]["shape"], np.float32) for name in self._states]
        return self.advance(self.cells[EOS], State(zero, np.zeros(0, np.float32)))

    @property
    def dense(self) -> bool:
        """Whether the model has no rows and scores all words at once."""
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
        answer = self._run["advance"](
            word=np.array([cell], np.int32), **self._named(state)
        )
        if self.dense:
            # One row holds all words; what `expand` would give comes along.
            return State(
                [*(answer[name] for name in self._states), answer["word_log_probs"]],
                np.zeros(1, np.float32),
            )
        states = [answer[name] for name in self._states]
        return State(states, answer["row_log_probs"][0])

    def expand(self, rows: np.ndarray, state: State) -> np.ndarray:
        """Return log P_c `(n, C)` in each of the rows, n ≤ 8."""
        if self.dense:
            return state.states[-1]
        padded = np.full(ROWS_AT_ONCE, rows[0], np.int32)
        padded[: len(rows)] = rows
        answer = self._run["expand"](rows=padded, **self._named(state))
        return answer["column_log_probs"][: len(rows)]

    def suggest(self, cell: int, state: State):
        """Run the one-call path: return the cells and log-probabilities of 16 words."""
        answer = self._run["suggest"](
            word=np.array([cell], np.int32), **self._named(state)
        )
        return answer["words"][0], answer["log_probs"][0]

    def _named(self, state):
        return dict(zip(self._states, state.states, strict=False))

    @property
    def vocabulary(self) -> Vocabulary:
        """The words in the order of their ids: by count, then by code points."""
        pairs = [(-n, w) for w, n in zip(self.words, self.counts, strict=True) if w]
        pairs.sort()
        return Vocabulary(
            [word for _, word in pairs], [-n for n, _ in pairs], self.tokenizer
        )

    def contexts(self, ids: np.ndarray) -> Iterator[Contexts]:
        """Yield the places of a text one by one."""
        cells = np.array([self.cells[word] for word in self.vocabulary.words])
        eos = self.cells[EOS]
        state = self.start()
        for word in ids:
            cell = int(cells[word])

            def expand(_, rows, state=state):
                return self.expand(rows[0], state)[None]

            yield Contexts(np.array([cell]), state.row_log_probs[None], expand)
            fresh = self.line_independent and cell == eos
            state = self.start() if fresh else self.advance(cell, state)


def read_container(path: pathlib.Path) -> tuple[dict, list[str]]:
    """Return the manifest of an exported file and the word in each of its cells.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a file that `lightrnn export` wrote, or is damaged.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file.")
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(_member(archive, MANIFEST, path))
            text = _member(archive, WORDS, path).decode("utf-8")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, EOFError) as error:
        raise ValueError(
            f"{path} is not a file that `lightrnn export` wrote: it has no manifest "
            "and vocabulary at its end, or they are damaged."
        ) from error
    except (ValueError, RecursionError, NotImplementedError, RuntimeError) as error:
        raise ValueError(
            f"{path}: the manifest or the vocabulary is damaged: {error}."
        ) from error
    except Exception as error:  # zlib.error has no public base class but this.
        raise ValueError(f"{path} is damaged: {error}.") from error
    _check_manifest(manifest, path)
    words = text.split("\n")
    cells = manifest["rows"] * manifest["columns"]
    if words.pop() != "" or len(words) != cells:
        raise ValueError(
            f"{path}: the vocabulary must have {cells} lines, one for each cell. "
            f"Received: {len(words)}."
        )
    filled = [word for word in words if word]
    if len(filled) != manifest["vocabulary_size"] or len(set(filled)) != len(filled):
        raise ValueError(
            f"{path}: the vocabulary must hold {manifest['vocabulary_size']} different "
            f"words. Received: {len(set(filled))} different ones in {len(filled)}."
        )
    for special in SPECIAL_WORDS:
        if special not in filled:
            raise ValueError(f"{path}: the vocabulary must hold {special}.")
    return manifest, words


def _member(archive, name, path):
    size = archive.getinfo(name).file_size
    if size > _MAX_BYTES:
        raise ValueError(f"{name} would take {size} bytes")
    return archive.read(name)


def _check_manifest(manifest, path):
    if not isinstance(manifest, dict):
        raise ValueError(f"{path}: the manifest must be a JSON object.")
    version = manifest.get("format_version")
    if version != FORMAT_VERSION:
        raise ValueError(
            f"{path}: the format version must be {FORMAT_VERSION}. "
            f"Received: {version!r}. Another version of lightrnn_tf wrote this file."
        )
    size = path.stat().st_size
    limits = {
        "model_bytes": size,
        "rows": _MAX_CELLS,
        "columns": _MAX_CELLS,
        "vocabulary_size": _MAX_CELLS,
    }
    for name, most in limits.items():
        value = manifest.get(name)
        if type(value) is not int or not 0 < value <= most:
            raise ValueError(
                f"{path}: `{name}` in the manifest must be an integer in [1, {most}]. "
                f"Received: {value!r}."
            )
    cells = manifest["rows"] * manifest["columns"]
    if cells > _MAX_CELLS or manifest["vocabulary_size"] > cells:
        raise ValueError(
            f"{path}: the manifest must have at least a cell for each word and at most "
            f"{_MAX_CELLS} cells. Received: {manifest['rows']} rows, "
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
    counts = manifest.get("counts")
    if (
        not isinstance(counts, list)
        or len(counts) != cells
        or not all(type(n) is int and n >= 0 for n in counts)
    ):
        raise ValueError(f"{path}: `counts` in the manifest must be {cells} integers.")
    if not isinstance(manifest.get("tokenizer"), str):
        raise ValueError(f"{path}: `tokenizer` in the manifest must be a string.")
    for name in ("lowercase", "line_independent"):
        if not isinstance(manifest.get(name), bool):
            raise ValueError(f"{path}: `{name}` in the manifest must be a boolean.")
