"""The command `lightrnn demo`."""

import contextlib
import pathlib

from lightrnn_tf._internal.options import NATURAL
from lightrnn_tf.cli import arguments, inputs

HELP = "Try an exported file in a browser, and see how it finds its words"
EXAMPLE = "lightrnn demo en"
_PORT = 8127


def add_arguments(command):
    """Add the options of `lightrnn demo` to its parser.

    Args:
        command: The `ArgumentParser` of the command.
    """
    command.add_argument(
        "model",
        nargs="?",
        default="en",
        type=arguments.path_of,
        metavar="FILE.tflite|NAME",
        help="an exported file, or a model that comes with the package; default: en",
    )
    command.add_argument(
        "--port",
        type=NATURAL.parse,
        default=_PORT,
        metavar="N",
        help=f"port of this computer to serve it on, or 0 for any; default: {_PORT}",
    )
    command.add_argument(
        "--out",
        metavar="FOLDER",
        help="write the page to a new folder, for any server of files, in place of "
        "serving it",
    )


def run(args):
    """Serve the page until Ctrl-C, or write it to a folder.

    Args:
        args: The parsed options, an `argparse.Namespace`.

    Raises:
        OSError: If a file cannot be read or written, or the port is taken.
        ValueError: If the file is no exported LightRNN, or there is no such port.
    """
    from lightrnn_tf import demo

    inputs.must_exist(args.model, "file")
    model = pathlib.Path(args.model)
    if args.out is not None:
        demo.write_site(model, pathlib.Path(args.out))
        print(f"{args.out} is a page for any server of files.")
        return
    with _server(demo.site(model), args.port) as server:
        said = f"{server.address} suggests words with {model.name}. Ctrl-C ends it."
        print(said, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


def _server(files, port):
    from lightrnn_tf import demo

    if port > 65535:
        raise ValueError(f"`port` must be at most 65535. Received: {port}.")
    try:
        return demo.PageServer(files, port)
    except OSError as error:
        raise OSError(
            f"Port {port} cannot be used: {error.strerror}. Name another with --port."
        ) from error
