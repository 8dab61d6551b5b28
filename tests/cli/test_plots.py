"""Pictures of runs, and what is computed for them."""

import itertools
import json
import shutil
import sys

import pytest
from helpers.command_line import lightrnn
from helpers.eager import eagerly
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from lightrnn_tf import plots
from lightrnn_tf.training import run

TEXT = "the cat sat\nthe dog sat on the cat\n" * 5
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plots")
    (folder / "text.txt").write_text(TEXT, encoding="utf-8")
    small = ["--units", 6, "--batch-size", 4, "--steps", 5]
    for name, options in (
        ("run", ["--rounds", 2, "--tensorboard", folder / "board"]),
        (
            "dense",
            ["--model", "dense", "--rounds", 1, "--tensorboard", folder / "board"],
        ),
    ):
        with eagerly():
            assert lightrnn("train", "--train", folder / "text.txt", *small, *options,
                            "--out", folder / name) == 0  # fmt: skip
    return folder


@pytest.fixture
def figures(monkeypatch):
    """The figures that are drawn, in place of pictures."""
    drawn = []

    def savefig(figure, path, **more):
        drawn.append(figure)
        path.touch()

    monkeypatch.setattr(Figure, "savefig", savefig)
    return drawn


@pytest.mark.parametrize("lower", [True, False])
def test_front_equals_brute_force(lower, rng):
    for _ in range(20):
        sizes = rng.integers(0, 5, 8).tolist()
        values = rng.integers(0, 5, 8).tolist()
        better = (lambda a, b: a <= b) if lower else (lambda a, b: a >= b)

        def beaten(n, sizes=sizes, values=values, better=better):
            return any(
                sizes[m] <= sizes[n]
                and better(values[m], values[n])
                and ((sizes[m], values[m]) != (sizes[n], values[n]) or m < n)
                for m in range(8)
                if m != n
            )

        front = plots.pareto_front(sizes, values, lower)
        assert sorted(front) == [n for n in range(8) if not beaten(n)]
        assert all(sizes[a] < sizes[b] for a, b in itertools.pairwise(front))


def test_runs_are_compared_in_a_picture(folder, tmp_path, capsys):
    out = tmp_path / "comparison.png"
    assert lightrnn("plot", folder / "run", folder / "dense", "--out", out) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert out.read_bytes().startswith(PNG)
    assert len(run.Run(folder / "run").epochs()) == 2
    out.write_text("dear to its owner")
    assert lightrnn("plot", folder / "run", "--out", out) == 2
    assert f"{out} exists. Pass --overwrite" in capsys.readouterr().err
    assert out.read_text() == "dear to its owner"
    assert lightrnn("plot", folder / "run", "--out", out, "--overwrite") == 0
    assert out.read_bytes().startswith(PNG)


def test_runs_in_folders_of_one_name_are_told_apart(folder, tmp_path, monkeypatch):
    copy = shutil.copytree(folder / "run", tmp_path / "run")
    drawn = []
    monkeypatch.setattr(plots, "comparison", lambda models, path: drawn.extend(models))
    runs = [str(path) for path in (folder / "run", copy, folder / "dense")]
    assert lightrnn("plot", *runs, "--out", tmp_path / "a.png") == 0
    assert [model.name for model in drawn] == [runs[0], runs[1], "dense"]


def test_points_have_the_colours_of_their_curves(figures, tmp_path):
    epochs = [{"epoch": 1, "perplexity": 9.0, "val_perplexity": 8.0, "seconds": 1.0}]
    models = [plots.Trained("a", epochs, 10), plots.Trained("b", epochs, 20)]
    plots.comparison(models, tmp_path / "a.png")
    by_epoch, _, by_size = figures[0].axes
    curves = [to_hex(line.get_color()) for line in by_epoch.lines]
    points = [
        to_hex(dots.get_facecolor()[0])
        for dots in by_size.collections
        if len(dots.get_offsets())
    ]
    assert curves == points
    assert len(set(curves)) == 2


