"""The editor's decisions in effect: names of papers, themes, what is published and when."""

from datetime import date
from pathlib import Path

import pytest

from digest.editor.content import load
from digest.editor.curation import Edition, edit, find
from digest.editor.markdown import Dialect
from digest.errors import ConfigError
from digest.model import (
    Entry,
    Match,
    Reason,
    Theme,
)
from digest.papers.paper import Paper
from digest.text.ids import paper_path

TODAY = date(2026, 5, 18)
THEMES = tuple(Theme(id=name, title=name, rule=None) for name in ("a", "b", "c"))


def paper(name: str, *themes: str, aliases: tuple[str, ...] = ()) -> Paper:
    entry = Entry(id=name, title="T", announced=TODAY, seen=TODAY, aliases=aliases)
    matches = tuple(Match(theme=theme, reasons=(_WORD,)) for theme in themes)
    return Paper.of(entry, matches)


_WORD = Reason(term="t", field="title", words="T")
PAPERS = (
    paper("arxiv:2605.00001", "a", "b"),
    paper("arxiv:2605.00002", "b"),
    paper("arxiv:cs/0601001"),
    paper("doi:10.1145/3555", aliases=("https://example.org/3555",)),
    paper("https://example.org/post"),
)


def write(root: Path, name: str, text: str) -> None:
    path = root / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def edition(root: Path, *, drafts: bool = False, today: date = TODAY) -> Edition:
    return edit(load(root), PAPERS, THEMES, Dialect(), today, drafts=drafts)


def refusal(root: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        edition(root)
    error = caught.value
    return f"{error.path.relative_to(root / 'content').as_posix()}:{error.line}: {error.message}"


def issue(body: str, **front: object) -> str:
    keys = {"title": "T", "date": TODAY} | front
    return "---\n" + "".join(f"{k}: {v}\n" for k, v in keys.items()) + f"---\n{body}\n"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("2605.00001", "arxiv:2605.00001"),
        ("2605.00001v3", "arxiv:2605.00001"),
        ("arXiv:2605.00001", "arxiv:2605.00001"),
        ("https://arxiv.org/abs/2605.00001v1", "arxiv:2605.00001"),
        ("cs/0601001", "arxiv:cs/0601001"),
        ("cs-0601001", "arxiv:cs/0601001"),
        ("10.1145/3555", "doi:10.1145/3555"),
        ("https://example.org/3555", "doi:10.1145/3555"),
        ("https://example.org/post", "https://example.org/post"),
        (paper_path("https://example.org/post")[7:-1], "https://example.org/post"),
    ],
)
def test_a_paper_has_many_names(name: str, meant: str) -> None:
    assert find(PAPERS, [name])[name].entry.id == meant


def test_a_name_of_no_paper_means_none() -> None:
    assert find(PAPERS, ["2605.00009", "nonsense", ""]) == {}


def test_an_editor_gives_and_takes_themes(tmp_path: Path) -> None:
    write(tmp_path, "notes/2605.00001.md", "---\nthemes: {add: [c, b], remove: [a]}\n---\nWhy.\n")
    curated = edition(tmp_path).papers[0]
    assert [match.theme for match in curated.matches] == ["b", "c"]
    assert curated.primary == "b"
    assert [reason.field for reason in curated.matches[0].reasons] == ["title", "editor"]
    assert curated.note
    assert curated.note.body.text == "Why.\n"


def test_other_papers_stay_as_they_are(tmp_path: Path) -> None:
    write(tmp_path, "notes/2605.00001.md", "---\nhide: off topic\n---\n")
    hidden, *others = edition(tmp_path).papers
    assert hidden.hidden == "off topic"
    assert tuple(others) == PAPERS[1:]


def test_an_issue_lists_each_paper_once_in_the_order_of_its_text(tmp_path: Path) -> None:
    text = "[@cs/0601001; @2605.00001]^[and [@2605.00002]]\n\n[@2605.00001v2]"
    write(tmp_path, "issues/w20.md", issue(text, papers="[10.1145/3555, 2605.00002]"))
    (published,) = edition(tmp_path).issues
    assert [p.entry.id for p in published.papers] == [
        "arxiv:cs/0601001", "arxiv:2605.00001", "arxiv:2605.00002", "doi:10.1145/3555",
    ]  # fmt: skip


def test_drafts_and_future_issues_wait(tmp_path: Path) -> None:
    write(tmp_path, "issues/w19.md", issue("Old."))
    write(tmp_path, "issues/w20.md", issue("Soon.", date="2026-05-19"))
    write(tmp_path, "issues/w21.md", issue("Unsure.", draft="true"))
    assert [one.issue.slug for one in edition(tmp_path).issues] == ["w19"]
    tomorrow = edition(tmp_path, today=date(2026, 5, 19)).issues
    assert [one.issue.slug for one in tomorrow] == ["w19", "w20"]
    everything = edition(tmp_path, drafts=True).issues
    assert [one.scheduled for one in everything] == [False, False, True]


def test_a_draft_does_not_stop_a_build_but_a_published_text_does(tmp_path: Path) -> None:
    write(tmp_path, "issues/w20.md", issue("[@2605.99999]", draft="true"))
    assert edition(tmp_path).issues == ()
    write(tmp_path, "issues/w20.md", issue("Hello\n[@2605.99999]"))
    assert refusal(tmp_path) == "issues/w20.md:6: no paper '2605.99999' in the archive"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("notes/2605.99999.md", "", "1: no paper '2605.99999' in the archive"),
        ("notes/2605.00001.md", "---\n\nrelated: [2605.99999]\n---\n", "3: no paper '2605.99999'"),
        ("notes/2605.00001.md", "---\nthemes:\n  add: [aa]\n---\n", "3: unknown theme 'aa' (did"),
        ("notes/2605.00001.md", "Words\n[@2605.99999]", "2: no paper '2605.99999' in the"),
        ("notes/2605.00001.md", "![](no.png)", "1: there is no file 'no.png' beside this one"),
        ("issues/a.md", issue("", papers="[2605.99999]"), "4: no paper '2605.99999' in the"),
        ("pages/a.md", "---\ntitle: T\n---\n[@x]\n", "4: no paper 'x' in the archive"),
    ],
)
def test_what_is_not_there_is_named_with_file_and_line(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    write(tmp_path, name, text)
    assert refusal(tmp_path).startswith(f"{name}:{said}")


def test_two_notes_on_one_paper_are_one_too_many(tmp_path: Path) -> None:
    write(tmp_path, "notes/2605.00001.md", "A")
    write(tmp_path, "notes/2605.00001v2.md", "B")
    assert refusal(tmp_path) == (
        "notes/2605.00001v2.md:1: 2605.00001.md is a note on the same paper"
    )


def test_files_go_where_their_text_goes(tmp_path: Path) -> None:
    write(tmp_path, "issues/data/a b.csv", "1")
    write(tmp_path, "issues/unused.csv", "1")
    write(tmp_path, "issues/w20.md", issue("[data](data/a%20b.csv)"))
    files = edition(tmp_path).files
    assert [(name, file.path.name) for name, file in files.items()] == [
        ("issues/w20/data/a b.csv", "a b.csv")
    ]
