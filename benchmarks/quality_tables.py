"""What `quality.py` measured: tables for the pages, and the picture."""

import dataclasses
import functools
import statistics

from quality_rows import KIN, ROWS, TRIALS, Row, settings_of

from results import ROOT, read

TEXTS = {
    "ptb": "Penn Treebank",
    "keyboard-en": "tweets and blogs",
    "wikitext-2": "WikiText-2",
    "cs-1m": "Czech novels",
    "de-1m": "German novels",
}
# What the README shows of a text; the page of all results has the rest.
CHOSEN = (
    "dense",
    "dense-tied",
    "dense-tied-long",
    "dense-short",
    "adaptive",
    "adaptive-large",
    "kneser-ney",
    "slim-large",
    "slim",
    "paper",
    "ours-seventh",
    "ours",
    "ours-long",
)
# The dense model with two tables, by the size of the state.
UNTIED = {200: "dense", 650: "650-dense"}
# Median over the seeds; all else is the same for all of them.
SCORES = ("test_perplexity", "int8_test_perplexity", "test_top1", "test_top3")


@dataclasses.dataclass(frozen=True)
class Measured:
    """A row with what was measured of it.

    Attributes:
        name: As `quality.py --list` has it.
        row: What it is.
        perplexities: Of the test text, one for each seed.
        result: Its scores, of all seeds the median, and what else is known of it.
        size: Bytes of the int8 model, `None` where there is none.
        untied: Those of a dense model with as large a state and two tables.
        words: Bytes that the words take in the file, with their cells if there are.
        plain: Those of words that have no cells.
        times: What its suggestions take, by the name of the measure.
    """

    name: str
    row: Row
    perplexities: list[float]
    result: dict
    size: int | None
    untied: int | None
    words: int | None
    plain: int | None
    times: dict


def by_name() -> dict[str, list[dict]]:
    """Return the results of each name, the last one of each seed."""
    found: dict[str, dict] = {}
    for result in read("quality"):
        found.setdefault(result["name"], {})[result["seed"]] = result
    return {name: [of[seed] for seed in sorted(of)] for name, of in found.items()}


def measured() -> list[Measured]:
    """Return the rows whose test text was scored, in the order of the list."""
    found = by_name()
    timed = {name: of[-1] for name, of in found.items() if name.startswith("latency/")}
    rows = []
    for name, row in ROWS.items():
        if name not in found or row.tried:
            continue
        results = found[name]
        corpus = name.split("/")[0]
        latency = timed.get(f"latency/{corpus}", {})
        times = {
            key: latency[key][name]
            for key in ("suggest_us", "exact_us", "exact_us_p99", "certain")
            if name in latency.get(key, {})
        }
        # Models of one shape are of one size; all that are timed are written anew.
        sizes = latency.get("int8_model_bytes", {})
        alike = [
            sizes[other]
            for other in sizes
            if other in ROWS and ROWS[other].model == row.model
        ]
        size = alike[0] if alike else results[0].get("int8_model_bytes")
        untied = sizes.get(f"{corpus}/{UNTIED.get(row.model.get('units', 200))}")
        medians = {
            key: statistics.median(r[key] for r in results if key in r)
            for key in SCORES
            if any(key in r for r in results)
        }
        perplexities = [r["test_perplexity"] for r in results]
        plain = _words(found.get(f"{corpus}/dense-tied", [{}]))
        words = plain if _family(row) in ("dense", "Slim") else _words(results)
        bytes_of = (size, untied, words, plain)
        rows.append(
            Measured(name, row, perplexities, results[0] | medians, *bytes_of, times)
        )
    return rows


def _words(results):
    """Return the bytes of the words in the file of a row, `None` if it has no file."""
    result = results[0]
    if "int8_file_bytes" not in result:
        return None
    return result["int8_file_bytes"] - result["int8_model_bytes"]


def spread(values: list[float]) -> str:
    """Return the median, and the range where there are several."""
    middle = f"{statistics.median(values):.1f}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):.1f}–{max(values):.1f})"


