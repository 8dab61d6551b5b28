"""The exported file: what it says, what it holds, and what is refused."""

import concurrent.futures
import copy
import hashlib
import io
import json
import math
import pathlib
import re
import shutil
import sys
import types
import zipfile

import lightrnn_tf_export
import numpy as np
import pytest
from helpers.exported import (
    MODELS,
    NAMES,
    WORDS,
    V,
    assert_compiled_answers_alike,
    by_word,
    make,
)

from lightrnn_tf import decoding, models, predictors
from lightrnn_tf.predictors.exported import LiteRTPredictor, read_container
from lightrnn_tf.predictors.in_memory import KerasPredictor
from lightrnn_tf.scoring import evaluation
from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.words.spelling import fold
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary
from lightrnn_tf.words.word_lists import WordLists


def packed(path, model, vocabulary):
    """Write a file in float32 that nothing is compared with."""
    content, _ = lightrnn_tf_export.pack(model, vocabulary, quantize="none")
    path.write_bytes(content)
    return path


class Exported(dict):
    """Files by the names of their models, each written when it is asked for."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def __missing__(self, name):
        model, vocabulary = make(name)
        path = packed(self.folder / f"{name}.tflite", model, vocabulary)
        self[name] = path, KerasPredictor(model, vocabulary)
        return self[name]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return Exported(tmp_path_factory.mktemp("exported"))


@pytest.mark.parametrize("name", NAMES)
def test_file_scores_a_text_as_keras_does(name, exported, rng):
    path, reference = exported[name]
    file = LiteRTPredictor(path)
    words = [WORDS[i] for i in rng.integers(0, V, 70)]
    theirs = evaluation.evaluate(file, by_word(file, words))
    ours = evaluation.evaluate(reference, by_word(reference, words))
    assert theirs.nats_per_token == pytest.approx(ours.nats_per_token, rel=1e-5)
    assert (theirs.top1, theirs.top3) == (ours.top1, ours.top3)
    assert theirs.tokens_no_oov_eos == ours.tokens_no_oov_eos


@pytest.mark.parametrize("name", NAMES)
def test_file_suggests_what_keras_suggests(name, exported, rng):
    path, reference = exported[name]
    file = LiteRTPredictor(path)
    for length in range(4):
        context = [WORDS[i] for i in rng.integers(0, V, length)]
        for prefix in ("", "a"):
            answers = [
                decoding.top_k(predictor, decoding.read(predictor, context), 5, prefix)
                for predictor in (file, reference)
            ]
            assert answers[0].words == answers[1].words
            np.testing.assert_allclose(
                answers[0].log_probs, answers[1].log_probs, atol=1e-4
            )


@pytest.mark.parametrize("name", NAMES)
def test_one_call_path_gives_the_best_words_and_a_bound(name, exported):
    path, _ = exported[name]
    file = LiteRTPredictor(path)
    state, cell = file.start(), file.lexicon["ax"]
    answer = file._run["suggest"](word=np.array([cell], np.int32), **file._named(state))
    after = file.advance(cell, state)
    every = decoding.top_k(file, after, V, all_tokens=True)
    certain = np.array(every.log_probs) > answer["bound"][0]
    found = [file.lexicon.word(c) for c in answer["words"][0] if c >= 0]
    count = min(int(certain.sum()), 16)
    assert count >= 1
    assert found[:count] == every.words[:count]
    assert answer["words"].shape == (1, 16)
    assert answer["words"].dtype == np.int32
    np.testing.assert_allclose(
        answer["log_probs"][0][:count], every.log_probs[:count], atol=1e-4
    )
    for name_, value in answer.items():
        if name_.startswith("state_"):
            assert value.shape == (1, 24)


@pytest.mark.parametrize(("name", "read"), [("lines", 8), ("light", 5), ("dense", 1)])
def test_the_bound_is_the_best_row_that_was_not_read(name, read, exported):
    file = LiteRTPredictor(exported[name][0])
    state, cell = file.start(), file.lexicon["ax"]
    answer = file._run["suggest"](word=np.array([cell], np.int32), **file._named(state))
    others = np.sort(file.advance(cell, state).row_log_probs)[::-1][read:]
    best = max(others, default=-1e9)  # No row is left.
    assert answer["bound"] == pytest.approx([best], rel=1e-5)


def test_places_without_a_word_have_no_cell():
    from lightrnn_tf_export.steps import step

    log_probs = np.array([[-3.0, step.NOTHING, -1.0, step.NOTHING - 2]], "float32")
    answer = step.best_words(log_probs, lambda place: 10 + place)
    assert answer["words"].numpy().tolist() == [[12, 10, *[-1] * 14]]


@pytest.mark.parametrize("name", ["light", "dense", "slim"])
def test_signatures_have_the_names_and_shapes_of_the_contract(name, exported):
    path, reference = exported[name]
    file = LiteRTPredictor(path)
    signatures = file._interpreter.get_signature_list()
    dense = name != "light"
    assert set(signatures) == {"advance", "suggest"} | (set() if dense else {"expand"})
    states = [f"state_{n}" for n in range(reference.model.recurrent.num_states)]
    advance = signatures["advance"]
    assert set(advance["inputs"]) == {"word", *states}
    output = "word_log_probs" if dense else "row_log_probs"
    assert set(advance["outputs"]) == {output, *states}
    suggest = signatures["suggest"]
    to_go_on = set() if dense else {"row_log_probs"}
    best = {"words", "log_probs", "bound"}
    assert set(suggest["outputs"]) == {*best, *states, *to_go_on}
    if not dense:
        assert set(signatures["expand"]["inputs"]) == {"rows", *states}
        assert signatures["expand"]["outputs"] == ["column_log_probs"]
        details = file._run["expand"].get_input_details()["rows"]
        assert details["shape"].tolist() == [8]
        assert details["dtype"] is np.int32


@pytest.mark.parametrize("name", [*NAMES, "light, int8"])
def test_compiled_model_answers_as_the_interpreter(name, exported, tmp_path, rng):
    # What Android apps are told to use; it refuses custom ops and variable tensors.
    compiled_model = pytest.importorskip("ai_edge_litert.compiled_model")
    if name in MODELS:
        path, _ = exported[name]
    else:
        path = tmp_path / "m.tflite"
        lightrnn_tf_export.export(*make("light"), path, "int8")
    file = LiteRTPredictor(path)
    compiled = compiled_model.CompiledModel.from_file(str(path))
    state = file.start()
    inputs = {
        "word": np.array([file.lexicon["ax"]], np.int32),
        "rows": np.arange(8, dtype=np.int32)[::-1] % file.rows,
        **file._named(state),
    }
    for state_name, value in file._named(state).items():
        inputs[state_name] = value + rng.normal(0, 0.1, value.shape).astype("float32")
    assert_compiled_answers_alike(compiled, file, inputs)


def test_a_word_of_slim_takes_a_byte_for_each_part_of_the_output(tmp_path):
    def size(words):
        model = models.SlimRNN(words, units=8, parts=4, vectors=1000, side="output")
        model.build()
        known = ["<eos>", "<unk>", *map(str, range(words - 2))]
        vocabulary = Vocabulary(known, [1] * words, Tokenizer("whitespace"))
        path = packed(tmp_path / f"{words}.tflite", model, vocabulary)
        return LiteRTPredictor(path).manifest["model_bytes"]

    # Besides, 8 float32 for the input; biases of 0 are left out; buffers are aligned.
    assert size(900) - size(500) == pytest.approx(400 * (4 + 32), abs=64)


def test_a_part_of_slim_may_have_more_vectors_than_a_byte_counts(tmp_path):
    model, vocabulary = drawn(models.SlimRNN, units=16, parts=2, vectors=600)
    for weight in model.trainable_weights:  # Or all words would be as probable.
        weight.assign(8 * weight)
    assert model.softmax.codes.max() > 255
    file = LiteRTPredictor(packed(tmp_path / "m.tflite", model, vocabulary))
    words = [f"w{n}" for n in range(40)]
    theirs, ours = (
        evaluation.evaluate(predictor, by_word(predictor, words)).nats_per_token
        for predictor in (file, KerasPredictor(model, vocabulary))
    )
    assert theirs == pytest.approx(ours, rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_only_built_in_ops_and_no_loop(name, exported):
    path, _ = exported[name]
    file = LiteRTPredictor(path)
    names = {op["op_name"] for op in file._interpreter._get_ops_details()}
    assert names
    assert not {
        op for op in names if op.startswith("Flex") or op in ("WHILE", "CUSTOM")
    }


def test_occupied_entries_of_a_row_sum_to_one_and_free_ones_are_scores(exported):
    path, reference = exported["light"]
    file = LiteRTPredictor(path)
    words = file.lexicon.occupied.reshape(5, 10)
    assert (~words).any()
    log_probs = file.expand(np.arange(5), file.start())
    np.testing.assert_allclose((np.exp(log_probs) * words).sum(1), 1, rtol=1e-5)
    expected = reference.expand(np.arange(5), reference.start())
    np.testing.assert_allclose(log_probs, expected, atol=1e-4)


@pytest.mark.parametrize(
    ("quantize", "allowed"),
    [pytest.param("float16", 5e-3, marks=pytest.mark.slow), ("int8", 5e-2)],
)
def test_quantised_files_are_near_keras(quantize, allowed, tmp_path, rng):
    model, vocabulary = make("light")
    path = tmp_path / "m.tflite"
    result = lightrnn_tf_export.export(model, vocabulary, path, quantize)
    assert result.total_bytes == path.stat().st_size
    file = LiteRTPredictor(path)
    assert file.manifest["quantization"] == quantize
    words = [WORDS[i] for i in rng.integers(0, V, 200)]
    reference = KerasPredictor(model, vocabulary)
    theirs = evaluation.evaluate(file, by_word(file, words))
    ours = evaluation.evaluate(reference, by_word(reference, words))
    assert theirs.nats_per_token == pytest.approx(ours.nats_per_token, abs=allowed)


def drawn(cls, **kwargs):
    """Return a model of 900 words and its vocabulary, all numbers drawn."""
    rng = np.random.default_rng(0)
    words = ["<eos>", "<unk>", *(f"w{n}" for n in range(898))]
    model = cls(len(words), **kwargs)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.2, weight.shape))
    return model, Vocabulary(words, [1] * len(words), Tokenizer("words"))


def test_int8_is_much_smaller_and_larger_models_keep_their_input_product():
    model, vocabulary = drawn(models.LightRNN, units=16)
    sizes = [
        len(lightrnn_tf_export.pack(model, vocabulary, quantize)[0])
        for quantize in ("none", "int8")
    ]
    assert sizes[1] < 0.75 * sizes[0]


@pytest.mark.parametrize(
    "quantize",
    [*(pytest.param(q, marks=pytest.mark.slow) for q in ("none", "float16")), "int8"],
)
def test_a_tied_table_is_in_the_file_once(quantize, tmp_path):
    sizes, words = {}, [f"w{n}" for n in range(40)]
    for tied in (True, False):
        model, vocabulary = drawn(models.DenseRNN, units=64, tied=tied)
        vectors = np.array(model.embedding.embeddings)
        vectors[5] = 0  # What was never drawn has no largest number.
        model.embedding.embeddings.assign(vectors)
        path = tmp_path / f"{tied}.tflite"
        result = lightrnn_tf_export.export(model, vocabulary, path, quantize)
        sizes[tied] = result.model_bytes
        theirs, ours = (
            evaluation.evaluate(predictor, by_word(predictor, words)).nats_per_token
            for predictor in (
                LiteRTPredictor(path),
                KerasPredictor(model, vocabulary),
            )
        )
        assert theirs == pytest.approx(ours, abs=5e-3)
    table = vectors.size * {"none": 4, "float16": 2, "int8": 1}[quantize]
    # Besides the table there is each word's largest number.
    saved = (0.9 if quantize != "int8" else 1.1) * table  # And a scale for each word.
    assert sizes[True] < sizes[False] - saved


def test_same_model_same_bytes(tmp_path, exported):
    path = packed(tmp_path / "m.tflite", *make("paper"))
    assert path.read_bytes() == exported["paper"][0].read_bytes()


def words_of(content, count, size):
    """The words by cell, read as FORMAT.md says, one byte after the other."""
    shared, content = content[:count], content[count:]
    spelled, before = [], b""
    for number in shared:
        end = content.index(b"\n")
        before = before[:number] + content[:end]
        spelled.append(before.decode())
        content = content[end + 1 :]
    width = max(1, (size - 1).bit_length())
    bits = [byte >> n & 1 for byte in content for n in range(8)]
    words = [""] * size
    for n, word in enumerate(spelled):
        cell = sum(bits[n * width + place] << place for place in range(width))
        words[cell] = word
    return words


def test_manifest_and_vocabulary_are_those_of_the_contract(exported):
    path, reference = exported["light"]
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert list(members) == ["vocab.bin", "counts.bin", "manifest.json"]
    manifest = json.loads(members["manifest.json"])
    assert words_of(members["vocab.bin"], V, 50) == reference.lexicon.words()
    counts = dict(zip(WORDS, reference.vocabulary.counts, strict=True))
    spelled = sorted(
        filter(None, reference.lexicon.words()), key=lambda w: (fold(w), w)
    )
    # One level for none, and eight for each doubling.
    levels = [1 + round(8 * math.log2(counts[word])) for word in spelled]
    assert list(members["counts.bin"]) == levels
    file = LiteRTPredictor(path).vocabulary
    known = dict(zip(file.words, file.counts, strict=True))
    assert all(abs(known[word] / counts[word] - 1) < 0.05 for word in WORDS)
    assert manifest["format_version"] == 4
    assert manifest["states"] == [[1, 24], [1, 24]]
    assert manifest["initial_state"] == "zeros"
    words = reference.lexicon.words()
    assert words[manifest["start_cell"]] == "<eos>"
    assert words[manifest["unknown_cell"]] == "<unk>"
    members["model"] = path.read_bytes()[: manifest["model_bytes"]]
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256(members[name]).hexdigest() == digest
    assert len(manifest["sha256"]) == 3
    assert manifest["model"] == "lightrnn"
    assert (manifest["rows"], manifest["columns"]) == (5, 10)
    assert manifest["vocabulary_size"] == V
    assert manifest["signatures"] == ["advance", "expand", "suggest"]
    assert manifest["tokenizer"] == "whitespace"
    content = path.read_bytes()
    assert content[manifest["model_bytes"] :][:4] == b"PK\x03\x04"


def test_members_of_the_zip_are_deflated(exported):
    with zipfile.ZipFile(exported["light"][0]) as archive:
        kinds = {member.compress_type for member in archive.infolist()}
    assert kinds == {zipfile.ZIP_DEFLATED}


def test_vocabulary_of_the_file_is_that_of_the_run(exported):
    path, reference = exported["light"]
    found = LiteRTPredictor(path).vocabulary
    theirs = reference.vocabulary
    assert sorted(found.words) == sorted(theirs.words)
    assert found.counts == sorted(found.counts, reverse=True)
    assert found.forms == theirs.forms


def test_a_file_is_not_replaced_unasked_and_failure_leaves_nothing(
    tmp_path, monkeypatch
):
    model, vocabulary = make("paper")
    path = tmp_path / "m.tflite"
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="exists. Pass overwrite=True"):
        lightrnn_tf_export.export(model, vocabulary, path)
    monkeypatch.setitem(lightrnn_tf_export.verify.__globals__, "_TOP3", 1.01)
    with pytest.raises(
        lightrnn_tf_export.ExportMismatchError,
        match=r"over 512 tokens: .* allowed 0.5%\), 100.0% of .* as good \(at",
    ):
        lightrnn_tf_export.export(model, vocabulary, path, "none", overwrite=True)
    assert path.read_bytes() == b"mine"
    assert [p.name for p in tmp_path.iterdir()] == ["m.tflite"]


def test_a_wrong_table_is_noticed(tmp_path, monkeypatch):
    """The control that must fail: the file is made from another allocation."""
    model, vocabulary = make("light")
    other, _ = make("light")
    other.table = WordTable.random(V, 5, 10, seed=6)
    from lightrnn_tf_export import steps

    original = steps.step_of
    monkeypatch.setattr(steps, "step_of", lambda *_, **more: original(other, **more))
    with pytest.raises(
        lightrnn_tf_export.ExportMismatchError, match="differs from Ker"
    ):
        lightrnn_tf_export.export(model, vocabulary, tmp_path / "m.tflite", "none")
    assert list(tmp_path.iterdir()) == []


def test_bad_arguments_are_named(tmp_path):
    model, vocabulary = make("paper")
    path = tmp_path / "m.tflite"
    with pytest.raises(
        ValueError, match="one of none, float16, int8, int4. Received: quantize='int2'"
    ):
        lightrnn_tf_export.export(model, vocabulary, path, "int2")
    with pytest.raises(ValueError, match="`vocabulary` must be given for"):
        model.export(path, format="litert")
    small = Vocabulary(["<eos>", "<unk>"], [1, 1], Tokenizer("words"))
    with pytest.raises(ValueError, match=f"must have {V} words, .* Received: 2"):
        lightrnn_tf_export.export(model, small, path)
    for text in ([V], [-1], [], [0.5], [[0]]):
        with pytest.raises(ValueError, match=r"`text` must be a one-dimensional array"):
            lightrnn_tf_export.export(model, vocabulary, path, text=text)


def rewritten(path, target, manifest=None, parts=None, drop=(), sums=True):
    """Write a file again with another manifest or other parts, sums made right."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    old = json.loads(members.pop("manifest.json"))
    model = path.read_bytes()[: old["model_bytes"]]
    members = {**members, **(parts or {})}
    if sums:
        for name, content in members.items():
            old["sha256"][name] = hashlib.sha256(content).hexdigest()
    members["manifest.json"] = json.dumps({**old, **(manifest or {})}).encode()
    buffer = io.BytesIO(model)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            if name not in drop:
                archive.writestr(name, content)
    target.write_bytes(buffer.getvalue())
    return target


