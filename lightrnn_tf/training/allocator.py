"""Keeps the C library from giving the memory of every step back to the system."""

import ctypes
import functools
import sys

# Names and numbers of glibc's malloc.h.
_M_TOP_PAD, _M_MMAP_MAX = -2, -4
_KEPT_BYTES = 1 << 28


@functools.cache
def keep_freed_memory() -> None:
    """Let what a step has freed be taken up again by the next.

    As soon as TensorFlow (seen in 2.21) runs a dataset made of a generator, which is
    what Keras turns a `PyDataset` into, it sets glibc's M_TRIM_THRESHOLD to 128 kB.
    From then on each large tensor is mapped anew and given back when it is freed, and
    filling in its pages takes a third of a training step. Blocks on the heap, with so
    much kept at its end, are not affected. Does nothing without glibc.

    It changes the whole process, so `lightrnn train` calls it and a model does not;
    call it before `fit` where the process is yours.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TOP_PAD, _KEPT_BYTES)
