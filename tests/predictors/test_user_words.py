"""Words of the user, against the whole distribution computed by loops."""

import itertools
import json

import lightrnn_tf_export
import numpy as np
import pytest
from helpers.random_predictors import MODELS, WORDS, V, random_predictor

from lightrnn_tf import decoding, models
from lightrnn_tf.decoding import UserWords
from lightrnn_tf.predictors import exported
from lightrnn_tf.words.tokenizer import Tokenizer

ROOMY = (models.LightRNN, {"rows": 3, "columns": 9, "word_dim": 2})
OWN = ["zebra", "zoom", "it's", "Zürich", "quagga"]


@pytest.fixture
def predictor(rng):
    return random_predictor(*ROOMY, rng)


def learned(predictor, words=OWN):
    own = UserWords(predictor)
    states = [decoding.read(predictor, text) for text in (["the"], ["cat", "do"])]
    for number, word in enumerate(words):
        for state in states[: 1 + number % 2]:
            own.learn(word, state, kept=True)
    return own


def distribution(predictor, state):
    """Log P of every cell, by expanding all rows."""
    rows = np.arange(predictor.rows)
    log_probs = predictor.expand(rows, state) + state.row_log_probs[:, None]
    return np.where(predictor.lexicon.occupied, log_probs.ravel(), -np.inf)


def test_probabilities_are_those_of_the_definition_and_sum_to_one(predictor):
    own = learned(predictor)
    state = decoding.read(own, ["the", "zebra"])
    found = distribution(own, state)
    assert np.exp(found).sum() == pytest.approx(1, abs=1e-6)
    plain = predictor.expand(np.arange(3), state)
    counts = own.counts()
    for row in range(3):
        scores = {}
        for word in OWN:
            cell = own.lexicon[word]
            if cell // 9 == row:
                scores[cell] = plain[row, cell % 9] + 2.0 + np.log(counts[word])
        total = 1 + sum(np.exp(score) for score in scores.values())
        for cell in range(9 * row, 9 * row + 9):
            if own.lexicon.word(cell):
                score = scores.get(cell, plain[row, cell % 9])
                expected = state.row_log_probs[row] + score - np.log(total)
                assert found[cell] == pytest.approx(expected, abs=1e-5)


def test_model_and_file_agree_on_words_of_the_user(predictor, tmp_path):
    """Reading them, too: in free cells, which no word id stands for."""
    path = tmp_path / "m.tflite"
    content, _ = lightrnn_tf_export.pack(
        predictor.model, predictor.vocabulary, quantize="none"
    )
    path.write_bytes(content)
    ours, theirs = learned(predictor), learned(exported.LiteRTPredictor(path))
    assert ours.counts() == theirs.counts()
    for text in (["zebra"], ["the", "zoom", "quagga", "cat"]):
        one, other = (decoding.read(own, text) for own in (ours, theirs))
        np.testing.assert_allclose(
            distribution(ours, one), distribution(theirs, other), atol=1e-4
        )


@pytest.mark.parametrize("context", [[], ["zebra"], ["the", "cat", "quagga"]])
def test_top_k_equals_brute_force(predictor, context):
    own = learned(predictor)
    state = decoding.read(own, context)
    for prefix, k in itertools.product((None, "z", "its", "Z"), (1, 3, 50)):
        found = decoding.top_k(own, state, k, prefix, exclude=["zoom"])
        log_probs = distribution(own, state)
        candidates = [
            (-log_probs[cell], own.lexicon.word(cell))
            for cell in range(27)
            if own.lexicon.suggestable[cell] and own.lexicon.word(cell) != "zoom"
        ]
        expected = sorted(
            pair
            for pair in candidates
            if pair[1].replace("'", "").startswith(prefix or "")
        )[:k]
        assert found.words == [word for _, word in expected]
        np.testing.assert_allclose(
            found.log_probs, [-loss for loss, _ in expected], atol=1e-6
        )
        assert found.exact


def test_a_word_goes_where_it_is_most_probable(predictor, rng):
    """The least sum of losses over all contexts, not of the last one alone."""
    free = np.flatnonzero(~predictor.lexicon.occupied)
    others = 0
    for _ in range(12):
        own, nats = UserWords(predictor), np.zeros(len(free))
        for length in (1, 2, 3):
            context = [WORDS[i] for i in rng.integers(2, V, length)]
            state = decoding.read(predictor, context)
            log_probs = predictor.expand(np.arange(3), state)
            now = np.empty(len(free))
            for place, cell in enumerate(free):
                row, column = divmod(int(cell), 9)
                score = np.exp(log_probs[row, column] + 2.0)
                now[place] = -state.row_log_probs[row] - np.log(score / (1 + score))
            nats += now
            own.learn("zebra", state, kept=True)
            if length == 1:
                # The cells that were best at first are kept in mind.
                kept = np.argsort(nats, kind="stable")[:8]
            best = kept[nats[kept].argmin()]
            assert own.lexicon["zebra"] == free[best]
            others += best != kept[now[kept].argmin()]
    assert others > 0


