"""The exported files that come with the package."""

import pathlib

from lightrnn_tf._internal import checks
from lightrnn_tf.predictors.exported import LiteRTPredictor

_FOLDER = pathlib.Path(__file__).parent.parent / "pretrained"


def names() -> list[str]:
    """Return the names of the models that come with the package.

    Example:

    >>> names()
    ['en']
    """
    stems = (path.stem for path in _FOLDER.glob("*.tflite"))
    # A file that is being written has a name with a point.
    return sorted(stem for stem in stems if "." not in stem)


def path_of(name: str) -> pathlib.Path:
    """Return the path of a model that comes with the package.

    Args:
        name: `"en"`, for English. Its card is beside it, `en.md`.

    Raises:
        ValueError: If there is no such model.

    Example:

    >>> path_of("en").with_suffix(".md").is_file()
    True
    """
    checks.one_of("name", name, tuple(names()))
    return _FOLDER / f"{name}.tflite"


def pretrained(name: str) -> LiteRTPredictor:
    """Open a model that comes with the package.

    Args:
        name: `"en"`, for English.

    Returns:
        The `LiteRTPredictor`.

    Raises:
        ModuleNotFoundError: If no runtime is installed.
        ValueError: If there is no such model.

    Example:

    >>> predictor = pretrained("en")
    >>> state = decoding.read(predictor, predictor.tokenizer.words("how are"))
    >>> decoding.top_k(predictor, state, k=1).words
    ['you']
    """
    return LiteRTPredictor(path_of(name))
