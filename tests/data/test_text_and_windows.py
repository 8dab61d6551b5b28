"""Text files and windows of ids."""

import bz2
import gzip
import lzma
import os
import tracemalloc

import numpy as np
import pytest

from lightrnn_tf import data
from lightrnn_tf.data import documentation
from lightrnn_tf.data.text import encode_lines
from lightrnn_tf.words.tokenizer import LinePart, Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

TEXT = "the cat sat\n\nön the mat\nlast line without end"


@pytest.mark.parametrize(
    ("suffix", "opener"),
    [(".txt", open), (".gz", gzip.open), (".xz", lzma.open), (".bz2", bz2.open)],
)
def test_lines_of_plain_and_compressed_files(tmp_path, suffix, opener):
    path = tmp_path / f"text{suffix}"
    with opener(path, "wb") as file:
        file.write(TEXT.encode())
    lines = data.Lines([str(path)])
    assert list(lines) == TEXT.split("\n")
    assert list(lines) == TEXT.split("\n"), "a second pass reads the same"


def lines_in_parts(path, part_size):
    lines = data.Lines([path])
    lines.part_size = part_size
    return lines


def long_lines(seed):
    """Lines of short words, some of them of many bytes."""
    rng = np.random.default_rng(seed)
    words = ["ab", "é", "世界", "_x_", "a,b", "_"]
    spaces = [" ", " ", " ", " ", "  ", "\t", " ,", "\n", "\r\n"]
    pairs = zip(rng.choice(words, 200), rng.choice(spaces, 200), strict=True)
    return "".join(word + space for word, space in pairs) + "end"


