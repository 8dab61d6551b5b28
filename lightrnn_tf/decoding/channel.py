"""How probable a slip is: log P(typed | word), and the words that may be meant.

A slip changes a letter, adds or leaves one out, or swaps two. Its cost in nats is
−log of the probability that it happens at this place of a word, so the costs of several
slips add up. Accents and apostrophes that are left out cost nothing, as in
`spelling.begins_with`; letters that are still to come cost nothing either, because
whoever types a word passes through all its beginnings.

The costs were counted by `python benchmarks/slips.py` on 44,000 real slips: those of
codespell's dictionary, and of half of the words of Wikipedia's list of misspellings.
SLIP and COMPLETED were chosen by `python benchmarks/correction.py --choose`.
"""

from typing import NamedTuple

from lightrnn_tf.words.folded import FoldedWords

# Given a word with a slip, which: a letter typed as another vowel, as a neighbour on
# the keyboard, or as any other; two letters in the wrong order; one typed twice or once
# instead; another left out or added. And how much more it costs at the first letter.
VOWEL, NEIGHBOUR, OTHER = 5.27, 6.64, 8.20
TRANSPOSED, DOUBLED, UNDOUBLED = 3.77, 4.66, 1.90
LEFT_OUT, ADDED, FIRST = 3.41, 7.23, 1.87
# That there is a slip: with 0, right beginnings lose less than 0.1 points of top-3.
SLIP = 0.0
# That the word goes on behind a slip: slips are looked for when a word is whole.
COMPLETED = 3.0
# An accent or apostrophe that the word lacks, and a space that is missing.
MARK, SPACE = SLIP + 9.53, SLIP + 6.33

VOWELS = "aeiouy"
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours():
    """Return for each letter those beside it, above it and below it on QWERTY."""
    # Each row of keys is half a key further to the right.
    at = {k: (x + y / 2, y) for y, keys in enumerate(_KEYS) for x, k in enumerate(keys)}
    return {
        key: "".join(
            other
            for other, (x, y) in at.items()
            if other != key and abs(x - at[key][0]) <= 1 and abs(y - at[key][1]) <= 1
        )
        for key in at
    }


NEIGHBOURS = _neighbours()

# Of what was typed: the least letters for a slip in a whole word and in its beginning,
# and for two slips. Of two, at most one is at the first letters.
ONE_IN_WORD, ONE, TWO = 2, 3, 7
HEAD = 3


class Slips(NamedTuple):
    """Ranges of words by what it costs that they were meant, the dearest first.

    Attributes:
        begun: Cost, first and end of words that may have been begun.
        whole: The same of words that may have been typed as a whole.
    """

    begun: list[tuple[float, int, int]]
    whole: list[tuple[float, int, int]]


def slips_allowed(typed: str) -> int:
    """Return how many slips are looked for.

    Args:
        typed: The fold of what was typed.
    """
    if any(map(str.isdigit, typed)) or not any(map(str.isalpha, typed)):
        return 0
    return (len(typed) >= ONE_IN_WORD) + (len(typed) >= TWO)


def slips(index: FoldedWords, typed: str, most: int | None = None) -> Slips:
    """Return the words that may have been meant.

    Args:
        index: The words.
        typed: The fold of what was typed, not empty.
        most: Most slips. Defaults to `slips_allowed`.

    Returns:
        The `Slips`. A word may be in several ranges; its cost is the least.
    """
    walk = _Walk(index, typed, slips_allowed(typed) if most is None else most)
    walk.go("", 0, len(index.folds), 0, 0.0, walk.most)
    begun = [found for found in walk.begun if not found[0]]
    if len(typed) >= ONE:
        begun += [(cost + COMPLETED, *words) for cost, *words in walk.begun if cost]
    return Slips(sorted(begun, reverse=True), sorted(walk.whole, reverse=True))


class _Walk:
    """Goes through the words letter by letter, with slips where they are allowed."""

    def __init__(self, index, typed, most):
        self.index, self.typed, self.most = index, typed, most
        self.begun, self.whole = [], []

    def go(self, prefix, first, end, at, cost, left):
        """Go on with the words of a range that begin with a prefix.

        `at` letters typed are behind it, `cost` is that of the slips so far, `left` is
        how many more are allowed.
        """
        typed, index = self.typed, self.index
        if not left:
            prefix, at = prefix + typed[at:], len(typed)
        first, end = index.begin_with(prefix, first, end)
        while first < end and at < len(typed):
            if left == self.most or at >= HEAD:
                self._slip(prefix, first, end, at, cost, left)
            prefix += typed[at]
            first, end = index.begin_with(prefix, first, end)
            at += 1
        if first < end:
            self.begun.append((cost, first, end))
            self._end(prefix, first, end, cost, left)

    def _slip(self, prefix, first, end, at, cost, left):
        """Go on with each slip that is possible at a place."""
        typed, go = self.typed, self.go
        before, letter = prefix[-1:], typed[at]
        after = typed[at + 1 : at + 2]
        left -= 1
        cost += SLIP if before else SLIP + FIRST
        for meant in self.index.letters(prefix):
            longer = prefix + meant
            omitted = UNDOUBLED if meant == before else LEFT_OUT
            go(longer, first, end, at, cost + omitted, left)
            if meant != letter:
                go(longer, first, end, at + 1, cost + replaced(meant, letter), left)
        if after and after != letter:
            go(prefix + after + letter, first, end, at + 2, cost + TRANSPOSED, left)
        added = DOUBLED if typed[at - 1 : at] == letter else ADDED
        go(prefix, first, end, at + 1, cost + added, left)

    def _end(self, word, first, end, cost, left):
        """Note the words that end here, or after letters that were left out."""
        are, last = self.index.are(word, first, end)
        if last > are:
            self.whole.append((cost, are, last))
        if left:
            for meant in self.index.letters(word):
                longer = word + meant
                omitted = UNDOUBLED if meant == word[-1:] else LEFT_OUT
                begin, stop = self.index.begin_with(longer, first, end)
                self._end(longer, begin, stop, cost + SLIP + omitted, left - 1)


def replaced(meant: str, typed: str) -> float:
    """Return what it costs to type one letter for another.

    Args:
        meant: The letter of the word.
        typed: The letter that was typed.

    Example:

    >>> replaced("a", "e") == VOWEL, replaced("a", "s") == NEIGHBOUR
    (True, True)
    """
    if meant in VOWELS and typed in VOWELS:
        return VOWEL
    return NEIGHBOUR if typed in NEIGHBOURS.get(meant, "") else OTHER
