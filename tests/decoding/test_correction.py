"""Corrections against brute force over all words, and what they must not do."""

import math

import numpy as np
import pytest
from helpers.random_predictors import MODELS, random_predictor
from helpers.slips import slip_costs

from lightrnn_tf import decoding, models
from lightrnn_tf.decoding import channel, correction
from lightrnn_tf.predictors import pretrained
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.predictors.in_memory import KerasPredictor
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.spelling import begins_with, fold
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

FILE = pretrained.path_of("en")
TYPED = ["t", "th", "teh", "the", "thye", "caat", "og", "dont", "don't", "d'", "zde",
         "thedog", "dogthey", "ofof", "42", ".", "x", "zoozoozoo"]  # fmt: skip


class Remembering:
    """A predictor that computes each answer once; what is done with them is tested."""

    def __init__(self, predictor):
        self._predictor, self._columns, self._after = predictor, {}, {}
        self._kept = []

    def __getattr__(self, name):
        return getattr(self._predictor, name)

    def advance(self, cell, state):
        if (cell, id(state)) not in self._after:
            self._kept.append(state)
            after = self._predictor.advance(cell, state)
            self._after[cell, id(state)] = after
        return self._after[cell, id(state)]

    def expand(self, rows, state):
        if id(state) not in self._columns:
            self._kept.append(state)
            every = np.arange(self.rows)
            parts = [every[n : n + 8] for n in range(0, len(every), 8)]
            columns = [self._predictor.expand(part, state) for part in parts]
            self._columns[id(state)] = np.concatenate(columns)
        return self._columns[id(state)][rows]


def log_probs(predictor, state):
    """Return log P of each cell."""
    columns = predictor.expand(np.arange(predictor.rows), state)
    return (state.row_log_probs[:, None] + columns).ravel().astype(float)


def brute_force(predictor, state, typed, exclude=()):
    """Score every word, and every two, in full; return what may be shown, and put."""
    lexicon = predictor.lexicon
    typed = predictor.tokenizer.normalise(typed)
    excluded = {lexicon.get(word) for word in exclude}
    words = {
        cell: lexicon.word(cell)
        for cell in np.flatnonzero(lexicon.suggestable).tolist()
        if cell not in excluded
    }
    scores = log_probs(predictor, state)
    costs = slip_costs(list(map(fold, words.values())), fold(typed))
    lacks = [not begins_with(word, typed, True) for word in words.values()]
    costs[(costs == 0) & lacks] = channel.MARK
    both = [
        [
            (cost - scores[cell], cost, (cell,))
            for cell, cost in zip(words, kind, strict=True)
        ]
        for kind in (costs.min(axis=0).tolist(), costs[1].tolist())
    ]
    folds = {cell: fold(word) for cell, word in words.items()}
    pairs, cost = [], channel.SPACE
    known = lexicon.get(typed)
    right = known is not None and lexicon.trusted[known]
    begun = any(word.startswith(fold(typed)) for word in folds.values())
    if right or not channel.slips_allowed(fold(typed)):
        folds = {}
    for one, first in folds.items():
        rest = fold(typed)[len(first) :]
        if len(rest) > 1 and fold(typed) == first + rest and fold(typed).isalpha():
            after = log_probs(predictor, predictor.advance(one, state))
            pairs += [
                (cost - scores[one] - after[other], cost, (one, other))
                for other, second in folds.items()
                if second == rest
            ]
    # Two words come only before a new word, and by a margin before the end of a word.
    new = scores[lexicon["<unk>"]] - correction.NEW_WORD
    new += correction.MARGIN * begun - correction.LETTER * len(fold(typed))
    pairs = [pair for pair in pairs if -pair[0] >= new]
    shown, whole = [[word for word in kind if word[0] < math.inf] for kind in both]
    return sorted(shown + pairs), sorted(whole + pairs)


def replacement(predictor, state, typed, whole):
    """Return what must be put in place of what was typed."""
    lexicon = predictor.lexicon
    typed = predictor.tokenizer.normalise(typed)
    right = lexicon.trusted | lexicon.suggestable
    known = any(
        right[cell] and lexicon.word(cell).lower() == typed.lower()
        for cell in range(lexicon.size)
    )
    if not whole or known or not channel.slips_allowed(fold(typed)):
        return None
    loss, _, cells = whole[0]
    word = "".join(fold(lexicon.word(cell)) for cell in cells)
    needed = log_probs(predictor, state)[lexicon["<unk>"]] - correction.NEW_WORD
    needed += correction.MARGIN - correction.LETTER * len(fold(typed))
    if word != fold(typed) and (
        word.startswith(fold(typed)) or fold(typed).startswith(word)
    ):
        needed += correction.ENDING
    return written(predictor, cells) if -loss >= needed else None


def written(predictor, cells):
    return " ".join(predictor.lexicon.written(cell) for cell in cells)


