"""Training, reallocation and evaluation where TensorFlow is not installed."""

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys

sys.modules["tensorflow"] = None  # An import of it fails.
from lightrnn_tf.cli import main

small = ["--units", "8", "--batch-size", "4", "--steps", "5", "--rounds", "1,1"]
assert main(["train", "--train", "text.txt", *small, "--out", "run"]) == 0
assert main(["evaluate", "run", "--text", "text.txt", "--json"]) == 0
assert main(["export", "run", "--out", "m.tflite"]) == 2
assert not any(name.startswith("tensorflow.") for name in sys.modules)
"""


@pytest.mark.slow
def test_everything_but_export_works_without_tensorflow(tmp_path):
    (tmp_path / "text.txt").write_text("the cat sat on the mat\n" * 200)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout.splitlines()[-1])
    # Two words may follow "the", each other one is certain.
    assert 1 < scores["perplexity"] < 2
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    (moved,) = [line for line in map(json.loads, lines) if "solver" in line]
    assert moved["nats_predicted"] <= moved["nats_before"]
    assert "Exporting needs the TensorFlow backend" in done.stderr
    assert not (tmp_path / "m.tflite").exists()
