"""The README's example runs, and its table is made from the results."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_python_example_runs(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(code.strip().splitlines()) <= 15
    text = "the cat sat on the mat and the dog sat on the log\n" * 300
    (tmp_path / "text.txt").write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "model.tflite").exists()
    assert "Suggestions(words=[" in done.stdout


def test_table_is_made_from_the_results():
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