def test_threads_that_share_a_predictor_get_their_own_answers(exported):
    predictor = LiteRTPredictor(exported["frequent"][0])
    texts = [["a" + end] * length for end in "xyzuv" for length in (1, 2, 3)]

    def best(text):
        return decoding.top_k(predictor, decoding.read(predictor, text), 3)

    alone = [best(text) for text in texts]
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        found = [threads.map(best, texts) for _ in range(40)]
        for answers in found:
            assert list(answers) == alone


def test_other_processes_get_a_predictor_by_its_path(exported):
    predictor = LiteRTPredictor(exported["light"][0])
    predictor.line_independent = True
    other = copy.deepcopy(predictor)
    assert other._interpreter is not predictor._interpreter
    assert (other.path, other.line_independent) == (predictor.path, True)
    found = [decoding.top_k(p, decoding.read(p, ["ax"]), 3) for p in (predictor, other)]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"manifest": {"format_version": 3}},
            "version must be 4. Received: 3.*export its",
        ),
        ({"manifest": {"format_version": 4.0}}, "format version must be 4. Rec.*4.0"),
        (
            {"manifest": {"model": "dense"}},
            "`model` in the manifest must be 'lightrnn'",
        ),
        ({"manifest": {"signatures": ["advance", "suggest"]}}, "must be 'dense'"),
        ({"parts": {"vocab.bin": b"\0" * 22361}}, "vocab.bin has more than 22360 b"),
        ({"manifest": {"rows": 4}}, "at least a cell for each word"),
        ({"manifest": {"rows": 10, "columns": 5}}, "must have shape"),
        ({"manifest": {"rows": 6}}, "must have shape"),
        ({"manifest": {"rows": -5}}, "`rows` in the manifest must be an integer"),
        ({"manifest": {"rows": 1 << 40}}, "`rows` in the manifest must be an in"),
        ({"manifest": {"columns": 1 << 23}}, "at most 16777216 cells"),
        ({"manifest": {"rows": "5"}}, "`rows` in the manifest must be an integ"),
        ({"manifest": {"suggest_rows": 6}}, r"`suggest_rows` .* integer in \[1, 5\]"),
        ({"manifest": {"suggest_rows": 0}}, r"`suggest_rows` in .*Received: 0"),
        ({"manifest": {"vocabulary_size": 20}}, "12 cells for 20 words"),
        ({"manifest": {"model_bytes": 1 << 40}}, "`model_bytes` in the manifest"),
        ({"manifest": {"model_bytes": 100}}, "SHA-256 of its model is not that of the"),
        ({"manifest": {"signatures": []}}, "must name `advance` and `suggest`"),
        ({"manifest": {"signatures": ["advance", "expand", "suggest", "x"]}}, "cannot"),
        ({"manifest": {"sha256": []}}, "`sha256` in the manifest must be an object"),
        ({"manifest": {"sha256": {}}}, "SHA-256 of its model"),
        ({"manifest": {"cache": {"weight": 0.1}}}, "`cache` in .* must be an object"),
        (
            {"manifest": {"cache": {"weight": 1.5, "sharpness": 1.0, "size": 9}}},
            "`cache` in the manifest.*`weight` must be between 0 and 1",
        ),
        (
            {"manifest": {"cache": {"weight": 0.5, "sharpness": 1.0, "size": 1 << 30}}},
            "`size` must be at most 4096",
        ),
        ({"manifest": {"cache": [1]}}, r"`cache` in the manifest .* Received: \[1\]"),
        ({"manifest": {"lowercase": 1}}, "`lowercase` in the manifest must be a"),
        ({"manifest": {"tokenizer": ["words"]}}, "`tokenizer` in the manifest"),
        ({"manifest": {"tokenizer": "bpe"}}, "`tokenizer` in the manifest must be one"),
        ({"parts": {"vocab.bin": b"a\n"}, "sums": False}, "SHA-256 of its vocab.bin"),
        ({"parts": {"vocab.bin": b"a\n"}}, "must hold 43 words. .*: 0 line ends"),
        ({"parts": {"vocab.bin": b"\0" * 43 + b"\n" * 43}}, "43 words in 50 cells"),
        ({"parts": {"vocab.bin": b"\0" * 400}}, "must hold 43 words. .*: 0 line ends"),
        ({"parts": {"vocab.bin": b"\0" * 43 + b"\n" * 43 + b"\xff" * 55}}, "a cell in"),
        ({"parts": {"vocab.bin": b"\0" * 43 + b"\n" * 43 + b"\0" * 55}}, "a cell in"),
        ({"manifest": {"states": [[1, 23], [1, 24]]}}, "the states must have the sha"),
        ({"manifest": {"states": None}}, "the states must have the shapes None"),
        ({"manifest": {"start_cell": 51}}, "`start_cell` in the manifest must be the"),
        ({"manifest": {"unknown_cell": "1"}}, "`unknown_cell` in the manifest must"),
        ({"drop": ["manifest.json"]}, "is not a file that `lightrnn export` wrote"),
        ({"drop": ["vocab.bin"]}, "vocab.bin is damaged"),
    ],
)
def test_files_that_lie_are_refused(change, message, exported, tmp_path):
    path = rewritten(exported["light"][0], tmp_path / "m.tflite", **change)
    with pytest.raises(ValueError, match=message):
        LiteRTPredictor(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parts": {"counts.bin": b"\0" * 42}}, "must take 43 bytes.* Received: 42"),
        ({"parts": {"counts.bin": b""}, "sums": False}, "SHA-256 of its counts.bin"),
        ({"drop": ["counts.bin"]}, "counts.bin is damaged"),
    ],
)
def test_counts_that_lie_are_refused_when_they_are_asked_for(
    change, message, exported, tmp_path
):
    path = rewritten(exported["light"][0], tmp_path / "m.tflite", **change)
    file = LiteRTPredictor(path)
    with pytest.raises(ValueError, match=message):
        _ = file.vocabulary


