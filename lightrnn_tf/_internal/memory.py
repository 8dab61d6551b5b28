"""Says which table memory was needed for where there is none left."""

import contextlib

_SAID = "out of memory for"


@contextlib.contextmanager
def memory_for(what: str):
    """Name what is made inside where memory runs out.

    Args:
        what: What it is and how large, as in "the loss tables, 9 words × 6 cells".

    Raises:
        MemoryError: Where Python, NumPy, TensorFlow or JAX have none left.
    """
    try:
        yield
    except Exception as error:
        if str(error).startswith(_SAID) or not _is_of_memory(error):
            raise  # What is made inside of it was named already, or another error.
        first = (str(error).strip() or "no more is free").splitlines()[0]
        raise MemoryError(f"{_SAID} {what}: {first}") from error


def _is_of_memory(error):
    # TensorFlow's class is not known where it is not loaded; JAX has none.
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "ResourceExhaustedError"
        or str(error).startswith("RESOURCE_EXHAUSTED")
    )
