"""Words by cell, by spelling and by prefix, against looking at all of them."""

import re
import unicodedata

import numpy as np
import pytest

from lightrnn_tf.words import lexicon
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import is_suggestable

WORDS = [
    *("<eos> <unk> the The then they'll theyll do don't dont Don’t DO zoo".split()),
    *("İstanbul istanbul ärger Ärger a'b 'tis .. , 3.14 42 € 中文 עברית 😀 ǅ").split(),
    *("café cafe cafés Cafe łódź οδος ΟΔΟΣ می\u200cخواهم é e").split(),
]


def spread(words, size, seed=0):
    """Words in random cells."""
    cells = np.random.default_rng(seed).permutation(size)[: len(words)]
    spelled = [""] * size
    for cell, word in zip(cells, words, strict=True):
        spelled[cell] = word
    return spelled


def many(count):
    """Words of few letters, so that many share their beginnings."""
    rng = np.random.default_rng(1)
    found = set()
    while len(found) < count:
        found.add("".join(rng.choice(list("abAé'"), rng.integers(1, 9))))
    return sorted(found)


CASES = [
    ([], 3),
    (["a"], 1),
    (["a"], 5),
    (WORDS, 51),
    (many(64), 64),
    (many(65), 100),
    (many(300), 512),
]


def twice(words):
    """The lexicon of words by cell, and the one that its bytes give."""
    one = Lexicon(words)
    filled = sum(bool(word) for word in words)
    return one, Lexicon.from_bytes(one.to_bytes(), filled, len(words))


@pytest.mark.parametrize(("words", "size"), CASES)
def test_words_are_found_by_cell_and_by_spelling(words, size):
    spelled = spread(words, size)
    for found in twice(spelled):
        assert len(found) == len(words)
        assert found.words() == spelled
        assert [found.word(cell) for cell in range(size)] == spelled
        assert [found[word] for word in words] == [*map(spelled.index, words)]
        for missing in ("", "b\ud800", "zzz", "aB'", "\U0010ffff"):
            assert found.get(missing) is None
        assert found.occupied.tolist() == [bool(word) for word in spelled]
        assert found.suggestable.tolist() == [is_suggestable(word) for word in spelled]


def packed(bits):
    return np.packbits(bits.astype(np.uint8), bitorder="little").tobytes()


@pytest.mark.parametrize("count", [1 << 14, 40_001])
def test_a_large_vocabulary_is_packed_in_parts_as_in_one(count):
    """Of 16,384 numbers or bytes each."""
    words = [f"{n * 7919 % 65_537:x}" for n in range(count)]
    spelled = spread(words, count + 999)
    cells = np.argsort(spelled)[999:]  # These words sort as their folds do.
    flags = [is_suggestable(spelled[cell]) for cell in cells]
    bits = (len(spelled) - 1).bit_length()
    # Two marks that are the same, and two bits of a word that is written as it is.
    marks = np.outer(flags, [True, True, False, False])
    for found in twice(spelled):
        assert found.to_bytes().endswith(
            packed(cells[:, None] >> np.arange(bits) & 1) + packed(marks)
        )
        assert found.words() == spelled
        for cell in range(0, len(spelled), 37):
            assert found.word(cell) == spelled[cell]
        assert found.suggestable[cells].tolist() == flags


def plain(text, ignore_case):
    """The letters of a text with their marks behind them, as these words need it."""
    text = text.replace("’", "'").replace("ς", "σ").replace("ǅ", "Dž")
    text = unicodedata.normalize("NFD", text).replace("ł", "l\u0335")
    if ignore_case:
        text = "".join(c.lower() for c in text).replace("ς", "σ")
    return text


def beginning(prefix):
    """What a plain prefix means, said by leaving marks out."""
    marks = "['\u200c\u0300-\u036f]*"
    return re.compile("".join(marks + re.escape(c) for c in prefix))


@pytest.mark.parametrize(("words", "size"), CASES)
@pytest.mark.parametrize("ignore_case", [False, True])
def test_prefixes_against_looking_at_all_words(words, size, ignore_case):
    spelled = spread(words, size)
    prefixes = {word[:n] for word in words for n in range(len(word) + 1)}
    prefixes |= {"DONT", "don’", "'", "''", "é", "\ud800", "\U0010ffff", "a" * 999}
    by_cell = {c: plain(word, ignore_case) for c, word in enumerate(spelled) if word}
    found = twice(spelled)
    for prefix in prefixes:
        begins = beginning(plain(prefix, ignore_case)).match
        expected = [cell for cell, word in by_cell.items() if begins(word)]
        for lexicon_ in found:
            cells = lexicon_.with_prefix(prefix, ignore_case)
            assert sorted(cells.tolist()) == expected, prefix


