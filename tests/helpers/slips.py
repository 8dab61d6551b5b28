"""What slips cost, by an alignment of each word, without a trie."""

import itertools
import math

import numpy as np

from lightrnn_tf.decoding import channel


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


def slip_costs(words, typed):
    """Return what it costs that each word was begun, and that it was typed, `(2, V)`.

    `words` and `typed` are folds.
    """
    begun, whole = alignments(words, typed)
    begun[begun > 0] += channel.COMPLETED if len(typed) >= channel.ONE else math.inf
    return np.array([begun, whole])
