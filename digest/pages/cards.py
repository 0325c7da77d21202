"""Social cards: the pictures that stand beside links to our pages elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from digest import tex
from digest.cite.names import persons
from digest.language import Language
from digest.model import Entry, Page
from digest.pages.contents import Contents
from digest.text.ids import theme_path

NAMED = 4  # authors on a card; of more, the first three


def plan(contents: Contents) -> Iterator[Page]:
    """A card for the site, each theme, issue and pinned paper: of its words alone, never of counts,
    so that none is drawn again until its words change.
    """
    site, language = contents.site, contents.language
    if not site.cards:
        return
    titles = {theme.id: theme.title for theme in site.themes}
    yield _card("", site.title, site.description)
    for theme in site.themes:
        yield _card(theme_path(theme.id), theme.title, theme.description)
    for issue in contents.edition.issues:
        yield _card(issue.path, issue.issue.title, issue.issue.summary, language.say("Issue"))
    for paper in contents.edition.shown:
        if paper.note and paper.note.pinned:
            entry = paper.entry
            title = tex.plain(entry.title, entry.markup) or entry.id
            yield _card(paper.path, title, _authors(entry, language), titles.get(paper.primary, ""))


def _card(path: str, title: str, text: str, label: str = "") -> Page:
    return Page.of(f"{path}card.png", "social.svg", about=path, label=label, title=title, text=text)


def _authors(entry: Entry, language: Language) -> str:
    names = persons(entry)
    shown = names if len(names) <= NAMED else names[: NAMED - 1]
    more = language.number(len(names) - len(shown))
    rest = language.say("and %(count)s more", count=more) if len(names) > len(shown) else ""
    return f"{', '.join(shown)} {rest}".rstrip()
