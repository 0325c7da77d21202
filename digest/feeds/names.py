"""What the feeds are called, in the site's language. Pure."""

from __future__ import annotations

from datetime import date

import msgspec

from digest.language import Language
from digest.model import FeedSelection, Site, Theme
from digest.pages.works import Author
from digest.text.ids import author_slug, theme_path


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed in all its formats: what it is called and where it is."""

    id: str  # part of its Atom id: "theme:llm-serving"
    name: str  # among the site's own: "LLM serving"
    title: str  # among all that a reader follows: "LLM serving – Digest"
    description: str
    base: str  # the folder of its files: "themes/llm-serving/"
    home: str  # the page it belongs to: "themes/llm-serving/"

    def archived(self, month: date) -> str:
        """Where a month that is over stands, as Atom: its ids are those of every format."""
        return f"{self.base}feed/{month:%Y-%m}.xml"


class FeedNames(msgspec.Struct, frozen=True):
    """Each feed of a site by its name."""

    site: Site
    language: Language

    def everything(self) -> Feed:
        say = self.language.say
        return Feed(
            id="papers",
            name=say("All papers"),
            title=self.site.title,
            description=self.site.description
            or say("All papers of %(site)s.", site=self.site.title),
            base="",
            home="",
        )

    def notes(self) -> Feed:
        say = self.language.say
        name, about = say("Editor’s notes"), say("Papers that the editor has written about.")
        return self._feed("notes", name, about, "notes/", "feeds/")

    def updates(self) -> Feed:
        say = self.language.say
        about = say("New versions of papers listed before, and what changed.")
        return self._feed("updates", say("Updates"), about, "updates/")

    def issues(self) -> Feed:
        say = self.language.say
        about = say("The letters of %(site)s.", site=self.site.title)
        return self._feed("issues", say("Issues"), about, "issues/")

    def of_theme(self, theme: Theme) -> Feed:
        about = theme.description or self.language.say(
            "New papers on %(theme)s.", theme=theme.title
        )
        first = (*theme.was, theme.id)[0]
        return self._feed(f"theme:{first}", theme.title, about, theme_path(theme.id))

    def of_author(self, author: Author) -> Feed:
        about = self.language.say("New papers by %(author)s.", author=author.name)
        return self._feed(f"author:{author_slug(author.name)}", author.name, about, author.path)

    def of_selection(self, selection: FeedSelection) -> Feed:
        say = self.language.say
        titles = ", ".join(
            theme.title for theme in self.site.themes if theme.id in selection.themes
        )
        if selection.best and not selection.pinned:
            about = (
                say("The best of each day on %(themes)s.", themes=titles)
                if titles
                else say("The best of each day.")
            )
        elif selection.pinned:
            about = (
                say("Papers picked by the editor on %(themes)s.", themes=titles)
                if titles
                else say("Papers picked by the editor.")
            )
        else:
            about = say("Papers on %(themes)s.", themes=titles)
        id, base = f"selection:{selection.id}", f"feeds/{selection.id}/"
        return self._feed(id, selection.title, about, base, "feeds/")

    def _feed(self, id: str, name: str, description: str, base: str, home: str = "") -> Feed:
        """
        Args:
            home: the page it belongs to, where its own folder has none.
        """
        title = f"{name} – {self.site.title}"
        return Feed(
            id=id, name=name, title=title, description=description, base=base, home=home or base
        )
