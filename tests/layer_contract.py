"""What every public layer must satisfy, checked once for all of them."""

import json

import keras
import numpy as np

POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")


def _plain(value):
    """Return `value` as `get_config` should hold it."""
    if hasattr(value, "get_config"):
        return keras.saving.serialize_keras_object(value)
    return value


class _Outer(keras.layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, inputs, **kwargs):
        return self.inner(inputs, **kwargs)


def layer_violations(cls, kwargs, x, tmp_path, call_kwargs=None):
    """Return what `cls(**kwargs)` gets wrong on the array `x`; empty means nothing.

    `kwargs` must give *every* constructor argument a non-default value, or a
    setting that `get_config` forgets goes unnoticed.
    """
    found, call_kwargs = [], call_kwargs or {}

    for policy in POLICIES:
        symbolic = cls(**kwargs, dtype=policy)(
            keras.Input(x.shape[1:], dtype=x.dtype.name), **call_kwargs
        )
        layer = cls(**kwargs, dtype=policy)
        eager = layer(x, **call_kwargs)
        # An enclosing mixed-precision layer opens its own autocast scope.
        nested = _Outer(cls(**kwargs, dtype=policy), dtype=policy)(x, **call_kwargs)
        for where, out in (("eager", eager), ("nested", nested)):
            dtype = keras.backend.standardize_dtype(out.dtype)
            if dtype != symbolic.dtype:
                found.append(
                    f"{policy}: {where} dtype {dtype}, symbolic {symbolic.dtype}"
                )
            if tuple(out.shape[1:]) != tuple(symbolic.shape[1:]):
                found.append(
                    f"{policy}: {where} shape {out.shape}, symbolic {symbolic.shape}"
                )
        shapes = {f"{name}_shape": value.shape for name, value in call_kwargs.items()}
        if tuple(layer.compute_output_shape(x.shape, **shapes)) != tuple(eager.shape):
            found.append(f"{policy}: compute_output_shape disagrees with {eager.shape}")
        if any(w.dtype in ("float16", "bfloat16") for w in layer.weights):
            found.append(f"{policy}: a weight is stored in half precision")

    config = cls(**kwargs).get_config()
    json.dumps(config)  # Only plain types.

    for name, value in kwargs.items():
        if config.get(name) != _plain(value):
            found.append(
                f"get_config: {name}={config.get(name)!r}, given {_plain(value)!r}"
            )
    if cls.from_config(config).get_config() != config:
        found.append("from_config(get_config()) differs")

    if not call_kwargs:
        inputs = keras.Input(x.shape[1:], dtype=x.dtype.name)
        model = keras.Model(inputs, cls(**kwargs)(inputs))
        model.save(tmp_path / "m.keras")
        revived = keras.saving.load_model(tmp_path / "m.keras")
        if not np.array_equal(
            model.predict(x, verbose=0), revived.predict(x, verbose=0)
        ):
            found.append(".keras round trip changes the output")
        for jit in (False, True):  # "auto" is False on a CPU-only machine.
            model = keras.Model(inputs, cls(**kwargs)(inputs))
            model.compile("sgd", "mse", jit_compile=jit)
            before = [w.numpy() for w in model.trainable_weights]
            model.fit(x, np.ones(model.compute_output_shape(x.shape)), verbose=0)
            still = [
                w.path
                for b, w in zip(before, model.trainable_weights, strict=True)
                if np.array_equal(b, w.numpy())
            ]
            if still:
                found.append(f"jit_compile={jit}: never trained: {still}")
    return found
