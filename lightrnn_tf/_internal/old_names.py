"""Arguments that were called something else before, in configs and by users."""

# The old name of each argument, and what it is called today.
_RENAMED = {"residual_dim": "word_dim", "cell_bias": "word_bias"}
_REPLACED = {
    "within_word": "the model `PaperRNN`, --paper",
    "no_cell_bias": "`no_word_bias`",
    **{old: f"`{new}`" for old, new in _RENAMED.items()},
}


def with_new_names(config: dict) -> dict:
    """Return a config with the names that arguments have today.

    Args:
        config: Values by the name of the argument, old or new.

    Returns:
        The same values by today's names.
    """
    return {_RENAMED.get(name, name): value for name, value in config.items()}


def successor(name: str) -> str:
    """Say what stands in the place of an argument that is gone.

    Args:
        name: The name that was given, as an argument or as an option.

    Returns:
        A sentence with a space before it; nothing if there never was such an argument.
    """
    old = name.removeprefix("--").replace("-", "_")
    return f" In its place there is {_REPLACED[old]}." if old in _REPLACED else ""
