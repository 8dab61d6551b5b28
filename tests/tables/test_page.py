"""The page of a table: what it holds, and what it does in a browser."""

import json
import re
import shutil

import numpy as np
import pytest

from lightrnn_tf.tables.page import table_page
from lightrnn_tf.tables.word_table import WordTable
from lightrnn_tf.words.tokenizer import EOS, UNK, Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

HISTORY = [
    {"epoch": 1, "perplexity": 90.5, "val_perplexity": 80.25, "seconds": 3.0},
    {
        "reallocation_before_epoch": 2,
        "words_moved": 1234,
        "tokens_moved": 0.25,
        "nats_before": 5.0,
        "nats_predicted": 4.5,
        "nats_after": 5.25,
        "val_perplexity_before": 80.25,
        "val_perplexity_after": 99.5,
        "solver": "auction",
        "gap": 0.0002,
    },
]
STRANGE = "</script><svg/onload=alert(1)>"


def make(words=12, rows=3, columns=5):
    names = [EOS, UNK, STRANGE, *(f"word{n}" for n in range(words - 3))]
    vocabulary = Vocabulary(names, range(words, 0, -1), Tokenizer("whitespace"))
    return WordTable.random(words, rows, columns, seed=2), vocabulary


def content_of(page):
    (text,) = re.findall(r"^const content = (.*);$", page, re.MULTILINE)
    return json.loads(text)


def test_page_holds_the_table_by_cell():
    table, vocabulary = make()
    losses = np.linspace(1, 2, 12)
    losses[4] = np.nan
    page = table_page("runs/a", table, vocabulary, losses, HISTORY)
    content = content_of(page)
    for word, name in enumerate(vocabulary.words):
        cell = table.cells[word]
        assert content["words"][cell] == name
        assert content["counts"][cell] == 12 - word
        expected = None if word == 4 else pytest.approx(losses[word], abs=1e-3)
        assert content["losses"][cell] == expected
    assert content["words"].count(None) == 3
    assert content["history"] == HISTORY


def test_nothing_is_fetched_and_no_word_is_markup():
    table, vocabulary = make()
    page = table_page("a", table, vocabulary)
    assert STRANGE not in page
    assert page.count("</script>") == 1
    assert not re.search(r"(src|href)=|https?:|@import|url\(|fetch\(", page)


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium; the test is skipped where it is not installed."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed: make browser-test installs it")
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """Return a function that opens a page, offline; errors in it fail the test."""
    errors = []

    def open_page(page, fragment="", **options):
        path = tmp_path / "table.html"
        path.write_text(page, encoding="utf-8")
        context = browser.new_context(offline=True, **options)
        view = context.new_page()
        view.on("pageerror", lambda error: errors.append(str(error)))
        view.on("dialog", lambda dialog: errors.append(dialog.message))
        view.goto(path.as_uri() + fragment)
        return view

    yield open_page
    assert errors == []


def words_in(view, kind):
    return view.locator(f"#{kind} button").all_text_contents()


def mates(table, vocabulary, word, place_of):
    ids = np.flatnonzero(place_of == place_of[vocabulary.id(word)])
    return [vocabulary.words[i] for i in ids]


def test_search_shows_who_shares_row_and_column(open_page):
    table, vocabulary = make()
    view = open_page(table_page("a", table, vocabulary, None, HISTORY))
    for word in ("word3", STRANGE):
        view.fill("#search", word)
        assert words_in(view, "row") == mates(table, vocabulary, word, table.row_of)
        assert words_in(view, "column") == mates(
            table, vocabulary, word, table.column_of
        )
        assert view.locator("#here").inner_text().startswith(f"{word}: row ")
    view.fill("#search", "wor")
    assert view.locator("#found option").count() == 9
    view.fill("#search", "zebra")
    assert view.locator("#message").inner_text() == "no such word"
    # A word in a list is a button that leads on.
    last = view.locator("#column button").last
    name = last.text_content()
    last.click()
    assert view.locator("#column .chosen").text_content() == name
    assert view.locator("#here").inner_text().startswith(f"{name}: row ")


