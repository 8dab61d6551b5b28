"""Types a text with a strip of suggestions above the keyboard, and counts the keys.

Without slips the strip shows the best words that begin with the letters typed so far.
With slips it shows what `decoding.correct` answers, and whoever types looks at the
strip alone: a slip is noticed when the word is typed to its end and is not shown. Then
all is deleted back to the first wrong letter, and typed again without a slip.
"""

import functools
import os
import random
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from lightrnn_tf._internal import checks
from lightrnn_tf.decoding import channel
from lightrnn_tf.decoding.correction import correct
from lightrnn_tf.decoding.search import top_k
from lightrnn_tf.predictors.protocol import (
    ROWS_AT_ONCE,
    Readable,
    after,
    cell_of,
    check_predictor,
)

# Words that a keyboard shows at once.
SLOTS = 3
# Most numbers that are computed at once.
_AT_ONCE = 1 << 22
# How slips are shared out: the key beside the right one, the next letter first, the
# letter twice, no letter. Chosen for a phone, not counted.
_SHARES = {"neighbour": 0.6, "transposed": 0.1, "doubled": 0.1, "left out": 0.2}


class Text(NamedTuple):
    """The tokens of a text.

    Attributes:
        tokens: All of them, as the predictor reads them.
        typed: bool `(N,)`, which are typed; the others are context.
        spaces: Integers `(N,)`, 1 where a space follows a word that is typed in full.
    """

    tokens: list[str]
    typed: np.ndarray
    spaces: np.ndarray


class _Place(NamedTuple):
    """A word to type: its number among the tokens, its cell, and when it is shown."""

    number: int
    cell: int
    shown: Callable[[str], bool]


def check_typing(slots: object, noise: object, seed: object, progress: object) -> None:
    """Check what `type_text` takes besides a predictor and a text.

    Args:
        slots: Anything.
        noise: Anything.
        seed: Anything.
        progress: Anything.

    Raises:
        ValueError: If one is not what `type_text` takes.
    """
    checks.positive_integer("slots", slots)
    if noise is not None:
        checks.fraction("noise", noise)
    checks.seed("seed", seed)
    checks.function("progress", progress)


def type_text(
    predictor: Readable,
    text: Text,
    slots: int,
    noise: float | None,
    seed: int,
    progress: Callable[[float], None] | None,
) -> tuple[int, int]:
    """Type a text with suggestions.

    Args:
        predictor: The predictor; with slips also a `Predictor`.
        text: The `Text`.
        slots: How many words the strip shows.
        noise: The probability that a letter is mistyped; `None` for no slips and a
            strip that does not correct.
        seed: Integer, the seed of the slips. They depend on nothing else but the text.
        progress: Function called with the share done, in [0, 1], or `None`.

    Returns:
        The keys pressed, and those pressed if the strip shows the most frequent words
        that begin with the letters typed.
    """
    strip = _Strip(predictor, slots)
    frequency = _by_frequency(predictor.vocabulary, predictor.lexicon)
    numbers = np.flatnonzero(text.typed).tolist()
    written = [text.tokens[number] for number in numbers]
    slipped = dict(zip(numbers, mistyped(written, noise or 0.0, seed), strict=True))

    @functools.cache
    def blind(word, letters, cell, space):
        return type_word(word, letters, strip.shows(cell, frequency), space)

    read = _ranked(predictor, text, strip)
    if noise is not None:
        read = _corrected(predictor, text, slots)
    keys = keys_blind = 0
    for number, cell, shown in read:
        word, letters = text.tokens[number], slipped[number]
        space = int(text.spaces[number])
        keys += type_word(word, letters, shown, space)
        keys_blind += blind(word, letters, cell, space)
        if progress:
            progress((number + 1) / len(text.tokens))
    return keys, keys_blind


def type_word(word: str, letters: str, shown: Callable[[str], bool], space: int) -> int:
    """Return the keys that a word takes.

    Args:
        word: The word.
        letters: What is typed, the word or the word with slips.
        shown: Function from the letters typed so far to whether the strip shows the
            word.
        space: 1 if a space follows the word, else 0; a choice types it.

    Returns:
        Their number.

    Example:

    >>> type_word("house", "house", lambda typed: typed == "ho", space=1)
    3
    >>> type_word("house", "hoise", lambda typed: False, space=1)  # ise deleted
    12
    """
    for typed in range(len(letters)):
        if shown(letters[:typed]):
            return typed + 1
    keys = len(letters)
    if letters == word:
        return keys + space
    if shown(letters):
        return keys + 1
    right = len(os.path.commonprefix([word, letters]))
    keys += len(letters) - right
    for typed in range(right + 1, len(word)):
        if shown(word[:typed]):
            return keys + typed - right + 1
    return keys + len(word) - right + space


def mistyped(words: Sequence[str], noise: float, seed: int) -> list[str]:
    """Return what is typed of words if each letter is mistyped with a probability.

    A letter that has no key beside it is left out instead, one that has no other letter
    behind it is typed twice instead of transposed.

    Args:
        words: The words.
        noise: The probability.
        seed: Integer, the seed of the slips.

    Returns:
        List of strings.

    Example:

    >>> mistyped(["house", "mouse"], 0.3, seed=2)
    ['hoise', 'mousd']
    """
    rng = random.Random(seed)
    kinds, shares = zip(*_SHARES.items(), strict=True)
    slipped = []
    for word in words:
        letters, n = "", 0
        while n < len(word):
            kind = None
            if rng.random() < noise:
                (kind,) = rng.choices(kinds, shares)
            more, read = _slip(kind, word[n : n + 2], rng)
            letters, n = letters + more, n + read
        slipped.append(letters)
    return slipped


