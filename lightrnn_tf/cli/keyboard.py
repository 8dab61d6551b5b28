"""The command `lightrnn keyboard`."""

import argparse

from lightrnn_tf._internal.options import POSITIVE
from lightrnn_tf.cli import inputs

HELP = "Make the model of a keyboard from raw text: a file, its card and its scores"
EXAMPLE = "lightrnn keyboard --text 'novels/*.txt' --lang cs --out cs.tflite"


def add_arguments(command):
    """Add the options of `lightrnn keyboard` to its parser.

    Args:
        command: The `ArgumentParser` of the command.
    """
    add = command.add_argument
    add("--text", nargs="+", required=True, metavar="FILE", help="text files; patterns "
        "such as '*.gz' may be quoted")  # fmt: skip
    add(
        "--lang", required=True, metavar="TAG", help="its language, such as cs or pt-BR"
    )
    add("--out", required=True, metavar="FILE.tflite", help="the file to write; its "
        "card, FILE.md, is written beside it")  # fmt: skip
    add(
        "--valid",
        nargs="+",
        metavar="FILE",
        help="text that chooses the best epoch; default: the last tenth of the text",
    )
    _add_words(command.add_argument_group("what may be suggested").add_argument)
    _add_card(command.add_argument_group("card").add_argument)
    add(
        "--run",
        metavar="RUN",
        help="folder of the training, which the same command goes on with if it was "
        "stopped; default: FILE.run",
    )
    add("--overwrite", action="store_true", help="replace a file and its card")
    add("--threads", type=POSITIVE.parse, metavar="N", help="default: all cores")


def _add_words(add):
    for name, what in (
        ("--word-list", "words that may be suggested; default: all seen often enough"),
        ("--never-suggest", "words that are not, as for lightrnn export"),
        ("--misspellings", "words that are wrong, as for lightrnn export"),
        ("--written-forms", "words as they are written, as for lightrnn export"),
    ):
        add(name, metavar="FILE", help=what)
    add(
        "--least-count",
        type=POSITIVE.parse,
        metavar="N",
        help="words outside the list, too, if the text has them so often; default: "
        "none if there is a list, else a number by the length of the text",
    )


def _add_card(add):
    add(
        "--about",
        metavar="FILE",
        help="JSON file with any of name, licence, texts (each a name and a licence) "
        "and not_for",
    )
    add(
        "--score",
        type=_named,
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="a text to score, of which a thousand lines are read; may be given again; "
        "default: the text of --valid",
    )


def _named(text):
    name, equals, file = text.partition("=")
    if not (name and equals and file):
        raise argparse.ArgumentTypeError(f"must be NAME=FILE, not {text!r}")
    return name, file


def run(args):
    """Make a file, and print where it is, how large and how good.

    Args:
        args: The parsed options, an `argparse.Namespace`.
    """
    from lightrnn_tf.training.keyboard_options import KeyboardOptions

    options = KeyboardOptions(
        text=args.text,
        language=args.lang,
        out=args.out,
        valid=args.valid,
        word_list=args.word_list,
        never_suggest=args.never_suggest,
        misspellings=args.misspellings,
        written_forms=args.written_forms,
        least_count=args.least_count,
        about=args.about,
        scores=dict(args.score),
        run=args.run,
        overwrite=args.overwrite,
    )
    inputs.load_keras()
    from lightrnn_tf import keyboard

    made = keyboard.make(options)
    sizes = made.card["sizes"]
    print(
        f"{made.file}: {made.file.stat().st_size:,} bytes, {sizes['model_bytes']:,} of "
        f"them the model; {sizes['words']:,} words, {sizes['suggestable_words']:,} to "
        f"suggest. Card: {made.page}"
    )
    for score in made.card["scores"]:
        memory = ", with memory" if score["cache"] else ""
        print(
            f"{score['text']}{memory}: perplexity {score['perplexity']:.1f}, "
            f"{score['unknown_words']:.1%} unknown words, top-3 {score['top3']:.1%}, "
            f"{score['keystrokes_saved']:.1%} of the keys saved "
            f"({score['saved_by_frequency']:.1%} by frequent words)"
        )
