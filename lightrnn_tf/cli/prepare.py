"""`lightrnn prepare`."""

import logging

from lightrnn_tf.cli import arguments, inputs

HELP = "Make text ready that outgrows one machine, by Apache Beam"
EXAMPLE = "lightrnn prepare --input 'books/*.gz' --out books --lowercase"


def add_arguments(command):
    """Say which options there are."""
    command.add_argument(
        "--input",
        nargs="+",
        required=True,
        metavar="GLOB",
        help="text files, each of which becomes a shard; Beam's options, such as "
        "--runner, are passed on to it",
    )
    command.add_argument("--out", required=True, metavar="DIR", help="folder to write")
    arguments.add_reading(command.add_argument)
    command.set_defaults(beam_options=[])


def run(args):
    """Do what the options say."""
    inputs.load_keras()
    from lightrnn_tf.data import prepare
    from lightrnn_tf.words.tokenizer import Tokenizer

    # Beam logs the traceback of an error that is told in one line.
    logging.disable(logging.NOTSET if args.debug else logging.ERROR)
    try:
        prepare.prepare(
            args.input,
            args.out,
            Tokenizer(args.tokenizer, args.lowercase),
            args.vocab_size,
            args.min_count,
            args.errors,
            args.beam_options,
        )
    finally:
        logging.disable(logging.NOTSET)
    print(args.out)
