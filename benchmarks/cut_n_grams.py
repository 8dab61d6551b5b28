"""N-grams cut until they fit into as many bytes as a file, for a fair comparison.

What loses least is cut: an n-gram is worth its count times the nats by which it betters
the shorter one (Seymore and Rosenfeld 1996, *Scalable backoff language models*). Those
worth least go, but for the beginnings of n-grams that stay; what they leave goes to the
shorter n-grams, so probabilities still sum to 1. The counts of Kneser and Ney suit
whole models and lose much when these are cut (Chelba et al. 2010, *Study on interaction
between entropy pruning and Kneser-Ney smoothing*), so n-grams with plain counts,
`AbsoluteDiscounting`, are cut as well.

The bytes assume a tighter encoding than keyboards have: a trie with 8 bits for the
probability of each n-gram and, if any go on from it, 8 bits for what it leaves to
shorter ones; the last words of the m n-grams that go on from one as a sorted list by
Elias and Fano, of 2 + ⌈log2(V / m)⌉ bits a word; and one bit for each n-gram and one
for each that may go on, for the shape. The words themselves, as the file holds them,
are counted with them.
"""

import copy

import kneser_ney
import numpy as np

PROBABILITY = LEFT = 8  # Bits.


class AbsoluteDiscounting(kneser_ney.KneserNey):
    """The same with plain counts for the shorter n-grams, too."""

    def _continuations(self, numbers, counts, n, text):
        return counts


class Cut(kneser_ney.KneserNey):
    """A model of n-grams without some of them.

    Args:
        model: The whole model.
        kept: Of each length, which n-grams stay, bool; all words do.
    """

    def __init__(self, model, kept):
        self.__dict__ |= copy.copy(model).__dict__
        self._keys, self._added, self._kept, self._starts = [], [], [], []
        before = np.zeros(1, int)
        for n, (keys, stays) in enumerate(zip(model._keys, kept, strict=True)):
            context, word = divmod(keys[stays], self.columns)
            of_context = before[context] if n else np.zeros(len(word), int)
            contexts = len(self._keys[-1]) if n else 1
            added = model._added[n][stays]
            self._keys.append(of_context * self.columns + word)
            self._added.append(added)
            self._kept.append(1 - np.bincount(of_context, added, contexts))
            self._starts.append(np.searchsorted(of_context, np.arange(contexts + 1)))
            before = np.cumsum(stays) - 1

    def probabilities(self, contexts):
        """Return P of each word `(V,)`; a shorter context may be missing."""
        result = self._added[0] + self._kept[0][0] / self.columns
        for n, context in enumerate(contexts, start=1):
            if context >= 0:
                part = slice(*self._starts[n][context : context + 2])
                result *= self._kept[n][context]
                result[self._keys[n][part] % self.columns] += self._added[n][part]
        return result


def cut(model, ids, size: int) -> Cut:
    """Return a model cut to at most `size` bytes.

    Args:
        model: The whole model.
        ids: Its training text.
        size: The bytes.

    Raises:
        ValueError: If the words alone take more.
    """
    worth = _worth(model, np.asarray(ids))
    if _bytes(model, _above(model, worth, np.inf)) > size:
        raise ValueError(f"`size` must hold the words. Received: {size} bytes.")
    everything = _above(model, worth, -np.inf)
    if _bytes(model, everything) <= size:
        return Cut(model, everything)
    lowest, highest = 0.0, max(float(w.max(initial=0)) for w in worth[1:])
    while highest - lowest > 1e-4 * highest:
        middle = (lowest + highest) / 2
        if _bytes(model, _above(model, worth, middle)) > size:
            lowest = middle
        else:
            highest = middle
    return Cut(model, _above(model, worth, highest))


def bytes_of(model) -> int:
    """Return how many bytes the n-grams of a model take, without the words."""
    return _bytes(model, [np.ones(len(keys), bool) for keys in model._keys])


def _worth(model, ids):
    """Return of each length what each n-gram is worth."""
    text = model._text(ids)
    numbers = [model._numbers(text, n) for n in range(1, len(model._keys) + 1)]
    shorter = model._added[0][text] + model._kept[0][0] / model.columns
    worth = [np.full(model.columns, np.inf)]
    for n in range(1, len(model._keys)):
        places = np.flatnonzero(numbers[n] >= 0)
        grams, contexts = numbers[n][places], numbers[n - 1][places - 1]
        left = model._kept[n][contexts] * shorter[places]
        longer = shorter.copy()
        longer[places] = left + model._added[n][grams]
        found = np.zeros(len(model._keys[n]))
        np.add.at(found, grams, np.log(longer[places] / left))
        worth.append(found)
        shorter = longer
    return worth


def _above(model, worth, least):
    """Return which n-grams are worth more, or begin one that is."""
    kept = [found > least for found in worth]
    kept[0][:] = True
    for n in range(len(kept) - 1, 1, -1):
        kept[n - 1][model._keys[n][kept[n]] // model.columns] = True
    return kept


def _bytes(model, kept):
    bits = len(kept[0]) * PROBABILITY
    for n in range(1, len(kept)):
        contexts = model._keys[n][kept[n]] // model.columns
        _, lists = np.unique(contexts, return_counts=True)
        bits += int(kept[n].sum()) * PROBABILITY + len(lists) * LEFT
        words = 2 + np.ceil(np.log2(model.columns / lists))
        bits += int((lists * words).sum())
        # The shape: how many go on from each, in unary.
        bits += int(kept[n - 1].sum() + kept[n].sum())
    return -(-bits // 8)
