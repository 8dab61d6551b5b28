"""Top k, prefixes, sampling and scores, against brute force over V words."""

import functools
import itertools

import numpy as np
import pytest
from helpers.random_predictors import MODELS, WORDS, V, random_predictor

from lightrnn_tf import decoding, models
from lightrnn_tf.decoding import search
from lightrnn_tf.predictors.in_memory import KerasPredictor
from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import Tokenizer, is_suggestable
from lightrnn_tf.words.vocabulary import Vocabulary


def brute_force(predictor, context):
    ids = [0, *predictor.vocabulary.ids(context)]
    return predictor.model.log_probs(np.array([ids]))[0]


def expand_once(predictor, state):
    """Let the rows be expanded once; what is done with them is tested."""
    rows = np.arange(predictor.rows)
    parts = [rows[n : n + 8] for n in range(0, len(rows), 8)]
    expand = functools.partial(KerasPredictor.expand, predictor, state=state)
    log_probs = np.concatenate([expand(part) for part in parts])
    predictor.expand = lambda rows, _: log_probs[rows]


def matches(word, prefix, ignore_case):
    """What `prefix` means, said in another way."""
    if ignore_case:
        word, prefix = word.lower(), prefix.lower()
    return word.startswith(prefix) or word.replace("'", "").startswith(prefix)


PREFIXES = [None, "the", "d", "dont", "don'", "z", "nothing"]


@pytest.mark.parametrize(("cls", "kwargs"), MODELS)
def test_top_k_equals_brute_force(cls, kwargs, rng):
    predictor = random_predictor(cls, kwargs, rng)
    exclude = ["they", "cat", "never seen"]
    for context in ([], ["the"], ["zoo", "of", "."]):
        state = decoding.read(predictor, context)
        expand_once(predictor, state)
        log_probs = brute_force(predictor, context)
        for k, prefix, all_tokens, ignore_case in itertools.product(
            (1, 3, 100), PREFIXES, (False, True), (False, True)
        ):
            answer = decoding.top_k(
                predictor,
                state,
                k,
                prefix,
                exclude,
                all_tokens=all_tokens,
                ignore_case=ignore_case,
            )
            expected = sorted(
                (
                    (-log_probs[i], word)
                    for i, word in enumerate(WORDS)
                    if matches(word, prefix or "", ignore_case)
                    and (all_tokens or is_suggestable(word))
                    and word not in exclude
                ),
            )[:k]
            assert answer.words == [word for _, word in expected]
            np.testing.assert_allclose(
                answer.log_probs, [-loss for loss, _ in expected], atol=1e-5
            )
            assert answer.exact
            assert answer.rows_expanded <= predictor.rows


def test_only_rows_with_candidates_are_expanded(rng):
    predictor = random_predictor(*MODELS[1], rng)
    state = decoding.read(predictor, ["the"])
    assert decoding.top_k(predictor, state, 3, "d").rows_expanded == 3  # dog don't do
    assert decoding.top_k(predictor, state, 3, "x" * 10_000).rows_expanded == 0
    assert decoding.top_k(predictor, state, 3, "\ud800").words == []


@pytest.mark.parametrize("max_rows", [1, 5, 9, 14])
def test_a_cap_on_rows_gives_the_best_of_them_and_a_bound(max_rows, rng):
    predictor = random_predictor(*MODELS[1], rng)
    state = decoding.read(predictor, ["the"])
    answer = decoding.top_k(predictor, state, 2, max_rows=max_rows, all_tokens=True)
    assert answer.rows_expanded <= max_rows
    everything = decoding.top_k(predictor, state, V, all_tokens=True)
    # One word in each row here, so the rows in order are the words in order.
    assert answer.words == everything.words[: min(2, max_rows)]
    missed = [
        log_prob
        for word, log_prob in zip(everything.words, everything.log_probs, strict=True)
        if word not in answer.words
    ]
    if max_rows == 1:
        assert not answer.exact
        assert answer.bound == pytest.approx(missed[0], abs=1e-6)
    else:
        assert answer.exact


def test_an_answer_that_a_cap_cut_short_is_not_called_exact(rng):
    predictor = random_predictor(models.LightRNN, {"rows": 14, "columns": 1}, rng)
    state = decoding.read(predictor, ["the"])
    answer = decoding.top_k(predictor, state, 10, max_rows=9, all_tokens=True)
    assert len(answer.words) == 9
    assert not answer.exact
    assert answer.bound <= answer.log_probs[-1]


