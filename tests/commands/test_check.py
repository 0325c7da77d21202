"""`digest check SITE` finds what is wrong with a built site, and nothing in a sound one."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from server import Reply, papers, serving

from digest import output
from digest.cli import main
from digest.commands.check import check, feed, page
from digest.commands.check.address import Addresses, Away
from digest.commands.check.findings import (
    Finding,
    FindingKind,
    as_annotations,
    as_json,
    as_text,
    has_errors,
)
from digest.commands.check.site import check_site
from digest.errors import DigestError
from digest.output import store

PROJECT = Path(__file__).parents[2]
URL = "https://example.org/digest/"
NOW = datetime(2026, 5, 16, 6, tzinfo=UTC)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="/digest/static/style.css?v=1">
<link rel="canonical" href="https://example.org/digest/{path}">
<link rel="alternate" type="application/rss+xml" href="/digest/feed.xml">
</head>
<body>
<a href="#main">Skip</a>
<main id="main">
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
FRONT = """<p><a href="/digest/papers/1/">A paper</a>, <a href="/digest/themes/#one">a theme</a>,
<a href="about/">about</a>, <a href="https://arxiv.org/abs/2605.13319">arXiv</a></p>
<img src="/digest/static/logo.svg" alt="Our mark">"""
THEMES = """<h2 id="one">One</h2>
<p><a href="../papers/1/">A paper</a> <a href="/digest/">Home</a> <a href="#top">Top</a></p>"""
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
  xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
<title>T</title><link>https://example.org/digest/</link><description>D</description>
<atom:link rel="self" href="https://example.org/digest/feed.xml"/>
<item><title>A paper</title><link>https://example.org/digest/papers/1/</link>
<guid isPermaLink="false">tag:example.org,2026:arxiv:1</guid>
<pubDate>Sat, 16 May 2026 00:00:00 +0000</pubDate>
<content:encoded>&lt;a href="https://example.org/digest/papers/1/"&gt;x&lt;/a&gt;</content:encoded></item>
</channel></rss>
"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>T</title><id>tag:example.org,2026:all</id><updated>2026-05-16T00:00:00Z</updated>
<link rel="self" href="https://example.org/digest/atom.xml"/>
<entry><title>A paper</title><id>tag:example.org,2026:arxiv:1</id>
<updated>2026-05-16T00:00:00Z</updated>
<link href="https://example.org/digest/papers/1/"/>
<content type="html">&lt;p&gt;x&lt;/p&gt;</content></entry>
</feed>
"""
SITEMAP = """<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://example.org/digest/</loc></url>
<url><loc>https://example.org/digest/about/</loc></url>
<url><loc>https://example.org/digest/papers/1/</loc></url>
<url><loc>https://example.org/digest/themes/</loc></url>
</urlset>
"""
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "T",
    "home_page_url": URL,
    "feed_url": URL + "feed.json",
    "items": [
        {
            "id": "tag:example.org,2026:arxiv:1",
            "title": "A paper",
            "url": URL + "papers/1/",
            "date_published": "2026-05-16T00:00:00Z",
            "content_html": "<p>x</p>",
        }
    ],
}
NOT_FOUND = PAGE.format(title="Not found", path="", body="").replace(
    '<link rel="canonical" href="https://example.org/digest/">',
    '<meta name="robots" content="noindex">',
)
MOVED = PAGE.format(title="Moved", path="papers/1/", body="").replace(
    "</head>", '<meta http-equiv="refresh" content="0; url=/digest/papers/1/"></head>'
)
ABOUT = """<p><a id="home" href="/digest/" aria-label="Home"><svg><path/></svg></a></p>
<form id="search" role="search"><input id="q" type="search"><button id="go">Go</button></form>
<p>There is none: <label for="q">onload =</label></p>"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small sound site, to be served under /digest/."""
    files = {
        "index.html": PAGE.format(title="Front", path="", body=FRONT),
        "about/index.html": PAGE.format(title="About", path="about/", body=ABOUT),
        "papers/1/index.html": PAGE.format(title="A paper", path="papers/1/", body=""),
        "papers/old/index.html": MOVED,
        "themes/index.html": PAGE.format(title="Themes", path="themes/", body=THEMES),
        "404.html": NOT_FOUND,
        "feed.xml": FEED,
        "atom.xml": ATOM,
        "feed.json": json.dumps(JSON_FEED),
        "status.json": '{"ok": true}',
        "sitemap.xml": SITEMAP,
        "robots.txt": "User-agent: *\nSitemap: https://example.org/digest/sitemap.xml\n",
        "static/style.css": "body { background: url('logo.svg') } /* url(gone.png) */",
        "static/logo.svg": '<svg xmlns="http://www.w3.org/2000/svg"><title>x</title></svg>',
    }
    made = [output.OutputFile.of(name, text.encode()) for name, text in files.items()]
    output.write(tmp_path / "_site", [output.Shard([output.FileGroup(list(files), lambda: made)])])
    return tmp_path / "_site"


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(site: Path) -> None:
        text = (site / name).read_text("utf-8")
        assert old in text
        (site / name).write_text(text.replace(old, new), "utf-8")

    return change


