"""What do the three best words take, certified, and what do they cost in bytes?

    python benchmarks/one_call.py RUN … [--contexts 300] [--adaptive-epochs 1]

Each RUN is a LightRNN that was trained with --quantize-aware. Files of int8 and int4
are made of it, and of opponents with its words and units: dense models with one and
with two tables, which have random weights, since every answer scores all words; and an
adaptive softmax, trained for some epochs on the text of the run, since how often it
needs a tail depends on that (0 leaves it out). Contexts are words of the run's
validation text. Each is asked for its three best words, and for those with the first
letter of the word that follows. Files take turns; of each context the least of the
turns counts, as what else a machine has to do only adds to it. Memory is what a process
of its own takes more after each signature has run than before it opened the file.
LightRNN and the adaptive softmax are scored on the run's test text. Results are
appended to results/one_call.jsonl.
"""

import argparse
import concurrent.futures
import multiprocessing
import pathlib
import tempfile
import time

import adaptive_file
import keras
import lightrnn_tf_export
import numpy as np
from adaptive import AdaptiveRNN
from ai_edge_litert.interpreter import Interpreter
from lightrnn_tf_export import suggest_rows

from lightrnn_tf import data, decoding, models, training
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.predictors.in_memory import KerasPredictor
from lightrnn_tf.predictors.protocol import after
from lightrnn_tf.scoring import evaluation
from lightrnn_tf.training.run import Run
from lightrnn_tf.words.tokenizer import is_suggestable
from results import append

QUANTIZATIONS = ("int8", "int4")
TURNS = 9
# Words with long vectors, and those up to which the next ones reach, as shares of V.
CUTOFFS = (0.1, 0.3)
STATM, PAGE = pathlib.Path("/proc/self/statm"), 4096


