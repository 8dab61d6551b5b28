"""Runs and models of before: names of options changed, what they mean did not.

The files were made by the code that wrote runs of format 1, the nats with it.
"""

import json
import pathlib
import shutil

import keras
import numpy as np
import pytest

from lightrnn_tf import models
from lightrnn_tf.training.options import Options, PaperRNNOptions, of_format_1
from lightrnn_tf.training.run import Run
from lightrnn_tf.training.run_folder import RunFolder

FOLDER = pathlib.Path(__file__).parents[1] / "golden" / "format_1"
IDS = np.arange(24).reshape(2, 12) % 7


@pytest.fixture(scope="module")
def nats():
    return dict(np.load(FOLDER / "nats.npz"))


@pytest.mark.parametrize(
    ("name", "kind"), [("light", models.LightRNN), ("paper", models.PaperRNN)]
)
def test_a_run_of_format_1_is_read(name, kind, nats):
    model = Run(FOLDER / name).load_model()
    assert type(model) is kind
    np.testing.assert_allclose(np.asarray(model(IDS)), nats[name], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mixed", models.PaperRNN),
        ("slim", models.SlimRNN),
        ("dense", models.DenseRNN),
    ],
)
def test_a_model_that_keras_saved_is_read(name, kind, nats):
    model = keras.saving.load_model(FOLDER / f"{name}.keras")
    assert type(model) is kind
    np.testing.assert_allclose(np.asarray(model(IDS)), nats[name], atol=1e-5)


def test_a_training_of_format_1_goes_on_with_its_options(tmp_path):
    stopped = tmp_path / "run.partial"
    shutil.copytree(FOLDER / "paper", stopped)
    options = RunFolder(tmp_path / "run").options()
    assert type(options.model) is PaperRNNOptions
    assert (options.model.word_dim, options.model.word_bias) == (0, False)
    assert options.table.table == "random"
    assert options.fit.rounds == (2, 2)
    assert options.text.train == ["text.txt"]


def test_options_of_format_1_are_those_of_today():
    config = json.loads((FOLDER / "light" / "config.json").read_text())
    options = Options.of("x", **of_format_1(config["training"]))
    assert options.model.kind == "lightrnn"
    assert (options.model.word_dim, options.model.frequent_words) == (3, 8)
    assert Options.of("x", **options.written()) == options
