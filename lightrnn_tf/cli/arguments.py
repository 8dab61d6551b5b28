"""Arguments that several commands have."""

import pathlib

from lightrnn_tf.predictors import pretrained


def add_model(command):
    """Add the argument for a run or an exported file.

    Args:
        command: The `ArgumentParser` of a command.
    """
    command.add_argument(
        "model",
        type=_path_of,
        metavar="RUN|FILE.tflite|NAME",
        help="a trained run, an exported file, or a model that comes with the package: "
        + ", ".join(pretrained.names()),
    )


def add_file(command):
    """Add the argument for an exported file, English where there is none.

    Args:
        command: The `ArgumentParser` of a command.
    """
    command.add_argument(
        "model",
        nargs="?",
        default="en",
        type=_path_of,
        metavar="FILE.tflite|NAME",
        help="an exported file, or a model that comes with the package: "
        + ", ".join(pretrained.names())
        + "; default: en",
    )


def _path_of(name):
    """Return the path of a model by name, unless a file or folder is called so."""
    if name in pretrained.names() and not pathlib.Path(name).exists():
        return str(pretrained.path_of(name))
    return name


def add_json(command):
    """Add the option to print JSON.

    Args:
        command: The `ArgumentParser` of a command.
    """
    command.add_argument("--json", action="store_true", help="one JSON object")
