"""The command `lightrnn quickstart`."""

import pathlib

from lightrnn_tf._internal.options import NATURAL, POSITIVE
from lightrnn_tf.cli import inputs

HELP = "Train, export and try a model on documentation that Python ships with"
EXAMPLE = "lightrnn quickstart --out quickstart"


def add_arguments(command):
    """Add the options of `lightrnn quickstart` to its parser.

    Args:
        command: The `ArgumentParser` of the command.
    """
    command.add_argument("--out", default="quickstart", metavar="FOLDER")
    command.add_argument("--seed", type=NATURAL.parse, default=0, metavar="N")
    command.add_argument("--threads", type=POSITIVE.parse, metavar="N")


def run(args):
    """Train, export and try a model, and print the answers.

    Args:
        args: The parsed options, an `argparse.Namespace`.
    """
    inputs.load_keras()
    from lightrnn_tf import quickstart

    print(quickstart.quickstart(pathlib.Path(args.out), args.seed))