def test_rows_are_left_out_once_the_answer_is_certain(rng):
    predictor = random_predictor(
        models.LightRNN, {"rows": 14, "columns": 1, "row_parts": 1}, rng
    )
    # One row has nearly all the probability: the first batch is enough.
    predictor.model.softmax.row_bias.assign(np.eye(14)[5] * 50)
    state = decoding.read(predictor, ["the"])
    answer = decoding.top_k(predictor, state, 1, all_tokens=True)
    assert answer.rows_expanded == decoding.ROWS_AT_ONCE


def test_the_best_word_may_stand_in_a_late_row(rng):
    """The best rows hold many words, the last one a single word: P(w) = P_r."""
    words = ["<eos>", "<unk>", *(f"w{chr(97 + n)}{chr(97 + m)}" for n in range(12)
             for m in range(6))]  # fmt: skip
    vocabulary = Vocabulary(words, [1] * 74, Tokenizer("words"))
    model = models.LightRNN(74, units=6, rows=13, columns=8, word_dim=0, row_parts=1)
    model.build()
    cells = [12 * 8, 11 * 8 + 7, *(row * 8 + m for row in range(12) for m in range(6))]
    model.table = WordTable(np.array(cells), 13, 8)
    # Rows from the best to the worst; those of six words share theirs evenly.
    model.softmax.row_bias.assign(-0.1 * np.arange(13.0))
    model.softmax.row_kernel.assign(np.zeros((6, 13)))
    predictor = KerasPredictor(model, vocabulary)
    state = predictor.start()
    answer = decoding.top_k(predictor, state, 1, all_tokens=True)
    assert answer.words == ["<eos>"]
    assert answer.rows_expanded == 13
    log_probs = model.log_probs(np.array([[0]]))[0]
    assert answer.log_probs[0] == pytest.approx(log_probs.max(), abs=1e-5)
    # And so may the second, where the first is certain at once.
    model.softmax.word_biases.assign(20 * np.eye(74)[2])
    model.softmax.row_bias.assign([3, *(-0.1 * np.arange(1.0, 13))])
    answer = decoding.top_k(predictor, predictor.start(), 2, all_tokens=True)
    assert answer.words == [words[2], "<eos>"]


def test_unknown_words_are_read_as_unk(rng):
    predictor = random_predictor(*MODELS[0], rng)
    known = decoding.read(predictor, ["<unk>"])
    unknown = decoding.read(predictor, ["bird"])
    np.testing.assert_array_equal(known.row_log_probs, unknown.row_log_probs)


def test_k_and_temperature_are_checked(rng):
    predictor = random_predictor(*MODELS[0], rng)
    state = predictor.start()
    with pytest.raises(
        ValueError, match="`k` must be a positive integer. Received: k=0"
    ):
        decoding.top_k(predictor, state, 0)
    with pytest.raises(ValueError, match="`max_rows` must be a positive integer"):
        decoding.top_k(predictor, state, 1, max_rows=0)
    for wrong in (0.0, 1.5, float("nan")):
        with pytest.raises(ValueError, match="`top_p` must be above 0 and at most 1"):
            decoding.sample(predictor, state, rng, top_p=wrong)
    with pytest.raises(ValueError, match="`temperature` must be above 0"):
        decoding.sample(predictor, state, rng, temperature=0.0)
    for wrong in (float("nan"), float("inf"), -1.0):
        with pytest.raises(ValueError, match="`temperature` must be above 0 and fini"):
            decoding.sample(predictor, state, rng, temperature=wrong)


def test_strings_are_no_words(rng):
    predictor = random_predictor(*MODELS[0], rng)
    with pytest.raises(ValueError, match="`words` must be a list of words"):
        decoding.read(predictor, "the cat")
    with pytest.raises(ValueError, match="`exclude` must be a list or another"):
        decoding.top_k(predictor, predictor.start(), 1, exclude="the")
    for wrong in (2.5, "3", True):
        with pytest.raises(ValueError, match="`k` must be a positive integer"):
            decoding.top_k(predictor, predictor.start(), wrong)
    with pytest.raises(IndexError, match=r"`cell` must be in \[0, .* Received: -1"):
        predictor.lexicon.word(-1)


@pytest.mark.parametrize("top_p", [1.0, 0.5])
@pytest.mark.parametrize("temperature", [1e-9, 1e-39, 1e-50, 5e-324])
def test_no_temperature_gives_the_best_row_and_its_best_word(temperature, top_p, rng):
    predictor = random_predictor(*MODELS[0], rng)
    state = predictor.start()
    row = int(state.row_log_probs.argmax())
    words = predictor.lexicon.occupied.reshape(predictor.rows, -1)[row]
    scores = np.where(words, predictor.expand(np.array([row]), state)[0], -np.inf)
    cell = decoding.sample(predictor, state, rng, temperature, top_p)
    assert cell == row * predictor.columns + int(scores.argmax())


