"""Packing of four-bit weights in a converted model.

TensorFlow's converter stores the codes of a `FourBitWeights` as float32. Here each such
constant becomes INT4, two codes a byte, the lower half first. Products take INT4 as it
is. Tables are looked up by EMBEDDING_LOOKUP in place of GATHER, which unpacks only the
vectors that are looked up.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

# The first version of EMBEDDING_LOOKUP that takes INT4.
_EMBEDDING_LOOKUP_VERSION = 4


def pack(model: schema.ModelT, weights: dict) -> None:
    """Pack the four-bit weights of a converted model.

    Args:
        model: The float32 model, from `flatbuffer.read`. It is changed.
        weights: `FourBitWeights.codes`.

    Raises:
        ValueError: If a weight is not in the model, because the converter has folded it
            into something else, or an op uses it that cannot read INT4.
    """
    packing = _Packing(model, weights)
    for graph in model.subgraphs:
        tables = packing.pack_constants(graph)
        for operator in graph.operators:
            packing.check_use(graph, operator, tables)
    packing.check_all_found()


class _Packing:
    """Replaces constants of a model, each kind of content once."""

    def __init__(self, model, weights):
        self.model = model
        self.weights = weights
        self.buffers = {}
        self.found = set()
        self.lookup_code = None

    def pack_constants(self, graph):
        """Replace the constants of a graph; return the places of their tensors."""
        places = set()
        for place, tensor in enumerate(graph.tensors):
            data = self.model.buffers[tensor.buffer].data
            if tensor.type != schema.TensorType.FLOAT32 or data is None:
                continue
            known = self.weights.get(np.asarray(data, np.uint8).tobytes())
            if known is None:
                continue
            codes, scales = known
            tensor.buffer = self._buffer(codes)
            tensor.type = schema.TensorType.INT4
            tensor.quantization = _parameters(scales)
            places.add(place)
        return places

    def _buffer(self, codes):
        content = nibbles(codes)
        self.found.add(codes.tobytes())
        if content not in self.buffers:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(content, np.uint8)
            self.model.buffers.append(buffer)
            self.buffers[content] = len(self.model.buffers) - 1
        return self.buffers[content]

    def check_use(self, graph, operator, tables):
        """Turn GATHER of a packed table into EMBEDDING_LOOKUP; refuse other uses."""
        ops = schema.BuiltinOperator
        kind = self.model.operatorCodes[operator.opcodeIndex].builtinCode
        used = [n for n, tensor in enumerate(operator.inputs) if tensor in tables]
        # The second input is what the first is multiplied with, the third a bias.
        if not used or (kind == ops.FULLY_CONNECTED and used == [1]):
            return
        if kind == ops.GATHER and not operator.builtinOptions.axis:
            table, ids = map(int, operator.inputs)
            if len(graph.tensors[ids].shape) == 1 and used == [0]:
                operator.opcodeIndex = self._lookup_code()
                operator.inputs = [ids, table]
                operator.builtinOptions, operator.builtinOptionsType = None, 0
                return
        raise ValueError(
            f"Op {kind} cannot read a weight of four bits. Export with another "
            "quantisation."
        )

    def _lookup_code(self):
        if self.lookup_code is None:
            code = schema.OperatorCodeT()
            kind = schema.BuiltinOperator.EMBEDDING_LOOKUP
            code.builtinCode = code.deprecatedBuiltinCode = kind
            code.version = _EMBEDDING_LOOKUP_VERSION
            self.model.operatorCodes.append(code)
            self.lookup_code = len(self.model.operatorCodes) - 1
        return self.lookup_code

    def check_all_found(self):
        """Raise if a weight is not in the file."""
        for codes, _ in self.weights.values():
            if codes.tobytes() not in self.found:
                raise ValueError(
                    f"A weight of shape {codes.shape} is not in the converted model: "
                    "the converter has folded it. Export with another quantisation."
                )


def _parameters(scales):
    parameters = schema.QuantizationParametersT()
    parameters.scale = scales
    # One zero point for all would be refused by the runtime.
    parameters.zeroPoint = np.zeros(len(scales), np.int64)
    parameters.quantizedDimension = 0
    return parameters


def nibbles(codes) -> bytes:
    """Return codes as four-bit numbers, two a byte.

    Args:
        codes: Whole numbers from −8 to 7, of any shape.

    Returns:
        ⌈n / 2⌉ bytes; the first of two codes is the lower half.
    """
    halves = (np.asarray(codes).reshape(-1) & 15).astype(np.uint8)
    halves = np.append(halves, np.zeros(len(halves) % 2, np.uint8))
    return (halves[0::2] | halves[1::2] << 4).tobytes()
