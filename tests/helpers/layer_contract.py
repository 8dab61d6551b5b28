"""What every public layer must satisfy, checked once for all of them."""

import inspect
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


def left_at_defaults(cls, *all_kwargs):
    """Return the constructor's parameters that no `kwargs` gives a value of its own."""
    return [
        name
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.kind is not parameter.VAR_KEYWORD
        and not any(
            name in kwargs and kwargs[name] != parameter.default
            for kwargs in all_kwargs
        )
    ]


def config_violations(cls, kwargs):
    """Return what `get_config` of `cls(**kwargs)` gets wrong; empty means nothing."""
    found = []
    # What `keras.layers.Layer` keeps, too.
    kwargs = {**kwargs, "name": "other", "trainable": False}
    config = cls(**kwargs).get_config()
    try:
        json.dumps(config)
    except TypeError as error:
        found.append(f"get_config: {error}")
    for name, value in kwargs.items():
        if config.get(name) != _plain(value):
            found.append(
                f"get_config: {name}={config.get(name)!r}, given {_plain(value)!r}"
            )
    if not found and cls.from_config(config).get_config() != config:
        found.append("from_config(get_config()) differs")
    return found


def _functional(cls, kwargs, x, call_kwargs):
    """Return a model of the layer alone, and what it is fed with."""
    values = [x, *call_kwargs.values()]
    inputs = [keras.Input(batch_shape=v.shape, dtype=v.dtype.name) for v in values]
    named = dict(zip(call_kwargs, inputs[1:], strict=True))
    return keras.Model(inputs, cls(**kwargs)(inputs[0], **named)), values


def layer_violations(cls, kwargs, x, tmp_path, call_kwargs=None):
    """Return what `cls(**kwargs)` gets wrong on the array `x`; empty means nothing.

    A setting that `get_config` forgets is noticed where `kwargs` gives it a value other
    than the default, see `left_at_defaults`. All inputs have as many rows.
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
        for rows in (len(x), None):
            shape = layer.compute_output_shape((rows, *x.shape[1:]), **shapes)
            if tuple(shape) != (rows, *eager.shape[1:]):
                found.append(f"{policy}: compute_output_shape gives {shape}")
        if any(w.dtype in ("float16", "bfloat16") for w in layer.weights):
            found.append(f"{policy}: a weight is stored in half precision")

    found += config_violations(cls, kwargs)
    model, inputs = _functional(cls, kwargs, x, call_kwargs)
    draw = np.random.default_rng(0)  # A bias of 0 that was lost would be one again.
    for weight in model.trainable_weights:
        weight.assign(draw.normal(size=weight.shape))
    model.save(tmp_path / "m.keras")
    revived = keras.saving.load_model(tmp_path / "m.keras")
    if not np.array_equal(
        model.predict(inputs, verbose=0), revived.predict(inputs, verbose=0)
    ):
        found.append(".keras round trip changes the output")
    for jit in (False, True):  # "auto" is False on a CPU-only machine.
        model, inputs = _functional(cls, kwargs, x, call_kwargs)
        model.compile("sgd", "mse", jit_compile=jit)
        before = [w.numpy() for w in model.trainable_weights]
        model.fit(inputs, np.zeros(eager.shape), verbose=0)
        still = [
            w.path
            for b, w in zip(before, model.trainable_weights, strict=True)
            if np.array_equal(b, w.numpy())
        ]
        if still:
            found.append(f"jit_compile={jit}: never trained: {still}")
    return found
