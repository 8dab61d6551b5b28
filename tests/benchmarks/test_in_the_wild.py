"""The table of texts in the wild: its rows, and the opponents it has beside them."""

import collections
import itertools
import json
import lzma
import pathlib
import sys

import lightrnn_tf_export
import numpy as np
import pytest
from helpers.random_predictors import MODELS, random_predictor

from lightrnn_tf import decoding
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.scoring import evaluation, phrases
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

ROOT = pathlib.Path(__file__).parents[2]
WORDS = ["<eos>", "a", "b", "c", "d", "<unk>", "e"]
VOCABULARY = Vocabulary(WORDS, [9, 8, 7, 6, 5, 4, 3], Tokenizer("words"))


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])
    import cut_n_grams
    import in_the_wild
    import kneser_ney

    return in_the_wild, cut_n_grams, kneser_ney


@pytest.fixture
def text(rng):
    lines = [
        np.append(rng.choice(6, rng.integers(0, 8), p=[0, 0.4, 0.3, 0.1, 0.1, 0.1]), 0)
        for _ in range(60)
    ]
    return np.concatenate(lines)


def probabilities(model, ids):
    found = []
    for contexts in model.contexts(ids):
        places = np.arange(len(contexts.targets))
        found.append(contexts.expand(places, np.zeros((len(places), 1), int))[:, 0])
    return np.exp(np.concatenate(found))


@pytest.mark.parametrize("plain", [False, True])
def test_cut_n_grams_are_probabilities_and_fit(benchmarks, text, plain):
    _, cut_n_grams, kneser_ney = benchmarks
    kind = cut_n_grams.AbsoluteDiscounting if plain else kneser_ney.KneserNey
    whole = kind(text, VOCABULARY, order=4)
    test = np.concatenate([text[:40], [1, 6, 1, 2, 0, 0, 2, 2, 2, 5, 4, 1]])
    everything = cut_n_grams.bytes_of(whole)
    nats = []
    for share in (1.0, 0.7, 0.4, 0.2):
        size = int(everything * share)
        model = cut_n_grams.cut(whole, text, size)
        # As many stay as fit, but for a few that go together.
        assert 0.8 * size < cut_n_grams.bytes_of(model) <= size
        found = probabilities(model, test)
        np.testing.assert_allclose(found.sum(1), 1, atol=1e-9)
        nats.append(evaluation.evaluate(model, text).nats_per_token)
        if share == 1:
            np.testing.assert_allclose(found, probabilities(whole, test), rtol=1e-9)
    # On the text that they were counted in, the fewer the worse.
    assert nats == sorted(nats)
    assert nats[0] < nats[-1]
    with pytest.raises(ValueError, match="`size` must hold the words. Received: 5"):
        cut_n_grams.cut(whole, text, 5)


