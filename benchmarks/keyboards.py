"""How good is the model of a keyboard that one command makes of a text?

    python benchmarks/keyboards.py cs-1m=cs de-1m=de --corpora DIR --runs DIR

For each text DIR/NAME, with its language, `lightrnn keyboard` reads train.txt.xz,
chooses by valid.txt.xz and scores test.txt.xz. The file, its card and its run stay in
the folder of --runs, which must not have them before. `core_minutes` is the time that
the command had of the cores, on a machine with other work; `minutes` is by the clock.
Each row is a JSON line, appended to results/keyboards.jsonl.
"""

import argparse
import os
import pathlib
import time

from commands import lightrnn, shown

from lightrnn_tf.predictors.exported import LiteRTPredictor
from results import append, file_of


def main():
    """Make, append and print each row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("texts", nargs="+", metavar="NAME=LANGUAGE")
    add("--corpora", type=pathlib.Path, required=True, metavar="DIR")
    add("--runs", type=pathlib.Path, required=True, metavar="DIR")
    add("--threads", type=int, default=2, help="default: 2")
    add("--results", type=pathlib.Path, default=file_of("keyboards"))
    args = parser.parse_args()
    args.runs.mkdir(parents=True, exist_ok=True)
    for text in args.texts:
        name, _, language = text.partition("=")
        for row in rows(args, name, language):
            append("keyboards", row, 0, args.results)
            print(row, flush=True)


def rows(args, name, language):
    """Yield a row of a text without memory of the lines before, and one with it."""
    corpus, out = args.corpora / name, args.runs / f"{name}.tflite"
    command = [
        "keyboard", "--text", corpus / "train.txt.xz", "--valid",
        corpus / "valid.txt.xz", "--lang", language, "--score",
        f"test={corpus / 'test.txt.xz'}", "--threads", args.threads, "--out", out,
    ]  # fmt: skip
    begun = [path for path in args.runs.glob(f"{name}.run*") if path.is_dir()]
    if begun:
        raise SystemExit(f"{begun[0]} exists: its training would not be timed.")
    start, cores = time.monotonic(), _core_seconds()
    lightrnn(*command)
    minutes = (time.monotonic() - start) / 60
    cores = (_core_seconds() - cores) / 60
    card = LiteRTPredictor(out).manifest["card"]
    for score in card["scores"]:
        yield {
            "name": name,
            "made_by": shown(command),
            "bytes": out.stat().st_size,
            **card["sizes"],
            **score,
            "core_minutes": round(cores, 1),
            "minutes": round(minutes, 1),
        }


def _core_seconds():
    """Return how long the commands that have ended had a core."""
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main()
