"""What several commands parse."""


def add_model(command):
    """Take a run or an exported file."""
    command.add_argument("model", metavar="RUN|FILE.tflite")


def add_json(command):
    """Offer to print JSON."""
    command.add_argument("--json", action="store_true", help="one JSON object")
