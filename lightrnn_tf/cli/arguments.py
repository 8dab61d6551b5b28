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
        type=path_of,
        metavar="RUN|FILE.tflite|NAME",
        help="a trained run, an exported file, or a model that comes with the package: "
        + ", ".join(pretrained.names()),
    )


def path_of(name):
    """Return the path of a model by name, unless a file or folder is called so.

    Args:
        name: String that was typed.
    """
    if name in pretrained.names() and not pathlib.Path(name).exists():
        return str(pretrained.path_of(name))
    return name


def add_json(command):
    """Add the option to print JSON.

    Args:
        command: The `ArgumentParser` of a command.
    """
    command.add_argument("--json", action="store_true", help="one JSON object")
