"""Cuts lines of text into words.

A model must read text with the tokeniser of its training text, so runs and exported
files name it beside the vocabulary. `export/FORMAT.md` specifies both tokenisers.
"""

import regex

from lightrnn_tf._internal import checks
from lightrnn_tf.words.spelling import JOINERS, normalise

EOS = "<eos>"
UNK = "<unk>"
# Longer words become `<unk>`: addresses, data, sentences without spaces.
MAX_WORD_LENGTH = 64

# Letters and digits with their combining marks. Between them may stand joiners, an
# apostrophe or hyphen with a letter on at least one side, a point or comma with digits
# on both sides.
_RUN = r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*+"
_JOINT = (
    rf"[{JOINERS}]|['-](?:(?<=[\p{{L}}\p{{M}}].)|(?=\p{{L}}))"
    r"|[.,](?<=\p{Nd}.)(?=\p{Nd})"
)
_WORD = rf"{_RUN}(?:(?:{_JOINT}){_RUN})*+"
_TAG = (
    r"</?\p{L}[\p{L}\p{N}_:.-]*/?>|<\|[\p{L}\p{N}_]+\|>"
    r"|&(?:\p{L}[\p{L}\p{N}]|#)[\p{L}\p{N}]*;"
)
_FLAG = r"[\U0001f1e6-\U0001f1ff]{2}"
# Any other visible sign with its modifiers: marks, skin tones, tags. `_` is left out,
# because it marks italics in plain-text books.
_SIGN = (
    r"[^\p{L}\p{M}\p{N}\p{Z}\p{Cc}\p{Cf}\p{Cs}_]"
    r"[\p{M}\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*+"
)
_WORDS = regex.compile(rf"{_WORD}|{_FLAG}|{_TAG}|{_SIGN}(?:\u200d{_SIGN})*+")
# ASCII white space only: U+00A0 and the like are part of a word in pre-tokenised text.
_NOT_SPACE = regex.compile(r"[^ \t\n\r\v\f]+")
# Without modifier letters, such as ʰ.
_LETTER = regex.compile(r"[\p{Lu}\p{Ll}\p{Lt}\p{Lo}]")
_MARKUP = regex.compile(r"<.*>|\[.*\]|\{.*\}|&.*;")

TOKENIZERS = ("whitespace", "words")


def is_markup(word: str) -> bool:
    """Return whether a word is a tag, an entity or other markup.

    Args:
        word: String.

    Returns:
        `True` or `False`.

    Raises:
        ValueError: If `word` is not a string.

    Example:

    >>> [word for word in ("<br/>", "&amp;", "[MASK]", "<3", "[1]") if is_markup(word)]
    ['<br/>', '&amp;', '[MASK]']
    """
    checks.string("word", word)
    return bool(_LETTER.search(word) and _MARKUP.fullmatch(word))


def is_suggestable(word: str) -> bool:
    """Return whether a word may be offered while typing.

    Such a word has a letter and is no special word or markup. The empty string, which
    stands for a free cell, is not one.

    Args:
        word: String.

    Returns:
        `True` or `False`.

    Raises:
        ValueError: If `word` is not a string.

    Example:

    >>> [word for word in ("2nd", "½", "<eos>", "</s>", ",") if is_suggestable(word)]
    ['2nd']
    """
    checks.string("word", word)
    return bool(_LETTER.search(word)) and not _MARKUP.fullmatch(word)


class LinePart(str):
    """A part of a line that continues in the next item, so no `<eos>` follows it.

    Example:

    >>> tokenizer = Tokenizer("words")
    >>> tokenizer.line(LinePart("The cat")), tokenizer.line("sat.")
    (['The', 'cat'], ['sat', '.', '<eos>'])
    """

    __slots__ = ()


class Tokenizer:
    """Cuts lines of text into words.

    Args:
        name: `"whitespace"` for text whose words ASCII white space separates already,
            as in Penn Treebank; the words stay as they are. `"words"` for raw text,
            which is normalised first.
        lowercase: Boolean. Whether to lower-case text first. Defaults to `False`.

    Raises:
        ValueError: If there is no such tokeniser, or `lowercase` is not a boolean.

    Example:

    >>> Tokenizer("words", lowercase=True).words("Don\u2019t panic on the 2nd: 3.14!")
    ["don't", 'panic', 'on', 'the', '2nd', ':', '3.14', '!']
    """

    def __init__(self, name: str, lowercase: bool = False):
        checks.one_of("name", name, TOKENIZERS)
        checks.boolean("lowercase", lowercase)
        self.name = name
        self.lowercase = lowercase
        self._split = (_WORDS if name == "words" else _NOT_SPACE).findall

    def normalise(self, text: str) -> str:
        """Return a text, or a word, spelled as the words of the vocabulary.

        Args:
            text: String.

        Raises:
            ValueError: If `text` is not a string.
        """
        checks.string("text", text)
        if self.name == "words":
            return normalise(text, self.lowercase)
        return text.lower() if self.lowercase else text

    def words(self, text: str) -> list[str]:
        """Return the words of a text, without `<eos>`; line ends are white space.

        Args:
            text: String.

        Raises:
            ValueError: If `text` is not a string.
        """
        return self._split(self.normalise(text))

    def line(self, line: str) -> list[str]:
        """Return the tokens of one line.

        Args:
            line: String.

        Returns:
            The words and `<eos>`; no `<eos>` for a `LinePart`. With `"words"` a blank
            line has no tokens, because it separates documents.

        Raises:
            ValueError: If `line` is not a string.
        """
        words = self.words(line)
        if isinstance(line, LinePart) or (not words and self.name == "words"):
            return words
        words.append(EOS)
        return words

    def text(self, text: str) -> list[str]:
        r"""Return the tokens of a text whose last line may continue.

        Args:
            text: String.

        Returns:
            The words, with `<eos>` at each line end.

        Raises:
            ValueError: If `text` is not a string.

        Example:

        >>> Tokenizer("words").text("Thanks.\nSee y")
        ['Thanks', '.', '<eos>', 'See', 'y']
        """
        checks.string("text", text)
        *lines, last = text.split("\n")
        tokens = [token for line in lines for token in self.line(line)]
        return tokens + self.words(last)
