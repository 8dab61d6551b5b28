"""Silences C++ libraries that print to standard error."""

import contextlib
import os
import sys


@contextlib.contextmanager
def quiet():
    """Discard, inside the context, all that is written to standard error."""
    sys.stderr.flush()
    try:
        saved = os.dup(2)
    except OSError:  # There is no standard error.
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
