"""The server of the page: its answers, its headers, and whom it answers."""

import http.client
import threading

import pytest

from lightrnn_tf import demo

FILES = {
    "index.html": b"<p>Hello",
    "worker.js": b"run()",
    "litert/a.wasm": b"\0asm",
    "model.tflite": bytes(range(256)) * 300,
}


@pytest.fixture(scope="module")
def server():
    with demo.PageServer(FILES, port=0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def answer(server, path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    connection.request(method, path, headers=headers)
    found = connection.getresponse()
    content = found.read()
    connection.close()
    return found, content


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_served_as_it_is(server, name):
    found, content = answer(server, f"/{name}?v=1")
    assert (found.status, content) == (200, FILES[name])
    assert answer(server, f"/{name}", "HEAD")[1] == b""


def test_kinds_of_files_are_told(server):
    for path, kind in {
        "/": "text/html; charset=utf-8",
        "/worker.js": "text/javascript; charset=utf-8",
        "/litert/a.wasm": "application/wasm",
        "/model.tflite": "application/octet-stream",
    }.items():
        assert answer(server, path)[0].headers["Content-Type"] == kind


def test_page_may_ask_this_server_alone(server):
    headers = answer(server, "/")[0].headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'")
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/no.html", "/../setup.py", "/%2e%2e/setup.py", "//etc/passwd", "/litert/"]
)
def test_nothing_else_is_served(server, path):
    assert answer(server, path)[0].status == 404


def test_other_hosts_and_methods_are_refused(server):
    port = server.server_port
    assert answer(server, "/", Host=f"localhost:{port}")[0].status == 200
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1"):
        assert answer(server, "/", Host=host)[0].status == 403
    assert answer(server, "/", "POST")[0].status == 501


def test_port_of_another_is_refused(server):
    with pytest.raises(OSError, match="in use"):
        demo.PageServer(FILES, server.server_port)
