"""Counts of what a user writes, against the formula and as a store."""

import json
import math

import numpy as np
import pytest
from helpers.random_predictors import MODELS, probabilities, random_predictor

from lightrnn_tf import decoding
from lightrnn_tf.predictors import habits as module
from lightrnn_tf.predictors.habits import Habits

LINES = ["the cat of the dog", "the cat . 42 cat", "don't do", "do xylophone"]


@pytest.fixture
def plain(rng):
    return random_predictor(*MODELS[0], rng)


def learned(plain, lines=LINES):
    habits = Habits(plain)
    for line in lines:
        habits.learn(habits.tokenizer.words(line))
    return habits


def test_counts_are_those_of_words_and_pairs(plain):
    habits = learned(plain)
    assert habits.counts() == {
        "the": 3, "cat": 3, "of": 1, "dog": 1, "don't": 1, "do": 2, "xylophone": 1,
    }  # fmt: skip
    pairs = habits.pairs()
    assert pairs["<eos>", "the"] == pairs["the", "cat"] == 2
    assert pairs["42", "cat"] == 1
    assert not any(word in (".", "42") for _, word in pairs)


@pytest.mark.parametrize("kind", range(len(MODELS)))
@pytest.mark.parametrize("line_independent", [False, True])
def test_probabilities_are_those_of_the_formula(kind, line_independent, rng):
    plain = random_predictor(*MODELS[kind], rng, line_independent)
    habits = learned(plain)
    lexicon = plain.lexicon
    for text in ([], ["the"], ["zoo"], ["cat", "<eos>"], ["42"], ["do"]):
        state = decoding.read(habits, text)
        expected = np.zeros(lexicon.size)
        counts = {
            w: n for w, n in habits.counts().items() if lexicon.get(w) is not None
        }
        before = text[-1] if text else "<eos>"
        for word, count in counts.items():
            expected[lexicon[word]] += 0.1 * count / (sum(counts.values()) + 500)
        behind = {
            word: count
            for (first, word), count in habits.pairs().items()
            if first == before and word in counts
        }
        for word, count in behind.items():
            expected[lexicon[word]] += 0.15 * count / (sum(behind.values()) + 5)
        votes = expected.sum()
        inside = probabilities(plain, decoding.read(plain, text))
        expected += (1 - votes) * inside
        found = probabilities(habits, state)
        taken = lexicon.occupied
        # The sums are float32.
        np.testing.assert_allclose(found[taken], expected[taken], rtol=2e-5)
        assert math.isclose(found[taken].sum(), 1.0, rel_tol=1e-5)
        best = decoding.top_k(habits, state, 3)
        scores = np.sort(expected[lexicon.suggestable])[::-1][:3]
        np.testing.assert_allclose(np.exp(best.log_probs), scores, rtol=2e-5)


def test_it_composes_with_words_of_the_user_and_the_cache(plain):
    words = decoding.UserWords(plain)
    for _ in range(2):
        words.learn("zebra", words.start())
    habits = Habits(words)
    for _ in range(40):
        habits.learn(["the", "zebra"])
    cached = decoding.Cached(habits)
    state = decoding.read(cached, ["the"])
    assert decoding.top_k(cached, state, 1, "z").words == ["zebra"]
    words.forget("zebra")
    assert "zebra" not in decoding.top_k(habits, habits.start(), 3, "z").words
    assert habits.counts()["zebra"] == 40


def test_what_was_written_long_ago_fades(plain, monkeypatch):
    monkeypatch.setattr(module, "MAX_PAIRS", 8)
    habits = learned(plain, ["the cat"] * 6)
    for n in range(20):
        habits.learn([f"x{n}"])
        assert len(habits.pairs()) <= 8
    assert habits.counts().get("cat", 0) < 6
    assert "x19" in habits.counts()


def test_words_are_forgotten_with_their_pairs(plain):
    habits = learned(plain)
    habits.forget("cat")
    assert not any("cat" in pair for pair in habits.pairs())
    with pytest.raises(KeyError):
        habits.forget("cat")
    habits.clear()
    assert habits.counts() == {}


def test_the_file_survives_the_round_trip(plain, tmp_path, rng):
    habits = learned(plain)
    habits.save(tmp_path / "habits.json")
    other = Habits(random_predictor(*MODELS[3], rng))
    other.load(tmp_path / "habits.json")
    assert other.pairs() == habits.pairs()
    assert list(other.counts()) == list(habits.counts())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1]", "is not a file of habits, or is damaged"),
        ("{", "is not a file of habits"),
        ('{"format_version":2,"pairs":[]}', "damaged: format version 2"),
        ('{"format_version":1,"pairs":[["a","b"]]}', "not enough values"),
        ('{"format_version":1,"pairs":[["a","b",0]]}', "count 0"),
        ('{"format_version":1,"pairs":[["a","b",1e9]]}', "count 1000000000.0"),
        ('{"format_version":1,"pairs":[["a",3,1]]}', "word '3'"),
        ('{"format_version":1,"pairs":[["","b",1]]}', "word ''"),
        ("\xff", "is not a file of habits"),
        ("[" * 99_999, "is not a file of habits"),
    ],
)
def test_damaged_files_change_nothing(content, message, plain, tmp_path):
    habits = learned(plain)
    before = habits.pairs()
    path = tmp_path / "habits.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ValueError, match=message):
        habits.load(path)
    assert habits.pairs() == before


def test_too_many_pairs_are_refused(plain, tmp_path):
    pairs = [["a", f"b{n}", 1] for n in range(module.MAX_PAIRS + 1)]
    path = tmp_path / "habits.json"
    path.write_text(json.dumps({"format_version": 1, "pairs": pairs}), "utf-8")
    with pytest.raises(ValueError, match="8193 pairs, more than 8192"):
        Habits(plain).load(path)


def test_a_string_is_no_list_of_words(plain):
    with pytest.raises(ValueError, match="`words` must be a list"):
        Habits(plain).learn("the cat")
