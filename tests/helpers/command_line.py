"""The commands, run in this process, and a text to run them on."""

import numpy as np

from lightrnn_tf import cli


def small_text(folder, lines):
    """Write a text of so many lines, 30 words as frequent as words are."""
    draw = np.random.default_rng(0)
    text = (" ".join(f"w{n}" for n in draw.zipf(1.5, 8) % 30) for _ in range(lines))
    (folder / "text.txt").write_text("\n".join(text) + "\n")
    return folder


def lightrnn(*arguments):
    """Run a command and return its exit status."""
    try:
        return cli.main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return stop.code
