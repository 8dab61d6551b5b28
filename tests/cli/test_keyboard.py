"""`lightrnn keyboard`: from raw text to a file, its card and its scores."""

import contextlib
import json
import pathlib
import random
import re
import shutil
import zipfile

import pytest
from helpers.command_line import lightrnn

from lightrnn_tf import decoding, keyboard
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.training import choices, records
from lightrnn_tf.training.keyboard_options import (
    KeyboardOptions,
    check_language,
    first_lines,
)

# Words of a script without case, with marks of vowels. One word follows the other by a
# rule that has exceptions.
LETTERS = "אבגדהוזחטיכלמנסעפצקרשת"
WORDS = list(
    dict.fromkeys(
        "".join(LETTERS[(7 * n + 5 * place) % 22] for place in range(2 + n % 4))
        for n in range(60)
    )
)


def sentences(count, words=WORDS, seed=0):
    draw = random.Random(seed)
    for _ in range(count):
        n, line = draw.randrange(len(words)), []
        for _ in range(9):
            line.append(words[n])
            n = (3 * n + 1 + (draw.random() < 0.3) * draw.randrange(7)) % len(words)
        yield " ".join(line) + "."


def write(path, lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def stopped(callback, epoch, logs=None):
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with what the command made of a text, stopped once on the way."""
    folder = tmp_path_factory.mktemp("keyboard")
    write(folder / "a_1.txt", sentences(800))
    write(folder / "a_2.txt", sentences(400, seed=1))
    write(folder / "test.txt", sentences(30, seed=2))
    write(folder / "never.txt", [WORDS[3]])
    about = {"name": "Test", "licence": "CC0", "not_for": ["Anything."]}
    (folder / "about.json").write_text(json.dumps(about))
    command = (
        "keyboard", "--text", folder / "a_*.txt", "--lang", "he", "--out",
        folder / "he.tflite", "--never-suggest", folder / "never.txt", "--about",
        folder / "about.json", "--score", f"test={folder / 'test.txt'}", "--score",
        f"again={folder / 'test.txt'}", "--threads", 1,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choices, "_MOST_EPOCHS", 5)
        with pytest.MonkeyPatch.context() as stopping:
            stopping.setattr(records.EndAfter, "on_epoch_end", stopped)
            (folder / "stopped").write_text(str(lightrnn(*command)))
        assert not (folder / "he.tflite").exists()
        said = folder / "said.txt"
        with (
            open(said, "w", encoding="utf-8") as file,
            contextlib.redirect_stderr(file),
        ):
            printed = folder / "printed.txt"
            with open(printed, "w", encoding="utf-8") as file:
                with contextlib.redirect_stdout(file):
                    assert lightrnn(*command) == 0
    return folder, command


def test_a_stopped_command_goes_on(made):
    folder, _ = made
    assert (folder / "stopped").read_text() == "130"
    assert "Going on after" in (folder / "said.txt").read_text(encoding="utf-8")


def test_nothing_is_left_but_file_card_and_run(made):
    folder, _ = made
    assert {path.name for path in folder.glob("*he*")} == {
        "he.tflite", "he.md", "he.run",
    }  # fmt: skip


def test_the_file_suggests_words_of_a_script_without_case(made):
    file = LiteRTPredictor(made[0] / "he.tflite")
    assert file.manifest["quantization"] == "int4"
    assert file.line_independent
    state = decoding.read(file, [WORDS[20], WORDS[61 % len(WORDS)]])
    words = decoding.top_k(file, state, 3).words
    assert WORDS[(3 * (61 % len(WORDS)) + 1) % len(WORDS)] in words
    offered = file.lexicon.suggestable
    assert not offered[file.lexicon[WORDS[3]]]
    assert offered.sum() == len(WORDS) - 1
    # The words of a script without case have no other form.
    assert all(file.lexicon.written(file.lexicon[word]) == word for word in WORDS)


def test_the_card_has_what_was_asked_for(made):
    folder, _ = made
    card = LiteRTPredictor(folder / "he.tflite").manifest["card"]
    assert (card["name"], card["language"], card["licence"]) == ("Test", "he", "CC0")
    assert card["not_for"] == ["Anything."]
    assert [(s["text"], s["cache"], s["lines"]) for s in card["scores"]] == [
        ("test", False, 30),
        ("test", True, 30),
        ("again", False, 30),
        ("again", True, 30),
    ]
    for score in card["scores"]:
        assert score["keystrokes_saved"] > score["saved_by_frequency"]
        assert score["unknown_words"] == 0
    page = (folder / "he.md").read_text(encoding="utf-8")
    assert page.startswith("# Test\n")
    size = (folder / "he.tflite").stat().st_size
    assert f"{size:,} bytes" in page
    printed = (folder / "printed.txt").read_text(encoding="utf-8")
    assert f"{size:,} bytes" in printed.splitlines()[0]
    assert len(printed.splitlines()) == 5


def test_a_finished_run_is_exported_again(made, tmp_path, capsys):
    folder, command = made
    again = (*command, "--run", folder / "he.run", "--out", tmp_path / "b.tflite")
    assert lightrnn(*again) == 0
    assert "is finished: it is not trained again" in capsys.readouterr().err
    assert (tmp_path / "b.tflite").read_bytes() == (folder / "he.tflite").read_bytes()
    assert (tmp_path / "b.md").read_text() == (folder / "he.md").read_text()


def test_a_run_of_another_text_is_refused(made, tmp_path, capsys):
    folder, command = made
    text = write(tmp_path / "other.txt", sentences(1000))
    other = ("--text", text, "--run", folder / "he.run", "--out", tmp_path / "b.tflite")
    assert lightrnn(*command, *other) == 2
    assert "`run` must be of this text, of 11,000 words" in capsys.readouterr().err
    assert not (tmp_path / "b.tflite").exists()


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_words_of_a_finished_file_are_marked_anew(made, tmp_path):
    folder, _ = made
    out = pathlib.Path(shutil.copy(folder / "he.tflite", tmp_path))
    before, old = members(out), LiteRTPredictor(out)
    options = KeyboardOptions(
        text=[str(folder / "a_*.txt")],
        language="he",
        out=str(out),
        never_suggest=str(write(tmp_path / "never.txt", [WORDS[5]])),
        misspellings=str(write(tmp_path / "wrong.txt", [WORDS[6]])),
        scores={"test": str(folder / "test.txt")},
        overwrite=True,
    )
    card = keyboard.mark_words(options)
    new = LiteRTPredictor(out)
    offered = new.lexicon.suggestable
    assert [w for w in WORDS if not offered[new.lexicon[w]]] == [WORDS[5], WORDS[6]]
    assert [w for w in WORDS if not new.lexicon.trusted[new.lexicon[w]]] == [WORDS[6]]
    # All else is as it was.
    assert new.lexicon.words() == old.lexicon.words()
    assert members(out)["counts.bin"] == before["counts.bin"]
    size = old.manifest["model_bytes"]
    models = [path.read_bytes()[:size] for path in (out, folder / "he.tflite")]
    assert models[0] == models[1]
    changed = {"sha256", "card"}
    assert {k: v for k, v in new.manifest.items() if k not in changed} == {
        k: v for k, v in old.manifest.items() if k not in changed
    }
    assert new.manifest["card"] == card
    assert card["sizes"]["suggestable_words"] == len(WORDS) - 2
    assert [score["text"] for score in card["scores"]] == ["test", "test"]
    assert f"suggests {len(WORDS) - 2} of them" in (tmp_path / "he.md").read_text()


def test_marks_that_leave_no_word_change_nothing(made, tmp_path):
    folder, _ = made
    out = pathlib.Path(shutil.copy(folder / "he.tflite", tmp_path))
    options = KeyboardOptions(
        text=[str(folder / "a_*.txt")],
        language="he",
        out=str(out),
        word_list=str(write(tmp_path / "words.txt", ["none"])),
        scores={"test": str(folder / "test.txt")},
        overwrite=True,
    )
    before = members(out)
    with pytest.raises(ValueError, match="`options` must leave a word"):
        keyboard.mark_words(options)
    assert members(out) == before
    with pytest.raises(ValueError, match="`options` must be"):
        keyboard.mark_words({})


@pytest.fixture
def asked(tmp_path):
    """Arguments that would be taken."""
    text = write(tmp_path / "text.txt", sentences(3))
    return {"--text": text, "--lang": "he", "--out": tmp_path / "he.tflite"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"--lang": "cs_CZ"}, "`language` must be a BCP-47 tag"),
        ({"--out": "he.bin"}, "`out` must be the name of a .tflite file"),
        ({"--out": "gone/he.tflite"}, "gone: no such folder"),
        ({"--text": "gone.txt"}, "gone.txt: no such file"),
        ({"--valid": "gone.txt"}, "gone.txt: no such file"),
        ({"--word-list": "gone.txt"}, "gone.txt: No such file"),
        ({"--written-forms": "gone.txt"}, "gone.txt: No such file"),
        ({"--about": "gone.json"}, "gone.json: No such file"),
        ({"--about": "list.json"}, "must be a JSON object"),
        ({"--score": "a"}, "must be NAME=FILE"),
        ({"--score": "a=gone.txt"}, "gone.txt: no such file"),
        ({"--score": "a=blank.txt"}, "`a` must have a word to score"),
        ({"--text": "chinese.txt"}, "spaces between its words.*segmenter first"),
        ({"--out": "there.tflite"}, "there.tflite exists. Pass --overwrite"),
        ({"--out": "page.tflite"}, "page.md exists. Pass --overwrite"),
        ({"--least-count": "0"}, "must be at least 1"),
        ({}, "at least 10,000 words to learn from. Received: 33"),
        ({"--run": "folder"}, "folder is not a run"),
    ],
)
def test_what_is_wrong_is_refused_in_a_line(
    asked, more, message, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "list.json", ["[]"])
    write(tmp_path / "blank.txt", [" ", "..."])
    write(tmp_path / "chinese.txt", ["我喜欢喝茶也喜欢喝咖啡"])
    (tmp_path / "folder").mkdir()
    for name in ("there.tflite", "page.md"):
        (tmp_path / name).touch()
    if "--run" in more:
        write(asked["--text"], sentences(1200))
    before = {path.name for path in tmp_path.iterdir()}
    arguments = [word for pair in (asked | more).items() for word in pair]
    assert lightrnn("keyboard", *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("lightrnn")
    assert re.search(message, line), line
    assert {path.name for path in tmp_path.iterdir()} == before


def test_help_shows_an_example(capsys):
    assert lightrnn("keyboard", "--help") == 0
    assert "example: lightrnn keyboard --text" in capsys.readouterr().out


@pytest.mark.parametrize("tag", ["cs", "pt-BR", "sr-Latn-RS", "zh-Hant", "haw"])
def test_tags_of_languages(tag):
    check_language("language", tag)


@pytest.mark.parametrize("tag", ["", "c", "cs_CZ", "cs-", "čs", "x" * 36, 3, None])
def test_what_is_no_tag(tag):
    with pytest.raises(ValueError, match="`language` must be a BCP-47 tag"):
        check_language("language", tag)


def test_of_a_text_a_thousand_lines_are_scored():
    assert first_lines("test", sentences(1010)) == list(sentences(1000))
    with pytest.raises(ValueError, match="`test` must have a word to score"):
        first_lines("test", ["."] * 1000 + ["word"])


def test_the_run_stands_beside_the_file(asked, tmp_path):
    options = KeyboardOptions([str(asked["--text"])], "he", str(asked["--out"]))
    assert options.folder == str(tmp_path / "he.run")
    assert options.card == tmp_path / "he.md"
