"""`lightrnn evaluate`."""

import dataclasses
import json

from lightrnn_tf.cli import arguments, inputs

HELP = "Score a text with a run or an exported file"
EXAMPLE = "lightrnn evaluate runs/books --text test.txt --json"


def add_arguments(command):
    """Say which options there are."""
    arguments.add_model(command)
    command.add_argument("--text", nargs="+", required=True, metavar="FILE")
    command.add_argument("--errors", choices=("strict", "replace"), default="strict")
    command.add_argument(
        "--line-independent",
        action="store_true",
        help="begin anew at every line; default: as in training",
    )
    command.add_argument(
        "--keystrokes",
        action="store_true",
        help="also simulate typing the text with three suggestions: the share of keys "
        "that tapping them saves, and the same blind, where they follow from the "
        "letters typed alone",
    )
    arguments.add_json(command)


def run(args):
    """Do what the options say."""
    inputs.look_up(args.text)
    inputs.must_exist(args.model, "run or file")
    inputs.load_keras()
    from lightrnn_tf import _progress, data, evaluation, metrics

    lines = data.Lines(data.files(args.text), args.errors)
    predictor = inputs.open_predictor(args.model, args.line_independent)
    ids = data.encode(_progress.count(lines, "Reading, line"), predictor.vocabulary)
    with _progress.bar("Scoring") as progress:
        scores = evaluation.evaluate(predictor, ids, progress)
    result = dataclasses.asdict(scores)
    result["model_bytes"] = predictor.model_bytes
    if args.keystrokes:
        with _progress.bar("Typing") as progress:
            result |= dataclasses.asdict(metrics.keystrokes(predictor, lines, progress))
    inputs.say_runtime(predictor)
    if args.json:
        print(json.dumps(result))
        return
    width = max(map(len, result))
    for name, value in result.items():
        shown = f"{value:,}" if type(value) is int else f"{value:.4f}"
        print(f"{name:{width}} {shown}")
