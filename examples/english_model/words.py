"""Writes which words the English model may suggest, and which are wrong.

    python examples/english_model/words.py runs/english

writes `words.txt`, the words of wordfreq that are used once in 16 million words or
oftener, without single letters and those that differ from a far more frequent one by
an apostrophe or accent (i'ts, thé), with ordinals, decades and times; and
`misspellings.txt`, codespell's list and the one beside this file. Both packages are
installed by `pip install 'lightrnn-tf[english]'`.
"""

import argparse
import importlib.util
import pathlib

import wordfreq

from lightrnn_tf.words.spelling import fold

FOLDER = pathlib.Path(__file__).parent
# log₁₀ of uses in a billion words. Below it are mostly misspellings and rare names.
LEAST_ZIPF = 1.8
# A word so many times rarer than one of the same letters is a slip of it.
TIMES_RARER = 300


def main():
    """Write the two lists."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path, help="folder to write")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    frequencies = wordfreq.get_frequency_dict("en", wordlist="large")
    used = {w: n for w, n in frequencies.items() if n >= 10 ** (LEAST_ZIPF - 9)}
    most: dict[str, float] = {}
    for word, n in used.items():
        most[fold(word)] = max(n, most.get(fold(word), 0.0))
    words = {word for word, n in used.items() if n * TIMES_RARER > most[fold(word)]}
    words -= set("bcdefghjklmnopqrstvwxyz")
    words |= {"y'all", "ma'am", "d'you", "o'clock", *with_digits()}
    (args.out / "words.txt").write_text("\n".join(sorted(words)) + "\n", "utf-8")
    codespell = pathlib.Path(importlib.util.find_spec("codespell_lib").origin).parent
    lists = codespell / "data/dictionary.txt", FOLDER / "misspellings.txt"
    wrong = "\n".join(path.read_text("utf-8") for path in lists)
    (args.out / "misspellings.txt").write_text(wrong, "utf-8")


def with_digits():
    """Yield ordinals, decades and times; wordfreq has no digits but 0."""
    for n in range(1, 32):
        last = "th" if n in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10)
        yield f"{n}{last or 'th'}"
    yield from (f"{n}0s" for n in range(2, 10))
    yield from (f"{n}{half}" for n in range(1, 13) for half in ("am", "pm"))


if __name__ == "__main__":
    main()
