"""The draw of the sub-vectors that each word of a Slim layer is made of."""

import math

import numpy as np

from lightrnn_tf._internal import checks


def slim_codes(
    vocabulary_size: int, parts: int, vectors: int, groups: int, seed: int
) -> np.ndarray:
    """Draw the sub-vectors that each word is made of, at random but evenly.

    The same arguments give the same codes on every machine and with every version of
    NumPy, so nobody has to store them.

    Args:
        vocabulary_size: Positive integer, `V`.
        parts: Positive integer. Sub-vectors of a word, `K`.
        vectors: Positive integer. Sub-vectors in all, `M`, a multiple of `groups`.
        groups: 1: each part may be any of the M sub-vectors; `K`: each part has M/K
            sub-vectors of its own.
        seed: Integer in [0, 2³²).

    Returns:
        int32 `(V, K)`, numbers in [0, M/groups). How often two sub-vectors of a group
        are used differs by at most 1.

    Raises:
        ValueError: If an argument is none of these, there are more sub-vectors than
            places for them, or too few for all words to differ.

    Example:

    >>> np.bincount(slim_codes(7, parts=2, vectors=4, groups=1, seed=0).ravel())
    array([4, 4, 3, 3])

    References:
        Li et al., "Slim Embedding Layers for Recurrent Neural Language Models", AAAI
        2018, https://arxiv.org/abs/1711.09873.
    """
    _check(vocabulary_size, parts, vectors, groups, seed)
    # NumPy keeps the numbers of RandomState as they are, unlike those of its newer
    # generators.
    rng = np.random.RandomState(seed)
    slots = vocabulary_size * parts // groups
    used = np.arange(slots) % (vectors // groups)
    codes = np.stack([rng.permutation(used) for _ in range(groups)])
    if groups == 1:
        codes = codes.reshape(vocabulary_size, parts).T
    return np.ascontiguousarray(codes.T.astype(np.int32))


def _check(vocabulary_size, parts, vectors, groups, seed):
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
    # In logarithms: the power itself could be larger than memory.
    if parts * math.log(of_a_part) < math.log(vocabulary_size) - 1e-9:
        raise ValueError(
            "`vectors` must be enough for all words to differ. Received: "
            f"{of_a_part} for each of {parts} parts of {vocabulary_size} words."
        )
