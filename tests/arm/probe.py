"""Reads words with an exported file and saves all answers; runs on either processor.

    python probe.py MODEL CELL,CELL,… OUT.npz

It needs only NumPy and the runtime, so that it runs where nothing else is installed.
"""

import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def main(model, cells, out):
    """Read the words of some cells; save what the signatures answer."""
    interpreter = Interpreter(model_path=model, num_threads=1)
    run = {
        name: interpreter.get_signature_runner(name)
        for name in interpreter.get_signature_list()
    }
    states = {
        name: np.zeros(details["shape"], np.float32)
        for name, details in run["advance"].get_input_details().items()
        if name.startswith("state_")
    }
    answers = {
        "row_log_probs": [],
        "column_log_probs": [],
        "words": [],
        "log_probs": [],
    }
    for cell in map(int, cells.split(",")):
        word = np.array([cell], np.int32)
        suggested = run["suggest"](word=word, **states)
        advanced = run["advance"](word=word, **states)
        states = {name: advanced[name] for name in states}
        # The same rows on each processor, whichever is best there.
        rows = np.arange(8, dtype=np.int32)
        answers["row_log_probs"].append(advanced["row_log_probs"])
        answers["column_log_probs"].append(
            run["expand"](rows=rows, **states)["column_log_probs"]
        )
        answers["words"].append(suggested["words"])
        answers["log_probs"].append(suggested["log_probs"])
    np.savez(out, **answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
