"""What is measured: perplexity while training, and keys that a keyboard saves."""

from lightrnn_tf.models.perplexity import Perplexity
from lightrnn_tf.scoring.keystrokes import Keystrokes, keystrokes
from lightrnn_tf.scoring.phrases import PhraseKeystrokes, phrase_keystrokes

__all__ = [
    "Keystrokes",
    "Perplexity",
    "PhraseKeystrokes",
    "keystrokes",
    "phrase_keystrokes",
]
