"""Which first table is the best to train with?

    python benchmarks/first_tables.py --corpus DIR [--only warm-start random …]

Penn Treebank, the default model, 10 epochs without reallocation. frequency is the table
filled row by row in the order of frequency; snake deals the words out, most frequent
first, column by column, down one and up the next, so that all rows are equally
frequent. Each is one JSON line with the validation perplexity after every epoch,
appended to results/first_tables.jsonl.
"""

import argparse
import json
import pathlib
import tempfile

import numpy as np
from commands import lightrnn, shown

from lightrnn_tf import data
from lightrnn_tf.tables import listing
from lightrnn_tf.tables.word_table import WordTable, default_shape
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary
from results import append

KINDS = ("warm-start", "random", "frequency", "snake")


def main():
    """Train with each table asked for and append the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for kind in args.only:
        with tempfile.TemporaryDirectory() as folder:
            append("first_tables", run(kind, args, pathlib.Path(folder)), args.seed)


def run(kind, args, folder):
    """Train with one table and return the perplexities."""
    texts = {part: args.corpus / f"{part}.txt.xz" for part in ("train", "valid")}
    table = kind
    if kind in ("frequency", "snake"):
        table = folder / f"{kind}.json"
        table.write_text(json.dumps(ordered(kind, texts["train"])))
    train = [
        "train",
        "--train",
        texts["train"],
        "--valid",
        texts["valid"],
        "--tokenizer",
        "whitespace",
        "--rounds",
        "10",
        "--seed",
        args.seed,
        "--model",
        "paper",
        "--word-dim",
        "16",
        "--row-parts",
        "4",
        "--word-bias",
        "--table",
        table,
        "--threads",
        "1",
        "--out",
        folder / "run",
    ]
    lightrnn(*train)
    lines = [json.loads(line) for line in (folder / "run" / "metrics.jsonl").open()]
    epochs = [round(line["val_perplexity"], 2) for line in lines if "epoch" in line]
    return {
        "table": kind,
        "trained_by": shown(train),
        "valid_after": {str(n): epochs[n - 1] for n in (1, 3, 10)},
        "valid_perplexities": epochs,
    }


def ordered(kind, train):
    """Return a table by frequency as in `lightrnn table --json`."""
    lines = data.Lines([train])
    vocabulary = Vocabulary.from_lines(lines, Tokenizer("whitespace"))
    words = len(vocabulary)
    table = WordTable.in_order(words, *default_shape(words, words // 50))
    if kind == "snake":
        row, column = table.row_of, table.column_of
        order = np.lexsort((np.where(column % 2, -row, row), column))
        table = WordTable(table.cells[order], table.rows, table.columns)
    return listing.as_json(table, vocabulary)


if __name__ == "__main__":
    main()
