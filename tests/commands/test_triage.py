"""`digest triage`: what is seen and decided, on files and through a terminal."""

import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from fcntl import ioctl
from pathlib import Path

import pyte
import pytest
from conftest import PATIENCE, copy_of_repository

from digest.build import BuildOptions, build, read
from digest.commands.triage import (
    SEEN,
    Session,
    read_seen,
    unseen,
)
from digest.editor.content import load, read_note
from digest.errors import ConfigError, DigestError
from digest.model import Entry, Match, Theme
from digest.papers.paper import Paper

TODAY = date(2026, 5, 18)
THEMES = tuple(Theme(id=name, title=name.upper(), rule=None) for name in ("b", "a"))


def paper(number: int, theme: str = "", days: int = 0, title: str = "T") -> Paper:
    entry = Entry(
        id=f"arxiv:2605.{number:05}",
        title=title,
        announced=TODAY - timedelta(days),
        seen=TODAY,
    )
    matches = (Match(theme=theme, reasons=()),) if theme else ()
    return Paper.of(entry, matches)


PAPERS = (
    paper(1, "a", title="Serving $O(n)$ models"),
    paper(2, "b", days=3),
    paper(3, "b", title="Kekul\\'e serving"),
    paper(4),
)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "content").mkdir()
    return Session(tmp_path, unseen(PAPERS, THEMES, ()), TODAY)


def numbers(session: Session) -> list[int]:
    return [int(paper.entry.id[-5:]) for paper in session.view.papers]


def tree(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in sorted((root / "content").rglob("*"))
        if path.is_file()
    }


def test_papers_come_by_theme_and_the_newest_first(session: Session) -> None:
    assert numbers(session) == [3, 2, 1, 4]
    assert session.themes == ("b", "a", "")


def test_what_was_seen_does_not_come_again(session: Session, tmp_path: Path) -> None:
    session.next()
    session.next()
    seen = read_seen(tmp_path / SEEN)
    assert [p.entry.id for p in unseen(PAPERS, THEMES, seen)] == [
        "arxiv:2605.00001",
        "arxiv:2605.00004",
    ]
    assert tree(tmp_path)[SEEN] == (
        '{"id": "arxiv:2605.00003", "seen": "2026-05-18"}\n'
        '{"id": "arxiv:2605.00002", "seen": "2026-05-18"}\n'
    )


def test_decisions_are_written_at_once_and_stay_small(session: Session, tmp_path: Path) -> None:
    session.pin()
    assert (
        tree(tmp_path)["content/notes/2605.00003.md"]
        == "---\npin: true\ndecided: 2026-05-18\n---\n"
    )
    session.tag([" kv cache", "", "2026", "2026"])
    session.hide(" off: topic ")
    assert tree(tmp_path)["content/notes/2605.00003.md"] == (
        "---\npin: true\ndecided: 2026-05-18\ntags: [kv cache, '2026']\nhide: 'off: topic'\n---\n"
    )
    assert session.note
    assert (session.note.pinned, session.note.hidden) == (True, "off: topic")
    session.pin()
    session.tag([])
    session.hide("")
    assert "content/notes/2605.00003.md" not in tree(tmp_path)
    assert session.note is None


def test_a_note_is_written_by_hand_and_keeps_what_was_decided(
    session: Session, tmp_path: Path
) -> None:
    session.pin()
    session.write(lambda path: path.write_text(path.read_text() + "Words.\n"))
    session.tag(["x"])
    assert tree(tmp_path)["content/notes/2605.00003.md"] == (
        "---\npin: true\ndecided: 2026-05-18\ntags: [x]\n---\nWords.\n"
    )


def test_a_note_in_which_nothing_is_written_is_none(session: Session, tmp_path: Path) -> None:
    session.write(lambda path: None)
    assert tree(tmp_path) == {}


def test_a_note_that_cannot_be_accepted_is_kept_and_named(session: Session, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"2605\.00003\.md:2: unknown key 'pni'"):
        session.write(lambda path: path.write_text("---\npni: true\n---\n"))
    assert tree(tmp_path)["content/notes/2605.00003.md"] == "---\npni: true\n---\n"


def test_every_step_can_be_undone(session: Session, tmp_path: Path) -> None:
    states = [(tree(tmp_path), session.view)]
    steps = [
        session.pin,
        lambda: session.hide("why"),
        session.next,
        lambda: session.tag(["x"]),
        lambda: session.write(lambda path: path.write_text("Words.\n")),
        session.next,
        session.next,
    ]
    for step in steps:
        step()
        states.append((tree(tmp_path), session.view))
    for state in reversed(states[:-1]):
        assert session.undo()
        assert (tree(tmp_path), session.view) == state
    assert not session.undo()


def test_what_someone_else_changed_since_is_not_undone(session: Session, tmp_path: Path) -> None:
    session.pin()
    session.path.write_text("Other words.\n")
    with pytest.raises(DigestError, match="was changed since"):
        session.undo()
    assert session.path.read_text() == "Other words.\n"


def test_the_list_is_narrowed_to_a_theme_and_to_words(session: Session) -> None:
    session.narrow("b")
    assert numbers(session) == [3, 2]
    session.narrow(None, "SERVING o(n)")
    assert numbers(session) == [1]
    session.narrow("", "")
    assert numbers(session) == [4]
    session.narrow(None)
    assert numbers(session) == [3, 2, 1, 4]


