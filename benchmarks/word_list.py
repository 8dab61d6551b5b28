"""What does the list of words take in a file, and what would it in other forms?

    python benchmarks/word_list.py TEXT [--words 100000]

The most frequent words of a text lie in cells at random, as a trained table puts them
for all that a list can know. Each part is compressed as in the file, and in other
orders and by other means; `marisa-trie`, if it is installed, is the succinct trie to
compare with, of which the cells are no part. Results are appended to
results/word_list.jsonl.
"""

import argparse
import collections
import lzma
import math
import pathlib
import zlib

import numpy as np

from lightrnn_tf import data
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import Tokenizer
from results import append

LZMA = [{"id": lzma.FILTER_LZMA1, "lc": 4, "lp": 0, "pb": 0, "dict_size": 1 << 20}]


def main():
    """Measure, append and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=pathlib.Path)
    parser.add_argument("--words", type=int, default=100_000)
    args = parser.parse_args()
    counts = collections.Counter(
        token
        for line in data.Lines([args.text])
        for token in Tokenizer("words", lowercase=True).words(line)
    )
    frequent = counts.most_common(args.words)
    rng = np.random.default_rng(0)
    size = math.isqrt(len(frequent) - 1) + 1
    cells = rng.permutation(size * size)[: len(frequent)]
    words = [""] * (size * size)
    by_cell = np.zeros(len(words), np.int64)
    for cell, (word, count) in zip(cells.tolist(), frequent, strict=True):
        words[cell], by_cell[cell] = word, count
    result = {"text": args.text.parent.name, "words": len(frequent)}
    result |= {
        name: round(size / len(frequent), 3)
        for name, size in sizes(Lexicon(words), words, by_cell).items()
        if size is not None
    }
    append("word_list", result, 0)
    print(result)


def sizes(lexicon, words, counts):
    """Return the bytes of the parts of a list, by form."""
    ordered = sorted(filter(None, words), key=lambda word: (word.casefold(), word))
    whole = lexicon.to_bytes()
    bits = (len(words) - 1).bit_length()
    flags, cells = -(-len(ordered) // 8), -(-len(ordered) * bits // 8)
    spelled = whole[: len(whole) - cells - flags]
    together = interleaved(spelled, len(ordered))
    # Any order of the words in the cells is as probable as any other.
    least = sum(math.log2(len(words) - n) for n in range(len(ordered))) / 8
    return {
        "spelling": deflated(spelled),
        "spelling_interleaved": deflated(together),
        "spelling_interleaved_lzma": len(
            lzma.compress(together, lzma.FORMAT_RAW, filters=LZMA)
        ),
        "spelling_marisa": marisa(ordered),
        "cells": cells,
        "cells_at_least": least,
        "flags": deflated(whole[len(whole) - flags :]),
        "counts": deflated(counts.astype("<u4").tobytes()),
        "counts_powers_of_2": deflated(
            np.log2(np.maximum(counts, 1)).astype(np.uint8).tobytes()
        ),
    }


def deflated(content):
    """Return the bytes of what the zip of a file makes of a content."""
    return len(zlib.compress(content, 9))


def interleaved(spelled, count):
    """Return shared lengths and suffixes word by word, in place of one after other."""
    suffixes = spelled[count:].split(b"\n")
    return b"".join(
        bytes([shared]) + suffix
        for shared, suffix in zip(spelled[:count], suffixes, strict=False)
    )


def marisa(words):
    """Return the bytes of a succinct trie of the words, not compressed."""
    try:
        import marisa_trie
    except ModuleNotFoundError:
        return None
    return len(marisa_trie.Trie(words).tobytes())


if __name__ == "__main__":
    main()
