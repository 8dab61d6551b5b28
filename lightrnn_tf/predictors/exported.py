"""Reading and running an exported `.tflite` file.

The file is a LiteRT model and, appended to it, a zip with a manifest and the
vocabulary; `export/FORMAT.md` specifies it. Files may come from anywhere, so nothing in
them is trusted: sizes are checked before anything is read into memory.
"""

import functools
import importlib
import math
import pathlib
import threading
from collections.abc import Iterator

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf._internal.quiet import quiet
from lightrnn_tf.predictors.container import read_container, read_counts
from lightrnn_tf.predictors.protocol import ROWS_AT_ONCE, Contexts, FirstWords, State
from lightrnn_tf.words.tokenizer import EOS, Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary


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


class _Reading(State):
    """The state after a word, which is read when something of it is first asked for.

    What is asked first decides by which call: `suggest` finds the best words as well,
    and `advance` takes less time.
    """

    def __init__(self, predictor, cell, before):
        # A State is frozen; this one fills itself in once.
        self.__dict__ |= {"_unread": (predictor, cell, before), "_first_words": None}

    def _read(self, suggest=False):
        # One after the other: a long text must not be as many calls deep.
        unread, state = [], self
        while isinstance(state, _Reading) and state.__dict__["_unread"] is not None:
            unread.append(state)
            state = state.__dict__["_unread"][2]
        for state in reversed(unread):
            predictor, cell, before = state.__dict__["_unread"]
            answer, first_words = predictor._after(
                cell, before, suggest and state is self
            )
            state.__dict__ |= {"_answer": answer, "_first_words": first_words}
            state.__dict__["_unread"] = None
        return self.__dict__["_answer"]

    @property
    def states(self):
        return self._read().states

    @property
    def row_log_probs(self):
        return self._read().row_log_probs

    @property
    def first_words(self):
        self._read(suggest=True)
        return self.__dict__["_first_words"]


class LiteRTPredictor:
    """Answers from an exported file, as a `decoding.Predictor`.

    Several threads may share a predictor; its calls then run one after the other. For
    calls at the same time, open one predictor for each thread. Sent to another process,
    a predictor opens its file again there.

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
        start = self.advance(self.lexicon[EOS], State(zero, np.zeros(0, np.float32)))
        # Read now: the first call is the one that shows whether the file runs.
        self.first_words(start)
        return start

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

    @functools.cached_property
    def _finds_first_words(self):
        """Whether `suggest` gives all that is needed to go on; older files do not."""
        details = self._run["suggest"].get_output_details()
        return "row_log_probs" in details

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
        if not 0 <= cell < self.rows * self.columns:
            raise ValueError(
                f"`cell` must be in [0, {self.rows * self.columns}). Received: {cell}."
            )
        if self._finds_first_words:
            return _Reading(self, cell, state)
        return self._advance(cell, state)

    def first_words(self, state: State) -> FirstWords | None:
        """Return the best words of the best rows; `None` where the file has none.

        Args:
            state: The `State` after the last word. If nothing else of it was asked
                for, the word is read by the same call.
        """
        return getattr(state, "first_words", None)

    def _after(self, cell, state, suggest):
        """Return the `State` after a word, and its `FirstWords` if they are wanted."""
        if not suggest:
            return self._advance(cell, state), None
        answer = self._call(
            "suggest", word=np.array([cell], np.int32), **self._named(state)
        )
        states = [answer[name] for name in self._states]
        words = answer["words"][0] >= 0
        log_probs = answer["log_probs"][0][words]
        first = FirstWords(
            answer["words"][0][words],
            log_probs,
            bound=float(answer["bound"][0]),
            # If the list is full, no better than its last word.
            unlisted=float(log_probs[-1]) if words.all() else -math.inf,
        )
        return State(states, answer["row_log_probs"][0]), first

    def _advance(self, cell, state):
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

    @functools.cached_property
    def counts(self) -> np.ndarray:
        """How often the word of each cell stood in the training text, int64 `(R · C,)`.

        A file rounds its counts.
        """
        return read_counts(self.path, self.manifest, self.lexicon)

    @property
    def vocabulary(self) -> Vocabulary:
        """The words in the order of their ids: by count, then by code points.

        Counts are those of the file, which rounds them, so ids are the file's own.
        """
        words = self.lexicon.words()
        pairs = sorted(
            (-count, word)
            for word, count in zip(words, self.counts.tolist(), strict=True)
            if word
        )
        ordered, numbers = [word for _, word in pairs], [-count for count, _ in pairs]
        return Vocabulary(ordered, numbers, self.tokenizer, self.lexicon.forms())

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
