"""What Keras compiles, run operation by operation: to trace it takes seconds."""

import contextlib

import keras


@contextlib.contextmanager
def eagerly():
    """Run few and short steps without compiling them; on JAX nothing is changed."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)
