"""Public names that are imported when they are first used."""

import importlib
from collections.abc import Callable
from typing import Any


def attributes(package: str, places: dict[str, str]) -> Callable[[str], Any]:
    """Return a `__getattr__` for a package whose names live elsewhere.

    Args:
        package: The name of the package.
        places: For each public name the module that has it, or that it is, as in
            `"lightrnn_tf.data.streams:Windows"` or `"lightrnn_tf.layers"`.
    """

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, attribute = places[name].partition(":")
        found = importlib.import_module(module)
        return getattr(found, attribute) if attribute else found

    return get
