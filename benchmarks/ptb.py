"""Does LightRNN reach a dense model on Penn Treebank, at which size and speed?

Each model is trained, exported and scored by the commands of the package; a result is
one JSON line, appended to results/ptb.jsonl.

    python benchmarks/ptb.py --corpus DIR [--only ours dense paper speed] [--threads 1]

DIR holds train.txt.xz, valid.txt.xz and test.txt.xz. A run that is in --runs already is
not trained again. `speed` trains both models on the
same text by turns and gives words/s as a ratio. Run it with nothing else on the
machine; the others may run side by side.
"""

import argparse
import json
import pathlib
import statistics
import tempfile

from commands import lightrnn, shown

from results import append

HERE = pathlib.Path(__file__).parent
MODELS = {
    "ours": ["--within-word", "recurrent", "--rounds", "10"],
    "dense": ["--model", "dense", "--rounds", "10"],
    "paper": [
        *("--within-word", "recurrent", "--residual-dim", "0", "--no-cell-bias"),
        *("--table", "random"),
        *("--rounds", "5,5,5", "--dropout", "0.1"),
    ],
}
SPEED_REPEATS = 3
SPEED_LINES = 6_000


def main():
    """Run the models asked for and append their results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=[*MODELS, "speed"],
        default=[*MODELS, "speed"],
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=pathlib.Path, default=HERE.parent / "runs")
    args = parser.parse_args()
    args.runs.mkdir(exist_ok=True)
    for name in args.only:
        result = speed(args) if name == "speed" else quality(name, args)
        append("ptb", {"name": name, "threads": args.threads, **result}, args.seed)


def quality(name, args):
    """Train, export and score one model."""
    run = args.runs / f"ptb-{name}-{args.seed}"
    texts = {
        part: args.corpus / f"{part}.txt.xz" for part in ("train", "valid", "test")
    }
    train = [
        *("train", "--train", texts["train"], "--valid", texts["valid"]),
        *("--tokenizer", "whitespace", *MODELS[name], "--seed", args.seed),
        *("--threads", args.threads, "--out", run),
    ]
    if not run.exists():
        lightrnn(*train)
    file = run / "model.tflite"
    lightrnn("export", run, "--out", file, "--overwrite")
    scores = {
        key: json.loads(lightrnn("evaluate", *what, "--json"))
        for key, what in (
            ("valid", (run, "--text", texts["valid"])),
            ("test", (run, "--text", texts["test"])),
            ("test_int8", (file, "--text", texts["test"])),
        )
    }
    lines = [json.loads(line) for line in (run / "metrics.jsonl").open()]
    epochs = [line for line in lines if "epoch" in line]
    return {
        "trained_by": shown(train),
        "valid_perplexity": scores["valid"]["perplexity"],
        "test_perplexity": scores["test"]["perplexity"],
        "test_top1": scores["test"]["top1"],
        "test_top3": scores["test"]["top3"],
        "test_tokens": scores["test"]["tokens"],
        "oov_rate": scores["test"]["oov_rate"],
        "int8_test_perplexity": scores["test_int8"]["perplexity"],
        "int8_test_top3": scores["test_int8"]["top3"],
        "int8_model_bytes": scores["test_int8"]["model_bytes"],
        "int8_file_bytes": file.stat().st_size,
        "parameters": scores["test"]["model_bytes"] // 4,
        "epoch_valid_perplexities": [round(e["val_perplexity"], 2) for e in epochs],
        "median_epoch_seconds": statistics.median(e["seconds"] for e in epochs),
        "reallocations": [line for line in lines if "words_moved" in line],
    }


def speed(args):
    """Train both models by turns on part of the text; return words/s and the ratio."""
    import lzma

    measured = {"ours": [], "dense": []}
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / "train.txt"
        valid = pathlib.Path(folder) / "valid.txt"
        with lzma.open(args.corpus / "train.txt.xz", "rt", encoding="utf-8") as file:
            lines = file.readlines()
        text.write_text("".join(lines[:SPEED_LINES]), encoding="utf-8")
        valid.write_text("".join(lines[-100:]), encoding="utf-8")
        words = {word for line in lines for word in line.split()}
        # All words, so that the vocabulary is that of the whole text.
        with open(text, "a", encoding="utf-8") as file:
            file.write(" ".join(sorted(words)) + "\n")
        for _ in range(SPEED_REPEATS):
            for name, speeds in measured.items():
                run = pathlib.Path(folder) / name
                lightrnn(
                    *("train", "--train", text, "--valid", valid),
                    *("--tokenizer", "whitespace", *MODELS[name][:-1], "2"),
                    *("--threads", args.threads, "--out", run, "--overwrite"),
                )
                epochs = [json.loads(line) for line in (run / "metrics.jsonl").open()]
                # The first epoch has compilation in it.
                speeds.append(epochs[1]["words_per_second"])
    medians = {name: statistics.median(values) for name, values in measured.items()}
    return {
        "words_per_second": measured,
        "ratio_of_medians": round(medians["ours"] / medians["dense"], 3),
    }


if __name__ == "__main__":
    main()
