"""Does a round of reallocation help, and what does it do to the perplexity at once?

    python benchmarks/rounds.py --corpus DIR [--model paper ours] [--seeds 0 1 2]
                                [--plans none smooth full early]

Penn Treebank, 10 epochs, the learning rate full for 5 and then half a cosine. `paper`
is k = 0 from a random table, `ours` k = 16 with cell bias from the warm start. Plans:

    none     no reallocation
    full     one before epoch 6, words move for any gain
    smooth   one before epoch 6, words move that gain a moving cost
    early    one before each of epochs 2 to 5, words move for any gain

Each run is one JSON line, appended to results/rounds.jsonl.
"""

import argparse
import json
import math
import pathlib
import tempfile

import keras
import numpy as np

from lightrnn_tf import callbacks, data, models, reallocation, training
from lightrnn_tf.predictors import in_memory
from lightrnn_tf.scoring import evaluation
from lightrnn_tf.tables import warm_start
from lightrnn_tf.tables.word_table import WordTable, default_shape
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary
from results import append

FULL_RATE, EPOCHS = 5, 10
# What `lightrnn train --rounds 5,5` does to the learning rate.
OPTIONS = training.Options.of("", rounds=(FULL_RATE, EPOCHS - FULL_RATE)).fit
# The nats per occurrence that a row and a column must gain, found on validation text.
MOVING_COST = {"paper": (2.9, 0.0), "ours": (2.0, 2.0)}
PLANS = {
    "none": (),
    "smooth": (5,),
    "full": (5,),
    "early": (1, 2, 3, 4),
}


def main():
    """Train what is asked for and append the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    kinds = tuple(MOVING_COST)
    parser.add_argument("--model", nargs="+", choices=kinds, default=kinds)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--plans", nargs="+", choices=PLANS, default=list(PLANS))
    args = parser.parse_args()
    text = Text(args.corpus)
    for seed in args.seeds:
        for kind in args.model:
            with tempfile.TemporaryDirectory() as folder:
                trunk = pathlib.Path(folder) / "trunk.weights.h5"
                for plan in args.plans:
                    result = run(text, kind, seed, plan, trunk)
                    append("rounds", {"model": kind, "plan": plan, **result}, seed)


class Text:
    """Penn Treebank as ids."""

    def __init__(self, corpus):
        lines = {
            part: data.Lines(data.files([str(corpus / f"{part}.txt.xz")]))
            for part in ("train", "valid", "test")
        }
        self.vocabulary = Vocabulary.from_lines(lines["train"], Tokenizer("whitespace"))
        self.ids = {
            part: data.encode(text, self.vocabulary) for part, text in lines.items()
        }
        self.train, self.valid = (
            data.windows(self.ids[part], 32, 35) for part in ("train", "valid")
        )


def new_model(text, kind, seed):
    """Return a compiled model with its first table."""
    words, ours = len(text.vocabulary), kind == "ours"
    rows, columns = default_shape(words, math.ceil(0.02 * words) if ours else 0)
    model = models.PaperRNN(
        words,
        rows=rows,
        columns=columns,
        word_dim=16 if ours else 0,
        word_bias=ours,
        dropout=0.2 if ours else 0.1,
        eos_id=text.vocabulary.eos_id,
    )
    model.build()
    if ours:
        ids = text.ids["train"]
        model.table = warm_start.table(ids, words, rows, columns, seed=seed)
    else:
        model.table = WordTable.random(words, rows, columns, seed)
    rate = training.FallingRate(OPTIONS.learning_rate, OPTIONS.rounds, len(text.train))
    model.compile(training.adam(rate))
    model.optimizer.build(model.trainable_variables)
    return model


def run(text, kind, seed, plan, trunk):
    """Train by a plan and return its numbers; `trunk` is what plans have in common."""
    keras.utils.set_random_seed(seed)
    model = new_model(text, kind, seed)
    curve, rounds = [], []

    def fit(start, stop):
        history = model.fit(
            text.train,
            initial_epoch=start,
            epochs=stop,
            validation_data=text.valid,
            callbacks=[reallocate],
            verbose=2,
        )
        curve.extend(history.history["val_perplexity"])

    def perplexity():
        return model.evaluate(text.valid, verbose=0, return_dict=True)["perplexity"]

    def report(epoch, done):
        rounds.append(
            {
                "before_epoch": epoch + 1,
                "words_moved": done.words_moved,
                "tokens_moved": done.tokens_moved,
                "nats_before": done.nats_before,
                "nats_predicted": done.nats_predicted,
                "nats_after": done.nats_after,
                "valid_after": perplexity(),
                "gap": done.gap,
                "matching_seconds": round(done.assignment.seconds, 1),
            }
        )

    cost = MOVING_COST[kind] if plan == "smooth" else (0.0, 0.0)
    matching = reallocation.Matching(moving_cost=cost)
    reallocate = callbacks.Reallocate(text.train, PLANS[plan], matching, report=report)
    if plan == "early":
        fit(0, EPOCHS)
    else:
        if not trunk.exists():
            fit(0, FULL_RATE)
            model.save_weights(trunk)
            trunk.with_suffix(".json").write_text(json.dumps(curve))
        curve[:] = json.loads(trunk.with_suffix(".json").read_text())
        model.load_weights(trunk)
        # The same noise from here on, whether the trunk was trained now or before.
        keras.utils.set_random_seed(seed + 1)
        fit(FULL_RATE, EPOCHS)
    for done in rounds:
        done["valid_before"] = curve[done["before_epoch"] - 2]
    scores = evaluation.evaluate(
        in_memory.KerasPredictor(model, text.vocabulary), text.ids["test"]
    )
    return {
        "moving_cost": cost,
        "valid_perplexities": np.round(curve, 2).tolist(),
        "test_perplexity": scores.perplexity,
        "test_top3": scores.top3,
        "rounds": rounds,
    }


if __name__ == "__main__":
    main()
