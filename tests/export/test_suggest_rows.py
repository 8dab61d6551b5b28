"""How many rows `suggest` looks at: chosen by a text, written down, and read back."""

import lightrnn_tf_export
import numpy as np
import pytest
from helpers.exported import make
from lightrnn_tf_export import suggest_rows

from lightrnn_tf import decoding
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.predictors.in_memory import KerasPredictor


@pytest.mark.parametrize(
    ("needed", "rows", "wanted"),
    [
        ([1, 1, 1], 50, 4),
        ([5, 6, 8, 8], 50, 8),
        ([9] * 10, 50, 12),
        ([9] * 10, 10, 10),
        ([40] * 10, 50, 32),
        ([1, 40], 50, 8),
        ([3], 2, 2),
    ],
)
def test_the_fastest_number_of_rows(needed, rows, wanted):
    assert suggest_rows.fastest(np.array(needed), rows) == wanted


def test_rows_that_are_needed_equal_brute_force(rng):
    model, vocabulary = make("tall")
    reference = KerasPredictor(model, vocabulary)
    ids = rng.integers(0, len(vocabulary), 30)
    found = []
    monkey = suggest_rows.fastest
    try:
        suggest_rows.fastest = lambda needed, rows: found.append(needed) or 1
        suggest_rows.chosen(reference, ids)
    finally:
        suggest_rows.fastest = monkey
    state, wanted = reference.start(), []
    for word in ids:
        third = decoding.top_k(reference, state, 3).log_probs[-1]
        wanted.append(int((state.row_log_probs > third).sum()))
        cell = reference.lexicon[vocabulary.words[word]]
        state = reference.advance(cell, state)
    assert found[0].tolist() == wanted


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_suggest_looks_at_that_many(rows, tmp_path):
    model, vocabulary = make("tall")
    content, _ = lightrnn_tf_export.pack(model, vocabulary, "none", rows=rows)
    (tmp_path / "m.tflite").write_bytes(content)
    file = LiteRTPredictor(tmp_path / "m.tflite")
    assert file.manifest["suggest_rows"] == min(rows, model.rows)
    first = file.first_words(file.start())
    ranked = np.sort(file.start().row_log_probs)[::-1]
    left = ranked[rows] if rows < model.rows else -1e9
    assert first.bound == pytest.approx(left, abs=1e-5)
    expected = decoding.top_k(KerasPredictor(model, vocabulary), file.start(), 3)
    assert decoding.top_k(file, file.start(), 3).words == expected.words


def test_a_model_that_scores_all_words_has_none():
    model, vocabulary = make("tied")
    content, _ = lightrnn_tf_export.pack(model, vocabulary, "none")
    assert b"suggest_rows" not in content
