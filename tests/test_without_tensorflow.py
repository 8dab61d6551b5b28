"""Training, evaluation and reallocation where TensorFlow is not installed."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys

sys.modules["tensorflow"] = None  # An import of it fails.
import numpy as np

import lightrnn_tf
from lightrnn_tf import callbacks, data, models

model = models.LightRNN(vocabulary_size=30, units=8, residual_dim=2, eos_id=1)
model.compile("adam")
ids = np.random.default_rng(0).zipf(1.5, 600) % 30
windows = data.windows(ids, batch_size=4, steps=5)
rounds = callbacks.Reallocate(windows, epochs=[1])
model.fit(windows, epochs=2, validation_data=windows, callbacks=[rounds], verbose=0)
assert rounds.rounds[0].nats_predicted <= rounds.rounds[0].nats_before
loss, perplexity = model.evaluate(windows, verbose=0, return_dict=True).values()
assert np.isclose(np.exp(loss), perplexity, rtol=1e-4)
assert not any(name.startswith("tensorflow.") for name in sys.modules)
print("trained", float(loss))
"""


@pytest.mark.parametrize("backend", ["jax"])
def test_everything_but_export_works_without_tensorflow(backend, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("trained")


def test_commands_train_and_evaluate_without_tensorflow(tmp_path):
    (tmp_path / "text.txt").write_text("the cat sat on the mat\n" * 200)
    program = """
import sys
sys.modules["tensorflow"] = None
from lightrnn_tf.cli import main
out = ["--out", "run"]
small = ["--units", "8", "--batch-size", "4", "--steps", "5", "--rounds", "1"]
status = main(["train", "--train", "text.txt", *small, *out])
status = status or main(["evaluate", "run", "--text", "text.txt"])
assert main(["export", "run", "--out", "m.tflite"]) == 2
sys.exit(status)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Exporting needs the TensorFlow backend" in done.stderr
    assert not (tmp_path / "m.tflite").exists()
