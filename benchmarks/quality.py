"""How good are models of a size? Each row of the table is one training.

    python benchmarks/quality.py --corpora DIR ROW … [--seed 0] [--threads 1]
    python benchmarks/quality.py --corpora DIR --speed CORPUS …
    python benchmarks/quality.py --corpora DIR --latency CORPUS …
    python benchmarks/quality.py --list
    python benchmarks/quality.py --table

DIR holds a folder for each corpus, with train.txt.xz, valid.txt.xz and test.txt.xz;
where they are not the texts of the tables, `--results FILE` keeps what is measured
apart from what is published. A row is trained, exported and scored by the
commands of the package, and its result is one JSON line, appended to
results/quality.jsonl. A run that is in --runs already is not trained again, and one
that was stopped goes on where it was; models that the package has not are trained anew
each time. Dropout and learning rate of a row are those that
won the sweep of its kin on validation text: trials, which are rows as well, with names
as sweep/ours/0.2/0.005, and must be run before it.
Where there is no TensorFlow a row is scored by the trained model alone; its run can be
carried to where there is, and the same command exports it there. On a GPU many rows
train side by side (`xargs -P`), under MPS if there. `--speed` trains rows
by turns on part of a corpus, and `--latency` times suggestions by turns, of the files
that rows were exported to or of models of their shapes; run these two with nothing else
on the machine, the others one on each core.
`--table` makes the tables of the README and of results/README.md, and
results/quality.png, of what was measured.
"""

import argparse
import dataclasses
import functools
import hashlib
import importlib.util
import json
import lzma
import math
import os
import pathlib
import statistics
import subprocess
import sys

from commands import lightrnn, shown
from quality_rows import (
    CHECKSUMS,
    CORPORA,
    KEYBOARDS,
    KIN,
    ROWS,
    TRIALS,
    Row,
    missing_trials,
    settings_of,
)

from lightrnn_tf._internal.options import NATURAL, POSITIVE
from results import append, circumstances, read

HAS_TENSORFLOW = importlib.util.find_spec("tensorflow") is not None
# What is timed of a corpus, by turns.
TIMED = ("dense-tied", "slim", "paper", "ours")
SPEED_STEPS, SPEED_REPEATS = 10, 3


def main():
    """Run what was asked for and append the results."""
    parser = _parser()
    args = parser.parse_args()
    if args.list:
        _list(args.results)
        return
    if args.table:
        import quality_tables
        import readme_table

        readme_table.write()
        quality_tables.draw()
        return
    if not (args.rows or args.speed or args.latency):
        parser.error("name a ROW, or pass --speed, --latency, --list or --table")
    if args.corpora is None:
        parser.error("--corpora must name the folder of the corpora")
    _check_trials(parser, args)
    for corpus in sorted({*map(_corpus_of, args.rows), *args.speed, *args.latency}):
        _check_texts(parser, corpus, args)
    args.runs.mkdir(parents=True, exist_ok=True)
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ[name] = str(args.threads)

    def keep(name, result):
        append("quality", {"name": name, **result}, args.seed, args.results)

    for name in args.rows:
        keep(name, measured(name, args))
    for corpus in args.speed:
        keep(f"speed/{corpus}", speed(corpus, args))
    for corpus in args.latency:
        keep(f"latency/{corpus}", latency(corpus, args))


