"""Says what needed the memory when memory runs out."""

import contextlib

_SAID = "out of memory for"


@contextlib.contextmanager
def memory_for(what: str):
    """Add to an error inside, if memory ran out, what the memory was for.

    Args:
        what: String, what is made and how large it is, as in
            `"the loss tables, 9 words × 6 cells"`.

    Raises:
        MemoryError: If Python, NumPy, TensorFlow or JAX runs out of memory.
    """
    try:
        yield
    except Exception as error:
        if str(error).startswith(_SAID) or not _is_of_memory(error):
            raise  # Another error, or one that an inner `memory_for` has explained.
        first = (str(error).strip() or "no more is free").splitlines()[0]
        raise MemoryError(f"{_SAID} {what}: {first}") from error


def _is_of_memory(error):
    # By name: TensorFlow may not be loaded, and JAX has no class for it.
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "ResourceExhaustedError"
        or str(error).startswith("RESOURCE_EXHAUSTED")
    )
