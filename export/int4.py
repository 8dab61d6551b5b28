"""Packing of four-bit weights in a converted model.

TensorFlow's converter stores the codes of a `FourBitWeights` as float32. Here each such
constant becomes INT4, two codes a byte, the lower half first. Products take INT4 as it
is; their scales follow in an op of their own, because as scales of the constant they
would take 12 bytes each. Tables are looked up by EMBEDDING_LOOKUP in place of GATHER,
which unpacks only the vectors that are looked up.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

_OPS = schema.BuiltinOperator
# The first version of EMBEDDING_LOOKUP that takes INT4, and of DEQUANTIZE that takes
# INT8 with a sign.
_VERSIONS = {_OPS.EMBEDDING_LOOKUP: 4, _OPS.DEQUANTIZE: 2, _OPS.MUL: 1}


def pack(model: schema.ModelT, weights: dict) -> None:
    """Pack the four-bit weights of a converted model.

    Args:
        model: The float32 model, from `flatbuffer.read`. It is changed.
        weights: `FourBitWeights.codes`.

    Raises:
        ValueError: If a weight is not in the model, because the converter has folded it
            into something else, or an op uses it that cannot read INT4.
    """
    found: set[bytes] = set()
    for graph in model.subgraphs:
        found |= _Packing(model, graph, weights).pack()
    for key, weight in weights.items():
        if key not in found:
            raise ValueError(
                f"A weight of shape {weight.codes.shape} is not in the converted "
                "model: the converter has folded it. Export with another quantisation."
            )


class _Packing:
    """Packs the weights of one graph."""

    def __init__(self, model, graph, weights):
        self.model = model
        self.graph = graph
        self.weights = weights
        self.scales = {}

    def pack(self):
        """Change the graph; return the keys of the weights that are in it."""
        packed, found = {}, set()
        for place, tensor in enumerate(self.graph.tensors):
            data = self.model.buffers[tensor.buffer].data
            if tensor.type != schema.TensorType.FLOAT32 or data is None:
                continue
            key = np.asarray(data, np.uint8).tobytes()
            if key in self.weights:
                found.add(key)
                packed[place] = weight = self.weights[key]
                tensor.buffer = self._buffer(nibbles(weight.codes))
                tensor.type = schema.TensorType.INT4
                tensor.quantization = _scaled_by(1.0)
        self.graph.operators = [
            operator
            for before in self.graph.operators
            for operator in self._packed(before, packed)
        ]
        return found

    def _packed(self, operator, packed):
        """Return the operators that do what one does with a packed weight."""
        used = [n for n, tensor in enumerate(operator.inputs) if tensor in packed]
        if not used:
            return [operator]
        weight = packed[operator.inputs[used[0]]]
        kind = self.model.operatorCodes[operator.opcodeIndex].builtinCode
        # The second input is what the first is multiplied with, the third a bias.
        if kind == _OPS.FULLY_CONNECTED and used == [1]:
            if weight.steps is None:
                return [operator]
            return self._with_scales(operator, weight)
        if kind == _OPS.GATHER and used == [0] and weight.steps is None:
            table, ids = map(int, operator.inputs)
            along_rows = not operator.builtinOptions.axis
            if along_rows and len(self.graph.tensors[ids].shape) == 1:
                return [self._op(_OPS.EMBEDDING_LOOKUP, [ids, table], operator.outputs)]
        raise ValueError(
            f"Op {kind} cannot read a weight of four bits. Export with another "
            "quantisation."
        )

    def _with_scales(self, product, weight):
        """Return a product with codes, and the ops that scale its outputs."""
        if product.builtinOptions.fusedActivationFunction:
            raise ValueError(
                "A product of four bits cannot have an activation. Export with another "
                "quantisation."
            )
        operators, key = [], weight.steps.tobytes() + str(weight.unit).encode()
        if key not in self.scales:
            steps = self._tensor(weight.steps, _scaled_by(weight.unit))
            self.scales[key] = self._float32(len(weight.steps))
            # A constant: the runtime computes it once.
            operators.append(self._op(_OPS.DEQUANTIZE, [steps], [self.scales[key]]))
        (answer,) = product.outputs
        unscaled = self._float32(*self.graph.tensors[answer].shape)
        product.inputs, product.outputs = list(product.inputs), [unscaled]
        if len(product.inputs) > 2 and product.inputs[2] >= 0:
            # The scales multiply it, too.
            bias = self.graph.tensors[product.inputs[2]]
            bias = np.asarray(self.model.buffers[bias.buffer].data, np.uint8)
            scales = weight.steps * np.float32(weight.unit)
            product.inputs[2] = self._tensor(bias.view(np.float32) / scales)
        scaling = self._op(_OPS.MUL, [unscaled, self.scales[key]], [answer])
        return [*operators, product, scaling]

    def _op(self, kind, inputs, outputs):
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code(kind)
        operator.inputs, operator.outputs = inputs, outputs
        return operator

    def _code(self, kind):
        codes = self.model.operatorCodes
        for place, code in enumerate(codes):
            if (code.builtinCode, code.version) == (kind, _VERSIONS[kind]):
                return place
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = kind
        code.version = _VERSIONS[kind]
        codes.append(code)
        return len(codes) - 1

    def _tensor(self, values, quantization=None):
        """Add a constant, int8 or float32 `(n,)`; return the place of its tensor."""
        place = self._float32(*values.shape)
        tensor = self.graph.tensors[place]
        if values.dtype == np.int8:
            tensor.type = schema.TensorType.INT8
        tensor.buffer = self._buffer(values.tobytes())
        tensor.quantization = quantization
        return place

    def _float32(self, *shape):
        """Add a float32 tensor; return its place."""
        tensor = schema.TensorT()
        tensor.shape = np.array(shape, np.int32)
        tensor.type = schema.TensorType.FLOAT32
        tensor.hasRank = True
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def _buffer(self, content):
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(content, np.uint8)
        self.model.buffers.append(buffer)
        return len(self.model.buffers) - 1


def _scaled_by(scale):
    parameters = schema.QuantizationParametersT()
    parameters.scale = np.array([scale], np.float32)
    parameters.zeroPoint = np.zeros(1, np.int64)
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
