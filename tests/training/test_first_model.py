"""The model before the first epoch."""

import numpy as np
import pytest

from lightrnn_tf.training.first_model import new_model
from lightrnn_tf.training.options import Options
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def vocabulary():
    words = ["<eos>", "<unk>", *(f"w{n}" for n in range(40))]
    return Vocabulary(words, [1] * len(words), Tokenizer("words"))


@pytest.mark.parametrize(
    ("asked", "shape"),
    [
        # 42 words, and a cell kept free.
        ({}, (7, 7)),
        ({"rows": 6}, (6, 8)),
        ({"columns": 7}, (7, 7)),
        ({"rows": 6, "user_cells": 0}, (6, 7)),
        ({"columns": 7, "user_cells": 8}, (8, 7)),
        # Who gives both keeps free what is left.
        ({"rows": 6, "columns": 7}, (6, 7)),
        ({"model": "paper", "rows": 6}, (6, 7)),
    ],
)
def test_a_table_has_room_for_words_and_user_cells(asked, shape, vocabulary):
    model = new_model(Options.of("run", units=4, **asked), vocabulary)
    assert (model.rows, model.columns) == shape


def test_the_seed_draws_the_sub_vectors_of_the_words(vocabulary):
    small = {"units": 8, "slim_parts": 2, "slim_vectors": 40}
    codes = []
    for seed in (3, 3, 4):
        asked = Options.of("run", model="slim", seed=seed, **small)
        codes.append(np.array(new_model(asked, vocabulary).softmax.codes))
    np.testing.assert_array_equal(codes[0], codes[1])
    assert (codes[0] != codes[2]).any()
