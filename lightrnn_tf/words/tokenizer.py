"""From lines of text to words.

A model reads and writes words as its training text was cut into them, so the tokeniser
goes with the vocabulary into runs and files. `export/FORMAT.md` specifies both kinds.
"""

import regex

from lightrnn_tf._internal import checks
from lightrnn_tf.words.spelling import JOINERS, normalise

EOS = "<eos>"
UNK = "<unk>"
# Longer words are read as `<unk>`: addresses, data, sentences without spaces.
MAX_WORD_LENGTH = 64

# Letters and digits with the marks that combine with them. Between them go joiners, an
# apostrophe or hyphen with a letter on one of its sides, a point or comma with digits
# on both.
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
# Everything else that is seen, a sign with what changes it: marks, skin tones, tags.
# `_` is left out: it marks italics in plain-text books.
_SIGN = (
    r"[^\p{L}\p{M}\p{N}\p{Z}\p{Cc}\p{Cf}\p{Cs}_]"
    r"[\p{M}\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*+"
)
_WORDS = regex.compile(rf"{_WORD}|{_FLAG}|{_TAG}|{_SIGN}(?:\u200d{_SIGN})*+")
# ASCII white space only: U+00A0 and its like are part of a word in pre-tokenised text.
_NOT_SPACE = regex.compile(r"[^ \t\n\r\v\f]+")
# Not those that only modify others, such as ʰ.
_LETTER = regex.compile(r"[\p{Lu}\p{Ll}\p{Lt}\p{Lo}]")
_MARKUP = regex.compile(r"<.*>|\[.*\]|\{.*\}|&.*;")

TOKENIZERS = ("whitespace", "words")


def is_markup(word: str) -> bool:
    """Return whether `word` is a tag, an entity or another mark for programs.

    >>> [word for word in ("<br/>", "&amp;", "[MASK]", "<3", "[1]") if is_markup(word)]
    ['<br/>', '&amp;', '[MASK]']
    """
    checks.string("word", word)
    return bool(_LETTER.search(word) and _MARKUP.fullmatch(word))


def is_suggestable(word: str) -> bool:
    """Return whether `word` is a word to offer while typing.

    It has a letter and is not special or markup. The empty string, which marks a free
    cell, is none.

    >>> [word for word in ("2nd", "½", "<eos>", "</s>", ",") if is_suggestable(word)]
    ['2nd']
    """
    checks.string("word", word)
    return bool(_LETTER.search(word)) and not _MARKUP.fullmatch(word)


class LinePart(str):
    """A part of a line that goes on in the next item: no `<eos>` stands behind it."""

    __slots__ = ()


class Tokenizer:
    """Cuts lines of text into words.

    Args:
        name: `"whitespace"` for text whose words are already set apart by ASCII white
            space, as in Penn Treebank; it stays as it is. `"words"` for raw text, which
            is brought to one spelling first.
        lowercase: Whether text is lower-cased first. Defaults to `False`.

    Raises:
        ValueError: If `name` is not a tokeniser, or `lowercase` not a boolean.

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
        """Return a text, or a word, in the spelling that the model's words have."""
        checks.string("text", text)
        if self.name == "words":
            return normalise(text, self.lowercase)
        return text.lower() if self.lowercase else text

    def words(self, text: str) -> list[str]:
        """Return the words of `text`, without `<eos>`; line ends are white space."""
        return self._split(self.normalise(text))

    def line(self, line: str) -> list[str]:
        """Return the tokens of one line, `<eos>` included but for a `LinePart`.

        With `"words"` a blank line has no tokens: it separates documents.
        """
        words = self.words(line)
        if isinstance(line, LinePart) or (not words and self.name == "words"):
            return words
        words.append(EOS)
        return words

    def text(self, text: str) -> list[str]:
        r"""Return the tokens of a text whose last line may go on.

        >>> Tokenizer("words").text("Thanks.\nSee y")
        ['Thanks', '.', '<eos>', 'See', 'y']
        """
        checks.string("text", text)
        *lines, last = text.split("\n")
        tokens = [token for line in lines for token in self.line(line)]
        return tokens + self.words(last)
