"""`lightrnn table`."""

import json
import pathlib
import sys

from lightrnn_tf._internal.options import NATURAL
from lightrnn_tf.cli import arguments, inputs

HELP = "Show who shares a row and a column"
EXAMPLE = "lightrnn table runs/books --word tuesday"


def add_arguments(command):
    """Say which options there are."""
    arguments.add_model(command)
    command.add_argument("--row", type=NATURAL.parse, metavar="I")
    command.add_argument("--column", type=NATURAL.parse, metavar="J")
    command.add_argument("--word", metavar="WORD")
    command.add_argument(
        "--page",
        metavar="HTML",
        help="where to write a page to look at the table and to search it; default: "
        "table.html in the run",
    )
    command.add_argument(
        "--overwrite", action="store_true", help="replace the file of --page"
    )
    arguments.add_json(command)


def run(args):
    """Do what the options say."""
    others = args.row, args.column, args.word, args.page
    if args.json and any(other is not None for other in others):
        raise ValueError(
            "`--json` lists the whole table. Leave out --row, --column, --word and "
            "--page."
        )
    if args.page:
        inputs.must_not_exist(args.page, args.overwrite)
    predictor = inputs.open_predictor(args.model)
    from lightrnn_tf.tables import listing

    table, vocabulary = listing.table_of(predictor)
    if args.json:
        print(json.dumps(listing.as_json(table, vocabulary)))
        return
    word = args.word and predictor.tokenizer.normalise(args.word)
    text = listing.as_text(table, vocabulary, args.row, args.column, word)
    print(text, flush=True)
    # A run gets a page with the overview, others where they are asked for one.
    overview = (args.row, args.column, args.word) == (None, None, None)
    folder = pathlib.Path(args.model)
    page = args.page or (overview and folder.is_dir() and folder / "table.html")
    if page:
        _write_page(args.model, predictor, (table, vocabulary), pathlib.Path(page))


def _write_page(name, predictor, listed, path):
    from lightrnn_tf._internal.files import write_atomic
    from lightrnn_tf.tables.page import table_page

    losses = history = None
    if pathlib.Path(name).is_dir():
        from lightrnn_tf.training import run as runs

        run = runs.Run(name)
        # What is missing in a run that was copied without its text is left out.
        try:
            losses, history = predictor.word_losses(run.ids("valid")), run.history()
        except (FileNotFoundError, ValueError) as error:
            print(f"The page is without losses and history: {error}", file=sys.stderr)
    title = pathlib.Path(name).resolve().name
    write_atomic(path, table_page(title, *listed, losses, history))
    print(f"Page: {path}", file=sys.stderr)
