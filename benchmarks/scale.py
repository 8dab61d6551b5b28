"""What does each stage take with 800,000 words? Seconds and memory.

    python benchmarks/scale.py --folder DIR [--words 800000] [--tokens 3000000]

The text is generated: words belong to classes, each class is followed by one of a few,
and classes, followers and words within a class are as frequent as 1 / rank. What a
perfect model would reach is therefore known. All words are listed once in the training
text. Each stage is a process of its own, which leaves its files in DIR, so a stopped
benchmark goes on where it was; once all are done, their results are appended to
results/scale.jsonl.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

import numpy as np

from lightrnn_tf._internal.files import write_atomic
from results import append

SEED = 0
WORDS_OF_A_LINE = 20
CLASSES, FOLLOWERS = 200, 5
HELD_OUT = 50_000
UNITS, STREAMS, STEPS = 200, 32, 35
# Seconds for the matching, and held-out tokens that the exported file reads.
MATCHING_SECONDS, EXPORTED_TOKENS = 900, 2000


def main():
    """Run the stages that are not done and append what they took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--words", type=int, default=800_000)
    parser.add_argument("--tokens", type=int, default=3_000_000)
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.folder.mkdir(exist_ok=True, parents=True)
    if args.stage:
        run(args)
        return
    sizes = {"words": args.words, "tokens": args.tokens}
    asked = args.folder / "sizes.json"
    if asked.exists() and json.loads(asked.read_text()) != sizes:
        parser.error(f"{args.folder} is of other sizes: {asked.read_text()}")
    asked.write_text(json.dumps(sizes))
    results = [in_process(stage, args.folder) for stage in STAGES]
    for stage, result in zip(STAGES, results, strict=True):
        append("scale", {"stage": stage, **sizes, **result}, SEED)


def in_process(stage, folder):
    """Return what a stage took, in a process of its own if it is not done."""
    done = folder / f"{stage}.json"
    if not done.exists():
        command = [sys.executable, __file__, *sys.argv[1:], "--stage", stage]
        subprocess.run(command, check=True)
        print(stage, done.read_text(), flush=True)
    return json.loads(done.read_text())


