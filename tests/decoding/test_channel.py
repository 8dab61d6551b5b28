"""The walk over slips, against an alignment of each word written another way."""

import itertools
import math

import numpy as np
import pytest

from lightrnn_tf.decoding import channel
from lightrnn_tf.words.folded import FoldedWords

ALPHABET = "abde"


def alignments(words, typed):
    """Return the costs that words were begun, and that they were typed, `(2, V)`.

    `least[i][j][n]` is the least cost of i letters of each word and j typed, with n
    slips; no trie, and nothing is left out because it is too far away.
    """
    most = channel.slips_allowed(typed)
    length = len(typed) + most
    letters = np.array([list(word[:length].ljust(length, "\0")) for word in words])
    lengths = np.array([len(word) for word in words])
    shape = (length + 1, len(typed) + 1, most + 1, len(words))
    least = np.full(shape, math.inf)
    least[0, 0, 0] = 0

    def go(at, slips, to, cost, where=True):
        """Go on from a place of the table, where words have these letters."""
        if to[0] <= length and to[1] <= len(typed) and slips <= most:
            allowed = where & (to[0] <= lengths)
            cost = np.where(allowed, least[at] + cost, math.inf)
            least[(*to, slips)] = np.minimum(least[(*to, slips)], cost)

    for i, j, n in itertools.product(*map(range, shape[:3])):
        at = (i, j, n)
        meant = letters[:, i] if i < length else np.full(len(words), "\0")
        key = typed[j : j + 1]
        go(at, n, (i + 1, j + 1), 0, meant == key)
        if n and j < channel.HEAD:
            continue
        slip = channel.SLIP + (0 if i else channel.FIRST)
        costs = {c: channel.replaced(c, key) for c in set(meant)} if key else {}
        go(at, n + 1, (i + 1, j + 1), slip + by_letter(costs, meant), meant != key)
        before = letters[:, i - 1] if i else "\1"
        omitted = np.where(meant == before, channel.UNDOUBLED, channel.LEFT_OUT)
        go(at, n + 1, (i + 1, j), slip + omitted)
        doubled = j and key == typed[j - 1]
        added = channel.DOUBLED if doubled else channel.ADDED
        go(at, n + 1, (i, j + 1), slip + added)
        pair = typed[j : j + 2]
        if len(set(pair)) == 2 and i + 2 <= length:
            swapped = (meant == pair[1]) & (letters[:, i + 1] == pair[0])
            go(at, n + 1, (i + 2, j + 2), slip + channel.TRANSPOSED, swapped)
    end = least[:, -1].min(axis=1)
    whole = end[np.minimum(lengths, length), np.arange(len(words))]
    return np.array([end.min(axis=0), np.where(lengths <= length, whole, math.inf)])


def by_letter(costs, letters):
    return np.array([costs.get(letter, math.inf) for letter in letters])


def expected(words, typed):
    """Return what it costs that each word was begun, and that it was typed, `(2, V)`.

    `words` and `typed` are folds.
    """
    begun, whole = alignments(words, typed)
    begun[begun > 0] += channel.COMPLETED if len(typed) >= channel.ONE else math.inf
    return np.array([begun, whole])


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
        costs = expected(index.folds, typed)
        np.testing.assert_allclose(found(index, typed), costs, atol=1e-9)


def test_two_slips_in_longer_words(rng):
    words = sorted({drawn(rng, ALPHABET, 7, 10) for _ in range(200)})
    index = FoldedWords(dict(enumerate(words)))
    two = 0
    for word in words[:40]:
        typed = word[:-3] + word[-2:] + "x"
        costs = expected(index.folds, typed)
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
