"""Models that answer: in memory, from a `.tflite`, with the words of a user.

`protocol` says what decoding and scoring ask of them.
"""
