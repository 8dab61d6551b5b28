"""The n-gram baseline, against counting in dictionaries."""

import collections
import importlib.util
import pathlib

import numpy as np
import pytest

from lightrnn_tf.scoring import evaluation, keystrokes
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

PATH = pathlib.Path(__file__).parents[2] / "benchmarks" / "kneser_ney.py"
spec = importlib.util.spec_from_file_location("kneser_ney", PATH)
kneser_ney = importlib.util.module_from_spec(spec)
spec.loader.exec_module(kneser_ney)

WORDS = ["<eos>", "a", "b", "c", "d", "<unk>", "e"]
VOCABULARY = Vocabulary(WORDS, [9, 8, 7, 6, 5, 4, 3], Tokenizer("whitespace"))
EOS = 0


@pytest.fixture
def text(rng):
    # Word 6 is never met, and lines are of 0 to 7 words.
    lines = [
        np.append(rng.choice(6, rng.integers(0, 8), p=[0, 0.4, 0.3, 0.1, 0.1, 0.1]), 0)
        for _ in range(60)
    ]
    return np.concatenate(lines)


def lines_of(ids):
    line = [EOS]
    for word in ids:
        line.append(int(word))
        if word == EOS:
            yield line
            line = [EOS]


class Slow:
    """The equations, n-gram by n-gram."""

    def __init__(self, ids, order):
        raw = collections.Counter()
        for line in lines_of(ids):
            for end in range(1, len(line)):
                for n in range(1, order + 1):
                    if end - n + 1 >= 0:
                        raw[tuple(line[end - n + 1 : end + 1])] += 1
        before = collections.Counter(gram[1:] for gram in raw if len(gram) > 1)
        self.counts = {
            gram: count
            if len(gram) == order or (len(gram) > 1 and gram[0] == EOS)
            else before[gram]
            for gram, count in raw.items()
        }
        self.discounts = {
            n: kneser_ney._discounts(
                np.array([c for gram, c in self.counts.items() if len(gram) == n])
            )
            for n in range(1, order + 1)
        }

    def probability(self, word, context):
        n = len(context) + 1
        after = {g: c for g, c in self.counts.items() if g[:-1] == context}
        if len(context) and not after:
            # What was never followed by anything leaves it to the shorter context.
            return self.probability(word, context[1:])
        total = sum(after.values())
        discounts = self.discounts[n]
        kept = sum(discounts[min(c, 3)] for c in after.values()) / total
        count = after.get((*context, word), 0)
        shorter = self.probability(word, context[1:]) if context else 1 / len(WORDS)
        return (count - discounts[min(count, 3)]) / total + kept * shorter


@pytest.mark.parametrize("order", [2, 3, 5])
def test_probabilities_equal_the_equations(order, text):
    _compare(order, text)


def test_lines_may_be_shorter_than_the_n_grams():
    _compare(5, np.array([1, 0, 2, 0, 1, 0]))


def _compare(order, text):
    model = kneser_ney.KneserNey(text, VOCABULARY, order)
    slow = Slow(text, order)
    test = np.concatenate([text[:30], [1, 6, 1, 2, 0, 0, 2, 2, 2, 5, 4, 1]])
    found = []
    for contexts in model.contexts(test):
        places = np.arange(len(contexts.targets))
        found.append(contexts.expand(places, np.zeros((len(places), 1), int))[:, 0])
    probabilities = np.exp(np.concatenate(found))
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-9)
    history = [EOS]
    for place, word in enumerate(test):
        context = tuple(history[-(order - 1) :])
        for other in range(len(WORDS)):
            expected = slow.probability(other, context)
            assert probabilities[place, other] == pytest.approx(expected, rel=1e-9)
        history = [EOS] if word == EOS else [*history, int(word)]


def test_it_is_scored_like_the_other_models(text):
    model = kneser_ney.KneserNey(text, VOCABULARY)
    scores = evaluation.evaluate(model, text)
    assert 1 < scores.perplexity < len(WORDS)
    assert keystrokes.keystrokes(model, ["a b c", "d e"]).typed_words == 5
