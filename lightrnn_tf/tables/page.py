"""The table as a page: one HTML file that needs nothing else."""

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
    """Return an HTML page with the table to look at and to search.

    The grid is drawn in pixels, coloured by how frequent words are or by what they
    cost, so that 100,000 words are as quick as 100. `#word=WORD` in its address
    opens it at a word.

    Args:
        name: What the page is about, for its title.
        table: The table.
        vocabulary: Its words.
        losses: `(V,)`, nats per occurrence of each word on validation text, NaN for
            words that do not occur. Defaults to none.
        history: The lines of a run's `metrics.jsonl`: epochs and reallocations.
            Defaults to none.
    """
    content = {
        "name": name,
        "rows": table.rows,
        "columns": table.columns,
        # By cell: words are told apart by where they stand, as on the phone.
        "words": [vocabulary.words[i] if i >= 0 else None for i in table.words],
        "counts": [vocabulary.counts[i] if i >= 0 else 0 for i in table.words],
        "losses": None if losses is None else _by_cell(table, losses),
        "history": history or [],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # Nothing in a word can end the script that holds it.
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028")
    text = text.replace("\u2029", "\\u2029")
    page = importlib.resources.files("lightrnn_tf.tables") / "page.html"
    return page.read_text(encoding="utf-8").replace("/* CONTENT */ null", text)


def _by_cell(table, losses):
    """Return losses in the order of cells, null where there is none."""
    values = [None] * (table.rows * table.columns)
    for cell, loss in zip(table.cells.tolist(), losses.tolist(), strict=True):
        values[cell] = round(loss, 3) if np.isfinite(loss) else None
    return values
