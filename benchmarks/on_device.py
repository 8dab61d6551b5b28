"""What does a suggestion cost on a device: bytes, load time, memory, microseconds?

    python benchmarks/on_device.py --corpus DIR [--sizes 10000 50000 200000 800000]
    python benchmarks/on_device.py --corpus DIR --files FILE.tflite …

For each size a LightRNN and a dense model with the same body are exported as int8, with
random weights, which cost what trained ones do; the words are the most frequent ones of
DIR/train.txt.xz, filled up with made-up ones. Each file is loaded by a process of its
own that reads DIR/test.txt.xz, on one thread: all by turns, five times; of each number
the least, as what else a machine has to do only adds to it.
Exact `top_k` takes as many rows as the model is unsure, so it is measured on trained
models only, `--files`. Results are appended to results/on_device.jsonl. Run it with
nothing else on the machine.
"""

import argparse
import collections
import concurrent.futures
import itertools
import multiprocessing
import pathlib
import re
import statistics
import tempfile
import time

from results import append

# V: (H, k)
SHAPES = {10_000: (200, 16), 50_000: (512, 16), 200_000: (512, 16), 800_000: (512, 0)}
REPEATS = 5
QUERIES = 1000


def main():
    """Measure what was asked for and append the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", choices=[*SHAPES], default=[])
    parser.add_argument("--models", nargs="+", default=["lightrnn", "dense"])
    parser.add_argument("--files", type=pathlib.Path, nargs="+", default=[])
    args = parser.parse_args()
    for path in args.files:
        (result,) = by_turns({path.name: path}, args.corpus).values()
        append("on_device", {"trained": True, **result}, 0)
    for size in args.sizes:
        with tempfile.TemporaryDirectory() as folder:
            paths = {
                name: make(name, size, args.corpus / "train.txt.xz", folder)
                for name in args.models
            }
            results = by_turns(paths, args.corpus)
        for result in results.values():
            append("on_device", {"trained": False, **result}, 0)


def apart(function, *arguments):
    """Return what a function returns in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        return pool.submit(function, *arguments).result()


def make(name, size, text, folder):
    """Export a model that is not trained and return the path of the file."""
    path = pathlib.Path(folder) / f"{name}.tflite"
    apart(export, name, size, text, path)
    return path


def export(name, size, text, path):
    """Write the `.tflite` of a model that is not trained."""
    import keras

    from lightrnn_tf import data, models
    from lightrnn_tf.words.tokenizer import Tokenizer
    from lightrnn_tf.words.vocabulary import Vocabulary

    units, word_dim = SHAPES[size]
    tokenizer = Tokenizer("words", lowercase=True)
    known = Vocabulary.from_lines(data.Lines([text]), tokenizer, size)
    made_up = [f"made-up-{n:06d}" for n in range(size - len(known))]
    vocabulary = Vocabulary(
        [*known.words, *made_up], [*known.counts, *[0] * len(made_up)], tokenizer
    )
    keras.utils.set_random_seed(0)
    if name == "dense":
        model = models.DenseRNN(size, units=units)
    else:
        model = models.LightRNN(size, units=units, word_dim=word_dim)
    model.build()
    write_untrained(model, vocabulary, path)


def write_untrained(model, vocabulary, path):
    """Write the `.tflite` of a model as it was built."""
    import keras
    import lightrnn_tf_export

    for weight in model.trainable_weights:
        if len(weight.shape) == 1:
            # Biases begin at zero, and adding zero would be left out of the file.
            weight.assign(keras.random.normal(weight.shape))
    content, _ = lightrnn_tf_export.pack(model, vocabulary)
    path.write_bytes(content)


def by_turns(paths, corpus):
    """Return the least of what the processes measured, by name."""
    found = {name: [] for name in paths}
    for _ in range(REPEATS):
        for name, path in paths.items():
            found[name].append(apart(answer, path, corpus / "test.txt.xz"))
    return {
        name: {
            key: min(one[key] for one in ones)
            if isinstance(value, int | float)
            else value
            for key, value in ones[0].items()
        }
        for name, ones in found.items()
    }


def answer(path, text):
    """Load a file, answer queries, and return what that took."""
    from lightrnn_tf import data, decoding
    from lightrnn_tf.predictors import exported

    exported.runtime()
    lines = list(itertools.islice(data.Lines([text]), QUERIES))

    before, start = peak_bytes(), time.perf_counter()
    predictor = exported.LiteRTPredictor(path)
    loaded = time.perf_counter() - start
    manifest = predictor.manifest
    words = itertools.chain.from_iterable(map(predictor.tokenizer.words, lines))
    cells = [
        decoding.cell_of(predictor, word) for word in itertools.islice(words, QUERIES)
    ]
    times = collections.defaultdict(list)

    def timed(name, function, *arguments):
        start = time.perf_counter()
        result = function(*arguments)
        times[name].append(1e6 * (time.perf_counter() - start))
        return result

    # An app takes one of these paths, so each has a pass of its own.
    for cell in cells:
        timed("suggest", predictor.suggest, cell, predictor.start())
    state = predictor.start()
    for cell in cells:
        state = timed("advance", predictor.advance, cell, state)
    for k in (3, 10) if manifest["training"] else ():
        state = predictor.start()
        for cell in cells:
            state = predictor.advance(cell, state)
            timed(f"top_{k}", decoding.top_k, predictor, state, k)
    certain = {}
    if predictor.rows == 1:
        times["exact_3"] = times["suggest"]  # It leaves no word out.
    elif manifest["training"]:

        def exact(cell, state):
            state = predictor.advance(cell, state)
            return state, decoding.top_k(predictor, state, 3).rows_expanded

        state, rows = predictor.start(), []
        for cell in cells:
            state, expanded = timed("exact_3", exact, cell, state)
            rows.append(expanded)
        in_one_call = sum(n <= decoding.ROWS_AT_ONCE for n in rows)
        certain["certain_of_3"] = round(in_one_call / len(rows), 3)
    return {
        "model": manifest["model"],
        "vocabulary_size": manifest["vocabulary_size"],
        "units": manifest["states"][0][1],
        "model_bytes": manifest["model_bytes"],
        "file_bytes": path.stat().st_size,
        "load_ms": round(1e3 * loaded, 1),
        "peak_growth_bytes": peak_bytes() - before,
        "queries": len(cells),
        **certain,
        **{
            f"{name}_us_{quantile}": round(statistics.quantiles(values, n=100)[n], 1)
            for name, values in times.items()
            for quantile, n in (("p50", 49), ("p99", 98))
        },
    }


def peak_bytes():
    """Return the most memory that this process has held."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", status)[1])


if __name__ == "__main__":
    main()
