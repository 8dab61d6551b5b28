"""Loss tables on disk: resumed, memory-mapped, and as exact as they say."""

import shutil
import tempfile

import numpy as np
import pytest
from helpers.random_light_rnn import V, random_light_rnn

from lightrnn_tf import data, models
from lightrnn_tf.models import StreamPass
from lightrnn_tf.reallocation.losses import Limits, exchange_losses, loss_tables
from lightrnn_tf.reallocation.storage import Place, SavedTables


@pytest.fixture
def model(rng):
    return random_light_rnn(rng, word_dim=2)


@pytest.fixture
def windows(rng):
    return data.windows(np.minimum(rng.zipf(1.5, 400) - 1, V - 1), 3, 7)


def same(first, again):
    np.testing.assert_array_equal(first.rows, again.rows)
    np.testing.assert_array_equal(first.columns, again.columns)
    assert first.nats == again.nats


@pytest.mark.parametrize("slots", [4, pytest.param(8192, marks=pytest.mark.slow)])
def test_rounding_stays_within_the_bound(slots, model, windows):
    """Float32 sums on the device against float64 sums of the same float32 losses."""
    exact = np.zeros((V, model.rows)), np.zeros((V, model.columns))
    most = 0

    def token_losses(hidden, targets, scored):
        pairs = model.pairs(hidden, targets)
        rows = -model.softmax.row_log_probs(pairs[..., 0, :])
        columns = exchange_losses(model.softmax, pairs[..., 1, :], targets)
        return rows, columns

    for ids, parts in StreamPass(model, token_losses).over(windows):
        words = ids[:, 1:].ravel()
        for total, part in zip(exact, parts, strict=True):
            flat = part.reshape(-1, part.shape[-1]).astype(np.float64)
            np.add.at(total, words[words >= 0], flat[words >= 0])
        most = max(most, np.bincount(words[words >= 0]).max())
    losses = loss_tables(model, windows, limits=Limits(words_at_once=slots))
    bound = (most + 2 * len(windows)) * 2.0**-24
    for table, true in zip((losses.rows, losses.columns), exact, strict=True):
        assert table.dtype == np.float32
        # The losses of a token are themselves rounded once more in another graph.
        assert (abs(table - true) <= (bound + 4 * 2.0**-24) * true + 1e-6).all()


def test_words_share_the_slots_in_turn(model, windows):
    whole = loss_tables(model, windows)
    # A batch of 21 tokens may have all 11 words: the slots are never fewer.
    parts = loss_tables(model, windows, limits=Limits(words_at_once=1))
    np.testing.assert_allclose(whole.rows, parts.rows, rtol=1e-5)
    np.testing.assert_allclose(whole.columns, parts.columns, rtol=1e-5)
    assert whole.nats == pytest.approx(parts.nats)


def test_files_hold_what_memory_would(model, windows, tmp_path):
    whole = loss_tables(model, windows)
    mapped = loss_tables(model, windows, tmp_path / "losses")
    assert isinstance(mapped.rows, np.memmap)
    same(whole, mapped)
    assert {path.name for path in (tmp_path / "losses").iterdir()} == {
        "rows.npy", "columns.npy", "progress.npz",
    }  # fmt: skip
    same(whole, loss_tables(model, windows, tmp_path / "losses"))


