"""Keeps the memory of each training step in the process."""

import ctypes
import functools
import sys

# Names and numbers of glibc's malloc.h.
_M_TOP_PAD, _M_MMAP_MAX = -2, -4
_KEPT_BYTES = 1 << 28


@functools.cache
def keep_freed_memory() -> None:
    """Let each training step reuse the memory that the step before has freed.

    Keras turns a `PyDataset` into a dataset made from a generator. When TensorFlow
    (seen in 2.21) runs one, it sets M_TRIM_THRESHOLD of glibc to 128 kB. From then on
    each large tensor is mapped anew and given back when it is freed, and filling in its
    pages takes a third of a training step. This function keeps large blocks on the
    heap, with 256 MiB spare at its end, where that does not happen. Without glibc it
    does nothing.

    It changes the whole process. So `lightrnn train` calls it and models do not; call
    it before `fit` if the process is yours.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TOP_PAD, _KEPT_BYTES)
