"""The command `lightrnn prepare`."""

import dataclasses
import logging

from lightrnn_tf._internal.options import add_to
from lightrnn_tf.cli import inputs
from lightrnn_tf.data.reading import ReadingOptions

HELP = "Prepare text that is too large for one machine, with Apache Beam"
EXAMPLE = "lightrnn prepare --input 'books/*.gz' --out books --lowercase"


def add_arguments(command):
    """Add the options of `lightrnn prepare` to its parser.

    Args:
        command: The `ArgumentParser` of the command.
    """
    command.add_argument(
        "--input",
        nargs="+",
        required=True,
        metavar="GLOB",
        help="text files, each of which becomes a shard; Beam's options, such as "
        "--runner, are passed on to it",
    )
    command.add_argument("--out", required=True, metavar="DIR", help="folder to write")
    add_to(command.add_argument, ReadingOptions)
    command.set_defaults(beam_options=[])


def run(args):
    """Prepare a text with Beam, and print the folder.

    Args:
        args: The parsed options, an `argparse.Namespace`.
    """
    inputs.load_keras()
    from lightrnn_tf.data import prepare
    from lightrnn_tf.words.tokenizer import Tokenizer

    names = (field.name for field in dataclasses.fields(ReadingOptions))
    reading = ReadingOptions(**{n: getattr(args, n) for n in names if n in args})
    # Beam would log a traceback besides our one line about an error.
    logging.disable(logging.NOTSET if args.debug else logging.ERROR)
    try:
        prepare.prepare(
            args.input,
            args.out,
            Tokenizer(reading.tokenizer, reading.lowercase),
            reading.vocab_size,
            reading.min_count,
            reading.errors,
            args.beam_options,
        )
    finally:
        logging.disable(logging.NOTSET)
    print(args.out)
