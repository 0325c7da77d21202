"""Templates to bytes. A site's own templates win over the default ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from functools import cached_property, lru_cache
from pathlib import Path

import jinja2
from markupsafe import Markup as Safe

from digest.editor.curation import NOTHING, Edition
from digest.editor.texts import EditorTexts
from digest.editor.values import Body
from digest.errors import RenderError
from digest.language import ENGLISH, Language
from digest.model import Page, Site
from digest.output import inputs
from digest.papers.paper import Paper
from digest.render import lettering, portable
from digest.render.environment import new_environment
from digest.render.fingerprints import Fingerprints
from digest.render.static import StaticFiles
from digest.render.templates import named
from digest.render.texts import FormulaCounts, PaperTexts


class Renderer:
    """Renders the pages of one site, and counts what could not be converted so far."""

    def __init__(
        self,
        site: Site,
        templates: Path,
        edition: Edition = NOTHING,
        known: Set[str] = frozenset(),
        language: Language = ENGLISH,
    ) -> None:
        """Read no template yet.

        Args:
            templates: the folder of the site's own.
            known: every file that the site will have, for links of the editor's texts.
            language: whose words, dates and numbers the pages have.
        """
        self._site, self._templates, self._language = site, templates, language
        self._editor_texts = EditorTexts(site, edition, known, self._card, language)
        self._paper_texts = PaperTexts()

    def render(self, page: Page) -> bytes:
        """One page.

        Raises:
            RenderError: a template is missing or broken; names file and line where it can.
        """
        with named(page.template, self._templates):
            text = self._text(page)
        if page.template.endswith((".xml", ".svg")):
            text = portable.xml(text)
        if page.path.endswith(".png"):
            return _picture(text, page.template)
        return text.encode("utf-8", "replace")

    def _text(self, page: Page) -> str:
        here = page.path.removesuffix("index.html")
        return self._template(page.template).render({**page.context, "page": page, "here": here})

    @cached_property
    def _template(self) -> Callable[[str], jinja2.Template]:
        return lru_cache(None)(self.environment.get_template)

    def take_counts(self) -> FormulaCounts:
        """What was counted since they were taken last."""
        return self._paper_texts.take_counts()

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """Those of the pages that this renders."""
        messages, assets = (
            sorted(d.items()) for d in (self._language.messages, self._static.hashes)
        )
        common = repr((inputs.digest_itself(), self._site, messages, assets))
        return Fingerprints(self.environment, common, self._editor_texts.text_at)

    def convert(self, bodies: Iterable[Body]) -> None:
        """Convert texts ahead, so that a broken one stops a build before anything is written.

        Raises:
            ConfigError: a text refers to something that isn't there; names file and line.
        """
        for body in bodies:
            self._paper_texts.count(body.path.name, self._editor_texts.for_page(body))

    def static(self) -> Iterator[tuple[str, bytes]]:
        """Path and contents of each file of `static/`.

        Raises:
            RenderError: a style sheet is broken; names file and line.
        """
        return iter(self._static)

    @cached_property
    def _static(self) -> StaticFiles:
        return StaticFiles(self.environment, self._templates)

    @cached_property
    def environment(self) -> jinja2.Environment:
        """All that templates know."""
        env = new_environment(self._site, self._templates, self._language)
        editor, papers, link = self._editor_texts, self._paper_texts, env.globals["link"]
        assert callable(link)
        env.globals["asset"] = lambda name: (
            f"{link(f'static/{name}')}?v={self._static.hashes[f'static/{name}']}"
        )
        env.filters |= {
            "title_html": papers.title_html,
            "summary_html": papers.summary_html,
            "comment_html": papers.comment_html,
            "markdown": lambda body: editor.for_page(body).html,
            "markdown_feed": editor.for_feed,
        }
        return env

    def _card(self, paper: Paper) -> Safe:
        return Safe(self.environment.get_template("card.html").render(paper=paper))


def _picture(svg: str, template: str) -> bytes:
    try:
        return lettering.png(svg)
    except ValueError as error:
        raise RenderError(f"{template}: {error}") from error
