"""Models of each kind to export, and the running of their files."""

import numpy as np
import pytest

from lightrnn_tf import models
from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

WORDS = ["<eos>", "<unk>", *(f"{a}{b}" for a in "abcdefgh" for b in "xyzuv"), "\u2028"]
V = len(WORDS)
MODELS = {
    "light": (models.LightRNN, {"rows": 5, "columns": 10, "embedding_dim": 7}),
    "tall": (models.LightRNN, {"rows": 22, "columns": 2, "word_dim": 3}),
    "frequent": (models.LightRNN, {"frequent_words": 9, "frequent_dim": 3}),
    "frequent only": (
        models.LightRNN,
        {"word_dim": 0, "frequent_words": V, "frequent_dim": 2, "rows": 4},
    ),
    "recurrent": (
        models.PaperRNN,
        {"rows": 5, "columns": 10, "word_dim": 3, "row_parts": 4, "word_bias": True},
    ),
    "paper": (models.PaperRNN, {}),
    "gru": (models.LightRNN, {"cell": "gru", "layers": 2, "word_dim": 2}),
    "lines": (models.LightRNN, {"rows": 12, "line_independent": True}),
    "dense": (models.DenseRNN, {"embedding_dim": 7, "cell": "gru"}),
    "tied": (models.DenseRNN, {"tied": True, "layers": 2}),
    "slim": (models.SlimRNN, {"parts": 2, "vectors": 14}),
    "slim input": (models.SlimRNN, {"parts": 4, "vectors": 9, "side": "input"}),
    "slim output": (
        models.SlimRNN,
        {"parts": 4, "vectors": 12, "side": "output", "word_bias": False},
    ),
}


def make(name, **more):
    """Return a model with random weights, and its vocabulary."""
    cls, kwargs = MODELS[name]
    rng = np.random.default_rng(3)
    counts = sorted(rng.integers(1, 999, V).tolist())[::-1]
    vocabulary = Vocabulary(WORDS, counts, Tokenizer("whitespace", lowercase=True))
    model = cls(V, units=24, **kwargs, **more)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.4, weight.shape))
    if cls in (models.LightRNN, models.PaperRNN):
        model.table = WordTable.random(V, model.rows, model.columns, seed=5)
    return model, vocabulary


# What differs little from the others.
ALIKE = ("tall", "frequent only", "recurrent", "slim input")
NAMES = [
    pytest.param(name, marks=pytest.mark.slow) if name in ALIKE else name
    for name in MODELS
]


def by_word(predictor, words):
    """Return the ids of words in the vocabulary of a predictor."""
    return np.array(predictor.vocabulary.ids(words))


def _run_compiled(compiled, signature, inputs, like):
    """Run a signature; outputs have the shapes and types of `like`."""
    written = {}
    for name, value in inputs.items():
        written[name] = compiled.create_input_buffer_by_name(signature, name)
        written[name].write(np.ascontiguousarray(value))
    read = {
        name: compiled.create_output_buffer_by_name(signature, name) for name in like
    }
    compiled.run_by_name(signature, written, read)
    return {
        name: read[name].read(value.size, value.dtype.type).reshape(value.shape)
        for name, value in like.items()
    }


def assert_compiled_answers_alike(compiled, file, inputs):
    """Compare a CompiledModel with the Interpreter of a file in each signature."""
    for signature in file.manifest["signatures"]:
        runner = file._run[signature]
        wanted = {n: inputs[n] for n in runner.get_input_details()}
        expected = runner(**wanted)
        found = _run_compiled(compiled, signature, wanted, expected)
        for output, value in expected.items():
            # The kernels are the same or nearly so; int8 rounds inputs in between.
            np.testing.assert_allclose(
                found[output], value, atol=1e-4, err_msg=f"{signature}: {output}"
            )
