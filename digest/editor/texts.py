"""The editor's texts as HTML, in their places on the site: addresses, citations, cards, images."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Set
from functools import partial
from pathlib import Path
from urllib.parse import quote, unquote

from markupsafe import Markup as Safe

from digest import cite, tex
from digest.cite.names import persons
from digest.editor.curation import Edition
from digest.editor.markdown import (
    Answers,
    Dialect,
    Picture,
    Rendered,
    render,
)
from digest.editor.values import Body
from digest.language import ENGLISH, Language
from digest.model import Site
from digest.papers.paper import Paper

_ADDRESS = re.compile(r"([^?#]*)(.*)", re.DOTALL)


class EditorTexts:
    """Converts each text at most twice: for its page, and for feeds."""

    def __init__(
        self,
        site: Site,
        edition: Edition,
        known: Set[str],
        card: Callable[[Paper], Safe],
        language: Language = ENGLISH,
    ) -> None:
        """Nothing is converted yet.

        Args:
            known: every file that the site will have: "themes/x/index.html".
            card: a paper as it stands within a text.
            language: of what we say in feeds.
        """
        self._site, self._edition, self._known, self._card = site, edition, known, card
        self._language = language
        self._dialect = Dialect(language=site.language, html=site.html)
        self._pages, self._feeds = dict[Path, Rendered](), dict[Path, Safe]()

    def for_page(self, body: Body) -> Rendered:
        """HTML whose addresses are paths; its highest headings fit the page it is on.

        Raises:
            ConfigError: it refers to something that isn't there; names file and line.
        """
        if body.path not in self._pages:
            answers = self._answers(body, self._site.base, self._card)
            within = self._edition.homes[body.path].startswith("papers/")  # below a heading there
            top = 3 if within else 2
            self._pages[body.path] = render(body, self._dialect, answers, top)
        return self._pages[body.path]

    def text_at(self, path: Path) -> str:
        """The HTML of a text that was converted for its page; empty where none was."""
        return str(self._pages[path].html) if path in self._pages else ""

    def for_feed(self, body: Body) -> Safe:
        """HTML that can be read anywhere: whole addresses, and plain cards."""
        if body.path not in self._feeds:
            answers = self._answers(body, self._site.url, self._plain_card)
            html = str(render(body, self._dialect, answers).html)
            home = self._site.url + self._edition.homes[body.path]
            self._feeds[body.path] = Safe(html.replace('href="#', f'href="{home}#'))
        return self._feeds[body.path]

    def _answers(self, body: Body, start: str, card: Callable[[Paper], Safe]) -> Answers:
        cited = self._edition.cited
        return Answers(
            cite=lambda name: _cite(cited[name], start) if name in cited else None,
            card=lambda name: card(cited[name]) if name in cited else None,
            link=partial(self._link, body, start),
            picture=partial(self._picture, body, start),
        )

    def _link(self, body: Body, start: str, address: str) -> str | None:
        match = _ADDRESS.match(address)
        path, rest = (unquote(match[1]), match[2]) if match else (address, "")
        if path.startswith("/"):
            target = self._inside(path[1:])
        elif path.endswith(".md"):
            target = self._edition.homes.get(Path(os.path.normpath(body.path.parent / path)))
        else:
            target = self._beside(body, path)
        return None if target is None else start + quote(target) + rest

    def _inside(self, path: str) -> str | None:
        if path in self._known:
            return path
        folder = path if path.endswith("/") or not path else f"{path}/"
        return folder if f"{folder}index.html" in self._known else None

    def _beside(self, body: Body, path: str) -> str | None:
        name = self._edition.homes[body.path] + path
        return name if name in self._edition.files else None

    def _picture(self, body: Body, start: str, path: str) -> Picture | None:
        name = self._beside(body, path)
        file = self._edition.files[name] if name else None
        if name is None or file is None or not file.width:
            return None
        return Picture(url=start + quote(name), width=file.width, height=file.height)

    def _plain_card(self, paper: Paper) -> Safe:
        names = persons(paper.entry)
        others = len(names) - 12
        more = self._language.say("and %(count)s more", count=self._language.number(others))
        authors = ", ".join(names[:12]) + (f" {more}" if others > 0 else "")
        link = Safe('<a href="{}">{}</a>').format(self._site.url + paper.path, _title(paper))
        return Safe("<p><strong>{}</strong><br>{}</p>").format(link, authors)


def _cite(paper: Paper, start: str) -> Safe:
    return Safe('<a class="cite" href="{}" title="{}">{}</a>').format(
        start + paper.path, _title(paper), cite.short(paper.entry)
    )


def _title(paper: Paper) -> str:
    return tex.plain(paper.entry.title, paper.entry.markup) or paper.entry.id
