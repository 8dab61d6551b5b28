"""Text to words: what is one word, what is none, where a line ends."""

import pathlib
import subprocess
import sys

import pytest

from lightrnn_tf.words.tokenizer import LinePart, Tokenizer, is_suggestable


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop—it's 3.14, ok?", "Don't|stop|—|it's|3.14|,|ok|?"),
        ("well-known 'quoted' end-", "well-known|'|quoted|'|end|-"),
        ("O’Neill naïve café Žluťoučký", "O'Neill|naïve|café|Žluťoučký"),
        ("1,000.50 a1b2 _word_ x_y", "1,000.50|a1b2|word|x|y"),
        ("日本語 😀!!", "日本語|😀|!|!"),
        ("a\u00a0b\u2028c\x85d\u200be\x00f", "a|b|c|d|e|f"),
        ("हिन्दी cafe\u0301s שָׁלוֹם", "हिन्दी|cafés|שָׁלוֹם"),
        ("mp3 2nd covid19 3pm B2B", "mp3|2nd|covid19|3pm|B2B"),
        ("march 5th, 5 th", "march|5th|,|5|th"),
        ("3.30pm v1.2.3 1.000,5 3. .5 1..2", "3.30pm|v1.2.3|1.000,5|3|.|.|5|1|.|.|2"),
        ("covid-19 20-year-old 10-20", "covid-19|20-year-old|10|-|20"),
        ("the 90's, 5'10, '90s", "the|90's|,|5|'|10|,|'|90s"),
        ("re\u00adad read\ufeffy \ufeff", "read|ready"),
        ("می\u200cخواهم او", "می\u200cخواهم|او"),
        ("a\u200c \u200cb \u200d\u200c", "a|b"),
        ("क्\u200dष ശ്\u200c", "क्\u200dष|ശ്"),
        ("2½ x² Ⅳ ①", "2½|x²|Ⅳ|①"),
        ("", ""),
        (" \t ", ""),
    ],
)
def test_words_tokenizer(text, words):
    assert Tokenizer("words").words(text) == (words.split("|") if words else [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "👨\u200d👩\u200d👧👍🏽🇨🇿❤\ufe0f",
            ["👨\u200d👩\u200d👧", "👍🏽", "🇨🇿", "❤\ufe0f"],
        ),
        ("🇨🇿🇩🇪🇫", ["🇨🇿", "🇩🇪", "🇫"]),
        ("1\ufe0f\u20e3 #\ufe0f\u20e3", ["1\ufe0f\u20e3", "#\ufe0f\u20e3"]),
        (
            "🏴\U000e0067\U000e0062\U000e007f!",
            ["🏴\U000e0067\U000e0062\U000e007f", "!"],
        ),
        ("❤\ufe0f\u200d🔥", ["❤\ufe0f\u200d🔥"]),
        ("葛\U000e0100 城", ["葛\U000e0100", "城"]),
        ("\ufe0f \u200d \U000e0100 \u0301 \ufeff \u200e \u2060", []),
    ],
)
def test_an_emoji_is_one_word_and_what_changes_it_none(text, words):
    assert Tokenizer("words").words(text) == words


def test_tags_with_more_and_entities_are_one_word():
    text = "<br /> <start_of_turn> <unk_1> R&D; Q&A &amp; &#39; &nbsp;x"
    words = Tokenizer("words").words(text)
    assert words[:3] == ["<br/>", "<start_of_turn>", "<unk_1>"]
    assert words[3:7] == ["R", "&", "D", ";"]
    assert [w for w in words if is_suggestable(w)] == ["R", "D", "Q", "A", "x"]


def test_a_tag_is_one_word_and_no_word_to_suggest():
    text = "<s>Hi</s> <br/> a<b <|endoftext|> 3<5 <3 <em>x</em>"
    words = Tokenizer("words").words(text)
    assert words[:5] == ["<s>", "Hi", "</s>", "<br/>", "a"]
    assert words[5:9] == ["<", "b", "<|endoftext|>", "3"]
    assert [w for w in words if is_suggestable(w)] == ["Hi", "a", "b", "x"]


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("don't", True),
        ("é", True),
        ("2nd", True),
        ("mp3", True),
        ("می\u200cخواهم", True),
        ("中文", True),
        ("<eos>", False),
        ("<unk>", False),
        ("</s>", False),
        ("<br/>", False),
        ("<|endoftext|>", False),
        ("[MASK]", False),
        ("&amp;", False),
        ("{{cite}}", False),
        ("3.14", False),
        ("½", False),
        ("²", False),
        ("①", False),
        ("Ⅳ", False),
        ("ʰ", False),
        ("ー", False),
        ("🇨🇿", False),
        (",", False),
        ("", False),
    ],
)
def test_only_words_are_suggested(word, answer):
    assert is_suggestable(word) is answer


def test_blank_lines_are_dropped_by_words_and_others_end():
    tokenizer = Tokenizer("words", lowercase=True)
    assert tokenizer.line("The END.") == ["the", "end", ".", "<eos>"]
    assert tokenizer.line("  ") == []
    assert tokenizer.line("\ufeff\u200d") == []


def test_whitespace_splits_on_ascii_space_only_and_ends_every_line():
    tokenizer = Tokenizer("whitespace")
    assert tokenizer.line(" a\u00a0b \t c\x85d\r") == ["a\u00a0b", "c\x85d", "<eos>"]
    assert tokenizer.line("") == ["<eos>"]


def test_whitespace_leaves_words_as_they_are():
    text = "can’t cafe\u0301 re\u00adad \ufeffﬁ 2 nd İ"
    assert Tokenizer("whitespace").words(text) == text.split(" ")
    assert Tokenizer("whitespace", True).normalise("İ Can’t") == "i̇ can’t"


@pytest.mark.parametrize("name", ["words", "whitespace"])
def test_a_part_of_a_line_does_not_end(name):
    tokenizer = Tokenizer(name)
    parts = [LinePart("a b "), LinePart("c "), "d"]
    assert [t for p in parts for t in tokenizer.line(p)] == tokenizer.line("a b c d")


def test_a_text_of_several_lines_ends_all_but_the_last():
    words, space = Tokenizer("words"), Tokenizer("whitespace")
    assert words.text("thanks\n") == ["thanks", "<eos>"]
    assert words.text("a\r\n\nb") == ["a", "<eos>", "b"]
    assert space.text("a\n\nb") == ["a", "<eos>", "<eos>", "b"]
    assert words.text("") == space.text("") == []


def test_wrong_arguments_are_named():
    with pytest.raises(
        ValueError,
        match="`name` must be one of whitespace, words. Received: name='bpe'",
    ):
        Tokenizer("bpe")
    with pytest.raises(ValueError, match="`lowercase` must be .*Received: lowercase="):
        Tokenizer("words", lowercase="no")


def test_importing_the_vocabulary_loads_nothing_heavy():
    heavy = {"numpy", "keras", "scipy", "tensorflow", "lightrnn_tf.models"}
    code = (
        "import sys, lightrnn_tf.words.vocabulary; "
        f"print(sorted({heavy!r} & sys.modules.keys()), len(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=pathlib.Path(__file__).parents[2],
    )
    loaded, modules = done.stdout.rsplit(" ", 1)
    assert loaded == "[]"
    # 0.03 s; a module that needs more shows in their number first.
    assert int(modules) < 150