def test_behind_the_last_there_is_nothing_to_decide(session: Session) -> None:
    for _ in range(6):
        session.next()
    assert session.paper is None
    session.back()
    assert session.paper is PAPERS[3]


@pytest.mark.parametrize("line", ["{", "[]", '"x"', "{}", "\\xff"])
def test_a_damaged_memory_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "seen").write_text('{"id": "arxiv:1"}\n\n' + line, "utf-8")
    with pytest.raises(ConfigError, match="seen:3: expected a line such as"):
        read_seen(tmp_path / "seen")


class Terminal:
    """A pseudo-terminal with a program on it, and what its screen shows."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self._screen)

    def press(self, keys: str) -> None:
        os.write(self._handle, keys.encode())

    def wait_for(self, words: str) -> str:
        """The screen as soon as it shows the words."""
        while words not in (shown := "\n".join(self._screen.display)):
            ready, _, _ = select.select([self._handle], [], [], PATIENCE)
            assert ready, f"{words!r} never came:\n{shown}"
            try:
                self._stream.feed(os.read(self._handle, 65536))
            except OSError:
                raise AssertionError(f"{words!r} never came:\n{shown}") from None
        return shown


@contextmanager
def triage(root: Path, editor: str = "true", browser: str = "true") -> Iterator[Terminal]:
    """`digest triage` on a terminal of 100 columns; it must have ended well by the end."""
    ours, its = pty.openpty()
    ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    environment = os.environ | {"TERM": "xterm", "EDITOR": editor, "BROWSER": browser}
    environment.pop("VISUAL", None)
    command = [sys.executable, "-m", "digest", "triage", "--root", str(root)]
    process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment)
    os.close(its)
    try:
        yield Terminal(ours)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_a_morning_at_the_terminal(tmp_path: Path) -> None:
    root = copy_of_repository(tmp_path)
    now = datetime(2026, 5, 19, tzinfo=UTC)
    site, edition = read(root, now)
    todo = [p.entry.id.removeprefix("arxiv:") for p in unseen(edition.papers, site.themes, ())]
    kept = tree(root)
    with triage(root, editor='sh -c \'echo "Why it matters." >>"$1"\' -') as terminal:
        terminal.wait_for(f"1 of {len(todo)} unseen")
        terminal.press("p")
        terminal.wait_for("pinned")
        terminal.press(" ")
        terminal.wait_for("2 of")
        terminal.press("h")
        terminal.wait_for("Hide, because:")
        terminal.press("off topic\r")
        terminal.wait_for("hidden: off topic")
        terminal.press(" ")
        terminal.wait_for("3 of")
        terminal.press("n")
        terminal.wait_for("Why it matters.")
        terminal.press("q")
    with triage(root) as terminal:
        shown = terminal.wait_for(f"1 of {len(todo) - 3} unseen")
        assert todo[3] in shown
        terminal.press("q")

    notes = {str(note.paper): note for note in load(root).notes}
    assert notes.keys() == set(todo[:3])
    assert notes[todo[0]].pinned
    assert notes[todo[1]].hidden == "off topic"
    assert notes[todo[2]].body.text.strip() == "Why it matters."
    assert {path: text for path, text in tree(root).items() if path in kept} == kept

    build(root, BuildOptions(now=now, out=root / "out", offline=True))
    front = (root / "out/index.html").read_text("utf-8")
    picked = front.partition("Picked by the editor")[2].partition("</section>")[0]
    assert f'/papers/{todo[0]}/"' in picked
    assert f'/papers/{todo[1]}/"' not in front
    assert "off topic" in (root / f"out/papers/{todo[1]}/index.html").read_text("utf-8")
    assert "Why it matters." in (root / f"out/papers/{todo[2]}/index.html").read_text("utf-8")


def test_every_other_key(tmp_path: Path) -> None:
    root = copy_of_repository(tmp_path)
    opened = tmp_path / "opened"
    with triage(root, editor="false", browser=f"sh -c 'echo %s >{opened}'") as terminal:
        terminal.wait_for("1 of 15 unseen")
        terminal.press("t")
        terminal.wait_for("Tags:")
        terminal.press("serving, kv\r")
        terminal.wait_for("tags: serving, kv")
        terminal.press("jb")
        terminal.wait_for("tags: serving, kv")
        terminal.press("u")
        terminal.wait_for("1 of 15")
        terminal.press("uu")
        terminal.wait_for("Nothing to undo.")
        terminal.press("n")
        terminal.wait_for("ended with code 1")
        terminal.press("f")
        terminal.wait_for(" unseen · ")
        terminal.press("/")
        terminal.wait_for("Search:")
        terminal.press("no such words\r")
        terminal.wait_for("Nothing more to look at here.")
        terminal.press("phto")
        terminal.press("/")
        terminal.wait_for("Search: no such words")
        terminal.press("\x15\r")
        terminal.wait_for("1 of ")
        terminal.press("o")
        terminal.press("q")
    assert opened.read_text().startswith("http")
    assert not (root / "content/notes").exists() or not any((root / "content/notes").iterdir())


def test_triage_needs_a_terminal(tmp_path: Path) -> None:
    root = copy_of_repository(tmp_path)
    command = [sys.executable, "-m", "digest", "triage", "--root", str(root)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "Error: triage needs a terminal\n")


def test_notes_of_the_shipped_site_can_be_read() -> None:
    root = Path(__file__).parents[2]
    for path in sorted((root / "content/notes").glob("*.md")):
        assert read_note(path).paper == path.stem