def test_hover_and_tap_show_the_word_of_the_cell(open_page):
    table, vocabulary = make()
    view = open_page(table_page("a", table, vocabulary), has_touch=True)
    box = view.locator("#grid").bounding_box()
    for word in ("word1", "word8"):
        row, column = divmod(int(table.cells[vocabulary.id(word)]), table.columns)
        x = box["x"] + box["width"] * (column + 0.5) / table.columns
        y = box["y"] + box["height"] * (row + 0.5) / table.rows
        view.mouse.move(x, y)
        here = view.locator("#here").inner_text()
        assert here.startswith(f"{word}: row {row}, column {column}, ")
        view.touchscreen.tap(x, y)
        assert word in words_in(view, "row")
        assert view.evaluate("location.hash") == f"#word={word}"
    free = int(np.flatnonzero(table.words < 0)[0])
    row, column = divmod(free, table.columns)
    x = box["x"] + box["width"] * (column + 0.5) / table.columns
    y = box["y"] + box["height"] * (row + 0.5) / table.rows
    view.mouse.move(x, y)
    assert view.locator("#here").inner_text().startswith("free cell: ")
    view.touchscreen.tap(x, y)
    assert view.evaluate("location.hash") == ""


@pytest.mark.parametrize(("rows", "columns"), [(300, 1), (1, 300)])
def test_tables_of_any_shape_fit_on_a_screen(rows, columns, open_page):
    table, vocabulary = make(300, rows, columns)
    view = open_page(table_page("a", table, vocabulary))
    box = view.locator("#grid").bounding_box()
    assert 200 < box["width"] < 1280
    assert 200 < box["height"] < 1280


def test_colours_and_history(open_page):
    table, vocabulary = make()
    losses = np.linspace(1, 2, 12)
    view = open_page(table_page("a", table, vocabulary, losses, HISTORY))

    def pixel(word):
        row, column = divmod(int(table.cells[vocabulary.id(word)]), table.columns)
        code = "([x, y]) => [...grid.getContext('2d').getImageData(x, y, 1, 1).data]"
        return view.evaluate(code, [column, row])

    dark, bright = [68, 1, 84, 255], [253, 231, 37, 255]
    assert (pixel(EOS), pixel("word8")) == (bright, dark)
    view.select_option("#colour", "losses")
    assert (pixel(EOS), pixel("word8")) == (dark, bright)
    assert "2.0 nats" in view.locator("#legend").inner_text()
    assert "As after epoch 1, the best" in view.locator("#summary").inner_text()
    text = view.locator("#history").inner_text()
    for part in ("1,234", "25.0", "5.000", "4.500", "5.250", "99.5", "80.3", "0.00020"):
        assert part in text


def test_a_hundred_thousand_words_stay_usable(open_page, tmp_path):
    words = 100_000
    names = [EOS, UNK, *(f"w{n}" for n in range(words - 2))]
    vocabulary = Vocabulary(names, range(words, 0, -1), Tokenizer("whitespace"))
    table = WordTable.random(words, 317, 320, seed=0)
    page = table_page("big", table, vocabulary)
    assert len(page) < 3_000_000
    view = open_page(page, "#word=w77777")
    assert view.locator("#here").inner_text().startswith("w77777: row ")
    assert set(words_in(view, "row")) == set(
        mates(table, vocabulary, "w77777", table.row_of)
    )
    # The time of a search in the page itself: 10 ms here, a second is not usable.
    slow = view.evaluate(
        "() => { const start = performance.now(); search('w5'); "
        "return performance.now() - start; }"
    )
    assert slow < 1000
    shot = tmp_path / "page.png"
    view.screenshot(path=shot)
    assert shot.stat().st_size > 20_000


def test_narrow_screens_need_no_sideways_scrolling(open_page):
    table, vocabulary = make(300, 15, 21)
    page = table_page("a", table, vocabulary, None, HISTORY)
    view = open_page(page, viewport={"width": 360, "height": 640})
    wide = view.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360
