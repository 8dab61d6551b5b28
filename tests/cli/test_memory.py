"""Where memory runs out, the table that it was needed for is named."""

import subprocess
import sys

import pytest
from helpers.command_line import lightrnn

from lightrnn_tf._internal.memory import memory_for

# Memory that is left when the work begins.
LEFT = 100 << 20
BEGIN = """
import resource
import numpy as np
{prepare}
with open("/proc/self/statm") as sizes:
    used = int(sizes.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + {left}, used + {left}))
try:
    {work}
except MemoryError as error:
    print(error)
"""
WORKS = {
    "out of memory for the costs of 9,000 words in 9,025 cells: ": (
        "from lightrnn_tf import matching\n"
        "rows, columns = np.zeros((9000, 95)), np.zeros((9000, 95))",
        "matching.solve(rows, columns, 95, 95, solver='exact')",
    ),
    "out of memory for the vectors of 900,000 words for the warm start: ": (
        "from lightrnn_tf import warm_start\n"
        "near = warm_start.Neighbours(900_000)\n"
        "near.add(np.random.default_rng(0).zipf(1.2, 10**6) % 900_000)",
        "warm_start.table(near, 900_000, 1000, 900)",
    ),
    "out of memory for the loss tables, 90,000 words × (300 rows + 300 columns): ": (
        "from lightrnn_tf import data, loss_tables, models\n"
        "model = models.LightRNN(90_000, units=4, rows=300, columns=300)\n"
        "model.build()\n"
        "windows = data.windows(np.arange(100), 2, 5)",
        "loss_tables.loss_tables(model, windows)",
    ),
}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as on Linux")
@pytest.mark.parametrize(
    "message",
    [pytest.param(m, marks=pytest.mark.slow) if "loss" in m else m for m in WORKS],
)
def test_the_table_is_named(message):
    prepare, work = WORKS[message]
    code = BEGIN.format(prepare=prepare, work=work, left=LEFT)
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True
    )
    assert done.stdout.startswith(message)


def test_the_innermost_is_named():
    with pytest.raises(MemoryError) as raised, memory_for("a"), memory_for("b"):
        raise MemoryError
    assert str(raised.value) == "out of memory for b: no more is free"


class ResourceExhaustedError(Exception):
    """As TensorFlow's, in name."""


@pytest.mark.parametrize(
    "error", [ResourceExhaustedError("x"), RuntimeError("RESOURCE_EXHAUSTED: x")]
)
def test_errors_of_backends_are_known(error):
    with pytest.raises(MemoryError, match="out of memory for a: "), memory_for("a"):
        raise error
    with pytest.raises(RuntimeError, match="other"), memory_for("a"):
        raise RuntimeError("other")


def test_the_command_says_what_to_do(tmp_path, monkeypatch, capsys):
    def new_model(*given):
        raise ResourceExhaustedError("OOM when allocating tensor")

    from lightrnn_tf.training import first_model

    monkeypatch.setattr(first_model, "new_model", new_model)
    text = tmp_path / "text.txt"
    text.write_text("a b c\n" * 500)
    out = tmp_path / "run"
    assert lightrnn("train", "--train", text, "--out", out) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "lightrnn: error: out of memory for the model of 5 words: OOM when allocating "
        "tensor. Take a smaller vocabulary, batch or model."
    )
    assert not out.exists()
    assert not out.with_name("run.partial").exists()
