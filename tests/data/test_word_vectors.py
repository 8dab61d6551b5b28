"""Word vectors from files of text."""

import itertools

import pytest

from lightrnn_tf import data
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary


@pytest.fixture
def vocabulary():
    lines = ["the cat sat on the mat"] * 2
    return Vocabulary.from_lines(lines, Tokenizer("words"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "must have vectors for words"),
        ("zebra 1 2\n", "must have vectors for words"),
        ("the\n", "must have vectors for words"),
        ("the 1 2\ncat 1\n", "line 2: must be a word and 2 finite numbers. Re"),
        ("the 1 two\n", "line 1: must be a word and 2 finite numbers. Received: 2 v"),
        ("the 1 nan\n", "line 1: must be a word and 2 finite numbers"),
        ("1 3\nthe 1 2\n", "line 2: must be a word and 3 finite numbers"),
        ("1 0\nthe\n", "must have vectors for words"),
    ],
)
def test_bad_vector_files_are_named(content, message, vocabulary, tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        data.word_vectors(path, vocabulary)


def test_words_with_spaces_in_them_are_skipped(vocabulary, tmp_path):
    path = tmp_path / "vectors.txt"
    lines = ["the\t1  2", "on me 5 6", "cat 3 4"]
    for header in ([], ["3 2"]):
        for order in itertools.permutations(lines):
            path.write_text("\n".join([*header, *order]), encoding="utf-8")
            vectors = data.word_vectors(path, vocabulary)
            assert vectors[vocabulary.id("the")].tolist() == [1, 2]
            assert vectors[vocabulary.id("cat")].tolist() == [3, 4]
            assert not vectors[vocabulary.id("on")].any()
    path.write_text("on me 5 6\ncat 3 4\n", encoding="utf-8")
    assert data.word_vectors(path, vocabulary).shape == (len(vocabulary), 2)


def test_other_white_space_than_spaces_and_tabs_is_part_of_a_word(tmp_path):
    words = ["<eos>", "<unk>", "a\u0085b", "c\u00a0d"]
    vocabulary = Vocabulary(words, [1] * 4, Tokenizer("whitespace"))
    path = tmp_path / "vectors.txt"
    path.write_bytes("a\u0085b 1 2 \r\nc\u00a0d 3 4\r\n".encode())
    vectors = data.word_vectors(path, vocabulary)
    assert vectors.tolist() == [[0, 0], [0, 0], [1, 2], [3, 4]]
