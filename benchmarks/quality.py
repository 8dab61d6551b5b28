"""How good are models of a size? Each row of the table is one training.

    python benchmarks/quality.py --corpora DIR ROW … [--seed 0] [--threads 1]
    python benchmarks/quality.py --corpora DIR --sweep KIN …
    python benchmarks/quality.py --corpora DIR --speed CORPUS …
    python benchmarks/quality.py --list
    python benchmarks/quality.py --table

DIR holds a folder for each corpus. A row is trained, exported and scored by the
commands of the package, and its result is one JSON line, appended to
results/quality.jsonl. A run that is in --runs already is not trained again, so a
stopped benchmark goes on where it was. Dropout and learning rate of a row are those
that won the sweep of its kin on validation text: the same four settings for each kin,
6 epochs, Penn Treebank. `--speed` trains dense, Slim and LightRNN by turns on part of a
corpus; run it with nothing else on the machine, the others one on each core.
`--table` makes the tables of the README and results/quality.png of what was measured.
"""

import argparse
import dataclasses
import json
import pathlib
import statistics
import tempfile

from ptb import lightrnn, shown

from results import ROOT, append, read

# Dropout and learning rate, as typed.
SWEEP = (("0.3", "0.005"), ("0.3", "0.0025"), ("0.3", "0.01"), ("0.45", "0.005"))
SWEEP_EPOCHS = 6
# What each kin is swept with.
KIN = {
    "dense": ["--model", "dense", "--tied"],
    "slim": ["--model", "slim", "--slim-parts", "5", "--slim-vectors", "2500"],
    "ours": ["--embedding-dim", "100", "--residual-dim", "16"],
}
# Input vectors of half the length of the states: 100 kB that word vectors use better.
OURS = ["--embedding-dim", "100", "--residual-dim"]
PAPER = [
    *("--within-word", "recurrent", "--residual-dim", "0", "--no-cell-bias"),
    *("--table", "random"),
]
# How each corpus is read; keystrokes are what its users care about.
CORPORA = {
    "ptb": {"tokenizer": "whitespace"},
    "keyboard-en": {"lowercase": True, "vocab_size": 20_000, "line_independent": True},
    "wikitext-2": {"tokenizer": "whitespace"},
    "cs-1m": {"min_count": 2},
    "de-1m": {"min_count": 2},
}
KEYBOARDS = ("keyboard-en",)
SPEED_LINES, SPEED_REPEATS = 6_000, 3


@dataclasses.dataclass(frozen=True)
class Row:
    """A model of the table.

    Attributes:
        title: What the table calls it.
        kin: Whose settings it takes.
        model: The options of the model.
        rounds: Epochs, with reallocations between rounds.
        made_by: `"training"`, by `lightrnn train`; `"adaptive"`, by Keras on a model
            of these benchmarks, whose `model` is the edges of its clusters; or
            `"n-grams"`, by counting.
    """

    title: str
    kin: str
    model: list[str]
    rounds: str = "15"
    made_by: str = "training"


