"""Beam makes of a text what one machine makes of it."""

import gzip
import json
import os

import numpy as np
import pytest
from helpers.command_line import lightrnn

from lightrnn_tf import data
from lightrnn_tf.data import prepare
from lightrnn_tf.data import prepared as prepared_format
from lightrnn_tf.data.prepared import Prepared
from lightrnn_tf.tables import warm_start
from lightrnn_tf.training import run
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

pytest.importorskip("apache_beam")

SMALL = ("--units", 8, "--batch-size", 4, "--steps", 5, "--threads", 1, "--seed", 2)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """A text of five files: long, of one word, empty, packed, without line end."""
    folder = tmp_path_factory.mktemp("text")
    draw = np.random.default_rng(0)

    def words(count):
        numbers = draw.zipf(1.4, count) % 50
        return " ".join(f"{chr(65 + n % 26)}{'x' * (n // 26)}" for n in numbers)

    (folder / "a.txt").write_text("\n".join(words(7) for _ in range(90)) + "\n")
    (folder / "b.txt").write_text("a")
    (folder / "c.txt").write_text("")
    with gzip.open(folder / "d.txt.gz", "wt") as file:
        file.write("\n".join(words(5) for _ in range(40)) + "\n")
    (folder / "e.txt").write_text("a b a")
    return folder


@pytest.fixture(scope="module")
def prepared(text, tmp_path_factory):
    out = tmp_path_factory.mktemp("prepared") / "out"
    patterns = (text / "[ab].txt", text / "[c-e].txt*")
    more = ("--lowercase", "--vocab-size", 30, "--min-count", 2)
    assert lightrnn("prepare", "--input", *patterns, "--out", out, *more) == 0
    return out


@pytest.fixture(scope="module")
def alone(text):
    """Vocabulary and ids as one machine makes them."""
    lines = data.Lines(sorted(text.iterdir()))
    vocabulary = Vocabulary.from_lines(lines, Tokenizer("words", True), 30, 2)
    return vocabulary, data.encode(lines, vocabulary)


def test_it_is_what_one_machine_makes(prepared, alone, tmp_path):
    vocabulary, ids = alone
    found = Prepared(prepared)
    assert found.vocabulary.to_text() == vocabulary.to_text()
    written = found.write_ids(tmp_path / "ids.bin")
    np.testing.assert_array_equal(written, ids)
    assert found.lengths == [720, 2, 240, 4]
    expected = warm_start.Neighbours(len(vocabulary))
    expected.add(ids)
    neighbours = found.neighbours()
    np.testing.assert_array_equal(neighbours.counts, expected.counts)
    for distance, pairs in expected.pairs.items():
        same = neighbours.pairs[distance]
        np.testing.assert_array_equal(same.toarray(), pairs.toarray())
    shape = len(vocabulary), 5, 6
    np.testing.assert_array_equal(
        warm_start.table(neighbours, *shape).cells, warm_start.table(ids, *shape).cells
    )
    names = {path.name for path in prepared.iterdir()}
    shards = {f"ids-{n:08}-of-00000005" for n in (0, 1, 3, 4)}
    assert names == {"vocabulary.txt", "neighbours.npz", "prepared.json", *shards}


