"""The commands, as a user meets them: results, errors, exit statuses."""

import inspect
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from helpers.command_line import lightrnn
from helpers.eager import eagerly

from lightrnn_tf import cli, models, training
from lightrnn_tf.training import run

LINES = """The cat sat on the mat.
The dog sat on the log, and the cat didn't like it.

A cat and a dog: two animals on 3 mats.
The mat was on the floor. The log was on the hill.
"""
TEXT = LINES * 12
SMALL = ["--units", "8", "--batch-size", "4", "--steps", "5"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A text, a LightRNN of two rounds, an exported file, runs of a few batches."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "text.txt").write_text(TEXT, encoding="utf-8")
    (folder / "tiny.txt").write_text(LINES, encoding="utf-8")
    (folder / "test.txt").write_text("The cat sat on the zebra.\n", encoding="utf-8")
    assert lightrnn("train", "--train", folder / "text.txt", "--lowercase",
                    "--test", folder / "test.txt", "--rounds", "2,1", *SMALL,
                    "--word-dim", 2, "--frequent-words", 9, "--frequent-dim", 3,
                    "--out", folder / "run") == 0  # fmt: skip
    assert lightrnn("export", folder / "run", "--out", folder / "m.tflite") == 0
    slim = ("--model", "slim", "--slim-parts", 2, "--slim-vectors", 12)
    few = ("train", "--train", folder / "tiny.txt", "--rounds", "1", *SMALL)
    with eagerly():
        for name, more in {
            "dense": ("--model", "dense", "--tied"),
            "slim": slim,
            "lines": ("--lowercase", "--line-independent"),
        }.items():
            assert lightrnn(*few, *more, "--out", folder / name) == 0
    return folder


def error_of(capsys, *arguments):
    """Run a command that fails: one line on standard error, status 2."""
    capsys.readouterr()
    status = lightrnn(*arguments)
    out, err = capsys.readouterr()
    assert status == 2, err
    assert out == ""
    lines = err.splitlines()
    if "lightrnn" not in lines[0]:  # Training says what it has read when it has.
        lines = [line for line in lines[1:] if line.startswith("lightrnn")]
    (line,) = lines
    assert line.startswith("lightrnn")
    assert "error: " in line
    return line


def test_a_run_has_its_files(folder):
    names = {path.name for path in (folder / "run").iterdir()}
    assert names >= {
        "config.json", "vocabulary.txt", "table.json", "best.weights.h5",
        "metrics.jsonl", "learning_curve.png", "ids",
    }  # fmt: skip
    log = (folder / "run" / "metrics.jsonl").read_text().splitlines()
    lines = [json.loads(line) for line in log]
    epochs = [line["epoch"] for line in lines if "epoch" in line]
    assert epochs == [1, 2, 3]
    rounds = [line for line in lines if "solver" in line]
    assert [line["reallocation_before_epoch"] for line in rounds] == [3]
    assert "perplexity" in lines[-1]["test"]
    rates = [line["learning_rate"] for line in lines if "epoch" in line]
    assert rates == sorted(rates, reverse=True)
    assert not (folder / "run.partial").exists()


def test_best_weights_and_table_belong_together(folder):
    opened = run.Run(folder / "run")
    model = opened.load_model()
    from lightrnn_tf.tables.word_table import WordTable

    table = WordTable.from_json((folder / "run" / "table.json").read_text())
    np.testing.assert_array_equal(model.table.cells, table.cells)
    # 2 % of the words have a cell kept free.
    free = table.rows * table.columns - len(opened.vocabulary)
    assert free >= 1


@pytest.mark.parametrize("model", ["run", "dense", "slim", "m.tflite"])
def test_evaluate_gives_the_keys_of_the_contract(folder, model, capsys):
    text = folder / "test.txt"
    assert lightrnn("evaluate", folder / model, "--text", text, "--json") == 0
    out = capsys.readouterr().out
    result = json.loads(out)
    assert out.count("\n") == 1
    assert list(result) == [
        "tokens", "nats_per_token", "perplexity", "perplexity_no_oov", "oov_rate",
        "top1", "top3", "top1_no_oov_eos", "top3_no_oov_eos", "tokens_no_oov_eos",
        "model_bytes",
    ]  # fmt: skip
    assert result["tokens"] == 8
    assert result["oov_rate"] == 1 / 8
    assert result["tokens_no_oov_eos"] == 6
    assert result["perplexity"] == pytest.approx(np.exp(result["nats_per_token"]))
    assert result["model_bytes"] > 1000


def test_evaluate_gives_a_score_for_each_line(folder, capsys, tmp_path):
    text = tmp_path / "lines.txt"
    text.write_text("The cat sat.\n\nA zebra and a yak\n")
    results = []
    for model in ("run", "m.tflite"):
        command = ("evaluate", folder / model, "--text", text, "--lines")
        assert lightrnn(*command, "--json") == 0
        out = capsys.readouterr().out
        results.append(json.loads(out))
        assert out.count("\n") == 1
    for of_run, result in zip(*(each["lines"] for each in results), strict=True):
        assert of_run.pop("nats") == pytest.approx(result["nats"], abs=0.05)
        assert of_run.items() <= result.items()
    result = results[1]
    lines = result["lines"]
    assert [(line["tokens"], line["unknown_words"]) for line in lines] == [
        (5, 0),
        (0, 0),
        (6, 2),
    ]
    assert sum(line["nats"] for line in lines) == pytest.approx(
        result["nats_per_token"] * result["tokens"]
    )
    assert lightrnn(*command) == 0
    *scores, heads, first, second, third = capsys.readouterr().out.splitlines()
    assert any("perplexity" in line for line in scores)
    assert heads.split() == ["line", "tokens", "nats", "unknown", "words"]
    shown = [row.split() for row in (first, second, third)]
    assert [row[:2] + row[3:] for row in shown] == [
        ["1", "5", "0"],
        ["2", "0", "0"],
        ["3", "6", "2"],
    ]
    assert shown[2][2] == f"{lines[2]['nats']:.4f}"


def test_evaluate_says_that_unknown_words_were_never_seen(folder, capsys):
    # Each word of this text stands there often.
    texts = ("--text", folder / "test.txt")
    assert lightrnn("evaluate", folder / "run", *texts, "--json") == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Unknown words are scored as <unk>, which was never seen")
    texts = ("--text", folder / "tiny.txt")
    assert lightrnn("evaluate", folder / "run", *texts, "--json") == 0
    assert capsys.readouterr().err == ""


def test_file_and_run_score_alike(folder, capsys):
    scores = []
    for model in ("run", "m.tflite"):
        lightrnn("evaluate", folder / model, "--text", folder / "text.txt", "--json")
        scores.append(json.loads(capsys.readouterr().out)["nats_per_token"])
    assert scores[0] == pytest.approx(scores[1], abs=0.02)


def test_evaluate_can_begin_anew_at_every_line(folder, capsys):
    text = folder / "lines.txt"
    text.write_text("the cat sat\nthe dog sat\n" * 5)
    nats = {}
    for model in ("run", "m.tflite"):
        for more in ((), ("--line-independent",)):
            arguments = ("evaluate", folder / model, "--text", text, "--json", *more)
            assert lightrnn(*arguments) == 0
            result = json.loads(capsys.readouterr().out)
            nats[model, more] = result["nats_per_token"]
    for more in ((), ("--line-independent",)):
        assert nats["run", more] == pytest.approx(nats["m.tflite", more], abs=1e-3)
    assert abs(nats["run", ()] - nats["run", ("--line-independent",)]) > 1e-3


@pytest.mark.parametrize("of_file", [True, False])
@pytest.mark.parametrize("asked", [True, False])
def test_a_file_of_single_lines_needs_no_option(of_file, asked, folder, monkeypatch):
    from lightrnn_tf.predictors import exported

    file = SimpleNamespace(line_independent=of_file)
    monkeypatch.setattr(exported, "LiteRTPredictor", lambda path: file)
    opened = cli.inputs.open_predictor(str(folder / "m.tflite"), asked)
    assert opened.line_independent == (of_file or asked)


@pytest.mark.parametrize("model", ["run", "dense", "slim", "m.tflite"])
def test_suggest_gives_the_keys_of_the_contract(folder, model, capsys):
    assert lightrnn("suggest", folder / model, "the cat", "-k", 4, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == [
        "context", "prefix", "exact", "rows_expanded", "suggestions",
    ]  # fmt: skip
    assert answer["context"] == ["the", "cat"]
    assert answer["exact"] is True
    log_probs = [entry["log_prob"] for entry in answer["suggestions"]]
    assert len(log_probs) == 4
    assert log_probs == sorted(log_probs, reverse=True)
    assert all(entry["word"][0].isalpha() for entry in answer["suggestions"])


def test_suggest_with_a_prefix_and_with_all_tokens(folder, capsys):
    file = folder / "m.tflite"
    lightrnn("suggest", file, "the", "--prefix", "DO", "-k", 9, "--json")
    words = [e["word"] for e in json.loads(capsys.readouterr().out)["suggestions"]]
    assert words == ["DOG"]  # As it was begun.
    lightrnn("suggest", file, "", "--prefix", "qq", "--json")
    out, err = capsys.readouterr()
    assert json.loads(out)["suggestions"] == []
    assert "No word begins with 'qq'." in err
    lightrnn("suggest", file, "", "-k", 99, "--all-tokens", "--json")
    words = [e["word"] for e in json.loads(capsys.readouterr().out)["suggestions"]]
    assert {"<eos>", "<unk>", ".", "3", "didn't"} <= set(words)


def test_the_case_of_a_prefix_makes_a_difference_unless_told_not_to(folder, capsys):
    words = []
    for more in ((), ("--ignore-case",)):
        arguments = ("", "--prefix", "t", "-k", 9, *more, "--json")
        assert lightrnn("suggest", folder / "dense", *arguments) == 0
        answer = json.loads(capsys.readouterr().out)
        words.append({entry["word"] for entry in answer["suggestions"]})
    assert words == [{"the"}, {"the", "The"}]


def test_text_may_come_after_options(folder, capsys):
    file = folder / "m.tflite"
    for arguments in (
        (file, "the", "-k", "2", "--exclude", "dog"),
        (file, "-k", "2", "--exclude", "dog", "the"),
        ("--exclude", "dog", "-k", "2", file, "the"),
    ):
        lightrnn("suggest", *arguments, "--json")
        answer = json.loads(capsys.readouterr().out)
        assert answer["context"] == ["the"]
        assert len(answer["suggestions"]) == 2
        assert "dog" not in {entry["word"] for entry in answer["suggestions"]}
    assert lightrnn("suggest", file, "the", "-k", "2", "cat") == 2
    assert "unrecognized arguments: cat." in capsys.readouterr().err


def test_a_line_end_in_the_text_ends_a_line(folder, capsys):
    answers = []
    for text in ("", "the cat\n", "the cat", "a dog .\nthe cat\n"):
        lightrnn("suggest", folder / "lines", text, "--json")
        answers.append(json.loads(capsys.readouterr().out))
    start, after_end, within, later = answers
    assert after_end["context"] == ["the", "cat", "<eos>"]
    assert after_end["suggestions"] == later["suggestions"] == start["suggestions"]
    assert within["suggestions"] != start["suggestions"]


def test_generate_reads_line_ends(folder, capsys, monkeypatch):
    from lightrnn_tf import decoding

    monkeypatch.setattr(decoding, "generate", lambda _, words, *a, **more: words)
    assert lightrnn("generate", folder / "lines", "the cat\n\na dog") == 0
    assert capsys.readouterr().out == "the cat\na dog\n"


@pytest.mark.parametrize(
    ("more", "length", "lines"),
    [((), 30, 1), (("--lines", 3), 90, 3), (("--lines", 3, "--length", 7), 7, 3)],
)
def test_options_of_generate_are_handed_on(
    more, length, lines, folder, capsys, monkeypatch
):
    from lightrnn_tf import decoding

    taken, asked = inspect.signature(decoding.generate), []

    def generate(*args, **kwargs):
        asked.append(taken.bind(*args, **kwargs).arguments)
        return ["cat"]

    monkeypatch.setattr(decoding, "generate", generate)
    drawn = ("--seed", 4, "--temperature", 0.5, "--top-p", 0.9, "--unknown")
    assert lightrnn("generate", folder / "m.tflite", "the", *drawn, *more) == 0
    assert capsys.readouterr().out == "cat\n"
    (found,) = asked
    assert found.pop("predictor").path == folder / "m.tflite"
    assert found == {
        "words": ["the"],
        "length": length,
        "seed": 4,
        "temperature": 0.5,
        "top_p": 0.9,
        "unknown": True,
        "lines": lines,
    }


def test_a_model_that_reads_on_reads_the_line_end(folder, capsys):
    answers = []
    for model in ("run", "m.tflite"):
        for text in ("the cat", "the cat\n", ""):
            lightrnn("suggest", folder / model, text, "--json")
            answers.append(json.loads(capsys.readouterr().out)["suggestions"][0])
        within, ended, start = answers[-3:]
        assert len({entry["log_prob"] for entry in (within, ended, start)}) == 3


def test_an_answer_that_is_not_certain_says_so(folder, capsys):
    lightrnn("suggest", folder / "m.tflite", "the", "-k", 9, "--max-rows", 1)
    assert "log-probability of up to -" in capsys.readouterr().err


def test_suggest_corrects_what_was_typed(folder, capsys):
    file = folder / "m.tflite"
    assert lightrnn("suggest", file, "the", "--prefix", "cta", "--correct") == 0
    said = capsys.readouterr()
    assert "cat" in said.out.split()
    assert "'cta' would become 'cat'." in said.err
    lightrnn("suggest", file, "the", "--prefix", "cat", "--correct")
    assert "would become" not in capsys.readouterr().err
    line = error_of(capsys, "suggest", file, "the", "--correct")
    assert "--correct needs --prefix" in line
    for option in ("--all-tokens", "--ignore-case"):
        line = error_of(
            capsys, "suggest", file, "the", "--prefix", "c", "--correct", option
        )
        assert f"{option} cannot be given with --correct" in line


def test_suggest_remembers_the_lines_before(folder, capsys, monkeypatch):
    file = folder / "m.tflite"
    lines = "the dog sat\nthe dog sat\nthe dog sat\nthe dog"
    lightrnn("suggest", file, lines, "--json")
    plain = json.loads(capsys.readouterr().out)["suggestions"]
    lightrnn("suggest", file, lines, "--cache", "--json")
    remembered = json.loads(capsys.readouterr().out)["suggestions"]
    assert remembered != plain
    monkeypatch.setattr("sys.stdin", io.StringIO(lines + "\n"))
    lightrnn("suggest", file, "--cache", "--json")
    *_, last = capsys.readouterr().out.splitlines()
    assert json.loads(last)["suggestions"] == remembered


def test_suggest_asks_for_text(folder, capsys, monkeypatch):
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO("the cat\n\ud800 \U0001f600\n"))
    assert lightrnn("suggest", folder / "m.tflite", "--json") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["context"] for line in lines][0] == ["the", "cat"]
    assert len(lines) == 2
    monkeypatch.setattr(sys, "stdin", io.StringIO("t\0h\0e\0"))
    line = error_of(capsys, "suggest", folder / "m.tflite")
    assert "must be UTF-8 text. Received: a NUL in line 1" in line


