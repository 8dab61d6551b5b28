"""The keys that suggestions save, by a protocol that others measure with, too.

It is that of Vertanen's text-entry studies (TextSlinger): the keys pressed are compared
with the characters of the phrases, which have neither case nor punctuation.
"""

import dataclasses
from collections.abc import Callable, Iterable

import numpy as np
import regex

from lightrnn_tf._internal import checks
from lightrnn_tf.predictors.protocol import Readable, check_readable
from lightrnn_tf.scoring.typist import SLOTS, Text, check_typing, type_text
from lightrnn_tf.words.spelling import normalise
from lightrnn_tf.words.tokenizer import EOS

_LETTERS = r"[\p{L}\p{M}\p{N}]+"
_WORD = regex.compile(rf"{_LETTERS}(?:'{_LETTERS})*")


@dataclasses.dataclass(frozen=True)
class PhraseKeystrokes:
    """The keys that phrases take with suggestions above the keyboard.

    Attributes:
        characters: How many characters the phrases have: letters, digits, apostrophes
            inside words, and a space between words.
        keys: Keys if the suggestions depend on the text so far.
        keys_blind: Keys if the suggestions are the most frequent words that begin with
            the letters typed.
        keystroke_savings: 1 − keys / characters.
        keystroke_savings_blind: The same with `keys_blind`.
        unknown_share: Share of the words that the vocabulary has not.

    Example:

    >>> found = PhraseKeystrokes(10, keys=6, keys_blind=8, keystroke_savings=0.4,
    ...                          keystroke_savings_blind=0.2, unknown_share=0.0)
    >>> found.keystroke_savings == 1 - found.keys / found.characters
    True
    """

    characters: int
    keys: int
    keys_blind: int
    keystroke_savings: float
    keystroke_savings_blind: float
    unknown_share: float


def phrase_keystrokes(
    predictor: Readable,
    lines: Iterable[str],
    progress: Callable[[float], None] | None = None,
    slots: int = SLOTS,
    noise: float | None = None,
    seed: int = 0,
) -> PhraseKeystrokes:
    """Simulate typing phrases, one a line, with suggestions from a model.

    A phrase is a line in lower case without punctuation. Words are offered before and
    after each letter, also before the first. A choice costs a key and types the word
    and its space; a letter costs a key, and so does the space after a word that is
    typed in full. After the last word of a phrase there is no space to type. Words that
    the vocabulary has not, or that may not be suggested, are typed in full.

    Args:
        predictor: A `KerasPredictor` or `LiteRTPredictor`, or one of these in another
            predictor.
        lines: Lines of text.
        progress: Function called with the share done, in [0, 1]. Defaults to none.
        slots: Positive integer. How many words the strip shows. Defaults to 3.
        noise: Number in [0, 1). The probability that a letter is mistyped; the strip
            then corrects, and corrections cost keys. Defaults to no slips and a strip
            that does not correct.
        seed: Integer, the seed of the slips. Defaults to 0.

    Returns:
        The `PhraseKeystrokes`.

    Raises:
        ValueError: If there is no word, or an argument is none of these.
    """
    check_readable(predictor)
    checks.several("lines", lines)
    check_typing(slots, noise, seed, progress)
    phrases = [words for line in lines if (words := words_of(line))]
    if not phrases:
        raise ValueError("`lines` must have at least one word. Received: none.")
    tokens = [token for words in phrases for token in (*words, EOS)]
    typed = np.array([token != EOS for token in tokens])
    # A word is the last of its phrase where `<eos>` follows.
    text = Text(tokens, typed, spaces=np.append(typed[1:], False).astype(int))
    keys, keys_blind = type_text(predictor, text, slots, noise, seed, progress)
    characters = sum(len(" ".join(words)) for words in phrases)
    known = [predictor.lexicon.get(token) is not None for token in tokens]
    return PhraseKeystrokes(
        characters=characters,
        keys=keys,
        keys_blind=keys_blind,
        keystroke_savings=1 - keys / characters,
        keystroke_savings_blind=1 - keys_blind / characters,
        unknown_share=known.count(False) / int(typed.sum()),
    )


def words_of(line: str) -> list[str]:
    """Return the words of a phrase.

    Args:
        line: A line of text.

    Returns:
        The words in lower case, without punctuation but for apostrophes inside words.

    Example:

    >>> words_of("\u201cDon\u2019t,\u201d she said... (twice)!")
    ["don't", 'she', 'said', 'twice']
    """
    return _WORD.findall(normalise(line, lowercase=True))