def test_workers_of_their_own_make_the_same(text, prepared, tmp_path):
    patterns = (text / "[ab].txt", text / "[c-e].txt*")
    more = ("--lowercase", "--vocab-size", 30, "--min-count", 2)
    beam = ("--direct_num_workers", 2, "--direct_running_mode", "multi_threading")
    out = tmp_path / "out"
    assert lightrnn("prepare", "--input", *patterns, "--out", out, *more, *beam) == 0
    for path in prepared.iterdir():
        if path.name != "neighbours.npz":  # An archive has times in it.
            assert (out / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.usefixtures("eager")
@pytest.mark.usefixtures("eager")
def test_training_on_shards(prepared, text, tmp_path):
    train = ("train", "--prepared", prepared, "--valid", text / "d.txt.gz", *SMALL)
    assert lightrnn(*train, "--rounds", "2,1", "--out", tmp_path / "r") == 0
    found = run.Run(tmp_path / "r")
    assert found.shards() == [720, 2, 240, 4]
    assert len(found.epochs()) == 3
    found.load_model()


@pytest.mark.usefixtures("eager")
def test_one_shard_trains_as_the_file_does(text, tmp_path):
    prepared, one = tmp_path / "p", tmp_path / "a.txt"
    lines = (text / "a.txt").read_text().splitlines()[:4]
    one.write_text("\n".join(lines) + "\n")
    assert lightrnn("prepare", "--input", one, "--out", prepared) == 0
    losses = []
    for source in (("--train", one), ("--prepared", prepared)):
        more = ("--valid", one, *SMALL, "--rounds", "1", "--overwrite")
        assert lightrnn("train", *source, *more, "--out", tmp_path / "r") == 0
        (epoch,) = run.Run(tmp_path / "r").epochs()
        losses.append((epoch["loss"], epoch["val_loss"]))
    assert losses[0] == losses[1]


@pytest.mark.parametrize("lengths", [[13], [20, 3, 30], [1, 1, 40, 1], [3, 9, 1, 8, 2]])
def test_windows_of_shards_predict_each_word_once(lengths):
    ids = np.arange(sum(lengths))
    windows = data.windows(ids, 3, 4, lengths, seed=5)
    orders = set()
    for epoch in range(6):
        windows.begin_epoch(epoch)
        orders.add(tuple(windows.order))
        batches = [windows[n][0] for n in range(len(windows))]
        targets = np.concatenate([batch[:, 1:].ravel() for batch in batches])
        assert sorted(targets[targets >= 0]) == ids.tolist()
        # Row b goes on where it ended, or begins.
        for before, batch in zip(batches, batches[1:], strict=False):
            for ended, begun in zip(before[:, -1], batch[:, 0], strict=True):
                assert begun in (ended, -1)
        rest = windows.after(1)
        assert len(rest) == len(windows) - 1
        np.testing.assert_array_equal(rest[0][0], windows[1][0])
    assert len(orders) > 1 or len(windows.order) == 1


def test_bad_input_is_named(prepared, text, tmp_path, capsys):
    def error(*arguments):
        assert lightrnn(*arguments) == 2
        return capsys.readouterr().err.splitlines()[-1]

    one = text / "a.txt"
    out = tmp_path / "out"
    line = error("prepare", "--input", one, "--out", out, "--vocab-sise", 3)
    assert "Neither lightrnn prepare nor Beam has an option --vocab-sise." in line
    line = error("prepare", "--input", one, "--out", out, "--vocab_size=3")
    assert "Beam has an option --vocab_size." in line
    line = error("prepare", "--input", text, "--out", out)
    assert "is a folder. Name its files, as in" in line
    assert "no such file" in error("prepare", "--input", text / "z*", "--out", out)
    line = error("prepare", "--input", one, "--out", prepared)
    assert "is a prepared text already" in line
    line = error("prepare", "--input", text / "c.txt", "--out", out)
    assert "at least one word" in line
    (tmp_path / "bad.txt").write_bytes(b"na\xefve\n")
    line = error("prepare", "--input", tmp_path / "bad.txt", "--out", out)
    assert "is not UTF-8: byte 2 is 0xef" in line
    train = ("train", "--valid", one, "--out", tmp_path / "r", "--prepared")
    assert "is no prepared text" in error(*train, out)
    assert "`lowercase` must be left out" in error(*train, prepared, "--lowercase")
    line = error("train", "--prepared", prepared, "--out", tmp_path / "r")
    assert "`valid` must be text files with a prepared text" in line
    assert not (tmp_path / "r").exists()
    with pytest.raises(ValueError, match="`shards` must be the lengths of parts of"):
        data.windows(np.arange(9), 2, 3, [4, 4])


TWICE = json.dumps(
    {"format_version": 1, "shards": [["ids-00000001-of-00000005", 2]] * 2}
).encode()


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("prepared.json", b"{"),
        ("prepared.json", b'{"format_version": 2, "shards": []}'),
        ("prepared.json", b'{"format_version": 1, "shards": [["../x", 3]]}'),
        ("prepared.json", b'{"format_version": 1, "shards": []}'),
        ("prepared.json", b'{"format_version": 1, "shards": [["x", Infinity]]}'),
        ("prepared.json", b'{"format_version": 1, "shards": [["table.json", 9]]}'),
        ("prepared.json", TWICE),
        ("ids-00000003-of-00000005", b"1234"),
        ("vocabulary.txt", b"\xff"),
        ("neighbours.npz", b"PK"),
    ],
)
def test_a_damaged_text_is_refused(prepared, text, tmp_path, capsys, name, damage):
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in prepared.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    (copy / name).write_bytes(damage)
    train = ("--prepared", copy, "--valid", text / "d.txt.gz", *SMALL)
    assert lightrnn("train", *train, "--out", tmp_path / "r") == 2
    assert "damaged" in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "r").exists()


def test_only_files_of_its_own_are_read_and_deleted(text, tmp_path):
    strangers = ("counts-2024-of-mine", "shards-00000-of-00001", "ids-0-of-9.npz")
    out = tmp_path / "out"
    out.mkdir()
    for name in strangers:
        (out / name).write_text('["zzz", 999999]\n')
    like_a_pattern = tmp_path / "q[1].txt"
    like_a_pattern.write_text("a b a\n")
    assert lightrnn("prepare", "--input", like_a_pattern, "--out", out) == 0
    assert "zzz" not in Prepared(out).vocabulary
    for name in strangers:
        assert (out / name).read_text() == '["zzz", 999999]\n'
    assert len([*out.iterdir()]) == len(strangers) + 4


