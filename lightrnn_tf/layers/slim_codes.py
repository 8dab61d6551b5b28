"""Which sub-vectors each word of a Slim layer is made of."""

import math

import numpy as np

from lightrnn_tf._internal import checks


def slim_codes(
    vocabulary_size: int, parts: int, vectors: int, groups: int, seed: int
) -> np.ndarray:
    """Return which sub-vectors each word is made of, drawn at random but evenly.

    The assignment follows from its arguments alone, whatever the machine and the
    version of NumPy, so nobody has to store it.

    Args:
        vocabulary_size: Positive integer, `V`.
        parts: Positive integer. Sub-vectors of a word, `K`.
        vectors: Positive integer. Sub-vectors in all, `M`, a multiple of `groups`.
        groups: 1: each part may be any of the M; `K`: part k is one of the M/K that
            are its own.
        seed: Integer in [0, 2³²).

    Returns:
        int32 `(V, K)`, numbers in [0, M/groups). Within a group the sub-vectors are
        used equally often, or by one time more.

    Raises:
        ValueError: If an argument is none of these, there are more sub-vectors than
            places for them, or so few that words would have to be alike.

    Example:

    >>> from lightrnn_tf.layers import slim_codes
    >>> np.bincount(slim_codes(7, parts=2, vectors=4, groups=1, seed=0).ravel())
    array([4, 4, 3, 3])

    References:
        Li et al., "Slim Embedding Layers for Recurrent Neural Language Models", AAAI
        2018, https://arxiv.org/abs/1711.09873.
    """
    for name, value in (
        ("vocabulary_size", vocabulary_size),
        ("parts", parts),
        ("vectors", vectors),
    ):
        checks.positive_integer(name, value)
    checks.seed("seed", seed)
    if type(groups) is not int or groups not in (1, parts):
        raise ValueError(
            f"`groups` must be 1, or {parts} as `parts`. Received: {groups!r}."
        )
    if vectors % groups:
        raise ValueError(
            f"`vectors` must be a multiple of `parts`: each part has sub-vectors of "
            f"its own. Received: vectors={vectors}, parts={parts}."
        )
    if vectors > vocabulary_size * parts:
        raise ValueError(
            f"`vectors` must be at most vocabulary_size · parts, "
            f"{vocabulary_size * parts}. Received: vectors={vectors}."
        )
    of_a_part = vectors // groups
    # By logarithms: a power could be a number that no memory holds.
    if parts * math.log(of_a_part) < math.log(vocabulary_size) - 1e-9:
        raise ValueError(
            "`vectors` must be enough for all words to differ. Received: "
            f"{of_a_part} for each of {parts} parts of {vocabulary_size} words."
        )
    # The stream of RandomState, unlike that of the newer generators, is frozen.
    rng = np.random.RandomState(seed)
    slots = vocabulary_size * parts // groups
    used = np.arange(slots) % of_a_part
    codes = np.stack([rng.permutation(used) for _ in range(groups)])
    if groups == 1:
        codes = codes.reshape(vocabulary_size, parts).T
    return np.ascontiguousarray(codes.T.astype(np.int32))
