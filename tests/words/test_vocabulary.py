"""Tokens and the vocabulary file."""

import pytest

from lightrnn_tf import data
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import TOO_LONG, Vocabulary, count_words


def test_vocabulary_is_in_order_of_count_then_code_points():
    lines = ["b a c", "b a", "d b"]
    vocabulary = Vocabulary.from_lines(lines, Tokenizer("whitespace"), min_count=1)
    assert vocabulary.words == ["<eos>", "b", "a", "c", "d", "<unk>"]
    assert vocabulary.counts == [3, 3, 2, 1, 1, 0]


@pytest.mark.parametrize(
    ("limits", "words", "counts"),
    [
        ({}, ["<eos>", "b", "<unk>", "a"], [3, 3, 2, 2]),
        ({"max_size": 4}, ["<eos>", "b", "<unk>", "a"], [3, 3, 2, 2]),
        ({"max_size": 3}, ["<unk>", "<eos>", "b"], [4, 3, 3]),
        ({"min_count": 3}, ["<unk>", "<eos>", "b"], [4, 3, 3]),
        ({"max_size": 2}, ["<unk>", "<eos>"], [7, 3]),
    ],
)
def test_what_falls_out_is_counted_as_unk(limits, words, counts):
    lines = ["b a c", "b a", "d b"]
    vocabulary = Vocabulary.from_lines(lines, Tokenizer("whitespace"), **limits)
    assert (vocabulary.words, vocabulary.counts) == (words, counts)


def test_words_seen_once_stay_where_the_text_has_unk_of_its_own():
    lines = ["b a <unk>", "b"]
    vocabulary = Vocabulary.from_lines(lines, Tokenizer("whitespace"))
    assert vocabulary.words == ["<eos>", "b", "<unk>", "a"]
    vocabulary = Vocabulary.from_lines(lines, Tokenizer("whitespace"), min_count=2)
    assert vocabulary.words == ["<eos>", "<unk>", "b"]


@pytest.mark.parametrize("name", ["whitespace", "words"])
def test_words_of_more_than_64_characters_are_unknown(name):
    longest, longer = "ä" * 64, "ä" * 65
    lines = [f"{longest} {longer} a", f"{longest} a {longer} {'b' * 200}"]
    assert count_words(lines, Tokenizer(name)) == {
        longest: 2,
        "a": 2,
        "<eos>": 2,
        TOO_LONG: 3,
    }
    vocabulary = Vocabulary.from_lines(lines, Tokenizer(name))
    assert vocabulary.counts[vocabulary.unk_id] == 3
    assert longest in vocabulary
    assert longer not in vocabulary


def test_a_word_that_is_long_only_as_it_is_spelled_is_unknown():
    line = "İ" * 40
    vocabulary = Vocabulary.from_lines([line, line], Tokenizer("words", True))
    assert sorted(vocabulary.words) == ["<eos>", "<unk>"]


def test_long_words_of_a_vocabulary_are_named():
    words = ["<eos>", "<unk>", "http://" + "x" * 60, "y" * 65]
    with pytest.raises(ValueError, match="at most 64 characters. Received: 'http:.*67"):
        Vocabulary(words, [4, 3, 2, 1], Tokenizer("whitespace"))


def test_literal_unk_of_the_text_is_the_unk_of_the_vocabulary():
    vocabulary = Vocabulary.from_lines(["<unk> x <unk>"], Tokenizer("whitespace"))
    assert vocabulary.counts[vocabulary.unk_id] == 2
    assert vocabulary.ids(["never", "x"]) == [vocabulary.unk_id, vocabulary.id("x")]


def test_file_survives_a_round_trip_with_odd_words():
    words = ["a\u00a0b", "\u2028", "#", "<eos>", "<unk>", "é"]
    vocabulary = Vocabulary(words, range(6), Tokenizer("whitespace", lowercase=True))
    revived = Vocabulary.from_text(vocabulary.to_text())
    assert revived.words == words
    assert revived.counts == list(range(6))
    assert (revived.tokenizer.name, revived.tokenizer.lowercase) == ("whitespace", True)


