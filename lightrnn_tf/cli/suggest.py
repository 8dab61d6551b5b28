"""The command `lightrnn suggest`."""

import itertools
import json
import sys

from lightrnn_tf._internal.options import POSITIVE
from lightrnn_tf.cli import arguments, inputs
from lightrnn_tf.predictors.protocol import read
from lightrnn_tf.words.tokenizer import EOS
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
        "--correct",
        action="store_true",
        help="also words that are meant by LETTERS with a slip, as a keyboard shows "
        "them; on standard error what would replace LETTERS at a space",
    )
    command.add_argument(
        "--cache",
        action="store_true",
        help="remember the lines before: of TEXT, or those typed before",
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
    command.set_defaults(check=_check)


def _check(args):
    """Refuse options that do not go together."""
    if not args.correct:
        return
    if not args.prefix:
        args.parser.error("--correct needs --prefix, the letters typed so far")
    for name in ("all_tokens", "ignore_case", "max_rows"):
        if getattr(args, name):
            flag = "--" + name.replace("_", "-")
            args.parser.error(f"{flag} cannot be given with --correct")


def run(args):
    """Print suggestions for the text given, or for each line typed.

    Args:
        args: The parsed options, an `argparse.Namespace`.

    Raises:
        ValueError: If standard input is not UTF-8 text.
    """
    from lightrnn_tf import decoding

    predictor = opened = inputs.open_predictor(args.model)
    if args.cache:
        predictor = decoding.Cached(opened)
    state = predictor.start()
    if args.text is not None:
        answer, _ = _suggestions(predictor, state, args.text, args)
        inputs.say_runtime(opened)
        print(json.dumps(answer) if args.json else _readable(answer))
        return
    for line in _typed_lines():
        answer, after = _suggestions(predictor, state, line, args)
        print(json.dumps(answer) if args.json else _readable(answer), flush=True)
        if args.cache:
            state = read(predictor, [EOS], after)


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


def _suggestions(predictor, state, text: str, args):
    """Return what is printed for a text behind a state, and the state after it."""
    from lightrnn_tf import decoding

    context = predictor.tokenizer.text(inputs.clean(text))
    prefix = inputs.clean(args.prefix)
    state = read(predictor, context, state)
    if args.correct:
        meant = decoding.correct(predictor, state, prefix, args.k, args.exclude)
        if meant.replacement is not None:
            becomes = as_typed(meant.replacement, prefix)
            print(f"{prefix!r} would become {becomes!r}.", file=sys.stderr)
        return _answer(predictor, meant, context, text, prefix), state
    best = decoding.top_k(
        predictor,
        state,
        args.k,
        prefix,
        exclude=args.exclude,
        max_rows=args.max_rows,
        all_tokens=args.all_tokens,
        ignore_case=args.ignore_case,
    )
    # All tokens are shown as they are, also where a sentence begins.
    said = None if args.all_tokens else text
    return _answer(predictor, best, context, said, prefix), state


def _answer(predictor, answer, context, text, prefix):
    if not answer.exact:
        print(
            "Not certain: words with a log-probability of up to "
            f"{answer.bound:.2f} may be missing.",
            file=sys.stderr,
        )
    if prefix and not answer.words:
        print(f"No word begins with {prefix!r}.", file=sys.stderr)
    words = answer.words
    if predictor.tokenizer.lowercase and text is not None:
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
