"""A first table from a file: one of ours, or word vectors."""

import json

import numpy as np
import pytest

from lightrnn_tf import cli, data
from lightrnn_tf.tables import listing
from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.training import run
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

TEXT = "the cat sat on the mat and the dog sat on a log\n" * 3
SMALL = ["--units", "6", "--batch-size", "4", "--steps", "5"]


@pytest.fixture
def vocabulary():
    return Vocabulary.from_lines([TEXT], Tokenizer("words"))


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def train(text, table, *more):
    out = text.with_name("run")
    if table is not None:
        more = ("--table", str(table), *more)
    try:
        status = cli.main(
            ["train", "--train", str(text), *SMALL, "--rounds", "1", "--out", str(out),
             "--overwrite", *more]
        )  # fmt: skip
    except SystemExit as stop:
        status = stop.code
    return status, out


def test_listing_goes_to_json_and_back(vocabulary):
    table = WordTable.random(len(vocabulary), 4, 5, seed=1)
    content = listing.as_json(table, vocabulary)
    content["words"].reverse()
    content["words"].append({"word": "zebra", "row": 0, "column": 0})
    again = listing.from_json(json.dumps(content), vocabulary)
    assert again.cells.tolist() == table.cells.tolist()
    assert (again.rows, again.columns) == (4, 5)
    assert listing.from_json(table.to_json(), vocabulary).cells.tolist() == (
        table.cells.tolist()
    )


@pytest.mark.usefixtures("eager")
def test_training_begins_with_the_table_of_a_file(text, vocabulary, capsys):
    table = WordTable.random(len(vocabulary), 2, 9, seed=1)
    path = text.with_name("table.json")
    path.write_text(json.dumps(listing.as_json(table, vocabulary)), encoding="utf-8")
    status, out = train(text, path)
    assert status == 0
    trained = run.Run(out)
    of_word = dict(zip(vocabulary.words, table.cells.tolist(), strict=True))
    found = trained.load_model().table.cells.tolist()
    assert dict(zip(trained.vocabulary.words, found, strict=True)) == of_word
    # The table that training left is one that it can begin with, by whatever name.
    path = (out / "table.json").rename(text.with_name("table.txt"))
    status, _ = train(text, path, "--rows", "2")
    assert status == 0
    status, _ = train(text, path, "--rows", "3")
    assert status == 2
    assert "has 2 rows and 9 columns. Leave out --rows" in capsys.readouterr().err


@pytest.mark.usefixtures("eager")
def test_training_begins_with_word_vectors(text, vocabulary):
    path = text.with_name("vectors.txt")
    rng = np.random.default_rng(0)
    lines = [
        " ".join([word, *map(str, rng.normal(size=3).round(3))])
        for word in [*vocabulary.words[1:], "zebra"]
    ]
    path.write_text("\n".join(["11 3", *lines]), encoding="utf-8")
    vectors = data.word_vectors(path, vocabulary)
    assert vectors.shape == (len(vocabulary), 3)
    assert not vectors[0].any()
    expected = np.array(lines[2].split()[1:], np.float32)
    np.testing.assert_array_equal(vectors[3], expected)
    status, out = train(text, path)
    assert status == 0
    assert len(run.Run(out).load_model().table) == len(vocabulary)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[", "must be JSON"),
        ("[]", "must be JSON with `rows`"),
        ('{"rows": 1, "columns": 9, "cells": [0]}', "words of the vocabulary.*for 1"),
        ('{"rows": 2, "columns": 9, "words": [{}]}', "each with `word`"),
        ('{"rows": 2, "columns": 9, "words": 3}', "each with `word`"),
        ('{"rows": 2, "columns": 9, "words": []}', "a cell for each word.*none for"),
        (
            '{"rows": 2, "columns": 2, "words": [{"word": "a", "row":0, "column":2}]}',
            "integers in range",
        ),
        (
            '{"rows": 2, "columns": 2, "words": [{"word": "a", "row":"0","column":0}]}',
            "integers in range",
        ),
        (
            '{"rows": 2, "columns": 2, "words": [{"word": "a", "row":2, "column":0}]}',
            "integers in range",
        ),
        ('{"rows": 1, "columns": 10000000000000, "words": []}', "integers in range"),
    ],
)
def test_bad_table_files_are_named(content, message, vocabulary):
    with pytest.raises(ValueError, match=message):
        listing.from_json(content, vocabulary)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.json"], "`table` must be warm-start, random, a JSON file"),
        (["warmstart"], "Received: 'warmstart', no such file"),
        (["warmstart", "--model", "dense"], "left out for a dense model"),
        (
            ["random", "--model", "dense", "--rows", "5"],
            "`table` must be left out for a dense",
        ),
        (["random", "--model", "slim"], "`table` must be left out for a slim model"),
        (["random", "--slim-parts", "5"], "`slim_parts` must be left out"),
        (
            [None, "--model", "slim", "--slim-parts", "7"],
            "`units` must be a multiple of `slim_parts`. Received: units=6",
        ),
        (
            [
                None,
                "--model",
                "slim",
                "--slim-parts",
                "3",
                "--slim-vectors",
                "7",
            ],
            "`slim_vectors` must be a multiple of `slim_parts`",
        ),
        (
            [
                None,
                "--model",
                "slim",
                "--slim-side",
                "input",
                "--embedding-dim",
                "15",
            ],
            "`embedding_dim` must be a multiple of `slim_parts`",
        ),
        (["random", "--dropout", "1"], "`dropout` must be a number in [0, 1)"),
        (["random", "--seed", str(2**32)], "`seed` must be an integer in [0, 2**32)"),
        (["random", "--tied"], "Only dense models have it"),
        (["random", "--moving-cost", "0,2"], "`moving_cost` needs a reallocation"),
        (["random", "--moving-cost=-1,0"], "two numbers of at least 0"),
        (["random", "--moving-cost", "nan,0"], "two numbers of at least 0"),
        (["random", "--moving-cost", "1"], "must be two numbers, for rows and columns"),
    ],
)
def test_bad_options_are_one_line_before_the_text_is_read(
    arguments, message, text, capsys
):
    status, out = train(text, *arguments)
    assert status == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert not out.exists()