def test_interrupt_is_told_in_a_line(text, tmp_path, capsys, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(prepare, "_words_of_file", interrupt)
    out = tmp_path / "out"
    assert lightrnn("prepare", "--input", text / "a.txt", "--out", out) == 130
    assert capsys.readouterr().err.splitlines() == ["lightrnn: interrupted."]
    assert list(out.iterdir()) == []


def neighbours_file(path, save=np.savez, **changed):
    """Write neighbours of three words, with some arrays changed."""
    arrays = {"counts": np.ones(3)}
    for distance in (-1, 1, -2):
        arrays |= {
            f"row{distance}": np.array([0, 1]),
            f"col{distance}": np.array([1, 2]),
        }
        arrays[f"data{distance}"] = np.array([1.0, 2.0])
    save(path, **arrays | changed)


def test_counts_of_neighbours_are_checked(tmp_path):
    path = tmp_path / "neighbours.npz"

    def load():
        with open(path, "rb") as file:
            return warm_start.Neighbours.load(file, 3)

    neighbours_file(path)
    assert load().pairs[1].toarray().tolist() == [[0, 1, 0], [0, 0, 2], [0, 0, 0]]
    neighbours_file(path, np.savez_compressed)
    with pytest.raises(ValueError, match="damaged: they must not be compressed"):
        load()
    for name, wrong, message in (
        ("counts", np.ones(4), "there must be a count for each"),
        ("counts", np.array(["a", "b", "c"]), "there must be a count for each"),
        ("counts", np.array([1.0, -1.0, 1.0]), "counts must be at least 0 and finite"),
        ("data1", np.array([1.0, np.nan]), "counts must be at least 0 and finite"),
        ("data1", np.ones(2, complex), "there must be a count for each"),
        ("row-2", np.array([0.5, 1.0]), "words must be integers"),
        ("col1", np.array([0, 3]), "words must be of the vocabulary"),
    ):
        neighbours_file(path, **{name: wrong})
        with pytest.raises(ValueError, match=message):
            load()


def test_ids_that_no_word_has_are_refused(prepared, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in prepared.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    for bad in (len(Prepared(copy).vocabulary), -1):
        ids = np.array([0, bad], "<i4")
        (copy / "ids-00000001-of-00000005").write_bytes(ids.tobytes())
        with pytest.raises(ValueError, match="ids-00000001-of-00000005 is damaged"):
            Prepared(copy).write_ids(tmp_path / "ids.bin")
    assert json.loads((copy / "prepared.json").read_text())["format_version"] == 1


def test_no_damage_of_a_prepared_text_goes_unnoticed_or_breaks_out(prepared, tmp_path):
    """Files that were cut or changed by a byte are refused, or read as they are."""
    draw = np.random.default_rng(4)
    copy = tmp_path / "copy"
    copy.mkdir()
    originals = {path.name: path.read_bytes() for path in prepared.iterdir()}
    refused = 0
    for _ in range(150):
        for name, content in originals.items():
            (copy / name).write_bytes(content)
        name = sorted(originals)[draw.integers(len(originals))]
        content = bytearray(originals[name])
        place = int(draw.integers(len(content)))
        if draw.random() < 0.3:
            del content[place:]
        else:
            content[place] ^= 1 << int(draw.integers(8))
        (copy / name).write_bytes(content)
        try:
            found = Prepared(copy)
            found.write_ids(tmp_path / "ids.bin")
            found.neighbours()
        except (ValueError, OSError):
            refused += 1
    assert refused > 75


def test_streams_and_texts_without_spaces_are_refused(tmp_path, capsys):
    fifo, text = tmp_path / "fifo", tmp_path / "t.txt"
    os.mkfifo(fifo)
    text.write_text("\n".join("ก" * n for n in range(60, 80)))
    for name, message in (
        (fifo, f"Received: {fifo}, a pipe"),
        (tmp_path / "fif*", f"Received: {fifo}, a pipe"),
        ("-", "Received: -, standard input"),
        (text, "separated by spaces and occur again. Received: 20 words with"),
    ):
        out = tmp_path / "out"
        assert lightrnn("prepare", "--input", name, "--out", out) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert message in line
        assert not (out / prepared_format.INDEX).exists()


@pytest.mark.parametrize("text", ["a a b b c", "a a b b c <unk>"])
def test_words_seen_once_are_unknown_by_default(text, tmp_path):
    (tmp_path / "t.txt").write_text(text)
    more = ("--tokenizer", "whitespace", "--out", tmp_path / "out")
    assert lightrnn("prepare", "--input", tmp_path / "t.txt", *more) == 0
    alone = Vocabulary.from_lines([text], Tokenizer("whitespace"))
    assert Prepared(tmp_path / "out").vocabulary.to_text() == alone.to_text()
    assert ("c" in alone) == ("<unk>" in text)
