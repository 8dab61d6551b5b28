"""Learns from what a user wrote, without slips and addresses."""

import itertools
from collections.abc import Iterator
from typing import Any

from lightrnn_tf._internal import checks
from lightrnn_tf.decoding.channel import slips
from lightrnn_tf.predictors.habits import Habits
from lightrnn_tf.predictors.protocol import after, cell_of
from lightrnn_tf.predictors.user_words import UserWords
from lightrnn_tf.words.folded import folded_words
from lightrnn_tf.words.spelling import fold
from lightrnn_tf.words.tokenizer import MAX_WORD_LENGTH, Tokenizer, is_suggestable

# A word of the model is frequent if it is one of so many words of its training text.
_FREQUENT = 1e-5
# What stands in addresses, paths, names of users and tags, wherever it stands, and what
# does between two other characters.
_ANYWHERE, _INSIDE = "@/\\_#", ":."
_SENTENCE_ENDS = (".", "!", "?", "…")


def learn(
    words: UserWords, line: str, habits: Habits | None = None, kept: bool = False
) -> list[str]:
    """Learn from a line that a user wrote.

    Words that the model neither offers nor knows to be right are learned by `words`,
    but for parts of addresses, words with digits, and those one slip from a frequent
    word, one in 100,000 of the model's text. All words but parts of addresses are
    counted by `habits`.

    Args:
        words: The `UserWords`.
        line: String, what was written.
        habits: The `Habits`. Defaults to none.
        kept: Whether the user kept these words on purpose. Then slips and words with
            digits are learned, too, and are offered at once. Defaults to `False`.

    Returns:
        The words that `words` has learned, as they were written.

    Raises:
        ValueError: If an argument is none of these.

    Example:

    >>> known = ["<eos>", "<unk>", "the", "cat", "house", "sat"]
    >>> vocabulary = lightrnn_tf.Vocabulary(
    ...     known, [6, 5, 4, 3, 2, 1], lightrnn_tf.Tokenizer("words", lowercase=True)
    ... )
    >>> model = models.LightRNN(6, rows=2, columns=6, units=4)
    >>> model.build()
    >>> plain = lightrnn_tf.predictor.KerasPredictor(model, vocabulary)
    >>> learn(UserWords(plain), "The houes of Zora: zora@example.org")
    ['of', 'Zora']
    """
    checks.instance("words", words, UserWords)
    checks.string("line", line)
    if habits is not None:
        checks.instance("habits", habits, Habits)
    checks.boolean("kept", kept)
    frequent = words.frequent(_FREQUENT)
    predictor: Any = words
    learned, state = [], words.start()
    tokens = list(_tokens(line, words.tokenizer))
    for token, form, in_address in tokens:
        if not in_address and _is_new(words, token):
            if kept or not (_has_digit(token) or _is_slip(words, token, frequent)):
                words.learn(form, state, kept)
                learned.append(form)
        state = after(predictor, cell_of(predictor, token), state)
    if habits is not None:
        habits.learn([token for token, _, in_address in tokens if not in_address])
    return learned


def _tokens(line: str, tokenizer: Tokenizer) -> Iterator[tuple[str, str, bool]]:
    """Yield each word, how it is written, and whether it is a part of an address.

    A capital at the start of a sentence says nothing, so it is not kept.
    """
    cased = Tokenizer(tokenizer.name)
    before = "."
    for part in line.split():
        in_address = _is_address(part)
        for form in cased.words(part):
            word = tokenizer.normalise(form)
            plain = form[:1] + form[1:].lower() == form
            at_start = before in _SENTENCE_ENDS
            yield word, word if at_start and plain else form, in_address
            before = form


def _is_address(part):
    inside = part.strip("\"'()[]{}<>.,:;!?…")
    return any(sign in part for sign in _ANYWHERE) or any(
        sign in inside for sign in _INSIDE
    )


def _is_new(words, word):
    """Return whether a word may be learned: the model does not know it, or offer it."""
    return (
        is_suggestable(word) and len(word) <= MAX_WORD_LENGTH and not words.knows(word)
    )


def _has_digit(word):
    """Return whether a word may be a number of an account, a time or a password."""
    return any(map(str.isdigit, word))


def _is_slip(words, word, frequent):
    """Return whether a frequent word is one slip away."""
    index = folded_words(words.lexicon)
    ranges = slips(index, fold(word), most=1).whole
    found = itertools.chain.from_iterable(
        index.cells[first:end].tolist() for cost, first, end in ranges if cost > 0
    )
    return any(frequent[cell] for cell in found)