def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(predictors.container, "_MAX_MANIFEST", 10_000)
    path = tmp_path / "m.tflite"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", "0" * 20_000)
    with pytest.raises(ValueError, match="manifest.json has more than 10000 bytes"):
        read_container(path)


def test_nothing_outside_is_read_or_written(exported, tmp_path, monkeypatch):
    """Members of hostile names are never looked at."""
    monkeypatch.chdir(tmp_path)
    parts = {"../evil.txt": b"x", "/evil.txt": b"x"}
    path = rewritten(exported["light"][0], tmp_path / "m.tflite", parts=parts)
    LiteRTPredictor(path).start()
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.tflite"]
    assert not (tmp_path.parent / "evil.txt").exists()


def test_truncated_files_and_flipped_bytes_give_an_error_or_the_same(
    exported, tmp_path, rng
):
    """Everything up to the directory of the zip is covered by a sum."""
    content = exported["light"][0].read_bytes()
    manifest, lexicon = read_container(exported["light"][0])
    path = tmp_path / "m.tflite"
    for end in (0, 1, 100, manifest["model_bytes"], len(content) - 1):
        path.write_bytes(content[:end])
        with pytest.raises(ValueError, match="m.tflite"):
            LiteRTPredictor(path)
    model = rng.integers(0, manifest["model_bytes"], 20)
    rest = rng.integers(manifest["model_bytes"], len(content), 300)
    refused = 0
    for place in [*model, *rest]:
        changed = bytearray(content)
        changed[place] ^= 1 << rng.integers(8)
        path.write_bytes(changed)
        try:
            again, words = read_container(path)
        except ValueError:
            refused += 1
        else:
            # Dates and the like: what is read is as it was.
            assert place >= manifest["model_bytes"]
            assert (again, words.words()) == (manifest, lexicon.words())
    assert refused > 200


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "😀 👍🏽 ax",
        "שלום עולم ax",
        "ax \ud800 bx \udfff",
        "\0 \u202e \ufeff",
        "x" * 1_000_000,
        "ax bx\n" * 50,
    ],
    ids=["empty", "blank", "emoji", "rtl", "surrogates", "controls", "word", "long"],
)
def test_any_text_is_answered(text, exported):
    path, reference = exported["light"]
    file = LiteRTPredictor(path)
    words = file.tokenizer.words(text)
    state, expected = decoding.read(file, words), decoding.read(reference, words)
    for k, prefix in ((1, ""), (V + 9, ""), (3, text), (3, "a" * 10_000), (3, "A")):
        found = decoding.top_k(file, state, k, prefix)
        wanted = decoding.top_k(reference, expected, k, prefix)
        assert found.words == wanted.words
        assert len(found.words) <= min(k, V)
        assert all(word.startswith(prefix.lower()) for word in found.words)
    assert decoding.top_k(file, state, V + 9).words
    assert not decoding.top_k(file, state, 3, "a" * 10_000).words


