"""An item of a feed is one entry, under whatever name it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from server import Reply, Server, serving
from test_client import Clock

from digest import archive
from digest.config import load_site
from digest.fetch import ARCHIVE, FetchReport, fetch
from digest.model import Entry, State
from digest.sources.client import Web

CASES = Path(__file__).parents[1] / "recorded/cases"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        found.clock = Clock()
        yield found


def site(root: Path, *sources: str) -> None:
    lines = "\n".join(f"  - {{{source}}}" for source in sources)
    themes = "themes:\n  - {id: all, title: All, any: [x]}\n"
    (root / "site.yaml").write_text(
        f"title: T\nurl: https://example.org/\nsources:\n{lines}\n{themes}"
    )


def run(root: Path, day: int = 0) -> FetchReport:
    clock = Clock()
    web = Web("https://example.org/", clock=clock, sleep=clock.sleep)
    return fetch(root, load_site(root / "site.yaml"), web, NOW + timedelta(days=day))


def rss(*items: str, link: str = "https://j.example/") -> bytes:
    names = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    inside = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<rss version="2.0" {names}><channel><link>{link}</link>{inside}</channel></rss>'.encode()
    )


def told(root: Path, server: Server, *days: bytes) -> list[int]:
    """How many entries are new when a feed has these contents day after day."""
    site(root, f"name: Blog, kind: feed, url: '{server.url}/feed'")
    found = []
    for day, body in enumerate(days):
        server.documents["/feed"] = Reply(body=body)
        news = run(root, day)
        found.append(news.new)
        assert sum(line.new for line in news.lines) == news.new
    return found


def entries(root: Path) -> tuple[Entry, ...]:
    return archive.load(root / ARCHIVE)


def test_a_doi_a_guid_https_and_another_token_make_no_item_new(
    tmp_path: Path, server: Server
) -> None:
    one, two = ((CASES / f"11-day-{day}.xml").read_bytes() for day in ("one", "two"))
    assert told(tmp_path, server, one, two, two, one) == [4, 0, 0, 0]
    assert len(entries(tmp_path)) == 4
    (paper,) = (entry for entry in entries(tmp_path) if entry.doi)
    assert paper.id == "doi:10.9001/six"
    assert (paper.aliases, paper.guid) == (("https://j.example/p/6",), "https://j.example/p/6")


def test_three_items_of_one_guid_are_three_day_after_day(tmp_path: Path, server: Server) -> None:
    body = (CASES / "10-one-guid-for-all.xml").read_bytes()
    assert told(tmp_path, server, body, body) == [3, 0]


POST = "<title>{0}</title><link>{1}/{2}</link><guid isPermaLink='false'>{3}</guid>"
DATED = POST + "<pubDate>Tue, 0{2} Sep 2026 10:00:00 GMT</pubDate>"


def posts(form: str, host: str, guid: str, title: str = "Post {}") -> bytes:
    return rss(*(form.format(title.format(n), host, n, guid.format(n)) for n in range(1, 6)))


BEFORE = posts(DATED, "http://a.example/blog", "tag:a.example,2026:{}")


@pytest.mark.parametrize(
    "after",
    [
        posts(DATED, "http://a.example/blog", "urn:other:{}"),
        posts(DATED, "https://a.example/blog", "https://a.example/?p={}"),
        posts(DATED, "https://b.example/posts", "https://b.example/?p={}"),
        posts(DATED, "http://a.example/moved/to", "urn:third:{}"),
        posts(DATED, "http://a.example/blog", "tag:a.example,2026:{}", "Edited {}"),
    ],
)
def test_a_blog_that_renames_or_moves_all_its_posts_makes_none_new(
    tmp_path: Path, server: Server, after: bytes
) -> None:
    assert told(tmp_path, server, BEFORE, after, after, BEFORE) == [5, 0, 0, 0]
    assert len(entries(tmp_path)) == 5


def test_a_feed_that_changes_all_its_guids_says_so_once(tmp_path: Path, server: Server) -> None:
    after = posts(DATED, "https://b.example/posts", "urn:other:{}")
    told(tmp_path, server, BEFORE)
    server.documents["/feed"] = Reply(body=after)
    (found,) = run(tmp_path, 1).fetched
    assert found.state is State.OK
    assert found.problem.startswith("all 5 items came under other guids or addresses")
    (found,) = run(tmp_path, 2).fetched
    assert found.problem == ""


def test_weekly_posts_of_one_title_are_as_many_as_there_are(tmp_path: Path, server: Server) -> None:
    weekly = [POST.format("This week", "https://a.example", n, f"urn:week:{n}") for n in range(4)]
    bodies = [rss(*weekly[: n + 1][-2:]) for n in range(4)]
    assert told(tmp_path, server, *bodies) == [1, 1, 1, 1]


def test_queries_that_tell_items_of_one_document_apart_go_on_doing_so(
    tmp_path: Path, server: Server
) -> None:
    def item(number: int) -> str:
        return f"<title>News</title><link>https://a.example/show?id={number}</link>"

    assert told(tmp_path, server, rss(item(1), item(2)), rss(item(1), item(2), item(3))) == [2, 1]


def test_a_new_post_with_the_link_of_another_is_no_such_post(
    tmp_path: Path, server: Server
) -> None:
    first = POST.format("One", "https://a.example", "", "urn:x:1")
    second = POST.format("Two", "https://a.example", "", "urn:x:2")
    assert told(tmp_path, server, rss(first, second), rss(second, first)) == [2, 0]
    (tmp_path / "later").mkdir()
    assert told(tmp_path / "later", server, rss(first), rss(second, first)) == [1, 1]


def test_two_dois_are_never_one_paper(tmp_path: Path, server: Server) -> None:
    def item(doi: str) -> str:
        return (
            f"<title>A</title><link>https://a.example/1</link><dc:identifier>{doi}</dc:identifier>"
        )

    assert told(tmp_path, server, rss(item("10.1234/a")), rss(item("10.1234/b"))) == [1, 1]
    assert {entry.doi for entry in entries(tmp_path)} == {"10.1234/a", "10.1234/b"}


def test_a_source_whose_address_and_name_were_changed_is_the_same_source(
    tmp_path: Path, server: Server
) -> None:
    body = rss(*(f"<title>P{n}</title><guid isPermaLink='false'>{n}</guid>" for n in range(4)))
    assert told(tmp_path, server, body) == [4]
    server.documents["/moved"] = Reply(body=body)
    was = f"was: [Blog, '{server.url}/feed']"
    site(tmp_path, f"name: New name, kind: feed, url: '{server.url}/moved', {was}")
    assert run(tmp_path, 1).new == 0
    assert len(entries(tmp_path)) == 4


def test_an_archive_with_dois_as_they_once_were_read_gains_nothing_new(
    tmp_path: Path, server: Server
) -> None:
    """The lines are those that revision 7405db3 wrote of the same document."""
    folder = tmp_path / ARCHIVE
    folder.mkdir(parents=True)
    (folder / "2026-11.jsonl").write_bytes((CASES / "04-archived.jsonl").read_bytes())
    before = entries(tmp_path)
    body = (CASES / "04-doi-in-a-page-address.xml").read_bytes()
    assert told(tmp_path, server, body, body) == [0, 0]
    after = entries(tmp_path)
    assert {entry.guid or entry.id for entry in after} <= {entry.id for entry in before}
    assert {entry.doi for entry in after} == {
        "10.1101/2026.09.08.612346",
        "10.3389/fpsyg.2026.00001",
        "10.1088/1361-6633/abcd12",
        "10.1007/s10000-026-00001-1",
        "10.1002/abc.55555",
    }
    assert [line.updated for line in run(tmp_path, 2).lines] == [0]


def blog(day: int, host: str, guid: str, edited: int) -> bytes:
    """The ten newest posts of a blog that posts every second day."""
    newest = day // 2
    items = []
    for number in range(max(0, newest - 9), newest + 1):
        title = f"On the {number}th thing" + (" (corrected)" if number == edited else "")
        when = format_datetime(NOW + timedelta(days=2 * number - 1))
        items.append(
            f"<title>{title}</title><link>{host}/{number}</link>"
            f"<guid isPermaLink='false'>{guid}{number}</guid><pubDate>{when}</pubDate>"
        )
    return rss(*items, link=host)


def test_in_sixty_days_of_blogs_that_edit_rename_and_move_each_post_is_once(
    tmp_path: Path, server: Server
) -> None:
    names = ("one", "two", "gone")
    site(tmp_path, *(f"name: '{name}', kind: feed, url: '{server.url}/{name}'" for name in names))
    new = []
    for day in range(60):
        scheme = "http" if day < 15 else "https"
        host = f"{scheme}://one.example/blog" if day < 30 else "https://new.example/posts"
        guid = "tag:one,2026:" if day < 45 else "urn:uuid:0000-"
        server.documents["/one"] = Reply(body=blog(day, host, guid, edited=day // 2 - 1))
        token = f"https://two.example/{'p' if day < 20 else 'archive'}"
        name = f"{token}/" if day < 40 else "two-"
        server.documents["/two"] = Reply(body=blog(day, token, name, edited=day // 3))
        server.documents["/gone"] = (
            Reply(body=blog(day, "https://gone.example", "gone:", -1))
            if day < 25
            else Reply(status=410)
        )
        new.append(run(tmp_path, day).new)
    found = entries(tmp_path)
    count = {name: sum(name in entry.sources for entry in found) for name in names}
    assert count == {"one": 30, "two": 30, "gone": 13}
    assert sum(new) == len(found) == 73
    assert len({entry.guid or entry.id for entry in found}) == 73
