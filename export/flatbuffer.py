"""Reading a converted model, and writing it in few bytes.

TensorFlow's converter writes a name for each tensor, an empty buffer for each that is
computed, and the scales of a weight once for each signature that uses it. A runtime
needs none of these.
"""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

# The schema demands that the content of a buffer begins at a multiple of so many bytes.
_ALIGNMENT = 16


def read(content: bytes) -> schema.ModelT:
    """Return a LiteRT model as objects that can be changed.

    Args:
        content: The bytes of the model.

    Returns:
        The `ModelT` of LiteRT's schema.
    """
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))


def write(model: schema.ModelT) -> bytes:
    """Return the bytes of a model, without what a runtime does not need.

    Args:
        model: From `read`. It is changed.

    Returns:
        The bytes of the model.
    """
    _drop_buffers(model)
    shared: dict[tuple, _Shared] = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            tensor.name = tensor.shapeSignature = None
            if tensor.quantization is not None:
                tensor.quantization = _shared(tensor.quantization, shared)
    builder = _Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


class _Builder(flatbuffers.Builder):
    """Writes equal arrays once, such as the shapes of tensors."""

    def __init__(self, size):
        super().__init__(size)
        self._written = {}

    def CreateNumpyVector(self, x):  # noqa: N802, N803
        key = x.dtype.str, x.tobytes()
        if key not in self._written:
            if x.dtype == np.uint8:
                self.Prep(_ALIGNMENT, len(x))
            self._written[key] = super().CreateNumpyVector(x)
        return self._written[key]


class _Shared(schema.QuantizationParametersT):
    """Parameters that are written once for all tensors that have them."""

    place = None

    def Pack(self, builder):  # noqa: N802
        if self.place is None:
            self.place = super().Pack(builder)
        return self.place


def _shared(parameters, shared):
    """Return the same parameters as one object for all tensors; `None` for none."""
    if parameters.scale is None or not len(parameters.scale):
        return None
    scales = np.asarray(parameters.scale, np.float32)
    zeros = np.asarray(parameters.zeroPoint, np.int64)
    key = scales.tobytes(), zeros.tobytes(), parameters.quantizedDimension
    if key not in shared:
        shared[key] = _Shared()
        shared[key].scale, shared[key].zeroPoint = scales, zeros
        shared[key].quantizedDimension = parameters.quantizedDimension
    return shared[key]


def _drop_buffers(model):
    """Keep each content once; the first buffer, which is empty, serves all others."""
    kept, places = [schema.BufferT()], {b"": 0}

    def place(old):
        data = model.buffers[old].data
        content = b"" if data is None else np.asarray(data, np.uint8).tobytes()
        if content not in places:
            places[content] = len(kept)
            kept.append(model.buffers[old])
        return places[content]

    for graph in model.subgraphs:
        used = {n for operator in graph.operators for n in operator.inputs}
        used |= {*graph.inputs, *graph.outputs}
        for number, tensor in enumerate(graph.tensors):
            tensor.buffer = place(tensor.buffer) if number in used else 0
    for entry in model.metadata or []:
        entry.buffer = place(entry.buffer)
    model.buffers = kept
