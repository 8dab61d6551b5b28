"""One word has one spelling: how text is written, and what is compared.

`normalise` brings the spellings that Unicode and keyboards have for the same word to
one: composed and decomposed accents, straight and curly apostrophes, soft hyphens,
ligatures. Text becomes words in this form only, and words are kept in it.

`begins_with` compares a word with the letters typed of it. Accents, apostrophes and
joiners may be missing in what was typed. `fold` is what is left of a word without them,
in lower case; words that begin with a prefix have folds that begin with its fold.

`export/FORMAT.md` specifies both: all readers of a file must do the same.
"""

import unicodedata

import regex

# These are always U+0027, and the others are where they stand between letters, as they
# are quotation marks, too.
_LETTERS_LIKE_APOSTROPHES = "\u02bc\uff07\ua78b\ua78c"
APOSTROPHES = "'\u2018\u2019\u201b\u00b4\u2032\u05f3" + _LETTERS_LIKE_APOSTROPHES
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\ufe63\uff0d"), "-")
# ZWNJ and ZWJ, which belong to Persian and Indic words and to emoji.
JOINERS = "\u200c\u200d"

_MARKS = _HYPHENS | dict.fromkeys(map(ord, _LETTERS_LIKE_APOSTROPHES), "'")

# Of a tag its name: one word has no spaces.
_TAG_WITH_MORE = regex.compile(
    r"(</?\p{L}[\p{L}\p{N}_:.-]*)[ \t]+(?:[^<>]*=[^<>]*?)?(/?>)"
)
# Format characters that nobody sees, the grapheme joiner, and what makes an Arabic word
# wider. Not among them: the zero-width space, which sets words apart, the joiners, and
# the tags of flags.
_INVISIBLE = regex.compile(
    r"(?![\u200b-\u200d\U000e0020-\U000e007f])[\p{Cf}\u034f\u0640]"
)
_REPEATED_JOINER = regex.compile(rf"([{JOINERS}])[{JOINERS}]+")
# Ligatures, Arabic letters by their shape, letters as wide or as narrow as a Han one.
_FORM = (
    r"\u0132\u0133\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3"
    r"\ufb00-\ufdff\ufe70-\ufefc\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc"
)
_FORMS = regex.compile(f"[{_FORM}]+")
_FINAL_SIGMA = regex.compile(r"(?<=[\p{L}\p{M}])Σ(?![\p{L}\p{M}])")
_INNER_APOSTROPHE = regex.compile(
    rf"(?<=[\p{{L}}\p{{M}}\p{{N}}])[{APOSTROPHES}](?=[\p{{L}}\p{{N}}])"
)
# Most lines have nothing of all this, nor U+1FFD, which is U+00B4 in NFC.
_OTHER = "".join([*APOSTROPHES[1:], "\u1ffd", *map(chr, _HYPHENS)])
_HAS_OTHER_SPELLINGS = regex.compile(rf"[\p{{Cf}}\u034f\u0640{_FORM}{_OTHER}]")

# Marks that may be missing in what was typed: accents, the vowel points of Hebrew and
# Arabic, the dots of Indic letters. Indic vowel signs are none: another word is without
# them.
_ACCENTS = regex.compile(
    r"[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    r"\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8"
    r"\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u1ab0-\u1aff\u1dc0-\u1dff"
    r"\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Letters that Unicode does not take apart, as base letters and a mark that tells them
# from these.
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
    """Return a text in the one spelling of its words.

    Args:
        text: Any text.
        lowercase: Whether it is lower-cased, too. Defaults to `False`.

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
        # What stands behind the next letter makes no difference, so that all readers
        # agree.
        text = _FINAL_SIGMA.sub("ς", text).replace("Σ", "σ")
    return text.lower()


def fold(text: str) -> str:
    """Return what words are sorted and found by: base letters in lower case.

    >>> fold("Don't"), fold("Café"), fold("İst")
    ('dont', 'cafe', 'ist')
    """
    return text.translate(_FOLD)


def is_bare(prefix: str) -> bool:
    """Return whether a prefix has nothing that a word might lack, but for its case.

    Words begin with it exactly if their folds begin with its fold.
    """
    return prefix.translate(_LOWER_CASE) == fold(prefix)


def begins_with(word: str, prefix: str, ignore_case: bool = False) -> bool:
    """Return whether a word begins with a prefix.

    Accents, apostrophes and joiners of the word may be missing in the prefix; those of
    the prefix must be in the word.

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
    """Return whether a word begins with a prefix, and nothing is missing in it.

    >>> begins_exactly_with("café", "cafe"), begins_exactly_with("cafes", "cafe")
    (False, True)
    """
    spelled = _LOWER_CASE if ignore_case else _ANY_CASE
    word, prefix = word.translate(spelled), prefix.translate(spelled)
    # An accent that follows belongs to the last letter.
    return word.startswith(prefix) and not _ACCENTS.match(word, len(prefix))


def _spelled(character: str) -> str:
    """Return a character as base letters and the accents that belong to them."""
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
    """Maps code points for `str.translate`, each worked out when it is first met."""

    def __init__(self, function):
        super().__init__()
        self._function = function

    def __missing__(self, code: int) -> str:
        self[code] = self._function(chr(code))
        return self[code]


_ANY_CASE, _LOWER_CASE, _FOLD = map(_Table, (_spelled, _lower_case, _folded))
