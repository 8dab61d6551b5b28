"""Conversion of a step to a LiteRT model, with built-in ops only."""

import tempfile

import tensorflow as tf

from lightrnn_tf._internal.quiet import quiet


def convert(step, quantize: str) -> bytes:
    """Convert a step to a LiteRT model.

    Args:
        step: The `Step`, from `lightrnn_tf_export.steps.step_of`.
        quantize: `"none"` for float32 weights, `"float16"`, or `"int8"`: then the
            kernels compute with integers where they can (dynamic range).

    Returns:
        The bytes of the LiteRT model.

    Raises:
        ValueError: If the model needs ops that LiteRT does not have.
    """
    signatures = step.signatures()
    with tempfile.TemporaryDirectory() as folder, quiet():
        # `from_concrete_functions` would lose the variables. A saved model keeps them
        # once for all signatures.
        tf.saved_model.save(step, folder, signatures=signatures)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=list(signatures)
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if quantize != "none":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        # Without this the file lists V equal scales for each signature.
        converter._experimental_disable_per_channel_quantization_for_dense_layers = (
            step.one_scale
        )
        if quantize == "float16":
            converter.target_spec.supported_types = [tf.float16]
        try:
            return converter.convert()
        except Exception as error:  # The converter raises errors that are not public.
            raise ValueError(
                "The model cannot be converted with built-in ops only: "
                f"{str(error).strip().splitlines()[0]}."
            ) from error