def test_learning_forgetting_and_clearing(predictor):
    own = UserWords(predictor)
    state = decoding.read(own, ["the"])
    before = distribution(own, state)
    for word in ("zebra", "zoom", "zebra", "cat"):
        own.learn(word, state)
    assert own.counts() == {"zoom": 1, "zebra": 2}
    assert own.lexicon.get("zoom") is None
    own.learn("zoom", state)
    assert own.lexicon["zebra"] != own.lexicon["zoom"]
    own.forget("zebra")
    assert own.lexicon.get("zebra") is None
    with pytest.raises(KeyError):
        own.forget("zebra")
    own.clear()
    assert own.counts() == {}
    np.testing.assert_array_equal(distribution(own, state), before)


def test_more_often_is_more_probable(predictor):
    own = UserWords(predictor)
    state = decoding.read(own, ["the"])
    seen = []
    for _ in range(4):
        own.learn("zebra", state, kept=True)
        seen.append(distribution(own, state)[own.lexicon["zebra"]])
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]


def test_the_rarest_word_makes_room(predictor):
    own = UserWords(predictor)
    state = decoding.read(own, ["the"])
    room = int((~predictor.lexicon.occupied).sum())
    names = ["w" + "x" * n for n in range(1, room + 1)]
    for name in (names[0], *names):
        own.learn(name, state, kept=True)
    # The first one is the longest unseen, but not the rarest.
    own.learn("new", state, kept=True)
    assert set(own.counts()) == {*names, "new"} - {names[1]}
    assert len({own.lexicon[word] for word in own.counts()}) == room


def test_files_are_read_back(predictor, tmp_path):
    own = learned(predictor)
    path = tmp_path / "words.json"
    own.save(path)
    again = UserWords(predictor)
    again.load(path)
    assert again.counts() == own.counts()
    state = decoding.read(own, ["the"])
    np.testing.assert_array_equal(distribution(own, state), distribution(again, state))
    # What is learned next depends on what was learned before.
    for words in (own, again):
        words.learn("zoom", state)
    assert own.lexicon["zoom"] == again.lexicon["zoom"]
    assert path.stat().st_size < 400 * len(OWN)


def test_words_survive_a_new_model(predictor, tmp_path, rng):
    path = tmp_path / "words.json"
    learned(predictor).save(path)
    other = random_predictor(models.LightRNN, {"rows": 4, "columns": 5}, rng)
    own = UserWords(other)
    own.load(path)
    assert own.counts() == learned(predictor).counts()
    assert own.lexicon.get("zebra") is None
    own.learn("zebra", other.start())
    assert own.counts()["zebra"] == 3
    assert own.lexicon["zebra"] is not None


@pytest.mark.parametrize(
    "change",
    [
        {"format_version": 3},
        {"words": 3},
        {"words": [{}]},
        {
            "words": [
                {
                    "word": "a",
                    "form": "a",
                    "count": 0,
                    "cell": None,
                    "cells": [],
                    "losses": [],
                }
            ]
        },
        {
            "words": [
                {
                    "word": "a",
                    "form": "a",
                    "count": 1,
                    "cell": None,
                    "cells": [[]],
                    "losses": 1,
                }
            ]
        },
        *(
            {"words": [{"word": "a", "form": "a", "count": 1, "cell": None, **lie}]}
            for lie in (
                {"cells": [10**30], "losses": [1.0]},
                {"cells": [7.5], "losses": [1.0]},
                {"cells": [True], "losses": [1.0]},
                {"cells": [], "losses": [10**400]},
            )
        ),
        *(
            {
                "words": [
                    {
                        "word": w,
                        "form": f,
                        "count": n,
                        "cell": None,
                        "cells": [],
                        "losses": [],
                    }
                ]
            }
            for w, f, n in (
                ("a\ud800", "a", 1),
                ("two words", "a", 1),
                ("!", "!", 1),
                ("a", "a", 10**4000),
                ("a", "b", 1),
                ("a", "a b", 1),
                ("a", 3, 1),
            )
        ),
        {
            "words": [
                {
                    "word": 3,
                    "form": "3",
                    "count": 1,
                    "cell": None,
                    "cells": [],
                    "losses": [],
                }
            ]
        },
        {
            "words": [
                {
                    "word": "a",
                    "form": "a",
                    "count": 1,
                    "cell": "x",
                    "cells": [],
                    "losses": [],
                }
            ]
        },
    ],
)
def test_damaged_files_change_nothing(change, predictor, tmp_path):
    own = learned(predictor)
    path = tmp_path / "words.json"
    own.save(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, **change}), encoding="utf-8")
    with pytest.raises(ValueError, match="words.json is not a file of user words"):
        own.load(path)
    assert len(own.counts()) == len(OWN)


