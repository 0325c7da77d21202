"""`digest new`: drafts that build as they are, and overwrite nothing."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import copy_of_repository
from hypothesis import given
from lxml import html as lxml_html
from markupsafe import Markup as Safe
from strategies import text

from digest import tex
from digest.build import BuildOptions, build
from digest.cli import main
from digest.commands import new as drafts
from digest.editor.content import load, read_note
from digest.editor.markdown import Answers, Dialect, render
from digest.editor.values import Body
from digest.errors import DigestError
from digest.model import Entry, Markup, Theme
from digest.papers.paper import Paper

MONDAY = date(2026, 5, 11)
THEMES = (Theme(id="b", title="B & *co*", rule=None), Theme(id="a", title="A", rule=None))


def run(*arguments: str) -> str:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code in {0, 1}, done.output
    return done.output


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_of_repository(tmp_path)


def test_a_week_of_the_shipped_archive_builds_as_it_is(root: Path) -> None:
    out = run("new", "issue", "--week", "2026-W20", "--root", str(root))
    path = root / "content/issues/2026-w20.md"
    assert out == f"Created {path}\n"
    (issue,) = load(root).issues
    assert (issue.title, issue.date, issue.draft) == ("Week 20 of 2026", date(2026, 5, 18), True)
    now = datetime(2026, 5, 19, tzinfo=UTC)
    build(root, BuildOptions(now=now, out=root / "out", offline=True, drafts=True))
    page = (root / "out/issues/2026-w20/index.html").read_text("utf-8")
    listed = page.partition('id="papers"')[2].count('<li class="paper">')
    assert listed == issue.body.text.count("[@") > 0
    assert "Draft" in page


def test_picks_are_cards_on_top_and_the_rest_follows_by_theme(root: Path) -> None:
    (root / "content/notes").mkdir(parents=True, exist_ok=True)
    (root / "content/notes/2605.13319.md").write_text("---\npin: true\n---\n", "utf-8")
    run("new", "issue", "--week", "2026-W20", "--root", str(root))
    text = (root / "content/issues/2026-w20.md").read_text("utf-8")
    assert "## Picks\n\n[@2605.13319]\n\n## " in text
    assert text.count("[@2605.13319]") == 1


def test_nothing_is_overwritten(root: Path) -> None:
    for arguments in (
        ("issue", "--week", "2026-W20"),
        ("note", "2605.13319"),
        ("page", "Über uns"),
    ):
        run("new", *arguments, "--root", str(root))
        before = {path: path.read_bytes() for path in (root / "content").rglob("*.md")}
        assert "is there already, and stays as it is" in run("new", *arguments, "--root", str(root))
        assert {path: path.read_bytes() for path in (root / "content").rglob("*.md")} == before
    assert (root / "content/pages/uber-uns.md").is_file()


def test_a_note_is_opened_in_the_editor_where_asked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "sh -c 'echo Words >>\"$1\"' -")
    run("new", "note", "https://arxiv.org/abs/2605.13319v1", "--edit", "--root", str(root))
    note = read_note(root / "content/notes/2605.13319.md")
    assert note.body.text == "\nWords\n"
    monkeypatch.setenv("EDITOR", "no-such-editor")
    out = run("new", "page", "Us", "--edit", "--root", str(root))
    assert "cannot open the editor 'no-such-editor'" in out


@pytest.mark.parametrize("week", ["2026-W60", "2026-20", "W20", "2025-W53", "x"])
def test_a_week_that_is_none_is_an_error(week: str) -> None:
    with pytest.raises(DigestError, match="is no week such as 2026-W20"):
        drafts.monday(week)


def test_a_week_starts_on_its_monday() -> None:
    assert drafts.monday("2026-W20") == drafts.monday("2026w20") == MONDAY


def test_what_is_not_there_or_makes_no_address_is_an_error(root: Path) -> None:
    assert "no paper '2605.99999' in the archive" in run(
        "new", "note", "2605.99999", "--root", str(root)
    )
    assert "makes no address" in run("new", "page", "…", "--root", str(root))
    assert "'themes' of its own" in run("new", "page", "Themes", "--root", str(root))


ANSWERS = Answers(
    cite=lambda name: Safe("@"),
    card=lambda name: None,
    link=lambda path: None,
    picture=lambda path: None,
)


@given(text)
def test_any_title_is_shown_as_it_is(title: str) -> None:
    entry = Entry(
        id="https://example.org/1", title=title, markup=Markup.PLAIN, announced=MONDAY, seen=MONDAY
    )
    paper = Paper.of(entry)
    draft = drafts.issue([paper], THEMES, MONDAY).text.partition("---\n\n")[2]
    shown = str(render(Body(text=draft, path=Path("a.md")), Dialect(language="ja"), ANSWERS).html)
    (item,) = lxml_html.fragment_fromstring(shown, "main").iter("li")
    said = tex.plain(title, Markup.PLAIN) or entry.id
    assert " ".join("".join(map(str, item.itertext())).split()) == f"{said} (@)"
