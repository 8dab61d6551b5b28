"""Prepares text that is too large for one machine, with Apache Beam.

The workers of the runner each read whole files. A worker holds the ids and the pairs of
neighbours of one file; the machine that starts the pipeline holds all pairs of the
text. The result is, bit for bit, what one machine makes of the files one after the
other, unless a distance has more different pairs than `Neighbours` keeps. Then other
rare pairs may be forgotten.
"""

import contextlib
import importlib.util
import io
import json
import os
import sys
import uuid
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from lightrnn_tf import data
from lightrnn_tf._internal.files import refuse_streams
from lightrnn_tf.data import prepared
from lightrnn_tf.data.remarks import check_words, remarks
from lightrnn_tf.tables.neighbours import REACH, Neighbours
from lightrnn_tf.words.tokenizer import EOS, UNK, Tokenizer
from lightrnn_tf.words.vocabulary import TOO_LONG, Vocabulary, count_words


def prepare(
    patterns: Iterable[str],
    out: str,
    tokenizer: Tokenizer,
    max_size: int | None = None,
    min_count: int | None = None,
    errors: str = "strict",
    beam_options: Sequence[str] = (),
) -> None:
    """Write a text as `data.Prepared` reads it.

    Args:
        patterns: Iterable of strings, files or glob patterns that Beam and all its
            workers can read; `.gz`, `.xz` and `.bz2` are decompressed. Each file
            becomes a shard, in the order of the patterns and of the names.
        out: String, the folder to write, on any file system that Beam knows.
        tokenizer: The `Tokenizer` that cuts the text into words.
        max_size: As for `Vocabulary.from_lines`. Defaults to `None`.
        min_count: As for `Vocabulary.from_lines`. If it is given, rarer words do not
            leave the workers. Defaults to `None`.
        errors: As for `data.Lines`. Defaults to `"strict"`.
        beam_options: List of strings, options of Beam as typed, such as
            `["--runner", "FlinkRunner"]`. Defaults to its DirectRunner, on this
            machine.

    Raises:
        FileNotFoundError: If no file matches a pattern.
        FileExistsError: If `out` is a prepared text already.
        IsADirectoryError: If a pattern is a folder.
        ValueError: If the package is missing, Beam does not know an option, or the text
            has no word.
    """
    if importlib.util.find_spec("apache_beam") is None:
        raise ValueError(
            "`prepare` needs the package apache-beam. Run pip install "
            "'lightrnn-tf[beam]'."
        )
    options = _options(beam_options)
    names = _match(patterns)
    folder = _Folder(out)
    folder.create()
    with folder.between() as between:
        counts = _count(names, between, tokenizer, min_count, errors, options)
        if not counts:
            raise ValueError("The text must have at least one word. Received: none.")
        check_words(counts, min_count)
        for remark in remarks(counts):
            print(remark, file=sys.stderr)
        vocabulary = Vocabulary.from_counts(counts, tokenizer, max_size, min_count)
        folder.write(prepared.VOCABULARY, vocabulary.to_text().encode())
        shards = _encode(names, folder, between, errors, options)
        _join(folder, between, shards, len(vocabulary))


def _options(flags):
    from apache_beam.options.pipeline_options import PipelineOptions

    options = PipelineOptions(list(flags))
    known = options.get_all_options()
    unknown = options.get_all_options(retain_unknown_options=True).keys() - known.keys()
    if unknown:
        typed = {flag.partition("=")[0] for flag in flags}
        wrong = [f for f in typed if f.lstrip("-").replace("-", "_") in unknown]
        raise ValueError(
            "Neither lightrnn prepare nor Beam has an option "
            f"{', '.join(sorted(wrong))}."
        )
    return options


def _match(patterns):
    from apache_beam.io.filesystems import FileSystems

    names = []
    for pattern in patterns:
        refuse_streams(pattern)
        if os.path.isdir(pattern):
            raise IsADirectoryError(
                f"{pattern} is a folder. Name its files, as in '{pattern}/*.txt'."
            )
        if FileSystems.exists(pattern):
            names.append(pattern)  # A file name may look like a pattern.
            continue
        (match,) = FileSystems.match([pattern])
        if not match.metadata_list:
            raise FileNotFoundError(f"{pattern}: no such file.")
        names += sorted(metadata.path for metadata in match.metadata_list)
    for name in names:
        refuse_streams(name)
    return names


