"""Gives each word one spelling, and compares words with what was typed.

Unicode and keyboards have several spellings for the same word: composed and decomposed
accents, straight and curly apostrophes, soft hyphens, ligatures. `normalise` turns them
into one, before text is cut into words.

`begins_with` compares a word with the letters typed so far, which may lack accents,
apostrophes and joiners. `fold` returns a word in lower case without them; if a word
begins with a prefix, its fold begins with the fold of the prefix.

`export/FORMAT.md` specifies both functions, because all readers of a file must agree.
"""

import unicodedata

import regex

# These always become U+0027. The other apostrophes do so only between letters, because
# they are quotation marks, too.
_LETTERS_LIKE_APOSTROPHES = "\u02bc\uff07\ua78b\ua78c"
APOSTROPHES = "'\u2018\u2019\u201b\u00b4\u2032\u05f3" + _LETTERS_LIKE_APOSTROPHES
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\ufe63\uff0d"), "-")
# ZWNJ and ZWJ, which are part of Persian and Indic words and of emoji.
JOINERS = "\u200c\u200d"

_MARKS = _HYPHENS | dict.fromkeys(map(ord, _LETTERS_LIKE_APOSTROPHES), "'")

# A tag with attributes; only its name is kept, because a word has no spaces.
_TAG_WITH_MORE = regex.compile(
    r"(</?\p{L}[\p{L}\p{N}_:.-]*)[ \t]+(?:[^<>]*=[^<>]*?)?(/?>)"
)
# Invisible format characters, the grapheme joiner, and the character that makes Arabic
# words wider. Kept are the zero-width space, which separates words, the joiners, and
# the tags of flags.
_INVISIBLE = regex.compile(
    r"(?![\u200b-\u200d\U000e0020-\U000e007f])[\p{Cf}\u034f\u0640]"
)
_REPEATED_JOINER = regex.compile(rf"([{JOINERS}])[{JOINERS}]+")
# Ligatures, shapes of Arabic letters, full-width and half-width letters.
_FORM = (
    r"\u0132\u0133\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3"
    r"\ufb00-\ufdff\ufe70-\ufefc\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc"
)
_FORMS = regex.compile(f"[{_FORM}]+")
_FINAL_SIGMA = regex.compile(r"(?<=[\p{L}\p{M}])Σ(?![\p{L}\p{M}])")
_INNER_APOSTROPHE = regex.compile(
    rf"(?<=[\p{{L}}\p{{M}}\p{{N}}])[{APOSTROPHES}](?=[\p{{L}}\p{{N}}])"
)
# Most lines contain none of these, so one search is enough for them. U+1FFD is U+00B4
# in NFC.
_OTHER = "".join([*APOSTROPHES[1:], "\u1ffd", *map(chr, _HYPHENS)])
_HAS_OTHER_SPELLINGS = regex.compile(rf"[\p{{Cf}}\u034f\u0640{_FORM}{_OTHER}]")

