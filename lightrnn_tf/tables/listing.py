"""Writes a table as text or JSON, and reads it from JSON."""

import json

import numpy as np

from lightrnn_tf.tables.word_table import MAX_CELLS, WordTable
from lightrnn_tf.words.vocabulary import Vocabulary

# The overview shows this many rows, and this many words of each.
_ROWS, _WORDS = 12, 10


def table_of(predictor) -> tuple[WordTable, Vocabulary]:
    """Return the table and the vocabulary of a predictor.

    Args:
        predictor: A `KerasPredictor` or `LiteRTPredictor`.

    Returns:
        The `WordTable`, and the `Vocabulary` whose ids it uses.

    Raises:
        ValueError: If the model is a dense or Slim one, which has no table.
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
    """Return the content of `lightrnn table --json`.

    Args:
        table: The `WordTable`.
        vocabulary: The `Vocabulary` of its words.

    Returns:
        A dict of `rows`, `columns` and `words`; each word is a dict of `word`, `id`,
        `row`, `column` and `count`.

    Example:

    >>> tokenizer = lightrnn_tf.Tokenizer("words")
    >>> vocabulary = Vocabulary(["<eos>", "<unk>"], [5, 0], tokenizer)
    >>> as_json(WordTable([1, 0], rows=1, columns=2), vocabulary)["words"][0]
    {'word': '<eos>', 'id': 0, 'row': 0, 'column': 1, 'count': 5}
    """
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
        text: The output of `lightrnn table --json`, or the `table.json` of a run with
            the same vocabulary.
        vocabulary: The `Vocabulary`; all its words must be in the file.

    Returns:
        A `WordTable`.

    Raises:
        ValueError: If the text is neither of the two, or a word is missing.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"A table file must be JSON. Received: {text[:60]!r} ({error}). Name the "
            "output of lightrnn table --json."
        ) from error
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
        raise ValueError(
            "A table file must have integers in range for all places, at most "
            f"{MAX_CELLS} cells. Received: {text[:60]!r}."
        )
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
    """Return the words of a row, of a column, or an overview of the table.

    Args:
        table: The `WordTable`.
        vocabulary: The `Vocabulary` of its words.
        row: Integer of at least 0. The row to list. Defaults to `None`.
        column: Integer of at least 0. The column to list. Defaults to `None`.
        word: String. A word whose row and column to list. Defaults to `None`.

    Returns:
        Lines of text; an overview if row, column and word are all `None`.

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
    # The most frequent words have the lowest ids.
    ids = np.flatnonzero(place_of == number)[:most]
    return f"{name} {number}: " + " ".join(vocabulary.words[i] for i in ids)
