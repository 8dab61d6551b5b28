"""What Python gets from the bundled model, for the keyboard to be compared with.

    python expected.py MODEL CORPUS OUT

CORPUS is the folder of chat-en, whose test text is typed where there is one.
"""

import itertools
import json
import pathlib
import re
import sys

from lightrnn_tf import data, decoding, litert, metrics

SENTENCES = [
    "i'll be there in ten minutes",
    "Can you send me the address?",
    "thanks, that works for me",
    "what time does the train leave tomorrow",
    "I don't think we should wait any longer.",
    "how do i install the new version",
    "Sorry, I can't make it tonight",
    "let me know when you get home",
    "Do you want to book a table for two?",
    "it's not working, did you try a restart?",
    "i dont knwo waht you maen",
    "tehre is soemthing wrong, becuase alot is misssing",
    "howare you tdoay, mondya or teusday",
]
LINES, TOKENS = 500, 60


def main(model, corpus, out):
    """Write what Python gets, as JSON."""
    predictor = litert.LiteRTPredictor(model)
    expected = {"strips": [strips(predictor, sentence) for sentence in SENTENCES]}
    test = pathlib.Path(corpus) / "test.txt.xz"
    if test.exists():
        fits = (
            line
            for line in data.Lines([test])
            if 0 < len(predictor.tokenizer.words(line)) <= TOKENS
        )
        expected["lines"] = list(itertools.islice(fits, LINES))
        savings = metrics.keystrokes(predictor, expected["lines"])
        expected["keystroke_savings"] = savings.keystroke_savings
    pathlib.Path(out).write_text(json.dumps(expected), "utf-8")


def strips(predictor, sentence):
    """Return what a strip shows after each character, and would put in its place."""
    found, replacements = [], []
    for end in range(len(sentence) + 1):
        typed = re.search(r"[\w'’-]*$", sentence[:end])[0]
        context = predictor.tokenizer.words(sentence[: end - len(typed)])
        state = decoding.read(predictor, context)
        if typed:
            best = decoding.correct(predictor, state, typed, 3)
            replacements.append(best.replacement)
        else:
            best = decoding.top_k(predictor, state, 3)
            replacements.append(None)
        found.append(best.words)
    return {"sentence": sentence, "words": found, "replacements": replacements}


if __name__ == "__main__":
    main(*sys.argv[1:])
