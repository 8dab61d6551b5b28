"""The command `lightrnn export`."""

from lightrnn_tf._internal.options import POSITIVE
from lightrnn_tf.cli import inputs
from lightrnn_tf.words.word_lists import WordLists

HELP = "Write a run as one .tflite file, model and vocabulary"
EXAMPLE = "lightrnn export runs/books --out books.tflite"


def add_arguments(command):
    """Add the options of `lightrnn export` to its parser.

    Args:
        command: The `ArgumentParser` of the command.
    """
    command.add_argument("run", metavar="RUN", help="a trained run")
    command.add_argument(
        "--out", required=True, metavar="FILE", help="the file to write"
    )
    command.add_argument(
        "--quantize",
        choices=("none", "float16", "int8", "int4"),
        default="int8",
        help="how weights are stored; int4 is meant for a run of train "
        "--quantize-aware; default: int8",
    )
    add = command.add_argument_group(
        "what may be suggested", "Files of an item a line; # begins a comment."
    ).add_argument
    add("--word-list", metavar="FILE", help="only these words are suggested")
    add(
        "--least-count",
        type=POSITIVE.parse,
        metavar="N",
        help="words outside the list, too, if the training text has them so often; "
        "default: none if there is a list, else all",
    )
    add(
        "--never-suggest",
        metavar="FILE",
        help="words that are not suggested, nor their inflections, drawn out or in "
        "compounds; *stem*: wherever it stands in a word; !word: allowed",
    )
    add(
        "--misspellings",
        metavar="FILE",
        help="words that are wrong, as in codespell's list",
    )
    add(
        "--written-forms",
        metavar="FILE",
        help="words as they are written: porch, Paris, Will and will; the training "
        "text decides between several forms of a word, and of words without any",
    )
    command.add_argument("--overwrite", action="store_true", help="replace a file")


def run(args):
    """Export a run, and print how large and how good the file is.

    Args:
        args: The parsed options, an `argparse.Namespace`.
    """
    inputs.must_exist(args.run, "run")
    lists = WordLists.read(
        args.word_list,
        args.never_suggest,
        args.misspellings,
        args.least_count,
        args.written_forms,
    )
    inputs.load_keras()
    import lightrnn_tf_export

    from lightrnn_tf._internal.progress import waiting
    from lightrnn_tf.training import run as runs

    run = runs.Run(args.run)
    model = run.load_model()
    with waiting("Exporting"):
        result = lightrnn_tf_export.export(
            model,
            run.vocabulary,
            args.out,
            args.quantize,
            args.overwrite,
            text=run.ids("valid"),
            training=run.summary(),
            lists=lists,
        )
    report = result.report
    print(
        f"{result.path}: {result.total_bytes:,} bytes, {result.model_bytes:,} of them "
        f"the model; perplexity {report.exported_perplexity:.2f} instead of "
        f"{report.perplexity:.2f}, {report.top3_as_good:.1%} of the three best words "
        f"as good over {report.tokens:,} tokens of validation text."
    )
