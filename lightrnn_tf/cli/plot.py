"""`lightrnn plot`."""

import pathlib

from lightrnn_tf.cli import inputs

HELP = "Draw the learning curves of runs, and their perplexity against their size"
EXAMPLE = "lightrnn plot runs/books runs/dense --out books.png"


def add_arguments(command):
    """Say which options there are."""
    command.add_argument("runs", nargs="+", metavar="RUN")
    command.add_argument(
        "--out",
        default="comparison.png",
        metavar="PNG",
        help="default: comparison.png",
    )


def run(args):
    """Do what the options say."""
    out = pathlib.Path(args.out)
    if out.suffix.lower() != ".png":
        raise ValueError(f"`--out` must end in .png. Received: {args.out}.")
    for name in args.runs:
        inputs.must_exist(name, "run")
    inputs.load_keras()
    from lightrnn_tf import plots
    from lightrnn_tf import run as runs

    trained = [
        plots.Trained(run.path.resolve().name, run.epochs(), run.parameters())
        for run in map(runs.Run, args.runs)
    ]
    plots.comparison(trained, out)
    print(out)
