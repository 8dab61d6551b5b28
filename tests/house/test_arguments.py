"""Every argument of every public function and class is refused by its name.

`TABLE` has, for each of them, arguments that are taken and the kind of each; `BAD` has
what must be refused of a kind. What is public and in neither is named by a test.
"""

import functools
import inspect
import operator
import re

import lightrnn_tf_export
import numpy as np
import pytest

import lightrnn_tf as lr
from lightrnn_tf.reallocation import Matching
from lightrnn_tf.reallocation.losses import Limits, LossTables

NAN = float("nan")
BAD = {
    "size": (0, -1, 1.5, NAN, True, "3", None, [3]),
    "number": (-1, 1.5, NAN, True, "3", None, [3]),
    "seed": (-1, 2**32, 1.5, NAN, True, "3", None),
    "share": (-0.1, 1.0, NAN, True, "0.5", None),
    "switch": ("no", "", 0, 1, None, NAN),
    "choice": ("none such", b"auto", 3, True, ["lstm"], NAN),
    "function": (3, "print", True),
    "object": (3, "x", b"x", None, [1]),
    "optional object": (3, "x", b"x", [1]),
    "path": (3, True, b"x", [1]),
    "text": (3, True, b"x", None, ["x"]),
    "ids": ("a b", [0.5, 1.0] * 9, ["a"] * 9, [[1, 2]] * 9, None, 3, [True] * 9),
    "numbers": ("a b", ["a"] * 9, None, 3, [NAN] * 9),
    "seconds": (0, -1, NAN, True, "3", [3]),
    "integers": ("12", 3, None, [-1], [1.5], ["1"], [True], NAN),
    "lengths": ("a b", ["a"], [[1, 2]], 3, [-1, 201], [1.5], [True], NAN),
    "words": ("a b", 3, None, [3], [b"x"], True),
    "lines": ("a b", 3, None, True),
    "names": ("a.txt", 3, None, [3], True),
    "above zero": (0, -1, NAN, float("inf"), True, "1", None),
    "share above zero": (0, 1.5, NAN, True, "1", None),
    "counts": ("a b", 3, None, {1}, [3]),
    "integers of words": ("1", 3, None, [-1] * 3, [1.5] * 3, ["1"] * 3, [True] * 3),
    "optional text": (3, True, b"x", ["x"]),
    "optional words": ("a b", 3, [3], [b"x"], True),
    "optional ids": ("a b", [0.5] * 9, ["a"] * 9, [[1, 2]] * 9, 3, [True] * 9, [-1]),
    "optional path": (3, True, b"x", [1]),
    "costs": (1.0, "ab", (1.0,), (-1, 0), (NAN, 0), (True, 0), ("a", "b"), None),
}
# These may be left to the library.
for kind in ("size", "above zero", "share", "share above zero"):
    BAD[f"optional {kind}"] = tuple(v for v in BAD[kind] if v is not None)

IDS = np.arange(200) % 10
LOSSES = np.arange(8.0).reshape(4, 2)


@functools.cache
def model():
    made = lr.models.LightRNN(10, units=4, rows=2, columns=5)
    made.build()
    made.compile("sgd")
    return made


def vocabulary(words=8):
    lines = [" ".join(f"w{n}" for n in range(words))] * 2
    return lr.Vocabulary.from_lines(lines, lr.Tokenizer("whitespace"))


@functools.cache
def predictor():
    words = ["<eos>", "<unk>", *(f"w{n}" for n in range(7))]
    made = lr.models.LightRNN(9, units=4, rows=2, columns=6)
    made.build()
    known = lr.Vocabulary(words, range(9, 0, -1), lr.Tokenizer("whitespace"))
    return lr.predictor.KerasPredictor(made, known)


def state():
    return predictor().start()


def windows():
    return lr.data.windows(IDS, 4, 5)


