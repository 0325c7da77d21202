"""Feeds in the wild: any RSS, RDF, Atom, JSON Feed."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from asking import Reply, a_run, in_turn, told
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.model import Entry, Link, Markup, State
from digest.sources import feed
from digest.sources.feed import WebFeed
from digest.sources.names import split_names

URL = "https://example.org/feed.xml"
SOURCE = WebFeed(name="A blog", markup=Markup.PLAIN, url=URL, full=False)
TODAY = date(2026, 5, 15)
MORE = Path(__file__).parents[3] / "shared/data/recorded/feeds"


def parse(body: str | bytes, *, full: bool = False) -> tuple[Entry, ...]:
    raw = body.encode() if isinstance(body, str) else body
    return feed.parse(raw, SOURCE, TODAY, seen=TODAY, url=URL, full=full).entries


def rss(items: str) -> str:
    names = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    names += ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f'<rss version="2.0" {names}><channel><title>t</title>{items}</channel></rss>'


def item(inside: str) -> Entry:
    (entry,) = parse(rss(f"<item>{inside}</item>"))
    return entry


POST = (
    "<title>On queues &amp;amp; caches</title><link>https://example.org/queues/</link>"
    '<guid isPermaLink="false">tag:example.org,2026:queues</guid>'
    "<dc:creator>Ann Lee, Bo Chen</dc:creator><category>systems</category>"
    "<pubDate>Tue, 12 May 2026 23:30:00 -0400</pubDate>"
    "<description>&lt;p&gt;Queues &amp;lt;3 caches.&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;"
    "</description>"
)


def test_a_post_of_a_blog() -> None:
    assert item(POST) == Entry(
        id="tag:example.org,2026:queues",
        title="On queues & caches",
        summary="Queues <3 caches.",
        authors=("Ann Lee", "Bo Chen"),
        links=(Link(rel="abstract", url="https://example.org/queues/"),),
        names=("https://example.org/queues/",),
        categories=("systems",),
        markup=Markup.PLAIN,
        published=datetime(2026, 5, 13, 3, 30, tzinfo=UTC),
        updated=datetime(2026, 5, 13, 3, 30, tzinfo=UTC),
        announced=date(2026, 5, 13),
        seen=TODAY,
        sources=("A blog",),
    )


@pytest.mark.parametrize(
    ("updated", "kept"),
    [
        ("2026-05-14T08:00:00Z", datetime(2026, 5, 14, 8, tzinfo=UTC)),
        ("2031-01-01T00:00:00Z", None),
    ],
)
def test_a_post_is_not_updated_tomorrow(updated: str, kept: datetime | None) -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>x:t</id><entry><title>Hi</title>'
        '<id>https://example.org/1</id><link href="https://example.org/1"/>'
        f"<published>2026-05-12T09:00:00Z</published><updated>{updated}</updated></entry></feed>"
    )
    (entry,) = parse(atom)
    assert entry.published == datetime(2026, 5, 12, 9, tzinfo=UTC)
    assert entry.updated == (kept or entry.published)


FORMATS = {
    "rss 0.91": '<rss version="0.91"><channel><title>t</title><item><title>Hi</title>'
    "<link>https://example.org/1</link></item></channel></rss>",
    "rss 0.91 with its document type": "<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS "
    "0.91//EN' 'http://my.netscape.com/publish/formats/rss-0.91.dtd'><rss version='0.91'><channel>"
    "<title>t</title><item><title>Hi</title><link>https://example.org/1</link></item></channel></rss>",
    "rss 2.0": rss("<item><title>Hi</title><link>https://example.org/1</link></item>"),
    "rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>t</title></channel>'
    '<item rdf:about="https://example.org/1"><title>Hi</title>'
    "<link>https://example.org/1</link></item></rdf:RDF>",
    "atom": '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><title>Hi</title>'
    "<id>https://example.org/1</id><link href='https://example.org/1'/></entry></feed>",
    "json feed 1": json.dumps(
        {
            "version": "https://jsonfeed.org/version/1",
            "title": "t",
            "items": [{"id": "https://example.org/1", "title": "Hi", "author": {"name": "A"}}],
        }
    ),
    "json feed 1.1": json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "t",
            "items": [{"id": 1, "url": "https://example.org/1", "title": "Hi", "x": None}],
        }
    ),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(name: str) -> None:
    (entry,) = parse(FORMATS[name])
    assert entry.title == "Hi"
    assert entry.id in {"https://example.org/1", f"{URL}#1"}
    assert entry.announced == TODAY


def test_a_json_feed_in_full() -> None:
    text = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [
                {
                    "id": "https://example.org/1",
                    "content_html": "<p>One</p><p>two &amp; three</p>",
                    "date_published": "2026-05-01T10:00:00+02:00",
                    "date_modified": "2026-05-02T10:00:00Z",
                    "authors": [{"name": "Ann Lee"}, {}],
                    "tags": ["a", "b"],
                }
            ],
        }
    )
    (entry,) = parse(text, full=True)
    assert entry.summary == "One\ntwo & three"
    assert entry.title == "One two & three"
    assert entry.authors == ("Ann Lee",)
    assert entry.published == datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert entry.updated == datetime(2026, 5, 2, 10, tzinfo=UTC)


LONG = " ".join(f"word{n}" for n in range(200))


def test_an_excerpt_is_republished_the_whole_only_when_allowed() -> None:
    body = rss(
        f"<item><link>https://example.org/1</link><description>{LONG[:300]}</description>"
        f"<content:encoded>&lt;p&gt;{LONG}&lt;/p&gt;&lt;p&gt;end&lt;/p&gt;</content:encoded></item>"
    )
    (short,), (whole,) = parse(body), parse(body, full=True)
    assert short.summary == LONG[:300].strip()
    assert whole.summary == f"{LONG}\nend"
    (cut,) = parse(rss(f"<item><guid>a:b</guid><description>{LONG}</description></item>"))
    assert cut.summary == " ".join(LONG.split()[:80]) + " …"


@pytest.mark.parametrize(
    ("names", "doi", "arxiv"),
    [
        ("<link>https://arxiv.org/abs/2605.13319v2</link>", "", "2605.13319"),
        ("<link>https://arxiv.org/pdf/math/0309136</link>", "", "math/0309136"),
        ("<link>https://example.org/x</link><guid>arXiv:2605.13319</guid>", "", "2605.13319"),
        ("<link>https://doi.org/10.48550/arXiv.2605.13319</link>", "", "2605.13319"),
        ("<link>https://huggingface.co/papers/2605.13319</link>", "", "2605.13319"),
        ("<link>https://dl.acm.org/doi/10.1145/3555.Ab</link>", "10.1145/3555.ab", ""),
        (
            "<link>https://example.org/x</link><dc:identifier>doi:10.1101/2023.12</dc:identifier>",
            "10.1101/2023.12",
            "",
        ),
        ("<link>https://example.org/2605.13319/comments</link>", "", ""),
    ],
)
def test_papers_are_known_by_links_and_guids(names: str, doi: str, arxiv: str) -> None:
    entry = item(f"<title>On a paper</title>{names}")
    assert entry.doi == doi
    if arxiv:
        assert entry.id == f"arxiv:{arxiv}"
        assert Link(rel="abstract", url=f"https://arxiv.org/abs/{arxiv}") in entry.links
    elif doi:
        assert entry.id == f"doi:{doi}"
    else:
        assert entry.id.startswith("https://example.org/")


def test_a_post_about_a_paper_does_not_date_the_paper() -> None:
    entry = item(
        "<title>Read this</title><link>https://arxiv.org/abs/2604.00001</link>"
        "<pubDate>Tue, 12 May 2026 10:00:00 GMT</pubDate>"
    )
    assert (entry.published, entry.updated, entry.version) == (None, None, 0)
    assert entry.announced == date(2026, 5, 12)


@pytest.mark.parametrize(
    ("names", "key"),
    [
        ("<guid isPermaLink='false'>12</guid><link>https://a.example/1</link>", f"{URL}#12"),
        ("<guid>arxiv:../../x</guid>", f"{URL}#arxiv:../../x"),
        ("<guid>doi:nothing</guid>", f"{URL}#doi:nothing"),
        ("<link>https://a.example/1</link>", "https://a.example/1"),
        ("<guid>urn:uuid:1</guid>", "urn:uuid:1"),
    ],
)
def test_a_guid_that_others_may_have_is_made_our_own(names: str, key: str) -> None:
    assert item(f"<title>t</title>{names}").id == key


@pytest.mark.parametrize(
    "names",
    [
        "",
        "<link>javascript:alert(1)</link>",
        "<link>data:text/html,x</link>",
        f"<guid>urn:{'x' * 1000}</guid>",
    ],
)
def test_what_cannot_be_cited_is_left_out(names: str) -> None:
    assert parse(rss(f"<item><title>t</title>{names}</item>")) == ()


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Ann Lee", ("Ann Lee",)),
        ("Ann Lee, Bo Chen and Cy Orr", ("Ann Lee", "Bo Chen", "Cy Orr")),
        ("LAPALU, N., O'Connell, R. J.", ("N. LAPALU", "R. J. O'Connell")),
        ("Plaumann, P.-L., Lu, A.", ("P.-L. Plaumann", "A. Lu")),
        ("Lee, Ann", ("Ann Lee",)),
        ("The Team", ("The Team",)),
        (" ", ()),
    ],
)
def test_authors_of_every_fashion(field: str, names: tuple[str, ...]) -> None:
    assert split_names(field) == names


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "empty"),
        ("<!doctype html><title>Login</title>", "web page"),
        ("<rss version='2.0'><channel><item>", "broken or cut feed"),
        ("hello", "broken or cut feed"),
        ("<a/>", "not a feed"),
        ("{", "broken or cut JSON Feed"),
        ('{"version": "2", "items": []}', "JSON of another kind"),
        ('{"items": []}', "broken or cut JSON Feed"),
        (" " * 2**24 + "<", "a feed of more than"),
    ],
)
def test_what_is_no_feed_says_why(body: str, problem: str) -> None:
    with pytest.raises(SourceError, match=problem) as error:
        parse(body)
    assert "\n" not in str(error.value)


def test_a_body_is_never_taken_for_a_file_name(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(FORMATS["rss 2.0"])
    with pytest.raises(SourceError):
        parse(str(secret))


def test_entities_cannot_explode() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    try:
        entries = parse(f"{bomb}]>" + rss("<item><link>https://e.org/</link>&j;</item>"))
    except SourceError:
        entries = ()
    assert all(len(entry.title) + len(entry.summary) < 1000 for entry in entries)


def test_a_wrong_charset_is_read_all_the_same() -> None:
    body = '<?xml version="1.0" encoding="ascii"?>' + rss(
        "<item><title>Erdős</title><link>https://example.org/1</link></item>"
    )
    assert parse(body)[0].title == "Erdős"


@given(st.text(), st.text(), st.text())
def test_no_text_of_a_field_breaks_the_feed(title: str, guid: str, text: str) -> None:
    body = {"version": "https://jsonfeed.org/version/1", "items": [{"id": guid, "title": title}]}
    body["items"][0]["content_text"] = text  # type: ignore[index]
    for entry in parse(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")):
        assert entry.id
        assert entry.title
        assert entry.announced <= entry.seen


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (FORMATS["rss 2.0"].encode(), State.OK),
        (rss("").encode(), State.QUIET),
        (304, State.QUIET),
    ],
)
def test_what_an_answer_means(reply: Reply, state: State) -> None:
    fetched, (request,) = told(feed.fetch(SOURCE, a_run()), in_turn([reply]))
    assert fetched.state is state
    assert (request.url, request.conditional) == (URL, True)


@pytest.mark.parametrize("reply", [404, 403, b"", b"<html>"])
def test_what_is_a_failure(reply: Reply) -> None:
    with pytest.raises(SourceError):
        told(feed.fetch(SOURCE, a_run()), in_turn([reply]))


@pytest.mark.skipif(not MORE.exists(), reason="needs the larger recordings")
@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("bair-blog.xml", 3, "http://bair.berkeley.edu/blog/2026/04/20/grasp/"),
        ("hf-daily.xml", 50, "arxiv:2604.26238"),
        ("biorxiv-rdf.xml", 1, "doi:10.1101/2023.12.16.571984"),
    ],
)
def test_recorded_feeds(name: str, count: int, first: str) -> None:
    entries = parse((MORE / name).read_bytes())
    assert len(entries) == count
    assert entries[0].id == first
    assert all(entry.title and entry.summary and "<" not in entry.title for entry in entries)
