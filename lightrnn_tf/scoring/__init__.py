"""How good a model is: scores of a text, and the taps that a keyboard saves."""
