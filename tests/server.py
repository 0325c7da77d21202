"""A server that behaves as arXiv does: it serves, pages and misbehaves on command."""

from __future__ import annotations

import gzip
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape, quoteattr

from digest.text.mailing import EASTERN, listing_date


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What the server knows of a paper."""

    number: str  # "2605.00001"
    published: datetime
    version: int = 1
    updated: datetime | None = None
    title: str = "A paper"
    summary: str = "It has an abstract."
    authors: tuple[str, ...] = ("Ann Lee", "Bo Chen")
    categories: tuple[str, ...] = ("cs.DC", "cs.LG")
    comment: str = "12 pages"
    kind: str = "new"  # announce type

    @property
    def listed(self) -> date:
        return listing_date(self.published)


def papers(count: int, newest: datetime, step: timedelta = timedelta(minutes=1)) -> list[Paper]:
    """Papers submitted one after another, the last at `newest`."""
    return [
        Paper(
            number=f"{newest:%y%m}.{n + 1:05}",
            published=(newest - (count - 1 - n) * step).replace(microsecond=0),
            title=f"On the {n + 1}th problem",
        )
        for n in range(count)
    ]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What goes over the wire."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    chunk: int = 1 << 20  # bytes that are sent at once
    pause: float = 0.0  # seconds between chunks
    length: int | None = None  # what Content-Length says, where not the truth


Fault = Callable[[Reply], Reply]
_BOMB = gzip.compress(b" " * (64 << 20), compresslevel=1)


class Server(ThreadingHTTPServer):
    """Answers /api/query, /rss/…, /oai and whatever stands in `documents`."""

    daemon_threads = True

    def __init__(
        self, corpus: Iterable[Paper] = (), today: date | None = None, host: str = "127.0.0.1"
    ) -> None:
        super().__init__((host, 0), _Handler)
        self.corpus = sorted(corpus, key=lambda paper: paper.published, reverse=True)
        self.today = today  # of the listing; None: that of the newest paper
        self.documents: dict[str, Reply] = {}
        self.faults = defaultdict[str, list[Fault | None]](list)  # by path, for the next requests
        self.always: dict[str, Fault] = {}  # by the start of the path and query
        self.requests: list[tuple[str, dict[str, str]]] = []  # path and query, headers
        self.times: list[float] = []  # by `clock`, when each request came
        self.clock: Callable[[], float] = time.monotonic
        self.slice = 2000  # papers an API answer, at most
        self.page = 100  # records an OAI answer

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up, or are killed, are part of the play."""

    def answer(self, target: str, headers: dict[str, str]) -> Reply:
        self.times.append(self.clock())
        self.requests.append((target, headers))
        path = urlsplit(target).path
        reply = self._honest(path, target)
        tag = reply.headers.get("ETag")
        if tag and headers.get("if-none-match") == tag:
            reply = Reply(status=304, headers={"ETag": tag})
        for start, fault in self.always.items():
            if target.startswith(start):
                reply = fault(reply)
        planned = self.faults[path]
        fault_now = planned.pop(0) if planned else None
        return fault_now(reply) if fault_now else reply

    def _honest(self, path: str, target: str) -> Reply:
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        if path in self.documents:
            return self.documents[path]
        if path == "/api/query":
            return _xml("application/atom+xml", self._api(query))
        if path.startswith("/rss/"):
            return _xml("application/rss+xml", self._rss(path.removeprefix("/rss/").split("+")))
        if path == "/oai":
            return _xml("text/xml", self._oai(query))
        return Reply(status=404, headers={"Content-Type": "text/html"}, body=b"<html>no</html>")

    def _api(self, query: dict[str, str]) -> str:
        found = [paper for paper in self.corpus if _matches(paper, query)]
        start, most = int(query.get("start", 0)), min(int(query["max_results"]), self.slice)
        entries = "".join(map(_atom_entry, found[start : start + most]))
        return (
            '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
            'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">'
            f"<opensearch:itemsPerPage>{most}</opensearch:itemsPerPage>"
            f"<opensearch:totalResults>{len(found)}</opensearch:totalResults>"
            f"<opensearch:startIndex>{start}</opensearch:startIndex>{entries}</feed>"
        )

    def _rss(self, categories: list[str]) -> str:
        day = self.today or max((paper.listed for paper in self.corpus), default=date(2026, 5, 15))
        found = [
            paper
            for paper in self.corpus
            if paper.listed == day and set(paper.categories) & set(categories)
        ]
        midnight = format_datetime(datetime.combine(day, clock(), EASTERN))
        items = "".join(_rss_item(paper, midnight) for paper in found)
        return (
            '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>'
            f"<title>{'+'.join(categories)} updates on arXiv.org</title>"
            f"<lastBuildDate>{day:%a, %d %b %Y} 04:00:00 +0000</lastBuildDate>"
            f"<pubDate>{midnight}</pubDate>"
            f"<skipDays><day>Saturday</day><day>Sunday</day></skipDays>{items}</channel></rss>"
        )

    def _oai(self, query: dict[str, str]) -> str:
        window = query.get("resumptionToken") or f"{query['from']}|{query['until']}|0"
        first, last, start = window.split("|")
        found = [paper for paper in self.corpus if first <= f"{_newest(paper):%Y-%m-%d}" <= last]
        if not found:
            return _oai_document('<error code="noRecordsMatch">nothing</error>')
        end = int(start) + self.page
        token = f"{first}|{last}|{end}" if end < len(found) else ""
        records = "".join(map(_oai_record, found[int(start) : end]))
        more = f"<resumptionToken>{token}</resumptionToken>"
        return _oai_document(f"<ListRecords>{records}{more}</ListRecords>")


