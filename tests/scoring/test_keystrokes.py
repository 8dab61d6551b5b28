"""Taps that suggestions save, against a slow simulation through `decoding.top_k`."""

import dataclasses
import json

import lightrnn_tf_export
import numpy as np
import pytest

from lightrnn_tf import cli, decoding, models
from lightrnn_tf.predictors import exported
from lightrnn_tf.predictors.in_memory import KerasPredictor
from lightrnn_tf.scoring import keystrokes, typist
from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import Tokenizer, is_suggestable
from lightrnn_tf.words.vocabulary import Vocabulary

WORDS = "<eos> <unk> the they then cat can't dog . 42 of don't do zoo Zed".split()
COUNTS = [9, 9, 8, 7, 6, 5, 5, 5, 4, 4, 3, 2, 2, 1, 1]
LINES = [
    "the cat can't zoo . 42 of",
    "Zed they then zebra don't do",
    "",
    "dog the the do zoo a can't",
]
KINDS = {
    "transition": (models.LightRNN, {"rows": 3, "columns": 6, "word_dim": 2}),
    "lines": (models.LightRNN, {"rows": 12, "columns": 2, "line_independent": True}),
    "slim": (models.SlimRNN, {"parts": 3, "vectors": 12}),
}


def make(kind, lowercase=False):
    cls, kwargs = KINDS[kind]
    rng = np.random.default_rng(1)
    words = [w.lower() for w in WORDS] if lowercase else WORDS
    vocabulary = Vocabulary(words, COUNTS, Tokenizer("whitespace", lowercase))
    model = cls(len(words), units=6, **kwargs)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 1.0, weight.shape))
    if cls is models.LightRNN:
        model.table = WordTable.random(len(words), model.rows, model.columns, seed=5)
    return KerasPredictor(model, vocabulary)


def typed(show, word):
    """Type a word: tap a slot as soon as it is there."""
    for taps in range(len(word)):
        if word in show(word[:taps]):
            return taps + 1
    return len(word) + 1


def slowly(predictor, lines, slots=3):
    """The definition, one keystroke after the other."""
    vocabulary = predictor.vocabulary
    common = [
        vocabulary.words[n]
        for _, n in sorted((-count, n) for n, count in enumerate(vocabulary.counts))
        if is_suggestable(vocabulary.words[n])
    ]

    def most_frequent(prefix):
        begun = [w for w in common if decoding_begins(w, prefix, predictor)]
        return begun[:slots]

    words = letters = taps = blind = 0
    state = predictor.start()
    for line in lines:
        for token in predictor.tokenizer.line(line):
            if is_suggestable(token) and token == token.lower():
                words, letters = words + 1, letters + len(token)
                taps += typed(
                    lambda prefix, state=state: (
                        decoding.top_k(predictor, state, slots, prefix).words
                    ),
                    token,
                )
                blind += typed(most_frequent, token)
            state = predictor.advance(decoding.cell_of(predictor, token), state)
            if (
                token == "<eos>"
                and getattr(predictor, "model", predictor).line_independent
            ):
                state = predictor.start()
    return words, letters, taps, blind


def decoding_begins(word, prefix, predictor):
    lower = predictor.tokenizer.lowercase
    word, prefix = (word.lower(), prefix.lower()) if lower else (word, prefix)
    return word.startswith(prefix) or word.replace("'", "").startswith(prefix)


@pytest.mark.parametrize(
    ("kind", "lowercase"),
    [
        *((kind, False) for kind in KINDS),
        ("slim", True),
        pytest.param("transition", True, marks=pytest.mark.slow),
        pytest.param("lines", True, marks=pytest.mark.slow),
    ],
)
def test_taps_equal_typing_key_by_key(kind, lowercase):
    predictor = make(kind, lowercase)
    expected = slowly(predictor, LINES)
    found = keystrokes.keystrokes(predictor, LINES)
    assert dataclasses.astuple(found)[:4] == expected
    words, letters, taps, blind = expected
    assert found.keystroke_savings == pytest.approx(1 - taps / (letters + words))
    assert found.keystroke_savings_blind == pytest.approx(1 - blind / (letters + words))


@pytest.mark.parametrize("slots", [1, 5])
def test_more_slots_save_more(slots):
    predictor = make("transition")
    found = keystrokes.keystrokes(predictor, LINES, slots=slots)
    assert dataclasses.astuple(found)[:4] == slowly(predictor, LINES, slots)


def test_words_that_may_not_be_suggested_are_typed_in_full():
    predictor = make("slim")
    before = keystrokes.keystrokes(predictor, LINES, slots=20)
    suggestable = np.array([is_suggestable(word) and word != "the" for word in WORDS])
    predictor.lexicon = Lexicon(WORDS, suggestable=suggestable)
    found = keystrokes.keystrokes(predictor, LINES, slots=20)
    # "the" is there three times: its letters and a space in place of one tap.
    assert found.taps == before.taps + 3 * 3
    assert found.taps_blind == before.taps_blind + 3 * 3


