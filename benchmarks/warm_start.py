"""How long does a warm start take, and how much memory?

    python benchmarks/warm_start.py ptb books --corpora DIR

ptb: 10,000 words; books: 100,000 words of novels-en and keyboard-en. Each is one JSON
line, appended to results/warm_start.jsonl; reading the text is not in its time.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import time

from loss_tables import books_ids, read

from lightrnn_tf.tables import warm_start
from lightrnn_tf.tables.word_table import default_shape
from lightrnn_tf.words.tokenizer import Tokenizer
from results import append


def main():
    """Measure each text, in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", nargs="+", choices=("ptb", "books"))
    parser.add_argument("--corpora", type=pathlib.Path, required=True)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.texts[0], args.corpora)))
        return
    for text in args.texts:
        command = [sys.executable, __file__, text, "--corpora", str(args.corpora)]
        done = subprocess.run([*command, "--one"], check=True, stdout=subprocess.PIPE)
        append("warm_start", {"text": text, **json.loads(done.stdout)}, 0)
        print(text, done.stdout.decode())


def measure(text, corpora):
    """Return tokens, words, seconds and the peak of this process."""
    if text == "ptb":
        found = read(corpora, ["ptb/train.txt.xz"], Tokenizer("whitespace"))
    else:
        found = books_ids(corpora)
    ids, words = found[0], len(found[1])
    start = time.perf_counter()
    warm_start.table(ids, words, *default_shape(words, words // 50))
    return {
        "tokens": len(ids),
        "words": words,
        "seconds": round(time.perf_counter() - start, 1),
        # With the text in memory, 4 bytes a token, and the libraries.
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    main()