def both(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    def change(site: Path) -> None:
        for each in changes:
            each(site)

    return change


def added(html: str) -> Callable[[Path], None]:
    """The about page with something more in it."""
    return replaced("about/index.html", "</main>", f"{html}</main>")


def written(name: str, text: str) -> Callable[[Path], None]:
    def change(site: Path) -> None:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, "utf-8")

    return change


def removed(name: str) -> Callable[[Path], None]:
    return lambda site: (site / name).unlink()


def big(name: str, size: int) -> Callable[[Path], None]:
    """A file that says it is big, and takes no room on the disk."""

    def change(site: Path) -> None:
        with (site / name).open("ab") as file:
            file.truncate(size)

    return change


def stopped(site: Path) -> None:
    """A build that ends at its first file."""

    def make() -> bytes:
        raise KeyboardInterrupt

    names = (path.relative_to(site).as_posix() for path in site.rglob("*.*"))
    files = {name: output.OutputFile.of(name, (site / name).read_bytes()) for name in names}
    del files[store.MANIFEST]
    files["about/index.html"] = output.OutputFile("about/index.html", "new?" * 8, make)
    with suppress(KeyboardInterrupt):
        output.write(site, [output.Shard([output.FileGroup(list(files), files.values)])])


def noise(size: int) -> str:
    """Text that doesn't compress well."""
    return " ".join(f"{number * 2654435761 % 2**32:x}" for number in range(size // 9))


DEFECTS: dict[str, tuple[Callable[[Path], None], FindingKind, str]] = {
    "a link to a page that isn't there": (
        added('<a href="/digest/papers/2/">x</a>'),
        FindingKind.LINK,
        "about/index.html",
    ),
    "a relative link that climbs too high": (
        added('<a href="../../themes/">x</a>'),
        FindingKind.BASE,
        "about/index.html",
    ),
    "a link without the base path": (
        added('<a href="/themes/">x</a>'),
        FindingKind.BASE,
        "about/index.html",
    ),
    "a whole address of ours that isn't there": (
        added('<a href="https://example.org/digest/gone/">x</a>'),
        FindingKind.LINK,
        "about/index.html",
    ),
    "a link in the wrong case": (
        added('<a href="/digest/Themes/">x</a>'),
        FindingKind.LINK,
        "about/index.html",
    ),
    "a fragment that its page doesn't have": (
        added('<a href="/digest/themes/#two">x</a>'),
        FindingKind.FRAGMENT,
        "about/index.html",
    ),
    "a fragment that this page doesn't have": (
        added('<a href="#x">x</a>'),
        FindingKind.FRAGMENT,
        "about/index.html",
    ),
    "a link without its closing slash": (
        added('<a href="/digest/themes">x</a>'),
        FindingKind.REDIRECT,
        "about/index.html",
    ),
    "a script for a link": (
        added('<a href="javascript:x()">x</a>'),
        FindingKind.SCRIPT_LINK,
        "about/index.html",
    ),
    "a link without words": (
        added('<a href="/digest/"><b> </b></a>'),
        FindingKind.NAME,
        "about/index.html",
    ),
    "a redirect to nowhere": (
        replaced("papers/old/index.html", "url=/digest/papers/1/", "url=/digest/papers/3/"),
        FindingKind.LINK,
        "papers/old/index.html",
    ),
    "a page that nothing links to": (
        both(
            written("x/index.html", PAGE.format(title="X", path="x/", body="")),
            replaced("sitemap.xml", "</urlset>", f"<url><loc>{URL}x/</loc></url></urlset>"),
        ),
        FindingKind.ORPHAN,
        "x/index.html",
    ),
    "an image that isn't there": (
        added('<img src="/digest/static/x.png" alt="">'),
        FindingKind.LINK,
        "about/index.html",
    ),
    "an image in a set that isn't there": (
        added('<img src="/digest/static/logo.svg" srcset="/digest/static/x.png 2x" alt="">'),
        FindingKind.LINK,
        "about/index.html",
    ),
    "an image without alternative text": (
        added('<img src="/digest/static/logo.svg">'),
        FindingKind.ALT,
        "about/index.html",
    ),
    "an image from elsewhere": (
        added('<img src="https://cdn.example.com/x.png" alt="">'),
        FindingKind.OFF_SITE,
        "about/index.html",
    ),
    "a style sheet from elsewhere": (
        replaced("about/index.html", "</head>", '<link rel="stylesheet" href="//x.org/s"></head>'),
        FindingKind.OFF_SITE,
        "about/index.html",
    ),
    "a connection to elsewhere": (
        replaced("about/index.html", "</head>", '<link rel="preconnect" href="//x.org"></head>'),
        FindingKind.OFF_SITE,
        "about/index.html",
    ),
    "a font from elsewhere": (
        replaced("static/style.css", "logo.svg", "https://fonts.example.com/x.woff2"),
        FindingKind.OFF_SITE,
        "static/style.css",
    ),
    "an import of a style that isn't there": (
        replaced("static/style.css", "body", '@import "more.css"; body'),
        FindingKind.LINK,
        "static/style.css",
    ),
    "a style sheet that isn't there": (
        replaced("about/index.html", "style.css", "old.css"),
        FindingKind.LINK,
        "about/index.html",
    ),
    "a script in the page": (added("<script>x()</script>"), FindingKind.INLINE, "about/index.html"),
    "an event handler": (added('<p onclick="x()">x</p>'), FindingKind.INLINE, "about/index.html"),
    "an id given twice": (
        added('<p id="main">x</p>'),
        FindingKind.DUPLICATE_ID,
        "about/index.html",
    ),
    "a label for nothing": (
        added('<label for="none">x</label>'),
        FindingKind.REFERENCE,
        "about/index.html",
    ),
    "no title": (
        replaced("about/index.html", "<title>About</title>", ""),
        FindingKind.TITLE,
        "about/index.html",
    ),
    "an empty title": (
        replaced("about/index.html", "<title>About<", "<title> <"),
        FindingKind.TITLE,
        "about/index.html",
    ),
    "no heading": (
        replaced("about/index.html", "h1>", "h2>"),
        FindingKind.HEADING,
        "about/index.html",
    ),
    "two headings": (added("<h1>Again</h1>"), FindingKind.HEADING, "about/index.html"),
    "no language": (
        replaced("about/index.html", ' lang="en"', ""),
        FindingKind.LANGUAGE,
        "about/index.html",
    ),
    "no encoding": (
        replaced("about/index.html", '<meta charset="utf-8">', ""),
        FindingKind.CHARSET,
        "about/index.html",
    ),
    "the canonical address of another page": (
        replaced("about/index.html", "digest/about/", "digest/themes/"),
        FindingKind.CANONICAL,
        "about/index.html",
    ),
    "an empty page": (written("papers/1/index.html", ""), FindingKind.EMPTY, "papers/1/index.html"),
    "a feed cut short": (
        replaced("feed.xml", "</channel></rss>", ""),
        FindingKind.FILE,
        "feed.xml",
    ),
    "a feed without title": (
        replaced("feed.xml", "<title>T</title>", ""),
        FindingKind.FEED,
        "feed.xml",
    ),
    "an item without title": (
        replaced("atom.xml", "<title>A paper</title>", ""),
        FindingKind.FEED,
        "atom.xml",
    ),
    "an item whose date is none": (
        replaced("feed.xml", "Sat, 16 May", "Yesterday"),
        FindingKind.FEED,
        "feed.xml",
    ),
    "an item without id": (
        replaced("atom.xml", "<id>tag:example.org,2026:arxiv:1</id>", ""),
        FindingKind.GUID,
        "atom.xml",
    ),
    "two items of one id": (
        replaced("feed.json", '"items": [', f'"items": [{json.dumps(JSON_FEED["items"][0])}, '),
        FindingKind.GUID,
        "feed.json",
    ),
    "a feed with a relative link": (
        replaced("feed.xml", 'href="https://example.org/digest/papers', 'href="/digest/papers'),
        FindingKind.RELATIVE,
        "feed.xml",
    ),
    "a feed with a link to nothing": (
        replaced("feed.json", "papers/1/", "papers/2/"),
        FindingKind.LINK,
        "feed.json",
    ),
    "a feed with a script": (
        replaced("atom.xml", "&lt;p&gt;x", "&lt;script&gt;x&lt;/script&gt;"),
        FindingKind.ACTIVE,
        "atom.xml",
    ),
    "a feed that names another address": (
        replaced("feed.xml", "digest/feed.xml", "feed.xml"),
        FindingKind.SELF,
        "feed.xml",
    ),
    "JSON that is none": (written("status.json", "{'ok': True}"), FindingKind.FILE, "status.json"),
    "no sitemap": (removed("sitemap.xml"), FindingKind.SITEMAP, "sitemap.xml"),
    "a sitemap cut short": (
        replaced("sitemap.xml", "</urlset>", ""),
        FindingKind.SITEMAP,
        "sitemap.xml",
    ),
    "a page that the sitemap lacks": (
        replaced("sitemap.xml", "<url><loc>https://example.org/digest/about/</loc></url>", ""),
        FindingKind.UNLISTED,
        "about/index.html",
    ),
    "an address in the sitemap that is no page": (
        replaced("sitemap.xml", "</urlset>", f"<url><loc>{URL}gone/</loc></url></urlset>"),
        FindingKind.LISTED,
        "sitemap.xml",
    ),
    "a page that the sitemap has twice": (
        replaced("sitemap.xml", "</urlset>", f"<url><loc>{URL}about/</loc></url></urlset>"),
        FindingKind.LISTED,
        "sitemap.xml",
    ),
    "a robots.txt that names no sitemap": (
        written("robots.txt", "User-agent: *\n"),
        FindingKind.ROBOTS,
        "robots.txt",
    ),
    "no page for wrong addresses": (removed("404.html"), FindingKind.NOT_FOUND, "404.html"),
    "a page too heavy": (added(f"<p>{noise(400_000)}</p>"), FindingKind.HEAVY, "about/index.html"),
    "a page with heavy images": (
        both(added('<img src="/digest/static/big.png" alt="">'), big("static/big.png", 2_000_000)),
        FindingKind.HEAVY,
        "about/index.html",
    ),
    "a site near what Pages takes": (
        big("static/data.bin", 810_000_000),
        FindingKind.NEAR_SIZE,
        ".",
    ),
    "a site beyond what Pages takes": (
        big("static/data.bin", 1_000_000_000),
        FindingKind.SIZE,
        ".",
    ),
    "a build that was stopped": (
        stopped,
        FindingKind.UNFINISHED,
        ".",
    ),
}


def test_a_sound_site_has_no_finding(site: Path) -> None:
    assert check_site(site) == []


@pytest.mark.parametrize("name", DEFECTS)
def test_it_finds(name: str, site: Path) -> None:
    change, kind, path = DEFECTS[name]
    change(site)
    found = check_site(site)
    assert {finding.kind for finding in found} == {kind}
    assert {finding.path for finding in found} == {path}
    assert has_errors(found) == (kind.severity == "error")


def test_one_template_s_defect_is_said_once(site: Path) -> None:
    for name in ("about/index.html", "themes/index.html"):
        replaced(name, ' lang="en"', "")(site)
    found = check_site(site)
    assert len(found) == 2
    assert list(as_text(found)) == [
        "about/index.html: error: <html> has no lang (and 1 more such) [missing-language]"
    ]
    assert list(as_annotations(found)) == [
        "::error file=about/index.html,title=missing-language::"
        "about/index.html: <html> has no lang (and 1 more such)"
    ]
    told = json.loads(as_json(found))
    assert (told["errors"], told["warnings"], len(told["findings"])) == (2, 0, 2)
    assert told["findings"][0] == {
        "kind": "missing-language",
        "severity": "error",
        "path": "about/index.html",
        "line": 0,
        "message": "<html> has no lang",
    }


def test_an_annotation_cannot_be_broken_out_of() -> None:
    finding = Finding(
        kind=FindingKind.LINK, path="a,b:c\n::error::x", message="50%\r\n::error::y", line=3
    )
    (line,) = as_annotations([finding])
    assert "\n" not in line
    assert line.startswith("::error file=a%2Cb%3Ac%0A%3A%3Aerror%3A%3Ax,line=3,title=broken-link::")


def test_the_same_site_is_wrong_under_another_address(site: Path) -> None:
    found = check_site(site, "https://example.org/elsewhere")
    assert {FindingKind.BASE, FindingKind.CANONICAL, FindingKind.SELF} <= {
        finding.kind for finding in found
    }


def test_a_split_sitemap_counts_with_all_its_parts(site: Path) -> None:
    (site / "sitemap-1.xml").write_text(SITEMAP, "utf-8")
    index = f"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>{URL}sitemap-1.xml</loc></sitemap></sitemapindex>"""
    (site / "sitemap.xml").write_text(index, "utf-8")
    assert check_site(site) == []
    (site / "sitemap-1.xml").unlink()
    assert [finding.kind for finding in check_site(site)] == [FindingKind.SITEMAP]


def test_a_folder_without_a_site_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="holds no site"):
        check_site(tmp_path)
    (tmp_path / "index.html").write_text("<p>x", "utf-8")
    with pytest.raises(DigestError, match="--url"):
        check_site(tmp_path)


SITE_YAML = """title: T
url: https://example.org/digest/
sources:
  - {name: Start, kind: file, path: "content/start/*.xml"}
themes: []
"""


def test_a_typo_and_a_damaged_line_are_found_in_one_run(tmp_path: Path, site: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE_YAML + "acent: red\n", "utf-8")
    (tmp_path / "content/archive").mkdir(parents=True)
    (tmp_path / "content/archive/2026-05.jsonl").write_text("{\n", "utf-8")
    removed("404.html")(site)
    found = check(tmp_path, NOW, site)
    assert [finding.kind for finding in found] == [
        FindingKind.CONFIGURATION,
        FindingKind.ARCHIVE,
        FindingKind.NOT_FOUND,
    ]
    assert [finding.where for finding in found] == [
        f"{tmp_path / 'site.yaml'}:6",
        f"{tmp_path / 'content/archive/2026-05.jsonl'}:1",
        str(site / "404.html"),
    ]


def test_the_command_exits_1_on_an_error_alone(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / "site.yaml").write_text(SITE_YAML, "utf-8")
    command = ["check", str(site), "--root", str(tmp_path)]
    sound = CliRunner().invoke(main, command)
    assert (sound.exit_code, sound.output) == (0, "0 errors, 0 warnings\n")
    removed("404.html")(site)
    assert CliRunner().invoke(main, command).exit_code == 0
    removed("feed.xml")(site)
    broken = CliRunner().invoke(main, command)
    assert broken.exit_code == 1
    assert "link to /digest/feed.xml: nothing is there (and 4 more such)" in broken.output
    told = CliRunner().invoke(main, [*command, "--json"])
    assert told.exit_code == 1
    assert json.loads(told.output)["errors"] == 5
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::error file=" in CliRunner().invoke(main, command).output


@given(st.binary(max_size=400))
def test_any_bytes_can_be_a_page_or_a_feed(data: bytes) -> None:
    assert page.read(data).problems
    assert (facts := feed.read_xml(data)) is None or facts.problems
    assert (facts := feed.read_json(data)) is None or facts.problems


@given(st.text(max_size=60), st.sampled_from(["", "papers/1/", "about.html"]))
def test_any_text_can_be_an_address(address: str, here: str) -> None:
    place = Addresses(URL, {"index.html"}).resolve(address, here)
    assert isinstance(place, Away) or not place.path.startswith("/..")


def test_a_note_on_a_paper_that_is_not_there_is_found(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE_YAML, "utf-8")
    (tmp_path / "content/notes").mkdir(parents=True)
    (tmp_path / "content/notes/2605.99999.md").write_text("Look.\n", "utf-8")
    (found,) = check(tmp_path, NOW)
    assert found.kind is FindingKind.CONFIGURATION
    assert found.where == f"{tmp_path / 'content/notes/2605.99999.md'}:1"


def test_a_reference_to_no_paper_is_found_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE_YAML, "utf-8")
    (tmp_path / "content/issues").mkdir(parents=True)
    letter = "---\ntitle: T\ndate: 2026-05-16\n---\nRead\n[@2605.99999].\n"
    (tmp_path / "content/issues/one.md").write_text(letter, "utf-8")
    (found,) = check(tmp_path, NOW)
    assert found.where == f"{tmp_path / 'content/issues/one.md'}:6"


