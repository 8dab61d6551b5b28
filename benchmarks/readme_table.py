"""Writes the tables of results/ into README.md and results/README.md.

    python benchmarks/readme_table.py [--check]

With --check nothing is written, and the exit status is 1 if one of them is out of date.
"""

import argparse
import collections
import re
import statistics
import sys

import gpu
import phone_tables
import step_cost
import wild_tables
from matching import last_results
from quality_tables import chosen_table, quality_table, spread

from results import ROOT, read

ROUND_MODELS = {
    "paper": "paper: random table, k = 0",
    "ours": "warm start, k = 16",
}
ROUND_PLANS = {
    "none": "no reallocation",
    "smooth": "one before epoch 6, moving cost",
    "full": "one before epoch 6",
    "early": "one before each of epochs 2–5",
}
LOSSES = {
    "ptb": "Penn Treebank, k = 0",
    "synthetic-10000": "random numbers",
    "books": "novels and posts",
    "pairs": "pairs of words",
}

QUANTISED = {
    "ptb-ours-0": "Penn Treebank, V = 10,000, H = 200",
    "k20": "keyboard-en, V = 20,000, H = 200",
    "k50": "keyboard-en, V = 50,000, H = 512",
    "gru": "GRU, two epochs of a third of Penn Treebank",
    "lstm, 2 layers": "2 layers, likewise",
    "lstm, k = 0, no cell bias": "k = 0, no cell bias, likewise",
    "dense lstm": "dense, likewise",
}
DEVICE_MODELS = {"dense": "dense", "lightrnn": "LightRNN"}

FIRST_TABLES = {
    "warm-start": "**warm start** (default)",
    "random": "random, as in the paper",
    "frequency": "row by row in the order of frequency",
    "snake": "dealt out, so that all rows are equally frequent",
}
GPU_MEASURED = ("words_per_second", "memory_mib")
STEP_PARTS = ("recurrent_layer", "softmax", "word_vectors")

SCALE_TOLD = {
    "text": "a perfect model's perplexity is {perfect_perplexity:.1f}, that of word "
    "counts {unigram_perplexity:,.0f}",
    "ids": "{vocabulary_size:,} words",
    "warm start": "{rows} × {columns} cells; rows with words of one class: "
    "{text_in_the_main_class_of_its_row:.0%} of the text",
    "epoch": "{words_per_second:,.0f} words/s, validation perplexity "
    "{valid_perplexity:.1f}",
    "loss tables": "",
    "reallocation": "{words_moved:,} words moved, proven to be within {gap:.3f} nats "
    "a token of the best; rows with words of one class: "
    "{text_in_the_main_class_of_its_row:.0%} of the text",
    "second epoch": "{words_per_second:,.0f} words/s, validation perplexity "
    "{valid_perplexity:.1f}",
    "export": "{file_bytes:,} B",
    "evaluation": "perplexity {perplexity:.1f}, top-3 {top3:.1%}",
}