def test_samples_follow_the_distribution(rng):
    predictor = random_predictor(*MODELS[0], rng)
    state = decoding.read(predictor, ["the"])
    expand_once(predictor, state)
    cells = [decoding.sample(predictor, state, rng) for _ in range(1500)]
    drawn = np.bincount(
        [WORDS.index(predictor.lexicon.word(cell)) for cell in cells], minlength=V
    )
    expected = np.exp(brute_force(predictor, ["the"])) * len(cells)
    # Chi-squared with at most 13 degrees of freedom exceeds 40 once in 10,000 times.
    large = expected > 5
    assert (((drawn - expected) ** 2 / expected)[large]).sum() < 40


def tempered(predictor, context, temperature):
    """The distribution over V of rows and columns at a temperature, by loops."""
    state = decoding.read(predictor, context)
    rows = np.exp(state.row_log_probs / temperature)
    probs = np.zeros(predictor.rows * predictor.columns)
    for row in range(predictor.rows):
        occupied = predictor.lexicon.occupied.reshape(predictor.rows, -1)[row]
        columns = np.exp(predictor.expand(np.array([row]), state)[0] / temperature)
        columns = columns * occupied
        start = row * predictor.columns
        probs[start : start + predictor.columns] = (
            rows[row] / rows.sum() * columns / columns.sum()
        )
    return probs


@pytest.mark.parametrize("model", MODELS[:2])
def test_samples_follow_the_tempered_nucleus(model, rng):
    predictor = random_predictor(*model, rng)
    state = decoding.read(predictor, ["the"])
    expand_once(predictor, state)
    for temperature, top_p in ((0.7, 0.3), (1.5, 0.8), (1.5, 1.0), (1.0, 0.5)):
        probs = tempered(predictor, ["the"], temperature)
        order = np.argsort(-probs)
        size = int((np.cumsum(probs[order]) < top_p - 1e-9).sum()) + 1
        probs[order[size:]] = 0
        expected = probs / probs.sum() * 1000
        drawn = np.bincount(
            [
                decoding.sample(predictor, state, rng, temperature, top_p)
                for _ in range(1000)
            ],
            minlength=len(probs),
        )
        assert not drawn[expected == 0].any()
        large = expected > 5
        # Chi-squared with at most 13 degrees of freedom exceeds 40 once in 10,000.
        assert (((drawn - expected) ** 2)[large] / expected[large]).sum() < 40


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (0.7, 0.6), (1.5, 1.0)])
@pytest.mark.parametrize("model", MODELS[:2])
def test_samples_without_unknown_are_those_given_another_word(
    model, top_p, temperature, rng
):
    """By loops: P(w) / (1 − P(unk)), its rows and columns at the temperature."""
    predictor = random_predictor(*model, rng)
    state = decoding.read(predictor, ["the"])
    expand_once(predictor, state)
    unknown = predictor.lexicon["<unk>"]
    joint = tempered(predictor, ["the"], 1.0)
    assert joint[unknown] > 1e-4
    joint[unknown] = 0
    table = (joint / joint.sum()).reshape(predictor.rows, predictor.columns)
    rows = table.sum(1)
    columns = (table / np.maximum(rows, 1e-99)[:, None]) ** (1 / temperature)
    columns /= np.maximum(columns.sum(1, keepdims=True), 1e-99)
    rows = rows ** (1 / temperature)
    probs = rows[:, None] / rows.sum() * columns
    probs = probs.ravel()
    order = np.argsort(-probs)
    size = int((np.cumsum(probs[order]) < top_p - 1e-9).sum()) + 1
    probs[order[size:]] = 0
    expected = probs / probs.sum() * 1000
    drawn = np.bincount(
        [
            decoding.sample(predictor, state, rng, temperature, top_p, unknown=False)
            for _ in range(1000)
        ],
        minlength=len(probs),
    )
    assert drawn[unknown] == 0
    assert not drawn[expected == 0].any()
    large = expected > 5
    # Chi-squared with at most 13 degrees of freedom exceeds 40 once in 10,000 times.
    assert (((drawn - expected) ** 2)[large] / expected[large]).sum() < 40


def test_a_row_with_nothing_but_unknown_is_not_drawn(rng):
    predictor = random_predictor(
        models.LightRNN, {"rows": V, "columns": 1, "row_parts": 1}, rng
    )
    state = predictor.start()
    row = predictor.lexicon["<unk>"]
    state.row_log_probs[:] = np.log(1e-6 / (V - 1))
    state.row_log_probs[row] = np.log1p(-1e-6)
    for top_p in (1.0, 0.5):
        cells = [
            decoding.sample(predictor, state, rng, top_p=top_p, unknown=False)
            for _ in range(20)
        ]
        assert row not in cells


