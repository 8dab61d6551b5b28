"""Files from strangers: every reader refuses what is damaged, or reads it as it is.

Checkpoints, prepared texts, `.tflite` files and user words have such tests of their
own. Here are the files of a run, tables and word vectors. A reader may raise
`ValueError` or `FileNotFoundError`, which the command line says in one line; anything
else, and a size that is believed, is a fault.
"""

import json
import re
import shutil
import tracemalloc

import pytest
from helpers.command_line import lightrnn, small_text
from helpers.eager import eagerly

from lightrnn_tf import data
from lightrnn_tf.tables import listing
from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.training.run import Run
from lightrnn_tf.words.vocabulary import Vocabulary

TRIES = 300
# More than any of these small files may make a reader take.
MOST_BYTES = 50 << 20
TOKENS = ("0", "-1", "1e9", "99999999999", "1e999", "null", "[]", '"x"', "NaN", "{}")
KNOWN = (ValueError, FileNotFoundError)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small run."""
    folder = small_text(tmp_path_factory.mktemp("fuzz"), 12)
    more = ("--units", 8, "--batch-size", 4, "--steps", 5, "--rounds", "1")
    more += ("--frequent-words", 9, "--frequent-dim", 3, "--threads", 1)
    text = folder / "text.txt"
    with eagerly():
        assert lightrnn("train", "--train", text, "--out", folder / "run", *more) == 0
    return folder / "run"


def damaged(content, rng):
    """Return content with a byte or a number of it changed, or a part cut out."""
    content, how = bytearray(content), rng.integers(4)
    place = int(rng.integers(len(content)))
    if how == 0:
        content[place] ^= 1 << int(rng.integers(8))
    elif how == 1:
        del content[place : place + int(rng.integers(1, 50))]
    elif how == 2:
        content[place:place] = rng.bytes(int(rng.integers(1, 9)))
    else:
        numbers = [*re.finditer(rb"-?\d+(\.\d+)?", content)]
        if numbers:
            found = numbers[int(rng.integers(len(numbers)))]
            token = TOKENS[int(rng.integers(len(TOKENS)))].encode()
            content[found.start() : found.end()] = token
    return bytes(content)


def decoded(read):
    return lambda content: read(content.decode("utf-8"))


def refuses_or_reads(read, content, rng, tries=TRIES):
    """Read damaged contents; return how many were refused."""
    read(content)
    refused = 0
    tracemalloc.start()
    try:
        for _ in range(tries):
            try:
                read(damaged(content, rng))
            except KNOWN:
                refused += 1
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()
    return refused


def test_vocabularies(trained, rng):
    content = (trained / "vocabulary.txt").read_bytes()
    assert refuses_or_reads(decoded(Vocabulary.from_text), content, rng) > TRIES // 4


def test_tables(trained, rng):
    content = (trained / "table.json").read_bytes()
    assert refuses_or_reads(decoded(WordTable.from_json), content, rng) > TRIES // 2


def test_listings(trained, rng, capsys):
    vocabulary = Run(trained).vocabulary
    assert lightrnn("table", trained, "--json") == 0
    content = capsys.readouterr().out.encode()

    def read(text):
        return listing.from_json(text, vocabulary)

    assert refuses_or_reads(decoded(read), content, rng) > TRIES // 10


def test_word_vectors(trained, rng, tmp_path):
    vocabulary = Run(trained).vocabulary
    lines = [f"{word} {n} {n / 7:.3f} -1.5" for n, word in enumerate(vocabulary.words)]

    def read(content):
        (tmp_path / "vectors.txt").write_bytes(content)
        data.word_vectors(tmp_path / "vectors.txt", vocabulary)

    content = "\n".join(lines).encode()
    assert refuses_or_reads(read, content, rng) > TRIES // 4


def copy_of(trained, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    return copy


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("metrics.jsonl", lambda run: Run(run).epochs()),
        ("ids/train.bin", lambda run: Run(run).ids("train")),
        ("config.json", lambda run: Run(run).load_model()),
        ("best.weights.h5", lambda run: Run(run).load_model()),
    ],
)
def test_files_of_a_run(trained, tmp_path, rng, name, read):
    copy = copy_of(trained, tmp_path)
    content = (copy / name).read_bytes()

    def read_with(changed):
        (copy / name).write_bytes(changed)
        read(copy)

    # A model is made in each try.
    tries = 10 if "load_model" in read.__code__.co_names else TRIES
    refuses_or_reads(read_with, content, rng, tries)


def change_model(copy, **changes):
    """Change the config of a run's model, and what it says beside it."""
    config = json.loads((copy / "config.json").read_text())
    for name, value in changes.items():
        part = config if name in config else config["model_config"]
        assert name in part
        part[name] = value
    (copy / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize("number", [10**5, 10**9, 10**99])
@pytest.mark.parametrize(
    "names",
    [
        ["units"],
        ["embedding_dim"],
        ["rows"],
        ["columns"],
        ["layers"],
        ["word_dim"],
        ["row_parts"],
        ["rows", "columns", "model_numbers"],
    ],
)
def test_sizes_are_not_believed(trained, tmp_path, names, number):
    copy = copy_of(trained, tmp_path)
    change_model(copy, **dict.fromkeys(names, number))
    tracemalloc.start()
    with pytest.raises(
        ValueError, match="h5 is damaged or of another model: it has .* bytes, fewer"
    ):
        Run(copy).load_model()
    assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    tracemalloc.stop()


def test_layers_of_few_numbers_each_are_not_believed(trained, tmp_path, monkeypatch):
    copy = copy_of(trained, tmp_path)
    size = (copy / "best.weights.h5").stat().st_size
    change_model(copy, units=1, embedding_dim=1, layers=size // 100)
    # Making so many would take minutes.
    monkeypatch.setattr(Run, "new_model", lambda run: pytest.fail("is made"))
    with pytest.raises(ValueError, match="it has .* bytes, fewer"):
        Run(copy).load_model()


def test_the_number_that_is_saved_is_that_of_the_model(trained, tmp_path):
    copy = copy_of(trained, tmp_path)
    saved = json.loads((copy / "config.json").read_text())["model_numbers"]
    assert saved == Run(copy).load_model().count_params()
    message = f"config.json is damaged or of another model: its model has {saved:,} num"
    for wrong in (saved + 1, -1, 10**30, None, "x", []):
        change_model(copy, model_numbers=wrong)
        with pytest.raises(ValueError, match=message):
            Run(copy).load_model()
    # A run that was made before it was saved.
    config = json.loads((copy / "config.json").read_text())
    del config["model_numbers"]
    (copy / "config.json").write_text(json.dumps(config))
    assert Run(copy).load_model().count_params() == saved


@pytest.mark.usefixtures("eager")
def test_a_seed_may_be_larger_than_the_weights(tmp_path, capsys):
    text, out = small_text(tmp_path, 12) / "text.txt", tmp_path / "slim"
    more = ("--model", "slim", "--units", 8, "--slim-parts", 2, "--slim-vectors", 20)
    more += ("--batch-size", 4, "--steps", 5, "--rounds", "1", "--threads", 1)
    more += ("--seed", 20240101, "--out", out)
    assert lightrnn("train", "--train", text, *more) == 0
    assert (out / "best.weights.h5").stat().st_size < 20240101
    model = Run(out).load_model()
    assert model.seed == 20240101
    assert lightrnn("evaluate", out, "--text", text) == 0
    assert "perplexity" in capsys.readouterr().out


def test_more_words_than_weights_are_refused_by_the_vocabulary(trained, tmp_path):
    copy = copy_of(trained, tmp_path)
    change_model(copy, vocabulary_size=10**9)
    tracemalloc.start()
    with pytest.raises(ValueError, match="the model is for 1000000000 words, its"):
        Run(copy).load_model()
    assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    tracemalloc.stop()
