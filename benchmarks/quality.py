"""How good are models of a size? Each row of the table is one training.

    python benchmarks/quality.py --corpora DIR ROW … [--seed 0] [--threads 1]
    python benchmarks/quality.py --corpora DIR --sweep KIN …
    python benchmarks/quality.py --corpora DIR --speed CORPUS …
    python benchmarks/quality.py --corpora DIR --latency CORPUS …
    python benchmarks/quality.py --list
    python benchmarks/quality.py --table

DIR holds a folder for each corpus. A row is trained, exported and scored by the
commands of the package, and its result is one JSON line, appended to
results/quality.jsonl. A run that is in --runs already is not trained again, and one
that was stopped goes on where it was. Dropout and learning rate of a row are those
that won the sweep of its kin on validation text of Penn Treebank, among four settings.
Where there is no TensorFlow a row is scored by the trained model alone; its run can be
carried to where there is, and the same command exports it there. On a GPU many rows
train side by side (`xargs -P`), under MPS if there. `--speed` trains rows
by turns on part of a corpus, and `--latency` times suggestions of exported models with
the shapes of the rows of a corpus by turns; run these two with nothing else on the
machine, the others one on each core.
`--table` makes the tables of the README and results/quality.png of what was measured.
"""

import argparse
import dataclasses
import importlib.util
import json
import math
import os
import pathlib
import statistics

from commands import lightrnn, shown

from results import ROOT, append, circumstances, read


@dataclasses.dataclass(frozen=True)
class Kin:
    """Rows with the same dropout and learning rate: the best that one of them reached.

    Attributes:
        model: The options of the model that is tried.
        settings: Dropout and learning rate of each trial, as typed.
        epochs: Epochs of a trial.
    """

    model: dict
    settings: tuple = (
        *(("0.3", "0.005"), ("0.3", "0.0025")),
        *(("0.3", "0.01"), ("0.45", "0.005")),
    )
    epochs: int = 6


# Slim learns slowest, so it has more trials than the others.
LIGHT = {
    "settings": (
        *Kin.settings,
        *(("0.15", "0.01"), ("0.3", "0.02"), ("0.15", "0.02")),
    ),
}
# For a body that is three times as wide, longer: it can learn the text by heart.
STRONG = {
    "settings": (
        *(("0.5", "0.002"), ("0.65", "0.002")),
        *(("0.5", "0.001"), ("0.65", "0.004")),
        ("0.4", "0.002"),
    ),
    "epochs": 10,
}
DENSE = {"model": "dense", "tied": True}
SLIM = {"model": "slim", "slim_parts": 5, "slim_vectors": 2500}
OURS = {"embedding_dim": 100, "residual_dim": 16}
# Longer vectors for the words that most of a text is made of.
FREQUENT = OURS | {"frequent_words": 2000, "frequent_dim": 64}
SMALL = {
    **{"embedding_dim": 80, "residual_dim": 12},
    **{"frequent_words": 2000, "frequent_dim": 32},
}
# A row is foreseen by a single vector, as in the paper.
ONE_PART = {"row_parts": 1}
WIDE_DENSE = DENSE | {"units": 650}
WIDE_OURS = {
    **{"units": 650, "embedding_dim": 325, "residual_dim": 32},
    **{"frequent_words": 4000, "frequent_dim": 128},
}
KIN = {
    "dense": Kin(DENSE),
    "slim": Kin(SLIM, **LIGHT),
    "ours": Kin(OURS | ONE_PART),
    "dense-650": Kin(WIDE_DENSE, **STRONG),
    "ours-650": Kin(WIDE_OURS | ONE_PART, **STRONG),
}
PAPER = {
    **{"within_word": "recurrent", "residual_dim": 0, "cell_bias": False},
    **{"row_parts": 1, "table": "random"},
}
HAS_TENSORFLOW = importlib.util.find_spec("tensorflow") is not None
# How each corpus is read; keystrokes are what its users care about.
CORPORA = {
    "ptb": {"tokenizer": "whitespace"},
    "keyboard-en": {"lowercase": True, "vocab_size": 20_000, "line_independent": True},
    "wikitext-2": {"tokenizer": "whitespace"},
    "cs-1m": {"min_count": 2},
    "de-1m": {"min_count": 2},
}
KEYBOARDS = ("keyboard-en",)
# What is timed of a corpus, by turns.
TIMED = ("dense-tied", "slim", "paper", "ours")
SPEED_STEPS, SPEED_REPEATS = 20, 3


