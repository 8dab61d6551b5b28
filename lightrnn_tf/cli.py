"""The command line: parse, call one function, print.

Results go to standard output, everything else to standard error. A wrong argument or
file is one line on standard error and exit status 2, Ctrl-C exit status 130.
"""

import argparse
import dataclasses
import functools
import json
import logging
import os
import pathlib
import sys
import traceback
import warnings

from lightrnn_tf import _guard
from lightrnn_tf._files import files

# Characters of an error message; libraries print whole arrays.
_LONGEST = 600


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {message}. See {self.prog} --help.\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status."""
    args = _parse(arguments)
    if getattr(args, "coordinator", None):
        arguments = sys.argv[1:] if arguments is None else arguments
        return _guard.run(_work, arguments)
    return _run(args)


def _work(arguments):
    """Do what `main` does, as one of several workers."""
    return _run(_parse(arguments))


def _run(args):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if getattr(args, "threads", None):
        for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
            os.environ[name] = str(args.threads)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    try:
        args.command(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("lightrnn: interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if _was_interrupted(error):
            print("lightrnn: interrupted.", file=sys.stderr)
            return 130
        # TensorFlow and its like raise classes of their own; --debug tells where.
        if args.debug:
            traceback.print_exc()
        if isinstance(error, _guard.Lost):
            raise
        print(f"lightrnn: error: {_one_line(error)}", file=sys.stderr)
        return 2
    return 0


def _parse(arguments):
    parser = _parser()
    args, left = parser.parse_known_args(arguments)
    # argparse takes TEXT right behind MODEL only; behind options it is left over.
    if (
        len(left) == 1
        and getattr(args, "text", "x") in (None, "")
        and left[0][:1] != "-"
    ):
        args.text = left[0]
    elif hasattr(args, "beam_options"):
        args.beam_options = left
    elif left:
        parser.error(f"unrecognized arguments: {' '.join(left)}")
    if hasattr(args, "check"):
        args.check(args)
    return args


def _was_interrupted(error: Exception) -> bool:
    """Return whether an error came of Ctrl-C while TensorFlow fetched a batch."""
    return "KeyboardInterrupt" in f"{error} {type(error).__name__}"


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}."
    if isinstance(error, MemoryError):
        what = " ".join(str(error).split()) or "out of memory"
        return f"{what.rstrip('.')}. Take a smaller vocabulary, batch or model."
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


# Parsing.


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {value}")
    return value


def _vocabulary_size(text: str) -> int:
    value = int(text)
    if value < 2:
        raise argparse.ArgumentTypeError("must be at least 2, for <eos> and <unk>")
    return value


def _natural(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"must be at least 0, not {value}")
    return value


def _epochs(text: str) -> tuple[int, ...]:
    try:
        return tuple(_positive(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be numbers of epochs, as in 10,5, not {text!r}"
        ) from error


def _moving_cost(text: str) -> tuple[float, float]:
    try:
        row, column = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be two numbers, for rows and columns, as in 3,0, not {text!r}"
        ) from error
    return row, column


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="lightrnn",
        description="Language models with large vocabularies for small devices.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name, function, text, example):
        command = commands.add_parser(
            name,
            help=text,
            description=f"{text}.",
            epilog=f"example: {example}",
        )
        command.set_defaults(command=function)
        command.add_argument(
            "--debug", action="store_true", help="show where an error comes from"
        )
        return command

    _add_prepare(add)
    _add_train(add)
    _add_evaluate(add)
    _add_suggest(add)
    _add_generate(add)
    _add_export(add)
    _add_table(add)
    _add_plot(add)
    _add_quickstart(add)
    return parser


def _add_prepare(add):
    command = add(
        "prepare",
        _prepare,
        "Make text ready that outgrows one machine, by Apache Beam",
        "lightrnn prepare --input 'books/*.gz' --out books --lowercase",
    )
    command.add_argument(
        "--input",
        nargs="+",
        required=True,
        metavar="GLOB",
        help="text files, each of which becomes a shard; Beam's options, such as "
        "--runner, are passed on to it",
    )
    command.add_argument("--out", required=True, metavar="DIR", help="folder to write")
    _add_reading(command.add_argument)
    command.set_defaults(beam_options=[])


def _add_reading(text):
    text(
        "--tokenizer",
        choices=("words", "whitespace"),
        default="words",
        help="words for raw text (default), whitespace for pre-tokenised text",
    )
    text("--lowercase", action="store_true", help="lower-case the text first")
    text(
        "--vocab-size",
        type=_vocabulary_size,
        metavar="N",
        help="most frequent words, <eos> and <unk> among them; default: all words",
    )
    text(
        "--min-count",
        type=_positive,
        default=1,
        metavar="N",
        help="least occurrences of a word; default: 1",
    )
    text(
        "--errors",
        choices=("strict", "replace"),
        default="strict",
        help="what to do with bytes that are not UTF-8; default: strict, stop",
    )


def _add_train(add):
    command = add(
        "train",
        _train,
        "Train a model on text files",
        "lightrnn train --train 'books/*.txt.gz' --lowercase --vocab-size 20000 "
        "--out runs/books",
    )
    option = command.add_argument
    files = command.add_argument_group("text")
    text = files.add_argument
    text(
        "--train",
        nargs="+",
        metavar="FILE",
        help="text files; patterns such as '*.gz' may be quoted",
    )
    text(
        "--tfds",
        metavar="NAME[/CONFIG][:SPLIT]",
        help="in place of --train a text dataset of TensorFlow Datasets",
    )
    text(
        "--tfds-feature",
        default="text",
        metavar="NAME",
        help="the feature of it that is the text; default: text",
    )
    text(
        "--data-dir",
        metavar="DIR",
        help="where prepared datasets are; default: that of TensorFlow Datasets",
    )
    text(
        "--prepared",
        metavar="DIR",
        help="in place of --train a text from lightrnn prepare; needs --valid",
    )
    text(
        "--valid",
        nargs="+",
        metavar="FILE",
        help="default: the dataset's validation split, or a tenth of the text",
    )
    text("--test", nargs="+", metavar="FILE", help="scored at the end")
    _add_reading(text)
    text(
        "--line-independent",
        action="store_true",
        help="begin anew at every line",
    )
    option("--out", metavar="RUN", help="folder to write")
    option("--overwrite", action="store_true", help="replace a run")
    option(
        "--resume",
        metavar="RUN",
        help="go on with a training that was stopped, as it was begun; of the other "
        "options only --threads, --tensorboard and those of workers may be given",
    )
    shape = command.add_argument_group("model").add_argument
    shape(
        "--model",
        choices=("lightrnn", "slim", "dense"),
        default="lightrnn",
        help="slim: words put together of shared sub-vectors; dense: an ordinary "
        "embedding and softmax, to compare with",
    )
    shape(
        "--units",
        type=_positive,
        default=200,
        metavar="H",
        help="size of the hidden states; default: 200",
    )
    shape(
        "--layers",
        type=_positive,
        default=1,
        metavar="N",
        help="recurrent layers; default: 1",
    )
    shape(
        "--cell",
        choices=("lstm", "gru", "simple"),
        default="lstm",
        help="default: lstm",
    )
    shape("--embedding-dim", type=_positive, metavar="E", help="default: --units")
    shape(
        "--residual-dim",
        type=_natural,
        default=16,
        metavar="k",
        help="length of the vector each word has of its own; default: 16, paper: 0",
    )
    shape(
        "--row-parts",
        type=_positive,
        default=4,
        metavar="M",
        help="output vectors of each row; default: 4, paper: 1",
    )
    shape(
        "--frequent-words",
        type=_natural,
        default=0,
        metavar="F",
        help="how many of the most frequent words have a longer one; default: 0",
    )
    shape(
        "--frequent-dim",
        type=_natural,
        default=0,
        metavar="N",
        help="by how much it is longer; default: 0",
    )
    shape(
        "--cell-bias",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="a bias for each word (default; the paper has none)",
    )
    shape(
        "--within-word",
        choices=("transition", "recurrent"),
        default="transition",
        help="how the column follows from the row: by one matrix product (default), or "
        "by a recurrent step that reads the row, as in the paper",
    )
    shape("--rows", type=_positive, metavar="R", help="default: nearly square")
    shape("--columns", type=_positive, metavar="C", help="default: nearly square")
    shape(
        "--user-cells",
        type=_natural,
        metavar="N",
        help="cells kept free for words a user adds; default: 2%% of the words",
    )
    shape("--tied", action="store_true", help="dense: one table for both sides")
    shape(
        "--slim-parts",
        type=_positive,
        default=10,
        metavar="K",
        help="slim: sub-vectors of a word; divides H, E and M; default: 10",
    )
    shape(
        "--slim-vectors",
        type=_positive,
        default=5000,
        metavar="M",
        help="slim: sub-vectors that all words share, on each side; default: 5000",
    )
    shape(
        "--slim-side",
        choices=("both", "input", "output"),
        default="both",
        help="slim: which side shares sub-vectors; default: both",
    )
    fit = command.add_argument_group("training").add_argument
    fit("--dropout", type=float, default=0.2, metavar="P", help="default: 0.2")
    fit(
        "--table",
        default="warm-start",
        metavar="KIND|FILE",
        help="first table: warm-start, from the words beside each word (default); "
        "random, as in the paper; a JSON file, as from lightrnn table --json, or the "
        "table.json of a run with the same vocabulary; or a text file of word vectors, "
        "as from word2vec",
    )
    fit(
        "--rounds",
        type=_epochs,
        default=(10,),
        metavar="N[,N…]",
        help="epochs, with a reallocation between rounds; default: 10",
    )
    fit(
        "--moving-cost",
        type=_moving_cost,
        default=(0.0, 0.0),
        metavar="ROW,COLUMN",
        help="nats per occurrence that a word must gain to change its row, and its "
        "column, in a reallocation; default: 0,0",
    )
    fit(
        "--batch-size",
        type=_positive,
        default=32,
        metavar="B",
        help="streams of text read side by side; default: 32",
    )
    fit(
        "--steps",
        type=_positive,
        default=35,
        metavar="T",
        help="words of a stream in a batch; default: 35",
    )
    fit(
        "--learning-rate",
        type=float,
        default=5e-3,
        metavar="RATE",
        help="full until the last round, then half a cosine; default: 0.005",
    )
    fit(
        "--tensorboard",
        metavar="DIR",
        help="folder to write for TensorBoard; default: none",
    )
    fit(
        "--checkpoint-minutes",
        type=float,
        default=10.0,
        metavar="N",
        help="minutes of training that a crash can cost; default: 10",
    )
    fit("--seed", type=_natural, default=0, metavar="N", help="default: 0")
    fit("--threads", type=_positive, metavar="N", help="default: all cores")
    team = command.add_argument_group(
        "several workers",
        "Started with the same command each, but for --worker, in the same folder; "
        "KERAS_BACKEND=jax.",
    ).add_argument
    team("--workers", type=_positive, metavar="N", help="how many; default: 1")
    team("--worker", type=_natural, metavar="N", help="which one this is, from 0")
    team("--coordinator", metavar="HOST:PORT", help="where worker 0 can be reached")
    command.set_defaults(check=functools.partial(_check_train, command))


def _check_train(command, args):
    """Refuse options of `train` that do not go together."""
    team = [args.workers, args.worker, args.coordinator]
    if None in team and team != [None] * 3:
        command.error("--workers, --worker and --coordinator go together")
    if args.resume is None:
        missing = [] if args.out else ["--out"]
        if not args.train and args.tfds is None and args.prepared is None:
            missing.insert(0, "--train, --tfds or --prepared")
        if missing:
            command.error(
                f"the following arguments are required: {', '.join(missing)}; or "
                "--resume alone"
            )
        args.train = args.train or []
        for name in ("tfds_feature", "data_dir"):
            if args.tfds is None and getattr(args, name) != command.get_default(name):
                command.error(f"--{name.replace('_', '-')} needs --tfds")
        return
    allowed = ("resume", "threads", "tensorboard", "debug", "command", "check")
    allowed += ("workers", "worker", "coordinator")
    given = [
        f"--{name.replace('_', '-')}"
        for name, value in vars(args).items()
        if name not in allowed and value != command.get_default(name)
    ]
    if given:
        command.error(
            f"{', '.join(given)} cannot be given with --resume: training goes on as it "
            "was begun"
        )


def _add_evaluate(add):
    command = add(
        "evaluate",
        _evaluate,
        "Score a text with a run or an exported file",
        "lightrnn evaluate runs/books --text test.txt --json",
    )
    _add_model(command)
    command.add_argument("--text", nargs="+", required=True, metavar="FILE")
    command.add_argument("--errors", choices=("strict", "replace"), default="strict")
    command.add_argument(
        "--line-independent",
        action="store_true",
        help="begin anew at every line; default: as in training",
    )
    command.add_argument(
        "--keystrokes",
        action="store_true",
        help="also simulate typing the text with three suggestions",
    )
    _add_json(command)


def _add_suggest(add):
    command = add(
        "suggest",
        _suggest,
        "Suggest the next word for a text, or for each line typed",
        "lightrnn suggest books.tflite 'the old man and' -k 3 --prefix s",
    )
    _add_model(command)
    command.add_argument(
        "text", nargs="?", metavar="TEXT", help="the words so far; default: ask"
    )
    command.add_argument(
        "-k", type=_positive, default=3, metavar="N", help="how many; default: 3"
    )
    command.add_argument(
        "--prefix", default="", metavar="LETTERS", help="what the word begins with"
    )
    command.add_argument(
        "--all-tokens",
        action="store_true",
        help="also special words, numbers and punctuation",
    )
    command.add_argument(
        "--ignore-case",
        action="store_true",
        help="case of the prefix makes no difference",
    )
    command.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="WORD",
        help="a word not to suggest; may be repeated",
    )
    command.add_argument(
        "--max-rows",
        type=_positive,
        metavar="N",
        help="rows to expand at most, a cap on the time; default: until certain",
    )
    _add_json(command)


def _add_generate(add):
    command = add(
        "generate",
        _generate,
        "Write on from a text, word by word",
        "lightrnn generate runs/books 'once upon a' --length 30 --seed 1",
    )
    _add_model(command)
    command.add_argument("text", nargs="?", default="", metavar="TEXT")
    command.add_argument(
        "--length",
        type=_positive,
        default=30,
        metavar="N",
        help="words at most; default: 30",
    )
    command.add_argument(
        "--temperature",
        type=float,
        default=1.0,
        metavar="T",
        help="below 1 for more likely words; default: 1",
    )
    command.add_argument(
        "--top-p",
        type=float,
        default=1.0,
        metavar="P",
        help="only among the likeliest words of this probability; default: 1, all",
    )
    command.add_argument(
        "--seed", type=_natural, default=0, metavar="N", help="default: 0"
    )


def _add_export(add):
    command = add(
        "export",
        _export,
        "Write a run as one .tflite file, model and vocabulary",
        "lightrnn export runs/books --out books.tflite",
    )
    command.add_argument("run", metavar="RUN")
    command.add_argument("--out", required=True, metavar="FILE")
    command.add_argument(
        "--quantize",
        choices=("none", "float16", "int8"),
        default="int8",
        help="how weights are stored; default: int8",
    )
    command.add_argument("--overwrite", action="store_true", help="replace a file")


def _add_table(add):
    command = add(
        "table",
        _table,
        "Show who shares a row and a column",
        "lightrnn table runs/books --word tuesday",
    )
    _add_model(command)
    command.add_argument("--row", type=_natural, metavar="I")
    command.add_argument("--column", type=_natural, metavar="J")
    command.add_argument("--word", metavar="WORD")
    command.add_argument(
        "--picture",
        metavar="PNG",
        help="where to draw the table; default: table.png in the run",
    )
    command.add_argument(
        "--page",
        metavar="HTML",
        help="where to write a page to look at the table and to search it; default: "
        "table.html in the run",
    )
    _add_json(command)


def _add_plot(add):
    command = add(
        "plot",
        _plot,
        "Draw the learning curves of runs, and their perplexity against their size",
        "lightrnn plot runs/books runs/dense --out books.png",
    )
    command.add_argument("runs", nargs="+", metavar="RUN")
    command.add_argument(
        "--out",
        default="comparison.png",
        metavar="PNG",
        help="default: comparison.png",
    )


def _add_quickstart(add):
    command = add(
        "quickstart",
        _quickstart,
        "Train, export and try a model on documentation that Python ships with",
        "lightrnn quickstart --out quickstart",
    )
    command.add_argument("--out", default="quickstart", metavar="FOLDER")
    command.add_argument("--seed", type=_natural, default=0, metavar="N")
    command.add_argument("--threads", type=_positive, metavar="N")


def _add_model(command):
    command.add_argument("model", metavar="RUN|FILE.tflite")


def _add_json(command):
    command.add_argument("--json", action="store_true", help="one JSON object")


# Commands.


def _look_up(*texts):
    """Stop where a text is missing, before the seconds that it takes to load Keras."""
    for names in texts:
        files(names or [])


def _load_keras():
    """Import Keras and what it imports, which greets us in many lines."""
    from lightrnn_tf._quiet import quiet

    with quiet():
        import keras

        keras.utils.set_random_seed(0)  # On JAX that imports TensorFlow too.


def _prepare(args):
    _load_keras()
    from lightrnn_tf import prepare
    from lightrnn_tf.vocabulary import Tokenizer

    # Beam logs the traceback of an error that is told in one line.
    logging.disable(logging.NOTSET if args.debug else logging.ERROR)
    try:
        prepare.prepare(
            args.input,
            args.out,
            Tokenizer(args.tokenizer, args.lowercase),
            args.vocab_size,
            args.min_count,
            args.errors,
            args.beam_options,
        )
    finally:
        logging.disable(logging.NOTSET)
    print(args.out)


def _train(args):
    if not args.worker:  # Other workers need no texts.
        _look_up(args.train, args.valid, args.test)
    _load_keras()
    from lightrnn_tf import training, workers

    if args.resume is not None and training.is_finished(args.resume):
        print(f"{args.resume} is finished.", file=sys.stderr)
        print(args.resume)
        return
    options = None
    if args.resume is None:
        names = {field.name for field in dataclasses.fields(training.Options)}
        asked = {name: value for name, value in vars(args).items() if name in names}
        options = training.Options(**asked)
    team = None
    if args.coordinator is not None:
        _say_who_meets(args)
        team = workers.Team.join(args.coordinator, args.workers, args.worker)
    if team and not team.is_first:
        training.assist(args.resume or args.out, team, options)
        return
    if options is None:
        run = training.resume(args.resume, args.tensorboard, team)
    else:
        run = training.train(options, team)
    print(f"{run.path}")


def _say_who_meets(args):
    print(
        f"Worker {args.worker} of {args.workers} meets the others at "
        f"{args.coordinator}.",
        file=sys.stderr,
        flush=True,
    )


def _must_exist(name: str, what: str):
    if not pathlib.Path(name).exists():
        raise FileNotFoundError(f"{name}: no such {what}.")


def _open(name: str, line_independent: bool = False):
    """Return the predictor of a run or of an exported file."""
    path = pathlib.Path(name)
    if path.is_file():
        from lightrnn_tf import litert

        predictor = litert.LiteRTPredictor(path)
        predictor.line_independent |= line_independent
        return predictor
    _must_exist(name, "run or file")
    _load_keras()
    from lightrnn_tf import predictor as predictors
    from lightrnn_tf import run as runs

    run = runs.Run(path)
    return predictors.KerasPredictor(run.load_model(line_independent), run.vocabulary)


def _say_runtime(predictor):
    if hasattr(predictor, "runtime"):
        print(f"Ran {predictor.path} with {predictor.runtime}.", file=sys.stderr)


def _evaluate(args):
    _look_up(args.text)
    _must_exist(args.model, "run or file")
    _load_keras()
    from lightrnn_tf import _progress, data, evaluation, metrics

    lines = data.Lines(data.files(args.text), args.errors)
    predictor = _open(args.model, args.line_independent)
    ids = data.encode(_progress.count(lines, "Reading, line"), predictor.vocabulary)
    with _progress.bar("Scoring") as progress:
        scores = evaluation.evaluate(predictor, ids, progress)
    result = dataclasses.asdict(scores)
    result["model_bytes"] = predictor.model_bytes
    if args.keystrokes:
        with _progress.bar("Typing") as progress:
            result |= dataclasses.asdict(metrics.keystrokes(predictor, lines, progress))
    _say_runtime(predictor)
    if args.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(
            f"{name:20} {value:,}" if type(value) is int else f"{name:20} {value:.4f}"
        )


def _suggest(args):
    predictor = _open(args.model)
    if args.text is not None:
        answer = _suggestions(predictor, args.text, args)
        _say_runtime(predictor)
        print(json.dumps(answer) if args.json else _readable(answer))
        return
    for line in _typed_lines():
        answer = _suggestions(predictor, line, args)
        print(json.dumps(answer) if args.json else _readable(answer), flush=True)


def _typed_lines():
    while True:
        try:
            yield input("> " if sys.stdin.isatty() else "")
        except EOFError:
            return


def _suggestions(predictor, text: str, args) -> dict:
    from lightrnn_tf import decoding

    context = predictor.tokenizer.words(_clean(text))
    prefix = _clean(args.prefix)
    answer = decoding.top_k(
        predictor,
        decoding.read(predictor, context),
        args.k,
        prefix,
        exclude=args.exclude,
        max_rows=args.max_rows,
        all_tokens=args.all_tokens,
        ignore_case=args.ignore_case,
    )
    if not answer.exact:
        print(
            "Not certain: words with a log-probability of up to "
            f"{answer.bound:.2f} may be missing.",
            file=sys.stderr,
        )
    return {
        "context": context,
        "prefix": prefix,
        "exact": answer.exact,
        "rows_expanded": answer.rows_expanded,
        "suggestions": [
            {"word": word, "log_prob": log_prob}
            for word, log_prob in zip(answer.words, answer.log_probs, strict=True)
        ],
    }


def _clean(text: str) -> str:
    """Return `text` with U+FFFD for what was not UTF-8 on the command line."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _readable(answer: dict) -> str:
    return "  ".join(entry["word"] for entry in answer["suggestions"])