def check(predictor, state, typed, k, exclude=()):
    """Compare an answer with brute force."""
    answer = decoding.correct(predictor, state, typed, k, exclude)
    shown, whole = brute_force(predictor, state, typed, exclude)
    losses = [loss for loss, _, _ in shown[:k]]
    np.testing.assert_allclose(answer.log_probs, np.negative(losses), atol=1e-4)
    assert answer.words == [written(predictor, cells) for _, _, cells in shown[:k]]
    assert answer.replacement == replacement(predictor, state, typed, whole)
    assert answer.exact
    return answer


@pytest.mark.parametrize(("cls", "kwargs"), MODELS)
def test_corrections_equal_brute_force(cls, kwargs, rng):
    predictor = Remembering(random_predictor(cls, kwargs, rng))
    for context in ([], ["the"], ["zoo", "of", "."]):
        state = decoding.read(predictor, context)
        for typed in TYPED:
            for k in (1, 3, 100):
                check(predictor, state, typed, k)
            check(predictor, state, typed, 3, exclude=["the", "dog", "never seen"])


def word_predictor(words, cls=models.LightRNN, lowercase=False, seed=0, **kwargs):
    """Return a model of some words with random weights."""
    rng = np.random.default_rng(seed)
    words = ["<eos>", "<unk>", *words]
    vocabulary = Vocabulary(
        words, list(range(len(words), 0, -1)), Tokenizer("words", lowercase)
    )
    model = cls(len(words), units=6, **kwargs)
    model.build()
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 1.0, weight.shape))
    return KerasPredictor(model, vocabulary)


@pytest.mark.parametrize("seed", range(3))
def test_corrections_of_many_words_equal_brute_force(seed):
    rng = np.random.default_rng(seed)
    words = {"".join(rng.choice(list("aeion"), rng.integers(1, 9))) for _ in range(600)}
    predictor = word_predictor(sorted(words), rows=24, columns=24, seed=seed)
    predictor = Remembering(predictor)
    state = decoding.read(predictor, [])
    for word in rng.choice(sorted(words), 12).tolist():
        for typed in (word, word[1:] or "a", word + "n", word[::-1], word[:4] + "ax"):
            answer = check(predictor, state, typed, 3)
            assert answer.rows_expanded <= predictor.rows + 2 * len(typed)


def test_rows_are_left_out_once_the_answer_is_certain(bundled):
    state = decoding.read(bundled, ["this", "is"])
    for typed in ("teh", "becu", "tommorow"):
        answer = decoding.correct(bundled, state, typed)
        assert 0 < answer.rows_expanded < bundled.rows / 2
    assert decoding.correct(bundled, state, "xqzt", 1).rows_expanded <= 1


def test_two_words_replace_what_is_typed_though_another_is_shown():
    predictor = likely("alotment", "a", "lot")
    predictor.model.softmax.word_biases.assign([-12.0, -30.0, 6.0, 19.0, 22.0])
    answer = decoding.correct(predictor, predictor.start(), "alot", 1)
    assert answer.words == ["alotment"]
    assert answer.replacement == "a lot"


def test_two_words_need_more_where_a_word_begins_with_what_is_typed():
    shown = {}
    for word in ("alotment", "element"):
        predictor = likely(word, "a", "lot")
        for bias in range(-20, 30):
            biases = [-12.0, 0.0, 6.0, 10.0, float(bias)]
            predictor.model.softmax.word_biases.assign(biases)
            answer = check(predictor, predictor.start(), "alot", 3)
            shown.setdefault(word, set()).update(
                [bias] if "a lot" in answer.words else []
            )
    assert shown["alotment"] < shown["element"]


def test_the_beginning_of_a_word_is_not_two_words(bundled):
    for text in (
        "on facebo",
        "in septem",
        "at starbuck",
        "my keyboa",
        "see you tonigh",
    ):
        context, _, typed = text.rpartition(" ")
        state = decoding.read(bundled, context.split())
        words = decoding.correct(bundled, state, typed).words
        assert not [word for word in words if " " in word]
    state = decoding.read(bundled, ["i", "was", "at"])
    assert "WA mart" not in decoding.correct(bundled, state, "wamart").words
    start = decoding.read(bundled, [])
    assert "how are" in decoding.correct(bundled, start, "howare").words


@pytest.fixture(scope="module")
def bundled():
    return Remembering(LiteRTPredictor(FILE))


@pytest.mark.parametrize(
    ("context", "typed"),
    [
        ("i think", "becu"),
        ("", "howare"),
        ("thanks", "alot"),
        ("see you", "tommorow"),
        ("this is", "teh"),
        ("she is in the", "accomodatoin"),
        ("i", "dont"),
    ],
)
def test_corrections_of_the_bundled_file_equal_brute_force(context, typed, bundled):
    state = decoding.read(bundled, context.split())
    check(bundled, state, typed, 3)


def test_words_begun_right_are_ranked_as_top_k_ranks_them(bundled):
    state = decoding.read(bundled, ["how", "are"])
    for typed in ("y", "yo"):
        assert (
            decoding.correct(bundled, state, typed).words
            == decoding.top_k(bundled, state, 3, typed).words
        )


