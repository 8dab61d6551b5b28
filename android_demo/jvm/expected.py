"""What Python gets from the bundled model, for the keyboard to be compared with.

    python expected.py MODEL CORPORA OUT

CORPORA has the texts that are typed: the test text of chat-en, and talk-en with slips.
"""

import itertools
import json
import pathlib
import re
import sys

from lightrnn_tf import data, decoding, litert, metrics
from lightrnn_tf.scoring.typist import mistyped

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
# Sentences that are typed with slips, one in 25 letters.
TYPED, NOISE, SEED = 200, 0.04, 0


def main(model, corpora, out):
    """Write what Python gets, as JSON."""
    predictor = litert.LiteRTPredictor(model)
    expected = {"strips": [strips(predictor, sentence) for sentence in SENTENCES]}
    corpora = pathlib.Path(corpora)
    talk = corpora / "talk-en/valid.txt.xz"
    if talk.exists():
        expected["typed"] = list(itertools.islice(typed_lines(predictor, talk), TYPED))
    test = corpora / "chat-en/test.txt.xz"
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


def typed_lines(predictor, path):
    """Yield lines as somebody types them who looks at the strip before each letter.

    A word that is shown is tapped. Slips are not noticed; a space corrects what was
    surely meant otherwise. There are no keys but letters, so apostrophes are left out.
    """
    for number, line in enumerate(data.Lines([path])):
        words = re.findall(r"[a-z]+(?:'[a-z]+)*", line.lower())
        if len(words) < 3:
            continue
        letters = mistyped([w.replace("'", "") for w in words], NOISE, SEED + number)
        text, keys = "", 0
        for word, slipped in zip(words, letters, strict=True):
            state = decoding.read(predictor, predictor.tokenizer.words(text))
            written, pressed = type_word(predictor, state, word, slipped)
            text, keys = text + written + " ", keys + pressed
        yield {"words": words, "letters": letters, "text": text, "keys": keys}


def type_word(predictor, state, word, letters):
    """Return what stands there once a word is typed, and how many keys that took."""
    for end in range(len(letters) + 1):
        typed, replacement = letters[:end], None
        if typed:
            best = decoding.correct(predictor, state, typed, 3)
            replacement = best.replacement
            offered = [replacement, *best.words] if replacement else best.words
            # The strip has two slots beside the word as it is typed.
            others = [w for w in dict.fromkeys(offered) if w != typed]
            shown = others[:2]
        else:
            shown = decoding.top_k(predictor, state, 3).words
        for suggestion in shown:
            if suggestion.lower() == word:
                return suggestion, end + 1
    return replacement or letters, len(letters) + 1


if __name__ == "__main__":
    main(*sys.argv[1:])
