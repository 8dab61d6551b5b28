"""Checks of arguments, with messages that say what was passed and what to do."""

import math
import os


def positive_integer(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` is an integer above 0."""
    if type(value) is not int or value < 1:
        raise ValueError(
            f"`{name}` must be a positive integer. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def natural_number(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` is an integer of at least 0."""
    if type(value) is not int or value < 0:
        raise ValueError(
            f"`{name}` must be an integer of at least 0. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def fraction(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` is a number in [0, 1)."""
    if type(value) not in (int, float) or not 0 <= value < 1:  # type: ignore[operator]
        raise ValueError(
            f"`{name}` must be a number in [0, 1). "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def boolean(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` is `True` or `False`."""
    if type(value) is not bool:
        raise ValueError(
            f"`{name}` must be True or False. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def string(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` is a string."""
    if not isinstance(value, str):
        raise ValueError(
            f"`{name}` must be a string. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def several(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` has items, as a list has and no string."""
    if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
        raise ValueError(
            f"`{name}` must be a list or another collection. "
            f"Received: {name}={str(value)[:64]!r} (of type {type(value).__name__})."
        )


def strings(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` has strings only, as a list of them has."""
    several(name, value)
    for item in value:  # type: ignore[attr-defined]
        if not isinstance(item, str):
            raise ValueError(
                f"`{name}` must be strings. "
                f"Received: {item!r} (of type {type(item).__name__}) among them."
            )


def above_zero(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` is a finite number above 0."""
    if type(value) not in (int, float) or not 0 < value < math.inf:  # type: ignore[operator]
        raise ValueError(
            f"`{name}` must be above 0 and finite. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise `ValueError` unless `value` is one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f"`{name}` must be one of {', '.join(choices)}. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def function(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` can be called, or is `None`."""
    if value is not None and not callable(value):
        raise ValueError(
            f"`{name}` must be a function or None. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def path(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` is the name of a file or a folder."""
    if not isinstance(value, str | os.PathLike):
        raise ValueError(
            f"`{name}` must be a path. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def instance(name: str, value: object, *kinds: type) -> None:
    """Raise `ValueError` unless `value` is of one of the classes `kinds`."""
    if not isinstance(value, kinds):
        wanted = " or a ".join(kind.__name__ for kind in kinds)
        raise ValueError(
            f"`{name}` must be a {wanted}. Received: a {type(value).__name__}."
        )


def seed(name: str, value: object) -> None:
    """Raise `ValueError` unless `value` is an integer in [0, 2³²)."""
    if type(value) is not int or not 0 <= value < 2**32:
        raise ValueError(
            f"`{name}` must be an integer in [0, 2**32). "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def divides(part_name: str, part: int, name: str, whole: int) -> None:
    """Raise `ValueError` unless `part` divides `whole`."""
    if whole % part:
        raise ValueError(
            f"`{name}` must be a multiple of `{part_name}`. "
            f"Received: {name}={whole}, {part_name}={part}."
        )