def _generate(args):
    predictor = _open(args.model)
    from lightrnn_tf import decoding

    words = predictor.tokenizer.words(_clean(args.text))
    drawn = decoding.generate(
        predictor, words, args.length, args.seed, args.temperature, args.top_p
    )
    print(" ".join(drawn))


def _export(args):
    _must_exist(args.run, "run")
    _load_keras()
    import lightrnn_tf_export

    from lightrnn_tf import _progress
    from lightrnn_tf import run as runs

    run = runs.Run(args.run)
    model = run.load_model()
    with _progress.waiting("Exporting"):
        result = lightrnn_tf_export.export(
            model,
            run.vocabulary,
            args.out,
            args.quantize,
            args.overwrite,
            text=run.ids("valid"),
            training=run.summary(),
        )
    report = result.report
    print(
        f"{result.path}: {result.total_bytes:,} bytes, {result.model_bytes:,} of them "
        f"the model; perplexity {report.exported_perplexity:.2f} instead of "
        f"{report.perplexity:.2f}, {report.top3_overlap:.1%} of the three best words "
        f"the same over {report.tokens:,} tokens of validation text."
    )


def _table(args):
    others = args.row, args.column, args.word, args.picture, args.page
    if args.json and any(other is not None for other in others):
        raise ValueError(
            "`--json` lists the whole table. Leave out --row, --column, --word, "
            "--picture and --page."
        )
    predictor = _open(args.model)
    from lightrnn_tf import listing

    table, vocabulary = listing.table_of(predictor)
    if args.json:
        print(json.dumps(listing.as_json(table, vocabulary)))
        return
    text = listing.as_text(table, vocabulary, args.row, args.column, args.word)
    print(text, flush=True)
    # A run gets picture and page with the overview, others where they are asked for.
    overview = (args.row, args.column, args.word) == (None, None, None)
    folder = pathlib.Path(args.model)
    folder = folder if overview and folder.is_dir() else None
    picture = args.picture or (folder and folder / "table.png")
    if picture:
        from lightrnn_tf import plots

        plots.word_table(table, vocabulary.counts, pathlib.Path(picture))
        print(f"Picture: {picture}", file=sys.stderr)
    page = args.page or (folder and folder / "table.html")
    if page:
        _write_page(args.model, predictor, (table, vocabulary), pathlib.Path(page))


