import re
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import batches, entries

from digest import archive
from digest.errors import ArchiveError
from digest.model import Entry, Link, Version

TODAY = date(2026, 5, 16)
V1 = Entry(
    id="arxiv:2605.00001",
    title="First title",
    summary="First abstract",
    authors=("Ada", "Bo"),
    categories=("cs.DC",),
    comment="5 pages",
    published=datetime(2026, 5, 1, 10, tzinfo=UTC),
    updated=datetime(2026, 5, 1, 10, tzinfo=UTC),
    version=1,
    versions=(Version(number=1, date=datetime(2026, 5, 1, 10, tzinfo=UTC), seen=TODAY),),
    announced=date(2026, 5, 4),
    seen=TODAY,
)
V2 = msgspec.structs.replace(
    V1,
    title="Second title",
    comment="",
    updated=datetime(2026, 5, 9, tzinfo=UTC),
    version=2,
    versions=(Version(number=2, date=datetime(2026, 5, 9, tzinfo=UTC), seen=TODAY),),
)


@given(batches, batches)
def test_merging_in_either_order_gives_the_same_archive(a: list[Entry], b: list[Entry]) -> None:
    assert archive.merge(a, b) == archive.merge(b, a)


@given(batches, batches, batches)
def test_merging_step_by_step_gives_the_same_archive(
    a: list[Entry], b: list[Entry], c: list[Entry]
) -> None:
    at_once = archive.merge(a, b, c).entries
    assert archive.merge(archive.merge(a, b).entries, c).entries == at_once
    assert archive.merge(a, archive.merge(b, c).entries).entries == at_once


@given(batches)
def test_merging_the_same_news_twice_changes_nothing(news: list[Entry]) -> None:
    once = archive.merge(news).entries
    assert archive.merge(once, news).entries == once
    assert archive.merge(once, once).entries == once


@given(batches)
def test_merging_loses_no_field(news: list[Entry]) -> None:
    merged = {entry.id: entry for entry in archive.merge(news).entries}
    for entry in news:
        kept = merged[entry.id]
        for field in ("title", "summary", "authors", "comment", "categories", "journal_ref"):
            assert bool(getattr(kept, field)) >= bool(getattr(entry, field)), field
        for field in ("sources", "announce_types", "links"):
            assert set(getattr(entry, field)) <= set(getattr(kept, field))
        assert kept.version >= entry.version
        assert kept.seen <= entry.seen
        assert {v.number for v in entry.versions} <= {v.number for v in kept.versions}


@given(st.lists(entries(), max_size=5))
def test_what_is_saved_is_what_is_loaded(found: list[Entry]) -> None:
    kept = archive.merge(found).entries
    with tempfile.TemporaryDirectory() as folder:
        archive.save(Path(folder), kept)
        assert archive.load(Path(folder)) == kept
        assert archive.save(Path(folder), kept) == ()


def test_the_newest_version_speaks_and_the_earlier_one_is_kept() -> None:
    (entry,) = archive.merge([V2], [V1]).entries
    assert (entry.title, entry.version) == ("Second title", 2)
    assert entry.comment == "5 pages"  # the newest lacks it
    first, second = entry.versions
    assert (first.number, first.title, first.comment) == (1, "First title", "5 pages")
    assert (second.number, second.title) == (2, "")  # its text is the entry's own
    assert entry.announced == V1.announced


def test_a_comment_that_was_carried_over_gives_way_to_the_newest_versions_own() -> None:
    (carried,) = archive.merge([V2], [V1]).entries
    own = msgspec.structs.replace(V2, comment="6 p.")
    (entry,) = archive.merge([carried], [own]).entries
    assert entry.comment == "6 p."


def test_a_journals_item_joins_the_paper_of_its_doi() -> None:
    paper = msgspec.structs.replace(V1, doi="10.1145/1")
    item = Entry(
        id="doi:10.1145/1",
        title="Title in the journal",
        doi="10.1145/1",
        links=(Link("doi", "https://doi.org/10.1145/1"),),
        announced=date(2026, 5, 10),
        seen=date(2026, 5, 10),
        sources=("Journal",),
    )
    (entry,) = archive.merge([item], [paper]).entries
    assert entry.id == paper.id
    assert entry.aliases == (item.id,)
    assert entry.title == paper.title
    assert entry.guid == item.id  # first known by that name: no feed reader sees it twice
    assert entry.seen == item.seen
    assert entry.links == item.links


