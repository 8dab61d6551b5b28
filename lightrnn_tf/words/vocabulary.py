"""Words and their ids.

A vocabulary comes from the training text alone. Word 0 is the most frequent word;
words of equal counts are sorted by their code points, so words and counts alone
determine the ids. `<eos>` ends every line, and `<unk>` stands for every word outside
the vocabulary. Both are ordinary words, counted and predicted like any other.

The tokeniser belongs to the vocabulary, because another one would cut other words.
"""

import collections
import numbers
import re
from collections.abc import Iterable, Iterator, Mapping

from lightrnn_tf._internal import checks
from lightrnn_tf.words.tokenizer import EOS, MAX_WORD_LENGTH, UNK, Tokenizer
from lightrnn_tf.words.written_forms import WrittenForms, check_forms

SPECIAL_WORDS = (EOS, UNK)
# Stands in arrays of ids before the first word of a stream and after its last.
NO_WORD = -1
# The key of the words that are too long, in counts of words.
TOO_LONG = ""

FORMAT_VERSION = 3
_HEADER = re.compile(r"# lightrnn vocabulary (\d+) tokenizer=(\w+) lowercase=(\w+)")
_ASCII_SPACE = re.compile(r"[ \t\n\r\v\f]")


def _rank(pair: tuple[str, int]) -> tuple[int, str]:
    word, count = pair
    return -count, word


def count_words(lines: Iterable[str], tokenizer: Tokenizer) -> dict[str, int]:
    """Return how often each word occurs in lines of text.

    Args:
        lines: Iterable of strings.
        tokenizer: The `Tokenizer` that cuts them into words.

    Returns:
        A dict from words to counts. Words of more than 64 characters count together,
        as `TOO_LONG`.

    Raises:
        ValueError: If an argument is of another kind.

    Example:

    >>> count_words(["the cat", "the dog"], Tokenizer("words"))["the"]
    2
    """
    checks.several("lines", lines)
    checks.instance("tokenizer", tokenizer, Tokenizer)
    counter: collections.Counter[str] = collections.Counter()
    for line in lines:
        words = tokenizer.line(line)
        if max(map(len, words), default=0) > MAX_WORD_LENGTH:
            words = [w if len(w) <= MAX_WORD_LENGTH else TOO_LONG for w in words]
        counter.update(words)
    return counter