def test_generate_is_repeatable(folder, capsys):
    texts = []
    for seed in (1, 1, 2):
        assert (
            lightrnn("generate", folder / "run", "the", "--length", 7, "--seed", seed)
            == 0
        )
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] != texts[2]


def test_generate_writes_as_many_lines_as_asked(folder, capsys):
    for lines in (1, 2):
        more = ("--lines", lines, "--length", 500, "--seed", 1)
        assert lightrnn("generate", folder / "lines", "the", *more) == 0
        out = capsys.readouterr().out
        assert out.count("\n") == lines
        assert "<eos>" not in out
        assert "<unk>" not in out
    assert lightrnn("generate", folder / "lines", "the", "--length", 2) == 0
    assert len(capsys.readouterr().out.split()) <= 2


@pytest.mark.parametrize("model", ["dense", "slim"])
def test_models_without_a_table_show_none(folder, model, capsys):
    line = error_of(capsys, "table", folder / model)
    assert "must have a table of several rows. Received: one row" in line
    assert not (folder / model / "table.html").exists()


@pytest.mark.parametrize("model", ["run", "m.tflite"])
def test_table_lists_every_word_once(folder, model, capsys):
    assert lightrnn("table", folder / model, "--json") == 0
    listing = json.loads(capsys.readouterr().out)
    cells = {(e["row"], e["column"]) for e in listing["words"]}
    assert len(cells) == len(listing["words"])
    assert [e["id"] for e in listing["words"]] == list(range(len(cells)))
    assert max(row for row, _ in cells) < listing["rows"]
    assert max(column for _, column in cells) < listing["columns"]
    counts = [e["count"] for e in listing["words"]]
    assert counts == sorted(counts, reverse=True)


