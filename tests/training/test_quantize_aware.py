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


@pytest.mark.parametrize(
    ("aware", "losses", "expected"),
    [(False, [1.0, 2.0], 1.0), (True, [1.0, 2.0, 3.0], 3.0), (True, [1.0, 2.0], 1.0)],
)
def test_a_run_says_how_good_the_epoch_is_that_was_kept(
    aware, losses, expected, tmp_path, monkeypatch
):
    run = Run.__new__(Run)
    run.path = tmp_path
    run.config = {"training": {"rounds": [1, 1], "quantize_aware": aware}}
    lines = [
        {"epoch": n, "val_loss": loss, "val_perplexity": loss}
        for n, loss in enumerate(losses, start=1)
    ]
    monkeypatch.setattr(run, "history", lambda: lines)
    assert run.summary()["valid_perplexity"] == expected
