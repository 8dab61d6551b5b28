"""Refuses text whose words are not separated by spaces.

Chinese, Japanese, Thai, Lao, Khmer and Burmese are written so. A model of words cannot
read them before a segmenter has put spaces between the words; then it can.
"""

import itertools
from collections.abc import Iterable

import regex

# Letters of a script and its marks → letters that a word of it has at most, on average.
# Whole clauses are written in one piece where nothing separates the words.
_LONGEST = {
    "Han, Hiragana or Katakana": (r"[\p{Han}\p{Hiragana}\p{Katakana}ー]", 4),
    "Thai, Lao, Khmer or Myanmar": (r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]", 10),
}
_LETTER = regex.compile(r"[\p{L}\p{M}]")
# The text is refused if so large a share of its letters is of such a script.
_SHARE = 0.3
# Lines that are looked at.
_LINES = 2000


def check_spaces(name: str, lines: Iterable[str]) -> None:
    """Check that the words of a text are separated by spaces.

    Args:
        name: String, what the error calls the text.
        lines: The text, of which the first 2,000 lines are read.

    Raises:
        ValueError: If they are not.

    Example:

    >>> check_spaces("text", ["我 喜欢 喝 茶", "he likes tea"])
    >>> check_spaces("text", ["我喜欢喝茶也喜欢喝咖啡"])
    Traceback (most recent call last):
    ValueError: `text` must have spaces between its words. Received: letters of Han, \
Hiragana or Katakana, 11.0 in a piece. Separate the words with a segmenter first.
    """
    letters = 0
    pieces: dict[str, list[int]] = {script: [] for script in _LONGEST}
    for line in itertools.islice(lines, _LINES):
        letters += len(_LETTER.findall(line))
        for script, (letter, _) in _LONGEST.items():
            pieces[script] += map(len, regex.findall(rf"{letter}+", line))
    for script, (_, longest) in _LONGEST.items():
        of_script = sum(pieces[script])
        if not of_script or of_script < _SHARE * letters:
            continue
        # The length of the piece that a letter stands in, for letters drawn at random.
        mean = sum(length**2 for length in pieces[script]) / of_script
        if mean > longest:
            raise ValueError(
                f"`{name}` must have spaces between its words. Received: letters of "
                f"{script}, {mean:.1f} in a piece. Separate the words with a segmenter "
                "first."
            )
