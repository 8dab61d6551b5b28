"""Writes which words the English model may suggest, how, and which are wrong.

    python examples/english_model/words.py runs/english

writes `words.txt`, the words of wordfreq that are used once in 16 million words or
oftener; those that no dictionary has, once in six million; those of two or three
letters that none has in lower case, once in 200,000; of two letters those of
`short_words.txt`. Left out are single letters, the words of `leave_out.txt`, words that
differ from a far more frequent one by an apostrophe or accent (i'ts, thé), marks
with digits but ordinals, decades and times. Also `forms.txt`, these words as Hunspell's
dictionary writes them, and `misspellings.txt`, codespell's list and the one beside this
file. The packages are installed by `pip install 'lightrnn-tf[english]'`.
"""

import argparse
import collections
import importlib.util
import math
import pathlib
import re

import wordfreq
from spylls.hunspell import Dictionary

from lightrnn_tf.words.spelling import fold
from lightrnn_tf.words.word_lists import lines_of
from lightrnn_tf.words.written_forms import capitalised

FOLDER = pathlib.Path(__file__).parent
# log₁₀ of uses in a billion words. Below it are mostly misspellings and rare names.
LEAST_ZIPF, LEAST_ZIPF_OF_UNKNOWN = 1.8, 2.2
# Signs, initials and pieces of words have two or three letters, as some names have.
LEAST_ZIPF_OF_SHORT = 3.7
# A word so many times rarer than one of the same letters is a slip of it.
TIMES_RARER = 300


_DRAWN_OUT = re.compile(r"(\w)\1\1")
# Marks of things, which are words with a digit, and numerals of centuries.
_NOT_TYPED = re.compile(r"\d|^(?!iii$)x{0,3}(ix|iv|v?i{0,3})(?<=...)$")
# What British words have, and American ones in its place.
_SPELLINGS = ("our", "or"), ("is", "iz"), ("ys", "yz"), ("ll", "l"), ("ae", "e")
# Shorter words are signs of units and states, too: ur, ms, del.
_LEAST_LETTERS = 4


def main():
    """Write the three lists."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path, help="folder to write")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    known = {form.lower(): form for form in lines_of(FOLDER / "forms.txt")}
    case = Case()
    words = offered(case) | set(known)
    slips = lines_of(FOLDER / "misspellings.txt")
    # What looks like a name because the texts write it so is a slip all the same.
    wrong = {line.partition("->")[0] for line in slips}
    forms = {form for word in words - set(known) for form in case.forms(word)}
    codespell = pathlib.Path(importlib.util.find_spec("codespell_lib").origin).parent
    others = lines_of(codespell / "data/dictionary.txt")
    others = [line for line in others if line.partition("->")[0] not in known]
    for name, lines in (
        ("words.txt", sorted(words)),
        ("forms.txt", [*known.values(), *sorted(wrong), *sorted(forms)]),
        ("misspellings.txt", others + slips),
    ):
        (args.out / name).write_text("\n".join(lines) + "\n", "utf-8")


def offered(case):
    """Return the words to offer, lower case, given the dictionary."""
    frequencies = wordfreq.get_frequency_dict("en", wordlist="large")
    used = {w: n for w, n in frequencies.items() if n >= 10 ** (LEAST_ZIPF - 9)}
    most: dict[str, float] = {}
    for word, n in used.items():
        most[fold(word)] = max(n, most.get(fold(word), 0.0))
    words = {word for word, n in used.items() if n * TIMES_RARER > most[fold(word)]}
    words = {word for word in words if used[word] >= case.least_frequency(word)}
    words -= {word for word in words if _NOT_TYPED.search(word)}
    words = {word for word in words if len(word) > 2}
    words |= {"a", "i", *several("short_words.txt")}
    words -= several("leave_out.txt")
    return words | {"y'all", "ma'am", "d'you", "o'clock", *with_digits()}


def several(name):
    """Return the words of a list beside this file that has several in a line."""
    return {word for line in lines_of(FOLDER / name) for word in line.split()}


class Case:
    """Tells how Hunspell's dictionary of American English writes a word.

    British words, which it has not, are written as codespell's list of them has them.
    """

    def __init__(self):
        folder = pathlib.Path(importlib.util.find_spec("spylls").origin).parent
        self._dictionary = Dictionary.from_files(str(folder / "hunspell/data/en/en_US"))
        self._stems = collections.defaultdict(set)
        for word in self._dictionary.dic.words:
            self._stems[word.stem.lower()].add(word.stem)
        codespell = importlib.util.find_spec("codespell_lib").origin
        british = pathlib.Path(codespell).parent / "data/dictionary_en-GB_to_en-US.txt"
        self._british = {line.partition("->")[0] for line in lines_of(british)}

    def knows(self, word):
        """Return whether a word is in the dictionary, in whatever case."""
        return self.is_british(word) or any(
            map(self._dictionary.lookup, (word, capitalised(word), word.upper()))
        )

    def least_frequency(self, word):
        """Return how often a word must be used to be offered."""
        zipf = LEAST_ZIPF
        if not self.knows(word):
            zipf = math.inf if _DRAWN_OUT.search(word) else LEAST_ZIPF_OF_UNKNOWN
        if len(word) < _LEAST_LETTERS and not self._dictionary.lookup(word):
            zipf = max(zipf, LEAST_ZIPF_OF_SHORT)
        return 10 ** (zipf - 9)

    def is_british(self, word):
        """Return whether a word is one that Americans spell otherwise."""
        if word in self._british or _DRAWN_OUT.search(word):
            return word in self._british
        others = (word.replace(*pair) for pair in _SPELLINGS if pair[0] in word)
        lookup = self._dictionary.lookup
        return not lookup(capitalised(word)) and any(map(lookup, others))

    def forms(self, word):
        """Return the forms of a word, none if the dictionary cannot tell."""
        if self.is_british(word):
            return {word}
        if "-" in word or not self.knows(word):
            return set()
        forms = set(self._stems[word])
        if len(word) < _LEAST_LETTERS:
            return (
                {word} if forms <= {word} and self._dictionary.lookup(word) else set()
            )
        for ending in ("'s", "s"):
            # GS is no plural of G.
            base = word.removesuffix(ending)
            if base != word and len(base) > 1:
                forms |= {stem + ending for stem in self._stems[base]}
        # It takes Tom's for one of a tom.
        if self._dictionary.lookup(word) and not word.endswith("'s"):
            forms.add(word)
        elif not forms and self._dictionary.lookup(capitalised(word)):
            forms.add(capitalised(word))
        return forms


def with_digits():
    """Yield ordinals, decades, times and a few names; wordfreq has no digits but 0."""
    for n in range(1, 32):
        last = "th" if n in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10)
        yield f"{n}{last or 'th'}"
    yield from (f"{n}0s" for n in range(2, 10))
    yield from (f"{n}{half}" for n in range(1, 13) for half in ("am", "pm"))
    yield from "2d 3d 4k 5g mp3 mp4 co2 ps4 ps5 ww2 u2".split()


if __name__ == "__main__":
    main()
