"""Write files of int8 and int4 and what Python finds in them, for other readers.

    python tests/golden/exported.py FOLDER

The model has random weights. It is so large that int8 and int4 kernels run. Its words
are of several lengths and many of them a slip apart; some are written with capitals,
some are not suggested, and some of these are right and some wrong.
"""

import functools
import json
import pathlib
import random
import sys
import tempfile

import lightrnn_tf_export
import numpy as np

from lightrnn_tf import decoding, models
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.predictors.user_words import UserWords
from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary
from lightrnn_tf.words.word_lists import WordLists

SYLLABLES = (
    "a be co di ent fu ga her in jo ka lon ma ne or pa qu ri st to un vi wé".split()
)
WRITTEN = "I I'm don't iPhone London McDonald's NASA Straße Žižek".split()
SPECIAL = ["<eos>", "<unk>", ".", ",", "3.14", "2nd"]
COUNT = 2700
NEVER_SUGGEST = ["lonto", "*viv*", "st"]
MISSPELLINGS = ["beto->be", "nasa->nato"]
QUANTIZATIONS = ("int8", "int4")
TEXTS, LENGTH, CORRECTIONS, CONVERSATION = 60, 3, 400, 60
MESSAGES = 80
LINES = [
    "Zorax of Quux: zorax@quux.org, Zorax!",
    "Xyzzyx said (Xyzzyx). Quux and QUUX, quux",
    "see http://foo.bar/bazz or baz_qux and #xyzzyx c:\\zorb file.txt",
    "dont beto nasa lonto beto BETO, straße strasse",
    "so the McZorax... is iPhone-like; 3.14 2nd zo2rax",
    "¡Zorax! “Xyzzyx” 'xyzzyx' xyzzyx’s rock-'n'-roll",
]
CACHE = {"weight": 0.3, "sharpness": 4.0, "size": 25}


def words_and_forms():
    """Return the words, and the forms of those that are not written as they are."""
    rng = random.Random(0)
    forms = {form.lower(): form for form in WRITTEN}
    words = dict.fromkeys([*SPECIAL, *forms, *SYLLABLES])
    while len(words) < COUNT:
        word = "".join(rng.choices(SYLLABLES, k=rng.choice((2, 2, 3, 3, 4))))
        words[word] = None
        shapes = {
            0: word.capitalize(),
            1: word.upper(),
            2: word[0] + word[1:].capitalize(),
        }
        forms[word] = shapes.get(len(words) % 13, word)
    return list(words), {word: form for word, form in forms.items() if form != word}


