"""What site.yaml may say of sources."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from digest.config import load_site
from digest.errors import ConfigError
from digest.model import Markup, Source
from digest.sources.arxiv import ArxivApi
from digest.sources.arxiv_listing import ArxivListing, CrossLists
from digest.sources.arxiv_oai import ArxivOai
from digest.sources.feed import WebFeed
from digest.sources.file import LocalFile


def sources(tmp_path: Path, *lines: str) -> tuple[Source, ...]:
    items = "\n".join(f"  - {{{line}}}" for line in lines)
    path = tmp_path / "site.yaml"
    path.write_text(
        f"title: T\nurl: https://example.org/\nsources:\n{items}\n"
        "themes:\n  - {id: a, title: A, any: [x]}\n"
    )
    return load_site(path).sources


def test_arxivs_own_addresses_and_pace_are_the_defaults(tmp_path: Path) -> None:
    assert sources(
        tmp_path,
        "name: A, kind: arxiv, query: 'cat:cs.DC'",
        "name: B, kind: arxiv-listing, categories: [cs.DC, astro-ph, cond-mat.mes-hall]",
        "name: C, kind: arxiv-oai, set: 'cs:cs:DC', from: 2026-01-01",
        "name: D, kind: feed, url: 'https://example.org/feed.xml'",
        "name: E, kind: file, path: 'content/start/*.xml', markup: plain, themes: [a]",
    ) == (
        ArxivApi(
            name="A",
            markup=Markup.TEX,
            line=4,
            query="cat:cs.DC",
            back=timedelta(days=30),
            endpoint="https://export.arxiv.org/api/query",
            pace=3.0,
        ),
        ArxivListing(
            name="B",
            markup=Markup.TEX,
            line=5,
            categories=("cs.DC", "astro-ph", "cond-mat.mes-hall"),
            cross_lists=CrossLists.INCLUDE,
            endpoint="https://rss.arxiv.org",
            pace=3.0,
        ),
        ArxivOai(
            name="C",
            markup=Markup.TEX,
            line=6,
            set="cs:cs:DC",
            start=date(2026, 1, 1),
            until=None,
            endpoint="https://oaipmh.arxiv.org/oai",
            pace=3.0,
        ),
        WebFeed(
            name="D",
            markup=Markup.PLAIN,
            line=7,
            url="https://example.org/feed.xml",
            full=False,
        ),
        LocalFile(name="E", markup=Markup.PLAIN, line=8, themes=("a",), path="content/start/*.xml"),
    )


def test_a_mirror_may_be_asked_faster(tmp_path: Path) -> None:
    (source,) = sources(
        tmp_path,
        "name: A, kind: arxiv, query: x, back: 2w, endpoint: 'http://localhost:8000/q', pace: 0.5",
    )
    assert isinstance(source, ArxivApi)
    assert (source.endpoint, source.pace) == ("http://localhost:8000/q", 0.5)
    assert source.back == timedelta(days=14)


def test_texts_are_plain_texts(tmp_path: Path) -> None:
    """Not ones that know their line: pathlib on Python 3.11 refuses those as patterns."""
    api, file = sources(
        tmp_path, "name: A, kind: arxiv, query: x", "name: B, kind: file, path: '*.xml'"
    )
    assert isinstance(api, ArxivApi)
    assert isinstance(file, LocalFile)
    assert {type(text) for text in (api.query, api.name, api.endpoint, file.path)} == {str}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("name: A, kind: arxvi, query: x", "unknown kind 'arxvi' (did you mean 'arxiv'?)"),
        ("name: A, kind: arxiv, qurey: x", "unknown key 'qurey' (did you mean 'query'?)"),
        ("name: A, kind: arxiv, query: x, back: 10", "'back' must be text"),
        ("name: A, kind: arxiv, query: x, back: 0d", "'back' must be days or weeks"),
        ("name: A, kind: arxiv, query: x, pace: 1", "'pace' may not be under 3 s for arXiv's own"),
        (
            "name: A, kind: arxiv, query: x, pace: 1, endpoint: 'https://EXPORT.arxiv.org/q'",
            "'pace' may not be under 3 s for arXiv's own hosts: its terms of use allow one request",
        ),
        ("name: A, kind: arxiv, query: x, pace: -1, endpoint: 'http://a.b/'", "'pace' must be sec"),
        ("name: A, kind: arxiv, query: x, pace: nan, endpoint: 'http://a.b/'", "'pace' must be"),
        ("name: A, kind: arxiv, query: x, endpoint: 'ftp://a.b/'", "'endpoint' must be an http"),
        ("name: A, kind: arxiv, query: x, endpoint: 'http://a.b:x/'", "'endpoint' must be an http"),
        ("name: A, kind: arxiv, query: x, endpoint: 'http://a.b/?q'", "'endpoint' must be an http"),
        ("name: A, kind: arxiv-listing, categories: []", "'categories' must list one or more"),
        ("name: A, kind: arxiv-listing, categories: [CS]", "'CS' is no arXiv category"),
        ("name: A, kind: arxiv-oai, set: cs", "missing key 'from': the day to start at"),
        ("name: A, kind: arxiv-oai, from: May", "'from' must be a day such as 2026-05-14"),
        (
            "name: A, kind: arxiv-oai, from: 2026-05-02, until: 2026-05-01",
            "'until' must not be before 'from'",
        ),
        ("name: A, kind: arxiv-oai, set: 'x y', from: 2026-05-02", "'x y' is no set of arXiv"),
        ("name: A, kind: feed, url: 'javascript:alert(1)'", "'url' must be an http or https"),
        ("name: A, kind: file, path: '../*.xml'", "'path' must lie within the site's folder"),
        ("name: A, kind: file, path: /etc/passwd", "'path' must lie within the site's folder"),
        ("name: A, kind: feed, url: 'http://a.b/', themes: [b]", "unknown theme 'b'"),
    ],
)
def test_what_it_may_not_say(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(ConfigError) as error:
        sources(tmp_path, line)
    assert error.value.line == 4
    assert problem in error.value.message