def test_points_and_their_front_are_drawn_where_they_belong():
    axes = Figure().subplots()
    points = [
        plots.Point("small", 10, 9.0, "ours"),
        plots.Point("large", 1000, 5.0, "theirs"),
        plots.Point("guessed", 500, 4.5, "theirs", estimated=True),
    ]
    line = plots.points_and_front(axes, points)
    ours, _, theirs, _ = axes.collections
    assert ours.get_offsets().tolist() == [[10, 9]]
    assert theirs.get_offsets().tolist() == [[1000, 5], [500, 4.5]]
    # The size of the last one is estimated, so it is hollow and on no front.
    assert len(theirs.get_facecolors()) == 2
    assert [alpha for *_, alpha in theirs.get_facecolors()] == [1, 0]
    (front,) = axes.lines
    assert front is line
    assert front.get_xydata().tolist() == [[10, 9], [1000, 5]]
    assert {text.get_text() for text in axes.texts} >= {"small", "large", "guessed"}
    labels = axes.get_legend_handles_labels()[1]
    assert labels == ["ours", "theirs", "no smaller one is as good"]


def test_a_learning_curve_shows_both_perplexities(figures, tmp_path):
    epochs = [
        {"epoch": 1, "perplexity": 9.0, "val_perplexity": 8.0},
        {"epoch": 2, "perplexity": 5.0, "val_perplexity": 6.0},
    ]
    plots.learning_curve(epochs, tmp_path / "a.png")
    (axes,) = figures[0].axes
    drawn = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert drawn == {
        "training": [[1, 9], [2, 5]],
        "validation": [[1, 8], [2, 6]],
    }


@pytest.fixture
def _without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "lightrnn_tf.plots")
    monkeypatch.delattr("lightrnn_tf.plots")


NEEDED = (
    "A picture needs matplotlib and adjustText. Run pip install 'lightrnn-tf[plots]'."
)


@pytest.mark.usefixtures("_without_matplotlib")
def test_without_matplotlib_a_picture_is_refused(folder, tmp_path, capsys):
    assert lightrnn("plot", folder / "run", "--out", tmp_path / "a.png") == 2
    assert capsys.readouterr().err == f"lightrnn: error: {NEEDED}\n"


@pytest.mark.usefixtures("_without_matplotlib", "eager")
def test_without_matplotlib_a_training_finishes(folder, tmp_path, capsys):
    small = ("--units", 6, "--batch-size", 4, "--steps", 5, "--rounds", 1)
    text, out = folder / "text.txt", tmp_path / "run"
    assert lightrnn("train", "--train", text, *small, "--out", out) == 0
    said = capsys.readouterr().err.splitlines()
    assert f"No learning curve was drawn. {NEEDED}" in said
    assert run.Run(out).load_model()
    assert not (out / "learning_curve.png").exists()


def test_tensorboard_gets_a_folder_of_each_run(folder):
    board = folder / "board"
    written = {str(path.parent.relative_to(board)) for path in board.rglob("events.*")}
    parts = ("train", "validation")
    assert written == {f"{run}/{part}" for run in ("run", "dense") for part in parts}


@pytest.mark.parametrize("name", ["text.txt", ""])
def test_tensorboard_must_be_a_folder(name, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert lightrnn("train", "--train", "text.txt", "--out", "new",
                    "--tensorboard", name) == 2  # fmt: skip
    (line,) = capsys.readouterr().err.splitlines()
    assert (
        f"`tensorboard` must be a folder, which need not exist yet. Received: {name!r}"
        in line
    )


def test_tensorboard_must_be_installed(folder, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert lightrnn("train", "--train", folder / "text.txt", "--out", folder / "new",
                    "--tensorboard", folder / "new board") == 2  # fmt: skip
    assert "`tensorboard` needs the package of that name" in capsys.readouterr().err
    assert not (folder / "new").exists()


def test_what_cannot_be_drawn_is_refused(folder, tmp_path, capsys):
    def error(*arguments):
        assert lightrnn("plot", *arguments) == 2
        return capsys.readouterr().err

    assert "no such run" in error(folder / "nothing", "--out", tmp_path / "a.png")
    assert "`--out` must end in .png. Received" in error(folder / "run", "--out", "a")
    broken = tmp_path / "broken"
    shutil.copytree(folder / "run", broken)
    (broken / "metrics.jsonl").write_text(json.dumps({"epoch": 1}) + "\n")
    message = error(broken, "--out", tmp_path / "a.png")
    assert "must have finished epochs" in message
    assert not (tmp_path / "a.png").exists()
