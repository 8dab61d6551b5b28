"""What does a step of training cost, for which part, and for how many words?

    python benchmarks/step_cost.py [--torch PYTHON] [--threads 2]

Times steps of LightRNN with and without word vectors, of a dense model where it fits
(Keras on TensorFlow), and, where --torch names a Python that has PyTorch, of an LSTM
with its AdaptiveLogSoftmaxWithLoss, on the same generated ids and by turns. Shares of a
LightRNN's step are differences of models with a part and without; what is left with
four words is the recurrent layer's. The peak is that of products of square matrices on
as many threads. Results are appended to results/step_cost.jsonl.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np

SEED = 0
UNITS, BATCH, STEPS = 200, 64, 35
VOCABULARIES = (1_000, 10_000, 50_000, 100_000, 300_000, 800_000, 1_000_000)
# Above, a step of the dense model takes minutes or memory that is not there.
DENSE_UP_TO, TORCH_UP_TO = 50_000, 100_000
TURNS, WARM_UP, TIMED = 2, 3, 8
# First words of the clusters of the adaptive softmax.
CUTOFFS = (2_000, 10_000, 50_000)
# Words that have vectors of the length k where not all have.
FREQUENT = 50_000
PEAK_SIZE = 2048
# Words of a table of 2 × 2, whose softmax costs next to nothing.
RECURRENT_ALONE = 4


def main():
    """Time all models for all vocabularies, by turns, and append the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", metavar="PYTHON", help="a Python with PyTorch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--vocabularies", type=int, nargs="+", default=VOCABULARIES)
    parser.add_argument("--time", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ[name] = str(args.threads)
    if args.time:
        print(json.dumps(timed(args.time[0], int(args.time[1]), args.threads)))
        return
    from results import append

    peak = peak_gflops()
    recurrent = in_process("LightRNN, k = 0", RECURRENT_ALONE, args)
    for words in args.vocabularies:
        names = [name for name in MODELS if fits(name, words, args.torch)]
        seconds = {name: [] for name in names}
        for _ in range(TURNS):
            for name in names:
                seconds[name].append(in_process(name, words, args))
        speeds = {
            name: round(BATCH * STEPS / statistics.median(each))
            for name, each in seconds.items()
        }
        result = {"vocabulary_size": words, "threads": args.threads}
        result |= {"words_per_second": speeds, "peak_gflops": round(peak, 1)}
        found = shares(seconds, words, peak, recurrent)
        append("step_cost", {**result, **found}, SEED)
        print(words, speeds, flush=True)


def fits(name, words, torch):
    """Return whether a model is timed with so many words."""
    if name == "PyTorch, adaptive":
        return torch is not None and CUTOFFS[0] < words <= TORCH_UP_TO
    return name != "dense" or words <= DENSE_UP_TO


def in_process(name, words, args):
    """Return the median seconds of a step, measured in a process of its own."""
    python = args.torch if name == "PyTorch, adaptive" else sys.executable
    command = [python, __file__, "--threads", str(args.threads)]
    done = subprocess.run(
        [*command, "--time", name, str(words)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def timed(name, words, threads):
    """Return the median seconds of a step."""
    draw = np.random.default_rng(SEED)
    ids = draw.zipf(1.1, BATCH * STEPS * (WARM_UP + TIMED)) % words
    if name == "PyTorch, adaptive":
        return of_torch(ids, words, threads)
    return of_keras(MODELS[name], ids, words)


def of_keras(options, ids, words):
    """Time a model of this package."""
    import keras

    from lightrnn_tf import data, models, training
    from lightrnn_tf.tables.word_table import WordTable

    class Clock(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.start = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            seconds.append(time.perf_counter() - self.start)

    seconds = []
    keras.utils.set_random_seed(SEED)
    options = dict(options)
    kind = models.DenseRNN if options.pop("dense", False) else models.LightRNN
    if "frequent_words" in options:
        options["frequent_words"] = min(words, options["frequent_words"])
    model = kind(words, UNITS, **options)
    model.build()
    if kind is models.LightRNN:
        model.table = WordTable.random(words, model.rows, model.columns, SEED)
    model.compile(training.adam(1e-3))
    windows = data.windows(ids.astype(np.int32), BATCH, STEPS)
    training.keep_freed_memory()
    model.fit(windows, verbose=0, callbacks=[Clock()])
    return statistics.median(seconds[WARM_UP:])


def of_torch(ids, words, threads):
    """Time PyTorch's LSTM with its adaptive softmax."""
    import torch

    torch.manual_seed(SEED)
    torch.set_num_threads(threads)
    cutoffs = [cutoff for cutoff in CUTOFFS if cutoff < words]

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(words, UNITS)
            self.lstm = torch.nn.LSTM(UNITS, UNITS, batch_first=True)
            self.softmax = torch.nn.AdaptiveLogSoftmaxWithLoss(UNITS, words, cutoffs)

        def forward(self, read, targets, state):
            hidden, state = self.lstm(self.embedding(read), state)
            loss = self.softmax(hidden.reshape(-1, UNITS), targets.reshape(-1)).loss
            return loss, [each.detach() for each in state]

    model, state, seconds = Model(), None, []
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    streams = torch.tensor(ids, dtype=torch.int64).reshape(BATCH, -1)
    for start in range(0, streams.shape[1] - STEPS, STEPS):
        begun = time.perf_counter()
        optimizer.zero_grad()
        read = streams[:, start : start + STEPS]
        targets = streams[:, start + 1 : start + STEPS + 1]
        loss, state = model(read, targets, state)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds[WARM_UP:])


def peak_gflops():
    """Return how fast this machine multiplies square matrices."""
    import tensorflow as tf

    square = tf.random.normal((PEAK_SIZE, PEAK_SIZE))
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        tf.linalg.matmul(square, square).numpy()
        seconds.append(time.perf_counter() - start)
    return 2 * PEAK_SIZE**3 / min(seconds) / 1e9


def shares(seconds, words, peak, recurrent):
    """Return what parts of a LightRNN's step take, and its share of the peak."""
    step = {name: statistics.median(each) for name, each in seconds.items()}
    root = words**0.5
    tokens = BATCH * STEPS
    # Products of the recurrent layer, of its input, of the row's transition and of the
    # two steps of the softmax, once forward and twice backward.
    products = 4 * UNITS * (UNITS + UNITS) + UNITS * UNITS + 2 * UNITS * root
    flops = 6 * tokens * products
    return {
        "seconds": {name: round(each, 4) for name, each in step.items()},
        "seconds_of_recurrent_layer": round(recurrent, 4),
        "seconds_of_softmax": round(step["LightRNN, k = 0"] - recurrent, 4),
        "seconds_of_word_vectors": round(
            step["LightRNN, k = 16"] - step["LightRNN, k = 0"], 4
        ),
        "share_of_peak": round(flops / step["LightRNN, k = 0"] / 1e9 / peak, 3),
    }


MODELS = {
    "LightRNN, k = 0": {"word_dim": 0},
    "LightRNN, k = 16": {"word_dim": 16},
    "LightRNN, k = 16 for 50,000 words": {
        "word_dim": 0,
        "frequent_words": FREQUENT,
        "frequent_dim": 16,
    },
    "dense": {"dense": True},
    "PyTorch, adaptive": {},
}

if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
