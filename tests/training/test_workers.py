"""Several workers on the loopback interface train what one trains."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from helpers.command_line import lightrnn, small_text

from lightrnn_tf import cli, data, training
from lightrnn_tf._internal import guard
from lightrnn_tf.training import run_folder, trainer, workers

# Loss of the same sums in another order.
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a text of a few hundred words."""
    return small_text(tmp_path_factory.mktemp("texts"), 60)


def options(folder, out, *more):
    text = str(folder / "text.txt")
    return [
        "--train",
        text,
        "--test",
        text,
        "--out",
        str(folder / out),
        "--units",
        "8",
        "--batch-size",
        "4",
        "--steps",
        "5",
        "--seed",
        "3",
        "--threads",
        "1",
        "--rounds",
        "2,1",
        *more,
    ]


def start(arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "lightrnn_tf", "train", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "KERAS_BACKEND": "jax",
            "JAX_PLATFORMS": "cpu",
            **environment,
        },
    )


def start_all(count, arguments):
    """Start workers; return their processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    team = ["--workers", str(count), "--coordinator", place]
    return [
        start([*arguments, *team, "--worker", str(number)]) for number in range(count)
    ]


def finish(*processes):
    """Return the exit statuses, and what was said."""
    said = [process.communicate()[1] for process in processes]
    return [process.returncode for process in processes], said


def curve(run):
    """Return the losses of the epochs, and the test perplexity."""
    text = (run / "metrics.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    losses = [[e["loss"], e["val_loss"]] for e in lines if "epoch" in e]
    (test,) = (line["test"]["perplexity"] for line in lines if "test" in line)
    return np.array([*itertools.chain(*losses), np.log(test)])


@pytest.fixture(scope="module")
def alone(folder):
    """The run of one process."""
    statuses, said = finish(start(options(folder, "alone")))
    assert statuses == [0], said
    return folder / "alone"


def assert_same(run, alone):
    np.testing.assert_allclose(curve(run), curve(alone), rtol=0, atol=TOLERANCE)
    assert (run / "table.json").read_text() == (alone / "table.json").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 4])
def test_workers_train_what_one_does(folder, alone, count):
    out = f"of-{count}"
    statuses, said = finish(*start_all(count, options(folder, out)))
    assert statuses == [0] * count, said
    assert_same(folder / out, alone)
    left = {path.name for path in (folder / out).iterdir()}
    assert left == {path.name for path in alone.iterdir()}


@pytest.mark.slow
def test_devices_of_one_machine_train_what_one_does(folder, alone):
    flags = "--xla_force_host_platform_device_count=2"
    process = start(options(folder, "devices"), XLA_FLAGS=flags)
    assert finish(process)[0] == [0]
    assert_same(folder / "devices", alone)


ON_TWO_DEVICES = """
import sys
import numpy as np
from lightrnn_tf import data, models, workers
team, ids = workers.Team(), np.arange(400) % 10
windows, valid = data.windows(ids, 4, 5), data.windows(ids[:90], 2, 5)
with team.together():
    model = models.LightRNN(10, units=8)
    model.compile("adam")
    feed = team.feed(windows)
    model.fit(feed, epochs=2, validation_data=team.feed(valid), verbose=0)