def test_slips_cost_taps_and_corrections_save_some():
    predictor = make("transition")
    none = keystrokes.keystrokes(predictor, LINES)
    right = keystrokes.keystrokes(predictor, LINES, noise=0.0)
    wrong = keystrokes.keystrokes(predictor, LINES, noise=0.5, seed=3)
    assert right.taps_blind == none.taps_blind < wrong.taps_blind
    assert right.taps < wrong.taps
    again = keystrokes.keystrokes(predictor, LINES, noise=0.5, seed=3)
    assert again == wrong
    # Another model, and the same slips.
    other = keystrokes.keystrokes(make("slim"), LINES, noise=0.5, seed=3)
    assert other.taps_blind == wrong.taps_blind


def written(predictor, folder):
    """Write the file of a predictor's model."""
    model, vocabulary = predictor.model, predictor.vocabulary
    content, _ = lightrnn_tf_export.pack(model, vocabulary, quantize="none")
    path = folder / "m.tflite"
    path.write_bytes(content)
    return path


def test_an_exported_file_saves_as_much(tmp_path):
    predictor = make("transition")
    path = written(predictor, tmp_path)
    found = keystrokes.keystrokes(exported.LiteRTPredictor(path), LINES)
    assert found == keystrokes.keystrokes(predictor, LINES)


def taps(strip, word, scores):
    cell = WORDS.index(word if word in WORDS else "<unk>")
    return typist.type_word(word, word, strip.shows(cell, scores), space=1)


def test_by_hand():
    strip = typist._Strip(make("slim"), 3)
    counts = np.array(COUNTS)
    # The three most frequent words are shown before the first letter.
    assert [taps(strip, word, counts) for word in WORDS[2:5]] == [1, 1, 1]
    # cat, can't and dog tie behind them; "z" leaves zoo alone ("Zed" is upper case).
    assert taps(strip, "zoo", counts) == 2
    assert taps(strip, "zebra", counts) == 6


@pytest.mark.parametrize("slots", [1, 2, 3, 20])
def test_slots_show_as_many_words_even_if_all_are_alike(slots):
    strip = typist._Strip(make("slim"), slots)
    alike = np.zeros(len(WORDS))
    words = [word for word in WORDS if is_suggestable(word)]
    shown = [word for word in words if taps(strip, word, alike) == 1]
    assert shown == words[:slots]


def test_a_text_without_words_is_refused():
    with pytest.raises(ValueError, match="at least one word in lower case. Received: "):
        keystrokes.keystrokes(make("slim"), ["42 . Zed"])


def test_the_command_reports_it(tmp_path, capsys):
    predictor = make("transition")
    written(predictor, tmp_path)
    (tmp_path / "test.txt").write_text("\n".join(LINES) + "\n", encoding="utf-8")
    command = ["evaluate", str(tmp_path / "m.tflite"), "--text"]
    command += [str(tmp_path / "test.txt"), "--json"]
    assert cli.main(command) == 0
    assert "taps" not in json.loads(capsys.readouterr().out)
    assert cli.main([*command, "--keystrokes"]) == 0
    result = json.loads(capsys.readouterr().out)
    found = keystrokes.keystrokes(predictor, LINES)
    assert {key: result[key] for key in dataclasses.asdict(found)} == pytest.approx(
        dataclasses.asdict(found)
    )
    options = ["--keystrokes", "--slots", "1", "--noise", "0.2"]
    assert cli.main([*command, *options]) == 0
    result = json.loads(capsys.readouterr().out)
    # Of words with equal counts, a file has another order.
    predictor = exported.LiteRTPredictor(tmp_path / "m.tflite")
    found = keystrokes.keystrokes(predictor, LINES, slots=1, noise=0.2)
    assert (result["taps"], result["taps_blind"]) == (found.taps, found.taps_blind)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--keystrokes", "--slots", "0"], "--slots: must be at least 1, not 0"),
        (["--keystrokes", "--noise", "1.5"], "a number in [0, 1), not '1.5'"),
        (["--keystrokes", "--noise", "nan"], "a number in [0, 1), not 'nan'"),
        (["--keystrokes", "--noise", "few"], "a number in [0, 1), not 'few'"),
        (["--keystrokes", "--protocol", "lines"], "--protocol: invalid choice"),
        (["--slots", "3"], "--slots must be given with --keystrokes"),
        (["--protocol", "words", "--noise", "0"], "--protocol, --noise must be given"),
    ],
)
def test_the_command_refuses(options, error, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["evaluate", "m.tflite", "--text", "test.txt", *options])
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert error in line
