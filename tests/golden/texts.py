"""Random texts of all that makes the cutting of words hard, the same for all readers.

    python tests/golden/texts.py OUT

OUT gets what Python makes of them, for others to be held to. The characters are old
enough to be known to every runtime: Python, a JVM, ICU.
"""

import json
import pathlib
import random
import sys

from lightrnn_tf.words import spelling
from lightrnn_tf.words.tokenizer import Tokenizer

# Texts that are cut into words, and texts whose parts are compared as prefixes.
TEXTS, PREFIXES = 6000, 3000

# Letters of three scripts with case, three without, in one and more code units.
LETTERS = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "àâäçéèêëîïôöùûüßæœøłđðħŧıİŻźĲĳŉſǅǰ"
    "αβγδεσςωΑΒΓΔΕΣΩάίϊΐᾳᾼ"
    "абвгдеёжийъыэюяАБВГДЕЁЖИЙ"
    "ابپتسشمنیهخوک"
    + "אבגדשל"
    + "कखगघचछजतदनपमरलवशसह"
    + "กขคงจดตนบปม"
    + "中文日本語かなカナ한국"
    + "𝒳𝔞𐐀𐐨"
)
FORMS = "ﬀﬁﬂﬃﬄﬅﬆﬓשׁﺳﻼﻡﷺＡｂ４ｶﾞ"
MARKS = (
    "\u0300\u0301\u0302\u0307\u0308\u030c\u0323\u0327\u0338\u05b8\u05c1\u064b\u0651"
    "\u093c\u093f\u0940\u094d\u0e31\u0e34\u3099\u20e3\u0483"
)
JOINERS = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u061c\u180e"
SELECTORS = "\ufe0e\ufe0f\U000e0100\U000e01ef\U000e0067\U000e0062\U000e007f"
EMOJI = "👍👨👩👧❤🔥🏴☺✈🇨🇿🇩🇪🇫🏻🏽🏿"
DIGITS = "0123456789٣४½²①ⅣⅷⅨ〇"
SIGNS = "'’‘ʼ＇‛´′-‐‑–—－﹣_.,!?;:()[]{}<>/|\"“”…&#*@~^`$€«»·"
SPACES = " \t\u00a0\u2003\u2028\u0085\u3000\x1c\x00\x07"
SNIPPETS = [
    "don’t",
    "I can't",
    "rock'n'roll",
    "2nd",
    "mp3",
    "covid-19",
    "3.14",
    "1,000.5",
    "3.30pm",
    "می\u200cخواهم",
    "क्\u200dष",
    "👨\u200d👩\u200d👧",
    "👍🏽",
    "🇨🇿",
    "❤\ufe0f",
    "1\ufe0f\u20e3",
    "</s>",
    "<br/>",
    "<|endoftext|>",
    "ΟΔΟΣ",
    "ΑΣ",
    "İstanbul",
    "cafe\u0301",
    "re\u00adad",
    "<br />",
    "&amp;",
    "dogsʼ",
    "ĳ",
    "ﬁn",
]
_KINDS = [
    (LETTERS, 40),
    (MARKS, 10),
    (SIGNS, 14),
    (SPACES, 10),
    (DIGITS, 8),
    (JOINERS, 6),
    (SELECTORS, 4),
    (EMOJI, 6),
    (FORMS, 2),
]


def random_texts(count, seed=0):
    """Return texts of up to 24 characters or snippets each."""
    rng = random.Random(seed)
    kinds, weights = zip(*_KINDS, strict=True)

    def piece():
        if rng.random() < 0.08:
            return rng.choice(SNIPPETS)
        return rng.choice(rng.choices(kinds, weights)[0])

    return ["".join(piece() for _ in range(rng.randint(0, 24))) for _ in range(count)]


def tokens(text):
    """Return the words of a text by each tokeniser."""
    kinds = ("words", False), ("words", True), ("whitespace", False)
    return {"text": text, "words": [Tokenizer(*kind).words(text) for kind in kinds]}


def prefixes(some):
    """Yield words and prefixes, and what the one is to the other."""
    for one, other in zip(some, some[1:], strict=False):
        word, prefix = one[:6], one[: len(other) % 4] or other[:1]
        yield {
            "word": word,
            "prefix": prefix,
            "fold": spelling.fold(word),
            "begins": spelling.begins_with(word, prefix),
            "begins_exactly": spelling.begins_exactly_with(word, prefix),
            "is_bare": spelling.is_bare(prefix),
        }


def write(path):
    """Write what Python makes of the texts."""
    found = {
        "tokens": list(map(tokens, random_texts(TEXTS))),
        "prefixes": list(prefixes(random_texts(PREFIXES, seed=1))),
    }
    pathlib.Path(path).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    write(sys.argv[1])
