"""The card of a model: what a file says about itself to people.

Files come from strangers, so a card is data and nothing else: text of limited length,
and numbers. Show it as text.
"""

import json
import pathlib
import sys
from typing import Any

from lightrnn_tf._internal import checks

# Most characters of a text, and most items of a list.
MAX_TEXT, MAX_ITEMS = 2000, 200
TEXTS = ("name", "language", "licence")
# What the card says of a text that the model was trained on, and of one it was scored
# on: its name, and numbers.
OF_TEXT = ("name", "licence")
OF_SCORE = ("perplexity", "unknown_words", "top3", "keystrokes_saved")
# What people say about a model; all else is measured.
ABOUT = ("name", "licence", "texts", "not_for")


def check_card(name: str, card: Any) -> None:
    """Check that a card has its parts, of the right types and lengths.

    Args:
        name: String, what the error calls the card.
        card: Anything. A card is a dict: `name`, `language` and `licence` are strings,
            `texts` is a list of dicts with `name` and `licence`, `scores` a list of
            dicts with `text`, `cache` and numbers, `sizes` a dict of whole numbers,
            `not_for` a list of strings. What else there may be is not looked at.

    Raises:
        ValueError: If it is something else.

    Example:

    >>> check_card("card", {"name": 3})
    Traceback (most recent call last):
    ValueError: `card` must have `name`, text of at most 2,000 characters. Received: 3.
    """
    card = _dict(name, card)
    for part in TEXTS:
        _check_text(name, part, card.get(part))
    check_about(name, card)
    for part in ("texts", "not_for"):
        _list(name, part, card.get(part))
    for score in _list(name, "scores", card.get("scores")):
        score = _dict(f"scores of {name}", score)
        _check_text(name, "text of scores", score.get("text"))
        checks.boolean(f"{name}: cache of scores", score.get("cache"))
        for part in OF_SCORE:
            most = sys.float_info.max if part == "perplexity" else 1
            _check_number(name, f"{part} of scores", score.get(part), most)
    sizes = _dict(f"sizes of {name}", card.get("sizes"))
    if len(sizes) > MAX_ITEMS:
        raise ValueError(
            f"`{name}` must have at most {MAX_ITEMS} `sizes`. Received: {len(sizes)}."
        )
    for part, size in sizes.items():
        _check_text(name, "name of sizes", part)
        checks.natural_number(f"{name}: sizes", size)


def check_about(name: str, about: Any) -> None:
    """Check what people say about a model: any of `ABOUT`.

    Args:
        name: String, what the error calls it.
        about: Anything; a dict of parts of a card.

    Raises:
        ValueError: If a part is none.
    """
    about = _dict(name, about)
    for part in {"name", "licence"} & about.keys():
        _check_text(name, part, about[part])
    for text in _list(name, "texts", about.get("texts", [])):
        text = _dict(f"texts of {name}", text)
        for part in OF_TEXT:
            _check_text(name, f"{part} of texts", text.get(part))
    for line in _list(name, "not_for", about.get("not_for", [])):
        _check_text(name, "not_for", line)


def read_about(path: str | pathlib.Path) -> dict:
    """Read what people say about a model from a JSON file.

    Args:
        path: The file: an object with any of `name`, `licence`, `texts` and `not_for`.

    Returns:
        The object, a dict.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is something else.
    """
    path = pathlib.Path(path)
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} must be JSON. Received: {error}.") from error
    check_about(str(path), about)
    unknown = sorted(about.keys() - set(ABOUT))
    if unknown:
        raise ValueError(
            f"{path} must have no other parts than {', '.join(ABOUT)}. Received: "
            f"{unknown[0]!r}."
        )
    return about


def _dict(name, value):
    if not isinstance(value, dict):
        raise ValueError(
            f"`{name}` must be a JSON object. Received: a {type(value).__name__}."
        )
    return value


def _list(name, part, value):
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        received = (
            f"{len(value)} items"
            if isinstance(value, list)
            else f"a {type(value).__name__}"
        )
        raise ValueError(
            f"`{name}` must have `{part}`, a list of at most {MAX_ITEMS}. Received: "
            f"{received}."
        )
    return value


def _check_text(name, part, value):
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise ValueError(
            f"`{name}` must have `{part}`, text of at most {MAX_TEXT:,} characters. "
            f"Received: {str(value)[:64] or 'nothing'}."
        )


def _check_number(name, part, value, most):
    if type(value) not in (int, float) or not 0 <= value <= most:
        raise ValueError(
            f"`{name}` must have `{part}`, a number from 0 to {most:g}. Received: "
            f"{str(value)[:64]}."
        )
