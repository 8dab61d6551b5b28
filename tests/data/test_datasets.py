"""Text from TensorFlow Datasets, on a real dataset that is prepared here."""

import json

import pytest
from helpers.command_line import lightrnn

from lightrnn_tf import data
from lightrnn_tf.training import run
from lightrnn_tf.words.tokenizer import Tokenizer

tfds = pytest.importorskip("tensorflow_datasets")

LINES = [f"the {n % 7} cats\nsat on mat {n % 5}" for n in range(60)]
SMALL = ("--units", 8, "--batch-size", 4, "--steps", 5, "--rounds", 1, "--threads", 1)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder with a dataset, which this process knows by its files alone."""
    folder = tmp_path_factory.mktemp("datasets")
    with tfds.core.registered.skip_registration():

        class TinyText(tfds.core.GeneratorBasedBuilder):
            VERSION = tfds.core.Version("1.0.0")

            def _info(self):
                features = {
                    "body": tfds.features.Text(),
                    "raw": tfds.features.Text(),
                    "many": tfds.features.Sequence(tfds.features.Text()),
                    "inside": {"text": tfds.features.Text()},
                }
                return tfds.core.DatasetInfo(
                    builder=self, features=tfds.features.FeaturesDict(features)
                )

            def _split_generators(self, dl_manager):
                parts = {"train": LINES[:50], "validation": LINES[50:]}
                return {
                    name: self._generate_examples(part) for name, part in parts.items()
                }

            def _generate_examples(self, lines):
                for number, line in enumerate(lines):
                    raw = b"\xff" if number else b"ok"
                    more = {"many": [line], "inside": {"text": line}}
                    yield number, {"body": line, "raw": raw, **more}

        TinyText(data_dir=folder).download_and_prepare()
    return folder


def lines_of(prepared, name="tiny_text", feature="body", **more):
    return data.DatasetLines(name, feature, prepared, **more)


def test_lines_are_those_of_the_examples(prepared):
    expected = sorted(line for text in LINES[:50] for line in text.split("\n"))
    lines = lines_of(prepared)
    assert sorted(lines) == expected
    # Again, in the same order, and in parts.
    assert list(lines) == list(lines)
    assert list(lines.part((3, 0), (9, 0))) == list(lines)[3:9]
    assert list(lines.part((90, 0))) == list(lines)[90:]
    assert len(list(lines_of(prepared, "tiny_text:validation"))) == 20
    assert len(list(lines_of(prepared, "tiny_text:train[:10%]"))) == 10


def test_a_long_text_comes_in_parts(prepared):
    whole = list(lines_of(prepared))
    lines = lines_of(prepared)
    lines.part_size = 12
    parts = list(lines)
    assert len(parts) > len(whole)
    assert max(map(len, parts)) <= 12
    tokenizer = Tokenizer("words")
    tokens = [
        [t for line in lines for t in tokenizer.line(line)] for lines in (whole, parts)
    ]
    assert tokens[0] == tokens[1]


def test_bad_names_and_texts(prepared):
    with pytest.raises(ValueError, match="Received: 'no_such_text'"):
        lines_of(prepared, "no_such_text")
    with pytest.raises(ValueError, match="Unknown split 'test'"):
        lines_of(prepared, "tiny_text:test")
    with pytest.raises(ValueError, match=r"must be NAME\[/CONFIG\]\[:SPLIT\]. Receiv"):
        lines_of(prepared, "tiny_text:1.0.0")
    for feature in ("text", "many", "inside"):
        with pytest.raises(
            ValueError,
            match=f"must be a text of tiny_text: body, raw. Received: '{feature}'",
        ):
            lines_of(prepared, feature=feature)
    lines = lines_of(prepared, feature="raw")
    with pytest.raises(ValueError, match=r"Example \d+ of tiny_text is not UTF-8"):
        list(lines)
    assert "�" in list(lines_of(prepared, feature="raw", errors="replace"))


@pytest.mark.usefixtures("eager")
def test_trains_on_it_as_on_its_text(prepared, tmp_path, capsys):
    few = "tiny_text:train[:20%]"
    for part, name in (("train", few), ("valid", "tiny_text:validation")):
        text = "\n".join(lines_of(prepared, name))
        (tmp_path / f"{part}.txt").write_text(text + "\n")
    files = ("--train", tmp_path / "train.txt", "--valid", tmp_path / "valid.txt")
    dataset = ("--tfds", few, "--tfds-feature", "body", "--data-dir", prepared)
    histories = []
    for source, out in ((files, tmp_path / "a"), (dataset, tmp_path / "b")):
        assert lightrnn("train", *source, *SMALL, "--out", out) == 0
        (epoch,) = run.Run(out).epochs()
        histories.append((epoch["loss"], epoch["val_loss"]))
    assert histories[0] == histories[1]
    asked = json.loads((tmp_path / "b" / run.CONFIG).read_text())["training"]
    assert asked["tfds"] == few


def test_validation_is_on_another_text(prepared):
    for split, apart in (
        ("train", True),
        ("train[:50%]", True),
        ("validation", False),
        ("train+validation[:50%]", False),
        ("all", False),
    ):
        found = lines_of(prepared, f"tiny_text:{split}").for_validation()
        assert (found is not None) == apart, split


def test_text_files_or_a_dataset(prepared, tmp_path, capsys):
    both = ("--train", __file__, "--tfds", "tiny_text", "--out", tmp_path / "r")
    assert lightrnn("train", *both) == 2
    assert "`train` must be text files, or `tfds`" in capsys.readouterr().err
    lost = ("--train", __file__, "--data-dir", "there", "--out", tmp_path / "r")
    assert lightrnn("train", *lost) == 2
    assert "--data-dir needs --tfds" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