def _write_page(name, predictor, listed, path):
    from lightrnn_tf import table_page
    from lightrnn_tf._files import write_atomic

    losses = history = None
    if pathlib.Path(name).is_dir():
        from lightrnn_tf import run as runs

        run = runs.Run(name)
        # What is missing in a run that was copied without its text is left out.
        try:
            losses, history = predictor.word_losses(run.ids("valid")), run.history()
        except (FileNotFoundError, ValueError) as error:
            print(f"The page is without losses and history: {error}", file=sys.stderr)
    title = pathlib.Path(name).resolve().name
    write_atomic(path, table_page.table_page(title, *listed, losses, history))
    print(f"Page: {path}", file=sys.stderr)


def _plot(args):
    out = pathlib.Path(args.out)
    if out.suffix.lower() != ".png":
        raise ValueError(f"`--out` must end in .png. Received: {args.out}.")
    for name in args.runs:
        _must_exist(name, "run")
    _load_keras()
    from lightrnn_tf import plots
    from lightrnn_tf import run as runs

    trained = [
        plots.Trained(run.path.resolve().name, run.epochs(), run.parameters())
        for run in map(runs.Run, args.runs)
    ]
    plots.comparison(trained, out)
    print(out)


def _quickstart(args):
    _load_keras()
    from lightrnn_tf import quickstart

    print(quickstart.quickstart(pathlib.Path(args.out), args.seed))


if __name__ == "__main__":
    sys.exit(main())
