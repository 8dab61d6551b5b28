"""The README's example runs, and its table is made from the results."""

import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_python_examples_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    train, memory, user_words = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(train.strip().splitlines()) <= 15
    text = "the cat sat on the mat and the dog sat on the log\n" * 300
    (tmp_path / "text.txt").write_text(text)
    exec(train, {})
    assert "Suggestions(words=[" in capsys.readouterr().out
    (tmp_path / "model.tflite").rename(tmp_path / "books.tflite")
    exec(memory, {})
    assert capsys.readouterr().out.startswith("['the'")
    assert (tmp_path / "habits.json").exists()
    exec(user_words, {})
    assert "Suggestions(words=['zebra']" in capsys.readouterr().out
    assert (tmp_path / "words.json").exists()


def test_tables_are_made_from_the_results():
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "readme_table.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_commands_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^    make ([\w-]+)", README, re.MULTILINE)
    assert targets == ["quickstart", "test"]
    for target in targets:
        assert f"\n{target}:" in makefile, target


def test_commands_of_the_command_line_can_be_typed():
    from lightrnn_tf import cli

    joined = README.replace("\\\n", " ")
    commands = re.findall(r"^    lightrnn (.*)$", joined, re.MULTILINE)
    assert len(commands) > 10
    for command in commands:
        cli._parse(shlex.split(command, comments=True))


def test_architecture_names_every_wing_and_no_place_that_is_not_there():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    library = ROOT / "lightrnn_tf"
    wings = {p.name for p in library.iterdir() if (p / "__init__.py").exists()}
    assert wings == set(re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE))
    places = re.findall(r"`([\w/]+/[\w/]*|[\w/]+\.(?:py|txt))`", text)
    assert len(places) > 20
    for place in places:
        folders = ROOT, library, *(library / wing for wing in wings)
        found = [folder for folder in folders if (folder / place).exists()]
        assert found or (library / "tables" / "matching" / place).exists(), place
