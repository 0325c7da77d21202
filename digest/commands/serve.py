"""Serves a preview as GitHub Pages would serve the site, and makes browsers keep up with it."""

from __future__ import annotations

import mimetypes
import re
import socket
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import parse_qs, quote, unquote

from digest.cite import CITATION_FORMATS
from digest.commands.preview import Preview
from digest.errors import DigestError
from digest.output.store import OURS

_OURS = f"/{OURS}preview/"  # no page of a site can be there: a slug starts with no dot
_LOCAL = ("localhost", "127.0.0.1", "[::1]")
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}  # and how to get there
_TYPES = {
    ".jsonl": "application/jsonl",
    ".opml": "text/x-opml",
    ".webmanifest": "application/manifest+json",
    ".xml": "application/xml",
} | {f".{format.suffix}": format.media_type for format in CITATION_FORMATS}
_SCRIPT = f"""\
const since = new URL(document.currentScript.src).searchParams.get("since");
const news = new EventSource("{_OURS}news?since=" + since);
news.onmessage = () => location.reload();
"""
_STYLE = """\
.digest-preview { position: sticky; top: 0; z-index: 9; margin: 0; padding: 1em; overflow-x: auto;
  background: #7a0014; color: #fff; font: 1rem/1.4 monospace; white-space: pre-wrap; }
"""
_POLICY = re.compile(rb'(http-equiv="Content-Security-Policy" content=")([^"]*)')
_NOTHING = b"<!doctype html><html lang=en><head><title>Not found</title></head><body></body></html>"


def locate(folder: Path, path: str) -> Path | str | None:
    """What GitHub Pages gives for a path within the site: a file, a path to go to, or nothing.

    `x/` is `x/index.html`, `x` is `x`, else `x.html`, else leads to `x/`; nothing outside of
    `folder` and no hidden file is found.
    """
    parts = path.split("/")
    if re.search(r"[\0\\]|(^|/)\.|^/|//", path):
        return None
    place = folder / path
    try:
        if place.is_dir():
            if parts[-1]:
                return f"{path}/" if (place / "index.html").is_file() else None
            place /= "index.html"
        elif not parts[-1]:
            return None
        elif not place.is_file():
            place = place.with_name(f"{place.name}.html")
        inside = place.resolve().is_relative_to(folder.resolve())
        return place if inside and place.is_file() else None
    except (OSError, ValueError):  # a name longer than the file system's
        return None


def dressed(page: bytes, version: int, problem: str) -> bytes:
    """A page of the site with what reloads it, and with what is wrong now on top."""
    page = _POLICY.sub(_allow, page, count=1)
    head = (
        f'<link rel="stylesheet" href="{_OURS}style.css">'
        f'<script src="{_OURS}reload.js?since={version}" defer></script>'
    )
    page = _put(page, rb"</head>", head, after=False)
    if problem:
        page = _put(page, rb"<body[^>]*>", _alert(problem), after=True)
    return page


def _alert(problem: str) -> str:
    return f'<pre class="digest-preview" role="alert">{escape(problem)}</pre>'


def _put(page: bytes, place: bytes, html: str, *, after: bool) -> bytes:
    """The page with HTML before or after the first match of an expression; else at its end."""
    match = re.search(place, page)
    at = len(page) if not match else match.end() if after else match.start()
    return page[:at] + html.encode("utf-8", "replace") + page[at:]


def _allow(match: re.Match[bytes]) -> bytes:
    """The same policy, open to our script and its connection alone."""
    kept = [
        part.strip()
        for part in match[2].split(b";")
        if part.strip() and part.split()[0] not in {b"script-src", b"connect-src", b"style-src"}
    ]
    ours = [name + b" 'self'" for name in (b"script-src", b"connect-src", b"style-src")]
    return match[1] + b"; ".join(kept + ours)


