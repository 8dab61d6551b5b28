"""The command `lightrnn suggest`."""

import itertools
import json
import sys

from lightrnn_tf._internal.options import POSITIVE
from lightrnn_tf.cli import arguments, inputs
from lightrnn_tf.words.written_forms import as_typed

HELP = "Suggest the next word for a text, or for each line typed"
EXAMPLE = "lightrnn suggest en 'how are' -k 3 --prefix y"
_SENTENCE_ENDS = (".", "!", "?", "\n")


def add_arguments(command):
    """Add the options of `lightrnn suggest` to its parser.

    Args:
        command: The `ArgumentParser` of the command.
    """
    arguments.add_model(command)
    command.add_argument(
        "text", nargs="?", metavar="TEXT", help="the words so far; default: ask"
    )
    command.add_argument(
        "-k",
        type=POSITIVE.parse,
        default=3,
        metavar="N",
        help="how many; default: 3",
    )
    command.add_argument(
        "--prefix", default="", metavar="LETTERS", help="what the word begins with"
    )
    command.add_argument(
        "--all-tokens",
        action="store_true",
        help="also special words, numbers and punctuation",
    )
    command.add_argument(
        "--ignore-case",
        action="store_true",
        help="case of the prefix makes no difference",
    )
    command.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="WORD",
        help="a word not to suggest; may be repeated",
    )
    command.add_argument(
        "--max-rows",
        type=POSITIVE.parse,
        metavar="N",
        help="rows to expand at most, a cap on the time; default: until certain",
    )
    arguments.add_json(command)


def run(args):
    """Print suggestions for the text given, or for each line typed.

    Args:
        args: The parsed options, an `argparse.Namespace`.

    Raises:
        ValueError: If standard input is not UTF-8 text.
    """
    predictor = inputs.open_predictor(args.model)
    if args.text is not None:
        answer = _suggestions(predictor, args.text, args)
        inputs.say_runtime(predictor)
        print(json.dumps(answer) if args.json else _readable(answer))
        return
    for line in _typed_lines():
        answer = _suggestions(predictor, line, args)
        print(json.dumps(answer) if args.json else _readable(answer), flush=True)


def _typed_lines():
    for number in itertools.count(1):
        try:
            line = input("> " if sys.stdin.isatty() else "")
        except EOFError:
            return
        if "\0" in line:
            raise ValueError(
                "Standard input must be UTF-8 text. Received: a NUL in line "
                f"{number}, as in UTF-16. Convert it, for example with iconv."
            )
        yield line


def _suggestions(predictor, text: str, args) -> dict:
    from lightrnn_tf import decoding

    context = predictor.tokenizer.text(inputs.clean(text))
    prefix = inputs.clean(args.prefix)
    answer = decoding.top_k(
        predictor,
        decoding.read(predictor, context),
        args.k,
        prefix,
        exclude=args.exclude,
        max_rows=args.max_rows,
        all_tokens=args.all_tokens,
        ignore_case=args.ignore_case,
    )
    if not answer.exact:
        print(
            "Not certain: words with a log-probability of up to "
            f"{answer.bound:.2f} may be missing.",
            file=sys.stderr,
        )
    if prefix and not answer.words:
        print(f"No word begins with {prefix!r}.", file=sys.stderr)
    words = answer.words
    if predictor.tokenizer.lowercase:
        at_start = not text.strip() or text.rstrip(" ").endswith(_SENTENCE_ENDS)
        words = [as_typed(word, prefix, at_start) for word in words]
    return {
        "context": context,
        "prefix": prefix,
        "exact": answer.exact,
        "rows_expanded": answer.rows_expanded,
        "suggestions": [
            {"word": word, "log_prob": log_prob}
            for word, log_prob in zip(words, answer.log_probs, strict=True)
        ],
    }


def _readable(answer: dict) -> str:
    return "  ".join(entry["word"] for entry in answer["suggestions"])
