"""The table as text and as JSON, and back from JSON."""

import json

import numpy as np

from lightrnn_tf.tables.word_table import MAX_CELLS, WordTable
from lightrnn_tf.words.vocabulary import Vocabulary

# Rows in the overview, and words of each.
_ROWS, _WORDS = 12, 10


def table_of(predictor) -> tuple[WordTable, Vocabulary]:
    """Return the table and the vocabulary of a predictor, in word ids.

    Raises:
        ValueError: If it is of a dense or Slim model.
    """
    if predictor.rows == 1:
        raise ValueError(
            "The model must have a table of several rows. Received: one row, as dense "
            "and Slim models have. Name a LightRNN."
        )
    vocabulary = predictor.vocabulary
    words = predictor.lexicon.words()
    cell_of = {word: cell for cell, word in enumerate(words)}
    cells = [cell_of[word] for word in vocabulary.words]
    return WordTable(np.array(cells), predictor.rows, predictor.columns), vocabulary


def as_json(table: WordTable, vocabulary: Vocabulary) -> dict:
    """Return the table as in `lightrnn table --json`."""
    words = zip(
        vocabulary.words,
        table.row_of.tolist(),
        table.column_of.tolist(),
        vocabulary.counts,
        strict=True,
    )
    return {
        "rows": table.rows,
        "columns": table.columns,
        "words": [
            {"word": word, "id": index, "row": row, "column": column, "count": count}
            for index, (word, row, column, count) in enumerate(words)
        ],
    }


def from_json(text: str, vocabulary: Vocabulary) -> WordTable:
    """Return the table of a file, for the words of a vocabulary.

    Args:
        text: What `lightrnn table --json` prints, with the words; or the `table.json`
            of a run with the same vocabulary.
        vocabulary: Its words must all be in the file.

    Raises:
        ValueError: If the text is neither, or a word is missing.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"A table file must be JSON: {error}.") from error
    if not isinstance(content, dict) or "words" not in content:
        table = WordTable.from_json(text)
        if len(table) != len(vocabulary):
            raise ValueError(
                f"The table must be for the {len(vocabulary)} words of the vocabulary. "
                f"Received: one for {len(table)}."
            )
        return table
    try:
        rows, columns = content["rows"], content["columns"]
        places = {
            entry["word"]: (entry["row"], entry["column"]) for entry in content["words"]
        }
        integers = {rows, columns, *(n for place in places.values() for n in place)}
        good = all(type(n) is int for n in integers)
        good = good and rows * columns <= MAX_CELLS
        good = good and all(
            0 <= i < rows and 0 <= j < columns for i, j in places.values()
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            "A table file must have `rows`, `columns` and `words`, each with `word`, "
            f"`row` and `column`. Received: {text[:60]!r}."
        ) from error
    if not good:
        raise ValueError("A table file must have integers in range for all places.")
    missing = [word for word in vocabulary.words if word not in places]
    if missing:
        raise ValueError(
            f"The table must have a cell for each word. Received: none for "
            f"{missing[0]!r} ({len(missing)} such words)."
        )
    found = (places[word] for word in vocabulary.words)
    return WordTable(np.array([i * columns + j for i, j in found]), rows, columns)


def as_text(
    table: WordTable,
    vocabulary: Vocabulary,
    row: int | None = None,
    column: int | None = None,
    word: str | None = None,
) -> str:
    """Return who shares a row or a column; without either, an overview.

    Args:
        table: The table.
        vocabulary: Its words.
        row: A row to list. Defaults to none.
        column: A column to list. Defaults to none.
        word: A word whose row and column to list. Defaults to none.

    Raises:
        ValueError: If there is no such row, column or word.
    """
    for name, value, limit in (
        ("row", row, table.rows),
        ("column", column, table.columns),
    ):
        if value is not None and value >= limit:
            raise ValueError(f"`{name}` must be below {limit}. Received: {value}.")
    parts = []
    if word is not None:
        if word not in vocabulary:
            raise ValueError(f"`word` must be in the vocabulary. Received: {word!r}.")
        cell = divmod(int(table.cells[vocabulary.id(word)]), table.columns)
        parts.append(f"{word}: row {cell[0]}, column {cell[1]}")
        row = cell[0] if row is None else row
        column = cell[1] if column is None else column
    if row is not None:
        parts.append(_members("row", row, table.row_of, vocabulary))
    if column is not None:
        parts.append(_members("column", column, table.column_of, vocabulary))
    if not parts:
        free = table.rows * table.columns - len(table)
        parts.append(
            f"{len(table):,} words in {table.rows} rows × {table.columns} columns, "
            f"{free:,} cells free. The most frequent words of the first rows:"
        )
        for number in range(min(_ROWS, table.rows)):
            parts.append(_members("row", number, table.row_of, vocabulary, _WORDS))
    return "\n".join(parts)


def _members(name, number, place_of, vocabulary, most=None):
    # Ids are in the order of frequency.
    ids = np.flatnonzero(place_of == number)[:most]
    return f"{name} {number}: " + " ".join(vocabulary.words[i] for i in ids)
