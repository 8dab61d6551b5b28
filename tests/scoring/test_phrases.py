"""Keys against characters of phrases, by hand and against `decoding` key by key."""

import dataclasses
import json
import math

import lightrnn_tf_export
import numpy as np
import pytest
from helpers.random_predictors import MODELS, WORDS, random_predictor

from lightrnn_tf import cli, decoding
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.predictors.protocol import Contexts, State
from lightrnn_tf.scoring import evaluation, phrases, typist
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.spelling import begins_with
from lightrnn_tf.words.tokenizer import Tokenizer, is_suggestable
from lightrnn_tf.words.vocabulary import Vocabulary

CELLS = ["<eos>", "an", "a", "cat", "<unk>", "", "can't", "dog"]
COUNTS = {"a": 9, "<eos>": 8, "an": 7, "<unk>": 6, "cat": 5, "can't": 4, "dog": 3}
# The next words after each word, best first.
NEXT = {
    "<eos>": ["a", "an", "cat", "dog", "can't", "<eos>", "<unk>"],
    "a": ["cat", "can't", "dog", "<eos>", "a", "an", "<unk>"],
}


class Tiny:
    """A predictor of a table of 2 rows and 4 columns: the next word is as in `NEXT`."""

    rows, columns, line_independent = 2, 4, False
    tokenizer = Tokenizer("words", lowercase=True)
    lexicon = Lexicon(CELLS)
    vocabulary = Vocabulary(list(COUNTS), list(COUNTS.values()), tokenizer)

    def start(self):
        return self.advance(0, None)

    def advance(self, cell, state):
        order = NEXT.get(CELLS[cell], NEXT["<eos>"])
        scores = np.full(8, -np.inf)
        scores[[CELLS.index(word) for word in order]] = -np.log(2) * np.arange(1, 8)
        scores = scores.reshape(2, 4) - np.logaddexp.reduce(scores)
        row_log_probs = np.logaddexp.reduce(scores, axis=1)
        return State([scores - row_log_probs[:, None]], row_log_probs)

    def expand(self, rows, state):
        return state.states[0][rows]

    def contexts(self, ids):
        state = self.start()
        for word in ids:
            cell = CELLS.index(self.vocabulary.words[word])

            def expand(places, rows, state=state):
                return self.expand(rows[0], state)[None]

            yield Contexts(np.array([cell]), state.row_log_probs[None], expand)
            state = self.advance(cell, state)


@pytest.mark.parametrize(
    ("line", "slots", "characters", "keys", "blind", "unknown"),
    [
        # Shown before the first letter; the last word is chosen for one key, too.
        ("A cat.", 1, 5, 2, 3, 0),
        # A last word of one letter costs a key, chosen or typed (behind "a" is cat).
        ("a", 1, 1, 1, 1, 0),
        ("a a", 1, 3, 2, 2, 0),
        # Blind: "a" is always first, so "an" is shown when nothing else begins so: at
        # its end, where its space costs as much.
        ("an an", 1, 5, 5, 5, 0),
        ("an an", 2, 5, 2, 2, 0),
        # The first of two unknown words takes a space, the last does not.
        ("Zoo, zoo!", 3, 7, 7, 7, 1),
        # After an unknown word NEXT is that of <eos>: d shows dog.
        ("zoo dog", 1, 7, 4 + 2, 4 + 2, 0.5),
        ("can't", 1, 5, 4, 4, 0),
        ("can\u2019t - dog", 3, 9, 2 + 2, 2 + 2, 0),
    ],
)
def test_by_hand(line, slots, characters, keys, blind, unknown):
    found = phrases.phrase_keystrokes(Tiny(), [line], slots=slots)
    assert (found.characters, found.keys, found.keys_blind) == (characters, keys, blind)
    assert found.keystroke_savings == pytest.approx(1 - keys / characters)
    assert found.keystroke_savings_blind == pytest.approx(1 - blind / characters)
    assert found.unknown_share == unknown


def test_phrases_follow_each_other_and_those_without_words_are_left_out():
    whole = phrases.phrase_keystrokes(Tiny(), ["a cat", "", " ...", "a dog", "zoo"])
    parts = [phrases.phrase_keystrokes(Tiny(), [p]) for p in ("a cat", "a dog", "zoo")]
    assert whole.keys == sum(part.keys for part in parts)
    assert whole.characters == sum(part.characters for part in parts) == 13
    assert whole.unknown_share == pytest.approx(1 / 5)


