"""What a step has freed stays in the process, whatever TensorFlow sets."""

import ctypes
import subprocess
import sys

import pytest

# The second call is what TensorFlow's generator datasets do.
SCRIPT = """
import ctypes
from lightrnn_tf import training
libc = ctypes.CDLL(None)
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks",
                 "uordblks", "fordblks", "keepcost")]
libc.mallinfo2.restype, libc.malloc.restype = Info, ctypes.c_void_p
for kept in (False, True):
    if kept:
        training.keep_freed_memory()
    libc.mallopt(-1, 128 * 1024)
    before = libc.mallinfo2().hblks
    libc.malloc(ctypes.c_size_t(48 << 20))
    print(libc.mallinfo2().hblks - before)
"""


@pytest.mark.slow
def test_large_blocks_are_not_mapped_one_by_one():
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        pytest.skip("no mallinfo2: not glibc, or before 2.33")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["1", "0"]