@dataclasses.dataclass(frozen=True)
class Row:
    """A model of the table.

    Attributes:
        title: What the table calls it.
        kin: Whose settings it takes.
        model: The options of the model.
        rounds: Epochs, with reallocations between rounds.
        made_by: `"training"`, by `lightrnn train`; `"n-grams"`, by counting; or one
            of `variants.MADE_BY`, by Keras on a model of these benchmarks.
        tried: Whether it is a change that was tried: it is trained for as long as a
            trial of a sweep, judged by validation text and listed in a table of its
            own.
    """

    title: str
    kin: str
    model: dict
    rounds: tuple[int, ...] = (15,)
    made_by: str = "training"
    tried: bool = False


KNESER_NEY = Row("Kneser-Ney, 5-gram", "", {}, made_by="n-grams")

ROWS = {
    "ptb/dense-tied": Row("dense, tied", "dense", DENSE),
    "ptb/dense-tied-long": Row("dense, tied, 45 epochs", "dense", DENSE, (45,)),
    "ptb/ours": Row("**LightRNN, k = 16, 2,000 words 80**", "ours", FREQUENT),
    "ptb/ours-smaller": Row(
        "LightRNN, k = 8, 1,500 words 40",
        "ours",
        SMALL | {"residual_dim": 8, "frequent_words": 1500},
    ),
    "ptb/ours-large": Row(
        "**LightRNN, k = 16, 4,000 words 80**",
        "ours",
        FREQUENT | {"frequent_words": 4000},
    ),
    # In about the time of 15 epochs of dense.
    "ptb/ours-long": Row(
        "**LightRNN, k = 16, 2,000 words 80, 45 epochs**", "ours", FREQUENT, (45,)
    ),
    "ptb/ours-small": Row("**LightRNN, k = 12, 2,000 words 44**", "ours", SMALL),
    "ptb/ours-small-long": Row(
        "**LightRNN, k = 12, 2,000 words 44, 45 epochs**", "ours", SMALL, (45,)
    ),
    "ptb/ours-k16": Row("LightRNN, k = 16", "ours", OURS),
    "ptb/dense-small": Row("dense, tied, H = 72", "dense", DENSE | {"units": 72}),
    "ptb/slim": Row("Slim, K = 5, M = 2,500", "slim", SLIM),
    "ptb/slim-matched": Row(
        "Slim, K = 5, M = 2,500, assigned by matching",
        *("slim", SLIM),
        made_by="slim matched",
    ),
    "ptb/paper": Row("LightRNN of the paper", "ours", PAPER, (5, 5, 5)),
    "ptb/adaptive": Row(
        "adaptive softmax and input, tied, from word 2,000",
        "dense",
        {"cutoffs": [2000]},
        made_by="adaptive",
    ),
    # At the bytes of LightRNN.
    "ptb/adaptive-small": Row(
        "adaptive softmax and input, tied, from words 500 and 3,000",
        "dense",
        {"cutoffs": [500, 3000]},
        made_by="adaptive",
    ),
    "ptb/dense": Row("dense, untied", "dense", {"model": "dense"}),
    "ptb/slim-input": Row(
        "Slim, input only, K = 10, M = 2,000",
        "dense",  # Its output, which is most of it, is.
        SLIM | {"slim_parts": 10, "slim_vectors": 2000, "slim_side": "input"},
    ),
    "ptb/slim-large": Row(
        "Slim, K = 4, M = 6,000",
        "slim",
        SLIM | {"slim_parts": 4, "slim_vectors": 6000},
    ),
    "ptb/ours-k32": Row("LightRNN, k = 32", "ours", OURS | {"residual_dim": 32}),
    "ptb/ours-k8": Row("LightRNN, k = 8", "ours", OURS | {"residual_dim": 8}),
    "ptb/ours-k0": Row("LightRNN, k = 0", "ours", OURS | {"residual_dim": 0}),
    "ptb/ours-k16-flat": Row("LightRNN, k = 16, 50 rows", "ours", OURS | {"rows": 50}),
    "ptb/ours-k16-tall": Row(
        "LightRNN, k = 16, 50 columns", "ours", OURS | {"columns": 50}
    ),
    "ptb/650-dense-tied": Row("dense, tied, H = 650", "dense-650", WIDE_DENSE, (20,)),
    "ptb/650-ours": Row(
        "**LightRNN, H = 650, k = 32, 4,000 words 160**", "ours-650", WIDE_OURS, (20,)
    ),
    "ptb/650-ours-few": Row(
        "**LightRNN, H = 650, k = 32, 2,000 words 325**",
        "ours-650",
        WIDE_OURS | {"frequent_words": 2000, "frequent_dim": 293},
        (20,),
    ),
    "ptb/kneser-ney": KNESER_NEY,
    "keyboard-en/kneser-ney": KNESER_NEY,
}
# Changes that were tried, one at a time, each against the first.
for _name, _title, _changes in (
    ("nothing", "**LightRNN, k = 16, 2,000 words 80**", {}),
    ("one-part", "one output vector a row, as in the paper", ONE_PART),
    ("eight-parts", "eight output vectors a row", {"row_parts": 8}),
    ("recurrent", "the paper's second recurrent step", {"within_word": "recurrent"}),
    ("wide-input", "input vectors of 200 numbers", {"embedding_dim": 200}),
    ("random", "a random first table", {"table": "random"}),
    ("flat", "50 rows", {"rows": 50}),
    ("tall", "50 columns", {"columns": 50}),
    (
        "tall-short",
        "50 columns, 2,000 words 32",
        {"columns": 50, "frequent_dim": 16},
    ),
    # As many output vectors of rows as 100 rows with four have.
    ("flat-eight", "50 rows with eight output vectors", {"rows": 50, "row_parts": 8}),
    (
        "tall-two",
        "50 columns, two output vectors a row",
        {"columns": 50, "row_parts": 2},
    ),
    ("taller", "25 columns, one output vector a row", {"columns": 25, "row_parts": 1}),
    (
        "frequent-long",
        "2,000 words 200, input vectors of 200 numbers",
        {"frequent_dim": 184, "embedding_dim": 200},
    ),
    (
        "frequent-few",
        "700 words 200, input vectors of 200 numbers",
        {"frequent_words": 700, "frequent_dim": 184, "embedding_dim": 200},
    ),
    (
        "frequent-only",
        "4,000 words 64, the others none",
        {"frequent_words": 4000, "residual_dim": 0},
    ),
):
    ROWS[f"ptb/tried-{_name}"] = Row(
        *(_title, "ours", FREQUENT | _changes, (Kin.epochs,)), tried=True
    )
