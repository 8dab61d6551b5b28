"""The wheel: everything in it, and working from another folder."""

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, built from a copy of the source and unpacked into a folder."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignored = shutil.ignore_patterns(".*", "runs", "quickstart", "build", "*.egg-info")
    shutil.copytree(ROOT, source, ignore=ignored)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation",
         "--quiet", "--wheel-dir", folder, source],
        check=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_every_module_is_in_the_wheel(installed):
    for name, package in (
        ("lightrnn_tf", "lightrnn_tf"),
        ("export", "lightrnn_tf_export"),
    ):
        for path in (ROOT / name).rglob("*.py"):
            assert (installed / package / path.relative_to(ROOT / name)).is_file(), path
        assert (installed / package / "py.typed").is_file()
    names = {path.name for path in installed.iterdir()}
    assert {name for name in names if "." not in name} == {
        "lightrnn_tf",
        "lightrnn_tf_export",
    }


def test_the_page_of_the_demo_is_in_the_wheel(installed):
    page = ROOT / "lightrnn_tf/demo/page"
    files = [path for path in page.rglob("*") if path.is_file()]
    assert len(files) == 9
    for path in files:
        other = installed / "lightrnn_tf/demo/page" / path.relative_to(page)
        assert other.read_bytes() == path.read_bytes()


@pytest.mark.slow
def test_the_wheel_works_from_another_folder(installed, tmp_path):
    (tmp_path / "text.txt").write_text("the cat sat on the mat\n" * 200)
    program = """
import lightrnn_tf, lightrnn_tf_export
from lightrnn_tf.cli import main
small = ["--units", "8", "--batch-size", "4", "--steps", "5", "--rounds", "1"]
print(lightrnn_tf.__file__, lightrnn_tf_export.__file__)
assert main(["train", "--train", "text.txt", *small, "--out", "run"]) == 0
assert main(["export", "run", "--out", "m.tflite"]) == 0
assert main(["suggest", "m.tflite", "the", "--json"]) == 0
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(str(installed)) == 2
    assert '"suggestions"' in done.stdout


def test_no_package_called_export_is_installed(tmp_path):
    program = (
        "import importlib.util, sys; sys.exit(bool(importlib.util.find_spec('export')))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False)
    assert done.returncode == 0
