"""Writes a table as one HTML page that needs no other file."""

import importlib.resources
import json

import numpy as np

from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.words.vocabulary import Vocabulary


def table_page(
    name: str,
    table: WordTable,
    vocabulary: Vocabulary,
    losses: np.ndarray | None = None,
    history: list[dict] | None = None,
) -> str:
    """Return an HTML page that shows the table and searches it.

    The page draws the grid in pixels, coloured by frequency or by loss, so that it
    shows 100,000 words as quickly as 100. With `#word=WORD` in its address it opens at
    that word.

    Args:
        name: String, the title.
        table: The `WordTable`.
        vocabulary: The `Vocabulary` of its words.
        losses: Float array `(V,)`, nats per occurrence of each word on validation
            text, NaN for words that do not occur. Defaults to `None`.
        history: List of dicts, the lines of a run's `metrics.jsonl`: epochs and
            reallocations. Defaults to `None`.

    Returns:
        The page as a string.
    """
    content = {
        "name": name,
        "rows": table.rows,
        "columns": table.columns,
        # One entry per cell, as in the exported file.
        "words": [vocabulary.words[i] if i >= 0 else None for i in table.words],
        "counts": [vocabulary.counts[i] if i >= 0 else 0 for i in table.words],
        "losses": None if losses is None else _by_cell(table, losses),
        "history": history or [],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # No word may end the script that contains it.
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028")
    text = text.replace("\u2029", "\\u2029")
    page = importlib.resources.files("lightrnn_tf.tables") / "page.html"
    return page.read_text(encoding="utf-8").replace("/* CONTENT */ null", text)


def _by_cell(table, losses):
    """Return a loss or `None` for each cell."""
    values = [None] * (table.rows * table.columns)
    for cell, loss in zip(table.cells.tolist(), losses.tolist(), strict=True):
        values[cell] = round(loss, 3) if np.isfinite(loss) else None
    return values
