"""`lightrnn export`: what lists of words make of a file."""

from helpers.command_line import lightrnn

from lightrnn_tf.predictors.exported import LiteRTPredictor

LINE = "the porch in paris saw teh damn cat and the dog\n"


def test_lists_of_words_reach_the_file(tmp_path):
    (tmp_path / "text.txt").write_text(40 * LINE, encoding="utf-8")
    for name, lines in {
        "words": ["the", "teh", "damn", "paris", "cat"],
        "never": ["damn"],
        "wrong": ["teh->the"],
        "forms": ["Paris", "CAT"],
    }.items():
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    run, file = tmp_path / "run", tmp_path / "m.tflite"
    train = ("--train", tmp_path / "text.txt", "--lowercase", "--rounds", 1)
    small = ("--units", 8, "--batch-size", 2, "--steps", 4, "--threads", 1)
    assert lightrnn("train", *train, *small, "--out", run) == 0
    lists = (
        "--word-list", tmp_path / "words", "--never-suggest", tmp_path / "never",
        "--misspellings", tmp_path / "wrong", "--written-forms", tmp_path / "forms",
    )  # fmt: skip
    assert lightrnn("export", run, "--out", file, *lists) == 0
    lexicon = LiteRTPredictor(file).lexicon
    offered = {lexicon.written(cell) for cell in lexicon.suggestable.nonzero()[0]}
    assert offered == {"the", "Paris", "CAT"}
    assert lexicon.trusted[lexicon["damn"]]
    assert not lexicon.trusted[lexicon["teh"]]