def test_what_is_worth_most_stays(benchmarks, text):
    _, cut_n_grams, kneser_ney = benchmarks
    whole = kneser_ney.KneserNey(text, VOCABULARY, order=2)
    alone = whole.probabilities([-1])
    worth = collections.Counter()
    for first, word in itertools.pairwise([0, *text.tolist()]):
        after = whole.probabilities([first])
        left = after[6] / alone[6]  # Word 6 was never met.
        worth[first, word] += np.log(after[word] / (left * alone[word]))
    model = cut_n_grams.cut(whole, text, cut_n_grams.bytes_of(whole) // 2)
    stay = {divmod(key, len(WORDS)) for key in model._keys[1].tolist()}
    assert 5 < len(stay) < len(worth)
    assert stay == {pair for pair, _ in worth.most_common(len(stay))}


def test_bytes_by_hand(benchmarks):
    _, cut_n_grams, kneser_ney = benchmarks
    # <eos> a, a b, a c, b <eos>, c <eos>: lists of 1, 2, 1 and 1 of 7 words.
    whole = kneser_ney.KneserNey(np.array([1, 2, 0, 1, 3, 0]), VOCABULARY, order=2)
    assert [len(keys) for keys in whole._keys] == [7, 5]
    unigrams, bigrams, left = 7 * 8, 5 * 8, 4 * 8
    lists = 3 * (2 + 3) + 2 * (2 + 2)  # log2(7) and log2(3.5), rounded up.
    shape = 7 + 5
    bits = unigrams + bigrams + left + lists + shape
    assert cut_n_grams.bytes_of(whole) == -(-bits // 8)


def test_an_adaptive_softmax_is_scored_as_its_file_scores_itself(
    benchmarks, tmp_path, rng
):
    in_the_wild = benchmarks[0]
    import adaptive
    import adaptive_file

    vocabulary = Vocabulary(
        ["<eos>", "<unk>", *(f"w{n}" for n in range(28))],
        range(30, 0, -1),
        Tokenizer("words"),
    )
    model = adaptive.AdaptiveRNN(30, 16, [10, 20], dropout=0.0, eos_id=0)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.7, weight.shape))
    path = tmp_path / "adaptive.tflite"
    path.write_bytes(adaptive_file.model_bytes(model, "none"))
    ids = np.array([3, 12, 0, 29, 10, 9, 20, 0])
    found = in_the_wild.Adaptive(path, vocabulary)
    np.testing.assert_allclose(probabilities(found, ids).sum(1), 1, atol=1e-5)
    scores = evaluation.evaluate(found, ids)
    file = adaptive_file.AdaptiveFile(path, [0, 10, 20, 30], np.ones(30, bool))
    assert scores.perplexity == pytest.approx(file.perplexity(ids, 0), rel=1e-5)


def test_rows(benchmarks, tmp_path, monkeypatch, capsys, rng):
    in_the_wild = benchmarks[0]
    cls, kwargs = MODELS[0]
    made = random_predictor(cls, kwargs, rng)
    path = tmp_path / "m.tflite"
    path.write_bytes(
        lightrnn_tf_export.pack(made.model, made.vocabulary, quantize="none")[0]
    )
    lines = [
        "the cat and the dog",
        "they don't do zoo",
        "then the cat of 42",
        "left out",
    ]
    for name in in_the_wild.TEXTS:
        (tmp_path / name).mkdir()
        text = "\n".join([name, *lines]) + "\n"
        (tmp_path / name / "valid.txt.xz").write_bytes(lzma.compress(text.encode()))
    drawn = [" ".join(rng.choice("the cat dog of do".split(), 5)) for _ in range(60)]
    (tmp_path / "train.txt").write_text("\n".join(drawn), encoding="utf-8")
    command = ["in_the_wild.py", str(path), "--corpora", str(tmp_path), "--lines", "4"]
    command += ["--train", str(tmp_path / "train.txt")]
    results = tmp_path / "results.jsonl"
    monkeypatch.setattr(sys, "argv", [*command, "--results", str(results)])
    in_the_wild.main()
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    told = capsys.readouterr().out.splitlines()
    # With and without cache, most frequent words, and two kinds of n-grams.
    assert len(rows) == 3 * 5 == len(told) - 1
    assert told[-1] == "adaptive softmax: not measured, --adaptive names no file"
    plain, blind = rows[0], rows[1]
    (cached,) = (r for r in rows if r.get("cache") and r["text"] == "talk-en")
    read = ["talk-en", *lines[:3]]
    file = LiteRTPredictor(path)
    for row, predictor in ((plain, file), (cached, decoding.Cached(file))):
        found = phrases.phrase_keystrokes(predictor, read, slots=5)
        assert row["saved_phrases_5"] == round(found.keystroke_savings, 5)
        assert blind["saved_phrases_5"] == round(found.keystroke_savings_blind, 5)
        assert row["unknown_share"] == round(found.unknown_share, 5)
    assert blind["model"] == "most frequent words"
    assert "perplexity" not in blind
    for row in rows:
        if "n_grams" in row:
            assert row["bytes"] <= plain["bytes"]
            assert row["n_grams_whole"] >= row["n_grams"] > len(made.vocabulary)