def _slip(kind, letters, rng):
    """Return what is typed at a letter, and how many letters that stands for."""
    letter, behind = letters[0], letters[1:]
    beside = channel.NEIGHBOURS.get(letter, "")
    if kind is None:
        return letter, 1
    if kind == "neighbour" and beside:
        return rng.choice(beside), 1
    if kind == "transposed" and behind not in ("", letter):
        return behind + letter, 2
    return ("" if kind in ("neighbour", "left out") else letter * 2), 1


class _Strip:
    """Shows the best words that begin with the letters typed so far."""

    def __init__(self, predictor, slots):
        self.lexicon, self.slots = predictor.lexicon, slots
        self.ignore_case = predictor.tokenizer.lowercase
        self.candidates = {}

    def shows(self, cell: int, scores: np.ndarray) -> Callable[[str], bool]:
        """Return the function from the letters typed to whether a word is shown.

        Of equal scores the lower cell is shown first.

        Args:
            cell: The cell of the word.
            scores: Scores of all cells `(R · C,)`, the best greatest.
        """
        if not self.lexicon.suggestable[cell]:
            return _never
        return functools.partial(self._shows, cell, scores)

    def _shows(self, cell, scores, typed):
        cells = self._candidates(typed)
        others, own = scores[cells], scores[cell]
        before = (others > own) | ((others == own) & (cells < cell))
        return bool(before.sum() < self.slots and (cells == cell).any())

    def _candidates(self, prefix):
        if prefix not in self.candidates:
            cells = self.lexicon.with_prefix(prefix, self.ignore_case)
            self.candidates[prefix] = cells[self.lexicon.suggestable[cells]]
        return self.candidates[prefix]


def _never(typed):
    return False


def _by_frequency(vocabulary, lexicon):
    """Return scores of cells `(R · C,)` by which the more frequent word is better.

    The most frequent word has 0, the next −1; of equal counts the lower id comes first.
    """
    order = np.argsort(-np.array(vocabulary.counts), kind="stable").tolist()
    ranks = {vocabulary.words[n]: -rank for rank, n in enumerate(order)}
    return np.array([ranks.get(word, -len(order)) for word in lexicon.words()])


def _ranked(predictor, text, strip) -> Iterator[_Place]:
    """Yield the words to type; the strip shows the most probable ones."""
    ids = np.array(predictor.vocabulary.ids(text.tokens))
    done = 0
    for contexts in predictor.contexts(ids):
        typed = text.typed[done : done + len(contexts.targets)]
        # What is never shown needs no scores.
        known = typed & strip.lexicon.suggestable[contexts.targets]
        scores = _scores(contexts, np.flatnonzero(known), predictor.columns)
        for place in np.flatnonzero(typed).tolist():
            cell = int(contexts.targets[place])
            shown = strip.shows(cell, next(scores)) if known[place] else _never
            yield _Place(done + place, cell, shown)
        done += len(typed)


def _scores(contexts, places, columns):
    """Yield for each of some places the scores of all cells, `(R · C,)`.

    Scores are log P, and −∞ in rows that hold no word as probable as the true one.
    """
    rows = contexts.row_log_probs.shape[1]
    step = max(1, _AT_ONCE // (rows * columns))
    for start in range(0, len(places), step):
        yield from _scores_at_once(contexts, places[start : start + step], columns)


def _scores_at_once(contexts, places, columns):
    row_log_probs = contexts.row_log_probs[places]
    number = np.arange(len(places))
    row, column = divmod(contexts.targets[places], columns)
    scores = np.full((*row_log_probs.shape, columns), -np.inf)
    in_row = contexts.expand(places, row[:, None])[:, 0]
    scores[number, row] = in_row + row_log_probs[number, row][:, None]
    own = scores[number, row, column]
    order = np.argsort(-row_log_probs, axis=1, kind="stable")
    active = number
    for first in range(0, row_log_probs.shape[1], ROWS_AT_ONCE):
        # No word is more probable than its row.
        bound = row_log_probs[active, order[active, first]]
        active = active[bound >= own[active]]
        if not active.size:
            break
        chosen = order[active, first : first + ROWS_AT_ONCE]
        found = contexts.expand(places[active], chosen)
        found = found + row_log_probs[active[:, None], chosen][..., None]
        scores[active[:, None], chosen] = found
    return scores.reshape(len(places), -1)


def _corrected(predictor, text, slots) -> Iterator[_Place]:
    """Yield the words to type; the strip shows what may be meant."""
    check_predictor(predictor)
    lexicon, state = predictor.lexicon, predictor.start()

    def shows(word, state, typed):
        if typed:
            return word in correct(predictor, state, typed, slots).words
        return word in top_k(predictor, state, slots).words

    for number, token in enumerate(text.tokens):
        cell = cell_of(predictor, token)
        if text.typed[number]:
            word = lexicon.written(cell)
            shown = functools.partial(shows, word, state)
            yield _Place(number, cell, shown if lexicon.suggestable[cell] else _never)
        state = after(predictor, cell, state)
