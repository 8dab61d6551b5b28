"""A quantize-aware training: exact epochs first, then rounded ones."""

import pytest
from helpers.command_line import lightrnn, small_text

from lightrnn_tf import data
from lightrnn_tf.training.run import Run


@pytest.mark.usefixtures("eager")
def test_rounded_epochs_follow_and_the_best_of_them_is_kept(tmp_path):
    text = small_text(tmp_path, 20) / "text.txt"
    sizes = "--units 4 --word-dim 2 --batch-size 4 --steps 5 --rounds 1".split()
    sizes += ["--learning-rate", "0.1"]  # Rounding shows where weights are large.
    found = []
    for more in ((), ("--quantize-aware",)):
        out = tmp_path / f"run{len(more)}"
        assert lightrnn("train", "--train", text, *sizes, *more, "--out", out) == 0
        found.append(Run(out))
    plain, aware = ([line["val_loss"] for line in r.epochs()] for r in found)
    assert plain == aware[:1]
    assert len(aware) == 2
    # Even if an exact epoch was better.
    model, ids = found[1].load_model(), found[1].ids("valid")
    model.compile()
    windows = data.windows(ids, 4, 5)
    assert model.evaluate(windows, verbose=0)[0] == pytest.approx(aware[1], rel=1e-6)
    model.quantize_aware = False
    assert model.evaluate(windows, verbose=0)[0] != pytest.approx(aware[1], rel=1e-4)
