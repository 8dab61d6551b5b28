"""The command line: parse, call one function, print.

Results go to standard output, everything else to standard error. A wrong argument or
file gives one line on standard error and exit status 2; Ctrl-C gives exit status 130.
Each command is a module with `HELP`, `EXAMPLE`, `add_arguments` and `run`.
"""

import argparse
import os
import sys
import traceback
import warnings

from lightrnn_tf._internal import guard
from lightrnn_tf._internal.old_names import successor
from lightrnn_tf.cli import (
    demo,
    evaluate,
    export,
    generate,
    keyboard,
    plot,
    prepare,
    quickstart,
    suggest,
    table,
    train,
)

# As `lightrnn --help` lists them.
_COMMANDS = (
    prepare,
    train,
    evaluate,
    suggest,
    generate,
    export,
    table,
    plot,
    keyboard,
    demo,
    quickstart,
)
# Most characters of an error message; some libraries print whole arrays.
_LONGEST = 600


class _Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line."""

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {message}. See {self.prog} --help.\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: List of strings, the arguments of the command line. Defaults to
            those of this process.

    Returns:
        The exit status: 0 if all went well, 1 if nobody reads the output, 2 after an
        error, 130 after Ctrl-C.
    """
    args = _parse(arguments)
    if getattr(args, "coordinator", None):
        arguments = sys.argv[1:] if arguments is None else arguments
        return guard.run(_work, arguments)
    return _run(args)


def _work(arguments):
    """Run a command as one of several workers."""
    return _run(_parse(arguments))


def _run(args):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if getattr(args, "threads", None):
        for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
            os.environ[name] = str(args.threads)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    try:
        args.command(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("lightrnn: interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Nobody reads the output any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if _was_interrupted(error):
            print("lightrnn: interrupted.", file=sys.stderr)
            return 130
        # Any class, because TensorFlow and others have their own; --debug tells where.
        if args.debug:
            traceback.print_exc()
        if isinstance(error, guard.Lost):
            raise
        print(f"lightrnn: error: {_one_line(error)}", file=sys.stderr)
        return 2
    return 0


def _parse(arguments):
    parser = _parser()
    args, left = parser.parse_known_args(arguments)
    # argparse accepts TEXT only right after MODEL; after options it is left over.
    if (
        len(left) == 1
        and getattr(args, "text", "x") in (None, "")
        and left[0][:1] != "-"
    ):
        args.text = left[0]
    elif hasattr(args, "beam_options"):
        args.beam_options = left
    elif left:
        instead = "".join(map(successor, left)).rstrip(".")
        unknown = f"unrecognized arguments: {' '.join(left)}"
        args.parser.error(f"{unknown}.{instead}" if instead else unknown)
    if hasattr(args, "check"):
        args.check(args)
    return args


def _was_interrupted(error: Exception) -> bool:
    """Return whether Ctrl-C caused the error, while TensorFlow fetched a batch."""
    return "KeyboardInterrupt" in f"{error} {type(error).__name__}"


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}."
    if isinstance(error, MemoryError):
        what = " ".join(str(error).split()) or "out of memory"
        return f"{what.rstrip('.')}. Take a smaller vocabulary, batch or model."
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="lightrnn",
        description="Language models with large vocabularies for small devices.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in _COMMANDS:
        command = commands.add_parser(
            module.__name__.rpartition(".")[2],
            help=module.HELP,
            description=f"{module.HELP}.",
            epilog=f"example: {module.EXAMPLE}",
        )
        command.add_argument(
            "--debug", action="store_true", help="show where an error comes from"
        )
        module.add_arguments(command)
        command.set_defaults(command=module.run, parser=command)
    return parser
