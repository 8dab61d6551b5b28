"""Silence for libraries in C++ that greet the user on standard error."""

import contextlib
import os
import sys


@contextlib.contextmanager
def quiet():
    """Send what is written to the standard error file to nowhere, for a while."""
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