def test_what_is_meant_is_among_three(bundled):
    meant = {"becu": "because", "howare": "how are", "teh": "the", "thnks": "thanks",
             "dont": "don't", "tommorow": "tomorrow"}  # fmt: skip
    for typed, word in meant.items():
        words = decoding.correct(bundled, bundled.start(), typed).words
        assert word in [shown.lower() for shown in words], (typed, words)


def certain(predictor, word):
    """Make a word probable after anything, and unknown words improbable."""
    vocabulary, model = predictor.vocabulary, predictor.model
    bias = np.zeros(len(vocabulary.words))
    bias[vocabulary.words.index(word)] = 12
    bias[1] = -12
    model.softmax.word_biases.assign(bias)


def likely(word, *others, **kwargs):
    predictor = word_predictor([word, *others], rows=1, columns=8, **kwargs)
    certain(predictor, word)
    return predictor


def test_a_word_that_is_trusted_stays_and_any_other_may_go():
    predictor = likely("from", "form", "of")
    state = predictor.start()
    answer = decoding.correct(predictor, state, "form")
    assert answer.words[0] == "from"
    assert answer.replacement is None
    lexicon = predictor.lexicon
    assert decoding.correct(predictor, state, "frmo").replacement == "from"
    lexicon.trusted[lexicon["form"]] = False
    assert decoding.correct(predictor, state, "form").replacement is None
    lexicon.suggestable[lexicon["form"]] = False
    answer = decoding.correct(predictor, state, "form")
    assert answer.replacement == "from"
    assert "form" not in answer.words
    lexicon.trusted[lexicon["form"]] = True
    assert decoding.correct(predictor, state, "form").replacement is None
    assert decoding.correct(predictor, state, "f").replacement is None


def test_case_accents_and_apostrophes_cost_nothing():
    predictor = likely("café", "don't", "Zed", lowercase=False)
    state = predictor.start()
    for typed in ("cafe", "CAFE", "café", "Caf"):
        assert decoding.correct(predictor, state, typed).words == ["café"]
    assert decoding.correct(predictor, state, "cafe").replacement == "café"
    assert decoding.correct(predictor, state, "Café").replacement is None
    plain = decoding.correct(predictor, state, "dont").log_probs
    assert plain == decoding.correct(predictor, state, "don\u2019t").log_probs
    wrong = decoding.correct(predictor, state, "do'nt").log_probs
    assert wrong[0] == pytest.approx(plain[0] - channel.MARK)
    assert decoding.correct(predictor, state, "zed").words == ["Zed"]


def test_answers_are_in_written_form():
    predictor = likely("london", "is", lowercase=True)
    words = predictor.lexicon.words()
    predictor.lexicon = Lexicon(words, forms={"london": "London"})
    answer = decoding.correct(predictor, predictor.start(), "LONDNO")
    assert answer.words == ["London"]
    assert answer.replacement == "London"
    answer = decoding.correct(predictor, predictor.start(), "londonis")
    assert answer.words[0] == "London is"


def test_words_of_the_user_are_found_and_stay():
    predictor = word_predictor(["the", "cat", "sat"], rows=3, columns=4)
    user_words = decoding.UserWords(predictor)
    state = user_words.start()
    assert decoding.correct(user_words, state, "zebar").words == []
    for _ in range(3):
        user_words.learn("Zebra", state)
    assert decoding.correct(user_words, state, "zebar").words == ["Zebra"]
    assert decoding.correct(user_words, state, "zeb").words == ["Zebra"]
    assert decoding.correct(user_words, state, "zebra").replacement is None
    check(Remembering(user_words), state, "zebar", 3)
    user_words.forget("Zebra")
    assert decoding.correct(user_words, state, "zebar").words == []


def test_a_lexicon_without_words_to_offer_has_no_corrections(rng):
    predictor = word_predictor([], rows=1, columns=2)
    for typed in ("a", "teh", "howare"):
        answer = decoding.correct(predictor, predictor.start(), typed)
        assert (answer.words, answer.replacement, answer.exact) == ([], None, True)


@pytest.mark.parametrize(
    "typed", ["x" * 65, "the" * 5000, "\ud800\ud800", "'", "’’", " ", "日本語", "İİ"]
)
def test_odd_letters_are_answered(typed, rng):
    predictor = random_predictor(*MODELS[0], rng)
    answer = decoding.correct(predictor, predictor.start(), typed)
    assert (answer.words, answer.replacement) == ([], None)


def test_arguments_are_checked(rng):
    predictor = random_predictor(*MODELS[0], rng)
    state = predictor.start()
    with pytest.raises(ValueError, match="`typed` must be at least one letter. Receiv"):
        decoding.correct(predictor, state, "")
    with pytest.raises(ValueError, match="`typed` must be a string"):
        decoding.correct(predictor, state, None)
    with pytest.raises(ValueError, match="`k` must be a positive integer"):
        decoding.correct(predictor, state, "the", 0)
    with pytest.raises(ValueError, match="`exclude` must be a list or another"):
        decoding.correct(predictor, state, "the", exclude="the")
    with pytest.raises(ValueError, match="`state` must be a"):
        decoding.correct(predictor, [], "the")
    with pytest.raises(ValueError, match="`predictor` must be"):
        decoding.correct(None, state, "the")