def test_table_of_run_and_file_are_the_same(folder, capsys):
    listings = []
    for model in ("run", "m.tflite"):
        lightrnn("table", folder / model, "--json")
        listings.append(json.loads(capsys.readouterr().out))
    # A file rounds its counts, and its ids follow them.
    counts, found = [], []
    for listing in listings:
        words = sorted(listing.pop("words"), key=lambda word: word["word"])
        counts.append([word.pop("count") for word in words])
        found.append([{**word, "id": None} for word in words])
    assert listings[0] == listings[1]
    assert found[0] == found[1]
    assert counts[1] == pytest.approx(counts[0], rel=0.05)


def test_page_of_a_run_without_its_text_is_without_losses(folder, capsys, tmp_path):
    copy = shutil.copytree(folder / "run", tmp_path / "copy")
    shutil.rmtree(copy / "ids")
    capsys.readouterr()
    assert lightrnn("table", copy) == 0
    assert "without losses and history: " in capsys.readouterr().err
    assert '"losses":null' in (copy / "table.html").read_text(encoding="utf-8")
    missing = tmp_path / "none" / "t.html"
    assert lightrnn("table", copy, "--page", missing) == 2
    assert f"{missing}: No such file or directory." in capsys.readouterr().err


def test_table_shows_who_shares_a_row_and_writes_a_page(folder, capsys):
    assert lightrnn("table", folder / "run", "--word", "Cat") == 0  # Lower-cased.
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("cat: row ")
    assert all("cat" in line.split() for line in lines[1:])
    assert len(lines) == 3
    assert not (folder / "run" / "table.html").exists()
    assert lightrnn("table", folder / "run") == 0
    assert "words in" in capsys.readouterr().out
    page = (folder / "run" / "table.html").read_text(encoding="utf-8")
    assert '"words":[' in page
    assert '"losses":null' not in page
    assert '"words_moved":' in page
    assert lightrnn("table", folder / "run", "--row", 0, "--column", 1) == 0
    assert "column 1: " in capsys.readouterr().out
    page = folder / "t.html"
    assert lightrnn("table", folder / "m.tflite", "--page", page) == 0
    assert '"losses":null' in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command",
    ["train", "evaluate", "suggest", "generate", "export", "table", "quickstart"],
)
def test_help_shows_one_example(command, capsys):
    assert lightrnn(command, "--help") == 0
    assert f"example: lightrnn {command}" in capsys.readouterr().out


