"""How far is each kind of model from its file, in each quantisation?

    python benchmarks/quantisation.py --corpus DIR [--runs RUN …]

Models of each kind are trained for two epochs on the first 15,000 lines of
DIR/train.txt.xz and exported; runs that are there already may be named too. Perplexity
and the three best words are compared on 4,096 tokens of validation text, as every
export does. Results are appended to results/quantisation.jsonl.
"""

import argparse
import dataclasses
import lzma
import pathlib
import tempfile

from commands import lightrnn, shown

from results import append

LINES = 15_000
KINDS = {
    "lstm": [],
    "gru": ["--cell", "gru"],
    "lstm, 2 layers": ["--layers", "2"],
    "lstm, k = 0, no cell bias": ["--word-dim", "0", "--no-word-bias"],
    "dense lstm": ["--model", "dense"],
}


def main():
    """Train, export, append and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=pathlib.Path, nargs="*", default=[])
    parser.add_argument("--only", nargs="*", choices=KINDS, default=[*KINDS])
    args = parser.parse_args()
    for run in args.runs:
        record(run.name, run, "")
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / "train.txt"
        with lzma.open(args.corpus / "train.txt.xz", "rt", encoding="utf-8") as lines:
            text.write_text("".join(lines.readlines()[:LINES]), encoding="utf-8")
        for kind in args.only:
            run = pathlib.Path(folder) / "run"
            command = [
                "train",
                "--train",
                text,
                "--valid",
                args.corpus / "valid.txt.xz",
                "--tokenizer",
                "whitespace",
                "--rounds",
                "2",
                *KINDS[kind],
                "--threads",
                "1",
                "--out",
                run,
                "--overwrite",
            ]
            lightrnn(*command)
            record(kind, run, shown(command))


def record(kind, path, command):
    """Export a run in each quantisation and append how far the files are from it."""
    import lightrnn_tf_export
    from lightrnn_tf_export import QUANTIZATIONS

    from lightrnn_tf.training.run import Run

    run = Run(path)
    model = run.load_model()
    for quantize in QUANTIZATIONS:
        with tempfile.TemporaryDirectory() as folder:
            result = lightrnn_tf_export.export(
                model,
                run.vocabulary,
                pathlib.Path(folder) / "m.tflite",
                quantize,
                text=run.ids("valid"),
            )
        report = dataclasses.asdict(result.report)
        line = {
            "kind": kind,
            "trained_by": command,
            "quantize": quantize,
            "model_bytes": result.model_bytes,
            **report,
        }
        append("quantisation", line, 0)
        print(line)


if __name__ == "__main__":
    main()