@pytest.mark.parametrize("taken", ["by a word of the model", "twice"])
def test_files_with_cells_that_are_taken_change_nothing(taken, predictor, tmp_path):
    own = learned(predictor)
    path = tmp_path / "words.json"
    own.save(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    first, second = content["words"][:2]
    first["cell"] = second["cell"] if taken == "twice" else predictor.lexicon["the"]
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match="words.json is not a file of user words"):
        own.load(path)
    assert len(own.counts()) == len(OWN)


def test_random_bytes_give_an_error_or_words(predictor, tmp_path, rng):
    own = learned(predictor)
    path = tmp_path / "words.json"
    own.save(path)
    good = path.read_bytes()
    for _ in range(300):
        content = bytearray(good)
        for _ in range(rng.integers(1, 4)):
            content[rng.integers(len(content))] = rng.integers(32, 127)
        path.write_bytes(content)
        again = UserWords(predictor)
        try:
            again.load(path)
        except ValueError:
            continue
        assert all(count >= 1 for count in again.counts().values())


def test_bad_words_are_named(predictor, rng):
    own = UserWords(predictor)
    state = own.start()
    wrong = ("two words", "", ".", "42", "<eos>", "a\n", "a\ud800", "x" * 65, None)
    for word in wrong:
        with pytest.raises(ValueError, match="`word` must be one word with .* most 64"):
            own.learn(word, state)
    with pytest.raises(ValueError, match="must have free cells.*--user-cells"):
        UserWords(random_predictor(*MODELS[1], rng))
    assert V == len(WORDS)


def test_words_that_wait_for_a_cell_do_not_keep_others_from_one(
    predictor, tmp_path, rng
):
    path = tmp_path / "words.json"
    names = ["w" + "x" * n for n in range(1, 30)]
    other = UserWords(random_predictor(models.LightRNN, {"rows": 6, "columns": 9}, rng))
    for name in names:
        other.learn(name, other.start(), kept=True)
    other.save(path)
    own = UserWords(predictor)
    own.load(path)
    room = int((~predictor.lexicon.occupied).sum())
    for name in ["new", *names[:room], "newer"]:
        own.learn(name, own.start(), kept=True)
        assert own.lexicon.get(name) is not None, name


def test_an_error_while_learning_loses_nothing(predictor):
    own = UserWords(predictor)
    own.learn("zebra", own.start())
    with pytest.raises(AttributeError):
        own.learn("zebra", None)
    assert own.counts() == {"zebra": 1}


def test_a_model_of_lower_cased_text_learns_in_lower_case(predictor):
    predictor.tokenizer = Tokenizer(predictor.tokenizer.name, lowercase=True)
    own = UserWords(predictor)
    own.learn("Zebra", own.start(), kept=True)
    assert own.counts() == {"zebra": 2}
    assert decoding.cell_of(own, "ZEBRA") == own.lexicon["zebra"]
    assert decoding.top_k(own, own.start(), 9, "zeb").words == ["Zebra"]
    assert decoding.top_k(own, own.start(), 9, "zeb", exclude=["Zebra"]).words == []
    own.learn("zeBRA", own.start())
    own.learn("ZEBRA", own.start())  # Shouted.
    assert decoding.top_k(own, own.start(), 9, "zeb").words == ["zeBRA"]


def test_a_word_is_offered_from_the_second_time_or_when_it_is_kept(predictor):
    own = UserWords(predictor)
    for count, offered in ((1, []), (2, ["zebra"]), (3, ["zebra"])):
        own.learn("zebra", own.start())
        assert own.counts() == {"zebra": count}
        assert decoding.top_k(own, own.start(), 3, "ze").words == offered
    own.learn("zen", own.start(), kept=True)
    assert set(decoding.top_k(own, own.start(), 3, "ze").words) == {"zebra", "zen"}


def test_words_that_the_file_does_not_offer_are_learned(predictor, tmp_path):
    lexicon = predictor.lexicon
    for word in ("dog", "cat"):
        lexicon.suggestable[lexicon[word]] = False
    lexicon.trusted[lexicon["cat"]] = False
    predictor.tokenizer = Tokenizer("words", lowercase=True)
    own = UserWords(predictor)
    for _ in range(2):
        own.learn("dog", own.start())
        assert decoding.top_k(own, own.start(), 9, "c").words == []
        own.learn("Cat", own.start())
    # A word that is right is not offered for a reason.
    assert own.counts() == {"cat": 2}
    assert own.lexicon["cat"] == lexicon["cat"]
    assert own.lexicon.trusted[lexicon["cat"]]
    path = tmp_path / "words.json"
    own.save(path)
    again = UserWords(predictor)
    again.load(path)
    for words in (own, again):
        assert decoding.top_k(words, words.start(), 9, "c").words == ["Cat"]


def test_words_of_the_first_format_stay_offered(predictor, tmp_path):
    own = learned(predictor)
    path = tmp_path / "words.json"
    own.save(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["format_version"] = 1
    for item in content["words"]:
        del item["form"]
        item["count"] -= 1
    path.write_text(json.dumps(content), encoding="utf-8")
    again = UserWords(predictor)
    again.load(path)
    assert all(again.lexicon.get(word) is not None for word in OWN)