def rounds_table() -> str:
    """Return what reallocations did, the median over the seeds that were run."""
    results = {(r["model"], r["plan"], r["seed"]): r for r in read("rounds")}
    rows = [
        "| model | reallocation | text moved | gain predicted, of the most possible | "
        "valid before | right after | after 10 epochs | test | seeds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for model, title in ROUND_MODELS.items():
        for plan, name in ROUND_PLANS.items():
            found = [r for (m, p, _), r in results.items() if (m, p) == (model, plan)]
            if found:
                full = [
                    r for (m, p, _), r in results.items() if (m, p) == (model, "full")
                ]
                rows.append(f"| {title} | {name} | {_round_cells(found, full)} |")
    return "\n".join([*rows, "", "`python benchmarks/rounds.py --corpus DIR`."])


def _round_cells(found, full):
    def median(values):
        return statistics.median(values)

    cells = ["", "", "", ""]
    if found[0]["rounds"]:
        first = [r["rounds"][0] for r in found]
        cells[0] = f"{median(r['tokens_moved'] for r in first):.0%}"
        cells[2] = f"{median(r['valid_before'] for r in first):.1f}"
        cells[3] = f"{median(r['valid_after'] for r in first):.1f}"
        best = {r["seed"]: _gain(r) for r in full}
        shares = [_gain(r) / best[r["seed"]] for r in found if r["seed"] in best]
        if shares and len(found[0]["rounds"]) == 1:
            cells[1] = f"{median(shares):.0%}"
    last = [r["valid_perplexities"][-1] for r in found]
    test = [r["test_perplexity"] for r in found]
    cells += [spread(last), spread(test), str(len(found))]
    return " | ".join(cells)


def _gain(result):
    done = result["rounds"][0]
    return done["nats_before"] - done["nats_predicted"]


def matching_table() -> str:
    """Return the last result of each solver on each pair of loss tables."""
    rows = [
        "| losses | V | solver | cost / best known | certified gap | seconds | peak |",
        "|---|---|---|---|---|---|---|",
    ]
    for losses, title in LOSSES.items():
        for r in last_results(losses):
            rows.append(
                f"| {title} | {r['words']:,} | {r['solver']} | {r['ratio']:.4f} | "
                f"{r['gap']:.3%} | {r['seconds']:,.1f} | {r['peak_mib']:,} MiB |"
            )
    return "\n".join(
        [*rows, "", "`python benchmarks/loss_tables.py`, `benchmarks/matching.py`."]
    )


def first_tables_table() -> str:
    """Return the validation perplexity after some epochs from each first table."""
    results = {r["table"]: r for r in read("first_tables")}
    rows = ["| first table | epoch 1 | epoch 3 | epoch 10 |", "|---|---|---|---|"]
    for kind, title in FIRST_TABLES.items():
        if kind in results:
            after = results[kind]["valid_after"].values()
            rows.append(f"| {title} | " + " | ".join(f"{v:.1f}" for v in after) + " |")
    times = {r["text"]: r for r in read("warm_start")}
    measured = "; ".join(
        f"{r['seconds']:.0f} s and {r['peak_mib']:,} MiB for {r['words']:,} words in "
        f"{r['tokens'] / 1e6:.1f} million tokens"
        for r in times.values()
    )
    return "\n".join(
        [
            *rows,
            "",
            "Validation perplexity of the default model on Penn Treebank without "
            "reallocation, seed 0 (`python benchmarks/first_tables.py --corpus DIR`). "
            f"A warm start takes {measured} (`benchmarks/warm_start.py`).",
        ]
    )


def device_table() -> str:
    """Return what models cost on a device, dense beside LightRNN."""
    found = {(r["vocabulary_size"], r["model"]): r for r in _on_device(trained=False)}
    rows = [
        "| V, H | model | int8 model | with words | load | memory | advance | suggest "
        "p50 | p99 | faster |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for (size, model), r in sorted(found.items(), key=lambda item: item[0][0]):
        dense = found.get((size, "dense"))
        faster = dense["suggest_us_p50"] / r["suggest_us_p50"] if dense else 0
        rows.append(
            f"| {size:,}, {r['units']} | {DEVICE_MODELS[model]} "
            f"| {r['model_bytes']:,} B | {r['file_bytes']:,} B "
            f"| {r['load_ms']:,.0f} ms | {_mebibytes(r)} "
            f"| {r['advance_us_p50']:,.0f} µs "
            f"| {r['suggest_us_p50']:,.0f} µs | {r['suggest_us_p99']:,.0f} µs "
            f"| {f'{faster:.1f} ×' if dense and dense is not r else ''} |"
        )
    return "\n".join([*rows, "", "`python benchmarks/on_device.py --corpus DIR`."])


def quantisation_table() -> str:
    """Return how far files are from their models."""
    found = {(r["kind"], r["quantize"]): r for r in read("quantisation")}
    rows = [
        "| perplexity, three best words the same | float32 | float16 | int8 |",
        "|---|---|---|---|",
    ]
    for kind, title in QUANTISED.items():
        cells = []
        for quantize in ("none", "float16", "int8"):
            r = found[kind, quantize]
            off = r["exported_perplexity"] / r["perplexity"] - 1
            cells.append(f"{off:+.2%}, {r['top3_overlap']:.1%}")
        rows.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(
        [*rows, "", "4,096 tokens of validation text (`benchmarks/quantisation.py`)."]
    )


def search_table() -> str:
    """Return what exact suggestions of trained models take."""
    rows = [
        "| trained on | V, H | k | rows expanded, mean | p99 | with a prefix, mean "
        "| p99 | time p50 | p99 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    timed = {r["vocabulary_size"]: r for r in _on_device(trained=True)}
    exact = {r["words"]: r for r in read("exact_decoding")}
    for size in sorted({*timed, *exact}):
        for k in (1, 3, 10):
            cells = [""] * 6
            if size in exact:
                r = exact[size]
                for place, key in ((0, f"k={k}"), (2, f"k={k}, prefix")):
                    one = r["rows_expanded"][key]
                    cells[place] = f"{one['mean']:.1f} of {r['rows']}"
                    cells[place + 1] = f"{one['p99']:.0f}"
            if size in timed and f"top_{k}_us_p50" in timed[size]:
                for place, name in ((4, "p50"), (5, "p99")):
                    cells[place] = f"{timed[size][f'top_{k}_us_{name}'] / 1e3:.2f} ms"
            if any(cells):
                text = exact[size]["text"] if size in exact else "keyboard-en"
                units = timed[size]["units"] if size in timed else ""
                rows.append(
                    f"| {text} | {size:,}, {units} | {k} | " + " | ".join(cells) + " |"
                )
    answers = sum(r["answers"] for r in exact.values())
    different = sum(r["different"] for r in exact.values())
    return "\n".join(
        [
            *rows,
            "",
            f"Of {answers:,} answers {different} differ from brute force over all V "
            "(`benchmarks/exact_decoding.py`); times by `benchmarks/on_device.py "
            "--files`.",
        ]
    )


def user_words_table() -> str:
    """Return how often new words are suggested once they were learned."""
    r = read("user_words")[-1]
    rows = [
        "| top-3, letters typed | 0 | 1 | 2 | 3 |",
        "|---|---|---|---|---|",
    ]
    for key, title in (
        ("own_words", "words the user added"),
        ("rare_words_of_the_model", "rarest quarter of the model's words, same lines"),
    ):
        shares = [f"{r[key][f'{n}_letters']:.1%}" for n in range(4)]
        rows.append(f"| {title} | " + " | ".join(shares) + " |")
    before, after = (
        r[f"other_lines_{name}"]["0_letters"] for name in ("before", "after")
    )
    return "\n".join(
        [
            *rows,
            "",
            f"{r['words_learned']} words outside V = {r['words']:,}, seen "
            f"{r['occurrences_learned']} times in the first half of their lines and "
            f"scored in the other ({r['own_words']['targets']} places); on lines "
            f"without them top-3 goes from {before:.2%} to {after:.2%} "
            f"(`benchmarks/user_words.py`, {r['text']}).",
        ]
    )


def workers_table() -> str:
    """Return the bytes that workers exchange in a step."""
    measured = {r["model"]: r for r in read("workers")}
    least = measured["LightRNN, k = 0"]["bytes_per_step"]
    rows = [
        "| V = 10,000, one LSTM layer of 200 | parameters | MB a step, two workers | "
        "four | of LightRNN, k = 0 |",
        "|---|---|---|---|---|",
    ]
    for name, r in measured.items():
        two, four = (r["bytes_per_step"][n] for n in ("2", "4"))
        rows.append(
            f"| {name} | {r['parameters'] / 1e6:.2f} M | {two / 1e6:.1f} | "
            f"{four / 1e6:.1f} | {two / least['2']:.1f} × |"
        )
    largest = max(
        max(r["largest_difference_of_loss"].values()) for r in read("workers")
    )
    return "\n".join(
        [
            *rows,
            "",
            "Bytes that the loopback interface carries in a step, all workers together "
            "(`benchmarks/workers.py`). The losses of 25 steps differ from those of "
            f"one process by at most {largest:.0e}.",
        ]
    )


def cost_table() -> str:
    """Return words/s by vocabulary, and what parts of LightRNN's step take."""
    found = {r["vocabulary_size"]: r for r in read("step_cost")}
    names = list(step_cost.MODELS)
    rows = [
        f"| words/s, V | {' | '.join(names)} | recurrent layer | softmax "
        "| word vectors | of the peak |",
        "|---|" + "---|" * (len(names) + 4),
    ]
    for words, r in sorted(found.items()):
        speeds = [r["words_per_second"].get(name) for name in names]
        cells = [f"{speed:,}" if speed else "" for speed in speeds]
        cells += [f"{1e3 * r[f'seconds_of_{part}']:.0f} ms" for part in STEP_PARTS]
        rows.append(f"| {words:,} | {' | '.join(cells)} | {r['share_of_peak']:.0%} |")
    last = read("step_cost")[-1]
    return "\n".join(
        [
            *rows,
            "",
            f"{last['threads']} threads of {last['cpu']}, by turns; the peak is "
            f"{last['peak_gflops']:.0f} GFLOP/s, that of products of square matrices; "
            "k = 0 reaches a share of it (`benchmarks/step_cost.py --torch PYTHON`).",
        ]
    )


def slim_forms_table() -> str:
    """Return how long the forms of Slim's logits take, by sizes."""
    forms = {"gather": "gathered", "one-hot": "one-hot", "together": "put together"}
    rows = [
        f"| logits of Slim | V, K, M | {' | '.join(forms.values())} |",
        "|---|---|" + "---|" * len(forms),
    ]
    for r in sorted(read("slim_forms"), key=lambda r: r["use"], reverse=True):
        times = [1e3 * r["seconds"][form] for form in forms]
        cells = " | ".join(f"{time:,.1f} ms" for time in times)
        sizes = f"{r['vocabulary_size']:,}, {r['parts']}, {r['vectors']:,}"
        rows.append(f"| {r['use']} | {sizes} | {cells} |")
    cpu = r["cpu"].split(",")[0]
    return "\n".join(
        [*rows, "", f"One thread of {cpu}, H = 200 (`benchmarks/slim_forms.py`)."]
    )


def gpu_table() -> str:
    """Return words/s and memory on an accelerator, by sizes."""
    found = collections.defaultdict(dict)
    for r in read("gpu"):
        found[r["units"], r["vocabulary_size"]][r["model"]] = r
    names = gpu.MODELS
    rows = [
        f"| H | V | {' | '.join(f'{name} | MiB' for name in names)} |",
        "|---|---|" + "---|---|" * len(names),
    ]
    for (units, words), measured in found.items():
        cells = []
        for name in names:
            r = measured.get(name, {})
            cells += [f"{r[key]:,}" if key in r else "" for key in GPU_MEASURED]
        rows.append(f"| {units:,} | {words:,} | {' | '.join(cells)} |")
    last = read("gpu")[-1]
    return "\n".join(
        [
            *rows,
            "",
            f"Words/s and the peak of memory on one {last['gpu']}, "
            f"keras {last['versions']['keras']} on jax {last['versions']['jax']}, "
            f"batches of {gpu.BATCH} × {gpu.STEPS} (`benchmarks/gpu.py`).",
        ]
    )


def scale_table() -> str:
    """Return what each stage took, and what came of it."""
    found = {r["stage"]: r for r in read("scale")}
    rows = ["| stage | seconds | peak | |", "|---|---|---|---|"]
    for stage, told in SCALE_TOLD.items():
        r = found[stage]
        rows.append(
            f"| {stage} | {r['seconds']:,.0f} | {r['peak_mib']:,} MiB "
            f"| {told.format(**r)} |"
        )
    last = found["evaluation"]
    return "\n".join(
        [
            *rows,
            "",
            f"{last['words']:,} words in {last['words'] + last['tokens']:,} tokens, "
            f"{last['cpu']} (`benchmarks/scale.py --folder DIR`).",
        ]
    )


def books_table() -> str:
    """Return what a model of 100,000 words took, and what came of it."""
    r = read("books")[-1]
    first, moved, second = r["metrics"]
    test, file = r["test"], r["file_test"]
    stages = (
        (
            "training",
            r["training_seconds"],
            f"validation perplexity {first['val_perplexity']:.1f} after the first "
            f"epoch, {moved['val_perplexity_after']:.1f} right after the "
            f"reallocation, {second['val_perplexity']:.1f} after the second epoch",
        ),
        ("export", r["export_seconds"], f"{r['file_bytes']:,} B with the words"),
        (
            "test text",
            r["test_seconds"],
            f"perplexity {test['perplexity']:.1f}, top-3 {test['top3']:.1%} of "
            f"{test['tokens']:,} tokens",
        ),
        (
            "test text by the file",
            r["file_test_seconds"],
            f"perplexity {file['perplexity']:.1f}, top-3 {file['top3']:.1%}",
        ),
    )
    total = sum(seconds for _, seconds, _ in stages)
    return "\n".join(
        [
            "| stage | minutes | |",
            "|---|---|---|",
            *(f"| {name} | {s / 60:.1f} | {told} |" for name, s, told in stages),
            f"| all | {total / 60:.1f} | peak {r['peak_mib']:,} MiB |",
            "",
            f"`benchmarks/books.py`, {r['cpu']}.",
        ]
    )


def _on_device(trained):
    return [r for r in read("on_device") if r["trained"] == trained]


def _mebibytes(result):
    return f"{result['peak_growth_bytes'] / 2**20:,.1f} MiB"


PAGES = (ROOT / "README.md", ROOT / "results" / "README.md")
TABLES = {
    "chosen": chosen_table,
    "quality": quality_table,
    "first": first_tables_table,
    "rounds": rounds_table,
    "matching": matching_table,
    "device": device_table,
    "quantisation": quantisation_table,
    "four bits": phone_tables.four_bits,
    "one call": phone_tables.one_call,
    "arm": phone_tables.arm,
    "search": search_table,
    "user words": user_words_table,
    "workers": workers_table,
    "cost": cost_table,
    "slim forms": slim_forms_table,
    "gpu": gpu_table,
    "books": books_table,
    "scale": scale_table,
    "in the wild": wild_tables.in_the_wild,
    "memory": wild_tables.memory,
    "correction": wild_tables.correction,
    "keyboards": wild_tables.keyboards,
}


def main():
    """Write the tables, or check that they are there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    if write(check=args.check) and args.check:
        sys.exit("A page is out of date: run python benchmarks/readme_table.py")


def write(check=False):
    """Write the tables unless it is a check; return whether any was out of date."""
    stale, left = False, dict(TABLES)
    for page in PAGES:
        old = page.read_text(encoding="utf-8")
        new = re.sub(
            r"(<!-- ([\w ]+) table -->\n).*?(<!-- end of \2 table -->\n)",
            lambda found: f"{found[1]}{left.pop(found[2])()}\n{found[3]}",
            old,
            flags=re.DOTALL,
        )
        stale |= new != old
        if not check:
            page.write_text(new, encoding="utf-8")
    if left:
        sys.exit(f"No page has the tables {', '.join(left)}.")
    return stale


if __name__ == "__main__":
    main()
