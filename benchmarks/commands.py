"""The commands of the package, as benchmarks run and show them."""

import os
import pathlib
import subprocess
import sys


def lightrnn(*arguments):
    """Run a command of the package and return what it printed."""
    words = [str(argument) for argument in arguments]
    done = subprocess.run(
        [sys.executable, "-m", "lightrnn_tf", *words],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def shown(arguments):
    """Return a command as it is typed."""
    return "lightrnn " + " ".join(_relative(str(argument)) for argument in arguments)


def _relative(word):
    """Return a word of a command without the folders of this machine."""
    return pathlib.Path(word).name if os.sep in word else word
