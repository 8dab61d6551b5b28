"""A process that outlives the crash of another one and says what happened.

JAX ends a worker by a crash when the worker that it was told to meet is gone.
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


# The exit status of a process that found out before it was ended.
_FOUND_OUT = 3


class Lost(ConnectionError):
    """Another worker was lost."""

    def __init__(self):
        super().__init__(LOST)


def run(work: Callable[[list[str]], int], arguments: list[str]) -> int:
    """Call `work` in a process of its own; return its exit status.

    The process ends with this one, and is told of Ctrl-C by it. Where a signal ends
    it, or `Lost` is raised, the status is 2 and this process says why, after all that
    JAX writes.

    Args:
        work: What to call; returns an exit status.
        arguments: What to call it with.
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
    os.setpgid(0, 0)  # The terminal's Ctrl-C is for the parent alone.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        status = work(arguments)
    except Lost:
        status = _FOUND_OUT
    sys.stdout.flush()
    sys.stderr.flush()
    # At an ordinary exit, JAX would wait for workers that will not come.
    os._exit(status)


def _end_with_parent():
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(2)
