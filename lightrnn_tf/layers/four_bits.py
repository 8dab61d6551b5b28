"""Weights rounded to four bits, as an exported file of `"int4"` holds them.

A weight is a whole number from −8 to 7, its code, times a scale. There are two kinds:

* Products. Each output of a kernel `(I, O)` has a scale.
* Vectors, which are looked up. Each has a scale with a sign, itself one of 127 steps,
  so it takes a byte. The sign gives −8 to the side that reaches farther.

A scale is as large as the largest number needs, but at most so large that the error is
small for numbers that are spread as weights are; the few beyond are cut.
"""

from keras import ops

LOWEST, HIGHEST = -8, 7
# Scales of vectors are so many steps at most.
STEPS = 127
# Largest scale as a share of the root mean square. For a normal distribution and 16
# codes the least squared error is at 0.335, for wider ones above.
_LARGEST_SCALE = 0.36
# The largest number of a kernel may be so many scales beyond the last code. At half a
# scale, where most would be gained, the last bit of a float32 would decide the code.
_BEYOND = 0.4


def product_codes(kernel):
    """Return the codes of a kernel and its scales.

    Args:
        kernel: Tensor `(I, O)`.

    Returns:
        float32 `(I, O)`, whole numbers from −8 to 7; and scales above 0 `(1, O)`.
    """
    kernel = ops.cast(kernel, "float32")
    highest = ops.max(kernel, axis=0, keepdims=True) / (HIGHEST + _BEYOND)
    lowest = ops.min(kernel, axis=0, keepdims=True) / (LOWEST - _BEYOND)
    scales = _smaller(ops.maximum(highest, lowest), kernel, axis=0)
    scales = ops.where(scales > 0, scales, 1.0)
    return _codes(kernel, scales), scales


def vector_codes(vectors):
    """Return the codes of vectors, and their scales as steps of a unit.

    Args:
        vectors: Tensor `(N, d)`.

    Returns:
        float32 `(N, d)`, whole numbers from −8 to 7; float32 `(N, 1)`, whole numbers
        from −127 to 127 but 0; and the unit, above 0. A vector is its codes times its
        steps times the unit.
    """
    vectors = ops.cast(vectors, "float32")
    highest = ops.max(vectors, axis=1, keepdims=True)
    lowest = ops.min(vectors, axis=1, keepdims=True)
    signs = ops.where(highest > -lowest, -1.0, 1.0)
    sizes = _smaller(ops.maximum(highest, -lowest) / -LOWEST, vectors, axis=1)
    unit = ops.max(sizes) / STEPS
    unit = ops.where(unit > 0, unit, 1.0)
    steps = signs * ops.clip(ops.round(sizes / unit), 1, STEPS)
    return _codes(vectors, steps * unit), steps, unit


def _smaller(scales, values, axis):
    mean_square = ops.mean(ops.square(values), axis=axis, keepdims=True)
    return ops.minimum(scales, _LARGEST_SCALE * ops.sqrt(mean_square))


def _codes(values, scales):
    return ops.clip(ops.round(values / scales), LOWEST, HIGHEST)


def rounded_product(kernel):
    """Return a kernel `(I, O)` as it is stored; its gradient is that of the kernel."""
    codes, scales = product_codes(kernel)
    return _straight_through(kernel, codes * scales)


def rounded_vectors(vectors):
    """Return vectors `(N, d)` as they are stored, with the gradient of the vectors."""
    codes, steps, unit = vector_codes(vectors)
    return _straight_through(vectors, codes * (steps * unit))


def _straight_through(values, stored):
    values = ops.cast(values, "float32")
    return values + ops.stop_gradient(stored - values)


def product(layer, kernel):
    """Return a kernel for a product in a layer, rounded if the layer is quantize-aware.

    Args:
        layer: A layer with `quantize_aware`.
        kernel: Tensor `(I, O)`.

    Returns:
        `(I, O)` in the compute dtype of the layer.
    """
    return _as_used(layer, kernel, rounded_product)


def vectors(layer, values):
    """Return vectors to look up in a layer, rounded if the layer is quantize-aware.

    Args:
        layer: A layer with `quantize_aware`.
        values: Tensor `(N, d)`.

    Returns:
        `(N, d)` in the compute dtype of the layer.
    """
    return _as_used(layer, values, rounded_vectors)


def _as_used(layer, values, rounded):
    values = rounded(values) if layer.quantize_aware else values
    return ops.cast(values, layer.compute_dtype)