ROWS = {
    "ptb/dense-tied": Row("dense, tied", "dense", KIN["dense"]),
    "ptb/ours-k32": Row("**LightRNN, k = 32**", "ours", [*OURS, "32"]),
    "ptb/ours-k48": Row("**LightRNN, k = 48**", "ours", [*OURS, "48"]),
    "ptb/ours-k16": Row("**LightRNN, k = 16**", "ours", [*OURS, "16"]),
    "ptb/dense-small": Row(
        "dense, tied, H = 72", "dense", [*KIN["dense"], "--units", "72"]
    ),
    "ptb/slim": Row("Slim, K = 5, M = 2,500", "slim", KIN["slim"]),
    "ptb/paper": Row("LightRNN of the paper", "ours", PAPER, "5,5,5"),
    "ptb/dense": Row("dense, untied", "dense", ["--model", "dense"]),
    "ptb/slim-input": Row(
        "Slim, input only, K = 10, M = 2,000",
        "slim",
        [
            *("--model", "slim", "--slim-side", "input"),
            *("--slim-parts", "10", "--slim-vectors", "2000"),
        ],
    ),
    "ptb/slim-large": Row(
        "Slim, K = 4, M = 6,000",
        "slim",
        ["--model", "slim", "--slim-parts", "4", "--slim-vectors", "6000"],
    ),
    "ptb/ours-k8": Row("LightRNN, k = 8", "ours", [*OURS, "8"]),
    "ptb/ours-k0": Row("LightRNN, k = 0", "ours", [*OURS, "0"]),
    "ptb/ours-k16-flat": Row(
        "LightRNN, k = 16, 50 × 204", "ours", [*OURS, "16", "--rows", "50"]
    ),
    "ptb/ours-k16-tall": Row(
        "LightRNN, k = 16, 204 × 50", "ours", [*OURS, "16", "--columns", "50"]
    ),
    "ptb/dense-tied-short": Row(
        "dense, tied, in the time of k = 32", "dense", KIN["dense"], "6"
    ),
    "ptb/adaptive": Row(
        "adaptive softmax and input, tied", "dense", ["2000"], made_by="adaptive"
    ),
    "ptb/kneser-ney": Row("Kneser-Ney, 5-gram", "", [], made_by="n-grams"),
    "keyboard-en/kneser-ney": Row("Kneser-Ney, 5-gram", "", [], made_by="n-grams"),
    "ptb/ours-k32-long": Row(
        "**LightRNN, k = 32**, in the time of dense", "ours", [*OURS, "32"], "36"
    ),
}


