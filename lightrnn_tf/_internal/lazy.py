"""Imports public names when they are first used."""

import importlib
from collections.abc import Callable
from typing import Any


def attributes(package: str, places: dict[str, str]) -> Callable[[str], Any]:
    """Return a `__getattr__` for a package whose names are defined elsewhere.

    Args:
        package: String, the name of the package.
        places: Dict from each public name to its place: `"module:attribute"`, as in
            `"lightrnn_tf.data.streams:Windows"`, or a module, as in
            `"lightrnn_tf.layers"`.

    Returns:
        A function that takes a name and returns its value.

    Example:

    >>> attributes("package", {"root": "math:sqrt"})("root")(4)
    2.0
    """

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, attribute = places[name].partition(":")
        found = importlib.import_module(module)
        return getattr(found, attribute) if attribute else found

    return get