def run(args):
    """Run one stage and write down what it took."""
    start = time.monotonic()
    found = STAGES[args.stage](args.folder, args.words, args.tokens)
    done = {
        "seconds": round(time.monotonic() - start, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **found,
    }
    write_atomic(args.folder / f"{args.stage}.json", json.dumps(done))


class Language:
    """Words in classes; word w is member w div CLASSES of class w mod CLASSES."""

    def __init__(self, words):
        by_rank = 1 / np.arange(1, CLASSES + 1)
        self.followers = np.random.default_rng(SEED).choice(
            CLASSES, (CLASSES, FOLLOWERS), p=by_rank / by_rank.sum()
        )
        self.chances = by_rank[:FOLLOWERS] / by_rank[:FOLLOWERS].sum()
        self.sizes = np.bincount(np.arange(words) % CLASSES, minlength=CLASSES)
        self.weights = 1 / np.arange(1, self.sizes.max() + 1)
        self.cumulative = np.cumsum(self.weights)

    def write(self, tokens, seed):
        """Return words `(tokens,)`."""
        draw = np.random.default_rng([SEED, seed])
        choices = draw.choice(FOLLOWERS, tokens, p=self.chances)
        classes = np.empty(tokens, np.int64)
        now = 0
        for place, choice in enumerate(choices):
            classes[place] = now = self.followers[now, choice]
        totals = self.cumulative[self.sizes[classes] - 1]
        members = np.searchsorted(self.cumulative, draw.random(tokens) * totals)
        return members * CLASSES + classes

    def nats(self, words):
        """Return −log P of each word but the first, given the one before."""
        classes, members = words % CLASSES, words // CLASSES
        followed = self.followers[classes[:-1]] == classes[1:, None]
        chances = (followed * self.chances).sum(1)
        of_members = self.weights[members[1:]]
        return -np.log(
            chances * of_members / self.cumulative[self.sizes[classes[1:]] - 1]
        )


def make_text(folder, words, tokens):
    """Write the texts; return what a perfect model and word counts alone reach."""
    language = Language(words)
    training = language.write(tokens, 1)
    held_out = language.write(HELD_OUT, 2)
    every = np.random.default_rng(SEED).permutation(words)
    write_lines(folder / "train.txt", np.concatenate([every, training]))
    write_lines(folder / "valid.txt", held_out)
    counts = np.bincount(np.concatenate([every, training]), minlength=words)
    # Nats a token, of which each 21st ends a line: a perfect model counts to 20.
    share = WORDS_OF_A_LINE / (WORDS_OF_A_LINE + 1)
    of_counts = -np.log(counts[held_out] / counts.sum() * share).mean()
    of_end = -np.log(1 - share)
    return {
        "perfect_perplexity": float(np.exp(language.nats(held_out).mean() * share)),
        "unigram_perplexity": float(np.exp(of_counts * share + of_end * (1 - share))),
    }


def write_lines(path, words):
    """Write words in lines of the same length."""
    with open(path, "w", encoding="utf-8") as file:
        for start in range(0, len(words), WORDS_OF_A_LINE):
            line = words[start : start + WORDS_OF_A_LINE]
            file.write(" ".join(f"w{word}" for word in line) + "\n")


def read_text(folder, words, tokens):
    """Count words and write ids."""
    from lightrnn_tf import data
    from lightrnn_tf.words.tokenizer import Tokenizer
    from lightrnn_tf.words.vocabulary import Vocabulary

    lines = data.Lines([folder / "train.txt"])
    vocabulary = Vocabulary.from_lines(lines, Tokenizer("whitespace"))
    (folder / "vocabulary.txt").write_text(vocabulary.to_text())
    data.write_ids(folder / "train.bin", lines, vocabulary)
    data.write_ids(folder / "valid.bin", data.Lines([folder / "valid.txt"]), vocabulary)
    return {"vocabulary_size": len(vocabulary)}


def vocabulary_of(folder):
    """Return the words."""
    from lightrnn_tf.words.vocabulary import Vocabulary

    return Vocabulary.from_text((folder / "vocabulary.txt").read_text())


def ids_of(folder, name):
    """Return the word ids of a text."""
    return np.memmap(folder / f"{name}.bin", "<i4", "r")


def warm_start(folder, words, tokens):
    """Make the first table; return how well it finds the classes."""
    from lightrnn_tf.tables import warm_start, word_table

    vocabulary = vocabulary_of(folder)
    rows, columns = word_table.default_shape(len(vocabulary))
    first = warm_start.table(ids_of(folder, "train"), len(vocabulary), rows, columns)
    (folder / "table.json").write_text(first.to_json())
    return {"rows": rows, "columns": columns, **purity(vocabulary, first)}


def purity(vocabulary, table):
    """Return of which share of the text row-mates are of one class, at most."""
    classes = np.array(
        [int(w[1:]) % CLASSES if w[0] == "w" else 0 for w in vocabulary.words]
    )
    weights = np.zeros((table.rows, CLASSES))
    np.add.at(weights, (table.row_of, classes), vocabulary.counts)
    return {
        "text_in_the_main_class_of_its_row": float(weights.max(1).sum() / weights.sum())
    }


def model_of(folder, name="first"):
    """Return the model with the weights of that name, if there are any."""
    import keras

    from lightrnn_tf import models, training
    from lightrnn_tf.tables.word_table import WordTable

    vocabulary = vocabulary_of(folder)
    table = WordTable.from_json((folder / "table.json").read_text())
    keras.utils.set_random_seed(SEED)
    model = models.LightRNN(
        len(vocabulary),
        units=UNITS,
        rows=table.rows,
        columns=table.columns,
        dropout=0.0,
        word_dim=0,
        eos_id=vocabulary.eos_id,
    )
    model.build()
    model.table = table
    if (folder / f"{name}.weights.h5").exists():
        model.load_weights(folder / f"{name}.weights.h5")
    model.compile(training.adam(5e-3))
    return model


def windows_of(folder, name):
    """Return the windows of a text."""
    from lightrnn_tf import data

    return data.windows(ids_of(folder, name), STREAMS, STEPS)


def epoch(folder, words, tokens, name="first", before="none"):
    """Train an epoch."""
    from lightrnn_tf import callbacks, training

    model, windows = model_of(folder, before), windows_of(folder, "train")
    training.keep_freed_memory()
    history = model.fit(
        windows,
        validation_data=windows_of(folder, "valid"),
        callbacks=[callbacks.WordsPerSecond(windows)],
        verbose=2,
    ).history
    model.save_weights(folder / f"{name}.weights.h5")
    return {
        "words_per_second": history["words_per_second"][0],
        "valid_perplexity": history["val_perplexity"][0],
    }


def gather_losses(folder, words, tokens):
    """Gather the loss tables."""
    from lightrnn_tf.reallocation.losses import loss_tables

    loss_tables(model_of(folder), windows_of(folder, "train"), folder / "loss_tables")
    return {}


def reallocate(folder, words, tokens):
    """Match and move the words; return what that promises and gives at once."""
    from lightrnn_tf import reallocation
    from lightrnn_tf.reallocation.losses import loss_tables

    model, windows = model_of(folder), windows_of(folder, "train")
    losses = loss_tables(model, windows, folder / "loss_tables")
    matching = reallocation.Matching("auction", MATCHING_SECONDS)
    done = reallocation.reallocate(model, windows, matching, losses=losses)
    model.save_weights(folder / "moved.weights.h5")
    return {
        "words_moved": done.words_moved,
        "nats_before": done.nats_before,
        "nats_predicted": done.nats_predicted,
        "gap": done.gap,
        **purity(vocabulary_of(folder), model.table),
    }


def second_epoch(folder, words, tokens):
    """Train an epoch with the new table."""
    return epoch(folder, words, tokens, name="second", before="moved")


def export(folder, words, tokens):
    """Write the `.tflite`."""
    model = model_of(folder, "second")
    path = folder / "model.tflite"
    model.export(
        path,
        format="litert",
        vocabulary=vocabulary_of(folder),
        overwrite=True,
        # Of text drawn from the model, most is of words it has hardly met, whose best
        # followers are nearly equal.
        text=np.array(ids_of(folder, "valid")[:EXPORTED_TOKENS]),
    )
    return {"file_bytes": path.stat().st_size}


def evaluate(folder, words, tokens):
    """Score held-out text by the exported file."""
    from lightrnn_tf.predictors import exported
    from lightrnn_tf.scoring import evaluation

    phone = exported.LiteRTPredictor(folder / "model.tflite")
    scores = evaluation.evaluate(phone, ids_of(folder, "valid")[:EXPORTED_TOKENS])
    return {"perplexity": scores.perplexity, "top3": scores.top3}


STAGES = {
    "text": make_text,
    "ids": read_text,
    "warm start": warm_start,
    "epoch": epoch,
    "loss tables": gather_losses,
    "reallocation": reallocate,
    "second epoch": second_epoch,
    "export": export,
    "evaluation": evaluate,
}

if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
