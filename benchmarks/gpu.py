"""What does training cost on an accelerator, with many words? One table, in minutes.

    KERAS_BACKEND=jax python benchmarks/gpu.py [--minutes 7.5]

Needs no TensorFlow. Trains, for two sizes of model and three vocabularies, a few
batches of generated ids with LightRNN, a dense model where it fits and a dense model
with a sampled softmax, each in a process of its own, and goes over the text for loss
tables. While one is timed, the next imports what it needs. Prints words a second,
memory, and the share that this pass takes of an epoch with a reallocation, its matching
on the CPU left out; appends each line to results/gpu.jsonl. What is not reached in time
is left out and named.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np

SEED = 0
BATCH, STEPS = 256, 35
UNITS = (512, 1024)
VOCABULARIES = (10_000, 100_000, 800_000)
# Beyond, the logits of a batch alone are more than the memory of most devices.
DENSE_UP_TO = 100_000
SAMPLED = 8192
WARM_UP, TIMED = 4, 16
MODELS = ("LightRNN, k = 0", "LightRNN, k = 16", "dense", "sampled softmax")


def main():
    """Measure one model after the other and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=7.5)
    parser.add_argument("--units", type=int, nargs="+", default=UNITS)
    parser.add_argument("--vocabularies", type=int, nargs="+", default=VOCABULARIES)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        name, words, units = args.one
        prepare()
        print(json.dumps(measure(name, int(words), int(units))))
        return
    from results import append

    end = time.monotonic() + 60 * args.minutes
    print("| model | V | H | words/s | memory, MiB | loss tables, of such an epoch |")
    print("|---|---|---|---|---|---|")
    asked = [
        (name, words, units)
        for units, words, name in itertools.product(
            args.units, args.vocabularies, MODELS
        )
        if name != "dense" or words <= DENSE_UP_TO
    ]
    processes = map(process, asked)
    following = next(processes)
    for name, words, units in asked:
        this, following = following, next(processes, None)
        line = {"model": name, "vocabulary_size": words, "units": units}
        line |= measured(this, end - time.monotonic())
        append("gpu", line, SEED)
        print(row(line), flush=True)


def process(sizes):
    """Return a process that prepares itself and measures once it is told to."""
    return subprocess.Popen(
        [sys.executable, __file__, "--one", *map(str, sizes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Or the first process would take most of the memory of the device.
        env={**os.environ, "XLA_PYTHON_CLIENT_PREALLOCATE": "false"},
    )


def prepare():
    """Import, and wait until the device is free."""
    from lightrnn_tf import data, models  # noqa: F401

    if not sys.stdin.readline():
        sys.exit("Nobody waits for it any more.")


def measured(process, seconds):
    """Return what a process measured, or why it did not."""
    try:
        said, _ = process.communicate("go\n", timeout=max(0, seconds))
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {"left_out": "no time was left"}
    if process.returncode:
        return {"left_out": f"it failed, status {process.returncode}"}
    return json.loads(said.splitlines()[-1])


def row(result):
    """Return a line of the table."""
    sizes = f"| {result['model']} | {result['vocabulary_size']:,} | {result['units']} "
    if "left_out" in result:
        return f"{sizes}| {result['left_out']} | | |"
    share = result.get("share_of_a_pass")
    return (
        f"{sizes}| {result['words_per_second']:,} | {result['memory_mib'] or ''} "
        f"| {'' if share is None else f'{share:.0%}'} |"
    )


def measure(name, words, units):
    """Train some batches; return speed and memory."""
    import keras

    from lightrnn_tf import data, models
    from lightrnn_tf.tables.word_table import WordTable

    draw = np.random.default_rng(SEED)
    ids = draw.zipf(1.1, BATCH * STEPS * (WARM_UP + TIMED)) % words
    windows = data.windows(ids.astype(np.int32), BATCH, STEPS)
    keras.utils.set_random_seed(SEED)
    if name == "dense":
        model = models.DenseRNN(words, units=units, tied=True)
    elif name == "sampled softmax":
        model = sampled(words, units)
    else:
        model = models.LightRNN(words, units=units, word_dim=16 if "16" in name else 0)
    model.build()
    if isinstance(model, models.LightRNN):
        model.table = WordTable.random(words, model.rows, model.columns, SEED)
    model.compile(keras.optimizers.Adam(1e-3, global_clipnorm=5.0))
    step = timed(keras, lambda clock: model.fit(windows, verbose=0, callbacks=[clock]))
    found = {
        "words_per_second": round(BATCH * STEPS / step),
        "memory_mib": memory(keras),
    }
    if isinstance(model, models.LightRNN):
        of_pass = pass_for_loss_tables(model, windows)
        found["share_of_a_pass"] = round(of_pass / (of_pass + step), 3)
    return found


def timed(keras, fit):
    """Return the median seconds of a step of training."""
    seconds = []

    class Clock(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            float(logs["loss"])  # The device is done.
            seconds.append(time.perf_counter() - self.start)
            self.start = time.perf_counter()

        def on_train_begin(self, logs=None):
            self.start = time.perf_counter()

    fit(Clock())
    return statistics.median(seconds[WARM_UP:])


def pass_for_loss_tables(model, windows):
    """Return the seconds for a batch of a pass over the text, compilation left out."""
    from lightrnn_tf.reallocation.losses import loss_tables

    ends = []
    loss_tables(model, windows, progress=lambda _: ends.append(time.perf_counter()))
    return (ends[-1] - ends[WARM_UP - 1]) / TIMED


def memory(keras):
    """Return the peak of the device's memory in MiB, `None` where it is not known."""
    peak = None
    if keras.backend.backend() == "jax":
        import jax

        stats = jax.local_devices()[0].memory_stats() or {}
        peak = stats.get("peak_bytes_in_use")
    elif keras.backend.backend() == "torch":
        import torch

        if torch.cuda.is_available():
            peak = torch.cuda.max_memory_allocated()
    return None if peak is None else peak >> 20


def sampled(words, units):
    """Return a dense model whose softmax is over the target and some drawn words."""
    import keras
    from keras import ops

    from lightrnn_tf import models

    class SampledRNN(models.DenseRNN):
        """Draws the same words for all places of a batch, uniformly."""

        def __init__(self, *sizes, **kwargs):
            super().__init__(*sizes, tied=True, **kwargs)
            self.draw = keras.random.SeedGenerator(SEED)

        def nats(self, hidden, targets, training=None):
            if not training:
                return super().nats(hidden, targets, training)
            vectors = self.embedding.embeddings
            drawn = keras.random.randint((SAMPLED,), 0, words, seed=self.draw)
            own = ops.sum(hidden * ops.take(vectors, targets, axis=0), -1)
            others = ops.matmul(hidden, ops.transpose(ops.take(vectors, drawn, axis=0)))
            # Each stands for words / SAMPLED words.
            others = ops.logsumexp(others, -1) + np.log(words / SAMPLED)
            return ops.logaddexp(own, others) - own

    return SampledRNN(words, units)


if __name__ == "__main__":
    os.environ.setdefault("KERAS_BACKEND", "jax")
    main()