def test_apostrophes_may_be_missing_but_are_not_made_up():
    found = Lexicon(["don't", "dont", "well", "we'll"])
    words = [found.word(cell) for cell in found.with_prefix("dont")]
    assert sorted(words) == ["don't", "dont"]
    assert [found.word(cell) for cell in found.with_prefix("we'l")] == ["we'll"]


def test_long_words_share_at_most_255_bytes():
    words = ["x" * 300 + end for end in "abc"]
    for found in twice(spread(words, 4)):
        assert sorted(found.words()) == ["", *words]


def test_marks_and_forms_survive_the_round_trip():
    words = ["", "london", "i'm", "iphone", "teh", "nasa", "the", "damn"]
    forms = {"london": "London", "i'm": "I'm", "iphone": "iPhone", "nasa": "NASA"}
    suggestable = np.array([0, 1, 1, 1, 0, 1, 1, 0], bool)
    trusted = np.array([0, 1, 1, 1, 0, 1, 1, 1], bool)
    one = Lexicon(words, suggestable, trusted, forms)
    for found in (one, Lexicon.from_bytes(one.to_bytes(), 7, 8)):
        assert found.suggestable.tolist() == suggestable.tolist()
        assert found.trusted.tolist() == trusted.tolist()
        written = [found.written(cell) for cell in range(8)]
        assert written == [forms.get(word, word) for word in words]
        assert found.word(3) == "iphone"
        assert found["i'm"] == 2


def test_a_form_of_another_word_is_refused():
    content = Lexicon(["ipad", "is"], forms={"ipad": "iPad"}).to_bytes()
    assert content.endswith(b"iPad\n")
    with pytest.raises(ValueError, match="forms of its words. Received: 'iPod' of 'ip"):
        Lexicon.from_bytes(content.replace(b"iPad", b"iPod"), 2, 2)
    with pytest.raises(ValueError, match="end in 1 forms and line ends. Received: 0"):
        Lexicon.from_bytes(content.removesuffix(b"iPad\n"), 2, 2)
    with pytest.raises(ValueError, match="Received: 1, then 1 bytes"):
        Lexicon.from_bytes(content + b"x", 2, 2)


def test_wrong_words_are_named():
    with pytest.raises(ValueError, match="must not repeat. Received: 'a' in cells 0 a"):
        Lexicon(["a", "b", "a"])
    with pytest.raises(ValueError, match="without line ends. Received: 'a.nb'"):
        Lexicon(["a\nb"])


def test_random_bytes_give_an_error_or_words(rng):
    """Nothing but a `ValueError` may come of bytes that nobody checked."""
    good = Lexicon(spread(WORDS, 51)).to_bytes()
    for _ in range(2000):
        content = bytearray(good)
        for _ in range(rng.integers(1, 4)):
            content[rng.integers(len(content))] = rng.integers(256)
        if rng.random() < 0.2:
            content = content[: rng.integers(len(content))]
        try:
            found = Lexicon.from_bytes(bytes(content), len(WORDS), 51)
            assert len(found.words()) == 51
            for prefix in ("t", "don", "😀"):
                found.with_prefix(prefix)
                found.get(prefix)
        except ValueError:
            continue


@pytest.mark.slow
def test_a_hundred_thousand_words_take_four_bytes_each_and_a_bit(corpora):
    import zlib

    from lightrnn_tf import data
    from lightrnn_tf.words.tokenizer import Tokenizer
    from lightrnn_tf.words.vocabulary import Vocabulary

    lines = data.Lines([corpora / "keyboard-en" / "train.txt.xz"])
    tokenizer = Tokenizer("words", lowercase=True)
    vocabulary = Vocabulary.from_lines(lines, tokenizer, min_count=1)
    words = vocabulary.words[:100_000]
    content = Lexicon(spread(words, 102_000)).to_bytes()
    assert len(zlib.compress(content, 9)) / len(words) < 4.6
    assert lexicon.BLOCK == 64
