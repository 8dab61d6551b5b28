"""Counts real slips, and prints what each kind costs in decoding/channel.py.

    python benchmarks/slips.py --typos wikipedia.dat --codespell dictionary.txt

Only words with one slip are counted. The cost of a kind is −log of how often it happens
at a place where it can happen, given a word with a slip. The words of Wikipedia's list
that `is_kept` keeps for measuring are left out of both lists.
"""

import argparse
import collections
import math
import pathlib
import zlib

from lightrnn_tf.decoding.channel import NEIGHBOURS, VOWELS
from lightrnn_tf.words.spelling import begins_with, fold

Pair = tuple[str, str]


def main():
    """Count, and print the costs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--typos", type=pathlib.Path, required=True)
    parser.add_argument("--codespell", type=pathlib.Path, required=True)
    args = parser.parse_args()
    wikipedia = read_wikipedia(args.typos)
    pairs = {pair for pair in wikipedia if not is_kept(pair[0])}
    kept = {word for word, _ in wikipedia if is_kept(word)}
    pairs |= {pair for pair in read_codespell(args.codespell) if pair[0] not in kept}
    for kind, (seen, places) in sorted(count(sorted(pairs)).items()):
        cost = -math.log(seen / places)
        print(f"{kind:10} {seen:6} of {places:8}: {cost:.2f}")


def read_wikipedia(path: pathlib.Path) -> list[Pair]:
    """Return the pairs of a right word and a misspelling, lower-cased."""
    pairs, word = [], ""
    for line in path.read_text(encoding="utf-8").lower().split("\n"):
        line = line.strip().replace("_", " ")
        if line.startswith("$"):
            word = line[1:]
        elif line:
            pairs.append((word, line))
    return pairs


def read_codespell(path: pathlib.Path) -> list[Pair]:
    """Return the pairs of the entries that leave no choice."""
    pairs = []
    for line in path.read_text(encoding="utf-8").lower().splitlines():
        typed, _, words = line.partition("->")
        if words and "," not in words:
            pairs.append((words.strip(), typed))
    return pairs


def is_kept(word: str) -> bool:
    """Return whether a word of Wikipedia's list is kept for measuring."""
    return zlib.crc32(word.encode()) % 2 == 1


def count(pairs: list[Pair]) -> dict[str, tuple[int, int]]:
    """Return how often each kind of slip is seen, and at how many places it could be.

    The first letter is a kind for itself here: its count is the number of slips there,
    and its places are how many were to be expected.
    """
    seen: collections.Counter[str] = collections.Counter()
    places: collections.Counter[str] = collections.Counter()
    at_first = []
    for word, typed in pairs:
        kind, place = slip(word, typed)
        if kind:
            seen[kind] += 1
            places.update(possible(fold(word)))
            at_first.append((kind, place == 0, len(fold(word))))
    expected = sum(1 / length for _, _, length in at_first)
    seen["FIRST"] = sum(first for _, first, _ in at_first)
    places["FIRST"] = round(expected)
    return {kind: (seen[kind], places[kind]) for kind in seen}


def slip(word: str, typed: str) -> tuple[str, int]:
    """Return the kind of the only slip and its place, `""` if there are others."""
    if word.replace(" ", "") == typed:
        return "SPACE", word.index(" ") if " " in word else 0
    if " " in word or " " in typed or "-" in word + typed:
        return "", 0
    if fold(word) == fold(typed):
        return ("", 0) if begins_with(word, typed) else ("MARK", 1)
    word, typed = fold(word), fold(typed)
    least = min(len(word), len(typed))
    start = next((n for n in range(least) if word[n] != typed[n]), least)
    end = 0
    while end < least - start and word[-1 - end] == typed[-1 - end]:
        end += 1
    meant, wrong = word[start : len(word) - end], typed[start : len(typed) - end]
    before = word[start - 1 : start]
    if not meant and len(wrong) == 1:
        return ("DOUBLED" if wrong == before else "ADDED"), start
    if not wrong and len(meant) == 1:
        return ("UNDOUBLED" if meant == before else "LEFT_OUT"), start
    if len(meant) == len(wrong) == 1:
        return replacement(meant, wrong), start
    if len(meant) == 2 and meant[::-1] == wrong:
        return "TRANSPOSED", start
    return "", 0


def replacement(meant: str, typed: str) -> str:
    """Return the kind of a letter typed for another."""
    if meant in VOWELS and typed in VOWELS:
        return "VOWEL"
    return "NEIGHBOUR" if typed in NEIGHBOURS.get(meant, "") else "OTHER"


def possible(word: str) -> dict[str, int]:
    """Return at how many places of a word each kind of slip could happen."""
    letters = sorted(NEIGHBOURS)
    kinds = collections.Counter(
        replacement(meant, typed)
        for meant in word
        for typed in letters
        if typed != meant
    )
    same = sum(a == b for a, b in zip(word, word[1:], strict=False))
    return {
        **kinds,
        "TRANSPOSED": len(word) - 1 - same,
        "DOUBLED": len(word),
        "UNDOUBLED": same,
        "LEFT_OUT": len(word) - same,
        "ADDED": (len(word) + 1) * (len(letters) - 1),
        "MARK": len(word) - 1,
        "SPACE": 1,
    }


if __name__ == "__main__":
    main()