@pytest.mark.parametrize("line_independent", [False, True])
def test_a_line_that_has_ended_is_read_as_the_model_was_trained(line_independent, rng):
    predictor = random_predictor(*MODELS[0], rng, line_independent)
    ended = decoding.read(predictor, ["the", "cat", "<eos>"]).row_log_probs
    start = predictor.start().row_log_probs
    assert np.array_equal(ended, start) == line_independent


def test_generate_goes_on_for_so_many_lines(rng):
    predictor = random_predictor(*MODELS[0], rng, line_independent=True)
    # Lines are short, and many words are unknown.
    model, often = predictor.model, [0, 1]
    bias = np.zeros((model.row_parts, model.rows))
    bias[:, model.table.row_of[often]] = 2
    model.softmax.row_bias.assign(bias.ravel())
    model.softmax.word_biases.assign(3.0 * np.isin(np.arange(V), often))
    for lines in (1, 3):
        drawn = decoding.generate(predictor, ["the"], 5000, lines=lines)
        assert drawn.count("<eos>") == lines - 1
        assert "<unk>" not in drawn
    assert "<unk>" in decoding.generate(predictor, [], 20, unknown=True, lines=99)
    for length in (1, 2, 9):
        drawn = decoding.generate(predictor, ["the"], length, lines=99)
        assert len(drawn) - drawn.count("<eos>") == length
    with pytest.raises(ValueError, match="`lines` must be a positive integer"):
        decoding.generate(predictor, [], 1, lines=0)
    with pytest.raises(ValueError, match="`length` must be a positive integer"):
        decoding.generate(predictor, [], 0)


def test_generate_begins_a_line_as_the_model_does(rng, monkeypatch):
    predictor = random_predictor(*MODELS[0], rng, line_independent=True)
    script = [predictor.lexicon[word] for word in ("cat", "<eos>", "dog")]
    states = []

    def scripted(predictor, state, *more):
        states.append(state.row_log_probs)
        return script[len(states) - 1]

    monkeypatch.setattr(decoding.sampling, "sample", scripted)
    drawn = decoding.generate(predictor, ["the"], 2, lines=2)
    assert drawn == ["cat", "<eos>", "dog"]
    np.testing.assert_array_equal(states[2], predictor.start().row_log_probs)
    assert not np.array_equal(states[1], states[2])


def test_generate_is_repeatable_and_ends_at_eos(rng):
    predictor = random_predictor(*MODELS[0], rng)
    first, again, other = (
        decoding.generate(predictor, ["the"], 9, seed=s) for s in (1, 1, 2)
    )
    assert first == again != other
    assert len(first) <= 9
    assert "<eos>" not in first


@pytest.mark.parametrize("k", [1, 2, 5, 9, 10])
def test_the_first_of_candidates_are_those_of_a_whole_sort(k, rng):
    for size in (0, 1, 2, 9):
        for _ in range(20):
            values = rng.integers(0, 4, size).astype(float)  # With many ties.
            expected = np.argsort(-values, kind="stable")[:k]
            first = search._first(values, k, ties=False)
            np.testing.assert_array_equal(first, expected)
            first = search._first(values, k, ties=True)
            np.testing.assert_array_equal(first[:k], expected)
            if k <= size:
                least = values[expected[-1]]
                assert sorted(first) == np.flatnonzero(values >= least).tolist()


class Even:
    """A predictor to which all words are equally probable."""

    rows, columns = 3, 3
    tokenizer = Tokenizer("words", lowercase=True)

    def __init__(self, words):
        self.lexicon = Lexicon(words)
        self.state = decoding.State([], np.full(3, -np.log(3.0)))

    def start(self):
        return self.state

    def advance(self, cell, state):
        return state

    def expand(self, rows, state):
        return np.full((len(rows), 3), -np.log(3.0))


def test_what_is_typed_exactly_comes_first_of_equally_probable_words():
    words = ["café", "cafés", "<eos>", "<unk>", "cafe", "c'afe", "cafes", "the", "a"]
    predictor = Even(words)
    for prefix, best in (("cafe", {"cafe", "cafes"}), ("CAFÉ", {"café", "cafés"})):
        found = decoding.top_k(predictor, predictor.state, 2, prefix)
        assert set(found.words) == best
    assert decoding.top_k(predictor, predictor.state, 9, "caf").words[-1] == "c'afe"