def test_words_of_a_phrase():
    assert phrases.words_of("Rock'n'roll 'IS' re\u00ad-made in 1999 - ok?") == (
        ["rock'n'roll", "is", "re", "made", "in", "1999", "ok"]
    )
    assert phrases.words_of("... '!'") == []


def test_words_that_may_not_be_suggested_are_typed_in_full():
    predictor = Tiny()
    allowed = np.array([word not in ("<eos>", "<unk>", "", "cat") for word in CELLS])
    predictor.lexicon = Lexicon(CELLS, suggestable=allowed)
    found = phrases.phrase_keystrokes(predictor, ["a cat"], slots=6)
    assert (found.keys, found.keys_blind, found.unknown_share) == (1 + 3, 1 + 3, 0)


@pytest.mark.parametrize(
    ("word", "letters", "shown", "space", "keys"),
    [
        ("house", "house", [], 1, 6),
        ("house", "house", [], 0, 5),
        ("house", "house", [""], 1, 1),
        ("house", "house", ["house"], 1, 6),  # A choice or a space, all the same.
        ("i", "i", [], 0, 1),
        # With a slip the strip is looked at behind the last letter, too.
        ("house", "hoise", ["hoise"], 0, 5 + 1),
        ("house", "hoise", ["hoi"], 1, 3 + 1),
        # Three deleted; then typed to the end, or to where it is shown.
        ("house", "hoise", [], 1, 5 + 3 + 3 + 1),
        ("house", "hoise", [], 0, 5 + 3 + 3),
        ("house", "hoise", ["hous"], 0, 5 + 3 + 2 + 1),
        # The last letter left out, or doubled; the only letter left out.
        ("house", "hous", [], 1, 4 + 0 + 1 + 1),
        ("house", "housee", [], 1, 6 + 1 + 0 + 1),
        ("i", "", [], 1, 0 + 0 + 1 + 1),
        ("i", "", [""], 1, 1),
        ("i", "o", [""], 1, 1),
    ],
)
def test_a_word_with_slips(word, letters, shown, space, keys):
    assert typist.type_word(word, letters, shown.__contains__, space) == keys


def test_slips_are_drawn_as_often_as_wanted():
    words = ["houses"] * 20_000
    slipped = typist.mistyped(words, 0.05, seed=1)
    changed = sum(word != letters for word, letters in zip(words, slipped, strict=True))
    right = 0.95**6
    # Four standard deviations; a transposition, of two letters, is one slip.
    assert changed / 20_000 == pytest.approx(1 - right, abs=4 * 0.0032)
    kinds = {-1: 0, 0: 0, 1: 0}
    for letters in slipped:
        kinds[max(-1, min(1, len(letters) - 6))] += letters != "houses"
    shares = np.array(list(kinds.values())) / changed
    # Transpositions at the last letter are doubled letters.
    expected = np.array([0.2, 0.6 + 0.1 * 5 / 6, 0.1 + 0.1 / 6])
    np.testing.assert_allclose(shares, expected, atol=0.03)


