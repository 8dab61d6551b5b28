"""Words and their ids.

A vocabulary is made from the training text alone. Word 0 is the most frequent one;
words of equal counts are in the order of their code points, so that ids follow from
words and counts alone. `<eos>` ends every line and `<unk>`
stands for every word that is not in the vocabulary; both are ordinary words, counted
and predicted like any other.

The tokeniser belongs to the vocabulary: text read with another one would have other
words. This module needs nothing but the standard library.
"""

import collections
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping

EOS = "<eos>"
UNK = "<unk>"
SPECIAL_WORDS = (EOS, UNK)

FORMAT_VERSION = 1
_HEADER = re.compile(r"# lightrnn vocabulary (\d+) tokenizer=(\w+) lowercase=(\w+)")


def _combining_marks() -> str:
    """Return the inside of a character class of Unicode's combining marks.

    `re` has none, and without them a decomposed é or a Hindi vowel would cut a word.
    """
    ranges: list[list[int]] = []
    # All of them are in the first two planes, but for variation selectors.
    for code in range(0x300, 0x1FFFF):
        if unicodedata.category(chr(code)).startswith("M"):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


# A letter is one with the marks that combine with it. Letter runs with inner
# apostrophes and hyphens, numbers with inner points and commas, single punctuation
# marks. `_` is dropped: it marks italics in plain-text books.
_RUN = rf"[^\W\d_]+(?:[{_combining_marks()}]+[^\W\d_]*)*"
_WORDS = re.compile(rf"{_RUN}(?:['’-]{_RUN})*|\d+(?:[.,]\d+)*|[^\w\s]")
_LETTERS = re.compile(r"[^\W\d_]")
# ASCII white space only: U+00A0 and its like are part of a word in pre-tokenised text.
_NOT_SPACE = re.compile(r"[^ \t\n\r\v\f]+")

TOKENIZERS: dict[str, Callable[[str], list[str]]] = {
    "whitespace": _NOT_SPACE.findall,
    "words": _WORDS.findall,
}


def is_suggestable(word: str) -> bool:
    """Return whether `word` is a word to offer while typing.

    Special words, numbers and punctuation marks are not; the empty string, which
    marks a free cell, is not either.
    """
    return bool(_LETTERS.search(word)) and not re.fullmatch(r"<\w+>", word)


def _rank(pair: tuple[str, int]) -> tuple[int, str]:
    word, count = pair
    return -count, word


class Tokenizer:
    """Cuts lines of text into words.

    Args:
        name: `"whitespace"` for text whose words are already set apart by ASCII white
            space, as in Penn Treebank, or `"words"` for raw text.
        lowercase: Whether text is lower-cased first. Defaults to `False`.

    Raises:
        ValueError: If `name` is not a tokeniser.

    Example:

    >>> Tokenizer("words", lowercase=True).words("Don't panic: 3.14!")
    ["don't", 'panic', ':', '3.14', '!']
    """

    def __init__(self, name: str, lowercase: bool = False):
        if name not in TOKENIZERS:
            raise ValueError(
                f"`tokenizer` must be one of {', '.join(sorted(TOKENIZERS))}. "
                f"Received: {name!r}."
            )
        self.name = name
        self.lowercase = bool(lowercase)
        self._split = TOKENIZERS[name]

    def words(self, text: str) -> list[str]:
        """Return the words of `text`, without `<eos>`; line ends are white space."""
        return self._split(text.lower() if self.lowercase else text)

    def line(self, line: str) -> list[str]:
        """Return the tokens of one line, `<eos>` included.

        With `"words"` a blank line has no tokens: it separates documents.
        """
        words = self.words(line)
        if not words and self.name == "words":
            return []
        words.append(EOS)
        return words


def count_words(lines: Iterable[str], tokenizer: Tokenizer) -> dict[str, int]:
    """Return how often each word stands in lines of text."""
    counter: collections.Counter[str] = collections.Counter()
    for line in lines:
        counter.update(tokenizer.line(line))
    return counter