def test_papers_with_one_doi_and_two_arxiv_ids_stay_apart() -> None:
    one = msgspec.structs.replace(V1, doi="10.1145/1")
    two = msgspec.structs.replace(one, id="arxiv:2605.00002")
    merged = archive.merge([one], [two])
    assert [entry.id for entry in merged.entries] == ["arxiv:2605.00001", "arxiv:2605.00002"]
    assert merged.conflicts == (("arxiv:2605.00001", "arxiv:2605.00002"),)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"{}\n", "damaged line"),
        (b"\n", "damaged line"),
        (b'{"id": "arxiv:2605.00001", "title": "cut', "damaged line"),
        (b"\xff\n", "damaged line"),
        (b"<<<<<<< HEAD\n", "a git conflict"),
    ],
)
def test_a_damaged_line_is_named_and_nothing_overwritten(
    tmp_path: Path, line: bytes, what: str
) -> None:
    archive.save(tmp_path, [V1])
    path = tmp_path / "2026-05.jsonl"
    before = path.read_bytes() + line
    path.write_bytes(before)
    with pytest.raises(ArchiveError, match=rf"2026-05\.jsonl:2: .*{what}"):
        archive.load(tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"id": "arxiv:../../x"}, "'arxiv:../../x' is no id of a paper"),
        ({"id": "arxiv:.."}, "'arxiv:..' is no id of a paper"),
        ({"id": "arxiv:2605.00001v2"}, "'arxiv:2605.00001v2' is no id of a paper"),
        ({"id": ""}, "'' is no id of a paper"),
        ({"aliases": (".", "arxiv:..")}, "'arxiv:..' is no id of a paper"),
        ({"aliases": (V1.id,)}, "is its own alias"),
        ({"links": (Link("related", "javascript:alert(1)"),)}, "is no web address"),
        ({"license": "javascript:alert(1)"}, "is no web address"),
        ({"announced": date.min}, "0001-01-01 is no day of a paper"),
        ({"seen": date.max}, "9999-12-31 is no day of a paper"),
        ({"published": datetime(2026, 5, 1)}, "timezone"),
    ],
)
def test_a_line_that_no_source_gave_is_an_error(
    tmp_path: Path, fields: dict[str, object], what: str
) -> None:
    line = msgspec.json.encode(msgspec.structs.replace(V1, **fields))
    (tmp_path / "2026-05.jsonl").write_bytes(line + b"\n")
    with pytest.raises(ArchiveError, match=rf"2026-05\.jsonl:1: .*{re.escape(what)}"):
        archive.load(tmp_path)


def test_lines_doubled_by_a_git_merge_are_joined(tmp_path: Path) -> None:
    (tmp_path / "2026-05.jsonl").write_bytes(
        msgspec.json.encode(V1) + b"\n" + msgspec.json.encode(V2) + b"\n"
    )
    assert archive.load(tmp_path) == archive.merge([V1, V2]).entries


def test_an_entry_that_moves_month_is_never_in_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.save(tmp_path, [V1])
    moved = msgspec.structs.replace(V1, announced=date(2026, 4, 30), title="Moved")
    states: list[set[str]] = []
    rename = Path.replace

    def watched(self: Path, target: Path) -> Path:
        done = rename(self, target)
        states.append(
            {entry.id for path in tmp_path.glob("*.jsonl") for entry in archive.read_month(path)}
        )
        return done

    monkeypatch.setattr(Path, "replace", watched)
    archive.save(tmp_path, [moved])
    assert states
    assert all(state == {V1.id} for state in states)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-04.jsonl"]


def test_a_folder_in_the_place_of_a_month_is_named(tmp_path: Path) -> None:
    (tmp_path / "2026-05.jsonl").mkdir()
    with pytest.raises(ArchiveError, match=r"2026-05\.jsonl:1: no file; restore it from git"):
        archive.load(tmp_path)
