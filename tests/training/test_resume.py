"""Training that is killed and resumed ends as if it had not been stopped."""

import collections
import functools
import multiprocessing
import os
import shutil
import signal
from types import SimpleNamespace

import filelock
import numpy as np
import pytest
from helpers.command_line import lightrnn, small_text

from lightrnn_tf.training import checkpoint, records, run, run_folder
from lightrnn_tf.training.first_model import new_model
from lightrnn_tf.training.options import Options
from lightrnn_tf.training.texts import Texts

# A server that has imported TensorFlow once forks a process for each training.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["lightrnn_tf.training", "lightrnn_tf.cli"])
KILLS = 20
NEVER = -1


def options(folder, **more):
    return {
        "train": [str(folder / "text.txt")],
        "out": str(folder / "run"),
        "units": 8,
        "batch_size": 4,
        "steps": 5,
        "rounds": (2, 1),
        "seed": 3,
        # After every batch.
        "checkpoint_minutes": 1e-9,
        **more,
    }


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """A folder with a text of a few hundred words."""
    return small_text(tmp_path_factory.mktemp("texts"), 40)


def begin(asked):
    from lightrnn_tf import training

    training.train(training.Options.of(**asked))


def go_on(asked):
    from lightrnn_tf import training

    training.resume(asked["out"])


