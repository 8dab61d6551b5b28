"""The newer runtime of LiteRT gives the answers of the interpreter.

`CompiledModel` is what Android apps are told to use. It refuses what the interpreter
still runs: custom ops and variable tensors.
"""

import lightrnn_tf_export
import numpy as np
import pytest
from test_export import MODELS, make

from lightrnn_tf import litert

compiled_model = pytest.importorskip("ai_edge_litert.compiled_model")


@pytest.mark.parametrize(
    ("name", "quantize"), [*((name, "none") for name in MODELS), ("light", "int8")]
)
def test_compiled_model_answers_as_the_interpreter(name, quantize, tmp_path, rng):
    path = tmp_path / "m.tflite"
    lightrnn_tf_export.export(*make(name), path, quantize)
    file = litert.LiteRTPredictor(path)
    compiled = compiled_model.CompiledModel.from_file(str(path))
    state = file.start()
    inputs = {
        "word": np.array([file.lexicon["ax"]], np.int32),
        "rows": np.arange(8, dtype=np.int32)[::-1] % file.rows,
        **file._named(state),
    }
    for state_name, value in file._named(state).items():
        inputs[state_name] = value + rng.normal(0, 0.1, value.shape).astype("float32")
    for signature in file.manifest["signatures"]:
        runner = file._run[signature]
        wanted = {n: inputs[n] for n in runner.get_input_details()}
        expected = runner(**wanted)
        found = run(compiled, signature, wanted, expected)
        for output, value in expected.items():
            # The kernels are the same or nearly so; int8 rounds inputs in between.
            np.testing.assert_allclose(
                found[output], value, atol=1e-4, err_msg=f"{signature}: {output}"
            )


def run(compiled, signature, inputs, like):
    """Run a signature; outputs have the shapes and types of `like`."""
    written = {}
    for name, value in inputs.items():
        written[name] = compiled.create_input_buffer_by_name(signature, name)
        written[name].write(np.ascontiguousarray(value))
    read = {
        name: compiled.create_output_buffer_by_name(signature, name) for name in like
    }
    compiled.run_by_name(signature, written, read)
    return {
        name: read[name].read(value.size, value.dtype.type).reshape(value.shape)
        for name, value in like.items()
    }
