"""Tokens and the vocabulary file."""

import pathlib
import re

import pytest

from lightrnn_tf import data
from lightrnn_tf.vocabulary import Tokenizer, Vocabulary, is_suggestable


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop—it's 3.14, ok?", "Don't|stop|—|it's|3.14|,|ok|?"),
        ("well-known 'quoted' end-", "well-known|'|quoted|'|end|-"),
        ("O’Neill naïve café Žluťoučký", "O’Neill|naïve|café|Žluťoučký"),
        ("1,000.50 a1b2 _word_ x_y", "1,000.50|a|1|b|2|word|x|y"),
        ("日本語 😀!!", "日本語|😀|!|!"),
        ("a\u00a0b\u2028c\x85d", "a|b|c|d"),
        ("हिन्दी cafe\u0301s שָׁלוֹם", "हिन्दी|cafe\u0301s|שָׁלוֹם"),
        ("", ""),
        (" \t ", ""),
    ],
)
def test_words_tokenizer(text, words):
    assert Tokenizer("words").words(text) == (words.split("|") if words else [])


def test_words_tokenizer_drops_blank_lines_and_ends_others():
    tokenizer = Tokenizer("words", lowercase=True)
    assert tokenizer.line("The END.") == ["the", "end", ".", "<eos>"]
    assert tokenizer.line("  ") == []


def test_whitespace_tokenizer_splits_on_ascii_space_only_and_ends_every_line():
    tokenizer = Tokenizer("whitespace")
    assert tokenizer.line(" a\u00a0b \t c\x85d\r") == ["a\u00a0b", "c\x85d", "<eos>"]
    assert tokenizer.line("") == ["<eos>"]


def test_unknown_tokenizer_is_named():
    with pytest.raises(ValueError, match="one of whitespace, words. Received: 'bpe'"):
        Tokenizer("bpe")


def test_vocabulary_is_in_order_of_count_then_code_points():
    lines = ["b a c", "b a", "d b"]
    vocabulary = Vocabulary.from_lines(lines, Tokenizer("whitespace"))
    assert vocabulary.words == ["<eos>", "b", "a", "c", "d", "<unk>"]
    assert vocabulary.counts == [3, 3, 2, 1, 1, 0]


@pytest.mark.parametrize(
    ("limits", "words", "counts"),
    [
        ({"max_size": 4}, ["<eos>", "b", "<unk>", "a"], [3, 3, 2, 2]),
        ({"min_count": 3}, ["<unk>", "<eos>", "b"], [4, 3, 3]),
        ({"max_size": 2}, ["<unk>", "<eos>"], [7, 3]),
    ],
)
def test_what_falls_out_is_counted_as_unk(limits, words, counts):
    lines = ["b a c", "b a", "d b"]
    vocabulary = Vocabulary.from_lines(lines, Tokenizer("whitespace"), **limits)
    assert (vocabulary.words, vocabulary.counts) == (words, counts)


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


HEADER = "# lightrnn vocabulary 1 tokenizer=words lowercase=false\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must begin with its header"),
        (HEADER + "<eos>\t1\n<unk>\t2", "must begin with its header and end in a line"),
        (HEADER.replace("y 1", "y 2"), "must be of version 1. Received: version 2"),
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


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_size": 1}, "`max_size` must be at least 2"),
        ({"min_count": 0}, "`min_count` must be at least 1"),
    ],
)
def test_impossible_limits_are_named(limits, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary.from_lines(["a"], Tokenizer("words"), **limits)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="Received: 2 words and 1 counts"):
        Vocabulary(["<eos>", "<unk>"], [1], Tokenizer("words"))


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("don't", True),
        ("é", True),
        ("<eos>", False),
        ("<unk>", False),
        ("3.14", False),
        (",", False),
        ("", False),
    ],
)
def test_only_words_are_suggested(word, answer):
    assert is_suggestable(word) is answer


@pytest.mark.parametrize(
    ("name", "part", "tokenizer", "tokens", "types"),
    [
        ("ptb", "train", "whitespace", 929_589, 10_000),
        ("ptb", "valid", "whitespace", 73_760, None),
        ("ptb", "test", "whitespace", 82_430, None),
        ("wikitext-2", "test", "whitespace", 245_569, None),
        ("wikitext-2", "valid", "whitespace", 217_646, None),
        ("cs-1m", "train", "words", None, 109_310),
        ("de-1m", "train", "words", None, 70_288),
    ],
)
def test_token_counts_of_the_corpora(corpora, name, part, tokenizer, tokens, types):
    lines = data.Lines([corpora / name / f"{part}.txt.xz"])
    vocabulary = Vocabulary.from_lines(lines, Tokenizer(tokenizer))
    if tokens:
        assert sum(vocabulary.counts) == tokens
    # The corpora's own count leaves out `<eos>` of raw text, and `<unk>` unless seen.
    if types == 10_000:
        assert len(vocabulary) == types
    elif types:
        assert len(vocabulary) - 2 == types


def test_number_of_types_seen_twice(corpora):
    for name, types in (("cs-1m", 46_391), ("de-1m", 30_110)):
        lines = data.Lines([corpora / name / "train.txt.xz"])
        vocabulary = Vocabulary.from_lines(lines, Tokenizer("words"), min_count=2)
        assert len(vocabulary) - 2 == types


def test_module_needs_only_the_standard_library():
    import lightrnn_tf.vocabulary as module

    source = pathlib.Path(module.__file__).read_text(encoding="utf-8")
    imported = set(re.findall(r"^(?:import|from) (\w+)", source, re.MULTILINE))
    assert imported == {"collections", "re", "unicodedata"}