# Marks that may be missing in what was typed: accents, the vowel points of Hebrew and
# Arabic, the dots of Indic letters. Indic vowel signs are not among them: without them
# it is another word.
_ACCENTS = regex.compile(
    r"[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    r"\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8"
    r"\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u1ab0-\u1aff\u1dc0-\u1dff"
    r"\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Letters that Unicode does not decompose, as base letters and a mark of our own.
_BASES = {
    "\u0131": "i\u0335",
    "ß": "ss\u0335",
    "æ": "ae\u0335",
    "œ": "oe\u0335",
    "ø": "o\u0338",
    "đ": "d\u0335",
    "ð": "d\u0338",
    "ħ": "h\u0335",
    "ł": "l\u0335",
    "ŧ": "t\u0335",
}
_BASES |= {
    letter.upper(): base.upper()
    for letter, base in _BASES.items()
    if letter.upper().lower() == letter
}
_MAY_BE_MISSING = regex.compile(rf"['{JOINERS}]|{_ACCENTS.pattern}")


def normalise(text: str, lowercase: bool = False) -> str:
    """Return a text with one spelling for each word.

    Args:
        text: String.
        lowercase: Boolean. Whether to lower-case the text, too. Defaults to `False`.

    Returns:
        The text as a string.

    Example:

    >>> normalise("I can\u2019t re\u00adad cafe\u0301 ﬁles")
    "I can't read café files"
    >>> normalise("ΟΔΟΣ", lowercase=True)
    'οδος'
    """
    if "<" in text:
        text = _TAG_WITH_MORE.sub(r"\1\2", text)
    if text.isascii():
        return text.lower() if lowercase else text
    is_plain = not _HAS_OTHER_SPELLINGS.search(text)
    if not is_plain:
        text = _INVISIBLE.sub("", text)
        text = _REPEATED_JOINER.sub(r"\1", text)
        text = _FORMS.sub(lambda form: unicodedata.normalize("NFKC", form[0]), text)
    if lowercase:
        text = _lower(text)
    text = unicodedata.normalize("NFC", text)
    if is_plain:
        return text
    return _INNER_APOSTROPHE.sub("'", text.translate(_MARKS))


def _lower(text: str) -> str:
    if "Σ" in text:
        # Look at one letter on each side only, so that all readers agree.
        text = _FINAL_SIGMA.sub("ς", text).replace("Σ", "σ")
    return text.lower()


def fold(text: str) -> str:
    """Return the base letters of a text in lower case, by which words are sorted.

    Args:
        text: String.

    Returns:
        The text without accents, apostrophes and joiners.

    Example:

    >>> fold("Don't"), fold("Café"), fold("İst")
    ('dont', 'cafe', 'ist')
    """
    return text.translate(_FOLD)


def is_bare(prefix: str) -> bool:
    """Return whether a prefix has no accents, apostrophes and joiners.

    A word begins with such a prefix, whatever the case, if and only if its fold begins
    with the fold of the prefix.

    Args:
        prefix: String.

    Returns:
        `True` or `False`.

    Example:

    >>> is_bare("Caf"), is_bare("Café")
    (True, False)
    """
    return prefix.translate(_LOWER_CASE) == fold(prefix)


def begins_with(word: str, prefix: str, ignore_case: bool = False) -> bool:
    """Return whether a word begins with a prefix.

    The prefix may lack accents, apostrophes and joiners of the word; the word must have
    those of the prefix.

    Args:
        word: String.
        prefix: String.
        ignore_case: Boolean. Whether upper and lower case are the same. Defaults to
            `False`.

    Returns:
        `True` or `False`.

    Example:

    >>> begins_with("don't", "dont"), begins_with("don't", "don\u2019")
    (True, True)
    >>> begins_with("café", "cafe"), begins_with("cafe", "café")
    (True, False)
    """
    spelled = _LOWER_CASE if ignore_case else _ANY_CASE
    letters = iter(word.translate(spelled))
    for wanted in prefix.translate(spelled):
        for letter in letters:
            if letter == wanted:
                break
            if not _MAY_BE_MISSING.match(letter):
                return False
        else:
            return False
    return True


def begins_exactly_with(word: str, prefix: str, ignore_case: bool = False) -> bool:
    """Return whether a word begins with a prefix that lacks nothing.

    Args:
        word: String.
        prefix: String.
        ignore_case: Boolean. Whether upper and lower case are the same. Defaults to
            `False`.

    Returns:
        `True` or `False`.

    Example:

    >>> begins_exactly_with("café", "cafe"), begins_exactly_with("cafes", "cafe")
    (False, True)
    """
    spelled = _LOWER_CASE if ignore_case else _ANY_CASE
    word, prefix = word.translate(spelled), prefix.translate(spelled)
    # An accent that follows belongs to the last letter.
    return word.startswith(prefix) and not _ACCENTS.match(word, len(prefix))


def _spelled(character: str) -> str:
    """Return the base letters of a character, followed by its accents."""
    if character in APOSTROPHES:
        return "'"
    if ord(character) in _HYPHENS:
        return "-"
    if character in "\u034f\u0640":
        return ""
    if character == "ς":
        return "σ"
    if character in _BASES:
        return _BASES[character]
    if unicodedata.category(character) == "Cf":
        return character if character in JOINERS else ""
    if _FORMS.match(character):
        character = unicodedata.normalize("NFKC", character)
    decomposed = unicodedata.normalize("NFD", character)
    accents = "".join(_ACCENTS.findall(decomposed))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed)) + accents


def _lower_case(character: str) -> str:
    return "".join(map(_spelled, character.lower()))


def _folded(character: str) -> str:
    return _MAY_BE_MISSING.sub("", _lower_case(character))


class _Table(dict):
    """Maps code points for `str.translate`; computes each at its first use."""

    def __init__(self, function):
        super().__init__()
        self._function = function

    def __missing__(self, code: int) -> str:
        self[code] = self._function(chr(code))
        return self[code]


_ANY_CASE, _LOWER_CASE, _FOLD = map(_Table, (_spelled, _lower_case, _folded))