def _parser():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], usage="%(prog)s --corpora DIR ROW …"
    )
    add = parser.add_argument
    add("rows", nargs="*", metavar="ROW", type=_row, help="what --list shows")
    for name, what in (
        ("speed", "train rows by turns on part of a corpus"),
        ("latency", "time suggestions of the rows of a corpus"),
    ):
        add(f"--{name}", nargs="+", choices=[*CORPORA], default=[], help=what)
    add(
        "--table",
        action="store_true",
        help="make the tables of README.md and results/README.md, and the picture",
    )
    add(
        "--list", action="store_true", help="show rows and trials, and what is measured"
    )
    add("--corpora", type=pathlib.Path, metavar="DIR", help="a folder for each corpus")
    add("--threads", type=POSITIVE.parse, default=1, help="default: 1")
    add("--seed", type=NATURAL.parse, default=0, help="default: 0")
    add(
        "--runs",
        type=pathlib.Path,
        metavar="DIR",
        default="runs",
        help="where trainings are kept; default: runs",
    )
    add(
        "--results",
        type=_results,
        metavar="FILE",
        help="where trials are read and results are appended; default: "
        "results/quality.jsonl",
    )
    return parser


def _list(results):
    """Show rows and trials; those that have a result with a star."""
    found = {result["name"] for result in read("quality", results)}
    titles = {name: row.title.strip("*") for name, row in ROWS.items()}
    for name, (kin, _) in TRIALS.items():
        titles[name] = f"a trial for the rows of {kin}"
    for name, title in titles.items():
        print(f"{'*' if name in found else ' '} {name}: {title}")


def _check_trials(parser, args):
    """Stop where the settings of a row are neither known nor found before it."""
    for place, name in enumerate(args.rows):
        if name in ROWS and ROWS[name].kin:
            missing = missing_trials(ROWS[name].kin, args.results)
            missing = [trial for trial in missing if trial not in args.rows[:place]]
            if missing:
                parser.error(f"{name}: {' '.join(missing)} must be run first")


def _check_texts(parser, corpus, args):
    """Stop where a text is missing, or would be taken for that of the tables."""
    told = hashlib.sha256()
    for part in ("train", "valid", "test"):
        path = args.corpora / corpus / f"{part}.txt.xz"
        if not path.is_file():
            parser.error(f"{path}: no such file")
        try:
            with lzma.open(path) as file:
                told.update(file.read())
        except (lzma.LZMAError, EOFError) as error:
            parser.error(f"{path} must be a whole .xz file: {error}")
    if args.results is None and told.hexdigest()[:32] != CHECKSUMS[corpus]:
        parser.error(
            f"{args.corpora / corpus} must be the text of the tables. Received: "
            "another one. Pass --results FILE to keep its results apart"
        )


def _corpus_of(name):
    """Return the corpus of a row or trial."""
    return KIN[TRIALS[name][0]].corpus if name in TRIALS else name.split("/")[0]


def _results(name):
    path = pathlib.Path(name)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{path} must be a file in an existing folder")
    try:
        read("quality", path)
    except (OSError, ValueError) as error:
        message = f"{path} must be of JSON lines: {error}"
        raise argparse.ArgumentTypeError(message) from error
    return path


def _row(name):
    if name not in ROWS and name not in TRIALS:
        raise argparse.ArgumentTypeError(f"no row {name!r}; --list shows them")
    return name


def measured(name, args):
    """Train and score what a name stands for, a row or a trial."""
    corpus = _corpus_of(name)
    if name in TRIALS:
        kin, settings = TRIALS[name]
        like = KIN[kin]
        row = Row("", kin, like.model, like.rounds, like.made_by, tried=True)
    else:
        row = ROWS[name]
        if row.made_by == "n-grams":
            return n_grams(corpus, args)
        settings = settings_of(row.kin, args.results)
    dropout, rate = settings
    options = {"dropout": dropout, "learning_rate": rate} | row.model
    measure = by_command if row.made_by == "training" else in_python
    return measure(row, corpus, options, args)