@pytest.mark.parametrize("suffix", ["", ".gz", ".xz", ".bz2"])
@pytest.mark.parametrize("tokenizer", ["words", "whitespace"])
@pytest.mark.parametrize("limit", [64, 65, 1 << 20])
def test_a_line_in_parts_has_the_tokens_of_the_line(suffix, tokenizer, limit, tmp_path):
    opener = {"": open, ".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}[suffix]
    tokenizer = Tokenizer(tokenizer)
    for seed in range(5):
        text = long_lines(seed)
        path = tmp_path / f"text.txt{suffix}"
        with opener(path, "wb") as file:
            file.write(text.encode())
        lines = list(lines_in_parts(path, limit))
        assert max(len(line.encode()) for line in lines) <= limit
        ended = [line for line in lines if not isinstance(line, LinePart)]
        assert len(ended) == text.count("\n") + 1
        assert "".join(lines) == text.replace("\n", "")
        tokens = [token for line in lines for token in tokenizer.line(line)]
        whole = [token for line in text.split("\n") for token in tokenizer.line(line)]
        assert tokens == whole


@pytest.mark.parametrize("length", [0, 1, 2, 15, 16, 17, 31, 32, 33])
@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("limit", [5, 16])
def test_a_line_without_white_space_is_cut_between_characters(
    length, end, limit, tmp_path
):
    path = tmp_path / "t.txt"
    for letter in "a", "é", "界", "\U0001f600", " ":
        path.write_text(letter * length + end, encoding="utf-8")
        *parts, last = list(lines_in_parts(path, limit)) or [""]
        assert all(type(part) is LinePart and part for part in parts)
        assert type(last) is str
        assert "".join([*parts, last]) == letter * length


def test_bytes_that_are_not_utf8_are_named_in_any_part(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes(b"abc " * 9 + b"na\xefve")
    with pytest.raises(ValueError, match="byte 38 is 0xef"):
        list(lines_in_parts(path, 16))


def test_one_huge_line_takes_little_memory(tmp_path):
    """Vocabulary and ids of 6 MB, whose line and words would be more than 60 MB."""
    path = tmp_path / "one.txt"
    path.write_text(" ".join(f"w{n % 5000}" for n in range(1_000_000)))
    lines = data.Lines([path])
    tracemalloc.start()
    try:
        vocabulary = Vocabulary.from_lines(lines, Tokenizer("whitespace"))
        ids = data.write_ids(tmp_path / "ids.bin", lines, vocabulary)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(ids) == 1_000_001
    assert peak < 30 << 20


def test_ids_of_lines_are_told_apart(tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("a b a b a b a b\n\nb\n\n")
    lines = lines_in_parts(path, 8)
    for name, expected in (("words", [9, 0, 2, 0]), ("whitespace", [9, 1, 2, 1])):
        vocabulary = Vocabulary.from_lines(lines, Tokenizer(name))
        ids, lengths = encode_lines(lines, vocabulary)
        assert lengths == expected
        assert ids.tolist() == data.encode(lines, vocabulary).tolist()
    assert encode_lines([], vocabulary)[1] == []


def test_lines_split_on_line_feeds_alone(tmp_path):
    path = tmp_path / "t.txt"
    path.write_bytes("a\u2028b\x85c\r\nd\n".encode())
    assert list(data.Lines([path])) == ["a\u2028b\x85c\r", "d"]


def test_byte_order_mark_is_dropped(tmp_path):
    path = tmp_path / "t.txt"
    path.write_bytes(b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n")
    assert list(data.Lines([path])) == ["a", "\ufeffb"]


def test_parts_cut_across_files(tmp_path):
    for name, text in (("1.txt", "a\nb\n"), ("2.txt", "c\nd\n")):
        (tmp_path / name).write_text(text)
    paths = data.files([str(tmp_path / "*.txt")])
    assert [path.name for path in paths] == ["1.txt", "2.txt"]
    assert list(data.Lines(paths).part((1, 0), (3, 0))) == ["b", "c"]
    assert list(data.Lines(paths).part((3, 0))) == ["d"]
    assert list(data.Lines(paths).part(stop=(0, 0))) == []


def test_parts_cut_within_lines(tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("a b\nc d e\nf\n")
    lines = data.Lines([path])
    first, rest = lines.part(stop=(1, 2)), lines.part((1, 2))
    assert list(first) == ["a b", "c "]
    assert [type(line) for line in first] == [str, LinePart]
    assert list(rest) == ["d e", "f"]
    assert [type(line) for line in rest] == [str, str]
    (within,) = lines.part((1, 2), (1, 4))
    assert (within, type(within)) == ("d ", LinePart)


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing.txt: no such file"):
        data.files([str(tmp_path / "nothing.txt")])
    with pytest.raises(FileNotFoundError, match=r"\*.gz: no such file"):
        data.files([str(tmp_path / "*.gz")])
    with pytest.raises(IsADirectoryError, match="is a folder. Name its files"):
        data.files([str(tmp_path)])


def test_bytes_that_are_not_utf8_are_named_or_replaced(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes(b"first\nna\xefve\n")
    with pytest.raises(ValueError, match="latin.txt is not UTF-8: byte 8 is 0xef"):
        list(data.Lines([path]))
    assert list(data.Lines([path], errors="replace")) == ["first", "na\ufffdve"]


@pytest.mark.parametrize("errors", ["strict", "replace"])
@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("a line\nb\n".encode("utf-16-le"), "NUL at byte 1"),
        ("a line\n".encode("utf-16-be"), "NUL at byte 0"),
        ("é\n".encode("utf-16"), "byte-order mark of UTF-16 or UTF-32 at byte 0"),
        (b"\xfe\xff" + "é\n".encode("utf-16-be"), "byte-order mark"),
        ("é\n".encode("utf-32"), "byte-order mark"),
        (b"\0\0\xfe\xff", "NUL at byte 0"),
        (b"text\nmore\0", "NUL at byte 9"),
    ],
)
def test_other_encodings_are_refused_whatever_errors_is(
    content, found, errors, tmp_path
):
    path = tmp_path / "wide.txt.gz"
    path.write_bytes(gzip.compress(content))
    with pytest.raises(ValueError, match=f"wide.txt.gz must be UTF-8.*{found}"):
        list(data.Lines([path], errors))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("-", "-, standard input"),
        ("/dev/stdin", "/dev/stdin, standard input"),
        ("/dev/null", "/dev/null, a device"),
        ("fifo", "fifo, a pipe"),
        ("fif*", "fifo, a pipe"),
    ],
)
def test_what_can_be_read_but_once_is_refused_and_not_opened(
    name, what, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo")  # To open it would wait for ever.
    message = f"must be a file.*Received: {what}. Write it to a file"
    with pytest.raises(ValueError, match=message):
        data.files([name])


def test_a_file_may_have_the_name_of_standard_input(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-").write_text("a\n")
    assert list(data.Lines(data.files(["-"]))) == ["a"]


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".bz2"])
@pytest.mark.parametrize("damage", ["garbage", "truncated"])
def test_damaged_archives_are_named(tmp_path, suffix, damage):
    path = tmp_path / f"text{suffix}"
    opener = {".gz": gzip, ".xz": lzma, ".bz2": bz2}[suffix]
    content = opener.compress(TEXT.encode() * 50)
    path.write_bytes(b"garbage" if damage == "garbage" else content[:-9])
    with pytest.raises(ValueError, match=rf"text{suffix} is damaged"):
        list(data.Lines([path]))


def test_ids_on_disk_equal_ids_in_memory(tmp_path):
    lines = TEXT.split("\n")
    vocabulary = Vocabulary.from_lines(lines, Tokenizer("whitespace"))
    mapped = data.write_ids(tmp_path / "ids.bin", lines, vocabulary)
    assert isinstance(mapped, np.memmap)
    assert (tmp_path / "ids.bin").stat().st_size == 4 * len(mapped)
    assert mapped.tolist() == data.encode(lines, vocabulary).tolist()
    words = [vocabulary.words[i] for i in mapped]
    assert " ".join(words).count("<eos>") == 4


def test_text_without_words_is_refused(tmp_path):
    vocabulary = Vocabulary(["<eos>", "<unk>"], [1, 1], Tokenizer("words"))
    with pytest.raises(ValueError, match="at least one word"):
        data.write_ids(tmp_path / "ids.bin", ["", " "], vocabulary)
    assert data.encode([], vocabulary).size == 0


@pytest.mark.parametrize("length", [5, 6, 7, 12, 61])
@pytest.mark.parametrize("batch_size", [1, 2, 5])
@pytest.mark.parametrize("steps", [1, 2, 3, 100])
def test_windows_score_every_token_once_in_its_stream(length, batch_size, steps):
    ids = np.arange(length) + 10
    windows = data.windows(ids, batch_size, steps)
    batches = [batch for (batch,) in windows]
    assert len(batches) == len(windows)
    assert all(batch.shape == (batch_size, steps + 1) for batch in batches)
    streams = []
    for b in range(batch_size):
        assert batches[0][b, 0] == -1
        for before, after in zip(batches, batches[1:], strict=False):
            assert before[b, -1] == after[b, 0]
        scored = np.concatenate([batch[b, 1:] for batch in batches])
        count = (scored >= 0).sum()
        assert (scored[count:] == -1).all()
        streams.append(scored[:count])
    assert np.concatenate(streams).tolist() == ids.tolist()
    assert max(map(len, streams)) - min(map(len, streams)) <= 1


def test_first_windows_are_those_of_all():
    windows = data.windows(np.arange(41), 3, 4)
    some, rest = windows.first(2), windows.after(1).first(2)
    assert [len(part) for part in (some, rest, windows.first(99))] == [2, 2, 4]
    for number in range(2):
        np.testing.assert_array_equal(some[number][0], windows[number][0])
        np.testing.assert_array_equal(rest[number][0], windows[number + 1][0])


@pytest.mark.parametrize(
    ("ids", "batch_size", "steps", "message"),
    [
        (np.arange(3), 4, 2, "one word for each of the 4 streams. Received: 3 words"),
        (np.arange(3), 0, 2, "`batch_size` must be a positive integer"),
        (np.arange(3), 1, 0, "`steps` must be a positive integer"),
        (np.ones(3), 1, 1, "one-dimensional integer array. .*float64"),
        (np.ones((3, 3), int), 1, 1, "one-dimensional integer array"),
    ],
)
def test_bad_windows_are_named(ids, batch_size, steps, message):
    with pytest.raises(ValueError, match=message):
        data.windows(ids, batch_size, steps)


DOCSTRING = """Return the *sum* of :class:`Thing` objects, see `here`_.

Args:
  first: The first of the two things to add.
  second (int): How many times it should be added.

Parameters
----------
x : array_like
    The array whose elements are to be added.

>>> add(1, 2)
3

A block of code follows this sentence::

    add(1, 2)

```python
Nothing Of This Is Prose At All.
```

Too short.
"""


def test_prose_is_what_is_left_of_a_docstring():
    assert documentation.prose(DOCSTRING) == [
        "Return the sum of Thing objects, see here.",
        "The first of the two things to add.",
        "How many times it should be added.",
        "The array whose elements are to be added.",
    ]


def test_documents_come_in_a_fixed_order_without_repetition():
    def first(count):
        documents = documentation.documents()
        return [next(documents) for _ in range(count)]

    documents = first(20)
    assert documents == first(20)
    paragraphs = [line for document in documents for line in document]
    assert len(set(paragraphs)) == len(paragraphs)