SIZES = {"vocabulary_size": ("size", 10), "rows": ("size", 2), "columns": ("size", 5)}
BODY = {
    "vocabulary_size": ("size", 10),
    "units": ("size", 4),
    "embedding_dim": ("optional size", 4),
    "cell": ("choice", "lstm"),
    "layers": ("size", 1),
    "dropout": ("share", 0.1),
    "eos_id": ("number", 0),
    "line_independent": ("switch", True),
    "quantize_aware": ("switch", True),
}
TABLE_MODEL = {
    **BODY,
    "rows": ("optional size", 2),
    "columns": ("optional size", 5),
    "word_dim": ("number", 2),
    "row_parts": ("size", 2),
    "frequent_words": ("number", 3),
    "frequent_dim": ("number", 2),
    "word_bias": ("switch", True),
}
SLIM = {
    "vocabulary_size": ("size", 10),
    "parts": ("size", 2),
    "vectors": ("size", 8),
    "seed": ("seed", 1),
}
READING = {
    "predictor": ("object", predictor),
    "state": ("object", state),
}
DRAWING = {
    "temperature": ("above zero", 1.0),
    "top_p": ("share above zero", 1.0),
    "unknown": ("switch", True),
}
TOKENIZER = ("object", lambda: lr.Tokenizer("whitespace"))
EXPORTED = {
    "model": ("object", model),
    "vocabulary": ("object", vocabulary),
    "quantize": ("choice", "none"),
    "training": ("optional object", None),
}
# Callable → {parameter: (kind, an argument that is taken, or what makes it)}.
TABLE = {
    "callbacks.Reallocate": {
        "windows": ("object", windows),
        "epochs": ("integers", [1]),
        "matching": ("object", Matching),
        "folder": ("path", "tables"),
        "report": ("function", None),
        "progress": ("function", None),
        "reallocate": ("function", None),
    },
    "callbacks.WordsPerSecond": {"windows": ("object", windows)},
    "layers.RecurrentStack": {
        "units": ("size", 4),
        "cell": ("choice", "lstm"),
        "layers": ("size", 1),
        "dropout": ("share", 0.1),
        "restarts": ("switch", True),
        "quantize_aware": ("switch", True),
    },
    "layers.RowTransition": {"rows": ("size", 3), "quantize_aware": ("switch", True)},
    "layers.SlimEmbedding": {
        **SLIM,
        "embedding_dim": ("size", 4),
        "quantize_aware": ("switch", True),
    },
    "layers.SlimSoftmax": {
        **SLIM,
        "word_bias": ("switch", True),
        "quantize_aware": ("switch", True),
    },
    "layers.TwoComponentEmbedding": {
        **SIZES,
        "embedding_dim": ("size", 4),
        "word_dim": ("number", 2),
        "quantize_aware": ("switch", True),
    },
    "layers.TwoStepSoftmax": {
        **SIZES,
        "word_dim": ("number", 2),
        "word_bias": ("switch", True),
        "frequent_words": ("number", 3),
        "frequent_dim": ("number", 2),
        "row_parts": ("size", 2),
        "quantize_aware": ("switch", True),
    },
    "layers.slim_codes": {**SLIM, "groups": ("size", 1)},
    "loss_tables.loss_tables": {
        "model": ("object", model),
        "windows": ("object", windows),
        "folder": ("path", None),
        "progress": ("function", None),
        "limits": ("object", Limits),
    },
    "loss_tables.discard": {"folder": ("path", None)},
    "matching.check_solver": {"solver": ("choice", "auto"), "words": ("number", 3)},
    "matching.check_time_limit": {"time_limit": ("seconds", 9.0)},
    "matching.solve": {
        "row_losses": ("numbers", LOSSES),
        "column_losses": ("numbers", LOSSES),
        "rows": ("size", 2),
        "columns": ("size", 2),
        "solver": ("choice", "exact"),
        "current": ("optional object", None),
        "time_limit": ("seconds", 9.0),
    },
    "models.DenseRNN": {**BODY, "tied": ("switch", True)},
    "models.LightRNN": TABLE_MODEL,
    "models.PaperRNN": TABLE_MODEL,
    "models.SlimRNN": {
        **BODY,
        **SLIM,
        "vectors": ("optional size", 8),
        "side": ("choice", "both"),
        "word_bias": ("switch", True),
    },
    "predictor.KerasPredictor": {
        "model": ("object", model),
        "vocabulary": ("object", vocabulary),
    },
    "reallocation.Matching": {
        "solver": ("choice", "auto"),
        "time_limit": ("seconds", 9.0),
        "moving_cost": ("costs", (0.0, 0.0)),
    },
    "reallocation.reallocate": {
        "model": ("object", model),
        "windows": ("object", windows),
        "matching": ("object", Matching),
        "folder": ("path", None),
        "progress": ("function", None),
        "losses": ("optional object", None),
    },
    "table.default_shape": {
        "vocabulary_size": ("size", 10),
        "user_cells": ("number", 2),
    },
    "table.word_cells": SIZES,
    "table.WordTable": {
        "cells": ("ids", list(range(10))),
        "rows": ("size", 2),
        "columns": ("size", 5),
    },
    "table.WordTable.in_order": SIZES,
    "table.WordTable.random": {**SIZES, "seed": ("seed", 1)},
    "table.WordTable.from_json": {
        "text": ("text", '{"rows": 1, "columns": 1, "cells": [0]}')
    },
    "warm_start.Neighbours": {
        "vocabulary_size": ("size", 10),
        "max_pairs": ("size", 50),
    },
    "warm_start.table": {
        "text": ("ids", IDS),
        **SIZES,
        "dimensions": ("size", 3),
        "seed": ("seed", 1),
        "progress": ("function", None),
    },
    "warm_start.word_vectors": {
        "neighbours": ("object", lambda: lr.warm_start.Neighbours(10)),
        "dimensions": ("size", 3),
    },
    "warm_start.table_of_vectors": {
        "vectors": ("numbers", np.eye(10)),
        "counts": ("numbers", np.ones(10)),
        "rows": ("size", 2),
        "columns": ("size", 5),
        "seed": ("seed", 1),
        "progress": ("function", None),
        "max_together": ("size", 400),
    },
    "data.windows": {
        "ids": ("ids", IDS),
        "batch_size": ("size", 4),
        "steps": ("size", 5),
        "shards": ("lengths", [100, 100]),
        "seed": ("seed", 1),
    },
    "data.Lines": {"paths": ("names", ["a.txt"]), "errors": ("choice", "strict")},
    "data.Prepared": {"path": ("path", None)},
    "data.encode": {"lines": ("lines", ["w1"]), "vocabulary": ("object", vocabulary)},
    "data.files": {"patterns": ("names", [])},
    "data.word_vectors": {
        "path": ("path", "vectors.txt"),
        "vocabulary": ("object", vocabulary),
        "errors": ("choice", "strict"),
    },
    "data.write_ids": {
        "path": ("path", "ids.bin"),
        "lines": ("lines", ["w1"]),
        "vocabulary": ("object", vocabulary),
    },
    "decoding.Cached": {
        "predictor": ("object", predictor),
        "weight": ("optional share above zero", 0.2),
        "sharpness": ("optional above zero", 7.5),
        "size": ("optional size", 9),
    },
    "decoding.Habits": {"predictor": ("object", predictor)},
    "decoding.UserWords": {"predictor": ("object", predictor)},
    "decoding.cell_of": {"predictor": ("object", predictor), "word": ("text", "w1")},
    "decoding.correct": {
        "predictor": ("object", predictor),
        "state": ("object", state),
        "typed": ("text", "w1"),
        "k": ("size", 2),
        "exclude": ("optional words", None),
    },
    "decoding.generate": {
        "predictor": ("object", predictor),
        "words": ("words", ["w1"]),
        "length": ("size", 2),
        "seed": ("seed", 1),
        **DRAWING,
        "lines": ("size", 1),
    },
    "decoding.learn": {
        "words": ("object", lambda: lr.decoding.UserWords(predictor())),
        "line": ("text", "w1"),
        "habits": ("optional object", None),
        "kept": ("switch", True),
    },
    "decoding.read": {
        "predictor": ("object", predictor),
        "words": ("words", ["w1"]),
        "state": ("optional object", None),
    },
    "decoding.sample": {
        **READING,
        "rng": ("object", lambda: np.random.default_rng(0)),
        **DRAWING,
    },
    "decoding.top_k": {
        **READING,
        "k": ("size", 2),
        "prefix": ("optional text", None),
        "exclude": ("optional words", None),
        "max_rows": ("optional size", None),
        "all_tokens": ("switch", True),
        "ignore_case": ("switch", True),
    },
    "evaluation.Score": {"eos_id": ("number", 0), "unk_id": ("number", 1)},
    "evaluation.evaluate": {
        "predictor": ("object", predictor),
        "ids": ("ids", [1, 2]),
        "progress": ("function", None),
        "nats": ("optional object", None),
    },
    "lexicon.Lexicon": {
        "words": ("words", ["a", "b"]),
        "suggestable": ("optional object", None),
        "trusted": ("optional object", None),
        "forms": ("optional object", {"a": "A"}),
    },
    "litert.LiteRTPredictor": {"path": ("path", None)},
    "metrics.keystrokes": {
        "predictor": ("object", predictor),
        "lines": ("lines", ["w1"]),
        "progress": ("function", None),
        "slots": ("size", 2),
        "noise": ("optional share", None),
        "seed": ("seed", 1),
    },
    "metrics.phrase_keystrokes": {
        "predictor": ("object", predictor),
        "lines": ("lines", ["w1"]),
        "progress": ("function", None),
        "slots": ("size", 2),
        "noise": ("optional share", None),
        "seed": ("seed", 1),
    },
    "tokenizer.Tokenizer": {
        "name": ("choice", "words"),
        "lowercase": ("switch", True),
    },
    "tokenizer.is_markup": {"word": ("text", "a")},
    "tokenizer.is_suggestable": {"word": ("text", "a")},
    "vocabulary.Vocabulary": {
        "words": ("words", ["<eos>", "<unk>", "a"]),
        "counts": ("integers of words", [3, 2, 1]),
        "tokenizer": TOKENIZER,
        "forms": ("optional object", None),
    },
    "vocabulary.Vocabulary.from_lines": {
        "lines": ("lines", ["a b"]),
        "tokenizer": TOKENIZER,
        "max_size": ("optional size", 5),
        "min_count": ("optional size", 1),
    },
    "vocabulary.Vocabulary.from_counts": {
        "counts": ("counts", {"a": 2}),
        "tokenizer": TOKENIZER,
        "max_size": ("optional size", 5),
        "min_count": ("optional size", 1),
        "forms": ("optional object", None),
    },
    "vocabulary.count_words": {"lines": ("lines", ["a b"]), "tokenizer": TOKENIZER},
    "lightrnn_tf_export.export": {
        **EXPORTED,
        "path": ("path", "x.tflite"),
        "overwrite": ("switch", False),
        "text": ("optional ids", None),
        "lists": ("optional object", None),
    },
    "lightrnn_tf_export.pack": {
        **EXPORTED,
        "lists": ("optional object", None),
        "rows": ("size", 4),
    },
}
GIVEN_BY_KERAS = "Keras checks it, and says `identifier`"
RESULT = "what functions return, not what a user makes"
UNVALIDATED = {
    "layers.SlimEmbedding(embeddings_initializer)": GIVEN_BY_KERAS,
    "layers.SlimSoftmax(kernel_initializer)": GIVEN_BY_KERAS,
    "layers.TwoComponentEmbedding(embeddings_initializer)": GIVEN_BY_KERAS,
    "metrics.Perplexity": "a name, which Keras checks",
    "models.LanguageModel": "abstract; its models are here",
    "models.TableRNN": "abstract; its models are here",
    "models.StreamPass": "inside of others; a model and a function of the library",
    "loss_tables.Limits": "sizes of the library's own, which tests make smaller",
    "loss_tables.LossTables": RESULT,
    "loss_tables.exchange_losses": "tensors of a layer, traced",
    "matching.Assignment": RESULT,
    "matching.cost": "losses that `solve` has checked",
    "reallocation.Round": RESULT,
    "training.FallingRate": "made of `Options`, which are checked",
    "training.Options": "test_cli refuses its values one by one",
    "training.adam": "a learning rate, which Keras checks",
    "training.assist": "its options are of a folder; see `workers.Team.join`",
    "training.is_finished": "test_resume: a folder that is no run",
    "training.keep_freed_memory": "has none",
    "training.new_model": "takes `Options`, which are checked",
    "training.resume": "test_resume: a folder that is no run",
    "training.train": "takes `Options`, which are checked",
    "workers.Team": "made by `join`, whose arguments test_workers refuses",
    "workers.alone": "has none",
    "data.DatasetLines": "test_datasets: it needs a dataset",
    "data.lines_of": "an open file of `Lines` or Beam, read by the one that opened it",
    "decoding.Corrections": RESULT,
    "decoding.Predictor": "a protocol",
    "decoding.State": RESULT,
    "decoding.Suggestions": RESULT,
    "evaluation.Answers": RESULT,
    "evaluation.LineScore": RESULT,
    "evaluation.Scores": RESULT,
    "evaluation.answers": "what `contexts` of a predictor gives",
    "evaluation.line_scores": "what `evaluate` has filled",
    "lightrnn_tf_export.ExportMismatchError": "an error",
    "lightrnn_tf_export.ExportResult": RESULT,
    "lightrnn_tf_export.Report": RESULT,
    "litert.runtime": "has none",
    "metrics.Keystrokes": RESULT,
    "metrics.PhraseKeystrokes": RESULT,
    "tokenizer.LinePart": "a string",
}
# What the table calls by arguments that do not exist, or that takes long.
NOT_TAKEN = {
    "data.Prepared",
    "data.word_vectors",
    "lightrnn_tf_export.export",
    "lightrnn_tf_export.pack",
    "litert.LiteRTPredictor",
    "loss_tables.discard",
}


