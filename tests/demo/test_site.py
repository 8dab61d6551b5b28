"""The files of the page: which there are, and what is refused."""

import html.parser
import re

import lightrnn_tf_export
import pytest
from helpers.exported import make

from lightrnn_tf import demo
from lightrnn_tf.predictors import pretrained

MODEL = pretrained.path_of("en")


@pytest.fixture(scope="module")
def files():
    return demo.site(MODEL)


class Links(html.parser.HTMLParser):
    """Notes what a page asks for."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("href", "src")]


def test_all_that_the_page_asks_for_is_there(files):
    links = Links(files["index.html"].decode()).found
    assert links
    assert {*links} <= {*files}
    assert files["model.tflite"] == MODEL.read_bytes()
    # The worker names these, with the folder before them.
    assert files["litert/litert_wasm_compat_internal.wasm"][:4] == b"\0asm"
    assert b"litert_wasm_compat_internal.js" in files["worker.js"]
    assert {"litert/litert_wasm_compat_internal.js", "worker.js"} <= {*files}


def test_licence_of_the_runtime_comes_with_it(files):
    assert b"Apache License" in files["litert/LICENSE"]
    assert re.fullmatch(
        rb"LiteRT\.js \d+\.\d+\.\d+ \(@litertjs.*\n", files["litert/NOTICE"]
    )


def test_page_asks_for_nothing_elsewhere_and_may_not(files):
    page = files["index.html"].decode()
    policy = re.search('Content-Security-Policy" content="([^"]*)"', page)[1]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == "'self'"
    for rule in rules.values():
        assert {*rule.split()} <= {"'self'", "'none'", "'wasm-unsafe-eval'"}
    for name in ("index.html", "style.css", "page.js"):
        assert b"//" not in files[name].replace(b"http://www.w3.org/2000/svg", b""), (
            name
        )


def test_page_and_decoder_are_small_beside_the_wheel():
    page = demo.site.__globals__["_PAGE"]
    sizes = {path: path.stat().st_size for path in page.rglob("*") if path.is_file()}
    assert sum(sizes.values()) < 2.5e6
    assert all(size < 2e6 for size in sizes.values())


def test_page_is_written_whole_or_not_at_all(tmp_path, files):
    demo.write_site(MODEL, tmp_path / "page")
    written = {
        path.relative_to(tmp_path / "page").as_posix(): path.read_bytes()
        for path in (tmp_path / "page").rglob("*")
        if path.is_file()
    }
    assert written == files
    with pytest.raises(FileExistsError, match="exists. Name another folder"):
        demo.write_site(MODEL, tmp_path / "page")
    (tmp_path / "no.tflite").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="no.tflite"):
        demo.write_site(tmp_path / "no.tflite", tmp_path / "other")
    assert {path.name for path in tmp_path.iterdir()} == {"no.tflite", "page"}


def test_model_without_a_table_is_refused(tmp_path):
    model, vocabulary = make("dense")
    content, _ = lightrnn_tf_export.pack(model, vocabulary, "none")
    (tmp_path / "dense.tflite").write_bytes(content)
    with pytest.raises(ValueError, match="needs a LightRNN. Received: 'dense'"):
        demo.site(tmp_path / "dense.tflite")
