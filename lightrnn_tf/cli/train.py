"""`lightrnn train`."""

import argparse
import dataclasses
import sys

from lightrnn_tf.cli import arguments, inputs

HELP = "Train a model on text files"
EXAMPLE = (
    "lightrnn train --train 'books/*.txt.gz' --lowercase --vocab-size 20000 "
    "--out runs/books"
)


def add_arguments(command):
    """Say which options there are."""
    _add_text(command.add_argument_group("text").add_argument)
    _add_run(command.add_argument)
    _add_model(command.add_argument_group("model").add_argument)
    _add_training(command.add_argument_group("training").add_argument)
    team = command.add_argument_group(
        "several workers",
        "Started with the same command each, but for --worker, in the same folder; "
        "KERAS_BACKEND=jax.",
    ).add_argument
    team("--workers", type=arguments.positive, metavar="N", help="how many; default: 1")
    team(
        "--worker",
        type=arguments.natural,
        metavar="N",
        help="which one this is, from 0",
    )
    team("--coordinator", metavar="HOST:PORT", help="where worker 0 can be reached")
    command.set_defaults(check=_check)


def _add_text(add):
    add(
        "--train",
        nargs="+",
        metavar="FILE",
        help="text files; patterns such as '*.gz' may be quoted",
    )
    add(
        "--tfds",
        metavar="NAME[/CONFIG][:SPLIT]",
        help="in place of --train a text dataset of TensorFlow Datasets",
    )
    add(
        "--tfds-feature",
        default="text",
        metavar="NAME",
        help="the feature of it that is the text; default: text",
    )
    add(
        "--data-dir",
        metavar="DIR",
        help="where prepared datasets are; default: that of TensorFlow Datasets",
    )
    add(
        "--prepared",
        metavar="DIR",
        help="in place of --train a text from lightrnn prepare; needs --valid",
    )
    add(
        "--valid",
        nargs="+",
        metavar="FILE",
        help="default: the dataset's validation split, or a tenth of the text",
    )
    add("--test", nargs="+", metavar="FILE", help="scored at the end")
    arguments.add_reading(add)
    add(
        "--line-independent",
        action="store_true",
        help="begin anew at every line",
    )


def _add_run(add):
    add("--out", metavar="RUN", help="folder to write")
    add("--overwrite", action="store_true", help="replace a run")
    add(
        "--resume",
        metavar="RUN",
        help="go on with a training that was stopped, as it was begun; of the other "
        "options only --threads, --tensorboard and those of workers may be given",
    )


def _add_model(add):
    add(
        "--model",
        choices=("lightrnn", "slim", "dense"),
        default="lightrnn",
        help="slim: words put together of shared sub-vectors; dense: an ordinary "
        "embedding and softmax, to compare with",
    )
    add(
        "--units",
        type=arguments.positive,
        default=200,
        metavar="H",
        help="size of the hidden states; default: 200",
    )
    add(
        "--layers",
        type=arguments.positive,
        default=1,
        metavar="N",
        help="recurrent layers; default: 1",
    )
    add(
        "--cell",
        choices=("lstm", "gru"),
        default="lstm",
        help="default: lstm",
    )
    add(
        "--embedding-dim", type=arguments.positive, metavar="E", help="default: --units"
    )
    add(
        "--word-dim",
        type=arguments.natural,
        default=16,
        metavar="k",
        help="length of the vector each word has of its own; default: 16, paper: 0",
    )
    add(
        "--row-parts",
        type=arguments.positive,
        default=4,
        metavar="M",
        help="output vectors of each row; default: 4, paper: 1",
    )
    add(
        "--frequent-words",
        type=arguments.natural,
        default=0,
        metavar="F",
        help="how many of the most frequent words have a longer one; default: 0",
    )
    add(
        "--frequent-dim",
        type=arguments.natural,
        default=0,
        metavar="N",
        help="by how much it is longer; default: 0",
    )
    add(
        "--word-bias",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="a bias for each word (default; the paper has none)",
    )
    add(
        "--within-word",
        choices=("transition", "recurrent"),
        default="transition",
        help="how the column follows from the row: by one matrix product (default), or "
        "by a recurrent step that reads the row, as in the paper",
    )
    add("--rows", type=arguments.positive, metavar="R", help="default: nearly square")
    add(
        "--columns", type=arguments.positive, metavar="C", help="default: nearly square"
    )
    add(
        "--user-cells",
        type=arguments.natural,
        metavar="N",
        help="cells kept free for words a user adds; default: 2%% of the words",
    )
    add("--tied", action="store_true", help="dense: one table for both sides")
    add(
        "--slim-parts",
        type=arguments.positive,
        default=10,
        metavar="K",
        help="slim: sub-vectors of a word; divides H, E and M; default: 10",
    )
    add(
        "--slim-vectors",
        type=arguments.positive,
        metavar="M",
        help="slim: sub-vectors that all words share, on each side; default: 5000, or "
        "one for each word of a smaller vocabulary",
    )
    add(
        "--slim-side",
        choices=("both", "input", "output"),
        default="both",
        help="slim: which side shares sub-vectors; default: both",
    )


def _add_training(add):
    add("--dropout", type=float, default=0.2, metavar="P", help="default: 0.2")
    add(
        "--table",
        default="warm-start",
        metavar="KIND|FILE",
        help="first table: warm-start, from the words beside each word (default); "
        "random, as in the paper; a JSON file, as from lightrnn table --json, or the "
        "table.json of a run with the same vocabulary; or a text file of word vectors, "
        "as from word2vec",
    )
    add(
        "--rounds",
        type=_epochs,
        default=(10,),
        metavar="N[,N…]",
        help="epochs, with a reallocation between rounds; default: 10",
    )
    add(
        "--moving-cost",
        type=_moving_cost,
        default=(0.0, 0.0),
        metavar="ROW,COLUMN",
        help="nats per occurrence that a word must gain to change its row, and its "
        "column, in a reallocation; default: 0,0",
    )
    add(
        "--batch-size",
        type=arguments.positive,
        default=32,
        metavar="B",
        help="streams of text read side by side; default: 32",
    )
    add(
        "--steps",
        type=arguments.positive,
        default=35,
        metavar="T",
        help="words of a stream in a batch; default: 35",
    )
    add(
        "--learning-rate",
        type=float,
        default=5e-3,
        metavar="RATE",
        help="full until the last round, then half a cosine; default: 0.005",
    )
    add(
        "--tensorboard",
        metavar="DIR",
        help="folder in which the run gets one for TensorBoard; default: none",
    )
    add(
        "--checkpoint-minutes",
        type=float,
        default=10.0,
        metavar="N",
        help="minutes of training that a crash can cost; default: 10",
    )
    add("--seed", type=arguments.natural, default=0, metavar="N", help="default: 0")
    add("--threads", type=arguments.positive, metavar="N", help="default: all cores")


def _epochs(text: str) -> tuple[int, ...]:
    try:
        return tuple(arguments.positive(part) for part in text.split(","))
    except argparse.ArgumentTypeError as error:
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


def _check(args):
    """Refuse options of `train` that do not go together."""
    command = args.parser
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
    allowed = ("resume", "threads", "tensorboard", "debug")
    allowed += ("workers", "worker", "coordinator", "command", "parser", "check")
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


def run(args):
    """Do what the options say."""
    if not args.worker:  # Other workers need no texts.
        inputs.look_up(args.train, args.valid, args.test)
    inputs.load_keras()
    from lightrnn_tf import training
    from lightrnn_tf.training import workers

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
