"""The texts of a training: read once, and found again when it is resumed."""

import contextlib
import json
import pathlib
import sys

from lightrnn_tf import data
from lightrnn_tf._internal.files import write_atomic
from lightrnn_tf._internal.progress import count, say
from lightrnn_tf.data.held_out import hold_out
from lightrnn_tf.data.remarks import Reading, check_words, remarks, untrained_unknown
from lightrnn_tf.training import run
from lightrnn_tf.training.options import Options, TextOptions
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary, count_words
from lightrnn_tf.words.written_forms import WrittenForms


class Texts:
    """Holds the texts of a training as word ids, in the folder of a run.

    `read` and `of` make one.

    Attributes:
        vocabulary: The `Vocabulary` of the texts.
        train, valid, test: Word ids `(N,)`, memory-mapped; `test` may be `None`.
        shards: Lengths of the shards of `train`; `None` if it is one piece.
        neighbours: Counts of neighbours for the warm start of a prepared text, else
            `None`.

    Example:

    >>> import tempfile
    >>> from lightrnn_tf.training.options import Options
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> count = (folder / "a.txt").write_text("the cat sat on the mat .\\n" * 40)
    >>> options = Options.of("run", train=[str(folder / "a.txt")], min_count=1)
    >>> texts = Texts.read(options, folder)
    >>> len(texts.train) + len(texts.valid)
    320
    """

    @classmethod
    def read(cls, options: Options, folder: pathlib.Path) -> "Texts":
        """Read the texts that options name and write their ids to a folder.

        Args:
            options: The options of the training.
            folder: The folder of the run.

        Returns:
            The texts.

        Raises:
            ValueError: If they cannot be used.
            OSError: If a file cannot be read or written.
        """
        return cls()._read(options.text, folder)

    @classmethod
    def of(cls, begun: run.Run, options: Options) -> "Texts":
        """Return the texts of a run that was begun with these options.

        Args:
            begun: The run.
            options: Its options.
        """
        texts = cls()
        texts.vocabulary = begun.vocabulary
        texts.train, texts.valid = begun.ids("train"), begun.ids("valid")
        texts.test = begun.ids("test") if options.text.test else None
        texts.shards = begun.shards()
        return texts

    def __init__(self):
        self.neighbours = self.shards = None

    def _read(self, options, folder):
        sources = [bool(options.train), options.tfds is not None]
        if sum([*sources, options.prepared is not None]) != 1:
            raise ValueError(
                "`train` must be text files, or `tfds` a dataset, or `prepared` a "
                f"folder, one of them. Received: {options.train}, {options.tfds} and "
                f"{options.prepared}."
            )
        # Open these first: a missing file should fail before the slow part.
        test = data.Lines(data.files(options.test or []), options.errors)
        self.folder = folder / "ids"
        self.folder.mkdir(exist_ok=True)
        if options.prepared:
            valid = self._read_prepared(options, folder)
        else:
            valid = self._read_lines(options)
        self.valid = self._write("valid", valid)
        self.test = self._write("test", test) if options.test else None
        remark = untrained_unknown(self.vocabulary, self.valid)
        if remark:
            say(remark)
        return self

    def _read_prepared(self, options, folder):
        """Take over a prepared text; return the lines for validation."""
        if not options.valid:
            raise ValueError(
                "`valid` must be text files with a prepared text. Received: none."
            )
        for name in ("tokenizer", "lowercase", "vocab_size", "min_count"):
            if getattr(options, name) != getattr(TextOptions, name):
                raise ValueError(
                    f"`{name}` must be left out with a prepared text, which was read "
                    "already. Give it to lightrnn prepare."
                )
        prepared = data.Prepared(options.prepared)
        self.vocabulary = prepared.vocabulary
        self.train = prepared.write_ids(self.folder / "train.bin")
        self.neighbours = prepared.neighbours()
        write_atomic(folder / run.SHARDS, json.dumps(prepared.lengths))
        self.shards = prepared.lengths
        return data.Lines(data.files(options.valid), options.errors)

    def _read_lines(self, options):
        """Read the text for training; return the lines for validation."""
        tokenizer = Tokenizer(options.tokenizer, options.lowercase)
        train, valid = _lines(options)
        said = []
        if valid is None:
            once = count(train, "Counting tokens, line")
            held = hold_out(train, tokenizer, once)
            train, valid = held.train, held.valid
            said.append(
                f"Held out the last {held.held_out:,} of {held.tokens:,} tokens for "
                "validation."
            )
        reading = Reading(count(train, "Counting words, line"))
        forms = WrittenForms(tokenizer)
        counts = count_words(forms.counted(reading), tokenizer)
        check_words(counts, options.min_count)
        for remark in (*said, *remarks(counts, reading.ends)):
            say(remark)
        self.vocabulary = Vocabulary.from_counts(
            counts, tokenizer, options.vocab_size, options.min_count, forms
        )
        self.train = self._write("train", train)
        return valid

    def _write(self, name, lines):
        return data.write_ids(
            self.folder / f"{name}.bin",
            count(lines, f"Reading {name} text, line"),
            self.vocabulary,
        )


def _lines(options):
    """Return the lines for training, and those for validation if there are any."""
    valid = None
    if options.valid:
        valid = data.Lines(data.files(options.valid), options.errors)
    if options.tfds is None:
        return data.Lines(data.files(options.train), options.errors), valid
    with contextlib.redirect_stdout(sys.stderr):
        train = data.DatasetLines(
            options.tfds, options.tfds_feature, options.data_dir, options.errors
        )
        return train, valid or train.for_validation()
