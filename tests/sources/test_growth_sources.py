"""What comes from outside is read in a time that grows with its length, not with its square.

Processor time is compared as a ratio, see `growth`.
"""

# ruff: noqa: E501
from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from datetime import date
from inspect import unwrap
from pathlib import Path

import pytest
from growth import MOST, growth

from digest import sources
from digest.cite.names import parse as parse_name
from digest.errors import DigestError
from digest.model import Markup
from digest.sources import (
    arxiv_answer,
    arxiv_listing_answer,
    arxiv_oai,
    bibtex,
    dates,
    feed,
    file,
    html,
    jsonl,
    mending,
    names,
    papers,
    text,
    xml,
)
from digest.sources.feed import WebFeed
from digest.sources.file import LocalFile
from digest.text import ids

TODAY = date(2026, 5, 15)
BLOG = WebFeed(name="x", markup=Markup.PLAIN, url="https://x.example/feed", full=True)
LOCAL = LocalFile(name="x", markup=Markup.TEX, path="*")

# What makes expressions and loops slow: one thing over and over, with what it needs before and after.
UNITS = [
    "a", "1", " ", "\n", ".", ",", ";", "-", "/", ":", "(", ")", "{", "}", "<", ">", "&", "'",
    '"', "@", "\\", "\u0f73", "\uff9e\u0301", "́", "̧́", "a,", "a, ", "a,b ", "a and ", " and ", "a.", "a-", "a@", "a@a.",
    "a/", "A. ", "a)", "{a", "{,", ",}", "{a},", "<a", "<a ", "</a", "<a b='", '<a b="', "=' ",
    "<!--", "<!-- -->", "<!-- -->\n", "<svg>", "</svg>", "<br>", "&amp;", "&#", "&#1", "&#1;",
    "http://", "https://a/", "10.1/", "10.1234/", "10.1234/a ", "doi:10.1234/a",
    "arXiv:2605.00001 ", "2605.13319", "math.GT/0309136", "oai:arXiv.org:", "arxiv.org/abs/",
    "arxiv.org/abs/2605.13319/", "arxiv.org/abs/2605.13319.pdf",
    "arxiv.org/abs/math.GT/0309136#", "Announce Type: ", "2026-01-01T", "01:00 ", "word\n  ",
    "word \r\n",
]  # fmt: skip
BEFORE = ["", "arXiv:", "&#", "&#x", "<a ", "<", "{", "(", "10.1234/", "<!--", "http://"]
TEXTS = [(unit, "", "\nx") for unit in UNITS]
TEXTS += [("a", before, "!") for before in BEFORE]
TEXTS += [("1", before, "!") for before in BEFORE]