ROWS["ptb/tried-round"] = Row(
    "a reallocation after half of the epochs, moving cost",
    *("ours", FREQUENT | {"moving_cost": "2.9,0"}, (3, 3)),
    tried=True,
)
# What of that is the learning rate, which is full until the last round.
ROWS["ptb/tried-full-rate"] = Row(
    "the full learning rate for half of the epochs, nothing moved",
    *("ours", FREQUENT | {"moving_cost": "1000,1000"}, (3, 3)),
    tried=True,
)
for _name, _title, _made_by in (
    ("gating", "the row gates the state, not added to it", "rows gate"),
    ("output", "word vectors for predicting alone", "vectors for output"),
    ("input", "word vectors for reading alone", "vectors for input"),
    ("separate", "other word vectors for reading", "vectors of their own"),
    ("vectors-dropped", "dropout on the word vectors", "vectors dropped"),
    ("words-dropped", "a tenth of the words read as <unk>", "words dropped"),
    ("averaged", "a running average of the weights", "averaged"),
    ("distilled", "half of the loss from a dense teacher", "distilled"),
):
    ROWS[f"ptb/tried-{_name}"] = Row(
        *(_title, "ours", FREQUENT, (Kin.epochs,)), made_by=_made_by, tried=True
    )
# The other corpora: dense in about 90 minutes, or 60 for the small ones, of a core at
# the speed of the first measurement; LightRNN in no more than the time of dense.
# The larger Slim has as many parameters as LightRNN, and its codes besides.
for _corpus, _epochs, _ours, _dim, _words, _vectors in (
    ("keyboard-en", 3, 10, 12, 3000, 16_000),
    ("wikitext-2", 3, 12, 16, 6000, 26_000),
    ("cs-1m", 4, 20, 16, 8000, 35_000),
    ("de-1m", 5, 20, 16, 6000, 25_000),
):
    _slim = SLIM | {"slim_parts": 10, "slim_vectors": 1280}
    _large = _slim | {"slim_vectors": _vectors}
    _title = f"**LightRNN, k = {_dim}, {_words:,} words {_dim + 64}**"
    _model = FREQUENT | {"residual_dim": _dim, "frequent_words": _words}
    _third = _ours // 3
    ROWS |= {
        f"{_corpus}/ours": Row(_title, "ours", _model, (_ours,)),
        f"{_corpus}/dense-tied": Row("dense, tied", "dense", DENSE, (_epochs,)),
        f"{_corpus}/dense-tied-long": Row(
            f"dense, tied, {_ours} epochs", "dense", DENSE, (_ours,)
        ),
        f"{_corpus}/slim": Row("Slim, K = 10, M = 1,280", "slim", _slim, (_epochs,)),
        f"{_corpus}/slim-large": Row(
            f"Slim, K = 10, M = {_vectors:,}", "slim", _large, (_epochs,)
        ),
        f"{_corpus}/paper": Row(
            *(
                "LightRNN of the paper",
                "ours",
                PAPER,
                (_third, _third, _ours - 2 * _third),
            )
        ),
    }