def table(rows: list[dict[str, str]]) -> list[str]:
    """Return the lines of a table, without the columns that are empty."""
    columns = [column for column in rows[0] if any(row[column] for row in rows)]
    return [
        "| " + " | ".join(columns) + " |",
        "|" + "---|" * len(columns),
        *("| " + " | ".join(row[column] for column in columns) + " |" for row in rows),
    ]


def _cells(one: Measured) -> dict[str, str]:
    result, times = one.result, one.times
    saved = result.get("keystroke_savings")
    blind = result.get("keystroke_savings_blind")
    epochs = result.get("epoch_valid_perplexities")
    dropout, int8 = result.get("dropout"), result.get("int8_test_perplexity")
    seeds = len(one.perplexities) if epochs else ""
    return {
        "row": f"`{one.name.split('/')[1]}`",
        "model": one.row.title,
        "test perplexity": spread(one.perplexities),
        "of the int8 file": f"{int8:.1f}" if int8 else "",
        "top-1": f"{result['test_top1']:.1%}",
        "top-3": f"{result['test_top3']:.1%}",
        "keystrokes saved": f"{saved:.1%}" if saved else "",
        "without context": f"{blind:.1%}" if blind else "",
        "parameters": f"{result['parameters'] / 1e6:.2f} M",
        "int8 model": f"{one.size:,} B" if one.size else "",
        "of dense, untied (with words)": _share(one),
        "one call": _microseconds(times.get("suggest_us")),
        "is certain": f"{times['certain']:.0%}" if times.get("certain") else "",
        "three best": _microseconds(times.get("exact_us")),
        "99 of 100": _microseconds(times.get("exact_us_p99")),
        "seeds": str(seeds),
        "epochs": str(len(epochs)) if epochs else "",
        "dropout, rate": f"{dropout}, {result['learning_rate']}" if dropout else "",
    }


def _share(one):
    if not (one.size and one.untied):
        return ""
    share = f"1/{one.untied / one.size:.1f}"
    if not (one.words and one.plain):
        return share
    return f"{share} (1/{(one.untied + one.plain) / (one.size + one.words):.1f})"


def _microseconds(value):
    return f"{value:.0f} µs" if value else ""


def chosen_table() -> str:
    """Return the rows of the README, all texts in one table."""
    columns = (
        "model",
        "test perplexity",
        "top-3",
        "keystrokes saved",
        "int8 model",
        "of dense, untied (with words)",
        "three best",
        "epochs",
    )
    found = {one.name: one for one in measured()}
    rows = []
    for corpus, title in TEXTS.items():
        for chosen in CHOSEN:
            if f"{corpus}/{chosen}" in found:
                cells = _cells(found[f"{corpus}/{chosen}"])
                rows.append({"text": title} | {key: cells[key] for key in columns})
                title = ""
    return "\n".join(table(rows))


def quality_table() -> str:
    """Return all rows, text by text, the sweeps, speeds and what was tried."""
    parts = []
    for corpus, title in TEXTS.items():
        rows = [one for one in measured() if one.name.startswith(f"{corpus}/")]
        if rows:
            parts += [
                f"**{title[0].upper()}{title[1:]}**",
                "",
                *table([_cells(one) for one in rows]),
                "",
            ]
    found = by_name()
    for rows in (_sweep_rows(found), _speed_rows(found), _tried_rows(found)):
        parts += [*table(rows), ""]
    return "\n".join([*parts, "`python benchmarks/quality.py --corpora DIR ROW`."])


def _sweep_rows(found):
    """Return the trials of each kin, in bold the settings that are taken."""
    rows = []
    for kin, like in KIN.items():
        reached = {
            setting: found[name][0]["valid_perplexity"]
            for name, (of, setting) in TRIALS.items()
            if of == kin and name in found
        }
        if reached:
            whole = len(reached) == len(like.settings)
            taken = settings_of(kin) if whole else None
            rows.append(
                {
                    "trials of": _named(kin),
                    "text": TEXTS[like.corpus],
                    "epochs": str(sum(like.rounds)),
                    "validation perplexity (dropout, learning rate)": ", ".join(
                        f"{'**' * (setting == taken)}{perplexity:.1f}"
                        f"{'**' * (setting == taken)} ({setting[0]}, {setting[1]})"
                        for setting, perplexity in reached.items()
                    ),
                }
            )
    return rows