def test_a_broken_example_is_found_where_site_yaml_has_it(tmp_path: Path, site: Path) -> None:
    text = SITE_YAML.replace("themes: []", "themes:\n  - {id: t, title: T, any: [x]}")
    text = text.replace("any: [x]}", "any: [x],\n    examples: {in: [2605.99999]}}")
    (tmp_path / "site.yaml").write_text(text, "utf-8")
    (found,) = check(tmp_path, NOW)
    assert (found.kind, found.line) == (FindingKind.EXAMPLE, 7)
    assert found.message.startswith("t: 2605.99999 is neither in the archive nor kept")
    assert check(tmp_path, NOW, site, site_only=True) == []


def test_sources_are_tried_with_one_request_each(tmp_path: Path) -> None:
    with serving(papers(5, NOW)) as server:
        server.slice = 2
        server.documents["/feed"] = Reply(body=b"<html>no feed</html>")
        sources = f"""sources:
  - {{name: API, kind: arxiv, query: "cat:cs.DC", endpoint: "{server.url}/api/query", pace: 0}}
  - {{name: Gone, kind: feed, url: "{server.url}/gone"}}
  - {{name: HTML, kind: feed, url: "{server.url}/feed"}}
"""
        text = SITE_YAML.replace(SITE_YAML[SITE_YAML.index("sources:") :], sources)
        (tmp_path / "site.yaml").write_text(text + "themes: []\n", "utf-8")
        found = check(tmp_path, NOW, online=True)
        assert len(server.requests) == 3
    assert [(finding.kind, finding.line) for finding in found] == [
        (FindingKind.SOURCE, 5),
        (FindingKind.SOURCE, 6),
    ]
    assert found[0].message.startswith("Gone: HTTP 404")
    assert not (tmp_path / "content").exists()


def test_the_hook_before_a_commit_is_a_command_that_finds_a_typo(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert re.match(hook["files"], "content/notes/2605.13319.md")
    (tmp_path / "site.yaml").write_text(SITE_YAML + "acent: red\n", "utf-8")
    program, *words = hook["entry"].split()
    assert program == "digest"
    assert not hook["pass_filenames"]
    told = CliRunner().invoke(main, [*words, "--root", str(tmp_path)])
    assert told.exit_code == 1
    assert "did you mean 'accent'?" in told.output


def test_the_shipped_site_has_no_finding(shipped: Path) -> None:
    assert check_site(shipped) == []
