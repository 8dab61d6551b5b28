"""Candidates of a query against sets."""

import numpy as np
import pytest

from lightrnn_tf.words.candidates import Candidates
from lightrnn_tf.words.lexicon import Lexicon


@pytest.mark.parametrize("columns", [1, 2, 7, 8, 9, 30])
@pytest.mark.parametrize("begun", [None, 0, 1, 25])
def test_rows_and_places_are_those_of_sets(columns, begun, rng):
    size = 6 * columns
    allowed = rng.random(size) < 0.6
    among = None if begun is None else rng.permutation(size)[:begun]
    candidates = Candidates(allowed, columns, among)
    wanted = set(np.flatnonzero(allowed).tolist())
    if among is not None:
        wanted &= set(among.tolist())
    cells = rng.permutation(size)
    assert [cell in wanted for cell in cells] == candidates.are(cells).tolist()
    for but in (cells[:0], cells[: size // 2], cells):
        left = {cell // columns for cell in wanted - set(but.tolist())}
        assert np.flatnonzero(candidates.rows(but)).tolist() == sorted(left)
    rows = np.array([4, 0, 5])
    places = [
        n * columns + column
        for n, row in enumerate(rows.tolist())
        for column in range(columns)
        if row * columns + column in wanted
    ]
    assert candidates.places(rows).tolist() == places


def test_what_was_asked_for_is_not_looked_up_again(monkeypatch):
    lexicon = Lexicon(["the", "<eos>", "Then", "<unk>"])
    asked = []
    real = Lexicon.with_prefix

    def with_prefix(self, *query):
        asked.append(query)
        return real(self, *query)

    monkeypatch.setattr(Lexicon, "with_prefix", with_prefix)
    for _ in range(3):
        found = lexicon.candidates(2, "th", ignore_case=True)
        assert found.places(np.arange(2)).tolist() == [0, 2]
        assert lexicon.candidates(2, "th").places(np.arange(2)).tolist() == [0]
        assert lexicon.candidates(2).places(np.arange(2)).tolist() == [0, 2]
        everything = lexicon.candidates(2, all_tokens=True)
        assert everything.places(np.arange(2)).tolist() == [0, 1, 2, 3]
    assert asked == [("th", True), ("th", False)]
