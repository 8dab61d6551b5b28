"""What is chosen for a text by its length: the words, the model, the epochs."""

import pytest

from lightrnn_tf import training
from lightrnn_tf.training import choices
from lightrnn_tf.training.model_options import rounded_epochs

ENGLISH = {
    "units": 320, "embedding_dim": 128, "word_dim": 12, "frequent_words": 5000,
    "frequent_dim": 64, "dropout": 0.05, "batch_size": 64, "vocab_size": 40_000,
    "rounds": (2,), "lowercase": True, "line_independent": True,
    "quantize_aware": True,
}  # fmt: skip


def test_the_english_model_is_what_its_text_chooses():
    assert choices.chosen(tokens=15_369_350, words=90_000) == ENGLISH


@pytest.mark.parametrize(
    ("tokens", "epochs"),
    [
        (10_000, 15),
        (1_000_000, 15),
        (50_000_000 // 18, 15),
        (50_000_000 // 17, 14),
        (25_000_000, 1),
        (500_000_000, 1),
    ],
)
def test_all_epochs_together_read_fifty_million_words(tokens, epochs):
    (chosen,) = choices.chosen(tokens, 9_000)["rounds"]
    assert chosen == epochs
    total = (chosen + rounded_epochs(chosen)) * tokens
    assert total <= 50_000_000 or chosen == 1


def test_more_text_gives_a_larger_model_and_less_dropout():
    least = [body.least_tokens for body in choices.BODIES]
    assert least == sorted(least, reverse=True)
    assert least[-1] == 0
    dropout = [body.dropout for body in choices.BODIES]
    assert dropout == sorted(dropout)
    units = [body.units for body in choices.BODIES]
    assert units == sorted(units, reverse=True)


@pytest.mark.parametrize("body", choices.BODIES)
def test_each_choice_is_an_option_of_training(body):
    tokens = max(body.least_tokens, choices.LEAST_TOKENS)
    chosen = choices.chosen(tokens, 50_000)
    assert chosen["units"] == body.units
    training.Options.of("run", train=["a.txt"], **chosen)
    if body.least_tokens:
        assert choices.chosen(tokens - 1, 50_000)["units"] <= body.units


def test_few_words_are_not_all_frequent():
    chosen = choices.chosen(20_000, 43)
    assert chosen["frequent_words"] == 10


def test_too_little_text_is_refused():
    with pytest.raises(ValueError, match=r"at least 10,000 words .*Received: 9,999\."):
        choices.chosen(9_999, 500)


def test_words_must_be_seen_oftener_in_more_text():
    tokens = (10_000, 1_999_999, 2_000_000, 15_000_000)
    assert [choices.least_count(n) for n in tokens] == [3, 3, 4, 30]


def test_each_choice_is_told_in_a_line():
    lines = choices.reasons(ENGLISH, 15_369_350, 90_000)
    assert [line.partition(":")[0] for line in lines] == [
        "Vocabulary",
        "Model",
        "Training",
    ]
    assert "40,000 words" in lines[0]
    assert "2 epochs and 1 with weights rounded" in lines[2]
    assert "about 45 min of a core" in lines[2]
