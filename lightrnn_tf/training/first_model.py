"""The model of a training as it is before the first epoch, and its first table."""

import math
import pathlib

import numpy as np

from lightrnn_tf import data, models
from lightrnn_tf._internal.progress import bar
from lightrnn_tf.tables import listing, warm_start, word_table
from lightrnn_tf.training.options import RANDOM, WARM_START, Options
from lightrnn_tf.training.texts import Texts
from lightrnn_tf.words.vocabulary import Vocabulary

# Share of the words for which cells are kept free by default.
USER_CELLS = 0.02


def first_model(options: Options, texts: Texts) -> models.LanguageModel:
    """Return the model that options ask for, its words in their first cells.

    Raises:
        ValueError: If the table that the options name cannot be used.
    """
    given = _given_table(options, texts.vocabulary)
    model = new_model(options, texts.vocabulary, given)
    if isinstance(model, models.TableRNN):
        model.table = given or _first_table(options, texts, model.rows, model.columns)
    return model


def new_model(
    options: Options, vocabulary: Vocabulary, given: word_table.WordTable | None = None
) -> models.LanguageModel:
    """Return the model that options ask for, built, as it is before training.

    Args:
        options: Those of the model are read.
        vocabulary: The words of the model.
        given: A table whose shape a LightRNN takes. Defaults to the shape that the
            options say, or a nearly square one.
    """
    common = {
        "vocabulary_size": len(vocabulary),
        "units": options.units,
        "embedding_dim": options.embedding_dim,
        "cell": options.cell,
        "layers": options.layers,
        "dropout": options.dropout,
        "eos_id": vocabulary.eos_id,
        "line_independent": options.line_independent,
    }
    model: models.LanguageModel
    if options.model == "dense":
        model = models.DenseRNN(tied=options.tied, **common)
    elif options.model == "slim":
        model = models.SlimRNN(
            parts=options.slim_parts,
            vectors=options.slim_vectors,
            side=options.slim_side,
            seed=options.seed,
            **common,
        )
    else:
        rows, columns = _table_shape(options, len(vocabulary), given)
        kind = {"transition": models.LightRNN, "recurrent": models.PaperRNN}
        model = kind[options.within_word](
            rows=rows,
            columns=columns,
            word_dim=options.word_dim,
            row_parts=options.row_parts,
            frequent_words=options.frequent_words,
            frequent_dim=options.frequent_dim,
            word_bias=options.word_bias,
            **common,
        )
    model.build()
    return model


def _table_shape(
    options: Options, words: int, given: word_table.WordTable | None
) -> tuple[int, int]:
    if given:
        asked = options.rows or given.rows, options.columns or given.columns
        if asked != (given.rows, given.columns) or options.user_cells is not None:
            raise ValueError(
                f"{options.table} has {given.rows} rows and {given.columns} columns. "
                "Leave out --rows, --columns and --user-cells."
            )
        return asked
    paper = not (options.word_dim or options.frequent_dim or options.word_bias)
    paper = paper and options.table == RANDOM
    user_cells = options.user_cells
    if user_cells is None:
        both = options.rows and options.columns
        user_cells = 0 if paper or both else math.ceil(words * USER_CELLS)
    needed = words + user_cells
    rows, columns = word_table.default_shape(words, user_cells)
    if options.rows:
        rows, columns = options.rows, options.columns or -(-needed // options.rows)
    elif options.columns:
        rows, columns = -(-needed // options.columns), options.columns
    if rows * columns < needed:
        raise ValueError(
            f"The table must have a cell for each of the {words} words and "
            f"{user_cells} user cells. Received: {rows} rows × {columns} columns "
            f"({rows * columns} cells). Take a larger table or a smaller --vocab-size."
        )
    return rows, columns


def _given_table(options, vocabulary):
    """Return the table of a JSON file, if that was asked for."""
    if options.table in (WARM_START, RANDOM):
        return None
    path = pathlib.Path(options.table)
    with open(path, "rb") as file:
        if file.read(1) != b"{":  # Word vectors are not JSON.
            return None
    try:
        text = path.read_bytes().decode("utf-8")
        return listing.from_json(text, vocabulary)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _first_table(options, texts, rows, columns):
    kind, seed = options.table, options.seed
    words = len(texts.vocabulary)
    if kind == RANDOM:
        return word_table.WordTable.random(words, rows, columns, seed)
    with bar("Warm start of the table") as progress:
        if kind == WARM_START:
            text = texts.train if texts.neighbours is None else texts.neighbours
            return warm_start.table(
                *(text, words, rows, columns), seed=seed, progress=progress
            )
        return warm_start.table_of_vectors(
            data.word_vectors(kind, texts.vocabulary, options.errors),
            np.array(texts.vocabulary.counts),
            *(rows, columns),
            seed=seed,
            progress=progress,
        )
