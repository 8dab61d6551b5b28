"""Are exact suggestions those of brute force, and how many rows do they take?

    python benchmarks/exact_decoding.py FILE.tflite --text test.txt.xz [--contexts 2000]

Contexts are spread evenly over the text. At each, the k best words, k = 1, 3 and 10,
with and without a prefix (the first one to three letters of the word that follows), are
compared with the best of all V words. One JSON line, appended to
results/exact_decoding.jsonl; the exit status is 1 if any answer differs.
"""

import argparse
import functools
import pathlib
import sys

import numpy as np

from lightrnn_tf import data, decoding
from lightrnn_tf.predictors import exported
from lightrnn_tf.words.tokenizer import EOS
from results import append

KS = (1, 3, 10)


def main():
    """Compare at each context, append and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--text", type=pathlib.Path, required=True)
    parser.add_argument("--contexts", type=int, default=2000)
    args = parser.parse_args()
    predictor = exported.LiteRTPredictor(args.file)
    words = [
        word
        for line in data.Lines([args.text])
        for word in predictor.tokenizer.words(line)
    ]
    result = compare(predictor, words, args.contexts)
    append("exact_decoding", {"text": args.text.parent.name, **result}, 0)
    print(result)
    sys.exit(result["different"] > 0)


def compare(predictor, words, contexts):
    """Return how many answers differ from brute force, and the rows they took."""
    wanted = set(np.linspace(0, len(words) - 2, contexts).astype(int).tolist())
    candidates = functools.cache(functools.partial(spelled, predictor))
    answers = different = 0
    rows = {(k, with_prefix): [] for k in KS for with_prefix in (False, True)}
    for place, state in states(predictor, words):
        if place not in wanted:
            continue
        every = all_log_probs(predictor, state)
        for prefix in ("", words[place + 1][: 1 + place % 3]):
            for k in KS:
                found = decoding.top_k(predictor, state, k, prefix)
                answers += 1
                different += not right(predictor, every, found, k, candidates(prefix))
                rows[k, bool(prefix)].append(found.rows_expanded)
    return {
        "contexts": len(wanted),
        "answers": answers,
        "different": different,
        "rows": predictor.rows,
        "words": len(predictor.vocabulary),
        "rows_expanded": {
            f"k={k}{', prefix' * with_prefix}": {
                "mean": round(float(np.mean(counts)), 2),
                "p99": float(np.percentile(counts, 99)),
            }
            for (k, with_prefix), counts in rows.items()
        },
    }


def states(predictor, words):
    """Yield the place of each word of a text and the state after it."""
    state = predictor.start()
    for place, word in enumerate(words):
        if predictor.line_independent and word == EOS:
            state = predictor.start()
        else:
            state = predictor.advance(decoding.cell_of(predictor, word), state)
        yield place, state


def all_log_probs(predictor, state):
    """Return log P of the word in each cell, by expanding every row."""
    rows = np.arange(predictor.rows)
    parts = [
        predictor.expand(rows[first : first + decoding.ROWS_AT_ONCE], state)
        for first in range(0, len(rows), decoding.ROWS_AT_ONCE)
    ]
    return (np.concatenate(parts) + state.row_log_probs[:, None]).ravel()


def spelled(predictor, prefix):
    """Return which cells hold a word to suggest that begins with a prefix."""
    found = predictor.lexicon.suggestable.copy()
    for cell in np.flatnonzero(found):
        word = predictor.lexicon.word(int(cell)).replace("’", "'")
        typed = prefix.replace("’", "'")
        found[cell] = word.startswith(typed) or word.replace("'", "").startswith(typed)
    return found


def right(predictor, every, found, k, candidates):
    """Return whether an answer has the k best of all candidates."""
    best = np.sort(every[candidates])[::-1][:k]
    cells = [predictor.lexicon[word] for word in found.words]
    # Rows expanded in other company may be rounded in another way.
    return (
        found.exact
        and len(set(cells)) == len(best)
        and bool(candidates[cells].all())
        and np.allclose(found.log_probs, best, rtol=0, atol=1e-5)
        and np.allclose(every[cells], best, rtol=0, atol=1e-5)
    )


if __name__ == "__main__":
    main()
