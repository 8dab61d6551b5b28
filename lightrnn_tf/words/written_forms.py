"""How words are written: London, iPhone, I'm, while the model reads lower case.

A model of lower-cased text has one word for `London` and `london`. Its vocabulary keeps
the form in which a text usually writes each word. A sentence begins with a capital
whatever the word is, and some lines have no capitals and others nothing else; all these
say nothing about a word, so they do not count.
"""

import collections
from collections.abc import Iterable, Iterator, Mapping

from lightrnn_tf._internal import checks
from lightrnn_tf.words.tokenizer import Tokenizer, is_suggestable

# How a form comes from its word; numbers of the exported file.
AS_IT_IS, CAPITAL, CAPITALS, SPELLED_OUT = range(4)
# A word has a form if it was seen with capitals so often, and in at least two thirds of
# the places; it is the one that was seen most often. One that is not a capital and
# small letters may be a slip of the shift key, and has to be seen oftener.
_LEAST, _LEAST_OF_OTHERS = 2, 5
# Lines of at least so many words, most of them with capitals, are headings.
_LEAST_OF_HEADING = 3


def capitalised(word: str) -> str:
    """Return a word with its first character in upper case.

    Args:
        word: String.

    Example:

    >>> capitalised("élan"), capitalised("")
    ('Élan', '')
    """
    return word[:1].upper() + word[1:]


def case_of(word: str, form: str) -> int:
    """Return how a form comes from its word.

    Args:
        word: String, as the vocabulary has it.
        form: String, as it is written.

    Returns:
        `AS_IT_IS`, `CAPITAL`, `CAPITALS` or `SPELLED_OUT`.

    Example:

    >>> [case_of("nasa", form) for form in ("nasa", "Nasa", "NASA", "NaSA")]
    [0, 1, 2, 3]
    """
    for case in (AS_IT_IS, CAPITAL, CAPITALS):
        if in_case(word, case) == form:
            return case
    return SPELLED_OUT


def in_case(word: str, case: int) -> str:
    """Return a word in a case that is not spelled out.

    Args:
        word: String, as the vocabulary has it.
        case: `AS_IT_IS`, `CAPITAL` or `CAPITALS`.

    Example:

    >>> in_case("paris", CAPITAL), in_case("nato", CAPITALS)
    ('Paris', 'NATO')
    """
    if case == CAPITAL:
        return capitalised(word)
    return word.upper() if case == CAPITALS else word


def as_typed(form: str, typed: str = "", at_start: bool = False) -> str:
    """Return a word to suggest in the case in which it was begun.

    Args:
        form: String, as the word is usually written.
        typed: String, the letters typed so far. Defaults to none.
        at_start: Boolean. Whether the word begins a sentence, which counts where no
            letter was typed. Defaults to `False`.

    Example:

    >>> as_typed("London", "LON"), as_typed("than", "Th"), as_typed("so", at_start=True)
    ('LONDON', 'Than', 'So')
    >>> as_typed("iPhone", at_start=True), as_typed("London", "lo")
    ('iPhone', 'London')
    """
    letters = [character for character in typed if character.isalpha()]
    if len(letters) > 1 and all(letter.isupper() for letter in letters):
        return form.upper()
    capital = letters[0].isupper() if letters else at_start
    return capitalised(form) if capital and form == form.lower() else form


class WrittenForms:
    """Counts in which form a text writes its words.

    Args:
        tokenizer: The `Tokenizer` of the vocabulary. One that keeps case has nothing to
            count.

    Example:

    >>> forms = WrittenForms(Tokenizer("words", lowercase=True))
    >>> lines = ["so I saw Paris.", "He left Paris, I think", "Paris is big", "so BIG"]
    >>> for line in forms.counted(lines):
    ...     pass
    >>> forms.usual(["i", "paris", "big", "saw"])
    {'i': 'I', 'paris': 'Paris'}
    """

    def __init__(self, tokenizer: Tokenizer):
        checks.instance("tokenizer", tokenizer, Tokenizer)
        self._tokenizer = tokenizer
        self._cased = Tokenizer(tokenizer.name)
        self._counts: collections.Counter[str] = collections.Counter()

    def counted(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield lines as they are, and count the forms in them.

        Args:
            lines: Iterable of strings.
        """
        checks.several("lines", lines)
        for line in lines:
            if self._tokenizer.lowercase and line != line.lower():
                self._counts.update(_telling(self._cased.words(line)))
            yield line

    def usual(self, words: Iterable[str]) -> dict[str, str]:
        """Return the usual form of each word that is not written as it is.

        Args:
            words: The words of a vocabulary.

        Returns:
            A dict from words to forms.
        """
        wanted = set(words)
        of_word: dict[str, list[tuple[int, str]]] = {}
        for form, count in self._counts.items():
            word = self._tokenizer.normalise(form)
            if word in wanted:
                of_word.setdefault(word, []).append((count, form))
        usual = {}
        for word, counts in of_word.items():
            cased = [(count, form) for count, form in counts if form != word]
            with_capitals = sum(count for count, _ in cased)
            seen = sum(count for count, _ in counts)
            if with_capitals >= _LEAST and 3 * with_capitals >= 2 * seen:
                count, form = max(cased)
                if count >= _LEAST_OF_OTHERS or form == capitalised(word):
                    usual[word] = form
        return usual


def _telling(tokens: list[str]) -> list[str]:
    """Return the words of a line whose case says how they are written."""
    words = [
        token
        for before, token in zip(tokens, tokens[1:], strict=False)
        if is_suggestable(token) and (before == "," or is_suggestable(before))
    ]
    with_capital = sum(word != word.lower() for word in words)
    heading = len(words) >= _LEAST_OF_HEADING and 3 * with_capital > 2 * len(words)
    return [] if heading else words


def check_forms(forms: Mapping[str, str], words: Iterable[str], tokenizer: Tokenizer):
    """Check that forms are those of words of a vocabulary.

    Args:
        forms: Mapping from words to forms.
        words: The words.
        tokenizer: Their `Tokenizer`.

    Raises:
        ValueError: If a form is that of another word, or of none.
    """
    known = set(words) if forms else set()
    for word, form in forms.items():
        if word not in known or tokenizer.normalise(form) != word or form == word:
            raise ValueError(
                "`forms` must be of words of the vocabulary, in another case. "
                f"Received: {form!r} of {word!r}."
            )