class _Folder:
    """The folder of a prepared text, on any file system that Beam knows."""

    def __init__(self, path: str):
        self.path = path

    def name(self, name: str) -> str:
        from apache_beam.io.filesystems import FileSystems

        return FileSystems.join(self.path, name)

    def create(self) -> None:
        from apache_beam.io.filesystems import FileSystems

        if FileSystems.exists(self.name(prepared.INDEX)):
            raise FileExistsError(
                f"{self.path} is a prepared text already. Name another folder."
            )
        if not FileSystems.exists(self.path):
            FileSystems.mkdirs(self.path)

    @contextlib.contextmanager
    def between(self):
        """Yield a new folder in this one for temporary files; delete it at the end."""
        from apache_beam.io.filesystems import FileSystems

        folder = _Folder(self.name(f"unfinished-{uuid.uuid4().hex}"))
        FileSystems.mkdirs(folder.path)
        try:
            yield folder
        finally:
            FileSystems.delete([folder.path])

    def write(self, name: str, content: bytes) -> None:
        with _open(self.name(name), "create") as file:
            file.write(content)

    def read(self, name: str) -> bytes:
        with _open(self.name(name)) as file:
            return file.read()

    def delete(self, names: list[str]) -> None:
        from apache_beam.io.filesystems import FileSystems

        FileSystems.delete([self.name(name) for name in names])

    def lines(self, prefix: str) -> Iterator:
        """Yield the values that a pipeline wrote there as lines of JSON."""
        from apache_beam.io.filesystems import FileSystems

        (match,) = FileSystems.match([self.name(f"{prefix}-*-of-*")])
        for metadata in match.metadata_list:
            with _open(metadata.path) as file:
                yield from map(json.loads, file.read().splitlines())


def _open(path, how="open"):
    """Open a file of any file system, without decompressing it."""
    from apache_beam.io.filesystem import CompressionTypes
    from apache_beam.io.filesystems import FileSystems

    plain = CompressionTypes.UNCOMPRESSED
    return getattr(FileSystems, how)(path, compression_type=plain)


def _count(names, between, tokenizer, min_count, errors, options):
    """Return how often each word occurs in the text; rare words count as `<unk>`."""
    import apache_beam as beam

    kept = (EOS, TOO_LONG)
    least = min_count or 1  # The default depends on whether the text has `<unk>`.

    def common(counted):
        word, count = counted
        return (word if count >= least or word in kept else UNK), count

    with beam.Pipeline(options=options) as pipeline:
        _ = (
            pipeline
            | "Files" >> beam.Create(names)
            | "Apart" >> beam.Reshuffle()
            | "Words" >> beam.FlatMap(_words_of_file, tokenizer, errors)
            | "Sums" >> beam.CombinePerKey(sum)
            | "Rare" >> beam.Map(common)
            | "Sum of rare" >> beam.CombinePerKey(sum)
            | "Lines" >> beam.Map(json.dumps)
            | "Counts" >> beam.io.WriteToText(between.name("counts"))
        )
    return dict(between.lines("counts"))


def _words_of_file(name, tokenizer, errors):
    with _open(name) as file:
        return list(count_words(data.lines_of(file, name, errors), tokenizer).items())


def _encode(names, folder, between, errors, options):
    """Write the shards; return the name, length, first and last ids of each."""
    import apache_beam as beam

    numbered = [
        # Names of equal length, so that sorting them keeps the order.
        (name, f"ids-{n:08}-of-{len(names):08}")
        for n, name in enumerate(names)
    ]
    with beam.Pipeline(options=options) as pipeline:
        _ = (
            pipeline
            | "Files" >> beam.Create(numbered)
            | "Apart" >> beam.Reshuffle()
            | "Shards" >> beam.Map(_encode_file, folder.path, between.path, errors)
            | "Lines" >> beam.Map(json.dumps)
            | "Written" >> beam.io.WriteToText(between.name("shards"))
        )
    return sorted(between.lines("shards"))


def _encode_file(numbered, path, between, errors):
    name, shard = numbered
    folder = _Folder(path)
    vocabulary = Vocabulary.from_text(folder.read(prepared.VOCABULARY).decode())
    with _open(name) as file:
        ids = data.encode(data.lines_of(file, name, errors), vocabulary)
    folder.write(shard, ids.astype("<i4").tobytes())
    neighbours = Neighbours(len(vocabulary))
    if len(ids):
        neighbours.add(ids)
    content = io.BytesIO()
    neighbours.save(content)
    _Folder(between).write(shard, content.getvalue())
    return shard, len(ids), ids[:REACH].tolist(), ids[-REACH:].tolist()


def _join(folder, between, shards, words):
    """Add up the neighbours of all shards; write them and the index."""
    total, end = Neighbours(words), np.empty(0, np.int32)
    for shard, length, first, last in shards:
        if not length:
            continue
        part = io.BytesIO(between.read(shard))
        start = np.array(first, np.int32)
        total.append(Neighbours.load(part, words), end, start)
        end = np.concatenate([end, last])[-REACH:].astype(np.int32)
    content = io.BytesIO()
    total.save(content)
    folder.write(prepared.NEIGHBOURS, content.getvalue())
    folder.delete([shard for shard, length, *_ in shards if not length])
    index = {
        "format_version": prepared.FORMAT_VERSION,
        "shards": [[shard, length] for shard, length, *_ in shards if length],
    }
    folder.write(prepared.INDEX, (json.dumps(index) + "\n").encode())