def _named(kin):
    """Return the title of the row that was tried for its kin."""
    return next(
        row.title.strip("*")
        for row in ROWS.values()
        if row.kin == kin and row.model == KIN[kin].model
    )


def _speed_rows(found):
    rows = []
    for corpus, title in TEXTS.items():
        for result in found.get(f"speed/{corpus}", []):
            speeds = result["words_per_second"]
            middle = {name: statistics.median(of) for name, of in speeds.items()}
            rows.append(
                {
                    "training, words/s of one core": title,
                    "core of": result["cpu"].split(",")[0],
                    "V": f"{result['vocabulary_size']:,}",
                    "dense, tied": _range(speeds["dense-tied"]),
                    "LightRNN": _range(speeds["ours"]),
                    "ratio": f"**{middle['ours'] / middle['dense-tied']:.1f}**",
                    "LightRNN of the paper": _range(speeds["paper"]),
                    "Slim": _range(speeds["slim"]),
                }
            )
    return rows


def _range(speeds):
    return f"{statistics.median(speeds):,.0f} ({min(speeds):,.0f}–{max(speeds):,.0f})"


def _tried_rows(found):
    title = "tried on Penn Treebank, one change at a time, six epochs or as said"
    return [
        {
            title: row.title,
            "validation perplexity": f"{found[name][0]['valid_perplexity']:.1f}",
            "parameters": f"{found[name][0]['parameters'] / 1e6:.2f} M",
        }
        for name, row in ROWS.items()
        if row.tried and name in found
    ]


def _family(row: Row) -> str:
    """Return what a row is coloured by."""
    if row.made_by == "n-grams":
        return "n-grams"
    if row.made_by == "adaptive":
        return "adaptive softmax"
    kind = row.model.get("model", "lightrnn")
    if row.made_by == "short vectors":
        kind = "dense"
    return {"slim": "Slim", "dense": "dense"}.get(kind, "LightRNN")


def draw() -> None:
    """Draw perplexity and top-3 of Penn Treebank against bytes."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import (
        FixedLocator,
        NullLocator,
        PercentFormatter,
        ScalarFormatter,
    )

    from lightrnn_tf import plots

    rows = [one for one in measured() if one.name.startswith("ptb/")]
    figure = Figure(figsize=(14, 6), layout="constrained")
    perplexity, top3 = figure.subplots(1, 2)
    for axes, key, label in (
        (perplexity, "test_perplexity", "test perplexity"),
        (top3, "test_top3", "top-3"),
    ):
        point = functools.partial(_point, key=key)
        plots.points_and_front(axes, [*map(point, rows)], axes is perplexity)
        axes.set_xlabel("bytes of the int8 model; hollow: numbers of a model, no file")
        axes.set_ylabel(f"{label}, Penn Treebank")
        axes.grid(alpha=0.3)
    perplexity.set_yscale("log")
    perplexity.yaxis.set_major_locator(FixedLocator([*range(80, 200, 10)]))
    perplexity.yaxis.set_minor_locator(NullLocator())
    perplexity.yaxis.set_major_formatter(ScalarFormatter())
    top3.yaxis.set_major_formatter(PercentFormatter(1, 0))
    perplexity.legend(fontsize=8)
    figure.savefig(ROOT / "results" / "quality.png", dpi=100)


def _point(one: Measured, key: str):
    """Return a row's point; where there is no file, its size is a byte a number.

    Only rows of the README have a name, and the wide ones.
    """
    from lightrnn_tf import plots

    row = one.name.split("/")[1]
    named = row in CHOSEN or row.startswith("650-")
    name = one.row.title.strip("*").replace(" and input, tied, from words", ", from")
    # The colour and the table say the rest.
    said = ("LightRNN, ", "Slim, ", "adaptive softmax, ", ", two output vectors a row")
    for known in said:
        name = name.replace(known, "")
    return plots.Point(
        name if named else "",
        one.size or one.result["parameters"],
        one.result[key],
        _family(one.row),
        estimated=one.size is None,
    )
