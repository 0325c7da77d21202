"""`digest triage` on the screen: one paper at a time, one key for each decision."""

from __future__ import annotations

import textwrap
import webbrowser
from collections.abc import Callable
from functools import partial
from pathlib import Path

from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    VSplit,
    Window,
)
from prompt_toolkit.layout.dimension import Dimension
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from digest import tex
from digest.cite.names import persons
from digest.commands.triage import Session
from digest.errors import DigestError
from digest.model import Theme
from digest.text import links

_KEYS = (
    "space next  b back  p pin  h hide  t tag  n note  o open  u undo  f theme  / search  q quit"
)
_STYLE = Style.from_dict(
    {
        "bar": "reverse",
        "title": "bold",
        "faint": "italic",
        "mark": "bold",
        "problem": "bold reverse",
    }
)
_WIDTH = 78  # columns of running text


class Screen:
    """Shows a session and passes keys to it."""

    def __init__(
        self, session: Session, themes: tuple[Theme, ...], edit: Callable[[Path], None]
    ) -> None:
        self._session, self._edit = session, edit
        self._titles = {theme.id: theme.title for theme in themes} | {"": "Other papers"}
        self._said, self._asked = "", ""
        self._answer: Callable[[str], None] = lambda text: None
        self._input = Buffer(multiline=False, accept_handler=self._accept)
        self._line = Window(BufferControl(self._input), height=1)
        self._top = 0  # lines that the text is scrolled down
        self._text = Window(
            FormattedTextControl(self._paper, focusable=True, show_cursor=False),
            width=Dimension(preferred=_WIDTH, max=_WIDTH),
            get_vertical_scroll=lambda window: self._top,
        )
        asking = Condition(lambda: bool(self._asked))
        self._app: Application[None] = Application(
            layout=Layout(
                HSplit(
                    [
                        Window(FormattedTextControl(self._bar), height=1, style="class:bar"),
                        VSplit([self._text, Window()]),
                        ConditionalContainer(
                            VSplit(
                                [
                                    Window(
                                        FormattedTextControl(lambda: f"{self._asked}: "),
                                        dont_extend_width=True,
                                        height=1,
                                    ),
                                    self._line,
                                ]
                            ),
                            asking,
                        ),
                        Window(FormattedTextControl(lambda: self._said), height=1),
                        Window(FormattedTextControl(_KEYS), height=1, style="class:faint"),
                    ]
                ),
                focused_element=self._text,
            ),
            key_bindings=self._bindings(asking),
            style=_STYLE,
            full_screen=True,
        )

    def run(self) -> None:
        """Until the person quits."""
        self._app.run()

    # What is shown

    def _bar(self) -> str:
        view = self._session.view
        theme = "" if view.theme is None else f" · {self._titles[view.theme]}"
        words = f" · “{view.words}”" if view.words else ""
        place = min(view.at + 1, len(view.papers))
        return f" {place} of {len(view.papers)} unseen{theme}{words}"

    def _paper(self) -> StyleAndTextTuples:
        paper, note = self._session.paper, self._session.note
        if paper is None:
            return [
                ("", "\nNothing more to look at here. q quits, b goes back, f shows all themes.")
            ]
        entry = paper.entry
        names = persons(entry)
        marks = [
            *(["pinned"] if note and note.pinned else []),
            *([f"hidden: {note.hidden}"] if note and note.hidden else []),
            *([f"tags: {', '.join(note.tags)}"] if note and note.tags else []),
            *(["note"] if note and note.has_text else []),
        ]
        themes = ", ".join(self._titles[theme] for theme in paper.themes)
        shown: StyleAndTextTuples = [
            ("", "\n"),
            ("class:title", f"{tex.plain(entry.title, entry.markup) or entry.id}\n"),
            (
                "",
                f"{', '.join(names[:12])}{f' and {len(names) - 12} more' if names[12:] else ''}\n",
            ),
            ("class:faint", f"{entry.announced} · {entry.id} · {themes or 'no theme'}\n"),
            ("class:mark", f"{' · '.join(marks)}\n\n"),
        ]
        if note and note.has_text:
            shown += [("class:title", "Note\n"), ("", f"{note.body.text.strip()}\n\n")]
        paragraphs = tex.plain_paragraphs(entry.summary, entry.markup).split("\n")
        shown += [("", f"{paragraph}\n\n") for paragraph in paragraphs]
        columns = min(_WIDTH, self._app.output.get_size().columns - 1)
        return [(part[0], _wrapped(part[1], columns)) for part in shown]

    # What is done

    def _bindings(self, asking: Condition) -> KeyBindings:
        keys, session = KeyBindings(), self._session

        def bind(do: Callable[[], None], *names: str) -> None:
            for name in names:
                keys.add(name, filter=~asking)(lambda event: self._try(do))

        bind(session.next, " ", "j", "right")
        bind(session.back, "b", "k", "left")
        bind(lambda: self._decide(session.pin), "p")
        bind(lambda: self._decide(self._ask_hide), "h")
        bind(lambda: self._decide(self._ask_tags), "t")
        bind(lambda: self._decide(self._open), "o")
        bind(self._undo, "u")
        bind(self._next_theme, "f")
        bind(self._ask_words, "/")
        for name, lines in (("down", 1), ("up", -1), ("pagedown", 10), ("pageup", -10)):
            bind(partial(self._scroll, lines), name)

        @keys.add("n", filter=~asking)
        async def _(event: KeyPressEvent) -> None:
            if session.paper:
                await run_in_terminal(lambda: self._try(lambda: session.write(self._edit)))

        @keys.add("q", filter=~asking)
        @keys.add("c-c")
        def _(event: KeyPressEvent) -> None:
            event.app.exit()

        @keys.add("escape", filter=asking, eager=True)
        def _(event: KeyPressEvent) -> None:
            self._close()

        return keys

    def _try(self, do: Callable[[], None]) -> None:
        """Do it, and say what went wrong; another paper is shown from its top."""
        before, self._said = self._session.paper, ""
        try:
            do()
        except DigestError as error:
            self._said = str(error)
        if self._session.paper is not before:
            self._top = 0

    def _decide(self, do: Callable[[], None]) -> None:
        if self._session.paper:
            do()

    def _ask(self, question: str, start: str, answer: Callable[[str], None]) -> None:
        self._asked, self._answer = question, answer
        self._input.document = Document(start)
        self._app.layout.focus(self._input)

    def _accept(self, buffer: Buffer) -> bool:
        self._close()
        self._try(lambda: self._answer(buffer.text))
        return False

    def _close(self) -> None:
        self._asked = ""
        self._app.layout.focus(self._text)

    def _ask_hide(self) -> None:
        note = self._session.note
        self._ask("Hide, because", note.hidden if note else "", self._session.hide)

    def _ask_tags(self) -> None:
        note = self._session.note
        tags = ", ".join(note.tags) if note else ""
        self._ask("Tags", tags, lambda said: self._session.tag(said.split(",")))

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
            self._said = "Nothing to undo."

    def _open(self) -> None:
        """Its abstract page, or else whatever the source linked first."""
        entry = self._session.paper.entry if self._session.paper else None
        found = (*links.own(entry), *links.others(entry), *entry.links) if entry else ()
        if not found:
            self._said = "It has no address."
        elif not webbrowser.open(found[0].url):
            self._said = f"No browser to be found; the address is {found[0].url}"

    def _scroll(self, lines: int) -> None:
        info = self._text.render_info
        bottom = info.content_height - 1 if info else 0
        self._top = max(0, min(self._top + lines, bottom))


def _wrapped(text: str, columns: int) -> str:
    """The text in lines of a screen, with its own line ends kept."""
    if get_cwidth(text) > len(text):  # some letters take two columns
        columns //= 2
    lines = (textwrap.fill(line, max(columns, 1)) for line in text.split("\n"))
    return "\n".join(lines)