assert team.devices == int(sys.argv[1]), team.devices
"""


@pytest.mark.slow
def test_fit_on_two_devices_with_validation():
    flags = "--xla_force_host_platform_device_count=2"
    more = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags}
    command = [sys.executable, "-c", ON_TWO_DEVICES, "2"]
    subprocess.run(command, env={**os.environ, **more}, check=True)


@pytest.mark.slow
@pytest.mark.parametrize("killed", [0, 1])
def test_a_lost_worker_is_told_of_and_training_goes_on(folder, alone, killed):
    out = f"lost-{killed}"
    team = start_all(2, options(folder, out, "--checkpoint-minutes", "1e-9"))
    # The first worker says when the second epoch begins.
    while "Epoch 2" not in team[0].stderr.readline():
        assert team[0].poll() is None
    team[killed].kill()
    statuses, said = finish(team[1 - killed])
    assert statuses == [2]
    assert said[0].splitlines()[-1] == f"lightrnn: error: {guard.LOST}"
    finish(team[killed])
    resumed = start_all(2, ["--resume", str(folder / out)])
    assert finish(*resumed)[0] == [0, 0]
    assert_same(folder / out, alone)


@pytest.mark.slow
def test_a_failure_of_the_first_worker_ends_all(folder):
    missing = options(folder, "missing", "--valid", str(folder / "none.txt"))
    statuses, said = finish(*start_all(2, missing))
    assert statuses == [2, 2]
    assert "none.txt" in said[0].splitlines()[-1]
    assert said[1].splitlines()[-1] == f"lightrnn: error: {guard.LOST}"


@pytest.mark.parametrize("lengths", [None, [13, 24]])
def test_shares_are_the_rows_of_the_batches(lengths):
    windows = data.windows(np.arange(37), 6, 2, lengths)
    shares = [windows.share(number, 3) for number in range(3)]
    for number in range(len(windows)):
        parts = [share[number][0] for share in shares]
        np.testing.assert_array_equal(np.concatenate(parts), windows[number][0])
    assert [share.batch_size for share in shares] == [2, 2, 2]


def test_shares_must_be_even():
    with pytest.raises(ValueError, match="multiple of the 4 workers. Received: 6"):
        data.windows(np.arange(37), 6, 2).share(0, 4)


@pytest.mark.parametrize(
    ("coordinator", "number", "message"),
    [
        ("somewhere", 0, "`coordinator` must be HOST:PORT of worker 0"),
        ("host:0", 0, "`coordinator` must be HOST:PORT of worker 0"),
        ("host:65536", 0, "`coordinator` must be HOST:PORT of worker 0"),
        ("host:1", 2, "`worker` must be from 0 to 1, one number for each"),
        ("host:1", 0, "Several workers need the JAX backend of .* KERAS_BACKEND=jax"),
    ],
)
def test_places_of_workers_are_checked(coordinator, number, message):
    with pytest.raises(ValueError, match=message):
        workers.Team.join(coordinator, 2, number)


def test_workers_must_be_asked_for_the_same(folder, monkeypatch):
    """The other worker says what differs, before it trains."""
    asked = training.Options.of(folder / "same", train=[str(folder / "text.txt")])
    (folder / "same.partial").mkdir()
    run_folder.RunFolder(asked.out).write_config(asked)
    monkeypatch.setattr(trainer, "Trainer", lambda *_: pytest.fail("trains"))
    other = training.Options.of(
        asked.out, train=asked.text.train, units=9, rounds=(2, 1)
    )
    with pytest.raises(ValueError, match=r"same options. Rec.* `units`, `rounds`\.$"):
        training.assist(asked.out, workers.Team(), other)
    with pytest.raises(FileNotFoundError, match="Give all workers the same --out"):
        training.assist(folder / "elsewhere", workers.Team(), asked)


@pytest.mark.slow
def test_nobody_waits_for_workers_of_a_finished_run(folder, alone, capsys, monkeypatch):
    monkeypatch.setattr(workers.Team, "join", lambda *_: pytest.fail("waits"))
    team = ["--workers", "2", "--worker", "1", "--coordinator", "127.0.0.1:1"]
    # In this process, as the guard's child would.
    assert cli._work(["train", "--resume", str(alone), *team]) == 0
    assert "is finished" in capsys.readouterr().err


def die(arguments):
    os.kill(os.getpid(), signal.SIGKILL)


def find_out(arguments):
    """Lose another worker, and write to the terminal at the end, as JAX does."""
    try:
        return cli._run(SimpleNamespace(command=lose, debug=False))
    finally:
        os.write(2, b"pages\n\n")


def lose(args):
    raise guard.Lost


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (die, "lightrnn: error: ended by SIGKILL.\n"),
        pytest.param(
            find_out,
            f"pages\n\nlightrnn: error: {guard.LOST}\n",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_ended_a_worker_is_told_last(work, said, capfd):
    assert guard.run(work, []) == 2
    assert capfd.readouterr().err.endswith(said)


@pytest.mark.slow
def test_workers_need_jax(folder):
    team = ["--workers", "2", "--worker", "0", "--coordinator", "127.0.0.1:1"]
    process = start([*options(folder, "tf"), *team], KERAS_BACKEND="tensorflow")
    statuses, said = finish(process)
    assert statuses == [2]
    assert said[0].splitlines()[-1].endswith("Set KERAS_BACKEND=jax.")
    assert not (folder / "tf").exists()


def test_options_of_workers_go_together(folder, capsys):
    assert lightrnn("train", *options(folder, "half"), "--workers", "2") == 2
    assert "go together" in capsys.readouterr().err