def test_options_that_are_given_are_parsed_alone():
    parsed = vars(cli._parser().parse_args(["train", "--units", "8", "--paper"]))
    assert parsed["units"] == 8
    assert parsed["model"] == "paper"
    assert "word_dim" not in parsed


def test_what_was_given_with_resume_is_refused_whatever_its_value(capsys):
    given = ("--word-dim", 0, "--no-word-bias", "--seed", 0)
    assert lightrnn("train", "--resume", "gone", *given) == 2
    assert "--word-dim, --word-bias, --seed cannot" in capsys.readouterr().err


def test_tensorboard_may_be_asked_for_with_resume(tmp_path, capsys, monkeypatch):
    def resume(path, tensorboard=None, team=None):
        asked.append((tensorboard, team))
        return SimpleNamespace(path=path)

    asked, board = [], str(tmp_path / "board")
    monkeypatch.setattr(training, "is_finished", lambda path: False)
    monkeypatch.setattr(training, "resume", resume)
    assert lightrnn("train", "--resume", "stopped", "--tensorboard", board) == 0
    assert lightrnn("train", "--resume", "stopped") == 0
    assert asked == [(board, None), (None, None)]
    assert capsys.readouterr().out == "stopped\n" * 2


def test_one_kind_of_model_is_asked_for(capsys):
    assert lightrnn("train", "--paper", "--model", "slim") == 2
    assert "not allowed with argument --paper" in capsys.readouterr().err


