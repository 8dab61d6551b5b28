"""Reading a converted model, and writing it in few bytes.

TensorFlow's converter writes a name for each tensor, and the scales of a weight once
for each signature that uses it. A runtime needs neither.
"""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema


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
    _empty_unused_buffers(model)
    shared: dict[tuple, _Shared] = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            tensor.name = None
            if tensor.quantization is not None:
                tensor.quantization = _shared(tensor.quantization, shared)
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


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


def _empty_unused_buffers(model):
    used = {tensor.buffer for graph in model.subgraphs for tensor in graph.tensors}
    used |= {entry.buffer for entry in model.metadata or []}
    for place, buffer in enumerate(model.buffers):
        if place not in used:
            buffer.data = None
