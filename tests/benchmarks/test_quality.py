"""What the tables of the benchmarks say is what was measured."""

import argparse
import hashlib
import json
import lzma
import pathlib
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])
    import quality
    import quality_tables

    return quality, quality_tables


@pytest.fixture
def rows(benchmarks):
    import quality_rows

    return quality_rows


def line(name, seed, **scores):
    scores = {
        "test_perplexity": 100.0,
        "test_top1": 0.2,
        "test_top3": 0.3,
        "parameters": 1_500_000,
        "epoch_valid_perplexities": [9, 8],
        "dropout": 0.2,
        "learning_rate": 0.005,
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
        line(
            "ptb/ours",
            0,
            test_top3=0.3,
            int8_model_bytes=1234,
            int8_file_bytes=1444,
        ),
        line(
            "ptb/dense-tied",
            0,
            int8_model_bytes=5700,
            int8_file_bytes=5800,
            keystroke_savings=0.479,
        ),
        {
            "name": "latency/ptb",
            "seed": 0,
            "suggest_us": {"ptb/ours": 80.2, "ptb/dense-tied": 400.0},
            "exact_us": {"ptb/ours": 240.0},
            "exact_us_p99": {"ptb/ours": 500.0},
            "certain": {"ptb/ours": 0.55},
            "int8_model_bytes": {"ptb/dense-tied": 5678, "ptb/dense": 4936},
        },
    ]
    monkeypatch.setattr(tables, "read", lambda name: lines)
    dense, ours = (tables._cells(one) for one in tables.measured())
    assert ours == {
        "row": "`ours`",
        "model": "**LightRNN, k = 16, 2,000 words 80**",
        "test perplexity": "101.0 (100.0–103.0)",
        "of the int8 file": "",
        "top-1": "20.0%",
        "top-3": "31.0%",
        "keystrokes saved": "",
        "without context": "",
        "parameters": "1.50 M",
        "int8 model": "1,234 B",
        # 4,936 / 1,234, and with 100 B of words 5,036 / (1,234 + 210).
        "of dense, untied (with words)": "1/4.0 (1/3.5)",
        "one call": "80 µs",
        "is certain": "55%",
        "three best": "240 µs",
        "99 of 100": "500 µs",
        "seeds": "3",
        "epochs": "2",
        "dropout, rate": "0.2, 0.005",
    }
    assert dense["int8 model"] == "5,678 B"
    assert dense["keystrokes saved"] == "47.9%"
    shown = tables.chosen_table()
    assert "top-1" not in shown
    assert "| Penn Treebank | dense, tied | 100.0 | 30.0% |" in shown


def test_models_of_one_shape_are_of_one_size(benchmarks, monkeypatch):
    _, tables = benchmarks
    lines = [
        line("ptb/slim", 0, int8_model_bytes=999),  # By an older exporter.
        line("ptb/slim-matched", 0),
        line("ptb/adaptive", 0),
        {
            "name": "latency/ptb",
            "seed": 0,
            "int8_model_bytes": {"ptb/slim": 1234, "ptb/no-more": 1},
        },
    ]
    monkeypatch.setattr(tables, "read", lambda name: lines)
    sizes = {one.name: one.size for one in tables.measured()}
    assert sizes == {
        "ptb/slim": 1234,
        "ptb/slim-matched": 1234,
        "ptb/adaptive": None,
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name a ROW, or pass --speed, --latency, --list or --table"),
        (["ptb/no"], "no row 'ptb/no'; --list shows them"),
        (["ptb/kneser-ney"], "--corpora must name the folder of the corpora"),
        (["--corpora", "c", "ptb/kneser-ney"], "train.txt.xz: no such file"),
        (["--corpora", "damaged", "--speed", "ptb"], "must be a whole .xz file"),
        (["--list", "--results", "no/x.jsonl"], "must be a file in an existing folder"),
        (["--list", "--results", "damaged"], "must be a file in an existing folder"),
        (["--list", "--results", "bad.jsonl"], "bad.jsonl must be of JSON lines"),
        (
            ["--corpora", "c", "--results", "new.jsonl", "ptb/dense-small"],
            "ptb/dense-small: sweep/dense-small/0.3/0.005 sweep/dense-small/0.2/0.005 "
            "must be run first",
        ),
    ],
)
def test_nothing_is_done_for_wrong_arguments(
    benchmarks, tmp_path, monkeypatch, capsys, words, message
):
    quality, _ = benchmarks
    monkeypatch.chdir(tmp_path)
    pathlib.Path("bad.jsonl").write_text("{bad")
    damaged = pathlib.Path("damaged", "ptb", "train.txt.xz")
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"no archive")
    monkeypatch.setattr(sys, "argv", ["quality.py", *words])
    with pytest.raises(SystemExit, match="2"):
        quality.main()
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.jsonl", "damaged"]


