"""What is left out of a converted model, and how the rest lies in the file."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from helpers.exported import make
from lightrnn_tf_export import convert, flatbuffer, steps


@pytest.fixture(scope="module")
def converted():
    """A model as TensorFlow's converter writes it."""
    return convert.convert(steps.step_of(make("light")[0]), "int8")


def contents(content):
    """Return the content of the constant of each tensor, by graph and number."""
    model = flatbuffer.read(content)
    return {
        (number, place): np.asarray(model.buffers[tensor.buffer].data).tobytes()
        for number, graph in enumerate(model.subgraphs)
        for place, tensor in enumerate(graph.tensors)
        if model.buffers[tensor.buffer].data is not None
    }


def test_all_constants_are_left(converted):
    written = flatbuffer.write(flatbuffer.read(converted))
    assert contents(written) == contents(converted)
    assert len(written) < len(converted)
    assert flatbuffer.write(flatbuffer.read(written)) == written


def test_no_buffer_is_empty_but_the_first_and_none_is_there_twice(converted):
    model = flatbuffer.read(flatbuffer.write(flatbuffer.read(converted)))
    first, *others = (buffer.data for buffer in model.buffers)
    assert first is None
    there = [np.asarray(data).tobytes() for data in others]
    assert all(there)
    assert len(set(there)) == len(there)


def test_a_constant_that_no_op_uses_is_dropped(converted):
    model = flatbuffer.read(converted)
    unused = schema.TensorT()
    unused.shape, unused.type = np.array([1000], np.int32), schema.TensorType.INT8
    unused.buffer = len(model.buffers)
    model.buffers.append(schema.BufferT())
    model.buffers[-1].data = np.full(1000, 77, np.uint8)
    model.subgraphs[0].tensors.append(unused)
    assert bytes([77] * 1000) not in flatbuffer.write(model)


def test_constants_begin_at_multiples_of_16_bytes(converted):
    """As the schema demands; some processors cannot read numbers elsewhere."""
    written = flatbuffer.write(flatbuffer.read(converted))
    root = schema.Model.GetRootAs(written, 0)
    begins = [
        root.Buffers(n)._tab.Vector(root.Buffers(n)._tab.Offset(4))
        for n in range(root.BuffersLength())
        if root.Buffers(n).DataLength()
    ]
    assert begins
    assert {begin % 16 for begin in begins} == {0}
