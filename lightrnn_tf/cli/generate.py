"""The command `lightrnn generate`."""

from lightrnn_tf._internal.options import NATURAL, POSITIVE
from lightrnn_tf.cli import arguments, inputs

HELP = "Continue a text, word by word"
EXAMPLE = "lightrnn generate runs/books 'once upon a' --length 30 --seed 1"


def add_arguments(command):
    """Add the options of `lightrnn generate` to its parser.

    Args:
        command: The `ArgumentParser` of the command.
    """
    arguments.add_model(command)
    command.add_argument(
        "text", nargs="?", default="", metavar="TEXT", help="what to go on from"
    )
    command.add_argument(
        "--length",
        type=POSITIVE.parse,
        metavar="N",
        help="words at most, in all lines together; default: 30 a line",
    )
    command.add_argument(
        "--lines",
        type=POSITIVE.parse,
        default=1,
        metavar="N",
        help="lines at most; default: 1, up to the end of the line",
    )
    command.add_argument(
        "--unknown", action="store_true", help="also write <unk>, as the model would"
    )
    command.add_argument(
        "--temperature",
        type=float,
        default=1.0,
        metavar="T",
        help="below 1 for more likely words; default: 1",
    )
    command.add_argument(
        "--top-p",
        type=float,
        default=1.0,
        metavar="P",
        help="only among the likeliest words of this probability; default: 1, all",
    )
    command.add_argument(
        "--seed", type=NATURAL.parse, default=0, metavar="N", help="default: 0"
    )


def run(args):
    """Draw a text from a model, and print it.

    Args:
        args: The parsed options, an `argparse.Namespace`.
    """
    predictor = inputs.open_predictor(args.model)
    from lightrnn_tf import decoding
    from lightrnn_tf.words.vocabulary import EOS

    words = predictor.tokenizer.text(inputs.clean(args.text))
    length = args.length or 30 * args.lines
    drawn = decoding.generate(
        predictor,
        words,
        length,
        args.seed,
        args.temperature,
        args.top_p,
        unknown=args.unknown,
        lines=args.lines,
    )
    line: list[str] = []
    for word in drawn:
        if word == EOS:
            print(" ".join(line))
            line = []
        else:
            line.append(word)
    print(" ".join(line))
