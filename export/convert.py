"""From a step to the bytes of a `.tflite`, with built-in ops only."""

import tempfile

import tensorflow as tf

from lightrnn_tf._internal.quiet import quiet


def convert(step, quantize: str) -> bytes:
    """Return the LiteRT model of a step.

    Args:
        step: From `lightrnn_tf_export.steps.step_of`.
        quantize: `"none"` (float32), `"float16"` weights, or `"int8"` weights with
            float arithmetic where the kernels have no integer one (dynamic range).

    Raises:
        ValueError: If the model needs ops that LiteRT does not have.
    """
    signatures = step.signatures()
    with tempfile.TemporaryDirectory() as folder, quiet():
        # `from_concrete_functions` would lose the variables; a saved model keeps them,
        # once for all signatures.
        tf.saved_model.save(step, folder, signatures=signatures)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=list(signatures)
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if quantize != "none":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        # Otherwise the file lists V equal scales, once for each signature.
        converter._experimental_disable_per_channel_quantization_for_dense_layers = (
            step.one_scale
        )
        if quantize == "float16":
            converter.target_spec.supported_types = [tf.float16]
        try:
            return converter.convert()
        except Exception as error:  # The converter raises several, none public.
            raise ValueError(
                "The model cannot be converted with built-in ops only: "
                f"{str(error).strip().splitlines()[0]}."
            ) from error
