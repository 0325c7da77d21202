"""The archive by months: what is known of one is used while nothing that decides changed."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import entries
from test_themes import theme

from digest import archive
from digest.errors import ArchiveError
from digest.model import Entry, Match
from digest.output.store import KeptFile, Store, sealed
from digest.papers import judged
from digest.themes import Matcher

MATCHER = Matcher([theme("any: [draft*]", "drafts"), theme("any: [cat]", "cats")])


def paper(number: int, title: str, month: int = 5, doi: str = "") -> Entry:
    day = date(2026, month, 1)
    return Entry(id=f"arxiv:2605.{number:05}", title=title, announced=day, seen=day, doi=doi)


decode = msgspec.msgpack.Decoder(list[Any]).decode
PAPERS = (paper(1, "A draft"), paper(2, "A cat"), paper(3, "A dog"), paper(4, "Drafts", month=4))


def read(folder: Path, matcher: Matcher = MATCHER, code: str = "") -> dict[str, tuple[Match, ...]]:
    """The matches of each paper, after what is known was kept."""
    found = judged.judge(folder, matcher, code, Store(folder))
    found.keep(Store(folder))
    return {paper.id: paper.matches for paper in found.papers()}


def expected(found: Iterable[Entry], matcher: Matcher = MATCHER) -> dict[str, tuple[Match, ...]]:
    return {entry.id: matcher.matches(entry) for entry in found}


def doctor(folder: Path) -> None:
    """As if every paper had been found to have no theme: shows what is used again."""
    for path in folder.glob(".digest-month-*"):
        fingerprint, facts, *rest = KeptFile(path).read(decode) or []
        for fact in facts:
            fact[4:] = []  # themes, and what follows them
        KeptFile(path).write(msgspec.msgpack.encode((fingerprint, facts, *rest)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    archive.save(tmp_path, PAPERS)
    assert read(tmp_path) == expected(PAPERS)
    doctor(tmp_path)
    return tmp_path


@given(st.lists(entries(), max_size=6))
def test_a_judged_archive_holds_what_the_archive_does(
    tmp_path_factory: pytest.TempPathFactory, found: list[Entry]
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    archive.save(folder, archive.merge(found).entries)
    loaded = archive.load(folder)
    papers = list(judged.judge(folder, MATCHER).papers())
    assert sorted(paper.entry.id for paper in papers) == [entry.id for entry in loaded]
    assert {paper.id: paper.entry for paper in papers} == {entry.id: entry for entry in loaded}
    assert {paper.id: paper.matches for paper in papers} == expected(loaded)
    assert all(paper.themes == tuple(m.theme for m in paper.matches) for paper in papers)


def test_a_month_that_stays_as_it_is_is_not_read_again(folder: Path) -> None:
    archive.save(folder, (*PAPERS, paper(5, "Another draft")))
    assert {name for name, matches in read(folder).items() if matches} == {
        "arxiv:2605.00001",  # this month is new
        "arxiv:2605.00002",
        "arxiv:2605.00005",
    }


@pytest.mark.parametrize(
    ("matcher", "code"),
    [
        (Matcher([theme("any: [draft]", "drafts"), theme("any: [cat]", "cats")]), ""),
        (Matcher([theme("any: [cat]", "cats"), theme("any: [draft*]", "drafts")]), ""),
        (MATCHER, "another version of ours"),
    ],
)
def test_other_rules_or_other_code_begin_anew(folder: Path, matcher: Matcher, code: str) -> None:
    assert read(folder, matcher, code) == expected(PAPERS, matcher)


def test_words_about_a_theme_change_nothing(folder: Path) -> None:
    themes = [replace(theme("any: [draft*]", "drafts"), title="New"), theme("any: [cat]", "cats")]
    assert set(read(folder, Matcher(themes)).values()) == {()}


@pytest.mark.parametrize("said", [b"", b"\xc1", b"{}", b"\x93\xa1x\x90", b"\xa1\xff"])
@pytest.mark.parametrize("make", [bytes, sealed])
def test_what_was_damaged_is_passed_over(
    folder: Path, said: bytes, make: Callable[[bytes], bytes]
) -> None:
    for path in folder.glob(".digest-month-*"):
        path.write_bytes(make(said))
    assert read(folder) == expected(PAPERS)


def test_what_is_kept_of_a_month_and_does_not_fit_it_is_passed_over(folder: Path) -> None:
    (path,) = folder.glob(".digest-month-2026-05")
    kept = KeptFile(path)
    fingerprint, facts, met, starts = kept.read(decode) or []
    unknown = [[*fact[:4], ["no-such-theme"]] for fact in facts]
    for spoilt in ((fingerprint, facts[1:], met, starts), (fingerprint, facts, met, starts[8:])):
        kept.write(msgspec.msgpack.encode(spoilt))
        assert read(folder)[PAPERS[0].id] == MATCHER.matches(PAPERS[0])
    kept.write(msgspec.msgpack.encode((fingerprint, unknown, met, starts)))
    assert read(folder)[PAPERS[0].id] == MATCHER.matches(PAPERS[0])


def test_what_is_kept_of_a_month_that_is_gone_goes_too(folder: Path) -> None:
    archive.save(folder, PAPERS[:3])
    read(folder)
    assert [path.name for path in folder.glob(".digest-month-*")] == [".digest-month-2026-05"]


def test_a_paper_that_a_git_merge_left_in_two_months_is_one(tmp_path: Path) -> None:
    archive.save(tmp_path, [paper(1, "A draft"), paper(2, "A cat", doi="10.1/a")])
    moved = [paper(1, "A draft", month=4), paper(3, "A cat", month=4, doi="10.1/a")]
    (tmp_path / "2026-04.jsonl").write_bytes(archive.lines(moved))
    found = judged.judge(tmp_path, MATCHER)
    assert {paper.id: paper.entry for paper in found.papers()} == {
        entry.id: entry for entry in archive.load(tmp_path)
    }
    assert len(found) == 3  # papers of arXiv's that share a DOI are two


def test_only_so_many_entries_are_held(folder: Path) -> None:
    found = judged.judge(folder, MATCHER, held=3)
    assert [paper.entry for paper in found.papers()] == [PAPERS[3], *PAPERS[:3]]
    april, may = found.months
    assert not april._entries
    assert list(may._entries) == [2]


def test_only_so_many_files_are_open(folder: Path) -> None:
    april, may = judged.judge(folder, MATCHER, open_=1).months
    assert [april.entry(0), may.entry(0)] == [PAPERS[3], PAPERS[0]]
    assert not april._file
    assert may._file


def test_lines_that_a_git_merge_doubled_are_joined(folder: Path) -> None:
    both = [*PAPERS[:3], replace(PAPERS[1], title="A cat again", version=2)]
    (folder / "2026-05.jsonl").write_bytes(archive.lines(both))
    loaded = {entry.id: entry for entry in archive.load(folder)}
    assert len(loaded) == 4
    for _ in range(2):  # found, and kept
        found = judged.judge(folder, MATCHER, store=Store(folder))
        found.keep(Store(folder))
        assert {paper.id: paper.entry for paper in found.papers()} == loaded


def test_a_month_that_changes_meanwhile_is_an_error(folder: Path) -> None:
    april, may = judged.judge(folder, MATCHER).months
    archive.save(folder, [paper(4, "Something else", month=4)])
    for month in (april, may):  # written again, and gone
        with pytest.raises(ArchiveError, match=r"-0[45]\.jsonl:1: changed while"):
            month.entry(0)
