"""OPML as other readers export it becomes a site, and what is left out is named."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from server import Reply, serving

from digest.cli import main
from digest.commands.init import create
from digest.commands.opml import Subscription, read
from digest.config import load_site
from digest.errors import DigestError
from digest.sources.arxiv import ArxivApi
from digest.sources.arxiv_listing import ArxivListing
from digest.sources.feed import WebFeed

FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>B</title><link>https://b.example/'
    b"</link><description>d</description><item><title>A post</title><link>https://b.example/1"
    b"</link><pubDate>Tue, 12 May 2026 10:00:00 GMT</pubDate></item></channel></rss>"
)


def opml(*outlines: str) -> bytes:
    return f'<opml version="2.0"><body>{"".join(outlines)}</body></opml>'.encode()


def urls(*outlines: str) -> list[str]:
    return [feed.url for feed in read(opml(*outlines)).feeds]


def test_a_flat_list_is_a_site_of_one_theme(tmp_path: Path) -> None:
    found = read(opml('<outline text="x" xmlUrl="https://x.example/f"/>'))
    create(tmp_path / "site", (), found)
    site = load_site(tmp_path / "site/site.yaml")
    assert [(source.name, type(source)) for source in site.sources] == [("x", WebFeed)]
    assert [(theme.id, theme.title) for theme in site.themes] == [("feeds", "Feeds")]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("feed://f.example/rss", "https://f.example/rss"),
        ("feed:https://g.example/rss", "https://g.example/rss"),
        ("feed:http://g.example/rss", "http://g.example/rss"),
        ("FEED://g.example/rss", "https://g.example/rss"),
        ("feed:g.example/rss", "https://g.example/rss"),
        ("//g.example/rss", "https://g.example/rss"),
        (" https://k.example/rss ", "https://k.example/rss"),
    ],
)
def test_addresses_are_read_as_readers_write_them(written: str, url: str) -> None:
    assert urls(f'<outline text="x" xmlUrl="{written}"/>') == [url]


def test_names_of_attributes_are_read_in_any_letters() -> None:
    assert urls('<outline text="x" TYPE="rss" xmlurl="https://h.example/rss"/>')
    assert urls('<outline TEXT="x" XMLURL="https://h.example/rss"/>')
    document = b'<OPML><BODY><Outline text="x" xmlUrl="https://h.example/"/></BODY></OPML>'
    assert len(read(document).feeds) == 1


@pytest.mark.parametrize(
    ("address", "categories"),
    [
        ("https://rss.arxiv.org/rss/cs.DC", ("cs.DC",)),
        ("http://export.arxiv.org/rss/cs.LG", ("cs.LG",)),
        ("https://rss.arxiv.org/atom/cs.DC+cs.LG", ("cs.DC", "cs.LG")),
        ("http://arxiv.org/rss/math.na?version=2.0", ("math.NA",)),
        ("https://export.arxiv.org/rss/hep-th", ("hep-th",)),
        ("feed://rss.arxiv.org/rss/cs.DC%2Bcs.LG", ("cs.DC", "cs.LG")),
    ],
)
def test_addresses_of_arxiv_become_its_listing(address: str, categories: tuple[str, ...]) -> None:
    found = read(opml(f'<outline text="x" xmlUrl="{address}"/>'))
    assert (found.categories, found.feeds) == (categories, ())


def test_queries_of_arxiv_become_queries(tmp_path: Path) -> None:
    address = "http://export.arxiv.org/api/query?search_query=cat:cs.LG+AND+abs:gossip&amp;start=0"
    found = read(opml(f'<outline text="Gossip" xmlUrl="{address}"/>'))
    assert found.feeds == (Subscription(name="Gossip", query="cat:cs.LG AND abs:gossip"),)
    create(tmp_path / "site", (), found)
    (source,) = load_site(tmp_path / "site/site.yaml").sources
    assert isinstance(source, ArxivApi)


@pytest.mark.parametrize(
    ("outline", "line"),
    [
        ('<outline text="r" xmlUrl="/feed.xml"/>', "'r': '/feed.xml' is no web address"),
        ('<outline text="f" xmlUrl="file:///etc/passwd"/>', "'f': 'file:///etc/passwd' is no"),
        ('<outline text="c" isComment="true" xmlUrl="https://l.example/"/>', "'c': it is comment"),
        ('<outline text="d" xmlUrl="https://x.example/f"/>', "'d': its address is that of 'x'"),
        ('<outline text="l" type="link" url="https://l.example/"/>', "'l': it names no feed, but"),
        ('<outline text="h" htmlUrl="https://l.example/"/>', "'h': it names no feed, but https"),
        ('<outline text="empty"/>', "'empty': it names no feed"),
        ('<outline text="s" xmlUrl="https://me:secret@p.example/f"/>', "'s': its address has a p"),
        ('<outline xmlUrl="https://a b.example/"/>', "'https://a b.example/': 'https://a b.exa"),
    ],
)
def test_what_is_left_out_is_named(outline: str, line: str) -> None:
    found = read(opml('<outline text="x" xmlUrl="https://x.example/f"/>', outline))
    assert len(found.feeds) == 1
    (said,) = found.left_out
    assert said.startswith(line)


def test_where_nothing_is_left_the_reason_is_said() -> None:
    with pytest.raises(DigestError, match=r"names no feed; 'r': '/feed\.xml' is no web address"):
        read(opml('<outline text="r" xmlUrl="/feed.xml"/>'))


def test_outlines_nested_deep_are_read_at_once() -> None:
    deep = '<outline text="g">' * 90 + '<outline xmlUrl="https://x.example/"/>' + "</outline>" * 90
    assert urls(deep) == ["https://x.example/"]


def test_the_names_of_starter_sources_and_themes_are_not_taken_twice(tmp_path: Path) -> None:
    outlines = (
        '<outline text="LLM serving"><outline text="Start" xmlUrl="https://a.example/"/></outline>',
        '<outline text="cs-lg"><outline text="arXiv cs.DC" xmlUrl="https://b.example/"/></outline>',
    )
    create(tmp_path / "site", ["cs.DC", "cs.LG"], read(opml(*outlines)))
    site = load_site(tmp_path / "site/site.yaml")
    assert {theme.id for theme in site.themes} >= {"llm-serving-2", "cs-lg-2"}
    assert {source.name for source in site.sources} >= {"Start 2", "arXiv cs.DC"}


def kinds(here: str) -> bytes:
    """Twelve kinds of outlines, in an encoding that old readers used."""
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.0"><head><title>subs</title></head><body>
<outline text="Folder &amp; more">
  <outline text="Café blog" title="Café blog" type="rss" xmlUrl="{here}/1?x=1&amp;y=2"/>
  <outline text="Same name" type="rss" xmlUrl="{here}/2"/>
  <outline text="Same name" type="rss" xmlUrl="{here}/3"/></outline>
<outline text="" type="rss" xmlUrl="{here}/4"/>
<outline title="Only title: yes #1" xmlUrl="{here}/5"/>
<outline text="feed scheme" type="rss" xmlUrl="feed:{here}/6"/>
<outline text="dup url" type="rss" xmlUrl="{here}/2"/>
<outline text="relative" type="rss" xmlUrl="/feed.xml"/>
<outline text="UPPER" TYPE="rss" xmlurl="{here}/7"/>
<outline text="with &quot;quotes&quot; and 'x' \\ back" type="rss" xmlUrl="{here}/8"/>
<outline text="line&#10;break" type="rss" xmlUrl=" {here}/9 "/>
<outline text="arxiv rss" type="rss" xmlUrl="https://rss.arxiv.org/rss/cs.DC"/>
<outline text="arxiv old" type="rss" xmlUrl="http://export.arxiv.org/rss/cs.LG"/>
<outline text="commented [x]" isComment="true" type="rss" xmlUrl="{here}/l"/>
</body></opml>""".encode("latin-1")