@pytest.mark.parametrize("row", ["ptb/kneser-ney", "sweep/ours/0.2/0.005"])
def test_another_text_is_not_taken_for_that_of_the_tables(
    benchmarks, tmp_path, monkeypatch, capsys, row
):
    quality, _ = benchmarks
    texts, results = tmp_path / "ptb", tmp_path / "results.jsonl"
    texts.mkdir()
    scores = {"test_perplexity": 9.0}
    monkeypatch.setattr(quality, "measured", lambda name, args: scores)

    def run(*more):
        words = ["--corpora", tmp_path, "--runs", tmp_path / "runs", *more, row]
        monkeypatch.setattr(sys, "argv", ["quality.py", *map(str, words)])
        quality.main()

    with pytest.raises(SystemExit, match="2"):
        run()
    assert "train.txt.xz: no such file" in capsys.readouterr().err
    for part in ("train", "valid", "test"):
        (texts / f"{part}.txt.xz").write_bytes(lzma.compress(b"a b\n"))
    with pytest.raises(SystemExit, match="2"):
        run()
    assert "must be the text of the tables. Received" in capsys.readouterr().err
    run("--results", results)
    (kept,) = map(json.loads, results.read_text().splitlines())
    assert (kept["name"], kept["test_perplexity"]) == (row, 9.0)
    told = hashlib.sha256(3 * b"a b\n").hexdigest()
    monkeypatch.setitem(quality.CHECKSUMS, "ptb", told[:32])
    monkeypatch.setattr(quality, "append", lambda *kept: results.write_text("kept"))
    run()
    assert results.read_text() == "kept"


@pytest.fixture
def own_text(benchmarks, tmp_path, monkeypatch):
    """Runs rows on a text that is not that of the tables; returns all results."""
    quality, _ = benchmarks
    texts, results = tmp_path / "ptb", tmp_path / "results.jsonl"
    texts.mkdir()
    random = np.random.default_rng(0)
    for part, count in (("train", 300), ("valid", 20), ("test", 20)):
        drawn = random.zipf(1.3, (count, 9)) % 90
        lines = "\n".join(" ".join(f"w{n}" for n in line) for line in drawn)
        (texts / f"{part}.txt.xz").write_bytes(lzma.compress(lines.encode()))
    # The other trials of their kin are worse.
    for name, (kin, setting) in quality.TRIALS.items():
        if kin in ("dense-small", "dense-short"):
            trial = {"name": name, "valid_perplexity": 9.0 + (setting != (0.2, 0.005))}
            quality.append("quality", trial, 0, results)
    trials = len(results.read_text().splitlines())

    def run(*rows):
        words = ["--corpora", tmp_path, "--runs", tmp_path / "runs", *rows]
        words += ["--results", results]
        monkeypatch.setattr(sys, "argv", ["quality.py", *map(str, words)])
        quality.main()
        lines = results.read_text().splitlines()[trials:]
        return {line["name"]: line for line in map(json.loads, lines)}

    return run


@pytest.mark.slow
def test_rows_are_scored_on_a_text_of_ones_own(own_text):
    found = own_text("ptb/kneser-ney", "ptb/dense-short")
    for result in found.values():
        assert 1 < result["test_perplexity"] < 90
        assert 0 < result["test_top1"] < result["test_top3"] < 1
    short = found["ptb/dense-short"]
    # As the trials of this text say.
    assert (short["dropout"], short["learning_rate"]) == (0.2, 0.005)
    assert short["valid_perplexity"] == pytest.approx(
        min(short["epoch_valid_perplexities"]), abs=0.01
    )
    assert len(short["epoch_valid_perplexities"]) == 15


