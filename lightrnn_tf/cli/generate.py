"""`lightrnn generate`."""

from lightrnn_tf.cli import arguments, inputs

HELP = "Write on from a text, word by word"
EXAMPLE = "lightrnn generate runs/books 'once upon a' --length 30 --seed 1"


def add_arguments(command):
    """Say which options there are."""
    arguments.add_model(command)
    command.add_argument("text", nargs="?", default="", metavar="TEXT")
    command.add_argument(
        "--length",
        type=arguments.positive,
        default=30,
        metavar="N",
        help="words at most; default: 30",
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
        "--seed", type=arguments.natural, default=0, metavar="N", help="default: 0"
    )


def run(args):
    """Do what the options say."""
    predictor = inputs.open_predictor(args.model)
    from lightrnn_tf import decoding

    words = predictor.tokenizer.words(inputs.clean(args.text))
    drawn = decoding.generate(
        predictor, words, args.length, args.seed, args.temperature, args.top_p
    )
    print(" ".join(drawn))