def test_what_takes_the_square_is_found_out() -> None:
    """The measure itself: a square is told from a line."""
    square = re.compile(r"(a+)b")
    assert growth(square.search, lambda size: "a" * (size // 10)) > MOST
    assert growth(str.split, lambda size: "a " * (size // 2)) < MOST


def _modules() -> Iterator[object]:
    yield ids
    for found in pkgutil.iter_modules(sources.__path__):
        yield importlib.import_module(f"digest.sources.{found.name}")


PATTERNS = {
    f"{module.__name__}.{name}": value  # type: ignore[attr-defined]
    for module in _modules()
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}


@pytest.mark.parametrize("name", PATTERNS)
def test_every_expression_over_what_sources_send_takes_linear_time(name: str) -> None:
    pattern = PATTERNS[name]

    def work(text: str) -> None:
        subject = text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
        pattern.match(subject)
        pattern.fullmatch(subject)

    for unit, before, after in TEXTS:
        found = growth(work, lambda size: before + unit * (size // len(unit)) + after)  # noqa: B023
        assert found < MOST, (name, before, unit, after)


def _record(field: str) -> Callable[[str], object]:
    """A record of BibTeX with one long field."""
    return lambda words: bibtex.parse(f"@a{{k, title={{T}}, {field}={{{words}}}}}", LOCAL, TODAY)


READERS: dict[str, Callable[[str], object]] = {
    "ids.arxiv_id": ids.arxiv_id,
    "ids.doi": ids.doi,
    "ids.slug": ids.slug,
    "ids.author_slug": ids.author_slug,
    "ids.is_arxiv_name": ids.is_arxiv_name,
    "text.fold": text.fold,
    "ids.dois": ids.dois,
    "ids.doi_of_address": lambda words: ids.doi_of_address(f"https://x.example/{words}"),
    "dates.moment": dates.moment,
    "html.plain_or_html": html.plain_or_html,
    "mending.mended": mending.mended,
    "text.paragraphs": text.paragraphs,
    "html.plain": html.plain,
    "text.excerpt": text.excerpt,
    "text.moment": text.moment,
    "text.web_address": text.web_address,
    "papers.publisher_doi": papers.publisher_doi,
    "names.split_names": names.split_names,
    "arxiv_listing.names": arxiv_listing_answer.names,
    "cite.names": lambda words: unwrap(parse_name)(text.fold(words)),
    "xml.refuse_pages": lambda words: xml.refuse_pages(words.encode("utf-8", "replace")),
    "xml.decoded": lambda words: xml.decoded(words.encode("utf-8", "replace")),
    "xml.read": lambda words: xml.read(words.encode("utf-8", "replace")),
    "feed.parse": lambda words: feed.parse(words.encode("utf-8", "replace"), BLOG, TODAY),
    "bibtex.parse": lambda words: bibtex.parse(words, LOCAL, TODAY),
    "bibtex author": _record("author"),
    "bibtex keywords": _record("keywords"),
    "bibtex year": _record("year"),
    "file.parse": lambda words: list(file.parse(words.encode("utf-8", "replace"), LOCAL, TODAY)),
    "jsonl.parse": lambda words: list(jsonl.parse([_line(words)], LOCAL, TODAY)),
}


def _line(words: str) -> bytes:
    keys = ("title", "abstract", "comment", "doi", "journal_ref", "license", "published", "version")
    clean = words.encode("utf-8", "replace").decode()
    values = dict.fromkeys(keys, clean) | {"authors": [clean], "categories": [clean]}
    return json.dumps({"id": "2605.00001", **values}).encode()


@pytest.mark.parametrize("name", READERS)
def test_every_reader_of_text_takes_linear_time(name: str) -> None:
    for unit, before, after in TEXTS:
        found = growth(READERS[name], lambda size: before + unit * (size // len(unit)) + after)  # noqa: B023
        assert found < MOST, (name, before, unit, after)


RSS = (
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
)
ITEM = f"{RSS}<item><guid>tag:x.example,2026:1</guid>"
ENDS = "</item></channel></rss>"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>tag:x.example,2026:1</id>'
XHTML = f"{ATOM}<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
IN_ITEMS = [
    "<category>a</category>", "<author>a</author>", "<author/>", "<x/>", "<x><author/></x>", "<!-- -->",
    "<x><item/></x>", "<media:thumbnail url='a'/>", "<source><link>a</link></source>", "<?a b?>",
    "<content>a</content>", "<description>a</description>", "<title>a</title>", "<guid>tag:b</guid>",
    "<dc:creator>a b</dc:creator>", "<image><title>a</title></image>", "<link>a</link>",
    "<itunes:category text='a'/>", "<enclosure url='a'/>", "<textinput/>", "<item>", "</item><item>",
]  # fmt: skip
FIELDS = [
    "title", "author", "dc:creator", "guid", "link", "description", "content:encoded", "pubDate",
    "category", "dc:subject", "itunes:keywords", "media:keywords", "itunes:author", "managingEditor",
    "webMaster", "source", "updated", "language", "copyright",
]  # fmt: skip
WORDS = [
    "a",
    "a ",
    "a,",
    "1",
    "a@",
    "a@a.",
    "&amp;",
    "&lt;",
    "&lt;a ",
    "&#97;",
    "&amp;#",
    "\u0301\u0327",
    "<b/>a",
]


def repeat(before: str, unit: str, after: str) -> Callable[[int], str]:
    return lambda size: before + unit * (size // len(unit)) + after


def numbered(before: str, unit: str, after: str) -> Callable[[int], str]:
    def made(size: int) -> str:
        return before + "".join(unit.format(n) for n in range(size // (len(unit) + 2))) + after

    return made


def halves(before: str, first: str, between: str, second: str, after: str) -> Callable[[int], str]:
    def made(size: int) -> str:
        start, end = first * (size // 2 // len(first)), second * (size // 2 // len(second))
        return before + start + between + end + after

    return made


FEEDS = {
    **{f"items with {unit}": repeat(ITEM, unit, ENDS) for unit in IN_ITEMS},
    **{
        f"{name} of {word!r}": repeat(f"{ITEM}<{name}>", word, f"</{name}>{ENDS}")
        for name in FIELDS
        for word in WORDS
    },
    "many items": numbered(RSS, "<item><guid>tag:x:{}</guid></item>", "</channel></rss>"),
    "tags": numbered(ITEM, "<category>{}</category>", ENDS),
    "fields": numbered(ITEM, "<x{0}>a</x{0}>", ENDS),
    "attributes": numbered(f"{ITEM}<x ", "a{}='b' ", f"/>{ENDS}"),
    "namespaces": numbered(ITEM, "<x xmlns:a{0}='b{0}'/>", ENDS),
    "deep": halves(ITEM, "<x>", "", "</x>", ENDS),
    "deep outside": halves(RSS, "<x>", "", "</x>", "</channel></rss>"),
    "deep bases": halves(ITEM, "<x xml:base='a/'>", "", "</x>" * 4, ENDS),
    "a base": halves(f"{ITEM}<x xml:base='http://a/", "a/", "'>", "<y/>", f"</x>{ENDS}"),
    "an author looked at": halves(f"{ITEM}<author>", "a b ", "</author>", "<x><author/></x>", ENDS),
    "xhtml": repeat(XHTML, "a<b>c</b>", "</div></content></entry></feed>"),
    "atom authors": repeat(ATOM, "<author><name>Ann Lee</name></author>", "</entry></feed>"),
    "entities": repeat(
        "<!DOCTYPE rss [<!ENTITY a 'bbbbbbbbbbbbbbbbb'>]>" + ITEM + "<title>", "&a;", f"</title>{ENDS}"
    ),
    "definitions": numbered("<!DOCTYPE rss [", "<!ENTITY a{} 'b'>", f"]>{ITEM}{ENDS}"),
    "a document type": repeat("<!DOCTYPE rss [", "\n", f"]>{ITEM}{ENDS}"),
    "comments before": repeat("", "<!-- -->\n", ITEM + ENDS),
    "blanks before": repeat("", " \n", ITEM + ENDS),
    "a declaration": repeat("<?xml ", "encoding= ", f"?>{ITEM}{ENDS}"),
    "encodings on a line": repeat(
        f"<?xml version='1.0'?>{ITEM}<title>", "encoding='a ", f"</title>{ENDS}"
    ),
    "punycode": repeat("<?xml version='1.0' encoding='punycode'?>", "a", ""),
    "a reference": repeat(f"{ITEM}<title>&#", "9", f";</title>{ENDS}"),
    "broken": repeat(f"{ITEM}<title>", "&x;", ""),
    "JSON items": repeat('{"version":"https://jsonfeed.org/version/1","items":[', '{"id":"a"},', "{}]}"),
    "JSON depth": repeat('{"version":"https://jsonfeed.org/version/1","items":[', "[", ""),
    "a JSON number": repeat('{"version":"https://jsonfeed.org/version/1","items":[{"id":', "9", "}]}"),
    "JSON tags": repeat(
        '{"version":"https://jsonfeed.org/version/1","items":[{"id":"a:b","tags":[', '"a",', '"b"]}]}'
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FEEDS)
def test_every_feed_takes_linear_time(name: str) -> None:
    read = READERS["feed.parse"]
    assert growth(read, FEEDS[name]) < MOST


OAI = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>'
META = f'{OAI}<record><metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2605.00001</id>'
API = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/">'
    "<o:totalResults>1</o:totalResults><o:startIndex>0</o:startIndex>"
)
BATCHES: dict[str, tuple[Callable[[bytes], object], Callable[[int], str]]] = {
    "api papers": (
        lambda body: arxiv_answer.parse(body, BLOG, TODAY),
        repeat(API, "<entry><id>http://arxiv.org/abs/2605.00001</id></entry>", "</feed>"),
    ),
    "api nonsense": (lambda body: arxiv_answer.parse(body, BLOG, TODAY), repeat(API, "<entry/>", "</feed>")),
    "api authors": (
        lambda body: arxiv_answer.parse(body, BLOG, TODAY),
        repeat(
            f"{API}<entry><id>http://arxiv.org/abs/2605.00001</id>",
            "<author><name>a</name></author>",
            "</entry></feed>",
        ),
    ),
    "api categories": (
        lambda body: arxiv_answer.parse(body, BLOG, TODAY),
        numbered(
            f"{API}<entry><id>http://arxiv.org/abs/2605.00001</id>",
            "<category term='cs.{}'/>",
            "</entry></feed>",
        ),
    ),
    "listing": (
        lambda body: arxiv_listing_answer.parse(body, BLOG, TODAY),
        repeat(
            RSS, "<item><guid>oai:arXiv.org:2605.00001v1</guid></item>", "</channel></rss>"
        ),
    ),
    "listing creators": (
        lambda body: arxiv_listing_answer.parse(body, BLOG, TODAY),
        repeat(
            f"{RSS}<item><guid>2605.00001</guid><dc:creator>", "a)(", f"</dc:creator>{ENDS}"
        ),
    ),
    "oai records": (
        lambda body: arxiv_oai.parse(body, BLOG, TODAY),
        repeat(OAI, "<record/>", "</ListRecords></OAI-PMH>"),
    ),
    "oai authors": (
        lambda body: arxiv_oai.parse(body, BLOG, TODAY),
        repeat(
            f"{META}<authors>",
            "<author><keyname>a</keyname></author>",
            "</authors></arXiv></metadata></record></ListRecords></OAI-PMH>",
        ),
    ),
    "records of BibTeX": (
        lambda body: bibtex.parse(body.decode(), LOCAL, TODAY),
        numbered("", "@a{{k{},title={{t}}}}\n", ""),
    ),
    "records that never end": (
        lambda body: bibtex.parse(body.decode(), LOCAL, TODAY),
        repeat("", "@a{\n", ""),
    ),
    "lines of JSON": (
        lambda body: list(jsonl.parse(body.split(b"\n"), LOCAL, TODAY)),
        repeat("", '{"id":"2605.00001"}\n', ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BATCHES)
def test_every_batch_of_papers_takes_linear_time(name: str) -> None:
    read, make = BATCHES[name]
    assert growth(lambda words: read(words.encode()), make) < MOST


def test_outlines_nested_three_thousand_deep_are_refused(tmp_path: Path) -> None:
    from digest.commands.opml import read as subscriptions

    outlines = "<outline text='a'>" * 3000 + "</outline>" * 3000
    with pytest.raises(DigestError, match="more than 100 deep"):
        subscriptions(f"<opml><body>{outlines}</body></opml>".encode())
