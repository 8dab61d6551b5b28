"""How many bytes do workers exchange in a step?

    python benchmarks/workers.py

One, two and four processes train the same batches of generated text together, on the
loopback interface, whose counter is read around the steps. Nothing else may talk there
meanwhile. Results are appended to results/workers.jsonl, a line for each model: bytes
of a step, and by how much the losses differ from those of one process.
"""

import argparse
import json
import os
import pathlib
import socket
import subprocess
import sys

import numpy as np

SEED = 0
WORDS, UNITS = 10_000, 200
BATCH, STEPS = 32, 35
# Steps before the counter is read, and between its readings.
WARM_UP, COUNTED = 5, 20
TEAMS = (1, 2, 4)
MODELS = {
    "LightRNN, k = 0": {"embedding_dim": 100, "word_dim": 0},
    "LightRNN, k = 16": {"embedding_dim": 100, "word_dim": 16},
    "dense, tied": {"tied": True},
    "dense, untied": {"tied": False},
}
COUNTER = pathlib.Path("/sys/class/net/lo/statistics/rx_bytes")


def main():
    """Measure each model with each number of workers, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worker", nargs=4, metavar="", help=argparse.SUPPRESS)
    worker = parser.parse_args().worker
    if worker:
        name, coordinator, count, number = worker
        print(json.dumps(train(name, coordinator, int(count), int(number))))
        return
    from results import append

    for name in MODELS:
        measured = {count: together(name, count) for count in TEAMS}
        alone = np.array(measured[1]["losses"])
        append(
            "workers",
            {
                "model": name,
                "parameters": measured[1]["parameters"],
                "bytes_per_step": {n: r["bytes_per_step"] for n, r in measured.items()},
                "largest_difference_of_loss": {
                    n: float(np.abs(np.array(r["losses"]) - alone).max())
                    for n, r in measured.items()
                },
            },
            SEED,
        )


def together(name, count):
    """Return what the first of some workers measured."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        coordinator = f"127.0.0.1:{free.getsockname()[1]}"
    workers = [
        subprocess.Popen(
            [sys.executable, __file__, "--worker", name, coordinator, *map(str, place)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "KERAS_BACKEND": "jax", "OMP_NUM_THREADS": "1"},
        )
        for place in ((count, number) for number in range(count))
    ]
    answers = [worker.communicate()[0] for worker in workers]
    if any(worker.returncode for worker in workers):
        raise SystemExit(f"{name}: a worker failed.")
    return json.loads(answers[0].splitlines()[-1])


def train(name, coordinator, count, number):
    """Train as one of some workers; return what was measured."""
    import keras

    from lightrnn_tf import data, models
    from lightrnn_tf.training.workers import Team

    team = Team.join(coordinator, count, number) if count > 1 else Team()
    losses, counts = [], []

    class Count(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            losses.append(float(logs["loss"]))
            if batch + 1 in (WARM_UP, WARM_UP + COUNTED):
                counts.append(int(COUNTER.read_text()))

    ids = np.random.default_rng(SEED).zipf(1.2, BATCH * STEPS * (WARM_UP + COUNTED))
    windows = data.windows(ids % WORDS, BATCH, STEPS)
    keras.utils.set_random_seed(SEED)
    with team.together():
        kind = models.DenseRNN if "dense" in name else models.LightRNN
        model = kind(vocabulary_size=WORDS, units=UNITS, dropout=0.3, **MODELS[name])
        model.build()
        model.compile(keras.optimizers.Adam(5e-3, global_clipnorm=5.0))
        model.fit(team.feed(windows), verbose=0, callbacks=[Count()])
    return {
        "bytes_per_step": round((counts[1] - counts[0]) / COUNTED),
        "losses": losses,
        "parameters": model.count_params(),
    }


if __name__ == "__main__":
    main()