def test_twelve_kinds_of_outlines_are_fetched_and_make_a_site(tmp_path: Path) -> None:
    document, folder = tmp_path / "subs.opml", tmp_path / "site"
    with serving() as server:
        for number in range(1, 10):
            body = FEED.replace(b"b.example/1", b"b.example/%d" % number)
            server.documents[f"/{number}"] = Reply(
                headers={"Content-Type": "application/rss+xml"}, body=body
            )
        document.write_bytes(kinds(server.url))
        started = CliRunner().invoke(main, ["init", str(folder), "--from", str(document)])
        assert started.exit_code == 0, started.output
        assert started.output.count("left out: ") == 3
        site = load_site(folder / "site.yaml")
        names = [source.name for source in site.sources if isinstance(source, WebFeed)]
        assert len(names) == 9
        chosen = [word for name in names for word in ("--source", name)]
        fetched = CliRunner().invoke(main, ["fetch", "--root", str(folder), *chosen])
        assert fetched.exit_code == 0, fetched.output
    (listing,) = (source for source in site.sources if isinstance(source, ArxivListing))
    assert listing.categories == ("cs.DC", "cs.LG")
    built = CliRunner().invoke(main, ["build", "--offline", "--root", str(folder)])
    assert built.exit_code == 0, built.output
    assert "9 entries" in built.output or "9 papers" in built.output


def test_the_list_that_a_site_publishes_is_read_again(tmp_path: Path) -> None:
    first = read(opml('<outline text="x" xmlUrl="https://x.example/f"/>'))
    create(tmp_path / "one", ["cs.NA"], first)
    built = CliRunner().invoke(main, ["build", "--offline", "--root", str(tmp_path / "one")])
    assert built.exit_code == 0, built.output
    again = read((tmp_path / "one/_site/sources.opml").read_bytes())
    assert (again.feeds, again.categories) == (first.feeds, ("cs.NA",))
    create(tmp_path / "two", (), again)
