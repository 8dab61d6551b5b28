"""What does a model of 100,000 words take on two cores, from text to suggestions?

    python benchmarks/books.py --corpora DIR --folder DIR [--threads 2]

The text is novels-en, of which each tenth book is for testing and the one after it for
validation, and keyboard-en; of the text for testing, the beginnings are read, by the
model and, word by word, by the exported file. It is trained, exported and scored by the
commands of the package: a warm start, an epoch, a reallocation, another epoch. All is
kept in the folder, so that a stopped benchmark goes on where it was, its time up to the
checkpoint counted; the result is one JSON line, appended to results/books.jsonl.
"""

import argparse
import json
import lzma
import pathlib
import resource
import time

from commands import lightrnn, shown

from results import append

SEED = 0
# Every tenth book is for testing, the one after it for validation.
PARTS = {0: "test", 1: "valid"}
MODEL = (
    "--lowercase",
    "--vocab-size",
    100_000,
    "--units",
    200,
    "--embedding-dim",
    100,
    "--word-dim",
    16,
    "--frequent-words",
    8000,
    "--frequent-dim",
    64,
    "--dropout",
    0.1,
    "--batch-size",
    64,
    "--rounds",
    "1,1",
    "--moving-cost",
    "2.9,0",
)
# Lines that are read of each book and of the posts for testing.
LINES_OF_A_BOOK, LINES_OF_POSTS = 300, 1000


def main():
    """Run what is not done yet and append the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    texts = {name: args.folder / f"{name}.txt" for name in ("train", "valid", "test")}
    if not (args.folder / "texts").exists():
        write_texts(args.corpora, texts)
        (args.folder / "texts").touch()  # They are whole.
    run, file = args.folder / "run", args.folder / "model.tflite"
    train = [
        "train",
        "--train",
        texts["train"],
        "--valid",
        texts["valid"],
        *MODEL,
        "--seed",
        SEED,
        "--threads",
        args.threads,
        "--out",
        run,
        "--overwrite",
    ]
    trained = args.folder / "training.json"
    if not trained.exists():
        checkpoint = run.with_name(f"{run.name}.partial") / "checkpoint.npz"
        attempts = args.folder / "attempts.json"
        seconds = json.loads(attempts.read_text()) if attempts.exists() else []
        resumed = checkpoint.exists()
        if resumed:
            seconds[-1][1] = checkpoint.stat().st_mtime
        seconds.append([time.time(), None])
        attempts.write_text(json.dumps(seconds))
        lightrnn(*(("train", "--resume", run) if resumed else train))
        seconds[-1][1] = time.time()
        took = round(sum(end - start for start, end in seconds))
        trained.write_text(json.dumps({"resumed": resumed, "training_seconds": took}))
    found = {"trained_by": shown(train), **json.loads(trained.read_text())}
    metrics = (run / "metrics.jsonl").read_text().splitlines()
    found["metrics"] = [json.loads(line) for line in metrics]
    for name, command in {
        "export": ("export", run, "--out", file, "--overwrite"),
        "test": ("evaluate", run, "--text", texts["test"], "--json"),
        "file_test": ("evaluate", file, "--text", texts["test"], "--json"),
    }.items():
        start = time.monotonic()
        printed = lightrnn(*command)
        found[f"{name}_seconds"] = round(time.monotonic() - start, 1)
        if "--json" in command:
            found[name] = json.loads(printed)
    found["file_bytes"] = file.stat().st_size
    # The greatest of all commands.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    append("books", {**found, "peak_mib": peak // 1024}, SEED)


def write_texts(corpora, texts):
    """Write the text for training, validation and testing."""
    books = read(corpora / "novels-en" / "all.txt.xz").split("\n\n")
    parts = {"train": [], "valid": [], "test": []}
    for number, book in enumerate(books):
        parts[PARTS.get(number % 10, "train")].append(book.strip())
    parts["test"] = [first_lines(book, LINES_OF_A_BOOK) for book in parts["test"]]
    for name, some in parts.items():
        posts = read(corpora / "keyboard-en" / f"{name}.txt.xz")
        if name == "test":
            posts = first_lines(posts, LINES_OF_POSTS)
        texts[name].write_text("\n".join([*some, posts]), encoding="utf-8")


def first_lines(text, count):
    """Return the beginning of a text."""
    return "\n".join(text.splitlines()[:count])


def read(path):
    """Return the text of a file."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    main()