class Vocabulary:
    """The words of a model, most frequent first, with their counts and forms.

    Args:
        words: Iterable of strings in the order of their ids, without repetition, with
            `<eos>` and `<unk>`, none of more than 64 characters.
        counts: Iterable of integers, how often each word occurs in the training text.
        tokenizer: The `Tokenizer` that cut the text.
        forms: Mapping from words to the form in which the text usually writes them, for
            those that are not written as they are. Defaults to none.

    Raises:
        ValueError: If words repeat, `<eos>` or `<unk>` is missing, a word is too
            long, empty or contains ASCII white space, the lengths differ, or a form is
            not that of a word.

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
        self,
        words: Iterable[str],
        counts: Iterable[int],
        tokenizer: Tokenizer,
        forms: Mapping[str, str] | None = None,
    ):
        checks.several("words", words)
        checks.several("counts", counts)
        checks.instance("tokenizer", tokenizer, Tokenizer)
        self.words, self.counts = list(words), []
        self.tokenizer = tokenizer
        checks.strings("words", self.words)
        for count in counts:
            # Integers of NumPy are `Integral`, too.
            whole = isinstance(count, numbers.Integral) and type(count) is not bool
            checks.natural_number("counts", int(count) if whole else count)
            self.counts.append(int(count))
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
        too_long = [word for word in self.words if len(word) > MAX_WORD_LENGTH]
        if too_long:
            raise ValueError(
                f"`words` must be of at most {MAX_WORD_LENGTH} characters. Received: "
                f"{too_long[0][:MAX_WORD_LENGTH]!r}… of {len(too_long[0])} characters "
                f"and {len(too_long) - 1} more. Train the model anew: such words are "
                "read as <unk> now."
            )
        for word in self.words:
            if not word or _ASCII_SPACE.search(word):
                raise ValueError(
                    "`words` must be without ASCII white space and not empty. "
                    f"Received: {word!r}."
                )
        if forms is not None:
            checks.instance("forms", forms, Mapping)
        self.forms = dict(forms or {})
        check_forms(self.forms, self.words, tokenizer)

    @classmethod
    def from_lines(
        cls,
        lines: Iterable[str],
        tokenizer: Tokenizer,
        max_size: int | None = None,
        min_count: int | None = None,
    ) -> "Vocabulary":
        """Return the vocabulary of a training text.

        Args:
            lines: Iterable of strings, the lines of the training text.
            tokenizer: The `Tokenizer` that cuts them into words.
            max_size: Integer of at least 2. Most words, with `<eos>` and `<unk>`.
                Defaults to `None`, no limit.
            min_count: Positive integer. Least occurrences of a word; rarer words become
                `<unk>`. Defaults to 1 for a text that contains `<unk>`, and to 2 for
                others, so that training has some `<unk>`.

        Raises:
            ValueError: If an argument is of another kind or out of range.
        """
        forms = WrittenForms(tokenizer)
        counts = count_words(forms.counted(lines), tokenizer)
        return cls.from_counts(counts, tokenizer, max_size, min_count, forms)

    @classmethod
    def from_counts(
        cls,
        counts: Mapping[str, int],
        tokenizer: Tokenizer,
        max_size: int | None = None,
        min_count: int | None = None,
        forms: WrittenForms | None = None,
    ) -> "Vocabulary":
        """Return the vocabulary of a text from the counts of its words.

        Args:
            counts: Mapping from words to counts, as from `count_words`.
            tokenizer: The `Tokenizer` that cut the text.
            max_size: As for `from_lines`.
            min_count: As for `from_lines`.
            forms: The `WrittenForms` that were counted in the text. Defaults to none:
                each word is written as it is.

        Raises:
            ValueError: If an argument is of another kind or out of range.
        """
        if forms is not None:
            checks.instance("forms", forms, WrittenForms)
        if not isinstance(counts, Mapping):
            raise ValueError(
                "`counts` must map words to numbers. "
                f"Received: a {type(counts).__name__}."
            )
        if max_size is not None and (type(max_size) is not int or max_size < 2):
            raise ValueError(
                "`max_size` must be an integer of at least 2, for `<eos>` and `<unk>`. "
                f"Received: {max_size!r}."
            )
        if min_count is None:
            min_count = 1 if counts.get(UNK) else 2
        checks.positive_integer("min_count", min_count)
        counter = dict(counts)
        tokens = sum(counter.values())
        eos = (EOS, counter.pop(EOS, 0))
        counter.pop(UNK, None)
        counter.pop(TOO_LONG, None)
        kept = [pair for pair in counter.items() if pair[1] >= min_count]
        kept.sort(key=_rank)
        if max_size is not None:
            kept = kept[: max_size - 2]
        # All other words become `<unk>`.
        unk = (UNK, tokens - eos[1] - sum(count for _, count in kept))
        kept = sorted([eos, *kept, unk], key=_rank)
        words, occurrences = zip(*kept, strict=True)
        usual = None if forms is None else forms.usual(words)
        return cls(words, occurrences, tokenizer, usual)

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
        """Return the id of a word, or that of `<unk>` if it has none.

        Args:
            word: String.
        """
        return self._ids.get(word, self._ids[UNK])

    def ids(self, words: Iterable[str]) -> list[int]:
        """Return the ids of words, that of `<unk>` for words outside the vocabulary.

        Args:
            words: Iterable of strings.

        Raises:
            ValueError: If `words` is a string or no iterable.
        """
        checks.several("words", words)
        get, unknown = self._ids.get, self._ids[UNK]
        return [get(word, unknown) for word in words]

    def encode(self, lines: Iterable[str]) -> Iterator[list[int]]:
        """Yield the ids of each line of text, with `<eos>`.

        Args:
            lines: Iterable of strings.

        Raises:
            ValueError: If `lines` is a string or no iterable.
        """
        checks.several("lines", lines)
        for line in lines:
            yield self.ids(self.tokenizer.line(line))

    def to_text(self) -> str:
        """Return the vocabulary as text, as files hold it.

        A line for each word: the word, its count and, if it is not written as it is,
        its form, with tabs between them.
        """
        header = (
            f"# lightrnn vocabulary {FORMAT_VERSION} tokenizer={self.tokenizer.name} "
            f"lowercase={str(self.tokenizer.lowercase).lower()}"
        )
        rows = [header]
        for word, count in zip(self.words, self.counts, strict=True):
            form = self.forms.get(word)
            rows.append(f"{word}\t{count}" + ("" if form is None else f"\t{form}"))
        return "\n".join(rows) + "\n"

    @classmethod
    def from_text(cls, text: str) -> "Vocabulary":
        """Return the vocabulary that `to_text` wrote.

        Args:
            text: String, the content of a vocabulary file.

        Raises:
            ValueError: If the text is not that of a whole vocabulary file.
        """
        checks.string("text", text)
        lines = text.split("\n")
        header = _HEADER.fullmatch(lines[0])
        if header is None or lines[-1] != "":
            raise ValueError(
                "The vocabulary file must begin with its header and end in a line "
                f"end. Received: {lines[0][:60]!r} … {lines[-1][-20:]!r}."
            )
        if not _is_readable(int(header[1]), header[2]):
            raise ValueError(
                f"The vocabulary file must be of version {FORMAT_VERSION}. Received: "
                f"version {header[1]}, whose words are cut and spelled in another way. "
                "Train the model anew."
            )
        tokenizer = Tokenizer(header[2], header[3] == "true")
        words, counts, forms = _parsed(lines[1:-1])
        return cls(words, counts, tokenizer, forms)


def _parsed(lines):
    """Return the words of a file, their counts, and the forms of some of them."""
    words, counts, forms = [], [], {}
    for number, line in enumerate(lines, start=2):
        word, *rest = line.split("\t", 2)
        if not rest or not rest[0].isascii() or not rest[0].isdecimal():
            raise ValueError(
                f"Line {number} of the vocabulary must be a word, a tab and a count, "
                f"and perhaps a tab and a form. Received: {line[:60]!r}."
            )
        words.append(word)
        counts.append(int(rest[0]))
        if len(rest) == 2:
            forms[word] = rest[1]
    return words, counts, forms


def _is_readable(version: int, tokenizer: str) -> bool:
    """Return whether the present tokeniser cuts text into the words of a file.

    Version 2 had no forms. The white-space tokeniser has not changed since version 1.
    """
    return version in (2, FORMAT_VERSION) or (version, tokenizer) == (1, "whitespace")
