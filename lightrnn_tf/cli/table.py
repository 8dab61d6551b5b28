"""The command `lightrnn table`."""

import json
import pathlib
import sys

from lightrnn_tf._internal.options import NATURAL
from lightrnn_tf.cli import arguments, inputs

HELP = "Show which words share a row or a column"
EXAMPLE = "lightrnn table runs/books --word tuesday"


def add_arguments(command):
    """Add the options of `lightrnn table` to its parser.

    Args:
        command: The `ArgumentParser` of the command.
    """
    arguments.add_model(command)
    command.add_argument(
        "--row", type=NATURAL.parse, metavar="I", help="show the words of a row"
    )
    command.add_argument(
        "--column", type=NATURAL.parse, metavar="J", help="show those of a column"
    )
    command.add_argument("--word", metavar="WORD", help="show those beside a word")
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
    """Print a table or a part of it, and write its page.

    Args:
        args: The parsed options, an `argparse.Namespace`.

    Raises:
        ValueError: If `--json` is combined with other options.
    """
    others = [
        f"--{name}"
        for name in ("row", "column", "word", "page")
        if getattr(args, name) is not None
    ]
    if args.json and others:
        raise ValueError(
            f"`--json` lists the whole table. Received: {', '.join(others)}, too. "
            "Leave them out, or leave out --json."
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
    # A run gets a page together with the overview; a file needs --page.
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
        # A run may have been copied without its text.
        try:
            losses, history = predictor.word_losses(run.ids("valid")), run.history()
        except (FileNotFoundError, ValueError) as error:
            print(f"The page is without losses and history: {error}", file=sys.stderr)
    title = pathlib.Path(name).resolve().name
    write_atomic(path, table_page(title, *listed, losses, history))
    print(f"Page: {path}", file=sys.stderr)