def run_of(corpus, options, rounds, args):
    """Return the folder of a run, by all that it depends on: rows can share it."""
    told = json.dumps([options, rounds, args.seed], sort_keys=True)
    return args.runs / f"{corpus}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def train(corpus, options, rounds, run, args):
    """Train a run that is not finished yet; return the command and with what it ran."""
    texts = args.corpora / corpus
    command = [
        "train",
        "--train",
        texts / "train.txt.xz",
        "--valid",
        texts / "valid.txt.xz",
        *typed(CORPORA[corpus] | options),
        "--rounds",
        ",".join(map(str, rounds)),
        "--seed",
        args.seed,
        "--threads",
        args.threads,
        "--out",
        run,
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


def by_command(row, corpus, options, args):
    """Train, export and score a model by the commands of the package."""
    from lightrnn_tf.training.run import Run

    run = run_of(corpus, options, row.rounds, args)
    trained = train(corpus, options, row.rounds, run, args)
    epochs = Run(run).epochs()
    return {
        **trained,
        "run": run.name,
        "dropout": options["dropout"],
        "learning_rate": options["learning_rate"],
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
    from lightrnn_tf.words.tokenizer import Tokenizer
    from lightrnn_tf.words.vocabulary import Vocabulary

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


def in_python(row, corpus, options, args):
    """Train a model of these benchmarks as the others are, and score it."""
    from lightrnn_tf import data
    from lightrnn_tf.predictors import in_memory
    from lightrnn_tf.scoring import evaluation
    from lightrnn_tf.scoring.keystrokes import keystrokes

    lines, vocabulary = lines_and_vocabulary(corpus, args)
    train, valid, test = (data.encode(part, vocabulary) for part in lines)
    asked = CORPORA[corpus] | {
        "rounds": row.rounds,
        "dropout": options["dropout"],
        "learning_rate": options["learning_rate"],
        "seed": args.seed,
    }
    model, history = fitted(row, asked, vocabulary, train, valid)
    scores = {}
    if not row.tried:
        scored = in_memory.KerasPredictor(model, vocabulary)
        scores = dataclasses.asdict(evaluation.evaluate(scored, test))
        if corpus in KEYBOARDS:
            scores |= dataclasses.asdict(keystrokes(scored, lines[2]))
        scores = {**_test(scores), **_typing(scores)}
    return {
        **scores,
        "dropout": options["dropout"],
        "learning_rate": options["learning_rate"],
        "valid_perplexity": min(history["val_perplexity"]),
        "parameters": sum(math.prod(w.shape) for w in model.trainable_weights),
        "epoch_valid_perplexities": [round(p, 2) for p in history["val_perplexity"]],
        "median_words_per_second": statistics.median(history["words_per_second"]),
    }


def fitted(row, asked, vocabulary, train, valid):
    """Return the model of a row with its best weights, and what `fit` tells."""
    import keras
    import variants

    from lightrnn_tf import callbacks, data, training

    fit = training.Options.of("", **asked).fit
    keras.utils.set_random_seed(fit.seed)
    windows, valid = (
        data.windows(ids, fit.batch_size, fit.steps) for ids in (train, valid)
    )
    rate = training.FallingRate(fit.learning_rate, row.rounds, len(windows))
    make = variants.MADE_BY[row.made_by]
    model, optimizer, more = make(row.model, asked, vocabulary, train, rate)
    model.compile(optimizer)
    epochs = sum(row.rounds)
    best = keras.callbacks.EarlyStopping(
        "val_perplexity", patience=epochs, mode="min", restore_best_weights=True
    )
    training.keep_freed_memory()
    history = model.fit(
        windows,
        epochs=epochs,
        validation_data=valid,
        callbacks=[callbacks.WordsPerSecond(windows), *more, best],
        verbose=2,
    ).history
    return model, history


def n_grams(corpus, args):
    """Count the n-grams of a corpus and score its test text."""
    import kneser_ney

    from lightrnn_tf import data
    from lightrnn_tf.scoring import evaluation
    from lightrnn_tf.scoring.keystrokes import keystrokes

    (train, _, test), vocabulary = lines_and_vocabulary(corpus, args)
    model = kneser_ney.KneserNey(data.encode(train, vocabulary), vocabulary)
    scores = evaluation.evaluate(model, data.encode(test, vocabulary))
    scores = dataclasses.asdict(scores)
    if corpus in KEYBOARDS:
        scores |= dataclasses.asdict(keystrokes(model, test))
    return {**_test(scores), **_typing(scores), "parameters": model.size}


def speed(corpus, args):
    """Train rows by turns on part of a corpus; return words/s and ratios."""
    from lightrnn_tf import data, training
    from lightrnn_tf.tables import warm_start

    (train, _, _), vocabulary = lines_and_vocabulary(corpus, args)
    ids = data.encode(train, vocabulary)

    @functools.cache
    def table(rows, columns):
        return warm_start.table(ids, len(vocabulary), rows, columns)

    measured = {name: [] for name in TIMED}
    for _ in range(SPEED_REPEATS):
        for name, speeds in measured.items():
            like = ROWS[f"{corpus}/{name}"].model | {"dropout": 0.3}
            options = training.Options.of("", **like)
            model = training.new_model(options, vocabulary)
            if options.table:
                model.table = table(model.rows, model.columns)
            speeds += words_per_second(model, options.fit, ids)
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


def words_per_second(model, fit, ids):
    """Return how fast a model trains on the beginning of a text, epoch by epoch."""
    from lightrnn_tf import callbacks, data, training

    batch, steps = fit.batch_size, fit.steps
    windows = data.windows(ids[: SPEED_STEPS * batch * steps], batch, steps)
    model.compile(training.adam(1e-3))
    timing = callbacks.WordsPerSecond(windows)
    training.keep_freed_memory()
    history = model.fit(windows, epochs=4, callbacks=[timing], verbose=0).history
    # The first epoch has compilation in it.
    return history["words_per_second"][1:]


def latency(corpus, args):
    """Time suggestions of the rows of a corpus; return µs and bytes.

    Where no row of a shape has a file, one that is not trained stands in: a call of it
    does the same whatever the weights are, but how many calls the exact answer takes is
    known of trained ones alone.
    """
    import on_device

    shapes = {}
    for name, row in ROWS.items():
        exportable = row.made_by == "training" and not row.tried
        if name.startswith(f"{corpus}/") and exportable:
            shape = json.dumps(row.model, sort_keys=True)
            shapes.setdefault(shape, []).append(name)
    files = {names[0]: _file(names, corpus, args) for names in shapes.values()}
    like = {name: names[0] for names in shapes.values() for name in names}
    timed = on_device.by_turns(files, args.corpora / corpus)
    return {
        key: {
            name: timed[other][value]
            for name, other in like.items()
            if value in timed[other]
        }
        for key, value in (
            ("suggest_us", "suggest_us_p50"),
            ("exact_us", "exact_3_us_p50"),
            ("exact_us_p99", "exact_3_us_p99"),
            ("certain", "certain_of_3"),
            ("int8_model_bytes", "model_bytes"),
        )
    }


def _file(names, corpus, args):
    """Return a file that one of the rows was exported to, else one not trained."""
    import keras
    import on_device

    from lightrnn_tf import training

    for name in names:
        row = ROWS[name]
        if missing_trials(row.kin, args.results):
            continue  # So it was not trained.
        dropout, rate = settings_of(row.kin, args.results)
        options = {"dropout": dropout, "learning_rate": rate} | row.model
        file = run_of(corpus, options, row.rounds, args) / "model.tflite"
        if file.exists():
            return file
    _, vocabulary = lines_and_vocabulary(corpus, args)
    keras.utils.set_random_seed(args.seed)
    options = training.Options.of("", **CORPORA[corpus], **row.model)
    file = args.runs / f"untrained-{names[0].replace('/', '-')}.tflite"
    on_device.write_untrained(training.new_model(options, vocabulary), vocabulary, file)
    return file


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)  # It has said what was wrong.
    except KeyboardInterrupt:
        sys.exit(130)
