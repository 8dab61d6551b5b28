"""Do the loss tables predict what an exchange of two words does?

    python benchmarks/exchanges.py --corpus DIR [--model paper ours] [--exchanges 200]

Penn Treebank, 3 epochs of training. Two words change places in the model, and the nats
of a text before and after are compared with what the loss tables of that text predict:
half of the exchanges are drawn among those predicted to gain, half at random. The input
vectors stay as they are, so the real change has the input side in it, which the tables
leave out. Exchanges within a row are told apart from the others: for them the output
side is exact for each of the two words. Each model is one JSON line, appended to
results/exchanges.jsonl.
"""

import argparse
import pathlib

import keras
import numpy as np
from rounds import Text, new_model
from scipy.stats import spearmanr

from lightrnn_tf import data
from lightrnn_tf.reallocation.losses import loss_tables
from lightrnn_tf.tables.word_table import WordTable
from results import append

EPOCHS = 3
# Tokens of the training text on which both are measured, and how often a word must be
# there to be exchanged: a change of less than its noise could have either sign.
TOKENS, LEAST_COUNT = 60_000, 20


def main():
    """Measure each model asked for and append the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    kinds = ("paper", "ours")
    parser.add_argument("--model", nargs="+", choices=kinds, default=kinds)
    parser.add_argument("--exchanges", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    text = Text(args.corpus)
    for kind in args.model:
        keras.utils.set_random_seed(args.seed)
        model = new_model(text, kind, args.seed)
        model.fit(text.train, epochs=EPOCHS, verbose=2)
        windows = data.windows(text.ids["train"][:TOKENS], 32, 35)
        pairs = draw(model, windows, args.exchanges, np.random.default_rng(args.seed))
        result = measure(model, windows, *pairs)
        append("exchanges", {"model": kind, **result}, args.seed)


def draw(model, windows, number, rng):
    """Return pairs of words `(n, 2)` and the nats that their exchange should change."""
    losses, table = loss_tables(model, windows), model.table
    counts = np.bincount(windows.ids, minlength=len(table))
    common = np.flatnonzero(counts >= LEAST_COUNT)
    pairs = rng.choice(common, (200_000, 2))
    # Half of them within a row, where one in a hundred would be by chance.
    mates = [
        rng.choice(common[table.row_of[common] == table.row_of[w]])
        for w in pairs[::2, 0]
    ]
    pairs[::2, 1] = mates
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]

    def loss(words, cells):
        row, column = np.divmod(cells, table.columns)
        return losses.rows[words, row].astype(float) + losses.columns[words, column]

    first, second = pairs.T
    predicted = (
        loss(first, table.cells[second])
        + loss(second, table.cells[first])
        - loss(first, table.cells[first])
        - loss(second, table.cells[second])
    )
    gaining = rng.choice(np.flatnonzero(predicted < 0), number // 2, replace=False)
    others = rng.choice(len(pairs), number - number // 2, replace=False)
    chosen = np.concatenate([gaining, others])
    return pairs[chosen], predicted[chosen]


def measure(model, windows, pairs, predicted):
    """Return how the real changes agree with the predicted ones."""
    table = model.table

    def nats():
        result = model.evaluate(windows, verbose=0, return_dict=True)
        return result["loss"] * len(windows.ids)

    before, real = nats(), []
    for first, second in pairs:
        cells = table.cells.copy()
        cells[[first, second]] = cells[[second, first]]
        model.table = WordTable(cells, table.rows, table.columns)
        real.append(nats() - before)
    model.table = table
    real = np.array(real)
    counts = np.bincount(windows.ids, minlength=len(table))
    within = table.row_of[pairs[:, 0]] == table.row_of[pairs[:, 1]]
    half = np.arange(len(pairs)) < len(pairs) // 2
    groups = {
        "all": np.ones(len(pairs), bool),
        "predicted_to_gain": half,
        "at_random": ~half,
        "within_a_row": within,
        "across_rows": ~within,
    }
    per_token = (real - predicted) / counts[pairs].sum(1)
    return {
        "tokens": len(windows.ids),
        "groups": {
            name: {
                "exchanges": int(group.sum()),
                "sign_agrees": float(
                    (np.sign(real) == np.sign(predicted))[group].mean()
                ),
                "correlation": float(np.corrcoef(real[group], predicted[group])[0, 1]),
                "rank_correlation": float(spearmanr(real[group], predicted[group])[0]),
                "median_unpredicted_nats_per_token": float(np.median(per_token[group])),
            }
            for name, group in groups.items()
        },
    }


if __name__ == "__main__":
    main()
