"""How near to the best table is each solver, how fast, and in how much memory?

    python benchmarks/matching.py --losses FOLDER [--solvers exact auction …]
    python benchmarks/matching.py --synthetic 10000

FOLDER holds rows.npy, columns.npy and table.json, as benchmarks/loss_tables.py leaves
them. Every solver runs in a process of its own and is one JSON line, appended to
results/matching.jsonl; then all results for these losses are printed.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile

import numpy as np

from lightrnn_tf.tables import matching
from lightrnn_tf.tables.word_table import WordTable, default_shape
from results import append, read


def main():
    """Run the solvers asked for, append and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    losses = parser.add_mutually_exclusive_group(required=True)
    losses.add_argument("--losses", type=pathlib.Path)
    losses.add_argument("--synthetic", type=int, metavar="V")
    parser.add_argument("--solvers", nargs="+", default=matching.SOLVERS)
    parser.add_argument("--time-limit", type=float)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(solve(args.losses, args.one, args.time_limit)))
        return
    with tempfile.TemporaryDirectory() as folder:
        name = args.losses.name if args.losses else f"synthetic-{args.synthetic}"
        if args.synthetic:
            args.losses = pathlib.Path(folder)
            write_synthetic(args.losses, args.synthetic)
        for solver in args.solvers:
            command = [sys.executable, __file__, "--losses", str(args.losses)]
            command += ["--one", solver]
            if args.time_limit:
                command += ["--time-limit", str(args.time_limit)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
            append("matching", {"losses": name, **json.loads(done.stdout)}, 0)
    show(name)


def solve(folder, solver, time_limit):
    """Return how one solver does, in this process."""
    tables = [
        np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("rows", "columns")
    ]
    current = WordTable.from_json((folder / "table.json").read_text())
    answer = matching.solve(
        *tables, current.rows, current.columns, solver, current, time_limit
    )
    return {
        "solver": solver,
        "words": len(current),
        "cost": answer.cost,
        "lower_bound": answer.lower_bound,
        "gap": answer.gap,
        "initial_cost": answer.initial_cost,
        "moved": answer.moved,
        "seconds": round(answer.seconds, 2),
        # The loss tables are in it as far as their files were read.
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "time_limit": time_limit,
    }


def write_synthetic(folder, words):
    """Write random losses of words whose counts follow Zipf's law."""
    rng = np.random.default_rng(0)
    rows, columns = default_shape(words)
    counts = np.maximum(1, 10 * words / np.arange(1, words + 1))[:, None]
    for name, places in (("rows", rows), ("columns", columns)):
        losses = rng.gamma(4, 1.5, (words, places)) * counts
        np.save(folder / f"{name}.npy", losses.astype(np.float32))
    table = WordTable.random(words, rows, columns)
    (folder / "table.json").write_text(table.to_json())


def last_results(name):
    """Return the last result of each solver for some losses, with ratio and gap.

    Greedy and alternating prove nothing of their own: their gap is to the best bound
    of all runs on the same losses, so a time limit does not make it loose.
    """
    results = {r["solver"]: r for r in read("matching") if r["losses"] == name}
    best = min((r["cost"] for r in results.values()), default=0.0)
    bound = max((r["lower_bound"] for r in results.values()), default=0.0)
    for r in results.values():
        r["ratio"] = r["cost"] / best
        if r["solver"] in ("greedy", "alternating"):
            r["gap"] = 1 - bound / r["cost"]
    return list(results.values())


def show(name):
    """Print the last result of each solver for these losses."""
    print(f"{name}: solver, V, cost / best known, certified gap, seconds, peak MiB")
    for r in last_results(name):
        print(
            f"{r['solver']:12} {r['words']:8,} {r['ratio']:9.5f} {r['gap']:9.4%} "
            f"{r['seconds']:9.1f} {r['peak_mib']:7,}"
        )


if __name__ == "__main__":
    main()
