"""Defines options of commands as fields of dataclasses, to parse and to check."""

import argparse
import dataclasses
from collections.abc import Callable
from typing import Any

from lightrnn_tf._internal import checks


@dataclasses.dataclass(frozen=True)
class Kind:
    """The kind of values that an option takes.

    Attributes:
        parse: Function that turns typed text into a value, or raises
            `ArgumentTypeError`.
        check: Function of a name and a value that raises `ValueError` if the value is
            of another kind.

    Example:

    >>> POSITIVE.parse("3")
    3
    """

    parse: Callable[[str], Any]
    check: Callable[[str, Any], None]


def _whole_number(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(
                f"must be a whole number, not {text!r}"
            ) from error
        if value < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}, not {value}")
        return value

    return parse


POSITIVE = Kind(_whole_number(1), checks.positive_integer)
NATURAL = Kind(_whole_number(0), checks.natural_number)


@dataclasses.dataclass(frozen=True)
class _Option:
    """What the metadata of a field tell about its option; see `option`."""

    help: str
    kind: Kind | None
    metavar: str | None
    choices: tuple[str, ...]
    several: bool
    flag: str | None


def option(
    default: Any,
    help: str,
    kind: Kind | None = None,
    metavar: str | None = None,
    choices: tuple[str, ...] = (),
    several: bool = False,
    flag: str | None = None,
) -> Any:
    """Return a field of a dataclass for an option.

    Args:
        default: The default value; `True` or `False` makes the option a switch.
        help: String, what the option does. A default that is a number or a string is
            added to it.
        kind: A `Kind`. Defaults to `None`, any text.
        metavar: String that stands for the value in the help. Defaults to `None`.
        choices: Tuple of strings, the words allowed. Defaults to all.
        several: Boolean. Whether the option takes several values. Defaults to `False`.
        flag: String, the flag as typed. Defaults to the name of the field.

    Returns:
        The field.
    """
    return dataclasses.field(
        default=default,
        metadata={"option": _Option(help, kind, metavar, choices, several, flag)},
    )


def with_default(cls: type, name: str, default: Any) -> Any:
    """Return a copy of an option with another default.

    Args:
        cls: Dataclass that has the option.
        name: String, the name of its field.
        default: The new default.

    Returns:
        The field for another dataclass.
    """
    return dataclasses.field(default=default, metadata=_field(cls, name).metadata)


def _field(cls, name):
    (field,) = (field for field in dataclasses.fields(cls) if field.name == name)
    return field


def name_of(field: dataclasses.Field) -> str:
    """Return the unique name of an option, in Python and in files.

    Args:
        field: The field of the option.

    Returns:
        The flag as an identifier if the option has a flag of its own, else the name of
        the field.
    """
    flag = field.metadata["option"].flag
    return flag.removeprefix("--").replace("-", "_") if flag else field.name


def flag_of(name: str) -> str:
    """Return the flag of an option.

    Args:
        name: String, the name of the option.

    Returns:
        The flag.

    Example:

    >>> flag_of("vocab_size")
    '--vocab-size'
    """
    return "--" + name.replace("_", "-")


class Checked:
    """Base class of dataclasses of options, which checks their values.

    Raises:
        ValueError: If an option has a value of another kind.

    Example:

    >>> @dataclasses.dataclass
    ... class Options(Checked):
    ...     epochs: int = option(3, "number of epochs", kind=POSITIVE)
    >>> Options(epochs=0)
    Traceback (most recent call last):
    ValueError: `epochs` must be a positive integer. Received: epochs=0 (of type int).
    """

    def __post_init__(self):
        for field in dataclasses.fields(self):
            asked, value = field.metadata["option"], getattr(self, field.name)
            if value is None and field.default is None:
                continue
            name = name_of(field)
            if asked.choices:
                checks.one_of(name, value, asked.choices)
            elif isinstance(field.default, bool):
                checks.boolean(name, value)
            elif asked.kind:
                asked.kind.check(name, value)
            elif asked.several:
                checks.strings(name, value)
            else:
                checks.string(name, value)
            if isinstance(field.default, tuple):  # JSON has lists alone.
                setattr(self, field.name, tuple(value))


def add_to(
    add: Callable, options: type, *others: type, differs: dict[str, type] | None = None
) -> None:
    """Add the options of a dataclass to a parser.

    The parser returns only the options that the user gives.

    Args:
        add: Function, the `add_argument` of a parser or a group.
        options: The dataclass.
        *others: Dataclasses whose options are left out, because another group has them.
        differs: Dict from names to dataclasses that have the same options with other
            defaults, which the help shows. Defaults to `None`.
    """
    known = {field.name for cls in others for field in dataclasses.fields(cls)}
    for field in dataclasses.fields(options):
        if field.name not in known:
            shown = _shown(field)
            for name, other in (differs or {}).items():
                default = _field(other, field.name).default
                if default != field.default and not isinstance(default, bool):
                    shown["help"] += f", {name}: {default}"
            add(flag_of(name_of(field)), default=argparse.SUPPRESS, **shown)


def _shown(field) -> dict[str, Any]:
    asked, default = field.metadata["option"], field.default
    text = asked.help
    if isinstance(default, bool):
        yes_or_no = argparse.BooleanOptionalAction if default else "store_true"
        return {"action": yes_or_no, "help": text.replace("%", "%%")}
    if type(default) in (int, float, str) and "default" not in text:
        told = f"{default:g}" if isinstance(default, float) else default
        text = f"{text}; default: {told}".removeprefix("; ")
    shown = {"help": text.replace("%", "%%"), "metavar": asked.metavar}
    if asked.choices:
        shown["choices"] = asked.choices
        del shown["metavar"]
    if asked.kind:
        shown["type"] = asked.kind.parse
    if asked.several:
        shown["nargs"] = "+"
    return shown
