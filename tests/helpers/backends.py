"""Marks for tests that both backends of Keras run."""

import keras
import pytest

# JAX compiles each new shape and function for seconds.
ON_JAX = keras.backend.backend() == "jax"
# What the backend makes no difference to.
once = pytest.mark.skipif(ON_JAX, reason="the same on each backend")
# On JAX `make slow-test` runs it.
slow_on_jax = pytest.mark.slow if ON_JAX else pytest.mark.filterwarnings()
