"""The model as it is before the first epoch, and its first table."""

import dataclasses
import math
import pathlib

import numpy as np

from lightrnn_tf import data, models
from lightrnn_tf._internal.progress import bar
from lightrnn_tf.models import MODELS
from lightrnn_tf.tables import listing, warm_start, word_table
from lightrnn_tf.training.options import (
    RANDOM,
    WARM_START,
    LightRNNOptions,
    Options,
    TableOptions,
)
from lightrnn_tf.training.texts import Texts
from lightrnn_tf.words.vocabulary import Vocabulary

# Default number of free cells for the user, as a share of the words.
USER_CELLS = 0.02


def first_model(options: Options, texts: Texts) -> models.LanguageModel:
    """Make the model that options ask for, with its words in their first cells.

    Args:
        options: The options of the training.
        texts: Its texts.

    Returns:
        The built model.

    Raises:
        ValueError: If the table that the options name cannot be used.
    """
    given = _given_table(options, texts.vocabulary)
    model = new_model(options, texts.vocabulary, given)
    if options.table:
        model.table = given or _first_table(options, texts, model.rows, model.columns)
    return model


def new_model(
    options: Options, vocabulary: Vocabulary, given: word_table.WordTable | None = None
) -> models.LanguageModel:
    """Make the model that options ask for.

    Args:
        options: The options of the training.
        vocabulary: The words of the model.
        given: A table that gives the model its shape. Defaults to the shape of the
            options, or a nearly square one.

    Returns:
        The built model, with its words in the order of their ids.

    Raises:
        ValueError: If the words do not fit into the table.
    """
    arguments = dataclasses.asdict(options.model)
    if options.table and isinstance(options.model, LightRNNOptions):
        shape = _table_shape(options.model, options.table, len(vocabulary), given)
        arguments["rows"], arguments["columns"] = shape
    if options.model.kind == "slim":
        arguments["seed"] = options.fit.seed
    model = MODELS[options.model.kind](
        len(vocabulary), eos_id=vocabulary.eos_id, **arguments
    )
    model.build()
    return model


def _table_shape(
    asked: LightRNNOptions,
    table: TableOptions,
    words: int,
    given: word_table.WordTable | None,
) -> tuple[int, int]:
    user_cells = table.user_cells
    if given:
        shape = asked.rows or given.rows, asked.columns or given.columns
        if shape != (given.rows, given.columns) or user_cells is not None:
            raise ValueError(
                f"{table.table} has {given.rows} rows and {given.columns} "
                "columns. Leave out --rows, --columns and --user-cells."
            )
        return shape
    if user_cells is None:
        both = asked.rows and asked.columns
        user_cells = 0 if both else math.ceil(words * USER_CELLS)
    needed = words + user_cells
    rows, columns = word_table.default_shape(words, user_cells)
    if asked.rows:
        rows, columns = asked.rows, asked.columns or -(-needed // asked.rows)
    elif asked.columns:
        rows, columns = -(-needed // asked.columns), asked.columns
    if rows * columns < needed:
        raise ValueError(
            f"The table must have a cell for each of the {words} words and "
            f"{user_cells} user cells. Received: {rows} rows × {columns} columns "
            f"({rows * columns} cells). Take a larger table or a smaller --vocab-size."
        )
    return rows, columns


def _given_table(options, vocabulary):
    """Return the table of the JSON file that the options name, or `None`."""
    if options.table is None or options.table.table in (WARM_START, RANDOM):
        return None
    path = pathlib.Path(options.table.table)
    with open(path, "rb") as file:
        if file.read(1) != b"{":  # A file of word vectors, not JSON.
            return None
    try:
        text = path.read_bytes().decode("utf-8")
        return listing.from_json(text, vocabulary)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _first_table(options, texts, rows, columns):
    kind, seed = options.table.table, options.fit.seed
    words = len(texts.vocabulary)
    if kind == RANDOM:
        return word_table.WordTable.random(words, rows, columns, seed)
    with bar("Warm start of the table") as progress:
        if kind == WARM_START:
            text = texts.train if texts.neighbours is None else texts.neighbours
            return warm_start.table(
                text, words, rows, columns, seed=seed, progress=progress
            )
        return warm_start.table_of_vectors(
            data.word_vectors(kind, texts.vocabulary, options.text.errors),
            np.array(texts.vocabulary.counts),
            rows,
            columns,
            seed=seed,
            progress=progress,
        )
