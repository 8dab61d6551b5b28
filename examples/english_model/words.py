"""Writes which words the English model may suggest, and which are wrong.

    python examples/english_model/words.py runs/english

writes `words.txt`, the words of wordfreq that are used once in 16 million words or
oftener, and `misspellings.txt`, codespell's list. Both packages are installed by
`pip install 'lightrnn-tf[english]'`.
"""

import argparse
import importlib.util
import pathlib
import shutil

import wordfreq

# log₁₀ of uses in a billion words. Below it are mostly misspellings and rare names.
LEAST_ZIPF = 1.8


def main():
    """Write the two lists."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path, help="folder to write")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    frequencies = wordfreq.get_frequency_dict("en", wordlist="large")
    words = [word for word, n in frequencies.items() if n >= 10 ** (LEAST_ZIPF - 9)]
    (args.out / "words.txt").write_text("\n".join(sorted(words)) + "\n", "utf-8")
    codespell = pathlib.Path(importlib.util.find_spec("codespell_lib").origin).parent
    shutil.copy(codespell / "data/dictionary.txt", args.out / "misspellings.txt")


if __name__ == "__main__":
    main()
