"""Weights rounded to four bits, as an exported file of `"int4"` holds them.

A weight is a whole number from −7 to 7, its code, times a scale. Each vector has a
scale; for a kernel `(I, O)` of a product these are the O vectors `(I,)` of its outputs.
A scale is a whole number of steps of a unit, from 1 to 127, so it takes a byte. Four
bits hold −8, too, but LiteRT before 2.1.5, and later where XNNPACK is off, reads it as
8 in a product.

A scale is as large as the largest number needs, but at most so large that the error is
small for numbers that are spread as weights are; the few beyond are cut.
"""

from keras import ops

LARGEST = 7
# A scale is so many steps at most.
STEPS = 127
# Largest scale as a share of the root mean square. For a normal distribution and 16
# codes the least squared error is at 0.335, for wider ones above.
_LARGEST_SCALE = 0.36


def vector_codes(vectors):
    """Return the codes of vectors, and their scales as steps of a unit.

    Args:
        vectors: Tensor `(N, d)`.

    Returns:
        float32 `(N, d)`, whole numbers from −7 to 7; float32 `(N, 1)`, whole numbers
        from 1 to 127; and the unit, above 0. A vector is its codes times its steps
        times the unit.
    """
    vectors = ops.cast(vectors, "float32")
    sizes = ops.max(ops.absolute(vectors), axis=1, keepdims=True) / LARGEST
    mean_square = ops.mean(ops.square(vectors), axis=1, keepdims=True)
    sizes = ops.minimum(sizes, _LARGEST_SCALE * ops.sqrt(mean_square))
    unit = ops.max(sizes) / STEPS
    unit = ops.where(unit > 0, unit, 1.0)
    steps = ops.clip(ops.round(sizes / unit), 1, STEPS)
    codes = ops.clip(ops.round(vectors / (steps * unit)), -LARGEST, LARGEST)
    return codes, steps, unit


def rounded_vectors(vectors):
    """Return vectors `(N, d)` as they are stored, with the gradient of the vectors."""
    codes, steps, unit = vector_codes(vectors)
    vectors = ops.cast(vectors, "float32")
    # Straight through: the gradient of rounding is that of leaving as it is.
    return vectors + ops.stop_gradient(codes * (steps * unit) - vectors)


def rounded_product(kernel):
    """Return a kernel `(I, O)` as it is stored, with the gradient of the kernel."""
    return ops.transpose(rounded_vectors(ops.transpose(kernel)))


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
