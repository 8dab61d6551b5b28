"""Checks of arguments.

Each check raises a `ValueError` that names the argument and says what it must be and
what was received. `name` is the name of the argument, `value` what was passed for it.
"""

import math
import os


def positive_integer(name: str, value: object) -> None:
    """Check that an argument is an integer above 0.

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.

    Raises:
        ValueError: If it is something else.
    """
    if type(value) is not int or value < 1:
        raise ValueError(
            f"`{name}` must be a positive integer. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def natural_number(name: str, value: object) -> None:
    """Check that an argument is an integer of at least 0.

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.

    Raises:
        ValueError: If it is something else.
    """
    if type(value) is not int or value < 0:
        raise ValueError(
            f"`{name}` must be an integer of at least 0. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def fraction(name: str, value: object) -> None:
    """Check that an argument is a number in [0, 1).

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.

    Raises:
        ValueError: If it is something else.
    """
    if type(value) not in (int, float) or not 0 <= value < 1:  # type: ignore[operator]
        raise ValueError(
            f"`{name}` must be a number in [0, 1). "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def boolean(name: str, value: object) -> None:
    """Check that an argument is `True` or `False`.

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.

    Raises:
        ValueError: If it is something else.
    """
    if type(value) is not bool:
        raise ValueError(
            f"`{name}` must be True or False. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def string(name: str, value: object) -> None:
    """Check that an argument is a string.

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.

    Raises:
        ValueError: If it is something else.
    """
    if not isinstance(value, str):
        raise ValueError(
            f"`{name}` must be a string. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def several(name: str, value: object) -> None:
    """Check that an argument is a list or another collection, but not a string.

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.

    Raises:
        ValueError: If it is something else.
    """
    if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
        raise ValueError(
            f"`{name}` must be a list or another collection. "
            f"Received: {name}={str(value)[:64]!r} (of type {type(value).__name__})."
        )


def strings(name: str, value: object) -> None:
    """Check that an argument is a collection of strings, but not a string.

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.

    Raises:
        ValueError: If it is something else.
    """
    several(name, value)
    for item in value:  # type: ignore[attr-defined]
        if not isinstance(item, str):
            raise ValueError(
                f"`{name}` must be strings. "
                f"Received: {item!r} (of type {type(item).__name__}) among them."
            )


def above_zero(name: str, value: object) -> None:
    """Check that an argument is a finite number above 0.

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.

    Raises:
        ValueError: If it is something else.
    """
    if type(value) not in (int, float) or not 0 < value < math.inf:  # type: ignore[operator]
        raise ValueError(
            f"`{name}` must be above 0 and finite. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Check that an argument is one of some words.

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.
        choices: Tuple of strings, the words allowed.

    Raises:
        ValueError: If it is something else.
    """
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f"`{name}` must be one of {', '.join(choices)}. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def function(name: str, value: object) -> None:
    """Check that an argument is a function or `None`.

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.

    Raises:
        ValueError: If it is something else.
    """
    if value is not None and not callable(value):
        raise ValueError(
            f"`{name}` must be a function or None. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def path(name: str, value: object) -> None:
    """Check that an argument is the path of a file or folder.

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.

    Raises:
        ValueError: If it is something else.
    """
    if not isinstance(value, str | os.PathLike):
        raise ValueError(
            f"`{name}` must be a path. "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def instance(name: str, value: object, *kinds: type) -> None:
    """Check that an argument is an object of one of some classes.

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.
        *kinds: The classes allowed.

    Raises:
        ValueError: If it is something else.
    """
    if not isinstance(value, kinds):
        wanted = " or a ".join(kind.__name__ for kind in kinds)
        raise ValueError(
            f"`{name}` must be a {wanted}. Received: a {type(value).__name__}."
        )


def seed(name: str, value: object) -> None:
    """Check that an argument is an integer in [0, 2³²).

    Args:
        name: String, the name of the argument.
        value: Anything, the value of the argument.

    Raises:
        ValueError: If it is something else.
    """
    if type(value) is not int or not 0 <= value < 2**32:
        raise ValueError(
            f"`{name}` must be an integer in [0, 2**32). "
            f"Received: {name}={value!r} (of type {type(value).__name__})."
        )


def divides(part_name: str, part: int, name: str, whole: int) -> None:
    """Check that one argument divides another.

    Args:
        part_name: String, the name of the divisor.
        part: Positive integer, the divisor.
        name: String, the name of the other argument.
        whole: Integer, the other argument.

    Raises:
        ValueError: If there is a remainder.
    """
    if whole % part:
        raise ValueError(
            f"`{name}` must be a multiple of `{part_name}`. "
            f"Received: {name}={whole}, {part_name}={part}."
        )
