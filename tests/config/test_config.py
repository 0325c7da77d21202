from pathlib import Path

import pytest

from digest.config import load_site
from digest.errors import ConfigError
from digest.model import FeedSelection, Markup
from digest.sources.arxiv import ArxivApi
from digest.sources.arxiv_listing import ArxivListing, CrossLists
from digest.sources.feed import WebFeed
from digest.sources.file import LocalFile

GOOD = """\
title: "T"
url: "https://example.org/digest"
sources:
  - name: ML
    kind: arxiv
    query: "cat:cs.LG"
  - name: Listing
    kind: arxiv-listing
    categories: [cs.DC, math.CO]
    cross_lists: label
  - {name: Blog, kind: feed, url: "https://example.org/feed.xml", themes: [consensus]}
  - {name: Start, kind: file, path: content/start/*.xml}
themes:
  - id: consensus
    title: Consensus
    any: [consensus]
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(text, "utf-8")
    return path


def test_good(tmp_path: Path) -> None:
    site = load_site(write(tmp_path, GOOD))
    assert (site.url, site.base) == ("https://example.org/digest/", "/digest/")
    ml, listing, blog, start = site.sources
    assert isinstance(ml, ArxivApi)
    assert ml.back.days == 30
    assert ml.endpoint == "https://export.arxiv.org/api/query"
    assert isinstance(listing, ArxivListing)
    assert listing.cross_lists is CrossLists.LABEL
    assert isinstance(blog, WebFeed)
    assert (blog.markup, blog.themes) == (Markup.PLAIN, ("consensus",))
    assert isinstance(start, LocalFile)
    assert start.markup is Markup.TEX


def test_a_site_at_the_root_of_its_host(tmp_path: Path) -> None:
    site = load_site(write(tmp_path, GOOD.replace("/digest", "")))
    assert (site.url, site.base) == ("https://example.org/", "/")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("title:", "titel:", "1: unknown key 'titel' (did you mean 'title'?)"),
        ('title: "T"', "title: 2024", "1: 'title' must be text; put quotes around it"),
        ('title: "T"', 'title: ""', "1: 'title' is empty"),
        ('title: "T"', "title: [a]", "1: 'title' must be text"),
        ('"https://example.org/digest"', '"example.org"', "2: 'url' must be the site's whole"),
        ('"https://example.org/digest"', '"https://e.org/?a"', "2: 'url' must be a plain address"),
        ("kind: arxiv\n", "kind: arxvi\n", "5: unknown kind 'arxvi' (did you mean 'arxiv'?)"),
        ("query:", "qurey:", "6: unknown key 'qurey' (did you mean 'query'?)"),
        ("kind: arxiv\n", "kind: arxiv\n    kind: arxiv\n", "6: 'kind' is already set on line 5"),
        ('"cat:cs.LG"', '"cat:cs.LG"\n    extra: "x"', "7: unknown key 'extra'"),
        ('"cat:cs.LG"', '"cat:cs.LG"\n    back: ten days', "7: 'back' must be days or weeks"),
        ('"cat:cs.LG"', '"cat:cs.LG"\n    pace: 1', "7: 'pace' may not be under 3 s for arXiv"),
        ("[cs.DC, math.CO]", "[]", "9: 'categories' must list one or more"),
        ("[cs.DC, math.CO]", "cs.DC", "9: 'categories' must be a list"),
        ("[cs.DC, math.CO]", "[cs/DC]", "9: 'cs/DC' is no arXiv category"),
        ("label", "lable", "10: unknown cross_lists 'lable' (did you mean 'label'?)"),
        ("[consensus]}", "[consenus]}", "11: unknown theme 'consenus' (did you mean 'consensus'?)"),
        ("https://example.org/feed.xml", "file:///etc/passwd", "11: 'url' must be an http or"),
        ("name: Start", "name: ML", "12: the source 'ML' is already on line 4"),
        ("content/start/*.xml", "../*.xml", "12: 'path' must lie within the site's folder"),
        ("id: consensus", "id: Con_sensus", "14: 'Con_sensus' is no theme id"),
        ("any:", "anny:", "16: unknown key 'anny' (did you mean 'any'?)"),
        ('"https://example.org/digest"', '"http://[::1"', "2: 'url' must be the site's whole"),
        ('"https://example.org/digest"', '"http://e.org:x/"', "2: 'url' must be the site's whole"),
        ("    title: C", "\ttitle: C", "15: a tab; YAML is indented with spaces"),
        ("    kind: arxiv\n", "\tkind: arxiv\n", "5: a tab; YAML is indented with spaces"),
        ('"T"', "T: U", "1: text with ': ' in it needs quotes"),
        ('"T"', "@T", "1: text that begins so needs quotes"),
        ("themes:\n", "---\nthemes:\n", "13: a line of '---' begins a second document"),
        ("any: [consensus]", "any: ['consensus]", "16: a quote opens here and is never closed"),
        ('"T"', '"T', "2: "),
        ('"T"', '"\x00"', "1: invalid YAML"),
    ],
)
def test_errors_say_where_and_what(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert before in GOOD
    path = write(tmp_path, GOOD.replace(before, after, 1))
    with pytest.raises(ConfigError) as caught:
        load_site(path)
    assert str(caught.value).startswith(f"{path}:{message}")


def test_a_folder_in_its_place_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.mkdir()
    with pytest.raises(ConfigError, match=r"site\.yaml:1: cannot be read: "):
        load_site(path)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("tag: example.org", "'tag' must be a domain and a date"),
        ("language: english language", "'language' must be a language code"),
        ("timezone: Europe/Berln", "unknown timezone 'Europe/Berln'"),
        ("accent: red", "'accent' must be a colour"),
        (
            "navigation: [{title: X, url: 'javascript:alert(1)'}]",
            "'url' must be a path of this site",
        ),
    ],
)
def test_errors_of_the_optional_keys(tmp_path: Path, extra: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load_site(write(tmp_path, GOOD + extra + "\n"))
    assert caught.value.line == GOOD.count("\n") + 1


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="file not found"):
        load_site(tmp_path / "site.yaml")
    (tmp_path / "site.yaml").write_bytes(b"title: x\nurl: \xff\n")
    with pytest.raises(ConfigError, match=":2: not UTF-8"):
        load_site(tmp_path / "site.yaml")


def test_a_theme_id_is_taken_once(tmp_path: Path) -> None:
    again = "  - id: other\n    was: [consensus]\n    title: X\n    any: [y]\n"
    with pytest.raises(ConfigError, match="the theme id 'consensus' is already taken on line 14"):
        load_site(write(tmp_path, GOOD + again))


def test_feeds_combine_themes_and_picks(tmp_path: Path) -> None:
    more = "feeds:\n  - {id: my-picks, themes: [consensus], pinned: true}\nhub: https://hub.example.org/?a=1\n"
    site = load_site(write(tmp_path, GOOD + more))
    assert site.feeds == (
        FeedSelection(id="my-picks", title="My picks", themes=("consensus",), pinned=True),
    )
    assert site.hub == "https://hub.example.org/?a=1"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{id: a}", "a feed needs 'themes', 'best', or 'pinned: true'"),
        ("{id: A, pinned: true}", "'A' is no feed id"),
        ("{id: a, themes: [consensuss]}", r"unknown theme 'consensuss' \(did you mean 'consensus'"),
        ("{id: a, themes: [consensus], pinnd: true}", "unknown key 'pinnd'"),
    ],
)
def test_bad_feeds(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(ConfigError, match=rf"site\.yaml:18: {message}"):
        load_site(write(tmp_path, f"{GOOD}feeds:\n  - {line}\n"))


def test_two_feeds_of_one_id(tmp_path: Path) -> None:
    twice = "feeds:\n  - {id: a, pinned: true}\n  - {id: a, pinned: true}\n"
    with pytest.raises(ConfigError, match=r"site\.yaml:19: there is another feed 'a'"):
        load_site(write(tmp_path, GOOD + twice))


def test_a_hub_is_an_address(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'hub' must be an http or https address"):
        load_site(write(tmp_path, GOOD + "hub: hub.example.org\n"))