def main():
    """Measure the runs, append and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("--contexts", type=int, default=300)
    parser.add_argument("--adaptive-epochs", type=int, default=1)
    args = parser.parse_args()
    for name in args.runs:
        with tempfile.TemporaryDirectory() as folder:
            for line in measured(Run(name), pathlib.Path(folder), args):
                append("one_call", line, 0)
                print(line)


def measured(run, folder, args):
    """Return a line for each file of a run and its opponents."""
    lines, queries = [], []
    ids = run.ids("valid")[: args.contexts + 1]
    words = [run.vocabulary.words[i] for i in ids]
    files, edges = written(run, folder, args)
    text = data.Lines(run.config["training"]["test"])
    test = data.encode(text, run.vocabulary)
    for path in files:
        kind, quantize = path.stem.rsplit("-", 1)
        if kind == "adaptive":
            allowed = suggestable(run.vocabulary)
            file = adaptive_file.AdaptiveFile(path, edges, allowed)
            queries.append(of_adaptive(file, ids))
            perplexity = file.perplexity(test, run.vocabulary.eos_id)
        else:
            predictor = LiteRTPredictor(path)
            queries.append(of_predictor(predictor, words))
            perplexity = None
            if not predictor.dense:
                own = data.encode(text, predictor.vocabulary)
                perplexity = evaluation.evaluate(predictor, own).perplexity
        lines.append(
            {
                "perplexity": perplexity,
                "epochs": args.adaptive_epochs if kind == "adaptive" else None,
                "text": pathlib.Path(run.config["training"]["train"][0]).parent.name,
                "words": len(run.vocabulary),
                "units": run.load_model().units,
                "model": kind,
                "quantize": quantize,
                "model_bytes": model_bytes(path),
                "memory": apart(memory_of, path, files[-1]),
            }
        )
    for line, of_file in zip(lines, by_turns(queries), strict=True):
        line |= of_file
    return lines


def written(run, folder, args):
    """Write the files; return their paths and the edges of the adaptive softmax."""
    ours, vocabulary = run.load_model(), run.vocabulary
    size, units = len(vocabulary), ours.units
    rows = suggest_rows.chosen(KerasPredictor(ours, vocabulary), run.ids("valid"))
    paths = []
    for kind, model in {
        "lightrnn": ours,
        "dense": built(models.DenseRNN(size, units=units, quantize_aware=True)),
        "dense tied": built(
            models.DenseRNN(size, units=units, tied=True, quantize_aware=True)
        ),
    }.items():
        for quantize in QUANTIZATIONS:
            content, _ = lightrnn_tf_export.pack(model, vocabulary, quantize, rows=rows)
            paths.append(folder / f"{kind}-{quantize}.tflite")
            paths[-1].write_bytes(content)
    if not args.adaptive_epochs:
        return paths, None
    model = trained_adaptive(run, units, args.adaptive_epochs)
    for quantize in QUANTIZATIONS:
        paths.append(folder / f"adaptive-{quantize}.tflite")
        paths[-1].write_bytes(adaptive_file.model_bytes(model, quantize))
    return paths, [int(edge) for edge in model.embedding.edges]


def built(model):
    """Return a model with random weights; biases of 0 would be left out of its file."""
    model.build()
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.1, weight.shape))
    return model


def trained_adaptive(run, units, epochs):
    """Return an adaptive softmax trained on the text of a run."""
    keras.utils.set_random_seed(0)
    size = len(run.vocabulary)
    cutoffs = [int(share * size) for share in CUTOFFS]
    model = AdaptiveRNN(size, units, cutoffs, 0.2, run.vocabulary.eos_id)
    windows = data.windows(run.ids("train"), 32, 35)
    rate = training.FallingRate(0.005, (epochs,), len(windows))
    model.compile(training.adam(rate))
    model.fit(windows, epochs=epochs, verbose=0)
    return model


def suggestable(vocabulary):
    """Return which words may be suggested, bool `(V,)`."""
    return np.array([is_suggestable(word) for word in vocabulary.words])


def model_bytes(path):
    """Return the bytes of the model in a file."""
    if path.stem.startswith("adaptive"):
        return path.stat().st_size
    return LiteRTPredictor(path).model_bytes


def of_predictor(predictor, words):
    """Return what asks a file, place by place, and which answers took one call."""
    cells = [decoding.cell_of(predictor, word) for word in words]
    contexts = []
    state = predictor.start()
    for cell, following in zip(cells, words[1:], strict=False):
        contexts.append((cell, state, following[:1]))
        state = after(predictor, cell, state)

    def plain(number):
        cell, before, _ = contexts[number]
        return decoding.top_k(predictor, predictor.advance(cell, before), 3)

    def with_letter(number):
        cell, before, letter = contexts[number]
        return decoding.top_k(predictor, predictor.advance(cell, before), 3, letter)

    in_one_call = None
    if not predictor.dense:
        most = predictor.manifest["suggest_rows"]
        expanded = [plain(n).rows_expanded for n in range(len(contexts))]
        in_one_call = float(np.mean(np.array(expanded) <= most))
    return len(contexts), plain, with_letter, in_one_call


def of_adaptive(file, ids):
    """Return the same of an adaptive softmax, which has no prefixes here."""
    contexts, states = [], file.start()
    for word in ids[:-1]:
        contexts.append((word, states))
        states, _, _ = file.suggest(word, states)
    return len(contexts), lambda n: file.suggest(*contexts[n]), None, None


def by_turns(queries):
    """Return the times of each file, in µs."""
    least = [{} for _ in queries]
    for _ in range(TURNS):
        for (count, plain, with_letter, _), found in zip(queries, least, strict=True):
            for name, ask in (("three", plain), ("three_with_letter", with_letter)):
                if ask is None:
                    continue
                times = np.array([timed(ask, number) for number in range(count)])
                found[name] = np.minimum(found.get(name, np.inf), times)
    lines = []
    for found, (*_, in_one_call) in zip(least, queries, strict=True):
        line = {"certain_in_one_call": in_one_call}
        for name, times in found.items():
            line[f"{name}_us"] = round(float(np.median(times)) * 1e6, 1)
            line[f"{name}_us_p99"] = round(float(np.percentile(times, 99)) * 1e6, 1)
        lines.append(line)
    return lines


def timed(ask, number):
    """Return how long a query takes, in seconds."""
    begin = time.perf_counter()
    ask(number)
    return time.perf_counter() - begin


def apart(function, *arguments):
    """Return what a function returns in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        return pool.submit(function, *arguments).result()


def memory_of(path, another):
    """Return the bytes that a file takes once each of its signatures has run."""
    run_all(another)  # What the runtime itself takes is there then.
    begin = resident()
    kept = run_all(path)
    taken = resident() - begin
    del kept
    return taken


def run_all(path):
    """Run each signature of a file; return what keeps it in memory."""
    interpreter = Interpreter(model_path=str(path), num_threads=1)
    for name in interpreter.get_signature_list():
        signature = interpreter.get_signature_runner(name)
        inputs = {
            of: np.zeros(details["shape"], details["dtype"])
            for of, details in signature.get_input_details().items()
        }
        signature(**inputs)
    return interpreter


def resident():
    """Return the bytes of this process that are in memory."""
    return int(STATM.read_text().split()[1]) * PAGE


if __name__ == "__main__":
    main()
