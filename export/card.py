"""The card of a model: in the manifest of its file, and as a page beside the file."""

import pathlib
from collections.abc import Iterable
from typing import Any

from lightrnn_tf._internal import checks
from lightrnn_tf.predictors.card import OF_SCORE, check_card
from lightrnn_tf.predictors.exported import LiteRTPredictor

_NOT_STATED = "not stated"
# What no model of words is for, whatever it was trained on.
NOT_FOR = (
    "Facts or advice: it knows which words follow each other, not what is true.",
    "Judging people by what they write, or writing in the name of somebody.",
    "Writing text on its own: each word is for a person to choose.",
)
_PROTOCOL = (
    "Measured with this file, on the first lines of each text. Perplexity and top-3, "
    "the share of words that are among the three best, count every word and sign. Keys "
    "saved are by the phrases protocol of `lightrnn evaluate --keystrokes`: characters "
    "without case and punctuation, three words shown, also before the first letter, "
    "and a choice is one key. With memory, words of the lines before are remembered, "
    "as in a conversation. Frequent words: what the most frequent words that begin "
    "with the typed letters would save."
)


def made(
    file: LiteRTPredictor, language: str, about: dict, scores: Iterable[dict]
) -> dict[str, Any]:
    """Return the card of an exported file.

    Args:
        file: The file.
        language: BCP-47 tag.
        about: What people say about the model: any of `name`, `licence`, `texts` and
            `not_for`. Without the last it has `NOT_FOR`.
        scores: For each text a dict with `text`, its name, `cache`, whether the text
            so far was remembered, `perplexity`, `unknown_words`, `top3` and
            `keystrokes_saved`.

    Returns:
        A dict for the entry `card` of the manifest.

    Raises:
        ValueError: If a part is none.
    """
    checks.instance("file", file, LiteRTPredictor)
    card = {
        "name": f"Next words for keyboards, {language}",
        "language": language,
        "licence": _NOT_STATED,
        "texts": [],
        "not_for": list(NOT_FOR),
        **about,
        "scores": list(scores),
        "sizes": {
            "words": file.manifest["vocabulary_size"],
            "suggestable_words": int(file.lexicon.suggestable.sum()),
            "model_bytes": file.manifest["model_bytes"],
        },
    }
    check_card("card", card)
    return card


def page(file: LiteRTPredictor) -> str:
    """Return the card of a file as a page.

    Args:
        file: The file, whose manifest has a `card`.

    Returns:
        Markdown text.
    """
    checks.instance("file", file, LiteRTPredictor)
    card = {name: _plain(part) for name, part in file.manifest["card"].items()}
    sizes, size = card["sizes"], pathlib.Path(file.path).stat().st_size
    parts = [
        f"# {card['name']}",
        f"Suggests the next word of text in the language `{card['language']}`, for a "
        f"keyboard. It has {sizes['words']:,} words, and suggests "
        f"{sizes['suggestable_words']:,} of them. The file has {size:,} bytes, "
        f"{sizes['model_bytes']:,} of them the model. Licence: {card['licence']}.",
        "## What it must not be used for",
        "\n".join(f"- {line}" for line in card["not_for"]),
        "## How well it suggests",
        _table(
            ("text", "memory", "lines", "unknown words", "perplexity", "top-3",
             "keys saved", "frequent words"),
            map(_score, card["scores"]),
        ),
        _PROTOCOL,
        "## Texts it was trained on",
        _table(
            ("text", "licence"),
            ((text["name"], text["licence"]) for text in card["texts"]),
        ) if card["texts"] else "Not stated.",
        "## How it was trained",
        _training(file.manifest),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _plain(part):
    """Return a part of a card without what would be markup on its page."""
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if isinstance(part, dict):
        return {name: _plain(item) for name, item in part.items()}
    if not isinstance(part, str):
        return part
    for sign in "\\|<>[]`":
        part = part.replace(sign, f"\\{sign}")
    return " ".join(part.split())


def _table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _score(score):
    perplexity, unknown, top3, saved = (score[name] for name in OF_SCORE)
    by_frequency = score.get("saved_by_frequency")
    return (
        score["text"],
        "yes" if score["cache"] else "no",
        score.get("lines", ""),
        f"{unknown:.1%}",
        f"{perplexity:.1f}",
        f"{top3:.1%}",
        f"{saved:.1%}",
        "" if by_frequency is None else f"{by_frequency:.1%}",
    )


def _training(manifest):
    training = _plain(manifest["training"])
    rounded = ", at last with weights rounded to four bits"
    parts = [
        f"{training['epochs']} epochs"
        + (rounded if manifest["quantize_aware"] else "")
        + "."
    ]
    parts += [
        f"{title}: {value:,}." if type(value) is int else f"{title}: {value}."
        for title, name in (
            ("Words and signs of text in an epoch", "tokens"),
            ("Trained numbers", "parameters"),
            ("Perplexity of the text that chose the best epoch", "valid_perplexity"),
            ("Seed", "seed"),
            ("Versions", "versions"),
        )
        if (value := training.get(name)) is not None
    ]
    return " ".join([*parts, f"Weights in the file: {manifest['quantization']}."])
