"""What several commands parse."""

import argparse


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be a whole number, not {text!r}"
        ) from error


def positive(text: str) -> int:
    """Return a whole number from 1 on."""
    value = _whole_number(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {value}")
    return value


def vocabulary_size(text: str) -> int:
    """Return a number of words."""
    value = _whole_number(text)
    if value < 2:
        raise argparse.ArgumentTypeError("must be at least 2, for <eos> and <unk>")
    return value


def natural(text: str) -> int:
    """Return a whole number from 0 on."""
    value = _whole_number(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"must be at least 0, not {value}")
    return value


def add_reading(add):
    """Say how text becomes words; `add` adds an option."""
    add(
        "--tokenizer",
        choices=("words", "whitespace"),
        default="words",
        help="words for raw text (default), whitespace for pre-tokenised text",
    )
    add("--lowercase", action="store_true", help="lower-case the text first")
    add(
        "--vocab-size",
        type=vocabulary_size,
        metavar="N",
        help="most frequent words, <eos> and <unk> among them; default: all that "
        "--min-count leaves",
    )
    add(
        "--min-count",
        type=positive,
        metavar="N",
        help="least occurrences of a word; default: 2, so that <unk> is learned from "
        "words seen once, or 1 for text that has <unk> in it",
    )
    add(
        "--errors",
        choices=("strict", "replace"),
        default="strict",
        help="what to do with bytes that are not UTF-8; default: strict, stop",
    )


def add_model(command):
    """Take a run or an exported file."""
    command.add_argument("model", metavar="RUN|FILE.tflite")


def add_json(command):
    """Offer to print JSON."""
    command.add_argument("--json", action="store_true", help="one JSON object")
