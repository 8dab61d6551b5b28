"""Draws runs: learning curves, and quality against size."""

import dataclasses
import pathlib
from collections.abc import Sequence

import numpy as np

from lightrnn_tf._internal.files import replacing

try:
    from adjustText import adjust_text
    from matplotlib import ticker
    from matplotlib.figure import Figure
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "A picture needs matplotlib and adjustText. Run pip install "
        "'lightrnn-tf[plots]'."
    ) from error


def learning_curve(epochs: list[dict], path: pathlib.Path) -> None:
    """Draw the perplexity of a run against epochs.

    Args:
        epochs: List of dicts, the lines of `metrics.jsonl` for epochs.
        path: Path of the PNG file to write.
    """
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    numbers = [line["epoch"] for line in epochs]
    for key, name in (("perplexity", "training"), ("val_perplexity", "validation")):
        axes.plot(numbers, [line[key] for line in epochs], marker="o", label=name)
    axes.set_xlabel("epoch")
    axes.set_ylabel("perplexity per token")
    _logarithmic(axes.yaxis)
    axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True, min_n_ticks=1))
    axes.legend()
    axes.grid(alpha=0.3)
    _write(figure, path)


@dataclasses.dataclass(frozen=True)
class Trained:
    """A trained model, as `comparison` draws it.

    Attributes:
        name: String, the name in the legend.
        epochs: List of dicts, the lines of `metrics.jsonl` for epochs.
        parameters: Integer, the number of trained weights.

    Example:

    >>> epoch = {"epoch": 1, "val_perplexity": 90.0, "seconds": 60.0}
    >>> Trained("lightrnn", [epoch], parameters=100_000).name
    'lightrnn'
    """

    name: str
    epochs: list[dict]
    parameters: int


def comparison(models: list[Trained], path: pathlib.Path) -> None:
    """Draw the validation perplexity of models against epochs, minutes and size.

    Args:
        models: List of `Trained`, at least one.
        path: Path of the PNG file to write.
    """
    figure = Figure(figsize=(15, 4.5), layout="constrained")
    by_epoch, by_time, by_size = figure.subplots(1, 3, sharey=True)
    for model in models:
        perplexities = [line["val_perplexity"] for line in model.epochs]
        minutes = np.cumsum([line["seconds"] for line in model.epochs]) / 60
        numbers = [line["epoch"] for line in model.epochs]
        by_epoch.plot(numbers, perplexities, marker=".", label=model.name)
        by_time.plot(minutes, perplexities, marker=".")
    front = points_and_front(
        by_size,
        [
            Point(
                m.name,
                m.parameters,
                min(line["val_perplexity"] for line in m.epochs),
                group=m.name,  # The same colour as its curve.
            )
            for m in models
        ],
    )
    by_size.legend(handles=[front])
    by_epoch.set_ylabel("validation perplexity per token")
    _logarithmic(by_epoch.yaxis)
    by_epoch.xaxis.set_major_locator(ticker.MaxNLocator(integer=True, min_n_ticks=1))
    by_epoch.legend()
    labels = ("epoch", "minutes, validation included", "parameters")
    for axes, label in zip((by_epoch, by_time, by_size), labels, strict=True):
        axes.set_xlabel(label)
        axes.grid(alpha=0.3)
    _write(figure, path)


@dataclasses.dataclass(frozen=True)
class Point:
    """A model in a picture of quality against size.

    Attributes:
        name: String to write beside the point.
        size: Number, the size of the model.
        value: Number, the quality of the model.
        group: String; points of a group have one colour and one line in the legend.
            Defaults to `""`, no line.
        estimated: Boolean. Whether the size is an estimate; the point is then hollow.
            Defaults to `False`.

    Example:

    >>> Point("dense", size=4e6, value=95.0).estimated
    False
    """

    name: str
    size: float
    value: float
    group: str = ""
    estimated: bool = False


def points_and_front(axes, points: list[Point], lower_is_better: bool = True):
    """Draw points and their Pareto front, with size on a logarithmic axis.

    Args:
        axes: Matplotlib `Axes` to draw on.
        points: List of `Point`, at least one. The front leaves out estimated sizes.
        lower_is_better: Boolean. Whether lower values are better. Defaults to `True`.

    Returns:
        Matplotlib `Line2D`, the front.
    """
    colours = {group: f"C{n}" for n, group in enumerate({p.group: 0 for p in points})}
    for group, colour in colours.items():
        mine = [point for point in points if point.group == group]
        axes.scatter(
            [point.size for point in mine],
            [point.value for point in mine],
            edgecolors=colour,
            facecolors=["none" if point.estimated else colour for point in mine],
            zorder=3,
        )
        if group:
            axes.scatter([], [], color=colour, label=group)
    measured = [point for point in points if not point.estimated]
    front = pareto_front(
        [p.size for p in measured], [p.value for p in measured], lower_is_better
    )
    (line,) = axes.plot(
        [measured[n].size for n in front],
        [measured[n].value for n in front],
        label="no smaller one is as good",
        color="grey",
        linestyle="--",
        alpha=0.6,
        zorder=2,
    )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(ticker.EngFormatter())
    axes.xaxis.set_minor_formatter(ticker.NullFormatter())
    axes.margins(x=0.15)
    axes.figure.draw_without_rendering()  # Fixes the places of the points.
    adjust_text(
        [axes.text(p.size, p.value, p.name, fontsize=8) for p in points if p.name],
        [point.size for point in points],
        [point.value for point in points],
        ax=axes,
        expand=(1.2, 1.5),
        arrowprops={"arrowstyle": "-", "color": "grey", "lw": 0.5},
    )
    return line


def pareto_front(
    sizes: Sequence[float], values: Sequence[float], lower_is_better: bool = True
) -> list[int]:
    """Return the indices of the points that no smaller or equal point matches.

    Args:
        sizes: Sequence of numbers, the sizes of the points.
        values: Sequence of numbers, their values.
        lower_is_better: Boolean. Whether lower values are better. Defaults to `True`.

    Returns:
        List of integers, sorted by size; of equal points it has only the first.

    Example:

    >>> pareto_front([1, 2, 2, 3], [9, 7, 6, 8])
    [0, 2]
    """
    sign = 1 if lower_is_better else -1
    front: list[int] = []
    for n in sorted(range(len(sizes)), key=lambda n: (sizes[n], sign * values[n])):
        if not front or sign * values[n] < sign * values[front[-1]]:
            front.append(n)
    return front


def _logarithmic(axis):
    axis.axes.set_yscale("log")
    axis.set_major_formatter(ticker.ScalarFormatter())
    axis.set_minor_formatter(ticker.ScalarFormatter())


def _write(figure, path):
    with replacing(path) as new:
        figure.savefig(new, dpi=120)
