"""What do files of four bits cost: bytes, perplexity, microseconds?

    python benchmarks/four_bits.py RUN [RUN …] --text FILE

Runs by the same command, with and without --quantize-aware, are written in each
quantisation, also those that `lightrnn export` would refuse. Perplexity is that of the
file on all of the text. `suggest` is timed by turns, on one thread. Results are
appended to results/four_bits.jsonl.
"""

import argparse
import dataclasses
import pathlib
import statistics
import tempfile
import time

import lightrnn_tf_export
import numpy as np

from lightrnn_tf import data
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.scoring import evaluation
from lightrnn_tf.training.options import SourceOptions
from lightrnn_tf.training.run import Run
from results import append

# By whether a run is quantize-aware.
QUANTIZATIONS = {False: ("none", "int8", "int4"), True: ("int8", "int4")}
# Options that say where texts are, on whichever machine.
SOURCES = {field.name for field in dataclasses.fields(SourceOptions)}
TURNS, CALLS = 21, 100


def main():
    """Write the files, score and time them, append and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("--text", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for number, name in enumerate(args.runs):
            run = Run(name)
            aware = run.load_model().quantize_aware
            for quantize in QUANTIZATIONS[aware]:
                path = pathlib.Path(folder) / f"{number}-{quantize}.tflite"
                lines.append(written(run, quantize, path))
        for line in lines:
            predictor = LiteRTPredictor(line["path"])
            ids = data.encode(data.Lines([args.text]), predictor.vocabulary)
            line["perplexity"] = evaluation.evaluate(predictor, ids).perplexity
        times = by_turns([line["path"] for line in lines])
        for line, microseconds in zip(lines, times, strict=True):
            del line["path"]
            line["suggest_us"] = microseconds
            append("four_bits", line, line["training"]["seed"])
            print(line)


def written(run, quantize, path):
    """Write a file; return what is known of it so far."""
    model, training = run.load_model(), run.config["training"]
    content, model_bytes = lightrnn_tf_export.pack(model, run.vocabulary, quantize)
    path.write_bytes(content)
    return {
        "text": pathlib.Path(training["train"][0]).parent.name,
        "training": {n: v for n, v in training.items() if n not in SOURCES},
        "quantize_aware": model.quantize_aware,
        "quantize": quantize,
        "model_bytes": model_bytes,
        "file_bytes": len(content),
        "path": path,
    }


def by_turns(paths):
    """Return the median microseconds of `suggest` of each file."""
    predictors = [LiteRTPredictor(path) for path in paths]
    times = [[] for _ in paths]
    for _ in range(TURNS):
        for predictor, found in zip(predictors, times, strict=True):
            state, cells = predictor.start(), words(predictor)
            begin = time.perf_counter()
            for cell in cells:
                predictor.suggest(cell, state)
            found.append((time.perf_counter() - begin) / CALLS * 1e6)
    return [round(statistics.median(found), 1) for found in times]


def words(predictor):
    """Return the cells of some words of the model."""
    cells = np.flatnonzero(predictor.lexicon.suggestable)
    return np.random.default_rng(0).choice(cells, CALLS).tolist()


if __name__ == "__main__":
    main()