def found(name):
    module, *parts = name.split(".")
    exporter = module == "lightrnn_tf_export"
    whole = lightrnn_tf_export if exporter else getattr(lr, module)
    return functools.reduce(getattr, parts, whole)


def taken(parameters):
    """Return arguments that are taken."""
    made = {}
    for name, (kind, value) in parameters.items():
        made[name] = value() if callable(value) and kind != "function" else value
    return made


CASES = [
    pytest.param(name, parameter, bad, id=f"{name}({parameter}={bad!r})")
    for name, parameters in TABLE.items()
    for parameter, (kind, _) in parameters.items()
    for bad in BAD[kind]
]


@pytest.mark.parametrize(("name", "parameter", "bad"), CASES)
def test_a_bad_argument_is_refused_by_its_name(name, parameter, bad):
    arguments = {**taken(TABLE[name]), parameter: bad}
    with pytest.raises(ValueError, match=rf"`{parameter}`.*Received: ") as caught:
        found(name)(**arguments)
    assert not re.search(r"`(?!" + parameter + r")\w+` must", str(caught.value)[:20])


@pytest.mark.parametrize("name", sorted(TABLE.keys() - NOT_TAKEN))
def test_the_arguments_of_the_table_are_taken(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found(name)(**taken(TABLE[name]))


def public():
    """Yield the names of what is public and can be called."""
    for module in lr._MODULES:
        whole = getattr(lr, module)
        names = getattr(whole, "__all__", None) or [
            name
            for name, value in vars(whole).items()
            if not name.startswith("_")
            and getattr(value, "__module__", "") == whole.__name__
        ]
        yield from (f"{module}.{n}" for n in names if callable(getattr(whole, n)))
    yield from (f"lightrnn_tf_export.{name}" for name in lightrnn_tf_export.__all__)


def parameters_of(one):
    """Return the parameters of a callable, of a model those of all models, too."""
    classes = [one]
    if isinstance(one, type) and issubclass(one, lr.models.LanguageModel):
        classes = one.__mro__[: one.__mro__.index(lr.models.LanguageModel) + 1]
    every = [inspect.signature(each).parameters for each in reversed(classes)]
    return functools.reduce(operator.or_, map(dict, every))


def test_everything_public_is_in_the_table_or_has_a_reason():
    for name in public():
        if name in UNVALIDATED:
            continue
        assert name in TABLE, f"{name} is in no table"
        for parameter, one in parameters_of(found(name)).items():
            known = parameter in TABLE[name] or one.kind is one.VAR_KEYWORD
            assert known or f"{name}({parameter})" in UNVALIDATED, (name, parameter)


def test_the_tables_have_nothing_that_is_gone():
    names = {*public()}
    classes = {name for name in TABLE if name.rpartition(".")[0] in names}
    assert TABLE.keys() - classes <= names
    assert {name.partition("(")[0] for name in UNVALIDATED} <= names
    for name, parameters in TABLE.items():
        assert parameters.keys() <= parameters_of(found(name)).keys()


def test_losses_of_a_round_are_those_of_the_library():
    losses = LossTables(np.zeros((10, 2)), np.zeros((10, 5)), 0.0)
    with pytest.raises(ValueError, match="`windows` must be a Windows. Received: a li"):
        lr.reallocation.reallocate(model(), [IDS], losses=losses)


def test_a_vocabulary_of_another_model_is_refused():
    with pytest.raises(ValueError, match="`vocabulary` must have 10 words.*ceived: 5"):
        lr.predictor.KerasPredictor(model(), vocabulary(3))
