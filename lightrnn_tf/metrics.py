"""What is measured: perplexity while training, and taps that a keyboard saves."""

from lightrnn_tf.models.perplexity import Perplexity
from lightrnn_tf.scoring.keystrokes import Keystrokes, keystrokes

__all__ = ["Keystrokes", "Perplexity", "keystrokes"]
