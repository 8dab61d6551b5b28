"""The command `lightrnn plot`."""

import pathlib

from lightrnn_tf.cli import inputs

HELP = "Draw the learning curves of runs, and their perplexity against their parameters"
EXAMPLE = "lightrnn plot runs/books runs/dense --out books.png"


def add_arguments(command):
    """Add the options of `lightrnn plot` to its parser.

    Args:
        command: The `ArgumentParser` of the command.
    """
    command.add_argument("runs", nargs="+", metavar="RUN", help="trained runs")
    command.add_argument(
        "--out",
        default="comparison.png",
        metavar="PNG",
        help="default: comparison.png",
    )
    command.add_argument("--overwrite", action="store_true", help="replace a picture")


def run(args):
    """Draw the runs, and print the path of the picture.

    Args:
        args: The parsed options, an `argparse.Namespace`.

    Raises:
        ValueError: If the name of the picture does not end in `.png`.
    """
    out = pathlib.Path(args.out)
    if out.suffix.lower() != ".png":
        raise ValueError(f"`--out` must end in .png. Received: {args.out}.")
    for name in args.runs:
        inputs.must_exist(name, "run")
    inputs.must_not_exist(args.out, args.overwrite)
    from lightrnn_tf import plots

    inputs.load_keras()
    from lightrnn_tf.training import run as runs

    trained = [
        plots.Trained(name, run.epochs(), run.parameters())
        for name, run in zip(_names(args.runs), map(runs.Run, args.runs), strict=True)
    ]
    plots.comparison(trained, out)
    print(out)


def _names(paths):
    """Return names for runs: those of their folders, or paths if two are the same."""
    names = [pathlib.Path(path).resolve().name for path in paths]
    return [
        name if names.count(name) == 1 else path
        for name, path in zip(names, paths, strict=True)
    ]