def test_tables_over_the_budget_are_files_that_nobody_has_to_delete(
    model, windows, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    whole = loss_tables(model, windows)
    assert not isinstance(whole.rows, np.memmap)
    limits = Limits(memory_budget=V * (3 + 5) * 4 - 1)
    mapped = loss_tables(model, windows, limits=limits)
    assert isinstance(mapped.rows, np.memmap)
    same(whole, mapped)
    assert not [*tmp_path.iterdir()]


def test_the_text_alone_decides_the_rounding(model, windows, tmp_path):
    """When they are saved, for time or for memory, makes no difference."""
    whole = loss_tables(model, windows, limits=Limits(tokens_at_once=50))
    for number, (seconds, size) in enumerate([(0, 1), (1e9, 1 << 30)]):
        limits = Limits(tokens_at_once=50, save_seconds=seconds, save_bytes=size)
        losses = loss_tables(model, windows, tmp_path / str(number), limits=limits)
        np.testing.assert_array_equal(whole.rows, losses.rows)
        np.testing.assert_array_equal(whole.columns, losses.columns)


def test_changes_are_saved_before_they_outgrow_their_memory(tmp_path, rng):
    limits = Limits(save_seconds=1e9, save_bytes=1000)
    tables = SavedTables(tmp_path, [(V, 3), (V, 5)], "fingerprint", limits)
    words = np.array([1, 4, 7])
    size = words.nbytes + 3 * (3 + 5) * 4
    unsaved = []
    for batch in range(1, 40):
        sums = [rng.random((3, width), np.float32) for width in (3, 5)]
        tables.add(words, sums, Place(batch))
        saved = 0
        if (tmp_path / "progress.npz").exists():
            with np.load(tmp_path / "progress.npz") as progress:
                saved = int(progress["batch"])
        unsaved.append((batch - saved) * size)
    # What one batch may change comes on top.
    assert 1000 - size < max(unsaved) <= 1000


def test_no_room_on_the_disk_is_said_before_the_pass(
    model, windows, tmp_path, monkeypatch
):
    usage = shutil.disk_usage(tmp_path)._replace(free=100)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(OSError, match="No space left on device"):
        loss_tables(model, windows, tmp_path / "losses")


class Stop(Exception):
    pass


@pytest.mark.parametrize(
    ("after", "torn"),
    [
        (5, True),
        pytest.param(18, False, marks=pytest.mark.slow),
        pytest.param(2, False, marks=pytest.mark.slow),
        pytest.param(2, True, marks=pytest.mark.slow),
        pytest.param(5, False, marks=pytest.mark.slow),
        pytest.param(18, True, marks=pytest.mark.slow),
    ],
)
def test_a_pass_that_was_stopped_goes_on(after, torn, model, windows, tmp_path):
    """Also when the crash came in the middle of writing the tables."""
    limits = Limits(tokens_at_once=1)
    reference = loss_tables(model, windows, tmp_path / "whole", limits=limits)
    folder = tmp_path / "part"
    limits = Limits(tokens_at_once=1, save_seconds=0.0)

    def stop(share):
        if round(share * len(windows)) == after:
            raise Stop

    with pytest.raises(Stop):
        loss_tables(model, windows, folder, stop, limits)
    if torn:
        # The words of the last change may be half written; the others are whole.
        with np.load(folder / "progress.npz") as saved:
            changed = saved["words"]
        table = np.load(folder / "rows.npy", mmap_mode="r+")
        table[changed[::2]] = -1
        table.flush()
    # As after a crash: another process has the weights, and read some text before.
    again = type(model).from_config(model.get_config())
    again.build()
    again.set_weights(model.get_weights())
    again.compile("adam")
    again.evaluate(windows, verbose=0)
    read = []
    same(reference, loss_tables(again, windows, folder, read.append, limits))
    # The last batch before the crash was read, but not yet saved.
    assert len(read) == len(windows) - after + 1


def test_another_model_or_text_begins_anew(model, windows, tmp_path):
    loss_tables(model, windows, tmp_path)
    model.softmax.row_bias.assign(np.ones(3 * model.row_parts))
    again = loss_tables(model, windows, tmp_path)
    same(loss_tables(model, windows), again)
    config = {**model.get_config(), "line_independent": True}
    other = models.LightRNN.from_config(config)
    other.build()
    other.set_weights(model.get_weights())
    assert loss_tables(other, windows, tmp_path).nats != again.nats
    shorter = data.windows(windows.ids[:100], 3, 7)
    again = loss_tables(model, shorter, tmp_path)
    same(loss_tables(model, shorter), again)


def test_tables_that_were_emptied_are_not_taken_for_whole(model, windows, tmp_path):
    """A pass of its own, another that was stopped before it was saved, and again."""
    whole = loss_tables(model, windows, tmp_path)
    before = np.array(whole.rows)

    def stop(share):
        raise Stop

    with pytest.raises(Stop):
        loss_tables(model, data.windows(windows.ids[:100], 3, 7), tmp_path, stop)
    again = loss_tables(model, windows, tmp_path)
    np.testing.assert_allclose(again.rows, before, rtol=1e-5)


def test_what_is_done_to_the_tables_stays_out_of_their_files(model, windows, tmp_path):
    losses = loss_tables(model, windows, tmp_path)
    before = np.array(losses.rows)
    losses.rows[:] = -1
    again = loss_tables(model, windows, tmp_path)
    np.testing.assert_array_equal(again.rows, before)


def test_bad_arguments_are_named(model, windows, tmp_path):
    for ids, found in (
        (np.arange(30) % 12, "from 0 to 11"),
        (-np.arange(9), "from -8"),
    ):
        with pytest.raises(
            ValueError, match=rf"ids in \[0, 11\). Received: ids {found}"
        ):
            loss_tables(model, data.windows(ids, 3, 7))
    with pytest.raises(
        ValueError, match="`model` must be a LightRNN or a PaperRNN. Received: Dense"
    ):
        loss_tables(models.DenseRNN(11, units=4), windows)
    with pytest.raises(ValueError, match=r"must be `data.windows\(...\)`. .*: ndarray"):
        loss_tables(model, windows.ids)
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="`folder` must be a folder. Received: .*file"):
        loss_tables(model, windows, tmp_path / "file")
    with pytest.raises(ValueError, match="`model` must be built"):
        loss_tables(models.LightRNN(11, units=4), windows)


def test_damaged_files_are_named(model, windows, tmp_path):
    loss_tables(model, windows, tmp_path)
    progress = tmp_path / "progress.npz"
    whole = progress.read_bytes()
    with np.load(progress) as saved:
        changed = saved["columns"].tobytes()
    # What says whose it is can be read, the losses are others.
    progress.write_bytes(whole.replace(changed, changed[::-1]))
    with pytest.raises(ValueError, match="progress.npz is damaged.*Delete the folder"):
        loss_tables(model, windows, tmp_path)
    progress.write_bytes(whole)
    np.save(tmp_path / "rows.npy", np.zeros((2, 2)))
    with pytest.raises(
        ValueError, match=r"rows.npy must be float32 of shape \(11, 3\)"
    ):
        loss_tables(model, windows, tmp_path)
    for name in ("rows.npy", "columns.npy"):
        (tmp_path / name).write_bytes(b"junk")
    with pytest.raises(ValueError, match="rows.npy is missing or damaged. Delete"):
        loss_tables(model, windows, tmp_path)
    progress.write_bytes(b"junk")
    with pytest.raises(ValueError, match="progress.npz is damaged.*Delete the folder"):
        loss_tables(model, windows, tmp_path)
