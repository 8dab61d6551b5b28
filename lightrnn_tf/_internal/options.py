"""Options of a command as fields of a dataclass: written once, parsed and checked."""

import argparse
import dataclasses
from collections.abc import Callable
from typing import Any

from lightrnn_tf._internal import checks


@dataclasses.dataclass(frozen=True)
class Kind:
    """What values an option takes.

    Attributes:
        parse: Turns what was typed into a value; raises `ArgumentTypeError`.
        check: Raises `ValueError` for a name and a value that is none.
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
    """How an option is typed and what its help says."""

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
    """Return the field of an option.

    Args:
        default: Its default; `True` and `False` make a switch.
        help: What it does; a default that is a number or a word is added.
        kind: Its values. Defaults to any text.
        metavar: What stands for the value in the help.
        choices: The words that it may be. Defaults to any.
        several: Whether it takes several values.
        flag: As it is typed. Defaults to the name of the field.
    """
    return dataclasses.field(
        default=default,
        metadata={"option": _Option(help, kind, metavar, choices, several, flag)},
    )


def with_default(cls: type, name: str, default: Any) -> Any:
    """Return a field of a dataclass of options with another default."""
    return dataclasses.field(default=default, metadata=_field(cls, name).metadata)


def _field(cls, name):
    (field,) = (field for field in dataclasses.fields(cls) if field.name == name)
    return field


def name_of(field: dataclasses.Field) -> str:
    """Return what an option is called, in Python and in files, beside all others."""
    flag = field.metadata["option"].flag
    return flag.removeprefix("--").replace("-", "_") if flag else field.name


def flag_of(name: str) -> str:
    """Return how an option of that name is typed."""
    return "--" + name.replace("_", "-")


class Checked:
    """Base of dataclasses of options: each value is checked when one is made."""

    def __post_init__(self):
        for field in dataclasses.fields(self):
            asked, value = field.metadata["option"], getattr(self, field.name)
            if value is None and field.default is None:
                continue
            if asked.choices:
                checks.one_of(name_of(field), value, asked.choices)
            elif isinstance(field.default, bool):
                checks.boolean(name_of(field), value)
            elif asked.kind:
                asked.kind.check(name_of(field), value)


def add_to(
    add: Callable, options: type, *others: type, differs: dict[str, type] | None = None
) -> None:
    """Add the options of a dataclass to a parser, those that were not added yet.

    What is not given is not in what the parser returns.

    Args:
        add: `add_argument` of a parser or a group.
        options: The dataclass.
        *others: Those whose options were added to other groups.
        differs: Dataclasses with the same options and other defaults, by what they
            are called. Defaults to none.
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
