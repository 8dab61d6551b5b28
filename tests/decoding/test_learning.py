"""What is learned of a line, and what is not."""

import numpy as np
import pytest

from lightrnn_tf import decoding, models
from lightrnn_tf.predictors.in_memory import KerasPredictor
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

WORDS = "<eos> <unk> the cat house from because teh I'm zymurgy".lower().split()
COUNTS = [90_000, 50_000, 40_000, 30_000, 20_000, 10_000, 9_000, 8, 7, 1]


@pytest.fixture
def words():
    vocabulary = Vocabulary(WORDS, COUNTS, Tokenizer("words", lowercase=True))
    model = models.LightRNN(len(WORDS), rows=4, columns=8, units=4)
    model.build()
    plain = KerasPredictor(model, vocabulary)
    cell = plain.lexicon["teh"]
    plain.lexicon.suggestable[cell] = plain.lexicon.trusted[cell] = False
    return decoding.UserWords(plain)


@pytest.mark.parametrize(
    ("line", "learned"),
    [
        ("", []),
        ("the cat", []),
        ("the Zora and iPhone", ["Zora", "and", "iPhone"]),
        # A capital at the start of a sentence says nothing.
        ("Zora! Maus? Katz: THE DOGS", ["zora", "maus", "katz", "DOGS"]),
        ("NASA flew", ["NASA", "flew"]),
        # Addresses, paths, tags and names of users.
        ("zora@example.org www.example.org http://a.bc/de", []),
        ("and/or @zora #zora a_b c:\\temp 10:30pm e.g.", []),
        ("(zora), \"maus.\" katz: 'dogs'", ["zora", "maus", "katz", "dogs"]),
        # One slip from a frequent word, but not from a rare one.
        ("cta hause hous fron becase catt hosue", []),
        ("zymurgi", ["zymurgi"]),
        ("becauze", []),
        ("becuzae", ["becuzae"]),
        ("teh", []),
        ("x" * 65, []),
        ("42 ... 2nd hunter2 GB33BUKB2020", []),
    ],
)
def test_only_words_are_learned(line, learned, words):
    assert decoding.learn(words, line) == learned
    expected = {words.tokenizer.normalise(form): 1 for form in learned}
    assert words.counts() == expected


def test_what_is_kept_on_purpose_is_learned_and_offered(words):
    assert decoding.learn(words, "teh hause", kept=True) == ["teh", "hause"]
    found = decoding.top_k(words, words.start(), 3, "t").words
    assert set(found) == {"teh", "the"}
    assert decoding.top_k(words, words.start(), 1, "hau").words == ["hause"]
    assert decoding.learn(words, "4ever", kept=True) == ["4ever"]
    # An address is no word, on purpose or not.
    assert decoding.learn(words, "zora@example.org", kept=True) == []


def test_a_word_is_placed_by_what_stood_before_it(words):
    other = decoding.UserWords(words._predictor)
    for _ in range(2):
        decoding.learn(words, "the cat from Zora")
    state = decoding.read(other, ["the", "cat", "from"])
    for _ in range(2):
        other.learn("Zora", state)
    assert words.lexicon["zora"] == other.lexicon["zora"]


def test_habits_count_all_but_addresses(words):
    habits = decoding.Habits(words)
    decoding.learn(words, "The cat, the zora@example.org house", habits)
    assert habits.counts() == {"the": 2, "cat": 1, "house": 1}


def test_files_and_models_agree_on_what_is_frequent(words, tmp_path):
    import lightrnn_tf_export

    from lightrnn_tf.predictors.exported import LiteRTPredictor

    plain = words._predictor
    path = tmp_path / "m.tflite"
    path.write_bytes(lightrnn_tf_export.pack(plain.model, plain.vocabulary)[0])
    file = decoding.UserWords(LiteRTPredictor(path))
    np.testing.assert_array_equal(words.frequent(0.01), file.frequent(0.01))
    assert words.frequent(0.01).sum() == 7


def test_other_things_are_refused(words):
    with pytest.raises(ValueError, match="`words` must be a UserWords"):
        decoding.learn(words._predictor, "the")
    with pytest.raises(ValueError, match="`line` must be a string"):
        decoding.learn(words, ["the"])
    with pytest.raises(ValueError, match="`habits` must be a Habits"):
        decoding.learn(words, "the", words)
    with pytest.raises(ValueError, match="`kept` must be True or False"):
        decoding.learn(words, "the", kept=1)
