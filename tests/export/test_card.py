"""The card of a model: in the file, on its page, and refused where it is wrong."""

import copy
import json

import lightrnn_tf_export
import pytest
from helpers.exported import make
from lightrnn_tf_export import card as cards
from lightrnn_tf_export.bundle import with_entries

from lightrnn_tf.predictors.card import check_card, read_about
from lightrnn_tf.predictors.exported import LiteRTPredictor

ABOUT = {
    "name": "Tiny | <b>words</b>",
    "licence": "CC0",
    "texts": [{"name": "Letters\nof the alphabet", "licence": "public domain"}],
}
SCORE = {
    "text": "a text",
    "cache": True,
    "lines": 12,
    "perplexity": 123.45,
    "unknown_words": 0.0123,
    "top3": 0.25,
    "keystrokes_saved": 0.5,
    "saved_by_frequency": 0.4,
}
CARD = {
    **ABOUT,
    "language": "en",
    "not_for": ["Facts."],
    "scores": [SCORE],
    "sizes": {"words": 3},
}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A file with a card."""
    model, vocabulary = make("light")
    training = {"epochs": 4, "tokens": 12_000, "seed": 0, "versions": "x <1>"}
    content, _ = lightrnn_tf_export.pack(model, vocabulary, training=training)
    path = tmp_path_factory.mktemp("card") / "tiny.tflite"
    path.write_bytes(content)
    card = cards.made(LiteRTPredictor(path), "en-GB", ABOUT, [SCORE])
    path = path.with_name("with_card.tflite")
    path.write_bytes(with_entries(content, {"card": card}))
    return LiteRTPredictor(path)


def test_the_card_is_in_the_file(file):
    card = file.manifest["card"]
    assert card["name"] == ABOUT["name"]
    assert card["language"] == "en-GB"
    assert card["scores"] == [SCORE]
    assert card["not_for"] == list(cards.NOT_FOR)
    assert card["sizes"] == {
        "words": len(file.vocabulary),
        "suggestable_words": int(file.lexicon.suggestable.sum()),
        "model_bytes": file.manifest["model_bytes"],
    }


def test_the_page_says_what_the_card_says(file):
    page = cards.page(file)
    lines = page.splitlines()
    assert lines[0] == r"# Tiny \| \<b\>words\</b\>"
    assert "`en-GB`" in lines[2]
    assert f"{file.path.stat().st_size:,} bytes" in lines[2]
    assert "| a text | yes | 12 | 1.2% | 123.5 | 25.0% | 50.0% | 40.0% |" in lines
    assert "| Letters of the alphabet | public domain |" in lines
    assert all(f"- {line}" in lines for line in cards.NOT_FOR)
    assert lines[-1].startswith("4 epochs. Words and signs of text in an epoch: 12,000")
    assert r"Versions: x \<1\>. Weights in the file: int8." in lines[-1]
    assert "`lightrnn evaluate --keystrokes`" in page


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": 3}, "`name`, text of at most 2,000 characters. Received: 3"),
        ({"name": "x" * 2001}, "`name`, text of at most"),
        ({"licence": ""}, "`licence`, text of .*Received: nothing"),
        ({"language": None}, "`language`"),
        ({"texts": "a"}, "`texts`, a list of at most 200. Received: a str"),
        ({"texts": [{"name": "a"}]}, "`licence of texts`"),
        ({"texts": ["a"]}, "`texts of card` must be a JSON object"),
        ({"not_for": ["a"] * 201}, "`not_for`, a list .*Received: 201 items"),
        ({"not_for": [["a"]]}, "`not_for`, text"),
        ({"scores": {}}, "`scores`, a list"),
        ({"scores": [{**SCORE, "top3": float("nan")}]}, "`top3 of scores`, a number"),
        ({"scores": [{**SCORE, "top3": 1.5}]}, "a number from 0 to 1. Rec.*1.5"),
        ({"scores": [{**SCORE, "perplexity": 10**400}]}, "`perplexity of scores`"),
        ({"scores": [{**SCORE, "perplexity": True}]}, "`perplexity of scores`"),
        ({"scores": [{**SCORE, "cache": 1}]}, "cache of scores` must be True or"),
        ({"scores": [{**SCORE, "text": {}}]}, "`text of scores`"),
        ({"sizes": []}, "`sizes of card` must be a JSON object"),
        ({"sizes": {"words": -1}}, "card: sizes` must be an integer of at least 0"),
        ({"sizes": {str(n): n for n in range(201)}}, "at most 200 `sizes`"),
    ],
)
def test_a_wrong_card_is_refused(wrong, message):
    check_card("card", CARD)
    card = copy.deepcopy(CARD)
    with pytest.raises(ValueError, match=message):
        check_card("card", card | wrong)
    with pytest.raises(ValueError, match=next(iter(wrong))):
        check_card("card", {n: v for n, v in card.items() if n not in wrong})


@pytest.mark.parametrize("card", [None, [], "card", {"name": ["deep"] * 9}])
def test_a_file_with_a_wrong_card_is_refused(file, tmp_path, card):
    path = tmp_path / "wrong.tflite"
    path.write_bytes(with_entries(file.path.read_bytes(), {"card": card}))
    with pytest.raises(ValueError, match="`card of .*wrong.tflite` must") as error:
        LiteRTPredictor(path)
    assert "\n" not in str(error.value)


def test_what_people_say_is_read(tmp_path):
    path = tmp_path / "about.json"
    path.write_text(json.dumps(ABOUT))
    assert read_about(path) == ABOUT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "must be JSON"),
        ("[" * 9999, "must be JSON"),
        ("[]", "must be a JSON object"),
        ('{"texts": [3]}', "must be a JSON object"),
        ('{"scores": []}', "no other parts than name, .*Received: 'scores'"),
        ("\udcff", "must be JSON"),
    ],
)
def test_what_people_say_is_refused_in_a_line(tmp_path, text, message):
    path = tmp_path / "about.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=message):
        read_about(path)
