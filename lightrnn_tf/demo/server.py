"""A server for the page, on this computer alone."""

import http
import http.server
import pathlib
import urllib.parse

HOST = "127.0.0.1"
# What the page may do: run its own scripts and WebAssembly, and ask this server.
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    # A model that was made anew is shown at once.
    "Cache-Control": "no-store",
}
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}


class PageServer(http.server.ThreadingHTTPServer):
    """Serves files from memory, and nothing else, on this computer.

    Args:
        files: Dictionary of contents by their paths, from `site`.
        port: Integer, or 0 for any that is free.

    Raises:
        OSError: If the port is taken.

    Example:

    >>> with PageServer({"index.html": b"<p>Hello"}, port=0) as server:
    ...     server.address.startswith("http://127.0.0.1:")
    True
    """

    daemon_threads = True
    # Another server may not take the port at the same time.
    allow_reuse_address = False

    def __init__(self, files: dict[str, bytes], port: int):
        self.files = files
        super().__init__((HOST, port), _Handler)

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"http://{HOST}:{self.server_port}/"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PageServer

    def do_GET(self):
        self._answer(with_content=True)

    def do_HEAD(self):
        self._answer(with_content=False)

    def _answer(self, with_content):
        port = self.server.server_port
        # Not for a page of elsewhere whose name was turned to this address.
        if self.headers.get("Host") not in (f"{HOST}:{port}", f"localhost:{port}"):
            self.send_error(http.HTTPStatus.FORBIDDEN)
            return
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        name = path.removeprefix("/") or "index.html"
        content = self.server.files.get(name)
        if content is None:
            self.send_error(http.HTTPStatus.NOT_FOUND)
            return
        self.send_response(http.HTTPStatus.OK)
        self.send_header("Content-Type", _type_of(name))
        self.send_header("Content-Length", str(len(content)))
        for header, value in _HEADERS.items():
            self.send_header(header, value)
        self.end_headers()
        if with_content:
            self.wfile.write(content)

    def log_message(self, *_):
        """Print nothing: the address is all that a user has to see."""


def _type_of(name):
    return _TYPES.get(pathlib.PurePosixPath(name).suffix, "application/octet-stream")
