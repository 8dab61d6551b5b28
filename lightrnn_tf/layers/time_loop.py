"""The loop over time on JAX, with the gradient of the recurrent weights outside it.

By default JAX adds that gradient up inside the loop. Where several devices train
together, XLA on CPUs then sums it across them in every step. Here it is one product
after the loop, and is summed once.
"""

import jax
import jax.numpy as jnp

# Steps that one turn of the loop does on a GPU, where each turn costs time. 35 take
# three times as long to compile. The gain was not timed on its own; CPUs gain nothing.
UNROLLED = 7


def run(step, projected, states, kernel, bias, flags=None, fresh=()):
    """Go over a sequence of projected inputs of one recurrent layer.

    Args:
        step: Function that maps `(projected, states, kernel, bias)` of one step to the
            states after it.
        projected: Array `(B, T, gates · H)`.
        states: List of arrays `(B, H)`, before the first step.
        kernel: Array `(H, gates · H)`, the recurrent weights.
        bias: Array `(gates · H,)`, the recurrent bias, or `None`.
        flags: Boolean array `(B, T)`: whether `fresh` replaces the states before the
            step. Defaults to never.
        fresh: List of arrays `(B, H)`, needed with `flags`. Defaults to none.

    Returns:
        The hidden states `(B, T, H)`, and the list of states after the last step.
    """
    if flags is None:
        flags, fresh = jnp.zeros(projected.shape[:2], bool), states
    biases = jnp.zeros_like(projected) + (0 if bias is None else bias)
    return _loop(step, projected, biases, list(states), list(fresh), flags, kernel)


def _scan(step, projected, biases, states, fresh, flags, kernel):
    def body(states, now):
        projected, bias, flag = now
        states = [
            jnp.where(flag[:, None], new, old)
            for new, old in zip(fresh, states, strict=True)
        ]
        states = step(projected, states, kernel, bias)
        return states, states[0]

    by_time = [jnp.moveaxis(each, 1, 0) for each in (projected, biases, flags)]
    unroll = UNROLLED if jax.default_backend() == "gpu" else 1
    last, hidden = jax.lax.scan(body, states, by_time, unroll=unroll)
    return jnp.moveaxis(hidden, 0, 1), last


_loop = jax.custom_vjp(_scan, nondiff_argnums=(0,))


def _forward(step, projected, biases, states, fresh, flags, kernel):
    def with_this_kernel(*inputs):
        return _scan(step, *inputs, flags, kernel)

    answer, pull_back = jax.vjp(with_this_kernel, projected, biases, states, fresh)
    before = jnp.concatenate([states[0][:, None], answer[0][:, :-1]], axis=1)
    before = jnp.where(flags[..., None], fresh[0][:, None], before)
    return answer, (pull_back, before, flags)


def _backward(step, kept, gradients):
    pull_back, before, flags = kept
    inputs = pull_back(gradients)
    # The bias of a step has the gradient of the product that it is added to.
    of_kernel = jnp.einsum("bth,btg->hg", before, inputs[1])
    return *inputs, None, of_kernel


_loop.defvjp(_forward, _backward)
