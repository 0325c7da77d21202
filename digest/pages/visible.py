"""The site as its pages see it."""

from __future__ import annotations

from msgspec import structs

from digest.editor.curation import Edition, navigation
from digest.language import Language
from digest.model import Site


def visible(site: Site, edition: Edition, language: Language) -> Site:
    """What rules decided, never rules or lines of site.yaml, so that a page stays as it is where
    only these changed; and the navigation, whole.
    """
    themes = (
        structs.replace(theme, rule=None, examples_in=(), examples_out=()) for theme in site.themes
    )
    sources = (structs.replace(source, line=0) for source in site.sources)
    site = structs.replace(site, themes=tuple(themes), sources=tuple(sources))
    return structs.replace(site, navigation=navigation(site, edition, language))
