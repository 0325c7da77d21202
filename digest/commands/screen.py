"""`digest triage` on the screen: one paper at a time, one key for each decision."""

from __future__ import annotations

import textwrap
import webbrowser
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from digest import tex
from digest.commands import terminal
from digest.commands.terminal import InputLine, ScreenLine
from digest.commands.triage import Session
from digest.editor.values import Note
from digest.errors import DigestError
from digest.model import Entry, Theme
from digest.papers.rank.score import points
from digest.text import links

_KEYS = (
    "space next  b back  p pin  h hide  t tag  n note  o open  u undo  f theme  / search  q quit"
)
_SCROLLED = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}  # lines
_WIDTH = 78  # columns of running text
_MOST_AUTHORS = 12  # named


class Screen:
    """Shows a session and passes keys to it."""

    def __init__(
        self, session: Session, themes: tuple[Theme, ...], edit: Callable[[Path], None]
    ) -> None:
        self._session, self._edit = session, edit
        self._titles = {theme.id: theme.title for theme in themes} | {"": "Other papers"}
        self._message, self._question, self._top = "", "", 0  # lines scrolled down
        self._input = InputLine("", 0)
        self._answer: Callable[[str], None] = lambda text: None
        always = {" j": session.next, "bk": session.back, "u": self._undo}
        always |= {"f": self._next_theme, "/": self._ask_words}
        self._always = {key: do for names, do in always.items() for key in names}
        self._always |= {"right": session.next, "left": session.back}
        self._of_a_paper = {  # what needs a paper to be there
            "p": session.pin,
            "h": self._ask_hide,
            "t": self._ask_tags,
            "o": self._open,
        }

    def run(self) -> None:
        """Until the person quits."""
        keys = terminal.keys()
        while self._takes(keys):
            self._try(lambda: self._session.write(self._edit))

    def _takes(self, keys: Iterable[str]) -> bool:
        """Act on keys until the person quits, or, which is True, wants to write a note."""
        with terminal.fullscreen(self._draw):
            self._draw()
            for key in keys:
                if key == "ctrl-c" or (key == "q" and not self._question):
                    return False
                if key == "n" and self._session.paper and not self._question:
                    return True
                self._press(key)
                self._draw()
        return False

    # What is shown

    def _draw(self) -> None:
        rows = terminal.size()[1] - 3 - bool(self._question)
        text = list(self._text())
        self._top = max(0, min(self._top, len(text) - 1))
        shown = text[self._top : self._top + rows]
        lines = [ScreenLine(self._bar(), "reverse"), *shown]
        lines += [ScreenLine("")] * (rows - len(shown))
        cursor = None
        if self._question:
            before = f"{self._question}: {self._input.text[: self._input.place]}"
            cursor = len(lines), terminal.width(before)
            lines.append(ScreenLine(f"{self._question}: {self._input.text}"))
        terminal.show([*lines, ScreenLine(self._message), ScreenLine(_KEYS, "italic")], cursor)

    def _bar(self) -> str:
        view = self._session.view
        theme = "" if view.theme is None else f" · {self._titles[view.theme]}"
        words = f" · “{view.words}”" if view.words else ""
        place = min(view.at + 1, len(view.papers))
        bar = f" {place} of {len(view.papers)} unseen{theme}{words}"
        return bar.ljust(terminal.size()[0])

    def _text(self) -> Iterator[ScreenLine]:
        """The paper, in lines that fit."""
        columns = max(min(_WIDTH, terminal.size()[0] - 1), 1)
        for style, text in self._paragraphs():
            for line in _wrapped(text, columns):
                yield ScreenLine(line, style)

    def _paragraphs(self) -> Iterator[tuple[str, str]]:
        paper, note = self._session.paper, self._session.note
        if paper is None:
            yield "", "\nNothing more to look at here. q quits, b goes back, f shows all themes."
            return
        entry = paper.entry
        themes = ", ".join(self._titles[theme] for theme in paper.themes)
        yield "bold", f"\n{tex.plain(entry.title, entry.markup) or entry.id}"
        yield "", _authors(entry)
        yield "italic", f"{entry.announced} · {entry.id} · {themes or 'no theme'}"
        yield "bold", f"{_decisions(note)}\n"
        if score := self._session.score:
            yield "", f"{points(score.score)}: {score.reasons}\n"
        if note and note.has_text:
            yield "bold", "Note"
            yield "", f"{note.body.text.strip()}\n"
        for paragraph in tex.plain_paragraphs(entry.summary, entry.markup).split("\n"):
            yield "", f"{paragraph}\n"

    # What is done

    def _press(self, key: str) -> None:
        if self._question:
            self._write(key)
        elif key in _SCROLLED:
            self._top += _SCROLLED[key]
        elif do := self._always.get(key) or (self._session.paper and self._of_a_paper.get(key)):
            self._try(do)

    def _write(self, key: str) -> None:
        """Take a key as part of an answer."""
        if key in {"enter", "escape"}:
            self._question = ""
        if key == "enter":
            self._try(lambda: self._answer(self._input.text))
        self._input = self._input.after(key)

    def _try(self, do: Callable[[], None]) -> None:
        """Do it, and say what went wrong; another paper is shown from its top."""
        before, self._message = self._session.paper, ""
        try:
            do()
        except DigestError as error:
            self._message = str(error)
        if self._session.paper is not before:
            self._top = 0

    def _ask(self, question: str, start: str, answer: Callable[[str], None]) -> None:
        self._question, self._answer = question, answer
        self._input = InputLine(start, len(start))

    def _ask_hide(self) -> None:
        note = self._session.note
        self._ask("Hide, because", note.hidden if note else "", self._session.hide)

    def _ask_tags(self) -> None:
        note = self._session.note
        tags = ", ".join(note.tags) if note else ""
        self._ask("Tags", tags, lambda answer: self._session.tag(answer.split(",")))

    def _ask_words(self) -> None:
        view = self._session.view
        self._ask("Search", view.words, lambda words: self._session.narrow(view.theme, words))

    def _next_theme(self) -> None:
        """All themes, then each alone, then all again."""
        view = self._session.view
        themes: list[str | None] = [None, *self._session.themes]
        following = themes[(themes.index(view.theme) + 1) % len(themes)]
        self._session.narrow(following, view.words)

    def _undo(self) -> None:
        if not self._session.undo():
            self._message = "Nothing to undo."

    def _open(self) -> None:
        """Its abstract page, or else whatever the source linked first."""
        entry = self._session.paper.entry if self._session.paper else None
        addresses = (*links.own(entry), *links.others(entry), *entry.links) if entry else ()
        if not addresses:
            self._message = "It has no address."
        elif not webbrowser.open(addresses[0].url):
            self._message = f"No browser to be found; the address is {addresses[0].url}"


def _authors(entry: Entry) -> str:
    names = [tex.plain(name, entry.markup) for name in entry.authors]
    more = f" and {len(names) - _MOST_AUTHORS} more" if names[_MOST_AUTHORS:] else ""
    return f"{', '.join(names[:_MOST_AUTHORS])}{more}"


def _decisions(note: Note | None) -> str:
    """What the editor decided so far: "pinned · tags: a, b"."""
    if note is None:
        return ""
    decisions = (
        "pinned" if note.pinned else "",
        f"hidden: {note.hidden}" if note.hidden else "",
        f"tags: {', '.join(note.tags)}" if note.tags else "",
        "note" if note.has_text else "",
    )
    return " · ".join(filter(None, decisions))


def _wrapped(text: str, columns: int) -> Iterator[str]:
    """The text in lines of a screen, with its own line ends kept."""
    if terminal.width(text) > len(text):  # some letters take two columns
        columns = max(columns // 2, 1)
    for line in text.split("\n"):
        yield from textwrap.wrap(line, columns) or [""]
