"""The walk over slips, against an alignment of each word written another way."""

import math

import numpy as np
import pytest
from helpers.slips import slip_costs

from lightrnn_tf.decoding import channel
from lightrnn_tf.words.folded import FoldedWords

ALPHABET = "abde"


def found(index, typed):
    """Return both costs of each word as the walk finds them."""
    costs = np.full((2, len(index.folds)), math.inf)
    for kind, ranges in enumerate(channel.slips(index, typed)):
        assert ranges == sorted(ranges, reverse=True)
        for cost, first, end in ranges:
            costs[kind, first:end] = cost
    return costs


def drawn(rng, letters, least, most):
    return "".join(rng.choice(list(letters), rng.integers(least, most + 1)))


def test_the_walk_finds_what_an_alignment_of_every_word_finds(rng):
    words = sorted({drawn(rng, ALPHABET, 1, 10) for _ in range(400)})
    index = FoldedWords(dict(enumerate(words)))
    for _ in range(60):
        typed = drawn(rng, ALPHABET + "x", 1, 9)
        costs = slip_costs(index.folds, typed)
        np.testing.assert_allclose(found(index, typed), costs, atol=1e-9)


def test_two_slips_in_longer_words(rng):
    words = sorted({drawn(rng, ALPHABET, 7, 10) for _ in range(200)})
    index = FoldedWords(dict(enumerate(words)))
    two = 0
    for word in words[:40]:
        typed = word[:-3] + word[-2:] + "x"
        costs = slip_costs(index.folds, typed)
        np.testing.assert_allclose(found(index, typed), costs, atol=1e-9)
        two += (np.isfinite(costs[1]) & (costs[1] > 2 * channel.SLIP + 6)).sum()
    assert two > 20


SLIPS = [
    ("the", "teh", channel.TRANSPOSED),
    ("the", "rhe", channel.NEIGHBOUR + channel.FIRST),
    ("the", "thwe", channel.ADDED),
    ("tree", "tre", channel.UNDOUBLED),
    ("until", "untill", channel.DOUBLED),
    ("which", "wich", channel.LEFT_OUT),
    ("grammar", "grammer", channel.VOWEL),
    ("word", "wprd", channel.NEIGHBOUR),
    ("word", "wmrd", channel.OTHER),
    ("word", "ord", channel.LEFT_OUT + channel.FIRST),
    ("of", "fo", channel.TRANSPOSED + channel.FIRST),
]


@pytest.mark.parametrize(("word", "typed", "cost"), SLIPS)
def test_each_kind_of_slip_has_its_cost(word, typed, cost):
    costs = found(FoldedWords({0: word}), typed)
    assert costs[1, 0] == pytest.approx(cost + channel.SLIP)


def test_short_beginnings_are_taken_as_they_are():
    index = FoldedWords(dict(enumerate(["hat", "of", "often", "that", "the", "t"])))
    begun, whole = found(index, "t")
    assert np.isfinite(begun).tolist() == [False, False, False, True, True, True]
    assert np.isfinite(whole).sum() == 1
    begun, whole = found(index, "fo")
    assert not np.isfinite(begun).any()
    assert np.isfinite(whole).tolist() == [False, True, False, False, False, False]
    begun, _ = found(index, "oft")
    assert begun[2] == 0


@pytest.mark.parametrize("typed", ["2nd", "1234567", "...", "-"])
def test_numbers_and_marks_have_no_slips(typed):
    assert channel.slips_allowed(typed) == 0
    index = FoldedWords(dict(enumerate(["2md", "1234566", "..", "--"])))
    assert not np.isfinite(found(index, typed)[1]).any()


def test_keys_beside_each_other():
    assert channel.NEIGHBOURS["g"] == "tyfhvb"
    assert channel.NEIGHBOURS["p"] == "ol"
    assert all(
        one in channel.NEIGHBOURS[other]
        for one, others in channel.NEIGHBOURS.items()
        for other in others
    )


def test_words_are_added_to_an_index():
    index = FoldedWords({0: "The", 1: "then", 2: "cat"})
    more = index.with_words({7: "Café", 5: "theme"})
    assert more.folds == ["cafe", "cat", "the", "theme", "then"]
    assert more.cells.tolist() == [7, 2, 0, 5, 1]
    assert more.letters("the") == "mn"
    assert index.letters("the") == "n"
    assert FoldedWords({}).begin_with("a") == (0, 0)
