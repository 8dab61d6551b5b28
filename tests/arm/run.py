"""Runs exported files on ARM kernels, in an emulator, and compares with this processor.

    python tests/arm/run.py [RUN]

`make arm-test` runs it, with a model of random weights in place of a run. Where the
emulator cannot be had it says so and ends with status 0.
"""

import json
import pathlib
import subprocess
import sys
from functools import partial

import emulator
import lightrnn_tf_export
import numpy as np

from lightrnn_tf import models
from lightrnn_tf.predictors.container import read_container
from lightrnn_tf.training.run import Run
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

BUNDLED = emulator.ROOT / "lightrnn_tf" / "pretrained" / "en.tflite"
# Nats. Kernels round activations to eight bits, each in its own way.
TOLERANCE = 0.1
# Words that are about as probable may change places.
SAME = 0.9
# Words of a text that is read.
COUNT = 24


def main():
    """Compare each file on each processor; exit with 1 if one is too far off."""
    reason = emulator.fetch()
    if reason:
        print(f"arm-test: skipped, because {reason}")
        return 0
    offs, alike, exact = [], [], None
    for name, path in files(*sys.argv[1:]).items():
        cells = some_cells(path)
        found = {"this": here(path, cells)}
        for processor in emulator.PROCESSORS:
            found[processor] = answers(partial(emulator.run, processor), path, cells)
            off, same = compared(name, processor, found["this"], found[processor])
            offs.append(off)
            alike.append(same)
        if name == "none":
            exact = found["this"]
        elif exact:
            print(json.dumps({"file": name, "from_float32": from_float(found, exact)}))
    worst, least = max(offs), min(alike)
    print(
        f"arm-test: at most {worst:.2g} nats apart, {TOLERANCE} allowed; {least:.1%} "
        f"of the three best words the same, {SAME:.0%} wanted."
    )
    # Not a number is no good answer.
    return int(not (all(off <= TOLERANCE for off in offs) and least >= SAME))


def from_float(found, exact):
    """Return how far likely words are from those of float32, on average, in nats."""
    likely = exact["column_log_probs"] > -10
    return {
        processor: round(
            float(
                np.abs(a["column_log_probs"] - exact["column_log_probs"])[likely].mean()
            ),
            4,
        )
        for processor, a in found.items()
    }


def files(run=None):
    """Return the files to compare: the bundled one, and one of each kind of weights."""
    model, vocabulary = random_model()
    if run is not None:
        model, vocabulary = Run(run).load_model(), Run(run).vocabulary
    found = {"bundled": BUNDLED}
    for quantize in ("none", "int8", "int4"):
        found[quantize] = emulator.FOLDER / f"{quantize}.tflite"
        content, _ = lightrnn_tf_export.pack(model, vocabulary, quantize)
        found[quantize].write_bytes(content)
    return found


def random_model():
    """Return a model with random weights, and its vocabulary."""
    words = 2000
    known = ["<eos>", "<unk>", *(f"w{n}" for n in range(words - 2))]
    model = models.LightRNN(
        words, units=128, frequent_words=300, frequent_dim=32, quantize_aware=True
    )
    model.build()
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.3, weight.shape))
    return model, Vocabulary(known, [1] * words, Tokenizer("whitespace"))


def some_cells(path):
    """Return cells of words to read, `<eos>` first."""
    _, lexicon = read_container(path)
    cells = np.flatnonzero(lexicon.suggestable)
    drawn = np.random.default_rng(0).choice(cells, COUNT - 1).tolist()
    return [lexicon["<eos>"], *drawn]


def here(path, cells):
    """Return the answers of a file on this processor."""
    return answers(
        lambda *script: subprocess.run(
            [sys.executable, *script], check=True, capture_output=True
        ),
        path,
        cells,
    )


def answers(run, path, cells):
    """Return what `probe.py` saves, by name."""
    out = emulator.FOLDER / "answers.npz"
    probe = pathlib.Path(__file__).with_name("probe.py")
    run(probe, path, ",".join(map(str, cells)), out)
    with np.load(out) as saved:
        return dict(saved)


def compared(name, processor, here, there):
    """Print how far two answers are apart; return the nats, and the words alike."""
    apart = {
        "row_log_probs": float(
            np.abs(here["row_log_probs"] - there["row_log_probs"]).max()
        ),
        "three_log_probs": float(
            np.abs(here["log_probs"] - there["log_probs"])[..., :3].max()
        ),
    }
    # Of rows that are not likely, log-probabilities far below the best say little.
    likely = here["column_log_probs"] > -10
    off = np.abs(here["column_log_probs"] - there["column_log_probs"])[likely]
    apart["column_log_probs"] = float(off.max())
    same = (here["words"][..., :3] == there["words"][..., :3]).mean()
    line = {"file": name, "processor": processor, "same_three_words": round(same, 3)}
    print(json.dumps(line | {k: float(f"{v:.2g}") for k, v in apart.items()}))
    return max(apart.values()), same


if __name__ == "__main__":
    sys.exit(main())