@pytest.mark.slow
def test_a_row_is_trained_once_exported_and_scored(own_text, tmp_path):
    first = own_text("ptb/dense-small")["ptb/dense-small"]
    assert first["int8_test_perplexity"] == pytest.approx(
        first["test_perplexity"], rel=0.01
    )
    file = tmp_path / "runs" / first["run"] / "model.tflite"
    assert first["int8_file_bytes"] == file.stat().st_size
    assert first["int8_model_bytes"] < first["int8_file_bytes"]
    assert "--dropout 0.2 --learning-rate 0.005" in first["trained_by"]
    trained = (tmp_path / "runs" / first["run"] / "metrics.jsonl").stat().st_mtime_ns
    again = own_text("ptb/dense-small")["ptb/dense-small"]
    assert again["test_perplexity"] == first["test_perplexity"]
    kept = (tmp_path / "runs" / first["run"] / "metrics.jsonl").stat().st_mtime_ns
    assert kept == trained


def test_empty_columns_are_left_out(benchmarks):
    _, tables = benchmarks
    rows = [{"a": "1", "b": "", "c": ""}, {"a": "2", "b": "", "c": "3"}]
    assert tables.table(rows) == ["| a | c |", "|---|---|", "| 1 |  |", "| 2 | 3 |"]


def test_settings_are_those_that_won_the_sweep(rows, monkeypatch):
    kin = rows.Kin({}, ((0.2, 0.005), (0.3, 0.005)))
    monkeypatch.setattr(rows, "KIN", {"a": kin, "b": kin})
    trials = {
        f"sweep/{of}/{d}/{r}": (of, (d, r)) for of in "ab" for d, r in kin.settings
    }
    monkeypatch.setattr(rows, "TRIALS", trials)
    lines = [
        {"name": "sweep/a/0.2/0.005", "seed": 0, "valid_perplexity": 99.0},
        {"name": "sweep/b/0.2/0.005", "seed": 0, "valid_perplexity": 100.6},
        {"name": "sweep/b/0.3/0.005", "seed": 0, "valid_perplexity": 100.0},
        {"name": "sweep/b/0.2/0.005", "seed": 1, "valid_perplexity": 1.0},
        {"name": "speed/ptb", "seed": 0},
    ]
    monkeypatch.setattr(rows, "read", lambda name, path: lines)
    with pytest.raises(SystemExit, match=r"must be run first: sweep/a/0.3/0.005\."):
        rows.settings_of("a")
    assert rows.missing_trials("a") == ["sweep/a/0.3/0.005"]
    assert rows.missing_trials("b") == []
    assert rows.settings_of("b") == (0.3, 0.005)
    lines[1]["valid_perplexity"] = 100.4  # As good, and tried before.
    assert rows.settings_of("b") == (0.2, 0.005)
    kin = rows.Kin({}, ((0.1, 0.01),))
    monkeypatch.setattr(rows, "KIN", {"c": kin})
    assert rows.settings_of("c") == (0.1, 0.01)


def test_a_run_is_shared_by_what_trains_alike_and_by_nothing_else(benchmarks):
    quality, _ = benchmarks

    def run(options, rounds=(15,), seed=0):
        args = argparse.Namespace(runs=pathlib.Path("runs"), seed=seed)
        return quality.run_of("ptb", options, rounds, args)

    options = {"dropout": 0.2, "learning_rate": 0.005, "units": 8}
    assert run(options) == run(dict(reversed(options.items())))
    others = [
        run(options | {"dropout": 0.3}),
        run(options, (8, 7)),
        run(options, seed=1),
    ]
    assert len({run(options), *others}) == 4


def test_options_are_typed_as_the_command_line_has_them(benchmarks):
    quality, _ = benchmarks
    options = {"word_dim": 0, "word_bias": False, "tied": True, "table": "random"}
    typed = ["--word-dim", 0, "--no-word-bias", "--tied", "--table", "random"]
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
    timed = {f"{kind}/{of}" for kind in ("speed", "latency") for of in quality.CORPORA}
    assert names <= {*quality.ROWS, *quality.TRIALS, *timed}


def test_rows_have_the_settings_that_won(benchmarks):
    quality, tables = benchmarks
    for name, results in tables.by_name().items():
        for result in results if name in quality.ROWS else ():
            if "dropout" in result:  # Not counted n-grams.
                settings = (result["dropout"], result["learning_rate"])
                assert settings == quality.settings_of(quality.ROWS[name].kin), name