ROWS["keyboard-en/ours-large"] = Row(
    "LightRNN, k = 16, 4,000 words 80",
    *("ours", FREQUENT | {"frequent_words": 4000}, (10,)),
)
# With one output vector a row.
for _name in (
    *(f"ptb/{_row}" for _row in ("ours", "ours-k0", "ours-k16", "ours-k32")),
    *(f"ptb/{_row}" for _row in ("ours-large", "ours-small", "ours-small-long")),
    *("ptb/650-ours", "keyboard-en/ours-large"),
    *(f"{_corpus}/ours" for _corpus in ("wikitext-2", "cs-1m", "de-1m")),
):
    _row = ROWS[_name]
    ROWS[f"{_name}-one-part"] = dataclasses.replace(
        _row,
        title=f"{_row.title.strip('*')}, one output vector a row",
        model=_row.model | ONE_PART,
    )


def main():
    """Run what was asked for and append the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", type=_row)
    parser.add_argument("--sweep", nargs="+", choices=[*KIN], default=[])
    parser.add_argument("--speed", nargs="+", choices=[*CORPORA], default=[])
    parser.add_argument("--latency", nargs="+", choices=[*CORPORA], default=[])
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
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ[name] = str(args.threads)
    for kin in args.sweep:
        for dropout, rate in KIN[kin].settings:
            if (float(dropout), float(rate)) not in settings_tried(kin):
                result = trial(kin, dropout, rate, args)
                append("quality", {"name": f"sweep/{kin}", **result}, args.seed)
    for name in args.rows:
        measure = {"training": quality, "n-grams": n_grams}
        result = measure.get(ROWS[name].made_by, in_python)(name, args)
        append("quality", {"name": name, **result}, args.seed)
    for corpus in args.speed:
        append("quality", {"name": f"speed/{corpus}", **speed(corpus, args)}, args.seed)
    for corpus in args.latency:
        result = latency(corpus, args)
        append("quality", {"name": f"latency/{corpus}", **result}, args.seed)


def _row(name):
    if name not in ROWS:
        raise argparse.ArgumentTypeError(f"{name!r} is none; see --list")
    return name


def trial(kin, dropout, rate, args):
    """Train one setting for a few epochs."""
    run = args.runs / f"sweep-{kin}-{dropout}-{rate}-{args.seed}"
    options = KIN[kin].model | {"dropout": dropout, "learning_rate": rate}
    trained = train("ptb", options, (KIN[kin].epochs,), run, args)
    return {
        **trained,
        "dropout": float(dropout),
        "learning_rate": float(rate),
        "valid_perplexity": min(e["val_perplexity"] for e in epochs_of(run)),
    }


def settings_tried(kin):
    """Return (dropout, rate) → validation perplexity of the trials of a kin."""
    return {
        (float(r["dropout"]), float(r["learning_rate"])): r["valid_perplexity"]
        for r in read("quality")
        if r["name"] == f"sweep/{kin}"
    }


def settings_of(kin):
    """Return dropout and learning rate that won the sweep of a kin."""
    tried = settings_tried(kin)
    if not {(float(d), float(r)) for d, r in KIN[kin].settings} <= tried.keys():
        raise SystemExit(f"--sweep {kin} must be run first: its settings are taken.")
    return min(tried, key=tried.get)


def train(corpus, options, rounds, run, args):
    """Train a run that is not finished yet; return the command and with what it ran."""
    texts = args.corpora / corpus
    command = [
        *("train", "--train", texts / "train.txt.xz"),
        *("--valid", texts / "valid.txt.xz", *typed(CORPORA[corpus] | options)),
        *("--rounds", ",".join(map(str, rounds))),
        *("--seed", args.seed, "--threads", args.threads, "--out", run),
    ]
    trained_on = run / "trained_on.json"
    if not run.exists():
        stopped = run.with_name(f"{run.name}.partial").exists()
        lightrnn(*(("train", "--resume", run) if stopped else command))
        trained_on.write_text(json.dumps(circumstances()))
    made = {"trained_by": shown(command)}
    if trained_on.exists():
        made["trained_on"] = json.loads(trained_on.read_text())
    return made


def epochs_of(run):
    """Return what was written of each epoch of a run."""
    lines = (json.loads(line) for line in (run / "metrics.jsonl").open())
    return [line for line in lines if "epoch" in line]


def quality(name, args):
    """Train, export and score the model of a row."""
    from lightrnn_tf.run import Run

    row, corpus = ROWS[name], name.split("/")[0]
    run = args.runs / f"{name.replace('/', '-')}-{args.seed}"
    dropout, rate = settings_of(row.kin)
    options = row.model | {"dropout": dropout, "learning_rate": rate}
    trained = train(corpus, options, row.rounds, run, args)
    epochs = epochs_of(run)
    return {
        **trained,
        "valid_perplexity": min(e["val_perplexity"] for e in epochs),
        **({} if row.tried else tested(run, corpus, args)),
        "parameters": Run(run).parameters(),
        "epoch_valid_perplexities": [round(e["val_perplexity"], 2) for e in epochs],
        "training_seconds": round(sum(e["seconds"] for e in epochs)),
        "median_words_per_second": statistics.median(
            e["words_per_second"] for e in epochs
        ),
    }


def tested(run, corpus, args):
    """Score a run, and the file that it exports to where there is TensorFlow."""
    test = args.corpora / corpus / "test.txt.xz"
    scores = json.loads(lightrnn("evaluate", run, "--text", test, "--json"))
    file = exported(run, test, corpus) if HAS_TENSORFLOW else {}
    return _test(scores) | file


def exported(run, test, corpus):
    """Export a run; return what the file is like, and what it saves a typist."""
    file = run / "model.tflite"
    lightrnn("export", run, "--out", file, "--overwrite")
    more = ["--keystrokes"] if corpus in KEYBOARDS else []
    scores = json.loads(lightrnn("evaluate", file, "--text", test, "--json", *more))
    return {
        "int8_test_perplexity": scores["perplexity"],
        "int8_test_top3": scores["top3"],
        "int8_model_bytes": scores["model_bytes"],
        "int8_file_bytes": file.stat().st_size,
        **_typing(scores),
    }


def _test(scores):
    """Return the scores of the test text as a result has them."""
    names = ("perplexity", "top1", "top3", "tokens", "oov_rate")
    return {f"test_{name}": scores[name] for name in names}


def _typing(scores):
    """Return what a typist saves, where that was asked for."""
    names = ("keystroke_savings", "keystroke_savings_blind")
    return {name: scores[name] for name in names if name in scores}


def typed(options):
    """Return options as they are typed."""
    words = []
    for name, value in options.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words += [f"--{flag}", value]
    return words


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


def in_python(name, args):
    """Train a model of these benchmarks as the others are, and score it."""
    import keras
    import variants

    from lightrnn_tf import callbacks, data, evaluation, predictor, training

    row = ROWS[name]
    lines, vocabulary = lines_and_vocabulary(name.split("/")[0], args)
    train, valid, test = (data.encode(part, vocabulary) for part in lines)
    dropout, rate = settings_of(row.kin)
    options = training.Options(
        *([], ""),
        rounds=row.rounds,
        dropout=dropout,
        learning_rate=rate,
        seed=args.seed,
    )
    keras.utils.set_random_seed(args.seed)
    windows, valid = (
        data.windows(ids, options.batch_size, options.steps) for ids in (train, valid)
    )
    falling = training.FallingRate(rate, row.rounds, len(windows))
    make = variants.MADE_BY[row.made_by]
    model, optimizer, more = make(row.model, options, vocabulary, train, falling)
    model.compile(optimizer)
    epochs = sum(row.rounds)
    history = model.fit(
        windows,
        epochs=epochs,
        validation_data=valid,
        callbacks=[
            callbacks.WordsPerSecond(windows),
            *more,
            keras.callbacks.EarlyStopping(
                "val_perplexity",
                patience=epochs,
                mode="min",
                restore_best_weights=True,
            ),
        ],
        verbose=2,
    ).history
    scores = {}
    if not row.tried:
        scored = predictor.KerasPredictor(model, vocabulary)
        scores = _test(dataclasses.asdict(evaluation.evaluate(scored, test)))
    return {
        **scores,
        "dropout": dropout,
        "learning_rate": rate,
        "valid_perplexity": min(history["val_perplexity"]),
        "parameters": sum(math.prod(w.shape) for w in model.trainable_weights),
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
    return {**_test(scores), **_typing(scores), "parameters": model.size}


def speed(corpus, args):
    """Train rows by turns on part of a corpus; return words/s and ratios."""
    from lightrnn_tf import callbacks, data, training, warm_start

    (train, _, _), vocabulary = lines_and_vocabulary(corpus, args)
    ids = data.encode(train, vocabulary)
    tables = {}
    measured = {name: [] for name in TIMED}
    for _ in range(SPEED_REPEATS):
        for name, speeds in measured.items():
            model = {**ROWS[f"{corpus}/{name}"].model, "dropout": 0.3}
            options = training.Options([], "", **model)
            batch, steps = options.batch_size, options.steps
            windows = data.windows(ids[: SPEED_STEPS * batch * steps], batch, steps)
            model = training.new_model(options, vocabulary)
            if options.model == "lightrnn":
                shape = model.rows, model.columns
                if shape not in tables:
                    tables[shape] = warm_start.table(ids, len(vocabulary), *shape)
                model.table = tables[shape]
            model.compile(training.adam(1e-3))
            history = model.fit(
                windows,
                epochs=4,
                callbacks=[callbacks.WordsPerSecond(windows)],
                verbose=0,
            ).history
            # The first epoch has compilation in it.
            speeds += history["words_per_second"][1:]
    dense = statistics.median(measured["dense-tied"])
    return {
        "vocabulary_size": len(vocabulary),
        "training_tokens": len(ids),
        "words_per_second": measured,
        "ratio_to_dense": {
            name: round(statistics.median(speeds) / dense, 2)
            for name, speeds in measured.items()
        },
    }


def latency(corpus, args):
    """Time suggestions of models like those of a corpus; return µs and bytes by row.

    The models are not trained: what is timed does the same whatever the weights are.
    """
    import keras
    import on_device

    from lightrnn_tf import training

    _, vocabulary = lines_and_vocabulary(corpus, args)
    keras.utils.set_random_seed(args.seed)
    files, like = {}, {}
    for name, row in ROWS.items():
        same = [other for other in files if ROWS[other].model == row.model]
        if not name.startswith(f"{corpus}/") or row.made_by != "training" or row.tried:
            continue
        like[name] = same[0] if same else name
        if not same:
            files[name] = args.runs / f"untrained-{name.replace('/', '-')}.tflite"
            options = training.Options([], "", **CORPORA[corpus], **row.model)
            model = training.new_model(options, vocabulary)
            on_device.write_untrained(model, vocabulary, files[name])
    timed = on_device.by_turns(files, args.corpora / corpus)
    return {
        key: {name: timed[other][value] for name, other in like.items()}
        for key, value in (
            ("suggest_us", "suggest_us_p50"),
            ("int8_model_bytes", "model_bytes"),
        )
    }


def int8_bytes():
    """Return row → bytes of its int8 model, or of one of the same shape."""
    results = read("quality")
    timed = [r for r in results if r["name"].startswith("latency/")]
    exported = [r for r in results if "int8_file_bytes" in r]
    bytes_of = {}
    for result in timed:
        bytes_of |= result["int8_model_bytes"]
    return bytes_of | {r["name"]: r["int8_model_bytes"] for r in exported}


def draw():
    """Draw perplexity and top-3 of Penn Treebank against bytes."""
    from matplotlib.figure import Figure

    from lightrnn_tf import plots

    bytes_of = int8_bytes()
    found = {
        r["name"]: r
        for r in read("quality")
        if r["name"].startswith("ptb/")
        and r["name"] in bytes_of
        and not ROWS[r["name"]].tried
    }
    if not found:
        return
    figure = Figure(figsize=(11, 5), layout="constrained")
    perplexity, top3 = figure.subplots(1, 2)
    names = [name.removeprefix("ptb/") for name in found]
    sizes = [bytes_of[name] for name in found]
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
