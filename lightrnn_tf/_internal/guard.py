"""Runs a worker in a process of its own, and reports if the worker crashes.

JAX crashes a worker when another worker is gone.
"""

import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from collections.abc import Callable

LOST = (
    "another worker was lost or did not come; see what it says. Start all of them "
    "again, with --resume RUN if anything was trained."
)

# The exit status of a worker that noticed the loss before JAX crashed it.
_FOUND_OUT = 3


class Lost(ConnectionError):
    """Raised by a worker that has lost another one.

    Example:

    >>> str(Lost())[:25]
    'another worker was lost o'
    """

    def __init__(self):
        super().__init__(LOST)


def run(work: Callable[[list[str]], int], arguments: list[str]) -> int:
    """Call a function in a process of its own.

    The process ends when this one ends, and this one passes Ctrl-C on to it. If a
    signal ends the process, or it raises `Lost`, this process prints why, below all
    that JAX has printed.

    Args:
        work: Function to call; it takes `arguments` and returns an exit status.
        arguments: List of strings.

    Returns:
        The exit status; 2 after a signal or `Lost`.
    """
    child = multiprocessing.get_context("spawn").Process(
        target=_work, args=(work, arguments)
    )
    child.start()
    while child.exitcode is None:
        try:
            child.join()
        except KeyboardInterrupt:
            if child.pid:
                os.kill(child.pid, signal.SIGINT)
    if child.exitcode in (_FOUND_OUT, -signal.SIGABRT):
        what = LOST
    elif child.exitcode >= 0:
        return child.exitcode
    else:
        what = f"ended by {signal.Signals(-child.exitcode).name}."
    print(f"lightrnn: error: {what}", file=sys.stderr)
    return 2


def _work(work, arguments):
    os.setpgid(0, 0)  # Only the parent gets the terminal's Ctrl-C.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        status = work(arguments)
    except Lost:
        status = _FOUND_OUT
    sys.stdout.flush()
    sys.stderr.flush()
    # An ordinary exit would make JAX wait for workers that do not come.
    os._exit(status)


def _end_with_parent():
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(2)
