"""Moving words to better cells: loss tables, a round, and the callback of `fit`."""

from lightrnn_tf.reallocation.rounds import Round, check, reallocate

__all__ = ["Round", "check", "reallocate"]
