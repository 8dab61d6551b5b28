"""What does each kind of memory add, on messages in the order they were written?

    python benchmarks/memory.py FILE.tflite --text sms-en/valid.txt.xz [--lines 2000]
        [--memories NAME …]

Lines are typed by the protocol `phrases` with three words shown, by one person who
takes each word as soon as it is shown; after each line the memories learn from it.
Measured are the model alone, the words of the user, the cache, the habits (counts of
words and pairs), and all together: keys saved, on the second half of the lines, when
something is remembered. One JSON line each, appended to results/memory.jsonl.
"""

import argparse
import itertools
import pathlib

from lightrnn_tf import data, decoding
from lightrnn_tf._internal.options import POSITIVE
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.predictors.protocol import cell_of
from lightrnn_tf.scoring.phrases import words_of
from lightrnn_tf.scoring.typist import SLOTS, type_word
from lightrnn_tf.words.tokenizer import EOS
from results import append

# Name → whether there are words of the user, habits, a cache.
MEMORIES = {
    "none": (False, False, False),
    "user words": (True, False, False),
    "cache": (False, False, True),
    "habits": (False, True, False),
    "user words and habits": (True, True, False),
    "user words and cache": (True, False, True),
    "all": (True, True, True),
}


def main():
    """Measure, append and print each memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--text", type=pathlib.Path, required=True)
    parser.add_argument("--lines", type=POSITIVE.parse, default=2000)
    parser.add_argument(
        "--memories", nargs="+", choices=MEMORIES, default=list(MEMORIES)
    )
    args = parser.parse_args()
    lines = list(itertools.islice(data.Lines([args.text]), args.lines))
    for name in args.memories:
        row = {
            "file": args.file.name,
            "text": f"{args.text.parent.name}/{args.text.name}",
            "lines": len(lines),
            "memory": name,
            "keystroke_savings": savings(
                LiteRTPredictor(args.file), lines, MEMORIES[name]
            ),
        }
        append("memory", row, 0)
        print(f"{name:24} {row['keystroke_savings']:.2%}", flush=True)


def savings(model, lines, kinds):
    """Return the share of keys saved on the second half of some lines."""
    with_words, with_habits, with_cache = kinds
    words = decoding.UserWords(model)
    habits = decoding.Habits(words if with_words else model)
    predictor = habits if with_habits else words if with_words else model
    if with_cache:
        predictor = decoding.Cached(predictor)
    keys = characters = 0
    state = predictor.start()
    for number, line in enumerate(lines):
        phrase = words_of(line)
        taken = 0
        for place, word in enumerate(phrase):
            space = int(place + 1 < len(phrase))
            taken += type_word(word, word, _strip(predictor, state, word), space)
            state = predictor.advance(cell_of(predictor, word), state)
        state = _next_line(predictor, state)
        if number >= len(lines) // 2:
            keys += taken
            characters += len(" ".join(phrase))
        if with_words or with_habits:
            decoding.learn(words, " ".join(phrase), habits)
    return 1 - keys / characters


def _strip(predictor, state, word):
    """Return the function from the letters typed to whether a word is shown."""
    lexicon = predictor.lexicon
    cell = lexicon.get(word)
    if cell is None or not lexicon.suggestable[cell]:
        return lambda typed: False
    shown = lexicon.written(cell)

    def shows(typed):
        return shown in decoding.top_k(predictor, state, SLOTS, typed).words

    return shows


def _next_line(predictor, state):
    if predictor.line_independent:
        return predictor.start()
    return predictor.advance(predictor.lexicon[EOS], state)


if __name__ == "__main__":
    main()
