"""Do the words that a user adds help, and do they disturb the others?

    python benchmarks/user_words.py FILE.tflite --text test.txt.xz

The 200 commonest words with letters that the model does not know are learned, each from
the first half of its lines. On the other half of its lines it is counted how often it
is among three suggestions, with none to three of its letters typed; for comparison, how
often the rarest quarter of the model's own words are. On lines without these words it
is counted how often any word is, with and without learning. Lines are read
independently. One JSON line, appended to results/user_words.jsonl.
"""

import argparse
import collections
import pathlib

from lightrnn_tf import data, decoding
from lightrnn_tf.predictors import exported
from lightrnn_tf.words.tokenizer import EOS, is_suggestable
from results import append

TYPES, K, LETTERS = 200, 3, (0, 1, 2, 3)


def main():
    """Learn, score, append and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--text", type=pathlib.Path, required=True)
    args = parser.parse_args()
    model = exported.LiteRTPredictor(args.file)
    lines = [model.tokenizer.words(line) for line in data.Lines([args.text])]
    result = {"text": f"{args.text.parent.name}/{args.text.name}"}
    result.update(measure(model, lines))
    append("user_words", result, 0)
    print(result)


def measure(model, lines):
    """Return top-3 with and without learning."""
    learned_in, scored_in = halves(lines, unknown_words(model, lines))
    own = decoding.UserWords(model)
    for _, state, word in targets(own, lines, learned_in):
        own.learn(word, state)
    # A word of one line has nothing to be learned from.
    known = {n: words & set(own.counts()) for n, words in scored_in.items()}
    rare = set(model.vocabulary.words[-len(model.lexicon) // 4 :])
    mixed = {n: set(lines[n]) & rare for n in scored_in}
    plain = {
        n: set(words) - {EOS}
        for n, words in enumerate(lines)
        if n not in learned_in and n not in scored_in
    }
    return {
        "words": len(model.lexicon),
        "words_learned": len(own.counts()),
        "occurrences_learned": sum(own.counts().values()),
        "own_words": top3(own, lines, known, LETTERS),
        "rare_words_of_the_model": top3(model, lines, mixed, LETTERS),
        "other_lines_before": top3(model, lines, plain, (0,), all_tokens=True),
        "other_lines_after": top3(own, lines, plain, (0,), all_tokens=True),
    }


def unknown_words(model, lines):
    """Return the commonest words that the model does not know."""
    counts = collections.Counter(word for line in lines for word in line)
    unknown = (
        word
        for word, _ in counts.most_common()
        if is_suggestable(word) and model.lexicon.get(word) is None
    )
    return {word for word, _ in zip(unknown, range(TYPES), strict=False)}


def halves(lines, words):
    """Return the words to learn from each line, and those to score in it."""
    lines_of = collections.defaultdict(list)
    for number, line in enumerate(lines):
        for word in words & set(line):
            lines_of[word].append(number)
    learned, scored = collections.defaultdict(set), collections.defaultdict(set)
    for word, numbers in lines_of.items():
        half = len(numbers) // 2
        for place, number in enumerate(numbers):
            (learned if place < half else scored)[number].add(word)
    return learned, scored


def targets(predictor, lines, wanted):
    """Yield line, state and word where one of the wanted words of a line follows."""
    for number, words in sorted(wanted.items()):
        state = predictor.start()
        for word in lines[number]:
            if word in words:
                yield number, state, word
            state = predictor.advance(decoding.cell_of(predictor, word), state)


def top3(predictor, lines, wanted, letters, all_tokens=False):
    """Return how often wanted words are suggested, by the number of letters typed."""
    hits, count = dict.fromkeys(letters, 0), 0
    for _, state, word in targets(predictor, lines, wanted):
        count += 1
        for n in letters:
            found = decoding.top_k(predictor, state, K, word[:n], all_tokens=all_tokens)
            hits[n] += word in found.words
    shares = {f"{n}_letters": round(hits[n] / count, 5) for n in letters}
    return {"targets": count, **shares}


if __name__ == "__main__":
    main()