def test_options_that_are_gone_name_what_there_is_now(capsys):
    assert lightrnn("train", "--residual-dim", 3) == 2
    assert "In its place there is `word_dim`" in capsys.readouterr().err
    with pytest.raises(ValueError, match="there is the model `PaperRNN`, --paper"):
        models.LightRNN(9, within_word="recurrent")
    with pytest.raises(TypeError, match="In its place there is `word_bias`"):
        training.Options.of("x", cell_bias=True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"train": "a.txt"}, "`train` must be a list"),
        ({"rounds": 3}, "`rounds` must be positive numbers"),
        ({"learning_rate": "x"}, "`learning_rate` must be between"),
        ({"vocab_size": 1}, "`vocab_size` must be at least 2"),
        ({"prepared": 3}, "`prepared` must be a string"),
        ({"overwrite": 3}, "`overwrite` must be True or False"),
        ({"units": 0}, "`units` must be a positive integer"),
    ],
)
def test_values_that_are_none_of_an_option_are_refused_in_python(given, message):
    with pytest.raises(ValueError, match=message):
        training.Options.of("x", **given)


@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="other versions of Python wrap otherwise"
)
def test_the_help_of_training_is_the_golden_one(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    assert lightrnn("train", "--help") == 0
    golden = pathlib.Path(__file__).parents[1] / "golden" / "train_help.txt"
    assert capsys.readouterr().out == golden.read_text("utf-8")


# Bad input.


def train(folder, text, *more):
    return ("train", "--train", text, *SMALL, "--rounds", "1", *more)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("fly",), "invalid choice: 'fly'"),
        (
            ("train", "--out", "x"),
            "the following arguments are required: --train, --tfds",
        ),
        (
            ("train", "--train", "x", "--out", "y", "--fast"),
            "unrecognized arguments: --fast. See lightrnn train --help.",
        ),
        (("suggest", "m.tflite", "-k", "0"), "must be at least 1, not 0"),
        (("suggest", "m.tflite", "-k", "x"), "must be a whole number, not 'x'"),
        (("train", "--train", "x", "--out", "y", "--rounds", "3,x"), "as in 10,5"),
        (("train", "--train", "x", "--out", "y", "--cell", "rnn"), "invalid choice"),
    ],
)
def test_wrong_arguments_are_one_line(arguments, message, capsys):
    line = error_of(capsys, *arguments)
    assert message in line


@pytest.mark.parametrize(
    ("make", "more", "message"),
    [
        (None, (), "nothing.txt: no such file."),
        (b"", (), "at least 2 tokens to train on and 2 to hold out"),
        (b"\n\n \n", (), "at least 2 tokens to train on"),
        (b"\n", ("--valid", __file__), "The train text must have at least one word"),
        (TEXT.encode("utf-16-le"), (), "must be UTF-8 text. Received: NUL at byte 1"),
        (TEXT.encode("utf-16"), ("--errors", "replace"), "byte-order mark of UTF-16"),
        ("ก".encode() * 65 + b"\n", ("--valid", __file__), "separated by spaces"),
        (b"na\xefve\n", (), "is not UTF-8: byte 2 is 0xef"),
        (b"a b c\n" * 3, (), "must fill at least one batch, 20 words (4 streams × 5"),
        (TEXT.encode(), ("--rows", 2, "--columns", 3), "a cell for each of the"),
        (TEXT.encode(), ("--rows", 99), "every row needs a word"),
        (
            TEXT.encode(),
            ("--frequent-words", 99, "--frequent-dim", 2),
            "`frequent_words` must be at most the 26 words of the vocabulary",
        ),
        (TEXT.encode(), ("--frequent-words", 9), "must both be above 0"),
        (TEXT.encode(), ("--vocab-size", 1), "must be at least 2, for <eos> and"),
        (TEXT.encode(), ("--dropout", 1.5), "`dropout` must be a number in [0, 1)"),
        (TEXT.encode(), ("--learning-rate", 0), "`learning_rate` must be between"),
        (TEXT.encode(), ("--model", "dense", "--rounds", "1,1"), "must be one number"),
        (TEXT.encode(), ("--valid", "gone.txt"), "gone.txt: no such file."),
        (TEXT.encode(), ("--test", "gone.txt"), "gone.txt: no such file."),
        (
            TEXT.encode(),
            ("--model", "dense", "--tied", "--embedding-dim", 3),
            "`embedding_dim` must be left out, or equal `units`, for a tied",
        ),
    ],
)
def test_bad_training_leaves_nothing(make, more, message, tmp_path, capsys):
    text = tmp_path / "nothing.txt"
    if make is not None:
        text = tmp_path / "text.txt"
        text.write_bytes(make)
    line = error_of(capsys, *train(tmp_path, text, "--out", tmp_path / "r", *more))
    assert message in line
    assert {path.name for path in tmp_path.iterdir()} <= {"text.txt"}


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("text", [b"only one line " * 12, b"a b c d\n" * 9 + b"\n" * 4])
def test_the_end_of_the_tokens_is_held_out(text, tmp_path, capsys):
    (tmp_path / "text.txt").write_bytes(text)
    out = tmp_path / "r"
    assert lightrnn(*train(tmp_path, tmp_path / "text.txt", "--out", out)) == 0
    trained = run.Run(out)
    tokens = len(trained.ids("train")), len(trained.ids("valid"))
    assert 0.08 < tokens[1] / sum(tokens) < 0.2
    assert f"Held out the last {tokens[1]} of {sum(tokens)} tokens" in (
        capsys.readouterr().err
    )


