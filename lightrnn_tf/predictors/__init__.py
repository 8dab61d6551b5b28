"""Predictors: models that answer, in memory, exported or with the words of a user.

`protocol` says what decoding and scoring ask of them.
"""
