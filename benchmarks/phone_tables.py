"""The tables of what a file costs a phone: four bits, one call, ARM instructions."""

from results import read

TEXTS = {
    "ptb": "Penn Treebank",
    "de-1m": "German novels",
    "keyboard-en": "tweets and blogs",
}
MODELS = {
    "lightrnn": "**LightRNN**",
    "dense": "dense, two tables",
    "dense tied": "dense, tied",
    "adaptive": "adaptive softmax",
}


def four_bits() -> str:
    """Return what files of four bits cost, a row a way to train and to store."""
    rows = [
        "| text | model | trained | stored as | model in the file | with words "
        "| test perplexity of the file | above float32 | `suggest` |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    exact = {}
    for line in read("four_bits"):
        model = _settings(line["training"])
        if line["quantize"] == "none":
            exact[line["text"], model] = line["perplexity"]
        above = line["perplexity"] / exact[line["text"], model] - 1
        rows.append(
            f"| {TEXTS[line['text']]} | {model} "
            f"| {'`--quantize-aware`' if line['quantize_aware'] else 'plainly'} "
            f"| {'float32' if line['quantize'] == 'none' else line['quantize']} "
            f"| {line['model_bytes']:,} B | {line['file_bytes']:,} B "
            f"| {line['perplexity']:.2f} | {above:+.2%} | {line['suggest_us']:.0f} µs |"
        )
    return "\n".join(
        [
            *rows,
            "",
            "Whole test texts. A plain run is the quantize-aware one before its "
            "rounded epochs, which are a fifth as many again "
            "(`benchmarks/four_bits.py`).",
        ]
    )


def _settings(training):
    longer = training["word_dim"] + training["frequent_dim"]
    return (
        f"k = {training['word_dim']}, {training['frequent_words']:,} words {longer}, "
        f"{sum(training['rounds'])} epochs"
    )


def one_call() -> str:
    """Return what the three best words take, a row a file."""
    rows = [
        "| text, V | model | stored as | bytes | test perplexity | memory "
        "| three best | p99 | of dense | in one call | with a letter | p99 |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    found = {}
    for line in read("one_call"):
        key = line["text"], line["words"], line["model"], line["quantize"]
        found[key] = line  # The latest.
    for (text, words, model, quantize), line in found.items():
        dense = found[text, words, "dense", quantize]["three_us"]
        certain, letter = line["certain_in_one_call"], line.get("three_with_letter_us")
        rows.append(
            f"| {TEXTS[text]}, {words:,} | {MODELS[model]} | {quantize} "
            f"| {line['model_bytes']:,} | {_scored(line)} "
            f"| {line['memory'] / line['model_bytes']:.1f} × "
            f"| {line['three_us']:.0f} µs | {line['three_us_p99']:.0f} µs "
            f"| {line['three_us'] / dense:.2f} "
            f"| {'' if certain is None else f'{certain:.0%}'} "
            + (
                f"| {letter:.0f} µs | {line['three_with_letter_us_p99']:.0f} µs |"
                if letter
                else "|  |  |"
            )
        )
    return "\n".join(
        [
            *rows,
            "",
            "One thread, through Python; of dense: the median beside that of the dense "
            "model with two tables, stored alike (`benchmarks/one_call.py`).",
        ]
    )


def _scored(line):
    """Return the perplexity of a file, where it was trained to the end."""
    if line.get("perplexity") is None:
        return ""
    epochs = f" ({line['epochs']} epochs)" if line["epochs"] else ""
    return f"{line['perplexity']:.1f}{epochs}"


def arm() -> str:
    """Return the ARM instructions of a suggestion, a row a file."""
    rows = [
        "| model | stored as | bytes | Cortex-A72 | Cortex-A76, with dot product |",
        "|---|---|---|---|---|",
    ]
    found = {}
    for line in read("arm_instructions"):
        counts = found.setdefault((line["model"], line["quantize"]), {})
        counts[line["processor"]] = line
    for (model, quantize), counts in found.items():
        older, newer = counts["cortex-a72"], counts["cortex-a76"]
        rows.append(
            f"| {MODELS[model]} | {quantize} | {newer['model_bytes']:,} "
            f"| {older['instructions'] / 1e6:.2f} M "
            f"| {newer['instructions'] / 1e6:.2f} M |"
        )
    return "\n".join(
        [
            *rows,
            "",
            f"V = {newer['words']:,}, H = {newer['units']}, random weights; what "
            "Python does for a call is in it (`benchmarks/arm_instructions.py`).",
        ]
    )