# Values that a manifest may be given instead of its own.
NONSENSE = [None, True, -1, 0, 1, 2**31, 2**70, 0.5, "", "x", [], {}, [[]], [[1]], "\0"]


def nonsense(rng, path, target):
    """Write a file whose parts say something else, with sums that are right."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    changed = {}
    kind = rng.integers(3)
    if kind == 0:
        key = sorted(manifest)[rng.integers(len(manifest))]
        changed[key] = NONSENSE[rng.integers(len(NONSENSE))]
    else:
        content = parts[sorted(parts)[kind - 1]]
        for _ in range(rng.integers(1, 4)):
            place = rng.integers(len(content))
            end = place + rng.integers(2)
            content[place:end] = rng.bytes(rng.integers(3))
    # A manifest whose sums were changed is not made right again.
    return rewritten(path, target, changed, {n: bytes(c) for n, c in parts.items()})


@pytest.mark.parametrize("name", ["light", "dense"])
def test_nonsense_gives_an_error_or_words_for_a_bounded_time(
    name, exported, tmp_path, rng
):
    """Files made to deceive: whatever they say, there is a `ValueError` or words."""
    refused = answered = 0
    for _ in range(200):
        path = nonsense(rng, exported[name][0], tmp_path / "m.tflite")
        try:
            file = LiteRTPredictor(path)
            state = decoding.read(file, ["ax", "", "\ud800", "bx"])
            for prefix in ("", "a"):
                found = decoding.top_k(file, state, 3, prefix)
                assert len(found.words) <= 3
                assert all(np.isfinite(found.log_probs))
            assert len(file.vocabulary) == file.manifest["vocabulary_size"]
        except ValueError:
            refused += 1
        else:
            answered += 1
    assert refused > 50
    assert answered > 20


def test_files_of_someone_else_are_named(tmp_path):
    path = tmp_path / "other.tflite"
    path.write_bytes(b"TFL3" * 99)
    with pytest.raises(ValueError, match="is not a file that `lightrnn export` wrote"):
        LiteRTPredictor(path)
    with pytest.raises(FileNotFoundError, match="none.tflite: no such file"):
        LiteRTPredictor(tmp_path / "none.tflite")


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")
def test_other_runtimes_stand_in_where_ai_edge_litert_is_missing(
    exported, monkeypatch, tmp_path
):
    import sys

    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    monkeypatch.setitem(sys.modules, "tflite_runtime", None)
    monkeypatch.setitem(sys.modules, "tflite_runtime.interpreter", None)
    path, reference = exported["light"]
    file = LiteRTPredictor(path)
    assert file.runtime == "tf.lite"
    np.testing.assert_allclose(
        file.start().row_log_probs, reference.start().row_log_probs, atol=1e-4
    )
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ModuleNotFoundError, match="pip install ai-edge-litert"):
        LiteRTPredictor(shutil.copy(path, tmp_path / "m.tflite"))


def test_format_is_written_down():
    text = (pathlib.Path(__file__).parents[2] / "export" / "FORMAT.md").read_text(
        "utf-8"
    )
    for word in (
        "MUST",
        "manifest.json",
        "vocab.bin",
        "counts.bin",
        "row_log_probs",
        "bound",
    ):
        assert word in text


@pytest.mark.parametrize(("fourth", "as_good"), [(-3.04, True), (-3.06, False)])
def test_the_place_after_eos_counts_once_where_lines_are_independent(
    monkeypatch, fourth, as_good
):
    """Two words that tie there would decide alone: every line has that place."""
    module = sys.modules["lightrnn_tf_export.verify"]
    vocabulary = Vocabulary(["<eos>", "<unk>", "a"], [1, 1, 1], Tokenizer("words"))
    # Lines of one word: every second place is the one after <eos>, where they differ.
    ids = np.array([2, 0] * 20)
    best = np.tile([3, 1, 0, 2], (40, 1))
    log_probs = np.tile([fourth, -2.0, -1.0, -3.0], (40, 1))
    theirs = np.tile([[0, 1, 3], [0, 1, 2]], (20, 1))
    answers = iter([(1.0, best, log_probs), (1.0, theirs, None)])
    monkeypatch.setattr(module, "_read", lambda predictor, ids, k: next(answers))
    lexicon = types.SimpleNamespace(words=lambda: ["a"])
    reference, exported = (
        types.SimpleNamespace(
            lexicon=lexicon, vocabulary=vocabulary, line_independent=True
        )
        for _ in range(2)
    )
    report = lightrnn_tf_export.verify(exported, reference, ids)
    assert report.top3_overlap == pytest.approx(1 - 1 / 63)
    # Instead of the third best word, one that is nearly as probable or is not.
    assert report.top3_as_good == pytest.approx(1 if as_good else 1 - 1 / 63)


@pytest.mark.parametrize("off", [-0.01, -0.004, 0.004, 0.01])
def test_a_file_may_be_neither_worse_nor_better_than_its_model(off, monkeypatch):
    module = sys.modules["lightrnn_tf_export.verify"]
    best, log_probs = np.array([[2, 0, 1]]), np.array([[-1.0, -2.0, -3.0]])
    answers = iter(
        [(3.0, best, log_probs), (3.0 + np.log1p(off), best, log_probs)],
    )
    monkeypatch.setattr(module, "_read", lambda *_: next(answers))
    vocabulary = Vocabulary(["<eos>", "<unk>", "a"], [1, 1, 1], Tokenizer("words"))
    predictor = types.SimpleNamespace(
        lexicon=types.SimpleNamespace(words=lambda: ["a"]),
        vocabulary=vocabulary,
        line_independent=False,
    )
    if abs(off) > 0.005:
        message = rf"\({re.escape(f'{off:+.2%}')}, allowed 0.5%\), 100.0% of the thr"
        with pytest.raises(lightrnn_tf_export.ExportMismatchError, match=message):
            lightrnn_tf_export.verify(predictor, predictor, np.array([2]))
    else:
        report = lightrnn_tf_export.verify(predictor, predictor, np.array([2]))
        assert report.exported_perplexity == pytest.approx(np.exp(3.0) * (1 + off))


@pytest.mark.parametrize("cell", [-1, 50])
def test_a_cell_that_is_not_in_the_table_is_refused(cell, exported):
    file = LiteRTPredictor(exported["light"][0])
    with pytest.raises(ValueError, match=rf"in \[0, 50\). Received: {cell}"):
        file.advance(cell, file.start())


def test_a_word_is_read_once_whatever_is_asked_first(exported):
    file = LiteRTPredictor(exported["light"][0])
    calls, run, start = [], file._call, file.start()
    file._call = lambda name, **inputs: calls.append(name) or run(name, **inputs)
    asked = [
        (lambda s: decoding.top_k(file, s, 1, all_tokens=True), ["suggest"]),
        (lambda s: s.row_log_probs, ["advance"]),
        (lambda s: (s.states, s.row_log_probs, s.states), ["advance"]),
        (lambda s: file.advance(3, s).states, ["advance", "advance"]),
    ]
    for ask, expected in asked:
        calls.clear()
        ask(file.advance(file.lexicon["ax"], start))
        assert [name for name in calls if name != "expand"] == expected


def test_lists_that_leave_no_word_are_refused(exported):
    _, reference = exported["light"]
    lists = WordLists(["no", "such", "words"])
    with pytest.raises(ValueError, match="`lists` must leave a word .* none is left"):
        lightrnn_tf_export.pack(reference.model, reference.vocabulary, lists=lists)
