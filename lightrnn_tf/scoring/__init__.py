"""Measures of a model: scores of a text, and the taps that a keyboard saves."""