def main(folder):
    """Write the files, and FOLDER/exported.json with what Python finds."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    words, forms = words_and_forms()
    tokenizer = Tokenizer("words", lowercase=True)
    vocabulary = Vocabulary(words, range(COUNT, 0, -1), tokenizer, forms)
    lists = WordLists(never_suggest=NEVER_SUGGEST, misspellings=MISSPELLINGS)
    model = random_model(len(words))
    found = {}
    for quantize in QUANTIZATIONS:
        path = folder / f"{quantize}.tflite"
        content, _ = lightrnn_tf_export.pack(
            model, vocabulary, quantize, rows=12, lists=lists
        )
        path.write_bytes(content)
        predictor = LiteRTPredictor(path)
        found[quantize] = {
            "words": list(map(functools.partial(marks, predictor.lexicon), words)),
            "answers": answers(predictor, words),
            "corrections": corrections(predictor, words),
            "messages": messages(words),
            "learned": learned(predictor, words),
            "conversation": conversation(predictor, words),
        }
    (folder / "exported.json").write_text(json.dumps(found), "utf-8")


def marks(lexicon, word):
    """Return what the file says of a word."""
    cell = lexicon[word]
    return {
        "word": word,
        "cell": cell,
        "written": lexicon.written(cell),
        "suggestable": bool(lexicon.suggestable[cell]),
        "trusted": bool(lexicon.trusted[cell]),
    }


def random_model(words):
    """Return a quantize-aware LightRNN with random weights and a random table."""
    model = models.LightRNN(
        words,
        rows=50,
        columns=58,
        units=96,
        embedding_dim=64,
        word_dim=8,
        frequent_words=300,
        frequent_dim=16,
        quantize_aware=True,
    )
    model.build()
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        # The model is sure of some rows, as one that was trained.
        spread = 1.5 if "row_kernel" in weight.path else 0.25
        weight.assign(rng.normal(0, spread, weight.shape))
    model.table = WordTable.random(words, model.rows, model.columns, seed=1)
    return model


def answers(predictor, words):
    """Return the three best words after random texts, with words of a user and not."""
    rng, found = np.random.default_rng(2), []
    user_words = UserWords(predictor)
    for number in range(TEXTS):
        text = [words[i] for i in rng.integers(2, len(words), LENGTH)]
        if number == TEXTS // 2:
            state = decoding.read(user_words, text)
            user_words.learn("McZebra", state, kept=True)
        state = decoding.read(user_words, text)
        for prefix in ("", text[0][:1], text[0][:3].upper()):
            best = decoding.top_k(user_words, state, 3, prefix)
            found.append(
                {
                    "text": text,
                    "learn": "McZebra" if number == TEXTS // 2 and not prefix else "",
                    "prefix": prefix,
                    "words": best.words,
                    "log_probs": [round(value, 5) for value in best.log_probs],
                    "rows_expanded": best.rows_expanded,
                }
            )
    return found


def learned(predictor, words):
    """Return lines that a user writes, and the files of what is learned of them."""
    rng = random.Random(6)
    lines = [*LINES]
    for _ in range(len(LINES)):
        some = rng.choices([*words[6:], "Zorax", "QUUX", "zorax"], k=6)
        lines.append(
            " ".join(slipped(rng, w) if rng.random() < 0.5 else w for w in some)
        )
    user_words = UserWords(predictor)
    habits = decoding.Habits(user_words)
    for line in lines:
        decoding.learn(user_words, line, habits)
    files = []
    for store in (user_words, habits):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "file.json"
            store.save(path)
            files.append(json.loads(path.read_text("utf-8")))
    return {"lines": lines, "user_words": files[0], "habits": files[1]}


def messages(words):
    """Return what a user has written before, as lists of words."""
    rng = random.Random(5)
    some = ["Zebra", "2nd", ".", *words[15:40], *words[300:310]]
    return [rng.choices(some, k=rng.randint(1, 9)) for _ in range(MESSAGES)]


def conversation(predictor, words):
    """Return what is found in a text whose last words are remembered."""
    rng = random.Random(4)
    user_words = UserWords(predictor)
    user_words.learn("Zebra", user_words.start(), kept=True)
    habits = decoding.Habits(user_words)
    for message in messages(words):
        habits.learn(message)
    cached = decoding.Cached(habits, **CACHE)
    state, found = cached.start(), []
    for _ in range(CONVERSATION):
        best = decoding.top_k(cached, state, 3)
        prefix = "z" if rng.random() < 0.3 else "b"
        begun = decoding.top_k(cached, state, 3, prefix)
        word = rng.choice([*words[20:40], "zebra", "unknown"])
        typed = slipped(rng, word)
        meant = decoding.correct(cached, state, typed)
        found.append(
            {
                "best": answer(best),
                "prefix": prefix,
                "begun": answer(begun),
                "typed": typed,
                "meant": answer(meant),
                "replacement": meant.replacement,
                "word": word,
            }
        )
        state = cached.advance(decoding.cell_of(cached, word), state)
    return found


def answer(best):
    """Return words and their log-probabilities."""
    return [[w, round(p, 5)] for w, p in zip(best.words, best.log_probs, strict=True)]


def corrections(predictor, words):
    """Return what is found for words with a slip, and for their beginnings."""
    rng = random.Random(3)
    user_words = UserWords(predictor)
    state = decoding.read(user_words, words[100:103])
    user_words.learn("ZebraPant", state, kept=True)
    found = []
    for _ in range(CORRECTIONS):
        text = rng.choices(words[2:], k=2)
        state = decoding.read(user_words, text)
        typed = slipped(rng, rng.choice([*words[2:], "zebrapant"]))
        exclude = rng.choices(words, k=3)
        best = decoding.correct(user_words, state, typed, 3, exclude)
        found.append(
            {
                "text": text,
                "typed": typed,
                "exclude": exclude,
                "words": best.words,
                "log_probs": [round(value, 5) for value in best.log_probs],
                "replacement": best.replacement,
            }
        )
    return found


def slipped(rng, word):
    """Return a word, or two, with slips or without; sometimes its beginning."""
    word += rng.choice(["", "", rng.choice(SYLLABLES)])
    for _ in range(rng.choice([0, 1, 1, 2])):
        at = rng.randrange(len(word))
        letter = rng.choice("aeiouhnst")
        one, rest = word[:at], word[at:]
        word = rng.choice(
            [
                one + letter + rest,
                one + letter + rest[1:],
                one + rest[:1] + rest,
                one + rest[1:] or word,
                one + rest[1:2] + rest[:1] + rest[2:],
            ]
        )
    word = rng.choice([word, word, word.upper(), word.replace("é", "e").capitalize()])
    return word[: rng.randint(1, len(word))] if rng.random() < 0.4 else word


if __name__ == "__main__":
    main(*sys.argv[1:])
