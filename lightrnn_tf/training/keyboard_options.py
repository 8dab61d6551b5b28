"""What `lightrnn keyboard` is asked for, checked before anything slow."""

import dataclasses
import itertools
import pathlib
import re

from lightrnn_tf import data
from lightrnn_tf._internal import checks
from lightrnn_tf.data.scripts import check_spaces
from lightrnn_tf.predictors.card import read_about
from lightrnn_tf.scoring.phrases import words_of
from lightrnn_tf.words.word_lists import WordLists

# Lines of a text that are scored.
MOST_LINES = 1000
# The form of a BCP-47 tag; whether there is such a language is not looked up.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_LONGEST_TAG = 35


def check_language(name: str, value: object) -> None:
    """Check that a value has the form of a BCP-47 tag.

    Args:
        name: String, what the error calls it.
        value: Anything.

    Raises:
        ValueError: If it is something else.

    Example:

    >>> check_language("language", "sr-Latn")
    >>> check_language("language", "cs_CZ")
    Traceback (most recent call last):
    ValueError: `language` must be a BCP-47 tag such as cs or pt-BR. Received: 'cs_CZ'.
    """
    short = isinstance(value, str) and len(value) <= _LONGEST_TAG
    if not short or not _LANGUAGE.fullmatch(str(value)):
        raise ValueError(
            f"`{name}` must be a BCP-47 tag such as cs or pt-BR. Received: {value!r}."
        )


@dataclasses.dataclass(frozen=True)
class KeyboardOptions:
    """Says of which text the model of a keyboard is made, and where it goes.

    Attributes:
        text: Names of text files and glob patterns.
        language: A BCP-47 tag.
        out: The `.tflite` file to write. Its card, `.md`, is written beside it.
        valid: As `text`, the text that chooses the best epoch. Defaults to the last
            tenth of the text.
        word_list, never_suggest, misspellings, written_forms: Files for `WordLists`.
            Default to none.
        least_count: For `WordLists`. Defaults to none if there is a list, else to a
            number by the length of the text.
        about: JSON file for the card: `name`, `licence`, `texts`, `not_for`. Defaults
            to none.
        scores: Dict from names to files, the texts that the card has scores of.
            Defaults to the text of `valid`.
        run: The folder of the training. Defaults to one beside `out`.
        overwrite: Whether to replace `out` and its card. Defaults to `False`.

    Raises:
        OSError: If a file is missing or cannot be read, or one to write exists.
        ValueError: If a value cannot be used, the words of the text are not separated
            by spaces, or a text to score has no word.
    """

    text: list[str]
    language: str
    out: str
    valid: list[str] | None = None
    word_list: str | None = None
    never_suggest: str | None = None
    misspellings: str | None = None
    written_forms: str | None = None
    least_count: int | None = None
    about: str | None = None
    scores: dict[str, str] = dataclasses.field(default_factory=dict)
    run: str | None = None
    overwrite: bool = False

    def __post_init__(self):
        checks.strings("text", self.text)
        check_language("language", self.language)
        checks.boolean("overwrite", self.overwrite)
        self._check_out()
        self.lists(self.least_count)
        self.said()
        for name in (*self.text, *(self.valid or ())):
            data.files([name])
        check_spaces("text", self.lines())
        for name in self.scores:
            self.scored(name)

    def _check_out(self):
        if self.file.suffix != ".tflite":
            raise ValueError(
                f"`out` must be the name of a .tflite file. Received: {self.out!r}."
            )
        if not self.file.absolute().parent.is_dir():
            raise FileNotFoundError(f"{self.file.parent}: no such folder.")
        for path in (self.file, self.card):
            if path.is_dir():
                raise IsADirectoryError(f"{path} is a folder. Name another file.")
            if path.exists() and not self.overwrite:
                raise FileExistsError(
                    f"{path} exists. Pass --overwrite, or name another file."
                )

    @property
    def file(self) -> pathlib.Path:
        """The path of the file to write."""
        return pathlib.Path(self.out)

    @property
    def card(self) -> pathlib.Path:
        """The path of the card as a page."""
        return self.file.with_suffix(".md")

    @property
    def folder(self) -> str:
        """The folder of the training."""
        return self.run or str(self.file.with_suffix(".run"))

    def lines(self) -> data.Lines:
        """Return the lines of the text."""
        return data.Lines(data.files(self.text))

    def lists(self, least_count: int | None) -> WordLists:
        """Return the lists that decide which words may be suggested.

        Args:
            least_count: As for `WordLists`.
        """
        return WordLists.read(
            self.word_list,
            self.never_suggest,
            self.misspellings,
            least_count,
            self.written_forms,
        )

    def said(self) -> dict:
        """Return what is said about the model: any of `card.ABOUT`."""
        return read_about(self.about) if self.about else {}

    def scored(self, name: str) -> list[str]:
        """Return the lines of a text to score, at most 1,000.

        Args:
            name: String, a key of `scores`.
        """
        checks.string("scores", name)
        return first_lines(name, data.Lines(data.files([self.scores[name]])))


def first_lines(name: str, lines: data.Lines) -> list[str]:
    """Return the first 1,000 lines of a text.

    Args:
        name: String, what the error calls it.
        lines: The text.

    Raises:
        ValueError: If they have no word.
    """
    first = list(itertools.islice(lines, MOST_LINES))
    if not any(map(words_of, first)):
        raise ValueError(f"`{name}` must have a word to score. Received: none.")
    return first