@pytest.mark.usefixtures("eager")
def test_training_says_what_it_reads_as_unknown_or_as_markup(tmp_path, capsys):
    text = tmp_path / "text.txt"
    text.write_text("<s> the cat sat </s>\n" * 8 + "x" * 65 + " rare cat\n" + "y\n" * 9)
    out = tmp_path / "r"
    assert lightrnn(*train(tmp_path, text, "--valid", text, "--out", out)) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "1 word of more than 64 characters read as <unk>."
    assert said[1].startswith("Markup in the training text: </s> 8 times, <s> 8 time")
    vocabulary = run.Run(out).vocabulary
    assert vocabulary.counts[vocabulary.unk_id] == 2
    assert "rare" not in vocabulary


@pytest.mark.parametrize("option", ["--train", "--valid", "--test", "--table"])
def test_a_pipe_in_place_of_a_text_is_refused_unread(
    option, folder, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo")
    text = "fifo" if option == "--train" else folder / "text.txt"
    more = () if option == "--train" else (option, "fifo")
    line = error_of(capsys, *train(tmp_path, text, "--out", "r", *more))
    assert "must be a file, because it is read more than once. Received: fifo" in line
    line = error_of(capsys, "evaluate", folder / "run", "--text", "fifo")
    assert "Received: fifo, a pipe. Write it to a file" in line
    assert [path.name for path in tmp_path.iterdir()] == ["fifo"]


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input_is_refused(name, folder, tmp_path, capsys):
    line = error_of(capsys, *train(tmp_path, name, "--out", tmp_path / "r"))
    assert f"Received: {name}, standard input. Write it to a file" in line
    line = error_of(capsys, "evaluate", folder / "run", "--text", name)
    assert f"Received: {name}, standard input" in line


def test_a_folder_in_place_of_a_text_is_named(tmp_path, capsys):
    line = error_of(capsys, *train(tmp_path, tmp_path, "--out", tmp_path / "r"))
    assert "is a folder. Name its files" in line


@pytest.mark.usefixtures("eager")
def test_errors_replace_goes_on(tmp_path):
    text = tmp_path / "latin.txt"
    text.write_bytes(LINES.replace("mat", "mätze").encode("latin-1"))
    more = ("--errors", "replace", "--out", tmp_path / "r")
    assert lightrnn(*train(tmp_path, text, *more)) == 0


def test_evaluate_replaces_what_is_not_utf_8_only_if_told_to(folder, tmp_path, capsys):
    text = tmp_path / "bytes.txt"
    text.write_bytes(b"the \xff sat\n")
    command = ("evaluate", folder / "m.tflite", "--text", text)
    assert "bytes.txt is not UTF-8" in error_of(capsys, *command)
    assert lightrnn(*command, "--errors", "replace", "--json") == 0
    assert json.loads(capsys.readouterr().out)["tokens"] == 4


def test_a_run_is_replaced_only_when_asked_and_only_if_it_is_one(
    folder, tmp_path, capsys
):
    text = folder / "text.txt"
    before = (folder / "dense" / "config.json").read_bytes()
    line = error_of(capsys, *train(folder, text, "--out", folder / "dense"))
    assert "exists. Pass --overwrite" in line
    assert (folder / "dense" / "config.json").read_bytes() == before
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("dear")
    (precious / "config.json").write_text("{}")
    line = error_of(capsys, *train(folder, text, "--out", precious, "--overwrite"))
    assert "is not a run, so it is not overwritten" in line
    assert (precious / "letter.txt").read_text() == "dear"
    # A failed training leaves the run that was to be replaced.
    line = error_of(
        capsys,
        *train(folder, text, "--out", folder / "dense", "--overwrite", "--rows", 999),
    )
    assert (folder / "dense" / "config.json").read_bytes() == before
    assert not (folder / "dense.partial").exists()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda run: (run / "best.weights.h5").unlink(), "no epoch was finished"),
        (lambda run: (run / "config.json").unlink(), "it has no config.json"),
        (lambda run: (run / "vocabulary.txt").unlink(), "vocabulary.txt is missing"),
        (
            lambda run: os.truncate(run / "best.weights.h5", 500),
            "best.weights.h5 is damaged",
        ),
        (lambda run: os.truncate(run / "config.json", 50), "config.json is damaged"),
        (lambda run: os.truncate(run / "vocabulary.txt", 60), "vocabulary.txt: "),
        (
            lambda run: (run / "config.json").write_text(
                (run / "config.json").read_text().replace('"units": 8', '"units": -8')
            ),
            "`units` must be a positive integer",
        ),
        (
            lambda run: (run / "config.json").write_text(
                (run / "config.json").read_text().replace('"units": 8', '"units": 9')
            ),
            "damaged or of another model",
        ),
        (lambda run: (run / "table.json").write_text("junk"), "table.json is damaged"),
        (
            lambda run: (run / "config.json").write_text("[1]"),
            "config.json is damaged",
        ),
    ],
)
def test_truncated_runs_are_named(damage, message, folder, tmp_path, capsys):
    broken = tmp_path / "run"
    shutil.copytree(folder / "run", broken)
    damage(broken)
    line = error_of(capsys, "evaluate", broken, "--text", folder / "test.txt")
    assert message in line


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "--train", "gone.txt", "--out", "run"),
        ("train", "--train", __file__, "--valid", "gone.txt", "--out", "run"),
        ("evaluate", "gone", "--text", __file__),
        ("evaluate", __file__, "--text", "gone.txt"),
        ("export", "gone", "--out", "gone.tflite"),
        ("plot", "gone"),
        ("suggest", "gone", "the"),
    ],
)
def test_missing_files_are_named_before_keras_is_loaded(arguments, monkeypatch, capsys):
    monkeypatch.setattr(
        cli.inputs, "load_keras", lambda: pytest.fail("Keras was loaded.")
    )
    assert "gone" in error_of(capsys, *arguments)