def test_slips_depend_on_the_seed_and_are_none_without_noise():
    words = ["don't", "i", "h\u00e9llo", ""]
    assert typist.mistyped(words, 0.0, seed=1) == words
    drawn = [typist.mistyped(words * 9, 0.4, seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    # Nothing lies beside an apostrophe or an accented letter: it is left out.
    assert typist._slip("neighbour", "'t", None) == ("", 1)
    assert typist._slip("transposed", "he", None) == ("eh", 2)
    assert typist._slip("transposed", "ll", None) == ("ll", 1)
    assert typist._slip("transposed", "o", None) == ("oo", 1)
    assert typist._slip("left out", "he", None) == ("", 1)


LINES = ["The cat, don't do 42 zoo!", "", "zebra", "they then a the dog of"]


def slowly(predictor, lines, slots, noise):
    """The definition, one key after the other: keys and blind keys."""
    plain = [word for line in lines for word in phrases.words_of(line)]
    slipped = iter(typist.mistyped(plain, noise or 0.0, seed=0))
    keys, blind, state = 0, 0, predictor.start()
    counts = dict(zip(WORDS, predictor.vocabulary.counts, strict=True))
    offered = sorted(filter(is_suggestable, WORDS), key=counts.get, reverse=True)
    for words in filter(None, map(phrases.words_of, lines)):
        for place, word in enumerate(words):
            cell = decoding.cell_of(predictor, word)

            def shown(typed, word=word, state=state):
                if typed and noise is not None:
                    answer = decoding.correction.correct(predictor, state, typed, slots)
                    return word in answer.words
                return word in decoding.top_k(predictor, state, slots, typed).words

            def frequent(typed, word=word):
                found = [other for other in offered if begins_with(other, typed)]
                return word in found[:slots]

            letters, space = next(slipped), place < len(words) - 1
            keys += keys_of(word, letters, shown, space)
            blind += keys_of(word, letters, frequent, space)
            state = predictor.advance(cell, state)
        eos = predictor.lexicon["<eos>"]
        state = predictor.advance(eos, state)
        if predictor.line_independent:
            state = predictor.start()
    return keys, blind


def keys_of(word, letters, shown, space):
    on_screen, keys, slip = "", 0, letters != word
    while True:
        if (on_screen != word or space) and shown(on_screen):
            return keys + 1
        if on_screen == word:
            return keys + space
        if slip and on_screen == letters:
            while not word.startswith(on_screen):
                on_screen, keys = on_screen[:-1], keys + 1
            slip, letters = False, word
        on_screen += letters[len(on_screen)]
        keys += 1


@pytest.mark.parametrize("noise", [None, 0.0, 0.3])
@pytest.mark.parametrize(("cls", "kwargs"), MODELS)
def test_keys_equal_typing_key_by_key(cls, kwargs, noise, rng):
    independent = kwargs.get("rows") == 12
    predictor = random_predictor(cls, kwargs, rng, line_independent=independent)
    for slots in (1, 3):
        found = phrases.phrase_keystrokes(predictor, LINES, slots=slots, noise=noise)
        slow = slowly(predictor, LINES, slots, noise)
        assert (found.keys, found.keys_blind) == slow
        assert found.unknown_share == 2 / 13


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="`lines` must have at least one word. Rec"):
        phrases.phrase_keystrokes(Tiny(), ["...", ""])
    for name, value, wanted in (
        ("slots", 0, "a positive integer"),
        ("noise", 1.0, r"a number in \[0, 1\)"),
        ("noise", math.nan, r"a number in \[0, 1\)"),
        ("seed", -1, "an integer in"),
        ("progress", 3, "a function"),
    ):
        with pytest.raises(ValueError, match=f"`{name}` must be {wanted}"):
            phrases.phrase_keystrokes(Tiny(), ["a"], **{name: value})


def test_the_command_reports_it(tmp_path, capsys, rng):
    cls, kwargs = MODELS[0]
    made = random_predictor(cls, kwargs, rng)
    content, _ = lightrnn_tf_export.pack(made.model, made.vocabulary, quantize="none")
    path, text = tmp_path / "m.tflite", tmp_path / "test.txt"
    path.write_bytes(content)
    text.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    command = ["evaluate", str(path), "--text", str(text), "--json", "--keystrokes"]
    assert cli.main([*command, "--protocol", "phrases", "--slots", "2"]) == 0
    result = json.loads(capsys.readouterr().out)
    file = LiteRTPredictor(path)
    found = phrases.phrase_keystrokes(file, LINES, slots=2)
    assert {key: result[key] for key in dataclasses.asdict(found)} == pytest.approx(
        dataclasses.asdict(found)
    )
    # With memory of the text so far, everything is read with it.
    for noise in (None, 0.1):
        more = [] if noise is None else ["--noise", str(noise)]
        assert cli.main([*command, "--protocol", "phrases", "--cache", *more]) == 0
        result = json.loads(capsys.readouterr().out)
        cached = decoding.Cached(file)
        found = phrases.phrase_keystrokes(cached, LINES, noise=noise)
        assert (result["keys"], result["keys_blind"]) == (found.keys, found.keys_blind)
        tokens = [token for line in LINES for token in file.tokenizer.line(line)]
        scores = evaluation.evaluate(cached, np.array(file.vocabulary.ids(tokens)))
        assert result["perplexity"] == pytest.approx(scores.perplexity)
        assert result["model_bytes"] == file.model_bytes
