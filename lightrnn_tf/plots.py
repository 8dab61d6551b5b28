"""Pictures of a run: its learning curve and its table."""

import pathlib

import numpy as np
from matplotlib import ticker
from matplotlib.figure import Figure

from lightrnn_tf.table import WordTable


def learning_curve(epochs: list[dict], path: pathlib.Path) -> None:
    """Draw perplexity against epochs.

    Args:
        epochs: The lines of `metrics.jsonl` that belong to epochs.
        path: PNG file to write.
    """
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    numbers = [line["epoch"] for line in epochs]
    for key, name in (("perplexity", "training"), ("val_perplexity", "validation")):
        axes.plot(numbers, [line[key] for line in epochs], marker="o", label=name)
    axes.set_xlabel("epoch")
    axes.set_ylabel("perplexity per token")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(ticker.ScalarFormatter())
    axes.yaxis.set_minor_formatter(ticker.ScalarFormatter())
    axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def word_table(table: WordTable, counts: np.ndarray, path: pathlib.Path) -> None:
    """Draw the table, each cell coloured by how frequent its word is.

    Args:
        table: The table.
        counts: `(V,)`, count of each word.
        path: PNG file to write.
    """
    grid = np.full(table.rows * table.columns, np.nan)
    grid[table.cells] = np.log10(np.maximum(counts, 1))
    figure = Figure(figsize=(7, 6), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(
        grid.reshape(table.rows, table.columns),
        aspect="auto",
        interpolation="nearest",
    )
    axes.set_facecolor("lightgrey")
    axes.set_xlabel("column")
    axes.set_ylabel("row")
    axes.set_title(f"{len(table):,} words; grey cells are free")
    figure.colorbar(image, label="log10 of the count")
    figure.savefig(path, dpi=120)
