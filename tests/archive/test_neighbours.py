"""A computed day of announcement is held between the listings of neighbouring ids."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from digest import archive
from digest.cli import main
from digest.model import Entry

TODAY = date(2026, 5, 30)
SITE = """\
title: T
url: https://example.org/
sources:
  - {name: Start, kind: file, path: papers.jsonl}
themes:
  - {id: gossip, title: Gossip, any: [gossip]}
"""
LINE = (
    '{"id": "%s", "title": "%s", "abstract": "A", "authors": ["Ann Lee"], '
    '"categories": ["cs.DC"], %s}\n'
)


def listed(number: int, day: int) -> Entry:
    on = date(2026, 5, day)
    return Entry(id=f"arxiv:2605.{number:05}", title="T", listed=on, announced=on, seen=on)


def computed(number: int, day: int, **fields: object) -> Entry:
    """A paper that was submitted on the morning before this day."""
    entry = Entry(
        id=f"arxiv:2605.{number:05}",
        title="T",
        version=1,
        published=datetime(2026, 5, day - 1, 10, tzinfo=UTC),
        announced=date(2026, 5, day),
        seen=TODAY,
    )
    return msgspec.structs.replace(entry, **fields)


def days(*entries: Entry, new: bool = True) -> list[int]:
    return [entry.announced.day for entry in archive.between_listings(entries, lambda _: new)]


def test_a_day_before_the_listing_of_a_lower_id_or_after_that_of_a_higher_one_moves() -> None:
    assert days(listed(1, 13), computed(2, 12), listed(3, 14)) == [13, 13, 14]
    assert days(listed(1, 13), computed(2, 15), listed(3, 14)) == [13, 14, 14]
    assert days(listed(1, 13), computed(2, 14), listed(3, 15)) == [13, 14, 15]


def test_listings_that_contradict_each_other_move_nothing() -> None:
    assert days(listed(1, 20), computed(2, 14), listed(3, 12)) == [20, 14, 12]


def test_ids_of_other_months_and_archives_are_no_neighbours() -> None:
    others = (
        msgspec.structs.replace(listed(1, 20), id="arxiv:2604.09999"),
        msgspec.structs.replace(listed(1, 4), id="arxiv:2606.00001"),
        msgspec.structs.replace(listed(1, 4), id="https://blog.example/2605.00003"),
    )
    assert days(*others, computed(2, 14))[-1] == 14


def test_a_paper_is_never_announced_after_the_day_we_had_it() -> None:
    early = computed(2, 13, seen=date(2026, 5, 14))
    assert days(listed(1, 20), early)[-1] == 14


def test_a_later_listing_moves_what_a_backfill_computed_and_feeds_stay(tmp_path: Path) -> None:
    """By fetches of a whole site; and another archive, without bounds, stays as it is."""
    (tmp_path / "site.yaml").write_text(SITE)
    file, content = tmp_path / "papers.jsonl", tmp_path / "content/archive/2026-05.jsonl"

    def fetched(*lines: str) -> dict[str, Entry]:
        file.write_text("".join(lines))
        for command in ("fetch", "build"):
            args = [command, "--root", str(tmp_path), "--now", "2026-05-30T06:00:00Z"]
            result = CliRunner().invoke(main, args)
            assert result.exit_code == 0, result.output
        return {entry.id: entry for entry in archive.read_month(content)}

    def item() -> tuple[str, ...]:
        feed = (tmp_path / "_site/feed.xml").read_text("utf-8")
        found = re.search(r"<title>Computed.*?</item>", feed, re.S)
        assert found
        return tuple(re.findall(r"<guid.*?</guid>|<pubDate>.*?</pubDate>", found[0]))

    paper = LINE % ("2605.00002v1", "Computed", '"published": "2026-05-11T10:00:00Z"')
    before = fetched(paper)["arxiv:2605.00002"]
    names = item()
    assert before.announced == date(2026, 5, 12)
    lower = LINE % ("2605.00001", "Listed", '"first_listed": "2026-05-13"')
    both = fetched(paper, lower)
    after = both["arxiv:2605.00002"]
    assert (after.announced, after.seen) == (date(2026, 5, 13), before.seen)
    assert item() == names
    old = msgspec.structs.replace(before, listed_after=None, listed_before=None)
    content.write_bytes(archive.lines([old, both["arxiv:2605.00001"]]))
    assert fetched(lower)["arxiv:2605.00002"].announced == date(2026, 5, 12)


def test_a_backfill_says_that_it_had_a_paper_on_the_day_that_the_listings_give() -> None:
    filled = computed(2, 12, seen=date(2026, 5, 12))
    (_, entry) = archive.between_listings((listed(1, 13), filled), lambda _: True)
    assert (entry.announced, entry.seen) == (date(2026, 5, 13), date(2026, 5, 13))


def test_what_an_earlier_version_archived_stays_on_its_day() -> None:
    assert days(listed(1, 13), computed(2, 12), listed(3, 14), new=False) == [13, 12, 14]


def test_a_later_listing_moves_a_day_across_the_end_of_a_month(tmp_path: Path) -> None:
    """And the line that a git merge leaves in the old month loses."""
    paper = msgspec.structs.replace(computed(2, 29), id="arxiv:2605.90002", seen=date(2026, 6, 3))
    (before,) = archive.between_listings((paper,), lambda _: True)
    assert before.announced == date(2026, 5, 29)
    assert before.listed_after, "it may move"
    listing = msgspec.structs.replace(
        listed(1, 1), id="arxiv:2605.90001", listed=date(2026, 6, 1), announced=date(2026, 6, 1)
    )
    (after, _) = archive.between_listings((before, listing), lambda _: False)
    assert (after.announced, after.seen, after.guid) == (
        date(2026, 6, 1),
        before.seen,
        before.guid,
    )
    archive.save(tmp_path, (before,))
    both = archive.lines([before])
    archive.save(tmp_path, (after, listing))
    (tmp_path / "2026-05.jsonl").write_bytes(both)
    loaded = {entry.id: entry for entry in archive.load(tmp_path)}
    assert set(loaded) == {after.id, listing.id}
    assert loaded[after.id].announced == date(2026, 6, 1)
    archive.save(tmp_path, archive.load(tmp_path))
    assert [path.name for path in archive.month_files(tmp_path)] == ["2026-06.jsonl"]


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(1, 99), st.integers(4, 28)),
        unique_by=lambda row: row[1],
    )
)
def test_holding_twice_or_in_another_order_changes_nothing(
    rows: list[tuple[bool, int, int]],
) -> None:
    entries = [(listed if is_listed else computed)(n, day) for is_listed, n, day in rows]
    once = archive.between_listings(entries, lambda _: True)
    assert archive.between_listings(once, lambda _: False) == once
    turned = archive.between_listings(entries[::-1], lambda _: True)
    assert turned[::-1] == once


@given(st.permutations([0, 1, 2]))
def test_lines_of_one_paper_make_the_same_day_in_any_order(order: list[int]) -> None:
    lines = [
        computed(2, 12),
        computed(2, 12, listed_after=date(2026, 5, 1)),
        computed(2, 12, listed_after=date(2026, 5, 13), announced=date(2026, 5, 13)),
    ]
    (entry,) = archive.merge([lines[place] for place in order]).entries
    assert entry.announced == date(2026, 5, 13)