def main():
    """Run what was asked for and append the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", type=_row)
    parser.add_argument("--sweep", nargs="+", choices=[*KIN], default=[])
    parser.add_argument("--speed", nargs="+", choices=[*CORPORA], default=[])
    parser.add_argument("--table", action="store_true", help="write it to the README")
    parser.add_argument("--list", action="store_true", help="show the rows")
    parser.add_argument("--corpora", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=pathlib.Path, default="runs")
    args = parser.parse_args()
    if args.list:
        print("\n".join(f"{name}: {row.title}" for name, row in ROWS.items()))
        return
    if args.table:
        import readme_table

        readme_table.write()
        draw()
        return
    if args.corpora is None:
        parser.error("--corpora must name the folder of the corpora")
    args.runs.mkdir(exist_ok=True)
    for kin in args.sweep:
        for dropout, rate in SWEEP:
            result = trial(kin, dropout, rate, args)
            append("quality", {"name": f"sweep/{kin}", **result}, args.seed)
    for name in args.rows:
        measure = {"training": quality, "adaptive": adaptive, "n-grams": n_grams}
        result = measure[ROWS[name].made_by](name, args)
        append("quality", {"name": name, **result}, args.seed)
    for corpus in args.speed:
        append("quality", {"name": f"speed/{corpus}", **speed(corpus, args)}, args.seed)


def _row(name):
    if name not in ROWS:
        raise argparse.ArgumentTypeError(f"{name!r} is none; see --list")
    return name


def trial(kin, dropout, rate, args):
    """Train one setting for a few epochs."""
    run = args.runs / f"sweep-{kin}-{dropout}-{rate}-{args.seed}"
    settings = ["--dropout", dropout, "--learning-rate", rate]
    command = train("ptb", [*KIN[kin], *settings], SWEEP_EPOCHS, run, args)
    return {
        "trained_by": command,
        "dropout": dropout,
        "learning_rate": rate,
        "valid_perplexity": min(e["val_perplexity"] for e in epochs_of(run)),
    }


def settings_of(kin):
    """Return dropout and learning rate that won the sweep of a kin."""
    trials = [r for r in read("quality") if r["name"] == f"sweep/{kin}"]
    if len({(r["dropout"], r["learning_rate"]) for r in trials}) < len(SWEEP):
        raise SystemExit(f"--sweep {kin} must be run first: its settings are taken.")
    best = min(trials, key=lambda r: r["valid_perplexity"])
    return best["dropout"], best["learning_rate"]


def train(corpus, options, rounds, run, args):
    """Train a run that is not there yet; return the command."""
    texts = args.corpora / corpus
    command = [
        *("train", "--train", texts / "train.txt.xz"),
        *("--valid", texts / "valid.txt.xz", *flags(corpus), *options),
        *("--rounds", rounds, "--seed", args.seed, "--threads", args.threads),
        *("--out", run),
    ]
    if not run.exists():
        lightrnn(*command)
    return shown(command)


def epochs_of(run):
    """Return what was written of each epoch of a run."""
    lines = (json.loads(line) for line in (run / "metrics.jsonl").open())
    return [line for line in lines if "epoch" in line]


def quality(name, args):
    """Train, export and score the model of a row."""
    row, corpus = ROWS[name], name.split("/")[0]
    run = args.runs / f"{name.replace('/', '-')}-{args.seed}"
    dropout, rate = settings_of(row.kin)
    options = [*row.model, "--dropout", dropout, "--learning-rate", rate]
    command = train(corpus, options, row.rounds, run, args)
    file, test = run / "model.tflite", args.corpora / corpus / "test.txt.xz"
    lightrnn("export", run, "--out", file, "--overwrite")
    more = ["--keystrokes"] if corpus in KEYBOARDS else []
    scores, exported = (
        json.loads(lightrnn("evaluate", what, "--text", test, "--json", *extra))
        for what, extra in ((run, more), (file, []))
    )
    epochs = epochs_of(run)
    return {
        "trained_by": command,
        "valid_perplexity": min(e["val_perplexity"] for e in epochs),
        **_test(scores),
        "parameters": scores["model_bytes"] // 4,
        "int8_test_perplexity": exported["perplexity"],
        "int8_test_top3": exported["top3"],
        "int8_model_bytes": exported["model_bytes"],
        "int8_file_bytes": file.stat().st_size,
        "epoch_valid_perplexities": [round(e["val_perplexity"], 2) for e in epochs],
        "training_seconds": round(sum(e["seconds"] for e in epochs)),
        "median_words_per_second": statistics.median(
            e["words_per_second"] for e in epochs
        ),
    }


def _test(scores):
    """Return the scores of the test text as a result has them."""
    names = ("perplexity", "top1", "top3", "tokens", "oov_rate")
    found = {f"test_{name}": scores[name] for name in names}
    typing = ("keystroke_savings", "keystroke_savings_blind")
    return found | {name: scores[name] for name in typing if name in scores}


def flags(corpus):
    """Return the options with which a corpus is read, as typed."""
    typed = []
    for name, value in CORPORA[corpus].items():
        typed += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
    return typed


def lines_and_vocabulary(corpus, args):
    """Return the lines of a corpus, of all parts, and its vocabulary."""
    from lightrnn_tf import data
    from lightrnn_tf.vocabulary import Tokenizer, Vocabulary

    parts = ("train", "valid", "test")
    lines = [data.Lines([args.corpora / corpus / f"{part}.txt.xz"]) for part in parts]
    read_as = CORPORA[corpus]
    vocabulary = Vocabulary.from_lines(
        lines[0],
        Tokenizer(read_as.get("tokenizer", "words"), read_as.get("lowercase", False)),
        read_as.get("vocab_size"),
        read_as.get("min_count", 1),
    )
    return lines, vocabulary


def adaptive(name, args):
    """Train a model with an adaptive softmax as the others are, and score it."""
    import keras
    from adaptive import AdaptiveRNN

    from lightrnn_tf import callbacks, data, evaluation, predictor, training

    row = ROWS[name]
    lines, vocabulary = lines_and_vocabulary(name.split("/")[0], args)
    train, valid, test = (data.encode(part, vocabulary) for part in lines)
    dropout, rate = map(float, settings_of(row.kin))
    epochs = int(row.rounds)
    options = training.Options([], "", rounds=(epochs,), learning_rate=rate)
    keras.utils.set_random_seed(args.seed)
    model = AdaptiveRNN(
        len(vocabulary),
        options.units,
        cutoffs=[int(edge) for edge in row.model],
        dropout=dropout,
        eos_id=vocabulary.eos_id,
    )
    model.build()
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=training.CLIP_NORM))
    windows, valid = (
        data.windows(ids, options.batch_size, options.steps) for ids in (train, valid)
    )
    history = model.fit(
        windows,
        epochs=epochs,
        validation_data=valid,
        callbacks=[
            keras.callbacks.LearningRateScheduler(
                lambda epoch: training.learning_rate(options, epoch)
            ),
            callbacks.WordsPerSecond(windows),
            keras.callbacks.EarlyStopping(
                "val_perplexity", patience=epochs, restore_best_weights=True
            ),
        ],
        verbose=2,
    ).history
    scores = evaluation.evaluate(predictor.KerasPredictor(model, vocabulary), test)
    return {
        **_test(dataclasses.asdict(scores)),
        "dropout": dropout,
        "learning_rate": rate,
        "valid_perplexity": min(history["val_perplexity"]),
        "parameters": model.count_params(),
        "epoch_valid_perplexities": [round(p, 2) for p in history["val_perplexity"]],
        "median_words_per_second": statistics.median(history["words_per_second"]),
    }


def n_grams(name, args):
    """Count the n-grams of a corpus and score its test text."""
    import kneser_ney

    from lightrnn_tf import data, evaluation, metrics

    corpus = name.split("/")[0]
    (train, _, test), vocabulary = lines_and_vocabulary(corpus, args)
    model = kneser_ney.KneserNey(data.encode(train, vocabulary), vocabulary)
    scores = evaluation.evaluate(model, data.encode(test, vocabulary))
    scores = dataclasses.asdict(scores)
    if corpus in KEYBOARDS:
        scores |= dataclasses.asdict(metrics.keystrokes(model, test))
    return {**_test(scores), "parameters": model.size}


def speed(corpus, args):
    """Train the kinds by turns on part of a corpus; return words/s and ratios."""
    texts, vocabulary = lines_and_vocabulary(corpus, args)
    lines = list(texts[0])
    # All words, as often as they must be met, so that the vocabulary is the whole one.
    words = [" ".join(vocabulary.words)] * CORPORA[corpus].get("min_count", 1)
    measured = {"dense": [], "slim": [], "ours": []}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for part, text in (
            ("train", [*lines[:SPEED_LINES], *words]),
            ("valid", lines[-100:]),
        ):
            path = folder / f"{part}.txt"
            path.write_text("\n".join(text) + "\n", encoding="utf-8")
        for _ in range(SPEED_REPEATS):
            for kin, speeds in measured.items():
                lightrnn(
                    *("train", "--train", folder / "train.txt"),
                    *("--valid", folder / "valid.txt", *flags(corpus), *KIN[kin]),
                    *("--rounds", "2", "--threads", args.threads),
                    *("--out", folder / kin, "--overwrite"),
                )
                # The first epoch has compilation in it.
                speeds.append(epochs_of(folder / kin)[1]["words_per_second"])
    medians = {kin: statistics.median(speeds) for kin, speeds in measured.items()}
    return {
        "words_per_second": measured,
        "ratio_to_dense": {
            kin: round(median / medians["dense"], 2) for kin, median in medians.items()
        },
    }


def draw():
    """Draw perplexity and top-3 of Penn Treebank against bytes."""
    from matplotlib.figure import Figure

    from lightrnn_tf import plots

    found = {r["name"]: r for r in read("quality") if "int8_model_bytes" in r}
    found = {name: r for name, r in found.items() if name.startswith("ptb/")}
    if not found:
        return
    figure = Figure(figsize=(11, 5), layout="constrained")
    perplexity, top3 = figure.subplots(1, 2)
    names = [name.removeprefix("ptb/") for name in found]
    sizes = [r["int8_model_bytes"] for r in found.values()]
    for axes, key, label, lower in (
        (perplexity, "test_perplexity", "test perplexity", True),
        (top3, "test_top3", "top-3", False),
    ):
        values = [r[key] for r in found.values()]
        plots.points_and_front(axes, names, sizes, values, lower)
        axes.set_xlabel("bytes of the int8 model")
        axes.set_ylabel(f"{label}, Penn Treebank")
        axes.grid(alpha=0.3)
    figure.savefig(ROOT / "results" / "quality.png", dpi=110)


if __name__ == "__main__":
    main()