@contextmanager
def serving(
    corpus: Iterable[Paper] = (), today: date | None = None, host: str = "127.0.0.1"
) -> Iterator[Server]:
    with Server(corpus, today, host) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def status(code: int, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda reply: Reply(status=code, headers=named, body=b"<html>later</html>")


def body(new: bytes, content_type: str = "text/html") -> Fault:
    return lambda reply: replace(reply, body=new, headers={"Content-Type": content_type})


def cut(reply: Reply) -> Reply:
    """The transfer ends in the middle."""
    return replace(reply, body=reply.body[: len(reply.body) // 2], length=len(reply.body))


def cut_clean(reply: Reply) -> Reply:
    """The document ends in the middle, the transfer is whole."""
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def doubled(reply: Reply) -> Reply:
    return replace(reply, body=reply.body * 2)


def empty(reply: Reply) -> Reply:
    """No entry, though the total is positive."""
    return replace(reply, body=re.sub(rb"<entry>.*</entry>", b"", reply.body, flags=re.S))


def shrunk(reply: Reply) -> Reply:
    """The total is one less than it was."""

    def less(match: re.Match[bytes]) -> bytes:
        return b"totalResults>%d<" % (int(match[1]) - 1)

    return replace(reply, body=re.sub(rb"totalResults>(\d+)<", less, reply.body))


def bombed(reply: Reply) -> Reply:
    """Few bytes that unpack to very many."""
    return replace(reply, body=_BOMB, headers={**reply.headers, "Content-Encoding": "gzip"})


def packed(reply: Reply) -> Reply:
    data = gzip.compress(reply.body)
    return replace(reply, body=data, headers={**reply.headers, "Content-Encoding": "gzip"})


def slow(chunk: int, pause: float) -> Fault:
    return lambda reply: replace(reply, chunk=chunk, pause=pause)


def charset(name: str) -> Fault:
    """Says that the document has another encoding than it has."""
    return lambda reply: replace(
        reply, headers={**reply.headers, "Content-Type": f"application/xml; charset={name}"}
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every answer waits 40 ms for its body
    server: Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.answer(self.path, headers)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        length = len(reply.body) if reply.length is None else reply.length
        self.send_header("Content-Length", str(length))
        self.end_headers()
        try:
            for start in range(0, len(reply.body), reply.chunk):
                self.wfile.write(reply.body[start : start + reply.chunk])
                time.sleep(reply.pause)
        except OSError:
            self.close_connection = True
        if reply.length is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


def _xml(content_type: str, document: str) -> Reply:
    text = f'<?xml version="1.0" encoding="UTF-8"?>{document}'
    return Reply(headers={"Content-Type": content_type}, body=text.encode())


def _matches(paper: Paper, query: dict[str, str]) -> bool:
    if "id_list" in query:
        return paper.number in query["id_list"].split(",")
    words = query["search_query"]
    window = re.search(r"submittedDate:\[(\d{12}) TO (\d{12})\]", words)
    asked = re.findall(r"cat:([a-zA-Z.-]+)", words)
    in_window = not window or window[1] <= f"{paper.published:%Y%m%d%H%M}" <= window[2]
    return in_window and (not asked or bool(set(asked) & set(paper.categories)))


def _newest(paper: Paper) -> datetime:
    return paper.updated or paper.published


def _atom_entry(paper: Paper) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    terms = "".join(f"<category term={quoteattr(name)}/>" for name in paper.categories)
    return (
        f"<entry><id>http://arxiv.org/abs/{paper.number}v{paper.version}</id>"
        f"<title>{escape(paper.title)}</title>"
        f"<updated>{_newest(paper):%Y-%m-%dT%H:%M:%SZ}</updated>"
        f"<summary>{escape(paper.summary)}</summary>{terms}"
        f"<published>{paper.published:%Y-%m-%dT%H:%M:%SZ}</published>"
        f"<arxiv:comment>{escape(paper.comment)}</arxiv:comment>"
        f"<arxiv:primary_category term={quoteattr(paper.categories[0])}/>{authors}</entry>"
    )


def _rss_item(paper: Paper, day: str) -> str:
    name = f"{paper.number}v{paper.version}"
    terms = "".join(f"<category>{escape(name)}</category>" for name in paper.categories)
    return (
        f"<item><title>{escape(paper.title)}</title>"
        f"<link>https://arxiv.org/abs/{paper.number}</link>"
        f"<description>arXiv:{name} Announce Type: {paper.kind} \nAbstract: "
        f"{escape(paper.summary)}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{name}</guid>{terms}<pubDate>{day}</pubDate>'
        f"<arxiv:announce_type>{paper.kind}</arxiv:announce_type>"
        f"<dc:creator>{escape(', '.join(paper.authors))}</dc:creator></item>"
    )


def _oai_document(inside: str) -> str:
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}</responseDate>{inside}</OAI-PMH>"
    )


def _oai_record(paper: Paper) -> str:
    authors = "".join(
        f"<author><keyname>{escape(name.rpartition(' ')[2])}</keyname>"
        f"<forenames>{escape(name.rpartition(' ')[0])}</forenames></author>"
        for name in paper.authors
    )
    updated = f"<updated>{paper.updated:%Y-%m-%d}</updated>" if paper.updated else ""
    return (
        f"<record><header><identifier>oai:arXiv.org:{paper.number}</identifier></header><metadata>"
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{paper.number}</id>'
        f"<created>{paper.published:%Y-%m-%d}</created>{updated}<authors>{authors}</authors>"
        f"<title>{escape(paper.title)}</title><categories>{' '.join(paper.categories)}</categories>"
        f"<comments>{escape(paper.comment)}</comments>"
        f"<abstract>  {escape(paper.summary)}\n</abstract></arXiv></metadata></record>"
    )
