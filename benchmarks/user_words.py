"""Do the words that a user adds help, and do they disturb the others?

    python benchmarks/user_words.py FILE.tflite --text test.txt.xz

The 200 commonest words with letters that the model does not know are learned from the
first half of the lines that hold any of them. On the second half top-3 is counted for
these words, with and without learning, and on lines that hold none of them for all
words. Lines are read independently. One JSON line, appended to
results/user_words.jsonl.
"""

import argparse
import collections
import pathlib

from lightrnn_tf import data, decoding, litert
from lightrnn_tf.vocabulary import EOS, is_suggestable
from results import append

TYPES, K = 200, 3


def main():
    """Learn, score, append and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--text", type=pathlib.Path, required=True)
    args = parser.parse_args()
    model = litert.LiteRTPredictor(args.file)
    lines = [model.tokenizer.words(line) for line in data.Lines([args.text])]
    result = {"text": args.text.parent.name, **measure(model, lines)}
    append("user_words", result, 0)
    print(result)


def measure(model, lines):
    """Return top-3 with and without learning."""
    counts = collections.Counter(word for line in lines for word in line)
    unknown = (
        word
        for word, _ in counts.most_common()
        if is_suggestable(word) and model.lexicon.get(word) is None
    )
    types = {word for word, _ in zip(unknown, range(TYPES), strict=False)}
    with_them = [line for line in lines if types & set(line)]
    without = [line for line in lines if not types & set(line)]
    half = len(with_them) // 2
    own = decoding.UserWords(model)
    learned = learn(own, with_them[:half], types)
    return {
        "words": len(model.lexicon),
        "types": len(types),
        "types_learned": len(own.counts()),
        "occurrences_learned": learned,
        "lines_learned_from": half,
        "lines_scored": len(with_them) - half,
        "other_lines": len(without),
        **{
            name: {
                "own_words": share(predictor, with_them[half:], types),
                "other_lines": share(predictor, without),
            }
            for name, predictor in (("before", model), ("after", own))
        },
    }


def learn(own, lines, types):
    """Let the words of a user be learned as they are typed; return how often."""
    learned = 0
    for line in lines:
        state = own.start()
        for word in line:
            if word in types:
                own.learn(word, state)
                learned += 1
            state = own.advance(decoding.cell_of(own, word), state)
    return learned


def share(predictor, lines, types=None):
    """Return how often the word that follows is among the three suggested."""
    hits = targets = 0
    for line in lines:
        state = predictor.start()
        for word in line:
            if word != EOS and (types is None or word in types):
                found = decoding.top_k(predictor, state, K, all_tokens=types is None)
                hits += word in found.words
                targets += 1
            state = predictor.advance(decoding.cell_of(predictor, word), state)
    return {"targets": targets, "top3": round(hits / targets, 5)}


if __name__ == "__main__":
    main()