def counting(work, asked, kill_at, counts):
    """Train, and be killed at one of the moments that are counted.

    That is given by its number, or by what is done then and how often before.
    """
    # Two processes of TensorFlow with threads of their own would not add alike.
    os.environ |= {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    import keras

    from lightrnn_tf.data.streams import Windows
    from lightrnn_tf.reallocation.storage import SavedTables
    from lightrnn_tf.tables import matching

    moments = collections.Counter()

    def moment(kind):
        if kill_at in (moments.total(), (kind, moments[kind])):
            os.kill(os.getpid(), signal.SIGKILL)
        moments[kind] += 1

    def watch(owner, name):
        real = getattr(owner, name)

        @functools.wraps(real)
        def watched(*args, **kwargs):
            moment(name)
            answer = real(*args, **kwargs)
            moment(name)
            return answer

        setattr(owner, name, watched)

    real_savez = np.savez

    def savez(file, **arrays):
        """Is there halfway, too."""
        real_savez(file, **dict(list(arrays.items())[: len(arrays) // 2]))
        file.flush()
        moment("savez")
        file.seek(0)
        file.truncate()
        real_savez(file, **arrays)

    np.savez = savez
    for owner, name in (
        (os, "replace"),
        (os, "fsync"),
        (keras.Model, "save_weights"),
        (Windows, "__getitem__"),
        (SavedTables, "add"),
        (matching, "solve"),
        (shutil, "rmtree"),
    ):
        watch(owner, name)
    work(asked)
    counts.put(moments.total())


def child(work, asked, kill_at=NEVER):
    """Run work in a process; return how many moments it had, `None` if killed."""
    counts = FORKS.SimpleQueue()
    process = FORKS.Process(target=counting, args=(work, asked, kill_at, counts))
    process.start()
    process.join()
    if process.exitcode == -signal.SIGKILL:
        return None
    assert process.exitcode == 0
    return counts.get()


def outcome(folder):
    """Return what a run must have in common with its twin."""
    found = run.Run(folder)
    weights = [np.array(v) for v in found.load_model().weights]
    timed = ("seconds", "words_per_second")
    lines = [
        {name: value for name, value in line.items() if name not in timed}
        for line in found.history()
    ]
    return weights, lines, (folder / run.TABLE).read_text()


@pytest.fixture(scope="module")
def whole(texts):
    """A run that was not stopped, and its moments."""
    moments = child(begin, options(texts))
    return texts / "run", moments


def assert_same(one, other):
    weights, lines, table = outcome(one)
    same_weights, same_lines, same_table = outcome(other)
    for weight, same in zip(weights, same_weights, strict=True):
        np.testing.assert_array_equal(weight, same)
    assert lines == same_lines
    assert table == same_table
    assert {path.name for path in one.iterdir()} == {p.name for p in other.iterdir()}


# In the order in which a training comes to them: a batch, a half-written checkpoint,
# weights, which are those of the best epoch so far, losses that are gathered, the
# matching, tables that are deleted and a file that takes its place.
AIMED = (
    ("__getitem__", 9),
    ("savez", 3),
    ("save_weights", 0),
    ("add", 1),
    ("solve", 0),
    ("solve", 1),
    ("rmtree", 0),
    ("replace", 0),
)


@pytest.mark.slow
def test_killed_at_each_kind_of_moment_it_ends_the_same(texts, whole, tmp_path):
    run_whole, _ = whole
    asked = options(texts, out=str(tmp_path / "run"))
    work = begin
    for kill_at in AIMED:
        assert child(work, asked, kill_at) is None, f"over before {kill_at}"
        work = go_on
    child(go_on, asked)
    assert_same(run_whole, tmp_path / "run")


@pytest.mark.slow
def test_killed_at_any_moment_it_ends_the_same(texts, whole, tmp_path):
    run_whole, moments = whole
    draw = np.random.default_rng(1)
    asked = options(texts, out=str(tmp_path / "run"))
    work, kills = begin, 0
    while kills < KILLS:
        # Soon, so that there is room for all of them in one training.
        killed = child(work, asked, int(draw.integers(moments // 8))) is None
        assert killed, f"over after {kills} kills"
        work, kills = go_on, kills + 1
    child(go_on, asked)
    assert_same(run_whole, tmp_path / "run")


@pytest.mark.slow
def test_rounded_epochs_go_on_where_they_were(texts, tmp_path):
    """Killed before, at the beginning of and in the epoch that rounds weights."""
    asked = options(texts, quantize_aware=True, out=str(tmp_path / "whole"))
    moments = child(begin, asked)
    work, asked["out"] = begin, str(tmp_path / "run")
    for kill_at in (("__getitem__", 9), ("savez", 56), ("__getitem__", 9)):
        assert child(work, asked, kill_at) is None, f"over before {kill_at}"
        work = go_on
    # Of four epochs only a part of the last one is left.
    assert child(go_on, asked) < moments / 4
    assert_same(tmp_path / "whole", tmp_path / "run")


@pytest.mark.slow
def test_tables_half_deleted_are_gathered_anew(texts, whole, tmp_path):
    run_whole, _ = whole
    asked = options(texts, out=str(tmp_path / "run"))
    assert child(begin, asked, ("rmtree", 0)) is None
    (tables,) = (tmp_path / "run.partial").glob("loss_tables-*")
    (tables / "rows.npy").unlink()
    child(go_on, asked)
    assert_same(run_whole, tmp_path / "run")


@pytest.mark.slow
def test_killed_at_the_very_end_it_ends_the_same(texts, whole, tmp_path):
    run_whole, moments = whole
    asked = options(texts, out=str(tmp_path / "run"))
    assert child(begin, asked, moments - 1) is None
    child(go_on, asked)
    assert_same(run_whole, tmp_path / "run")


@pytest.mark.slow
def test_with_checkpoints_between_epochs_alone_it_ends_the_same(texts, whole, tmp_path):
    run_whole, moments = whole
    asked = options(texts, out=str(tmp_path / "run"), checkpoint_minutes=1e9)
    fewer = child(begin, {**asked, "out": str(tmp_path / "other")})
    assert fewer < moments
    # In the second epoch, before the reallocation.
    assert child(begin, asked, fewer // 3) is None
    child(go_on, asked)
    assert_same(run_whole, tmp_path / "run")


@pytest.mark.slow
@pytest.mark.parametrize("cut", [100, -200, "flip"])
def test_a_damaged_checkpoint_makes_room_for_the_one_before(
    texts, whole, tmp_path, cut
):
    run_whole, _ = whole
    asked = options(texts, out=str(tmp_path / "run"))
    # In a batch, where both are in their places.
    assert child(begin, asked, ("__getitem__", 60)) is None
    path = tmp_path / "run.partial" / checkpoint.FILE
    content = path.read_bytes()
    if cut == "flip":
        middle = len(content) // 2
        flipped = bytes([content[middle] ^ 1])
        path.write_bytes(content[:middle] + flipped + content[middle + 1 :])
    else:
        path.write_bytes(content[:cut])
    child(go_on, asked)
    assert_same(run_whole, tmp_path / "run")


def test_without_a_checkpoint_that_can_be_read_nothing_is_lost(texts, tmp_path, capsys):
    asked = options(texts, out=str(tmp_path / "run"))
    assert child(begin, asked, ("__getitem__", 9)) is None
    partial = tmp_path / "run.partial"
    for name in (checkpoint.FILE, checkpoint.PREVIOUS):
        size = (partial / name).stat().st_size
        (partial / name).write_bytes(bytes(size))
    before = {path.name for path in partial.iterdir()}
    assert lightrnn("train", "--resume", tmp_path / "run") == 2
    assert "has no checkpoint that can be read" in capsys.readouterr().err
    assert {path.name for path in partial.iterdir()} == before


def test_two_trainings_into_one_run(texts, tmp_path, capsys):
    partial = tmp_path / "run.partial"
    partial.mkdir()
    text = texts / "text.txt"
    with filelock.FileLock(partial / run_folder.LOCK):
        for command in (
            ("--train", text, "--out", tmp_path / "run"),
            ("--train", text, "--out", tmp_path / "run", "--overwrite"),
            ("--resume", tmp_path / "run"),
        ):
            assert lightrnn("train", *command) == 2
            assert "is being trained by another process" in capsys.readouterr().err
    assert partial.exists()


def test_what_cannot_be_resumed(whole, tmp_path, capsys):
    def error(*arguments):
        assert lightrnn("train", *arguments) == 2
        return capsys.readouterr().err

    assert "no such run" in error("--resume", tmp_path / "none")
    (tmp_path / "run.partial").mkdir()
    assert "training stopped before it began" in error("--resume", tmp_path / "run")
    config = tmp_path / "run.partial" / run.CONFIG
    on_tensorflow = '"versions": {"backend": "tensorflow"}'
    for damage in ("{", "[]", '{"training": 3}', '{"training": {"x": 1}, %s}'):
        config.write_text(damage.replace("%s", on_tensorflow))
        assert "config.json is damaged" in error("--resume", tmp_path / "run")
    config.write_text('{"training": {}, "versions": {"backend": "jax"}}')
    line = error("--resume", tmp_path / "run")
    assert "was begun on the backend jax of Keras" in line
    assert line.endswith("Set KERAS_BACKEND=jax.\n")
    config.write_text('{"training": {"train": ["gone.txt"]}, ' + on_tensorflow + "}")
    line = error("--resume", tmp_path / "run")
    assert line.splitlines()[0] == "Beginning anew with gone.txt."
    assert "gone.txt: no such file" in line
    (tmp_path / "foreign").mkdir()
    assert "is not a run: it has no config.json" in error(
        "--resume", tmp_path / "foreign"
    )
    (tmp_path / "foreign" / checkpoint.FILE).write_text("of something else")
    assert "has no config.json" in error("--resume", tmp_path / "foreign")
    # It is as it was.
    assert [path.name for path in (tmp_path / "foreign").iterdir()] == [checkpoint.FILE]
    line = error("--resume", whole[0], "--units", "9", "--threads", "1")
    assert "--units cannot be given with --resume" in line
    assert "required: --train, --tfds or --prepared, --out; or" in error()
    line = error("--train", __file__, "--out", "y", "--checkpoint-minutes", "0")
    assert "`checkpoint_minutes` must be above 0 and finite. Received: " in line


def test_a_good_checkpoint_outlives_a_damaged_one(tmp_path):
    import keras

    from lightrnn_tf import models

    model = models.LightRNN(vocabulary_size=10, units=4)
    model.build()
    model.compile(keras.optimizers.Adam())
    model.optimizer.build(model.trainable_variables)
    for epoch in (1, 2):
        checkpoint.save(tmp_path, model, checkpoint.Place(epoch))
    path = tmp_path / checkpoint.FILE
    path.write_bytes(path.read_bytes()[:-200])
    assert checkpoint.load(tmp_path, model)[0] == checkpoint.Place(1)
    checkpoint.save(tmp_path, model, checkpoint.Place(3))
    path.write_bytes(b"")
    assert checkpoint.load(tmp_path, model)[0] == checkpoint.Place(1)


@pytest.mark.parametrize(
    ("sizes", "name"),
    [
        ((5, 9), checkpoint.PREVIOUS),  # The last one was cut.
        ((9, 5), checkpoint.FILE),
        ((None, 5), checkpoint.PREVIOUS),
    ],
)
def test_a_checkpoint_that_was_cut_does_not_hide_a_longer_one(tmp_path, sizes, name):
    for each, size in zip((checkpoint.FILE, checkpoint.PREVIOUS), sizes, strict=True):
        if size:
            (tmp_path / each).write_bytes(bytes(size))
    assert checkpoint.largest(tmp_path) == tmp_path / name


def test_a_resumed_training_finds_the_test_text_again(tmp_path):
    folder = run_folder.RunFolder(tmp_path / "run")
    folder.path.mkdir()
    text = str(small_text(tmp_path, 40) / "text.txt")
    for test in ([text], None):
        asked = Options.of(folder.out, train=[text], test=test, units=4)
        read = Texts.read(asked, folder.path)
        folder.write_config(asked, new_model(asked, read.vocabulary))
        (folder.path / run.VOCABULARY).write_text(read.vocabulary.to_text())
        found = Texts.of(run.Run(folder.path), folder.options())
        for name in ("train", "valid", "test"):
            ids = getattr(read, name)
            np.testing.assert_array_equal(getattr(found, name), ids, err_msg=name)
        assert (found.test is None) == (test is None)


# Worse than the best one, but better than another; as good as the best one.
@pytest.mark.parametrize(("anew", "kept"), [(0, "01114"), (2, "01234"), (3, "01134")])
def test_weights_are_kept_of_the_best_epoch_that_counts(anew, kept, tmp_path):
    log = records.Log(tmp_path, writes=True)
    best = records.KeepBest(tmp_path / run.WEIGHTS, log, anew)
    variables = SimpleNamespace(variables=[])
    best.set_model(
        SimpleNamespace(
            variables=[],
            optimizer=variables,
            save_weights=lambda path: path.write_text(f"{len(log.epochs)}"),
        )
    )
    found = ""
    for loss in (4.0, 2.0, 3.0, 2.0, 1.0):
        best.on_epoch_end(len(log.epochs), {"val_loss": loss})
        log.epochs.append({"val_loss": loss})
        found += (tmp_path / run.WEIGHTS).read_text()
    assert found == kept


def test_a_folder_that_took_the_name_meanwhile_is_kept(whole, tmp_path):
    partial, path = tmp_path / "run.partial", tmp_path / "run"
    shutil.copytree(whole[0], partial)
    path.mkdir()
    (path / "mine.txt").write_text("precious")
    with pytest.raises(FileExistsError, match="is not a run, so it is not overwritten"):
        run_folder.RunFolder(path).finish()
    assert (path / "mine.txt").read_text() == "precious"
    assert run.Run(partial).load_model()
    # Another run makes room.
    shutil.rmtree(path)
    shutil.copytree(whole[0], path)
    run_folder.RunFolder(path).finish()
    assert run.Run(path).load_model()
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize(
    "line", ["{", "3", '{"epoch": 1}', '{"epoch": 1, "loss": "x"}']
)
def test_lines_of_epochs_that_mean_nothing_are_refused(tmp_path, line):
    (tmp_path / run.METRICS).write_text(f"{line}\n")
    with pytest.raises(ValueError, match="metrics.jsonl is damaged"):
        records.Log(tmp_path, writes=True).keep(1)
    assert (tmp_path / run.METRICS).read_text() == f"{line}\n"


def test_lines_after_the_checkpoint_are_dropped(tmp_path):
    log = records.Log(tmp_path, writes=True)
    epochs = [
        {"epoch": n, "loss": 3.0 / n, "val_loss": 4.0 / n, "val_perplexity": 5.0 / n}
        for n in (1, 2)
    ]
    for line in (*epochs, {"test": {}}):
        log.write(**line)
    before = (tmp_path / run.METRICS).read_text().splitlines()
    for lines in (3, 1, 0):
        again = records.Log(tmp_path, writes=True)
        again.keep(lines)
        assert again.lines == lines
        assert again.epochs == epochs[:lines]
        assert (tmp_path / run.METRICS).read_text().splitlines() == before[:lines]


def test_batches_that_were_done_before_count_in_the_first_epoch_alone():
    places = []
    checkpoints = records.Checkpoints(
        lambda model, place: places.append(place), lambda *_: True, batches=4, done=2
    )
    checkpoints.set_model(
        SimpleNamespace(stop_training=False, reset_metrics=lambda: None)
    )
    for epoch, rest in ((1, 2), (2, 4)):
        checkpoints.on_epoch_begin(epoch)
        for batch in range(rest):
            checkpoints.on_train_batch_end(batch)
        checkpoints.on_epoch_end(epoch)
    expected = [(1, 3), (2, 0), (2, 1), (2, 2), (2, 3), (3, 0)]
    assert places == [checkpoint.Place(*place) for place in expected]


def test_a_run_that_is_over_is_left_as_it_is(whole, capsys):
    before = {path: path.stat().st_mtime_ns for path in whole[0].iterdir()}
    assert lightrnn("train", "--resume", whole[0]) == 0
    assert "is finished" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in whole[0].iterdir()} == before


def test_stopped_by_hand_it_goes_on_from_its_name(texts, whole, tmp_path):
    asked = options(texts, out=str(tmp_path / "run"))
    assert child(stop_in_the_third_epoch, asked) is not None
    # Without a checkpoint that can be read it stays what it is.
    damaged = shutil.copytree(tmp_path / "run", tmp_path / "damaged")
    for path in damaged.glob("checkpoint*"):
        path.write_bytes(b"")
    assert lightrnn("train", "--resume", damaged) == 2
    assert run.Run(damaged).load_model()
    child(go_on, asked)
    assert_same(whole[0], tmp_path / "run")


def stop_in_the_third_epoch(asked):
    import keras

    from lightrnn_tf import training
    from lightrnn_tf.training import trainer

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 3 and self.model.optimizer.iterations > 2 * 17:
                raise KeyboardInterrupt

    callbacks = trainer.Trainer._callbacks
    trainer.Trainer._callbacks = lambda self: [*callbacks(self), Stop()]
    with pytest.raises(KeyboardInterrupt):
        training.train(training.Options.of(**asked))


def test_no_damage_of_a_checkpoint_goes_unnoticed_or_breaks_out(tmp_path):
    """A file that was cut or changed by a byte is refused, a whole one is read."""
    import keras

    from lightrnn_tf import models

    model = models.LightRNN(vocabulary_size=10, units=4)
    model.build()
    model.compile(keras.optimizers.Adam())
    model.optimizer.build(model.trainable_variables)
    place = checkpoint.Place(2, 3, 4)
    checkpoint.save(tmp_path, model, place)
    path = tmp_path / checkpoint.FILE
    whole_file = path.read_bytes()
    draw = np.random.default_rng(0)
    refused = 0
    for _ in range(200):
        content = bytearray(whole_file)
        at = int(draw.integers(len(content)))
        if draw.random() < 0.3:
            del content[at:]
        else:
            content[at] ^= 1 << int(draw.integers(8))
        path.write_bytes(content)
        try:
            found, values = checkpoint.load(tmp_path, model)
        except ValueError:
            refused += 1
        else:  # In a place that means nothing, such as a time.
            assert found == place
            checkpoint.restore(model, values)
    assert refused > 100
    path.write_bytes(whole_file)
    assert checkpoint.load(tmp_path, model)[0] == place
