"""The command `lightrnn train`."""

import argparse
import sys

from lightrnn_tf._internal.options import NATURAL, POSITIVE, add_to, flag_of
from lightrnn_tf.cli import inputs
from lightrnn_tf.training import options as asked_for

HELP = "Train a model on text files"
EXAMPLE = (
    "lightrnn train --train 'books/*.txt.gz' --lowercase --vocab-size 20000 "
    "--out runs/books"
)
# The options allowed with --resume, besides those of every command.
_WITH_RESUME = {"resume", "threads", "tensorboard", "workers", "worker", "coordinator"}
_OF_EVERY_COMMAND = {"debug", "command", "parser", "check"}


def add_arguments(command):
    """Add the options of `lightrnn train` to its parser.

    Args:
        command: The `ArgumentParser` of the command.
    """
    add_to(command.add_argument_group("text").add_argument, asked_for.TextOptions)
    _add_run(command.add_argument_group("run").add_argument)
    _add_model(command)
    training = command.add_argument_group("training").add_argument
    add_to(training, asked_for.FitOptions)
    training(
        "--threads",
        type=POSITIVE.parse,
        metavar="N",
        help="default: all cores",
    )
    _add_workers(command)
    command.set_defaults(check=_check)


def _add_run(add):
    add("--out", metavar="RUN", help="folder to write")
    add("--overwrite", action="store_true", help="replace a run")
    add(
        "--resume",
        metavar="RUN",
        help="go on with a training that was stopped, as it was begun; of the other "
        "options only --threads, --tensorboard and those of workers may be given",
    )


def _add_model(command):
    group = command.add_argument_group("model")
    kind = group.add_mutually_exclusive_group().add_argument
    kind(
        "--model",
        choices=tuple(asked_for.KINDS),
        default=argparse.SUPPRESS,
        help="paper: LightRNN as its paper has it; slim: words put together of shared "
        "sub-vectors; dense: an ordinary embedding and softmax, to compare with; "
        "default: lightrnn",
    )
    kind(
        "--paper",
        dest="model",
        action="store_const",
        const="paper",
        default=argparse.SUPPRESS,
        help="short for --model paper: two recurrent steps a word, no vectors and no "
        "biases of words, one output vector a row, a random first table",
    )
    add_to(group.add_argument, asked_for.ModelOptions)
    add = command.add_argument_group("lightrnn and paper").add_argument
    paper = {"paper": asked_for.PaperRNNOptions}
    add_to(add, asked_for.LightRNNOptions, asked_for.ModelOptions, differs=paper)
    paper = {"paper": asked_for.PaperTableOptions}
    add_to(add, asked_for.TableOptions, differs=paper)
    for kind, cls in (
        ("slim", asked_for.SlimRNNOptions),
        ("dense", asked_for.DenseRNNOptions),
    ):
        add_to(
            command.add_argument_group(kind).add_argument, cls, asked_for.ModelOptions
        )


def _add_workers(command):
    add = command.add_argument_group(
        "several workers",
        "Started with the same command each, but for --worker, in the same folder; "
        "KERAS_BACKEND=jax.",
    ).add_argument
    add("--workers", type=POSITIVE.parse, metavar="N", help="how many; default: 1")
    add("--worker", type=NATURAL.parse, metavar="N", help="which one this is, from 0")
    add("--coordinator", metavar="HOST:PORT", help="where worker 0 can be reached")


def _given(args):
    """Return the options of the training that the user gave, by name."""
    left_out = _WITH_RESUME - {"tensorboard"} | _OF_EVERY_COMMAND
    return {name: value for name, value in vars(args).items() if name not in left_out}


def _check(args):
    """Refuse options that do not go together."""
    command = args.parser
    team = [args.workers, args.worker, args.coordinator]
    if None in team and team != [None] * 3:
        command.error("--workers, --worker and --coordinator go together")
    left_at_default = {"out": None, "overwrite": False}
    given = {
        name: value
        for name, value in _given(args).items()
        if name not in left_at_default or value != left_at_default[name]
    }
    if args.resume is not None:
        others = [flag_of(name) for name in given if name not in _WITH_RESUME]
        if others:
            command.error(
                f"{', '.join(others)} cannot be given with --resume: training goes on "
                "as it was begun"
            )
        return
    missing = [] if args.out else ["--out"]
    if not given.keys() & {"train", "tfds", "prepared"}:
        missing.insert(0, "--train, --tfds or --prepared")
    if missing:
        command.error(
            f"the following arguments are required: {', '.join(missing)}; or "
            "--resume alone"
        )
    for name in ("tfds_feature", "data_dir"):
        if name in given and "tfds" not in given:
            command.error(f"{flag_of(name)} needs --tfds")


def run(args):
    """Train a model or go on with a training, and print the path of the run.

    Args:
        args: The parsed options, an `argparse.Namespace`.
    """
    given = _given(args)
    if not args.worker:  # Other workers need no texts.
        inputs.look_up(*(given.get(name) for name in ("train", "valid", "test")))
    inputs.load_keras()
    from lightrnn_tf import training
    from lightrnn_tf.training import workers

    if args.resume is not None and training.is_finished(args.resume):
        print(f"{args.resume} is finished.", file=sys.stderr)
        print(args.resume)
        return
    options = None if args.resume else training.Options.of(**given)
    team = None
    if args.coordinator is not None:
        print(
            f"Worker {args.worker} of {args.workers} meets the others at "
            f"{args.coordinator}.",
            file=sys.stderr,
            flush=True,
        )
        team = workers.Team.join(args.coordinator, args.workers, args.worker)
    if team and not team.is_first:
        training.assist(args.resume or args.out, team, options)
        return
    if options is None:
        run = training.resume(args.resume, given.get("tensorboard"), team)
    else:
        run = training.train(options, team)
    print(f"{run.path}")
