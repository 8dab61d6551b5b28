"""Are threads better off with a turn at one interpreter, or with one each?

    python benchmarks/threads.py FILE.tflite

Each of 1, 2 and 4 threads asks for the three best words after each word of a sentence.
Suggestions a second, medians of five, and the memory that predictors take go to
results/threads.jsonl.
"""

import argparse
import concurrent.futures
import pathlib
import resource
import time

import results
from lightrnn_tf import decoding
from lightrnn_tf.predictors import exported

SENTENCE = "i'll be there in ten minutes so let me know when you get home".split()
ROUNDS = 40


def main():
    """Measure both, by turns."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    args = parser.parse_args()
    before = peak()
    shared = exported.LiteRTPredictor(args.file)
    ask(shared, 1)
    one = peak()
    own = [exported.LiteRTPredictor(args.file) for _ in range(4)]
    for predictor in own:
        ask(predictor, 1)
    found = {"one predictor, MiB": one - before, "four more, MiB": peak() - one}
    for threads in (1, 2, 4):
        for name, predictors in (("shared", [shared] * threads), ("own", own)):
            rates = sorted(rate(predictors[:threads]) for _ in range(5))
            found[f"{threads} threads, {name}, suggestions a second"] = round(rates[2])
    print(found)
    size = pathlib.Path(args.file).stat().st_size
    results.append("threads", {"file_bytes": size, **found}, seed=0)


def ask(predictor, rounds):
    """Ask for the three best words after each word of the sentence."""
    for _ in range(rounds):
        state = predictor.start()
        for word in SENTENCE:
            state = predictor.advance(decoding.cell_of(predictor, word), state)
            decoding.top_k(predictor, state, 3)


def rate(predictors):
    """Return how many suggestions a second threads get, a predictor each."""
    with concurrent.futures.ThreadPoolExecutor(len(predictors)) as pool:
        start = time.perf_counter()
        list(pool.map(lambda predictor: ask(predictor, ROUNDS), predictors))
        seconds = time.perf_counter() - start
    return len(predictors) * ROUNDS * len(SENTENCE) / seconds


def peak():
    """Return the most memory that this process has taken, in MiB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
