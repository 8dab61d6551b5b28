"""Writes the table of results/ptb.jsonl into README.md.

    python benchmarks/readme_table.py [--check]

With --check nothing is written, and the exit status is 1 if README.md is out of date.
"""

import argparse
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parents[1]
NAMES = {
    "ours": "**LightRNN, defaults** (warm start, cell bias, k = 16), 10 epochs",
    "dense": "dense LSTM, untied (`--model dense`), 10 epochs",
    "paper": "LightRNN of the paper (random table, k = 0, no bias), 3 rounds of 5",
}
MARKERS = "<!-- ptb table -->\n", "<!-- end of ptb table -->\n"


def table() -> str:
    """Return the table in Markdown, from the last result of seed 0 of each name."""
    lines = (ROOT / "results" / "ptb.jsonl").read_text(encoding="utf-8").splitlines()
    every = map(json.loads, lines)
    results = {result["name"]: result for result in every if result["seed"] == 0}
    rows = [
        "| Penn Treebank, V = 10,000, one LSTM layer of 200 | valid | test | int8 file "
        "test | top-3 | parameters | int8 model | with vocabulary |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, title in NAMES.items():
        if name not in results:
            continue
        r = results[name]
        rows.append(
            f"| {title} | {r['valid_perplexity']:.1f} | {r['test_perplexity']:.1f} | "
            f"{r['int8_test_perplexity']:.1f} | {r['test_top3']:.1%} | "
            f"{r['parameters'] / 1e6:.2f} M | {r['int8_model_bytes']:,} B | "
            f"{r['int8_file_bytes']:,} B |"
        )
    last = results["ours"]
    versions = ", ".join(f"{k} {v}" for k, v in last["versions"].items())
    text = [
        *rows,
        "",
        f"Seed {last['seed']}, one thread, {last['cpu']}, {versions}; "
        f"`python benchmarks/ptb.py --corpus DIR`, {last['date']}.",
    ]
    if "speed" in results:
        speed = results["speed"]
        text[-1] += (
            " Training speed, by turns in one run on as many threads: LightRNN "
            f"{speed['ratio_of_medians']:.2f} × the words/s of dense."
        )
    return "\n".join(text) + "\n"


def main():
    """Write the table, or check that it is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    readme = ROOT / "README.md"
    old = readme.read_text(encoding="utf-8")
    pattern = re.compile(f"{MARKERS[0]}.*?{MARKERS[1]}", re.DOTALL)
    new = pattern.sub(lambda _: MARKERS[0] + table() + MARKERS[1], old)
    if args.check and new != old:
        sys.exit("README.md is out of date: run python benchmarks/readme_table.py")
    if not args.check:
        readme.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
