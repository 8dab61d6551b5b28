"""Files of four-bit weights: their integers, their answers, and what is refused."""

import lightrnn_tf_export
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from helpers.exported import (
    NAMES,
    WORDS,
    V,
    assert_compiled_answers_alike,
    by_word,
    make,
)
from lightrnn_tf_export import convert, flatbuffer, int4, steps
from lightrnn_tf_export.steps.four_bit_weights import Codes

from lightrnn_tf import models
from lightrnn_tf.predictors import pretrained
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.predictors.in_memory import KerasPredictor
from lightrnn_tf.scoring import evaluation
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary


def packed(path, name, quantize="int4"):
    """Write a file of a quantize-aware model; return the model and vocabulary."""
    model, vocabulary = make(name, quantize_aware=True)
    content, _ = lightrnn_tf_export.pack(model, vocabulary, quantize)
    path.write_bytes(content)
    return model, vocabulary


@pytest.mark.parametrize("name", NAMES)
def test_file_scores_a_text_as_the_quantize_aware_model(name, tmp_path, rng):
    words = [WORDS[i] for i in rng.integers(0, V, 70)]
    model, vocabulary = packed(tmp_path / "int4.tflite", name)
    packed(tmp_path / "none.tflite", name, "none")
    reference = KerasPredictor(model, vocabulary)
    ours = evaluation.evaluate(reference, by_word(reference, words)).nats_per_token
    # With float32 states the rounded weights alone decide; XNNPACK rounds what it
    # multiplies four-bit weights with to eight bits.
    for quantize, tolerance in (("none", 1e-5), ("int4", 5e-3)):
        file = LiteRTPredictor(tmp_path / f"{quantize}.tflite")
        theirs = evaluation.evaluate(file, by_word(file, words)).nats_per_token
        assert theirs == pytest.approx(ours, abs=tolerance)


def constants(path, kind):
    """Return the numbers of the constants of a kind in a file, INT4 unpacked."""
    model = flatbuffer.read(path.read_bytes())
    found = []
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            data = model.buffers[tensor.buffer].data
            if tensor.type != kind or data is None:
                continue
            numbers = np.asarray(data, np.uint8).view(np.int8)
            if kind == schema.TensorType.INT4:
                # Sign extension of the lower, then of the upper half of each byte.
                halves = np.stack([numbers << 4, numbers], 1).astype(np.int8) >> 4
                numbers = halves.reshape(-1)[: np.prod(tensor.shape)]
            found.append((numbers.reshape(tensor.shape), tensor.quantization))
    return found


def rounded(vectors):
    """Return codes, steps and unit of vectors `(N, d)`, by the equations in float64."""
    vectors = np.array(vectors, np.float64)
    sizes = np.minimum(np.abs(vectors).max(1) / 7, 0.36 * np.sqrt((vectors**2).mean(1)))
    unit = sizes.max() / 127
    steps = np.clip(np.round(sizes / unit), 1, 127)
    codes = np.clip(np.round(vectors / (steps * unit)[:, None]), -7, 7)
    return codes, steps, unit


def test_the_integers_of_the_file_are_those_that_were_trained_with(tmp_path):
    path = tmp_path / "m.tflite"
    model, _ = packed(path, "light")
    found = constants(path, schema.TensorType.INT4)
    scales = constants(path, schema.TensorType.INT8)
    for kernel in (
        model.recurrent.projections[0].kernel,
        model.recurrent.cells[0].kernel,
        model.softmax.row_kernel,
        model.softmax.column_kernel,
        model.softmax.query_kernel,
        model.transition.kernel,
    ):
        codes, steps, unit = rounded(np.transpose(kernel))
        assert any(np.array_equal(c, codes) for c, _ in found)
        units = [q.scale for s, q in scales if q and np.array_equal(s, steps)]
        np.testing.assert_allclose(units[0], [unit], rtol=1e-6)
    for vectors in (model.embedding.row_vectors, model.transition.row_vectors):
        codes, steps, _ = rounded(vectors)
        codes = np.pad(codes, ((0, 0), (0, codes.shape[1] % 2)))
        assert any(np.array_equal(c, codes) for c, _ in found)
        assert any(np.array_equal(s, steps) and q is None for s, q in scales)
    assert {q.scale.tolist()[0] for _, q in found} == {1}


@pytest.mark.parametrize("name", NAMES)
def test_no_code_is_one_that_a_runtime_reads_wrong(name, tmp_path):
    """LiteRT 1.4 and 2.1.4 read −8 as 8 in a product, and nothing says so."""
    packed(tmp_path / "m.tflite", name)
    assert_from_minus_seven(tmp_path / "m.tflite")


def test_no_code_of_the_bundled_file_is_one_that_a_runtime_reads_wrong():
    assert_from_minus_seven(pretrained.path_of("en"))


def assert_from_minus_seven(path):
    found = constants(path, schema.TensorType.INT4)
    assert found
    assert min(codes.min() for codes, _ in found) == -7


