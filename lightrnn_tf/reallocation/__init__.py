"""Moving words to better cells: loss tables, reallocation, a callback for `fit`."""

from lightrnn_tf._internal import lazy

_PLACES = {"Matching": "matching", "Round": "rounds", "reallocate": "rounds"}

__all__ = [*_PLACES]  # noqa: PLE0604

__getattr__ = lazy.attributes(
    __name__, {name: f"{__name__}.{place}:{name}" for name, place in _PLACES.items()}
)
