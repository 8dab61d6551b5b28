"""What the tables of the benchmarks say is what was measured."""

import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])
    import quality
    import quality_tables

    return quality, quality_tables


def line(name, seed, **scores):
    scores = {
        **{"test_perplexity": 100.0, "test_top1": 0.2, "test_top3": 0.3},
        **{"parameters": 1_500_000, "epoch_valid_perplexities": [9, 8]},
    } | scores
    return {"name": name, "seed": seed, **scores}


def test_scores_are_medians_over_the_seeds_and_a_seed_counts_once(
    benchmarks, monkeypatch
):
    _, tables = benchmarks
    lines = [
        line("ptb/ours", 0, test_perplexity=999.0, test_top3=0.9),
        line("ptb/ours", 1, test_perplexity=103.0, test_top3=0.31),
        line("ptb/ours", 2, test_perplexity=101.0, test_top3=0.35),
        # Run again, with the file that it was exported to.
        line("ptb/ours", 0, test_top3=0.3, int8_model_bytes=1234),
        line("ptb/dense-tied", 0, keystroke_savings=0.479),
        {
            "name": "latency/ptb",
            "seed": 0,
            "suggest_us": {"ptb/ours": 80.2, "ptb/dense-tied": 400.0},
            "exact_us": {"ptb/ours": 240.0},
            "certain": {"ptb/ours": 0.55},
            "int8_model_bytes": {"ptb/ours": 9, "ptb/dense-tied": 5678},
        },
    ]
    monkeypatch.setattr(tables, "read", lambda name: lines)
    dense, ours = (tables._cells(one) for one in tables.measured())
    assert ours == {
        "model": "**LightRNN, k = 16, 2,000 words 80**",
        "test perplexity": "101.0 (100.0–103.0)",
        "top-1": "20.0%",
        "top-3": "31.0%",
        "keystrokes saved": "",
        "without context": "",
        "parameters": "1.50 M",
        "int8 model": "1,234 B",
        "one call": "80 µs",
        "is certain": "55%",
        "three best": "240 µs",
        "epochs": "2",
    }
    assert dense["int8 model"] == "5,678 B"
    assert dense["keystrokes saved"] == "47.9%"
    shown = tables.chosen_table()
    assert "top-1" not in shown
    assert "| Penn Treebank | dense, tied | 100.0 | 30.0% |" in shown


def test_empty_columns_are_left_out(benchmarks):
    _, tables = benchmarks
    rows = [{"a": "1", "b": "", "c": ""}, {"a": "2", "b": "", "c": "3"}]
    assert tables.table(rows) == ["| a | c |", "|---|---|", "| 1 |  |", "| 2 | 3 |"]


def test_settings_are_those_that_won_the_sweep(benchmarks, monkeypatch):
    quality, _ = benchmarks
    trials = [
        {"name": "sweep/dense", "dropout": d, "learning_rate": r, "valid_perplexity": v}
        for d, r, v in [(0.3, 5e-3, 99), (0.3, 2.5e-3, 98), (0.3, 1e-2, 100)]
    ]
    monkeypatch.setattr(quality, "read", lambda name: trials)
    with pytest.raises(SystemExit, match="--sweep dense must be run first"):
        quality.settings_of("dense")
    trials.append(trials[0] | {"dropout": 0.45, "valid_perplexity": 120})
    assert quality.settings_of("dense") == (0.3, 2.5e-3)
    row = quality.ROWS["ptb/dense-less-dropout"]
    assert quality.dropout_and_rate(row) == (0.2, 2.5e-3)


def test_options_are_typed_as_the_command_line_has_them(benchmarks):
    quality, _ = benchmarks
    options = {"residual_dim": 0, "cell_bias": False, "tied": True, "table": "random"}
    typed = ["--residual-dim", 0, "--no-cell-bias", "--tied", "--table", "random"]
    assert quality.typed(options) == typed


def test_rows_are_commands_that_can_be_typed(benchmarks):
    from lightrnn_tf import cli

    quality, _ = benchmarks
    for name, row in quality.ROWS.items():
        if row.made_by == "training":
            options = quality.CORPORA[name.split("/")[0]] | row.model
            words = map(str, quality.typed(options))
            parsed = cli._parser().parse_args(
                ["train", "--train", "x", "--out", "y", *words]
            )
            options.pop("moving_cost", None)  # Parsed to two numbers.
            for option, value in options.items():
                assert str(getattr(parsed, option)) == str(value), (name, option)


def test_results_are_of_rows_that_there_are(benchmarks):
    quality, _ = benchmarks
    lines = (ROOT / "results" / "quality.jsonl").read_text().splitlines()
    names = {json.loads(line)["name"] for line in lines}
    kinds = ("sweep/", "speed/", "latency/")
    assert {name for name in names if not name.startswith(kinds)} <= {*quality.ROWS}
