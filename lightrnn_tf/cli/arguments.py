"""Arguments that several commands have."""


def add_model(command):
    """Add the argument for a run or an exported file.

    Args:
        command: The `ArgumentParser` of a command.
    """
    command.add_argument(
        "model", metavar="RUN|FILE.tflite", help="a trained run or an exported file"
    )


def add_json(command):
    """Add the option to print JSON.

    Args:
        command: The `ArgumentParser` of a command.
    """
    command.add_argument("--json", action="store_true", help="one JSON object")