@pytest.mark.parametrize("name", ["light", "tall"])
def test_rows_of_tables_begin_on_a_byte(name, tmp_path):
    """EMBEDDING_LOOKUP reads wrong numbers else. Here lengths are 7 and 3."""
    packed(tmp_path / "m.tflite", name)
    model = flatbuffer.read((tmp_path / "m.tflite").read_bytes())
    lookups = 0
    for graph in model.subgraphs:
        for operator in graph.operators:
            code = model.operatorCodes[operator.opcodeIndex].builtinCode
            if code == schema.BuiltinOperator.EMBEDDING_LOOKUP:
                table = graph.tensors[operator.inputs[1]]
                assert table.type == schema.TensorType.INT4
                assert table.shape[1] % 2 == 0
                lookups += 1
    assert lookups


@pytest.mark.parametrize("name", ["light", "gru", "frequent", "tied"])
def test_compiled_model_answers_as_the_interpreter(name, tmp_path, rng):
    compiled_model = pytest.importorskip("ai_edge_litert.compiled_model")
    path = tmp_path / "m.tflite"
    packed(path, name)
    file = LiteRTPredictor(path)
    compiled = compiled_model.CompiledModel.from_file(str(path))
    inputs = {
        name: v + np.float32(0.1) for name, v in file._named(file.start()).items()
    }
    inputs["word"] = np.array([file.lexicon["ax"]], np.int32)
    inputs["rows"] = np.arange(8, dtype=np.int32)[::-1] % file.rows
    assert_compiled_answers_alike(compiled, file, inputs)


@pytest.mark.parametrize("name", ["light", "tied", "slim"])
def test_only_built_in_ops(name, tmp_path):
    packed(tmp_path / "m.tflite", name)
    file = LiteRTPredictor(tmp_path / "m.tflite")
    names = {op["op_name"] for op in file._interpreter._get_ops_details()}
    assert "EMBEDDING_LOOKUP" in names
    assert not {n for n in names if n.startswith("Flex") or n in ("WHILE", "CUSTOM")}
    assert file.manifest["quantization"] == "int4"


def test_a_weight_that_the_converter_folded_is_an_error():
    weights = steps.FourBitWeights()
    step = steps.step_of(make("light", quantize_aware=True)[0], weights)
    model = flatbuffer.read(convert.convert(step, "none"))
    weights.product(np.arange(12.0).reshape(3, 4))
    with pytest.raises(ValueError, match=r"shape \(\d, \d\) is not in the converted"):
        int4.pack(model, weights.codes)


def test_each_op_comes_after_those_that_it_needs():
    weights = steps.FourBitWeights()
    step = steps.step_of(make("gru", quantize_aware=True)[0], weights)
    model = flatbuffer.read(convert.convert(step, "none"))
    int4.pack(model, weights.codes)
    for graph in model.subgraphs:
        kinds = [
            model.operatorCodes[o.opcodeIndex].builtinCode for o in graph.operators
        ]
        made = {n for o in graph.operators for n in o.outputs} | {*graph.inputs}
        for operator, kind in zip(graph.operators, kinds, strict=True):
            for number in operator.inputs:
                constant = number < 0 or graph.tensors[number].buffer
                assert constant or number in made, kind


def test_a_use_that_cannot_read_four_bits_is_an_error():
    weights = steps.FourBitWeights()
    step = steps.step_of(make("light", quantize_aware=True)[0], weights)
    model = flatbuffer.read(convert.convert(step, "none"))
    added = np.asarray(step._row_bias)
    weights.codes[added.tobytes()] = Codes(added.astype(np.int8))
    with pytest.raises(ValueError, match=r"Op \d+ cannot read a weight of four bits"):
        int4.pack(model, weights.codes)


@pytest.mark.parametrize("codes", [[], [3], [-8, 7], [1, -1, -2]])
def test_nibbles_are_two_a_byte_the_first_below(codes):
    content = int4.nibbles(np.array(codes, np.int8))
    assert len(content) == (len(codes) + 1) // 2
    halves = [half for byte in content for half in (byte & 15, byte >> 4)]
    assert [h - 16 * (h > 7) for h in halves[: len(codes)]] == codes
    assert halves[len(codes) :] in ([], [0])


def test_a_model_that_was_not_trained_so_fails_the_comparison(tmp_path):
    model, vocabulary = make("light")
    with pytest.raises(
        lightrnn_tf_export.ExportMismatchError, match="train the model with --quantize"
    ):
        lightrnn_tf_export.export(model, vocabulary, tmp_path / "m.tflite", "int4")
    assert list(tmp_path.iterdir()) == []


def test_weights_take_half_a_byte():
    words = 2000
    known = ["<eos>", "<unk>", *map(str, range(words - 2))]
    vocabulary = Vocabulary(known, [1] * words, Tokenizer("whitespace"))
    sizes = []
    for units in (64, 128):
        model = models.LightRNN(words, units=units, embedding_dim=64)
        model.build()
        _, size = lightrnn_tf_export.pack(model, vocabulary, "int4")
        sizes.append((size, sum(np.prod(w.shape) for w in model.trainable_weights)))
    (small, fewer), (large, more) = sizes
    # A byte for the scale of each output of a product, and 4 for the bias of each gate.
    outputs = 64 * (4 + 4 + 1)
    wanted = (more - fewer) / 2 + outputs + 4 * 64 * 4
    assert large - small == pytest.approx(wanted, rel=0.02)