HEADER = "# lightrnn vocabulary 3 tokenizer=words lowercase=false\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must begin with its header"),
        (HEADER + "<eos>\t1\n<unk>\t2", "must begin with its header and end in a line"),
        (HEADER.replace("y 3", "y 4"), "must be of version 3. Received: version 4"),
        (HEADER.replace("y 3", "y 1"), "version 1, whose words are cut .*Train the mo"),
        (HEADER + "<eos> 1\n", "Line 2 of the vocabulary must be a word, a tab and"),
        (HEADER + "<eos>\t-1\n", "Line 2 of the vocabulary must be a word, a tab and"),
        (HEADER + "<eos>\t²\n", "Line 2 of the vocabulary must be a word, a tab and"),
        (HEADER + "<eos>\t1\n<eos>\t1\n<unk>\t1\n", "must not repeat. .*'<eos>'"),
        (HEADER + "<eos>\t1\n", "must hold <unk>"),
        (HEADER + "<eos>\t1\n<unk>\t1\n\t1\n", "without ASCII white space and not emp"),
        (HEADER.replace("=words", "=bpe") + "a\t1\n", "must be one of whitespace"),
    ],
)
def test_damaged_files_are_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary.from_text(text)


LOWER = "# lightrnn vocabulary 3 tokenizer=words lowercase=true\n"
WORDS = "<eos>\t1\n<unk>\t1\nparis\t3"


def test_forms_survive_the_round_trip_and_may_be_missing():
    text = LOWER + WORDS + "\tParis\nlondon\t2\n"
    vocabulary = Vocabulary.from_text(text)
    assert vocabulary.forms == {"paris": "Paris"}
    assert vocabulary.to_text() == text
    before = text.replace("vocabulary 3", "vocabulary 2").replace("\tParis", "")
    assert Vocabulary.from_text(before).forms == {}


@pytest.mark.parametrize("form", ["Pariss", "London", "paris", "", "Par is", "Paris\t"])
def test_forms_that_are_none_are_refused(form):
    with pytest.raises(ValueError, match="`forms` must be of words of the vocabulary"):
        Vocabulary.from_text(LOWER + WORDS + f"\t{form}\n")


def test_words_set_apart_by_spaces_are_those_of_the_first_version():
    text = Vocabulary(["<eos>", "<unk>"], [1, 0], Tokenizer("whitespace")).to_text()
    first = text.replace("vocabulary 3", "vocabulary 1")
    assert first != text
    assert Vocabulary.from_text(first).to_text() == text


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_size": 1}, "`max_size` must be an integer of at least 2"),
        ({"min_count": 0}, "`min_count` must be a positive integer"),
    ],
)
def test_impossible_limits_are_named(limits, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary.from_lines(["a"], Tokenizer("words"), **limits)


def test_a_string_is_no_lines():
    with pytest.raises(
        ValueError, match="`lines` must be a list .*Received: lines='a b'"
    ):
        Vocabulary.from_lines("a b", Tokenizer("words"))


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="Received: 2 words and 1 counts"):
        Vocabulary(["<eos>", "<unk>"], [1], Tokenizer("words"))


@pytest.mark.parametrize(
    ("name", "part", "tokenizer", "tokens", "types"),
    [
        ("ptb", "train", "whitespace", 929_589, 10_000),
        ("ptb", "valid", "whitespace", 73_760, None),
        ("ptb", "test", "whitespace", 82_430, None),
        ("wikitext-2", "test", "whitespace", 245_569, None),
        ("wikitext-2", "valid", "whitespace", 217_646, None),
        pytest.param("cs-1m", "train", "words", None, 109_526, marks=pytest.mark.slow),
        pytest.param("de-1m", "train", "words", None, 70_291, marks=pytest.mark.slow),
    ],
)
def test_token_counts_of_the_corpora(corpora, name, part, tokenizer, tokens, types):
    lines = data.Lines([corpora / name / f"{part}.txt.xz"])
    vocabulary = Vocabulary.from_lines(lines, Tokenizer(tokenizer), min_count=1)
    if tokens:
        assert sum(vocabulary.counts) == tokens
    # Words are counted without `<eos>` of raw text, and `<unk>` unless seen. Those of
    # raw text are not the corpora's own numbers, which were counted before letters and
    # digits that touch were one word.
    if types == 10_000:
        assert len(vocabulary) == types
    elif types:
        assert len(vocabulary) - 2 == types


@pytest.mark.slow
def test_number_of_types_seen_twice(corpora):
    for name, types in (("cs-1m", 46_378), ("de-1m", 30_110)):
        lines = data.Lines([corpora / name / "train.txt.xz"])
        vocabulary = Vocabulary.from_lines(lines, Tokenizer("words"), min_count=2)
        assert len(vocabulary) - 2 == types