def is_named(hosts: Sequence[str], names: Collection[str]) -> bool:
    """Whether a request is for a server of these names.

    Args:
        hosts: its Host headers.
        names: in small letters; one without a port stands for any.
    """
    pattern = r"(\[[0-9a-f:.]+\]|[^:\[\]/@\s]+)(:[0-9]{1,5})?"
    match = re.fullmatch(pattern, hosts[0].lower()) if len(hosts) == 1 else None
    if match is None:
        return False
    return match[1] in names or f"{match[1]}{match[2] or ':80'}" in names


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "digest", ""

    def do_GET(self) -> None:
        preview, (path, _, query) = self.server.preview, self.path.partition("?")
        path = unquote(path, errors="replace")
        if path == f"{_OURS}news":
            self._send_news(query)
        elif path == f"{_OURS}reload.js":
            self._send(HTTPStatus.OK, "text/javascript", _SCRIPT.encode())
        elif path == f"{_OURS}style.css":
            self._send(HTTPStatus.OK, "text/css", _STYLE.encode())
        elif path == "/" and preview.base != "/":
            self._redirect(preview.base)
        elif path.startswith(preview.base):
            self._send_file(locate(preview.out, path.removeprefix(preview.base)), query)
        else:
            self._send_file(None, "")

    do_HEAD = do_GET

    def parse_request(self) -> bool:
        """Whether to answer: a page elsewhere must not read drafts through a name that it lets
        point here.
        """
        if not super().parse_request():
            return False
        if is_named(self.headers.get_all("Host", []), self.server.names):
            return True
        line = b"not a name of this preview; digest serve --allow-host NAME adds one\n"
        self._send(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", line, Connection="close")
        return False

    def _send_file(self, found: Path | str | None, query: str) -> None:
        preview, status = self.server.preview, HTTPStatus.OK
        if isinstance(found, str):
            address = quote(preview.base + found) + (f"?{query}" if query else "")
            return self._redirect(address)
        if found is None:
            found, status = preview.out / "404.html", HTTPStatus.NOT_FOUND
        try:
            data = found.read_bytes()
        except OSError:  # gone meanwhile, or never built
            data, status = _NOTHING, HTTPStatus.NOT_FOUND
            found = Path("404.html")
        kind = _TYPES.get(found.suffix) or mimetypes.guess_type(found.name)[0]
        if kind == "text/html":
            data = dressed(data, preview.version, preview.problem)
        self._send(status, kind or "application/octet-stream", data)

    def _redirect(self, address: str) -> None:
        self._send(HTTPStatus.MOVED_PERMANENTLY, "text/plain", b"", Location=address)

    def _send_news(self, query: str) -> None:
        """Server-sent events: one when the site is another than the page was made from."""
        self.send_response(HTTPStatus.OK)
        for name, value in (("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")):
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        since = parse_qs(query).get("since", [""])[0]
        known = int(since) if since.isdecimal() and len(since) < 30 else 0
        while version := self.server.preview.newer_than(known, timeout=15):
            event = b"retry: 500\ndata: changed\n\n" if version != known else b": still here\n\n"
            self.wfile.write(event)
            self.wfile.flush()
            known = version

    def _send(self, status: HTTPStatus, kind: str, data: bytes, **headers: str) -> None:
        self.send_response(status)
        textual = kind.startswith("text/") or kind.endswith(("json", "xml"))
        headers |= {"Content-Type": f"{kind}; charset=utf-8" if textual else kind}
        headers |= {"Content-Length": str(len(data)), "Cache-Control": "no-store"}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: requests are not news."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, preview: Preview, host: str, port: int, allowed: Collection[str]) -> None:
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), _Handler)
        here = () if host in _EVERYWHERE else (_bracketed(host),)
        own = (f"{name}:{self.server_port}" for name in (*_LOCAL, *here))
        self.preview, self.names = preview, frozenset(map(str.lower, (*own, *allowed)))

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of browsers that went away; let bugs be seen."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serving(preview: Preview, host: str, port: int, allowed: Collection[str] = ()) -> Iterator[str]:
    """Serve and watch in the background while the `with` block lasts; gives the address.

    Args:
        port: 0 takes one that is free.
        allowed: names to answer to beside the local ones and `host`, such as "box.lan" with any
            port and "box.lan:80" with this one.

    Raises:
        DigestError: nobody can listen there.
    """
    try:
        server = _Server(preview, host, port, allowed)
    except (OSError, OverflowError) as error:
        raise DigestError(f"cannot listen on {host}:{port}: {error}; try another --port") from None
    end = Event()
    threads = [
        Thread(target=server.serve_forever, daemon=True),
        Thread(target=preview.watch, args=(end,), daemon=True),
    ]
    preview.look()
    for thread in threads:
        thread.start()
    try:
        name = _EVERYWHERE.get(host) or _bracketed(host)
        yield f"http://{name}:{server.server_port}{preview.base}"
    finally:
        end.set()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()
