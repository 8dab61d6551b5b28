"""Prints which sources of text are like the texts that a keyboard meets.

    python examples/english_model/shares.py ../shared/corpora

A bigram model (Witten and Bell) is counted of each source; expectation maximisation
finds the mixture of them that makes part of each validation text most probable. The
shares in `texts.py` follow it. Three minutes.
"""

import argparse
import itertools
import pathlib
from collections import Counter

import numpy as np
import texts

from lightrnn_tf.words.tokenizer import Tokenizer

# Every n-th line of each validation text is looked at.
TEXTS = {"talk-en": 3, "commonvoice-en": 3, "sms-en": 5}
_LEAST_COUNT, _ROUNDS, _LEAST_SHARE = 3, 60, 0.005
_START, _END = "<s>", "</s>"


def main():
    """Print the shares for each text and for all together."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", type=pathlib.Path, help="folder of the corpora")
    corpora = parser.parse_args().corpora
    sources = {name: words_of(lines) for name, lines in texts.sources(corpora)}
    counts = Counter(w for lines in sources.values() for line in lines for w in line)
    known = {word for word, count in counts.items() if count >= _LEAST_COUNT}
    pairs = {}
    for name, step in TEXTS.items():
        lines = texts.lines_of(corpora / name / "valid.txt.xz")
        pairs[name] = pairs_of(words_of(itertools.islice(lines, 0, None, step)), known)
    models = [Bigrams(lines, len(known)) for lines in sources.values()]
    found = {}
    for name, of_text in pairs.items():
        found[name] = np.array([[m(*pair) for pair in of_text] for m in models])
        report(name, list(sources), found[name])
    least = min(matrix.shape[1] for matrix in found.values())
    equal = np.concatenate([matrix[:, :least] for matrix in found.values()], 1)
    report("all", list(sources), equal)


def words_of(lines):
    """Return the words of each line, without marks."""
    tokenizer = Tokenizer("words", lowercase=True)
    every = ([w for w in tokenizer.words(line) if w[0].isalnum()] for line in lines)
    return [words for words in every if words]


def pairs_of(lines, known):
    """Return each known word with the word before it."""
    return [
        (before, word)
        for line in lines
        for before, word in itertools.pairwise([_START, *line, _END])
        if word == _END or word in known
    ]


class Bigrams:
    """Gives the probability of a word behind another in a source."""

    def __init__(self, lines, words):
        pairs = [p for line in lines for p in itertools.pairwise([_START, *line, _END])]
        self.pairs = Counter(pairs)
        self.words = Counter(word for _, word in pairs)
        self.behind = Counter(before for before, _ in pairs)
        self.different = Counter(before for before, _ in self.pairs)
        self.tokens, self.new = len(pairs), len(self.words) / (words + 2)

    def __call__(self, before, word):
        alone = (self.words[word] + self.new) / (self.tokens + len(self.words))
        seen, different = self.behind[before], self.different[before]
        if not seen:
            return alone
        return (self.pairs[before, word] + different * alone) / (seen + different)


def report(name, sources, probabilities):
    """Find the shares of sources for a text, and print the larger ones."""
    shares = np.full(len(sources), 1 / len(sources))
    for _ in range(_ROUNDS):
        parts = shares[:, None] * probabilities
        shares = (parts / parts.sum(0)).mean(1)
    nats = -np.log((shares[:, None] * probabilities).sum(0)).mean()
    print(f"{name}: perplexity {np.exp(nats):.1f}")
    for source, share in sorted(zip(sources, shares, strict=True), key=lambda p: -p[1]):
        if share >= _LEAST_SHARE:
            print(f"    {source:16} {share:.3f}")


if __name__ == "__main__":
    main()
