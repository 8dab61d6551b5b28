"""The command `lightrnn evaluate`."""

import argparse
import dataclasses
import json
import sys

from lightrnn_tf._internal.options import POSITIVE
from lightrnn_tf.cli import arguments, inputs

HELP = "Score a text with a run or an exported file"
EXAMPLE = "lightrnn evaluate runs/books --text test.txt --json"


def add_arguments(command):
    """Add the options of `lightrnn evaluate` to its parser.

    Args:
        command: The `ArgumentParser` of the command.
    """
    arguments.add_model(command)
    command.add_argument("--text", nargs="+", required=True, metavar="FILE")
    command.add_argument("--errors", choices=("strict", "replace"), default="strict")
    command.add_argument(
        "--line-independent",
        action="store_true",
        help="begin anew at every line; default: as in training",
    )
    command.add_argument(
        "--cache",
        action="store_true",
        help="also remember the text so far, across its lines, as a keyboard remembers "
        "a conversation",
    )
    _add_typing(command.add_argument_group("typing"))
    command.add_argument(
        "--lines",
        action="store_true",
        help="also a score for each line: its tokens with <eos>, their nats together, "
        "and the number of unknown words",
    )
    arguments.add_json(command)
    command.set_defaults(check=_check)


def _add_typing(group):
    group.add_argument(
        "--keystrokes",
        action="store_true",
        help="also simulate typing the text with suggestions: the share of keys that "
        "tapping them saves, and the share that suggestions from the typed letters "
        "alone (blind) save",
    )
    group.add_argument(
        "--slots",
        type=POSITIVE.parse,
        metavar="N",
        help="how many words are suggested at once; default: 3",
    )
    group.add_argument(
        "--protocol",
        choices=("words", "phrases"),
        help="words: letters and a space of each word in lower case, the others are "
        "context; phrases: characters of each line, in lower case and without "
        "punctuation, as others measure; default: words",
    )
    group.add_argument(
        "--noise",
        type=_share,
        metavar="P",
        help="mistype each letter with this probability, from a fixed seed, and "
        "correct: by a suggestion, or by deleting and typing again; default: no slips, "
        "and suggestions that do not correct",
    )


def _share(text):
    """Return what was typed as a number in [0, 1)."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"must be a number in [0, 1), not {text!r}")
    return value


def _check(args):
    """Refuse options that do not go together."""
    given = [
        f"--{name}"
        for name in ("slots", "protocol", "noise")
        if getattr(args, name) is not None
    ]
    if given and not args.keystrokes:
        args.parser.error(f"{', '.join(given)} must be given with --keystrokes")


def run(args):
    """Score a text, and print the scores.

    Args:
        args: The parsed options, an `argparse.Namespace`.

    Raises:
        ValueError: If the text has no word, or cannot be read.
    """
    inputs.look_up(args.text)
    inputs.must_exist(args.model, "run or file")
    inputs.load_keras()
    import numpy as np

    from lightrnn_tf import data, decoding
    from lightrnn_tf._internal.progress import bar, count
    from lightrnn_tf.data.remarks import untrained_unknown
    from lightrnn_tf.data.text import encode_lines
    from lightrnn_tf.scoring import evaluation

    lines = data.Lines(data.files(args.text), args.errors)
    opened = inputs.open_predictor(args.model, args.line_independent)
    predictor = decoding.Cached(opened) if args.cache else opened
    reading = count(lines, "Reading, line")
    ids, lengths = encode_lines(reading, predictor.vocabulary)
    if not len(ids):
        raise ValueError(
            f"`text` must have at least one word. Received: none in "
            f"{', '.join(args.text)}."
        )
    nats = np.empty(len(ids))
    with bar("Scoring") as progress:
        scores = evaluation.evaluate(predictor, ids, progress, nats)
    result = dataclasses.asdict(scores)
    result["model_bytes"] = opened.model_bytes
    if args.keystrokes:
        with bar("Typing") as progress:
            typed = _typed(args, predictor, lines, progress)
        result |= dataclasses.asdict(typed)
    table = []
    if args.lines:
        unk_id = predictor.vocabulary.unk_id
        found = evaluation.line_scores(ids, nats, lengths, unk_id)
        table = [dataclasses.asdict(line) for line in found]
    inputs.say_runtime(opened)
    remark = untrained_unknown(predictor.vocabulary, ids)
    if remark:
        print(remark, file=sys.stderr)
    if args.json:
        print(json.dumps(result | {"lines": table} if args.lines else result))
        return
    _print_readable(result)
    if args.lines:
        _print_lines(table)


def _typed(args, predictor, lines, progress):
    """Return what typing the text with suggestions saves."""
    from lightrnn_tf.scoring import keystrokes, phrases

    simulate = keystrokes.keystrokes
    if args.protocol == "phrases":
        simulate = phrases.phrase_keystrokes
    slots = args.slots or keystrokes.SLOTS
    return simulate(predictor, lines, progress, slots, args.noise)


def _print_readable(result):
    width = max(map(len, result))
    for name, value in result.items():
        shown = f"{value:,}" if type(value) is int else f"{value:.4f}"
        print(f"{name:{width}} {shown}")


def _print_lines(table):
    print(f"\n{'line':>8} {'tokens':>8} {'nats':>12} {'unknown words':>14}")
    for number, line in enumerate(table, start=1):
        print(
            f"{number:8} {line['tokens']:8} {line['nats']:12.4f} "
            f"{line['unknown_words']:14}"
        )
