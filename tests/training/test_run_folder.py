"""What stays of a training that is stopped."""

import json
from types import SimpleNamespace

import pytest

from lightrnn_tf.training import checkpoint, run
from lightrnn_tf.training.run_folder import LOCK, Diverged, RunFolder

CONFIG = json.dumps({"format_version": 1, "training": {}})
AGAIN = " To go on: lightrnn train --resume {out}"
HOLDS = "Stopped early; {out} holds the epochs that were finished."
WHOLE = (run.WEIGHTS, run.TABLE, checkpoint.FILE)


def trainer(*place, keep=lambda: None):
    return SimpleNamespace(place=checkpoint.Place(*place), keep=keep)


def full():
    raise OSError("No space left on device")


@pytest.mark.parametrize(
    ("files", "stopped", "error", "resumed", "left", "said"),
    [
        (WHOLE, trainer(1), KeyboardInterrupt(), False, "run", HOLDS + AGAIN),
        (WHOLE, trainer(1), KeyboardInterrupt(), True, "run", HOLDS + AGAIN),
        (WHOLE, trainer(1, keep=full), ValueError(), False, "run", HOLDS + AGAIN),
        (WHOLE, trainer(1), Diverged(), False, "run", HOLDS),
        # Within the first epoch.
        (WHOLE[2:], trainer(0, 3), KeyboardInterrupt(), False, "run.partial",
         "Stopped early." + AGAIN),
        (WHOLE[2:], trainer(0, 3), KeyboardInterrupt(), True, "run.partial",
         "Stopped early." + AGAIN),
        # One that had its name, and whose checkpoint is damaged.
        (WHOLE, None, ValueError(), True, "run", ""),
        # Nothing was trained.
        (WHOLE[2:], trainer(), KeyboardInterrupt(), False, None, ""),
        ((), None, ValueError(), False, None, ""),
        # It is not this training's to delete.
        (WHOLE[2:], None, ValueError(), True, "run.partial", ""),
        (WHOLE[2:], trainer(), Diverged(), True, "run.partial", ""),
    ],
)  # fmt: skip
def test_what_is_left(files, stopped, error, resumed, left, said, tmp_path, capsys):
    folder = RunFolder(tmp_path / "run")
    folder.resumed = resumed
    folder.path.mkdir()
    (folder.path / run.CONFIG).write_text(CONFIG)
    for name in files:
        (folder.path / name).write_text(name)
    folder.leave(error, stopped)
    assert [path.name for path in tmp_path.iterdir()] == ([left] if left else [])
    if left:
        names = {path.name for path in (tmp_path / left).iterdir()}
        assert names == {run.CONFIG, *files}
    assert capsys.readouterr().err == (said and said.format(out=folder.out) + "\n")


def test_an_old_run_stays_until_the_new_one_is_whole(tmp_path):
    out = tmp_path / "run"
    out.mkdir()
    (out / run.CONFIG).write_text(CONFIG)
    (out / "old").touch()
    folder = RunFolder(out)
    with folder.begun(overwrite=True):
        folder.leave(KeyboardInterrupt())
    assert (out / "old").exists()
    with folder.begun(overwrite=True):
        (folder.path / run.CONFIG).write_text(CONFIG)
        (folder.path / checkpoint.FILE).touch()
        folder.finish()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert [path.name for path in out.iterdir()] == [run.CONFIG]


def test_nothing_of_a_killed_training_gets_into_the_next_one(tmp_path):
    folder = RunFolder(tmp_path / "run")
    (folder.path / "ids").mkdir(parents=True)
    (folder.path / run.CONFIG).write_text(CONFIG)
    for name in (run.METRICS, checkpoint.FILE, "ids/train.bin"):
        (folder.path / name).touch()
    with folder.begun(overwrite=True):
        assert [path.name for path in folder.path.iterdir()] == [LOCK]
