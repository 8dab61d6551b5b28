"""The tables of keyboards on text they were not made for: keys, memory, correction."""

import collections

from results import read

_MEMORY = {False: "no", True: "yes", None: ""}


def in_the_wild() -> str:
    """Return what suggestions save on each text, a row a model."""
    rows = [
        "| text | model | memory | bytes | perplexity | top-3 | keys saved, 3 words "
        "| 5 words |",
        "|---|---|---|---|---|---|---|---|",
    ]
    by_text = collections.defaultdict(list)
    for line in read("in_the_wild"):
        by_text[line["text"]].append(line)
    for text, lines in by_text.items():
        for line in lines:
            model = line["model"]
            if model.endswith(".tflite"):
                model = f"**{model}**"
            size = line.get("bytes")
            rows.append(
                f"| {text} | {model} | {_MEMORY[line.get('cache')]} "
                f"| {'' if size is None else f'{size:,}'} "
                f"| {_number(line.get('perplexity'))} | {_share(line.get('top3'))} "
                f"| {_share(line['saved_phrases_3'])} "
                f"| {_share(line['saved_phrases_5'])} |"
            )
    return "\n".join(
        [
            *rows,
            "",
            "By the phrases protocol, the first "
            f"{next(iter(by_text.values()))[0]['lines']:,} lines of each text; all "
            "models have the words of the file, and the n-grams its training text "
            "(`benchmarks/in_the_wild.py`).",
        ]
    )


def _number(value):
    return "" if value is None else f"{value:.1f}"


def _share(value):
    return "" if value is None else f"{value:.1%}"


def memory() -> str:
    """Return what each memory saves on messages in order."""
    rows = ["| memory | keys saved |", "|---|---|"]
    for line in read("memory"):
        rows.append(f"| {line['memory']} | {line['keystroke_savings']:.1%} |")
    return "\n".join(
        [
            *rows,
            "",
            f"{line['text']}, the second half of the first {line['lines']:,} lines, in "
            "the order they were written, by the phrases protocol with three words "
            "(`benchmarks/memory.py`).",
        ]
    )


def correction() -> str:
    """Return how often slips are put right, a row a judge of words."""
    rows = [
        "| judged by | drawn slips, in three | by the channel | real misspellings, "
        "first | put right at a space | right words replaced | ms a key, median "
        "| p99 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for line in read("correction"):
        rows.append(
            f"| {line['by']} | {line['random']['in_three']:.1%} "
            f"| {line['channel']['in_three']:.1%} | {line['real']['first']:.1%} "
            f"| {line['real']['put_right']:.1%} | {line['right']['share']:.3%} "
            f"| {line['ms_median']:.2f} | {line['ms_p99']:.2f} |"
        )
    return "\n".join(
        [
            *rows,
            "",
            f"{line['random']['cases']:,} drawn slips, {line['real']['cases']} real "
            f"ones, {line['right']['words']:,} right words, in sentences that nothing "
            "was chosen on (`benchmarks/correction.py`).",
        ]
    )


def keyboards() -> str:
    """Return what `lightrnn keyboard` makes of other languages."""
    rows = [
        "| text | memory | bytes | words | perplexity | unknown words | top-3 "
        "| keys saved | by frequent words | minutes of a core |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for line in read("keyboards"):
        rows.append(
            f"| {line['name']} | {_MEMORY[line['cache']]} | {line['bytes']:,} "
            f"| {line['words']:,} | {line['perplexity']:.1f} "
            f"| {line['unknown_words']:.1%} | {line['top3']:.1%} "
            f"| {line['keystrokes_saved']:.1%} | {line['saved_by_frequency']:.1%} "
            f"| {line['core_minutes']:.0f} |"
        )
    return "\n".join(
        [
            *rows,
            "",
            "The first thousand lines of each test text, novels "
            "(`benchmarks/keyboards.py`).",
        ]
    )