def test_other_wrong_inputs_are_one_line(folder, tmp_path, capsys):
    text = folder / "test.txt"
    assert "no such run or file" in error_of(capsys, "suggest", tmp_path / "x", "a")
    other = tmp_path / "other.tflite"
    other.write_bytes(b"\x1c\x00\x00\x00TFL3" * 9)
    line = error_of(capsys, "evaluate", other, "--text", text)
    assert "is not a file that `lightrnn export` wrote" in line
    assert "no such file" in error_of(
        capsys, "evaluate", folder / "run", "--text", tmp_path / "gone.txt"
    )
    (tmp_path / "empty.txt").write_text("")
    assert "`text` must have at least one word" in error_of(
        capsys, "evaluate", folder / "run", "--text", tmp_path / "empty.txt"
    )
    assert "`word` must be in the vocabulary. Received: 'zebra'" in error_of(
        capsys, "table", folder / "run", "--word", "zebra"
    )
    assert "`row` must be below" in error_of(
        capsys, "table", folder / "run", "--row", 999
    )
    assert "exists. Pass overwrite=True (or --overwrite)" in error_of(
        capsys, "export", folder / "run", "--out", folder / "m.tflite"
    )
    assert f"{text} is a file, not a run" in error_of(capsys, "plot", text)
    assert f"{text} exists. Pass --overwrite" in error_of(
        capsys, "table", folder / "run", "--page", text
    )
    assert "no such folder" in error_of(
        capsys, "export", folder / "run", "--out", tmp_path / "a" / "m.tflite"
    )
    assert "`temperature` must be above 0" in error_of(
        capsys, "generate", folder / "m.tflite", "the", "--temperature", 0
    )
    assert "`--json` lists the whole table" in error_of(
        capsys, "table", folder / "run", "--json", "--row", 1
    )
    assert "is a folder. Name a file" in error_of(
        capsys, "export", folder / "run", "--out", tmp_path, "--overwrite"
    )


@pytest.mark.usefixtures("eager")
def test_no_space_left_is_one_line_and_leaves_nothing(
    folder, tmp_path, capsys, monkeypatch
):
    import errno

    import keras

    def full(self, filepath, **kwargs):
        pathlib.Path(filepath).write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(filepath))

    text = folder / "tiny.txt"
    monkeypatch.setattr(keras.Model, "save_weights", full)
    line = error_of(capsys, *train(folder, text, "--out", tmp_path / "r"))
    assert "No space left on device" in line
    assert list(tmp_path.iterdir()) == []
    # HDF5 crashes on a full disk, so the room is looked at before.
    monkeypatch.setattr(keras.Model, "save_weights", None)
    usage = shutil.disk_usage(tmp_path)._replace(free=60_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    line = error_of(capsys, *train(folder, text, "--out", tmp_path / "r"))
    assert "No space left on device" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="nobody may write into /proc")
