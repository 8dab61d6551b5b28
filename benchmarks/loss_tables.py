"""Leaves loss tables of trained models, for benchmarks/matching.py.

    python benchmarks/loss_tables.py ptb   --corpora DIR --out FOLDER
    python benchmarks/loss_tables.py books --corpora DIR --out FOLDER
    python benchmarks/loss_tables.py pairs --corpora DIR --out FOLDER

ptb: V = 10,000, the paper's model (k = 0, random table), 5 epochs. books: V = 100,000,
novels-en and keyboard-en, H = 100, cell bias, warm start, one epoch of 8 of the 21
million tokens. pairs: V = 800,000, whose words are pairs of words of the same text, for
want of a text with so many words; H = 64, random table, one epoch of 4 of 9 million.
The pass that makes the tables reads the whole text.
"""

import argparse
import pathlib

import keras
import numpy as np

from lightrnn_tf import data, models, training
from lightrnn_tf.reallocation.losses import loss_tables
from lightrnn_tf.tables import warm_start
from lightrnn_tf.tables.word_table import WordTable, default_shape
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

BOOKS_WORDS, PAIRS_WORDS = 100_000, 800_000


def main():
    """Train the model asked for and leave its loss tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("ptb", "books", "pairs"))
    parser.add_argument("--corpora", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    keras.utils.set_random_seed(0)
    model, ids, part, epochs, streams = {"ptb": ptb, "books": books, "pairs": pairs}[
        args.kind
    ](args.corpora)
    model.compile(training.adam(5e-3))
    model.fit(data.windows(part, streams, 35), epochs=epochs, verbose=2)
    windows = data.windows(ids, streams, 35)
    losses = loss_tables(model, windows, args.out)
    (args.out / "table.json").write_text(model.table.to_json())
    print(f"{losses.nats / len(ids):.3f} nats per token")


def read(corpora, names, tokenizer, size=None):
    """Return the ids of some files and their vocabulary."""
    lines = data.Lines([corpora / name for name in names])
    vocabulary = Vocabulary.from_lines(lines, tokenizer, size)
    return data.encode(lines, vocabulary), vocabulary


def new_model(words, table, **options):
    """Return a model with a table."""
    model = models.PaperRNN(
        words,
        rows=table.rows,
        columns=table.columns,
        dropout=0.1,
        **options,
    )
    model.build()
    model.table = table
    return model


def ptb(corpora):
    """Return model, text, the part to train on, epochs and streams."""
    ids, vocabulary = read(corpora, ["ptb/train.txt.xz"], Tokenizer("whitespace"))
    words = len(vocabulary)
    table = WordTable.random(words, *default_shape(words))
    model = new_model(words, table, eos_id=vocabulary.eos_id)
    return model, ids, ids, 5, 32


def books_ids(corpora):
    """Return novels, then posts, as ids of 100,000 lower-cased words."""
    names = ["novels-en/all.txt.xz", "keyboard-en/train.txt.xz"]
    return read(corpora, names, Tokenizer("words", True), BOOKS_WORDS)


def books(corpora):
    """Return model, text, the part to train on, epochs and streams."""
    ids, vocabulary = books_ids(corpora)
    words = len(vocabulary)
    shape = default_shape(words, words // 50)
    table = warm_start.table(ids, words, *shape)
    model = new_model(words, table, units=100, word_bias=True, eos_id=vocabulary.eos_id)
    part = np.concatenate([ids[:6_000_000], ids[-2_000_000:]])
    return model, ids, part, 1, 64


def pairs(corpora):
    """Return model, text, the part to train on, epochs and streams."""
    ids = books_ids(corpora)[0].astype(np.int64)
    end = len(ids) // 2 * 2
    _, pair, counts = np.unique(
        ids[0:end:2] * BOOKS_WORDS + ids[1:end:2],
        return_inverse=True,
        return_counts=True,
    )
    rank = np.empty(len(counts), np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    # The rarest pairs are left out; 0 stands for `<eos>`, which is none of them.
    text = rank[pair] + 1
    text = text[text < PAIRS_WORDS].astype(np.int32)
    table = WordTable.random(PAIRS_WORDS, *default_shape(PAIRS_WORDS))
    model = new_model(PAIRS_WORDS, table, units=64, word_bias=True)
    return model, text, text[:4_000_000], 1, 64


if __name__ == "__main__":
    main()
