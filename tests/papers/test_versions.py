"""Word diffs, and entries as of a version."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning import planned
from test_feeds import SITE, of

from digest.model import Entry, Version
from digest.papers import diff, versions
from digest.papers.diff import DiffKind, DiffPiece
from digest.render import Renderer

DAY = date(2026, 5, 14)
sentences = st.lists(st.sampled_from(["we", "prove", "a", "bound", "$n$", "new"])).map(" ".join)


@given(sentences, sentences)
def test_what_stayed_and_went_is_the_old_text_what_stayed_and_came_the_new(
    old: str, new: str
) -> None:
    pieces = diff.words(old, new)
    assert " ".join(piece.text for piece in pieces if piece.mark is not DiffKind.ADDED) == old
    assert " ".join(piece.text for piece in pieces if piece.mark is not DiffKind.REMOVED) == new


def test_words_that_changed_are_told_from_those_that_stayed() -> None:
    assert diff.words("we prove a bound", "we now prove the  bound") == (
        DiffPiece(DiffKind.SAME, "we"),
        DiffPiece(DiffKind.ADDED, "now"),
        DiffPiece(DiffKind.SAME, "prove"),
        DiffPiece(DiffKind.REMOVED, "a"),
        DiffPiece(DiffKind.ADDED, "the"),
        DiffPiece(DiffKind.SAME, "bound"),
    )


def test_a_text_too_long_to_compare_is_replaced_whole() -> None:
    old = "word " * (diff.MOST + 1)
    assert diff.words(old, "new") == (
        DiffPiece(DiffKind.REMOVED, old.strip()),
        DiffPiece(DiffKind.ADDED, "new"),
    )


def revised() -> Entry:
    """Seen as versions 2 and 3; of version 1 the date alone is known."""
    return Entry(
        id="arxiv:2605.00001",
        guid="doi:10.1/x",
        title="A better title",
        summary="Third $n^2$.",
        version=3,
        versions=(
            Version(number=1),
            Version(number=2, seen=DAY, title="A title", summary="Second.", authors=("A",)),
            Version(number=3, seen=DAY),
        ),
        journal_ref="J",
        announced=DAY,
        seen=DAY,
    )


def test_an_entry_as_we_first_had_it_keeps_its_words_and_its_first_name() -> None:
    entry = versions.first(revised())
    assert (entry.id, entry.title, entry.summary) == ("doi:10.1/x", "A title", "Second.")
    assert (entry.authors, entry.version, entry.journal_ref) == (("A",), 2, "")


def test_a_later_version_changes_nothing_of_the_first() -> None:
    entry = revised()
    own = {name: getattr(entry, name) for name in ("title", "summary", "authors")}
    third = msgspec.structs.replace(entry.versions[2], **own)
    fourth = msgspec.structs.replace(
        entry,
        title="Again",
        summary="Fourth.",
        version=4,
        versions=(*entry.versions[:2], third, Version(number=4)),
        doi="10.2/y",
        sources=("B",),
    )
    assert versions.first(fourth) == versions.first(entry)
    assert versions.at(fourth, 3) == versions.at(entry, 3)
    assert versions.changes(fourth, 3) == versions.changes(entry, 3)


def test_changes_are_told_field_by_field_in_plain_text() -> None:
    title, authors, abstract = versions.changes(revised(), 3)
    assert title == versions.Change(
        "Title",
        (
            DiffPiece(DiffKind.SAME, "A"),
            DiffPiece(DiffKind.ADDED, "better"),
            DiffPiece(DiffKind.SAME, "title"),
        ),
    )
    assert authors == versions.Change("Authors", (DiffPiece(DiffKind.REMOVED, "A"),))
    assert abstract.pieces[-1] == DiffPiece(DiffKind.ADDED, "Third n².")


def test_without_the_words_before_nothing_is_said_to_have_changed() -> None:
    assert versions.changes(revised(), 1) == versions.changes(revised(), 2) == ()
    assert versions.changes(revised(), 9) == ()


def test_a_papers_page_and_the_page_of_updates_show_what_changed() -> None:
    pages = planned(SITE, [of(revised())])
    renderer = Renderer(SITE, Path("no-such-folder"))
    for path in ("papers/2605.00001/index.html", "updates/index.html"):
        html = renderer.render(pages[path]).decode()
        assert "A <ins>better</ins> title" in html
        assert "<del>Second.</del> <ins>Third n².</ins>" in html


@pytest.mark.parametrize(
    ("summary", "comment", "expected"),
    [
        ("This paper has been withdrawn by the author due to a sign error.", "", True),
        ("An abstract.", "This submission has been withdrawn by arXiv administrators", True),
        ("Withdrawn", "", True),
        ("This paper has been temporarily withdrawn by the author(s),", "", True),
        ("We study how funds are withdrawn from banks.", "", False),
        ("The proposed measures are withdrawn. The argument stays.", "", False),
        ("An abstract.", "12 pages. This paper has been withdrawn by the author", True),
        (
            "An abstract.",
            "19 pages, 2 figures, This paper has been withdrawn, as a lemma fails",
            True,
        ),
        ("An abstract.", "The authors have withdrawn this submission", True),
        ("An abstract.", "Paper withdrawn due to an error", True),
        ("An abstract.", "arXiv admin note: This submission has been withdrawn by arXiv", True),
        ("An abstract.", "10 pages (withdrawn)", True),
        ("An abstract.", "Withdrawn by the authors pending a new proof", True),
        ("An abstract.", "We withdraw this paper since Theorem 2 is wrong", True),
        ("An abstract.", "The paper is now withdrawn from arXiv", True),
        ("An abstract.\nThis paper has been withdrawn.", "", True),
        ("The author has withdrawn this paper.", "", True),
        ("This paper shows that liquidity is withdrawn in a crisis.", "10 pages", False),
        ("Withdrawn users are a problem for unlearning.", "10 pages", False),
        ("An abstract.", "This version replaces the withdrawn arXiv:2605.00001", False),
        ("An abstract.", "The previous version was withdrawn; this one is right", False),
        ("An abstract.", "This paper was withdrawn from ICLR 2026", False),
        ("An abstract.", "An earlier paper was withdrawn", False),
        ("We ask why papers are withdrawn. The paper is read by many.", "", False),
        ("The authors of withdrawn papers are asked why.", "", False),
        ("An abstract.", "The work was presented. An offer was withdrawn", False),
    ],
)
def test_a_withdrawn_paper_is_known_by_its_words(
    summary: str, comment: str, expected: bool
) -> None:
    day = date(2026, 5, 14)
    entry = Entry(
        id="arxiv:1", title="T", summary=summary, comment=comment, announced=day, seen=day
    )
    assert versions.withdrawn(entry) is expected