def test_a_folder_that_cannot_be_written_is_one_line(folder, capsys):
    line = error_of(capsys, *train(folder, folder / "text.txt", "--out", "/proc/run"))
    assert line.startswith("lightrnn: error: /proc/run.partial: ")
    line = error_of(capsys, "export", folder / "run", "--out", "/proc/m.tflite")
    assert "m.tflite" in line


@pytest.mark.usefixtures("eager")
def test_an_error_after_the_last_epoch_keeps_the_run(
    folder, tmp_path, capsys, monkeypatch
):
    from lightrnn_tf.scoring import evaluation

    def stop(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluation, "evaluate", stop)
    text, out = folder / "tiny.txt", tmp_path / "r"
    more = ("--test", folder / "test.txt", "--out", out)
    assert lightrnn(*train(folder, text, *more)) == 130
    monkeypatch.undo()
    assert lightrnn("evaluate", out, "--text", text) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_damaged_test_text_is_noticed_before_training(folder, tmp_path, capsys):
    bad = tmp_path / "bad.txt"
    for content, message in ((b"\xff\n", "is not UTF-8"), (b"", "The test text must")):
        bad.write_bytes(content)
        more = ("--test", bad, "--out", tmp_path / "r")
        line = error_of(capsys, *train(folder, folder / "text.txt", *more))
        assert message in line
        assert list(tmp_path.iterdir()) == [bad]


@pytest.mark.usefixtures("eager")
def test_what_a_killed_training_leaves_can_be_replaced(folder, tmp_path):
    (tmp_path / "r.partial" / "ids").mkdir(parents=True)
    more = ("--out", tmp_path / "r", "--overwrite")
    assert lightrnn(*train(folder, folder / "tiny.txt", *more)) == 0


@pytest.mark.usefixtures("eager")
def test_divergence_is_named(folder, tmp_path, capsys, monkeypatch):
    from lightrnn_tf.models import perplexity

    monkeypatch.setattr(
        perplexity.Perplexity, "nats_per_token", lambda self: self.nats * float("nan")
    )
    text = folder / "tiny.txt"
    assert lightrnn(*train(folder, text, "--out", tmp_path / "r")) == 2
    said = capsys.readouterr().err
    assert "error: Training diverged" in said
    assert "To go on" not in said  # It would diverge again.
    assert list(tmp_path.iterdir()) == []


def start(*arguments):
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "lightrnn_tf", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        # Under nohup the tests ignore Ctrl-C, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for(condition, process, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_interrupt_keeps_the_last_finished_epoch(folder, tmp_path):
    out = tmp_path / "r"
    text = folder / "text.txt"
    process = start("train", "--train", text, *SMALL, "--rounds", "2000", "--out", out)
    log = tmp_path / "r.partial" / "metrics.jsonl"
    wait_for(lambda: log.exists() and log.read_text().count("\n") >= 2, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "holds the epochs that were finished" in err
    assert err.rstrip().endswith("interrupted.")
    assert [path.name for path in tmp_path.iterdir()] == ["r"]
    assert {path.name for path in out.iterdir()} >= {"table.json", "learning_curve.png"}
    assert lightrnn("evaluate", out, "--text", text) == 0


def test_interrupt_while_a_batch_is_fetched_is_an_interrupt(
    folder, tmp_path, capsys, monkeypatch
):
    """TensorFlow makes an error of its own of a Ctrl-C that finds it there."""
    from lightrnn_tf.data.streams import Windows

    real = Windows.__getitem__

    def stop(windows, number):
        if number == 1:
            raise KeyboardInterrupt
        return real(windows, number)

    monkeypatch.setattr(Windows, "__getitem__", stop)
    command = ("train", "--train", folder / "text.txt", *SMALL, "--rounds", "2")
    assert lightrnn(*command, "--out", tmp_path / "r") == 130
    assert capsys.readouterr().err.rstrip().endswith("lightrnn: interrupted.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_interrupt_before_the_first_epoch_leaves_nothing(folder, tmp_path):
    big = tmp_path / "big.txt"
    big.write_text(TEXT * 200, encoding="utf-8")
    process = start("train", "--train", big, "--rounds", "9", "--out", tmp_path / "r")
    wait_for((tmp_path / "r.partial" / "config.json").exists, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["big.txt"]


def test_output_is_json_alone_and_a_closed_pipe_is_no_error(folder):
    process = start("suggest", folder / "m.tflite", "the", "--json")
    out, err = process.communicate(timeout=120)
    assert json.loads(out)["context"] == ["the"]
    assert "ai-edge-litert" in err
    assert len(err.splitlines()) == 1
    table = f"{sys.executable} -m lightrnn_tf table {folder / 'm.tflite'} --json"
    done = subprocess.run(
        f"{table} | head -c 9",
        shell=True,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