class Vocabulary:
    """The words of a model, most frequent first, with their counts.

    Args:
        words: Words in the order of their ids, without repetition; `<eos>` and
            `<unk>` among them.
        counts: How often each word stood in the training text, in the same order.
        tokenizer: The `Tokenizer` the words were cut with.

    Raises:
        ValueError: If words repeat, `<eos>` or `<unk>` is missing, a word holds white
            space that the file format uses, or the lengths differ.

    Example:

    >>> lines = ["the cat", "the dog", "the cat sat"]
    >>> tokenizer = Tokenizer("whitespace")
    >>> vocabulary = Vocabulary.from_lines(lines, tokenizer, max_size=4)
    >>> vocabulary.words
    ['<eos>', 'the', '<unk>', 'cat']
    >>> vocabulary.ids(["the", "bird"])
    [1, 2]
    """

    def __init__(
        self, words: Iterable[str], counts: Iterable[int], tokenizer: Tokenizer
    ):
        self.words = list(words)
        self.counts = [int(count) for count in counts]
        self.tokenizer = tokenizer
        if len(self.words) != len(self.counts):
            raise ValueError(
                "`words` and `counts` must have the same length. "
                f"Received: {len(self.words)} words and {len(self.counts)} counts."
            )
        self._ids = {word: index for index, word in enumerate(self.words)}
        if len(self._ids) != len(self.words):
            twice = [w for w, n in collections.Counter(self.words).items() if n > 1]
            raise ValueError(
                f"`words` must not repeat. Received: {twice[:5]} more than once."
            )
        for special in SPECIAL_WORDS:
            if special not in self._ids:
                raise ValueError(f"`words` must hold {special}. Received: none.")
        for word in self.words:
            if not word or _NOT_SPACE.fullmatch(word) is None:
                raise ValueError(
                    "`words` must be without ASCII white space and not empty. "
                    f"Received: {word!r}."
                )

    @classmethod
    def from_lines(
        cls,
        lines: Iterable[str],
        tokenizer: Tokenizer,
        max_size: int | None = None,
        min_count: int = 1,
    ) -> "Vocabulary":
        """Return the vocabulary of a training text.

        Args:
            lines: Lines of the training text.
            tokenizer: How to cut them.
            max_size: Largest number of words, `<eos>` and `<unk>` included. Defaults
                to no limit.
            min_count: Least number of occurrences of a word. Defaults to 1.

        Raises:
            ValueError: If `max_size` is below 2 or `min_count` below 1.
        """
        return cls.from_counts(
            count_words(lines, tokenizer), tokenizer, max_size, min_count
        )

    @classmethod
    def from_counts(
        cls,
        counts: Mapping[str, int],
        tokenizer: Tokenizer,
        max_size: int | None = None,
        min_count: int = 1,
    ) -> "Vocabulary":
        """Return the vocabulary of a text whose words were counted.

        Args:
            counts: How often each word stands in the text, `<eos>` among them.
            tokenizer: How the words were cut.
            max_size: As in `from_lines`.
            min_count: As in `from_lines`.
        """
        if max_size is not None and max_size < 2:
            raise ValueError(
                "`max_size` must be at least 2, for `<eos>` and `<unk>`. "
                f"Received: {max_size}."
            )
        if min_count < 1:
            raise ValueError(f"`min_count` must be at least 1. Received: {min_count}.")
        counter = dict(counts)
        tokens = sum(counter.values())
        eos = (EOS, counter.pop(EOS, 0))
        counter.pop(UNK, None)
        kept = [pair for pair in counter.items() if pair[1] >= min_count]
        kept.sort(key=_rank)
        if max_size is not None:
            kept = kept[: max_size - 2]
        # What falls out of the vocabulary is read as `<unk>`.
        unk = (UNK, tokens - eos[1] - sum(count for _, count in kept))
        kept = sorted([eos, *kept, unk], key=_rank)
        words, occurrences = zip(*kept, strict=True)
        return cls(words, occurrences, tokenizer)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self._ids

    @property
    def eos_id(self) -> int:
        """The id of `<eos>`."""
        return self._ids[EOS]

    @property
    def unk_id(self) -> int:
        """The id of `<unk>`."""
        return self._ids[UNK]

    def id(self, word: str) -> int:
        """Return the id of `word`, that of `<unk>` if it is not in the vocabulary."""
        return self._ids.get(word, self._ids[UNK])

    def ids(self, words: Iterable[str]) -> list[int]:
        """Return the ids of `words`."""
        get, unknown = self._ids.get, self._ids[UNK]
        return [get(word, unknown) for word in words]

    def encode(self, lines: Iterable[str]) -> Iterator[list[int]]:
        """Yield the ids of each line of text, `<eos>` included."""
        for line in lines:
            yield self.ids(self.tokenizer.line(line))

    def to_text(self) -> str:
        """Return the vocabulary as the text of its file, one word a line."""
        header = (
            f"# lightrnn vocabulary {FORMAT_VERSION} tokenizer={self.tokenizer.name} "
            f"lowercase={str(self.tokenizer.lowercase).lower()}"
        )
        rows = (f"{w}\t{n}" for w, n in zip(self.words, self.counts, strict=True))
        return "\n".join([header, *rows]) + "\n"

    @classmethod
    def from_text(cls, text: str) -> "Vocabulary":
        """Return the vocabulary whose file holds `text`.

        Raises:
            ValueError: If the text is not that of a whole vocabulary file.
        """
        lines = text.split("\n")
        header = _HEADER.fullmatch(lines[0])
        if header is None or lines[-1] != "":
            raise ValueError(
                "The vocabulary file must begin with its header and end in a line "
                f"end. Received: {lines[0][:60]!r} … {lines[-1][-20:]!r}."
            )
        if int(header[1]) != FORMAT_VERSION:
            raise ValueError(
                f"The vocabulary file must be of version {FORMAT_VERSION}. "
                f"Received: version {header[1]}."
            )
        words, counts = [], []
        for number, line in enumerate(lines[1:-1], start=2):
            word, tab, count = line.partition("\t")
            if not tab or not count.isascii() or not count.isdecimal():
                raise ValueError(
                    f"Line {number} of the vocabulary must be a word, a tab and a "
                    f"count. Received: {line[:60]!r}."
                )
            words.append(word)
            counts.append(int(count))
        return cls(words, counts, Tokenizer(header[2], header[3] == "true"))
