"""Decides which words of a model may be suggested and how, when its file is made.

Words that may not be suggested can still be typed and read as context.
"""

import pathlib
import re
from collections.abc import Iterable

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.words.spelling import fold
from lightrnn_tf.words.tokenizer import is_suggestable
from lightrnn_tf.words.vocabulary import Vocabulary
from lightrnn_tf.words.written_forms import capitalised

# Endings of a stem. The last letter of the stem may be doubled before them, and an e or
# y at its end may be missing.
_ENDINGS = (
    "s es z ed er ers ing ings in y ies ied ier iest est ish able ness ery ly"
).split()
# Letters that digits and signs stand for, as in sh1t.
_LEET = str.maketrans("01345$@", "oieassa")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
# A compound is a stem and another word of at least so many letters.
_LEAST_OF_COMPOUND = 4
_PARTS = re.compile(r"[-']")


def lines_of(path: pathlib.Path) -> list[str]:
    """Return the lines of a list of words, without comments and blank lines.

    Args:
        path: A text file in UTF-8. `#` begins a comment.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is not UTF-8 text.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} must be UTF-8 text. Received: byte {error.start} is "
            f"0x{error.object[error.start]:02x}. Convert it, for example with iconv."
        ) from error
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


class NeverSuggest:
    """Tells words that hold a listed stem from words that only look like it.

    Args:
        lines: The list. `damn` is a stem: the word, its inflections, drawn out
            (`daaamn`) and in compounds with a known word (`goddamn`). `*damn*` is
            anywhere in a word. `!damnation` is allowed.
        known: Words that make a compound, lower case.

    Example:

    >>> never = NeverSuggest(["hell", "*damn*", "!damnation"], {"hole", "word"})
    >>> words = "hell hells helllll hellhole hello shell xdamnx damnation".split()
    >>> [word for word in words if never.holds(word)]
    ['hell', 'hells', 'helllll', 'hellhole', 'xdamnx']
    """

    def __init__(self, lines: Iterable[str], known: Iterable[str] = ()):
        checks.several("lines", lines)
        self._stems, self._anywhere, self._allowed = set(), [], set()
        for line in lines:
            if line.startswith("!"):
                self._allowed.add(fold(line[1:]))
            elif len(line) > 2 and line[0] == line[-1] == "*":
                self._anywhere.append(fold(line[1:-1]))
            else:
                self._stems.add(fold(line))
        self._inflected = {form for stem in self._stems for form in _inflections(stem)}
        self._known = {fold(w) for w in known if len(fold(w)) >= _LEAST_OF_COMPOUND}

    def holds(self, word: str) -> bool:
        """Return whether a word is listed, or made of what is listed.

        Args:
            word: String.
        """
        # Apart, because he'll is no hell. Words with a hyphen may be listed whole.
        if fold(word) in self._allowed:
            return False
        parts = [fold(part) for part in _PARTS.split(word)]
        whole = {fold(word), "".join(parts)} if "-" in word else set()
        if whole & self._inflected:
            return True
        return any(self._is_drawn_out(part) for part in parts if part)

    def _is_drawn_out(self, part):
        if any(not character.isalpha() for character in part):
            part = part.translate(_LEET)
        spellings = {part, _DRAWN_OUT.sub(r"\1\1", part), _DRAWN_OUT.sub(r"\1", part)}
        return any(map(self._is_listed, spellings))

    def _is_listed(self, word):
        if word in self._allowed:
            return False
        if word in self._inflected or any(stem in word for stem in self._anywhere):
            return True
        one = word.removesuffix("s")
        for cut in range(2, len(one) - 1):
            begin, end = one[:cut], one[cut:]
            if begin in self._stems and end in self._known:
                return True
            if begin in self._known and end in self._stems:
                return True
        return False


def _inflections(stem):
    """Yield a stem and its inflected forms."""
    yield stem
    bases = [stem, stem + stem[-1]]
    if stem[-1] in "ey":
        bases.append(stem[:-1])
        yield stem + "d"
        yield stem + "r"
    for base in bases:
        for ending in _ENDINGS:
            yield base + ending


class WordLists:
    """What decides whether a word may be suggested, and how it is written.

    Args:
        word_list: Words that may be suggested. Defaults to `None`, all that are seen
            often enough.
        never_suggest: Lines for `NeverSuggest`. Defaults to none.
        misspellings: Words that are wrong, alone or as codespell writes them
            (`teh->the`). Those with a written form, such as Ned, are only not
            suggested. Defaults to none.
        least_count: Positive integer. A word outside the list may be suggested if the
            training text has it as often. Defaults to `None`: never if there is a list,
            else always.
        written_forms: Words as a dictionary writes them: `porch`, `Paris`, `Will` and
            `will`. The training text decides between the forms of a word, and how words
            are written that have none here. Defaults to none.

    Example:

    >>> words = ["<eos>", "<unk>", "the", "teh", "hell", "zxqj"]
    >>> tokenizer = lightrnn_tf.Tokenizer("words", lowercase=True)
    >>> vocabulary = Vocabulary(words, [9, 8, 7, 6, 5, 4], tokenizer)
    >>> lists = WordLists(["the", "hell"], ["hell"], ["teh->the"])
    >>> suggestable, trusted = lists.marks(vocabulary)
    >>> np.array(words)[suggestable].tolist(), np.array(words)[trusted].tolist()
    (['the'], ['the', 'hell'])
    """

    def __init__(
        self,
        word_list: Iterable[str] | None = None,
        never_suggest: Iterable[str] = (),
        misspellings: Iterable[str] = (),
        least_count: int | None = None,
        written_forms: Iterable[str] = (),
    ):
        for name, value in (
            ("word_list", () if word_list is None else word_list),
            ("never_suggest", never_suggest),
            ("misspellings", misspellings),
            ("written_forms", written_forms),
        ):
            checks.several(name, value)
        if least_count is not None:
            checks.positive_integer("least_count", least_count)
        self._listed = None if word_list is None else set(word_list)
        self._never_suggest = list(never_suggest)
        self._wrong = {line.partition("->")[0].strip() for line in misspellings}
        self._least_count = least_count
        self._written_forms = list(written_forms)

    @classmethod
    def read(
        cls,
        word_list: str | pathlib.Path | None = None,
        never_suggest: str | pathlib.Path | None = None,
        misspellings: str | pathlib.Path | None = None,
        least_count: int | None = None,
        written_forms: str | pathlib.Path | None = None,
    ) -> "WordLists":
        """Return the lists of files, an item a line; `#` begins a comment.

        Args:
            word_list: File of `word_list`. Defaults to none.
            never_suggest: File of `never_suggest`. Defaults to none.
            misspellings: File of `misspellings`. Defaults to none.
            least_count: As above.
            written_forms: File of `written_forms`. Defaults to none.

        Raises:
            OSError: If a file cannot be read.
            ValueError: If a file is not UTF-8 text.
        """
        listed, never, wrong, written = (
            None if path is None else lines_of(pathlib.Path(path))
            for path in (word_list, never_suggest, misspellings, written_forms)
        )
        return cls(listed, never or (), wrong or (), least_count, written or ())

    def forms(self, vocabulary: Vocabulary) -> dict[str, str]:
        """Return how words are written that are not written as the vocabulary has them.

        Args:
            vocabulary: The `Vocabulary`.

        Returns:
            A dict from words to forms.
        """
        checks.instance("vocabulary", vocabulary, Vocabulary)
        listed: dict[str, list[str]] = {}
        for form in self._written_forms:
            listed.setdefault(vocabulary.tokenizer.normalise(form), []).append(form)
        forms = {}
        for word in vocabulary.words:
            form = vocabulary.forms.get(word, word)
            known = listed.get(word, [form])
            if form not in known:
                usual = (capitalised(word), word)
                form = next((form for form in usual if form in known), known[0])
            if form != word:
                forms[word] = form
        return forms

    def marks(self, vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
        """Return which words may be suggested, and which are right as they are typed.

        Args:
            vocabulary: The `Vocabulary`.

        Returns:
            Two arrays, bool `(V,)`.
        """
        checks.instance("vocabulary", vocabulary, Vocabulary)
        normalise = vocabulary.tokenizer.normalise
        wrong = {normalise(word) for word in self._wrong}
        forms = self.forms(vocabulary)
        listed = None
        if self._listed is not None:
            listed = {normalise(word) for word in self._listed}
        never = NeverSuggest(self._never_suggest, listed or vocabulary.words)
        suggestable, trusted = np.zeros((2, len(vocabulary)), bool)
        for number, (word, count) in enumerate(
            zip(vocabulary.words, vocabulary.counts, strict=True)
        ):
            if not is_suggestable(word):
                continue
            if word in wrong:
                # A name that is also a slip, such as Ned, is right as it is typed.
                trusted[number] = word in forms
                continue
            trusted[number] = self._is_known(word, count, listed)
            suggestable[number] = trusted[number] and not never.holds(word)
        return suggestable, trusted

    def _is_known(self, word, count, listed):
        if self._least_count is not None and count >= self._least_count:
            return True
        if listed is None:
            return self._least_count is None
        # Words of words, such as well-known, need not be listed.
        return word in listed or all(part in listed for part in word.split("-"))
