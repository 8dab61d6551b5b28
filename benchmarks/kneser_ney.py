"""An interpolated Kneser-Ney model of n-grams, what keyboards use so far.

With three discounts for each order (Chen and Goodman 1999, "An empirical study of
smoothing techniques for language modeling", section 3.4). A line is a text of its own
that begins with `<eos>`. The model is scored by the code that scores the others: to it,
it is a table of one row.
"""

import numpy as np

from lightrnn_tf.predictors.protocol import Contexts
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.vocabulary import Vocabulary

# Places that are scored at once.
_PLACES = 128


class KneserNey:
    """Maps the last words of a text to probabilities of the next one.

    Args:
        ids: Integer array `(N,)`, the training text.
        vocabulary: The `Vocabulary` of the ids, `V` words.
        order: Length of the longest n-grams, at least 2. Defaults to 5.
    """

    rows = 1

    def __init__(self, ids: np.ndarray, vocabulary: Vocabulary, order: int = 5):
        self.vocabulary, self.tokenizer = vocabulary, vocabulary.tokenizer
        self.lexicon = Lexicon(vocabulary.words)
        self.columns = len(vocabulary)
        # Of each order n: the n-grams, sorted, each as the number of its first n − 1
        # words among the (n − 1)-grams, times V, plus its last word.
        self._keys = [np.arange(self.columns)]
        text = self._text(ids)
        for n in range(2, order + 1):
            keys = self._numbers(text, n - 1)[:-1] * self.columns + text[1:]
            self._keys.append(np.unique(keys[self._inside(text, n)[1:]]))
        self._fit(text)

    @property
    def size(self) -> int:
        """The number of n-grams of all lengths, a probability each."""
        return sum(len(keys) for keys in self._keys)

    def _text(self, ids):
        return np.concatenate([[self.vocabulary.eos_id], ids]).astype(np.int64)

    def _inside(self, text, n):
        """Return at which places n words end, of which only the first may be `<eos>`.

        The last one may be it too: that is the end of the line.
        """
        inside = np.arange(len(text)) >= n - 1
        for back in range(1, n - 1):
            inside[back:] &= text[:-back] != self.vocabulary.eos_id
        return inside

    def _numbers(self, text, n):
        """Return the number of the n-gram that ends at each place, −1 if there is none.

        An n-gram with `<eos>` after its first word and before its last is none.
        """
        numbers = text
        for length in range(2, n + 1):
            keys = np.full(len(text), -1)
            keys[1:] = numbers[:-1] * self.columns + text[1:]
            keys[1:][numbers[:-1] < 0] = -1
            # Ends with what no n-gram is, where those that are greater are looked up.
            known = np.append(self._keys[length - 1], np.iinfo(np.int64).max)
            places = np.searchsorted(known, keys)
            numbers = np.where(known[places] == keys, places, -1)
            numbers[~self._inside(text, length)] = -1
        return numbers

    def _fit(self, text):
        """Count, and turn counts into what is added and kept for each context."""
        order = len(self._keys)
        numbers = [self._numbers(text, n) for n in range(1, order + 1)]
        self._added, self._kept, self._starts = [], [], []
        for n, keys in enumerate(self._keys, start=1):
            ends = numbers[n - 1][1:] if n == 1 else numbers[n - 1]
            counts = np.bincount(ends[ends >= 0], minlength=len(keys))
            if n < order:
                counts = self._continuations(numbers[n - 1 : n + 1], counts, n, text)
            of_context = keys // self.columns if n > 1 else np.zeros(len(keys), int)
            contexts = len(self._keys[n - 2]) if n > 1 else 1
            discount = _discounts(counts)[np.minimum(counts, 3)]
            total = np.bincount(of_context, counts, contexts)
            with np.errstate(invalid="ignore", divide="ignore"):
                self._added.append((counts - discount) / total[of_context])
                self._kept.append(np.bincount(of_context, discount, contexts) / total)
            self._starts.append(np.searchsorted(of_context, np.arange(contexts + 1)))

    def _continuations(self, numbers, counts, n, text):
        """Return after how many different words each n-gram was met.

        One that begins a line was met after none; how often it was met counts.
        """
        shorter, longer = numbers
        found, where = np.unique(longer, return_index=True)
        where = where[found >= 0]
        continued = np.bincount(shorter[where], minlength=len(counts))
        begins = np.zeros(len(counts), bool)
        places = np.flatnonzero(shorter >= 0)
        first = text[places - (n - 1)] == self.vocabulary.eos_id
        begins[shorter[places[first]]] = n > 1
        return np.where(begins, counts, continued)

    def probabilities(self, contexts: np.ndarray) -> np.ndarray:
        """Return P of each word `(V,)` after the n-grams with these numbers.

        Args:
            contexts: `(order − 1,)`, the number of the last 1, 2 … words, −1 if none.
        """
        result = self._added[0] + self._kept[0][0] / self.columns
        for n, context in enumerate(contexts, start=1):
            if context < 0 or not self._kept[n][context] < np.inf:
                break
            part = slice(*self._starts[n][context : context + 2])
            result *= self._kept[n][context]
            result[self._keys[n][part] % self.columns] += self._added[n][part]
        return result

    def contexts(self, ids):
        """Yield every place of a text, as `evaluation` wants it."""
        text = self._text(ids)
        numbers = [self._numbers(text, n) for n in range(1, len(self._keys))]
        for first in range(0, len(ids), _PLACES):
            last = min(first + _PLACES, len(ids))
            found = np.stack([n[first:last] for n in numbers], axis=1)
            log_probs = np.log([self.probabilities(contexts) for contexts in found])

            def expand(places, rows, log_probs=log_probs):
                return log_probs[places][:, None].repeat(rows.shape[1], 1)

            yield Contexts(ids[first:last], np.zeros((last - first, 1)), expand)


def _discounts(counts):
    """Return what is taken from counts of 0, 1, 2, and 3 or more."""
    one, two, three, four = (np.sum(counts == n) for n in (1, 2, 3, 4))
    if not (one and two and three):
        return np.array([0, 0.5, 0.5, 0.5])
    ratio = one / (one + 2 * two)
    pairs = ((1, two / one), (2, three / two), (3, four / three))
    return np.array([0, *(n - (n + 1) * ratio * share for n, share in pairs)])
