"""The sources that site.yaml names, as typed values."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from digest.config.located import Section, Text, closest
from digest.model import (
    ARXIV_API,
    ARXIV_LISTING,
    ARXIV_OAI,
    ARXIV_PACE,
    ArxivApi,
    ArxivListing,
    ArxivOai,
    CrossLists,
    LocalFile,
    Markup,
    Source,
    WebFeed,
)

_CATEGORY = re.compile(r"[a-z]+(-[a-z]+)?(\.[A-Za-z-]+)?")
# Source: https://oaipmh.arxiv.org/oai?verb=ListSets
_OAI_SET = re.compile(r"[a-z-]+(:[a-z-]+(:[A-Za-z-]+)?)?")
_DURATION = re.compile(r"(\d{1,4})([dw])")


def sources(site: Section, themes: set[str]) -> tuple[Source, ...]:
    """The sources of site.yaml.

    Args:
        themes: the ids of all themes, in which a source's papers may be placed.

    Raises:
        ConfigError: one of them can't be accepted; names file and line.
    """
    found: dict[str, Source] = {}
    for item in site.sections("sources"):
        with item:
            source = _source(item, themes)
        if source.name in found:
            message = f"the source {source.name!r} is already on line {found[source.name].line}"
            raise item.error(message, "name")
        found[source.name] = source
    return tuple(found.values())


def _source(item: Section, themes: set[str]) -> Source:
    name, kind = item.text("name"), item.text("kind")
    if kind not in _KINDS:
        message = f"unknown kind {str(kind)!r}{closest(kind, _KINDS)}; known: {', '.join(_KINDS)}"
        raise item.error(message, "kind")
    placed = item.texts("themes")
    check_themes(item, placed, themes)
    return _KINDS[kind](item, str(name), tuple(map(str, placed)))


def _arxiv(item: Section, name: str, themes: tuple[str, ...]) -> Source:
    return ArxivApi(
        name=name,
        markup=item.choice("markup", Markup, Markup.TEX),
        themes=themes,
        line=item.line,
        query=str(item.text("query")),
        back=_duration(item, "back", "30d"),
        endpoint=endpoint(item, ARXIV_API),
        pace=_pace(item),
    )


def _arxiv_listing(item: Section, name: str, themes: tuple[str, ...]) -> Source:
    categories = item.texts("categories")
    if not categories:
        raise item.error("'categories' must list one or more, such as cs.DC", "categories")
    for category in categories:
        if not is_category(category):
            message = f"{str(category)!r} is no arXiv category; they look like cs.DC"
            raise item.error(message, "categories")
    return ArxivListing(
        name=name,
        markup=item.choice("markup", Markup, Markup.TEX),
        themes=themes,
        line=item.line,
        categories=tuple(map(str, categories)),
        cross_lists=item.choice("cross_lists", CrossLists, CrossLists.INCLUDE),
        endpoint=endpoint(item, ARXIV_LISTING),
        pace=_pace(item),
    )


def _arxiv_oai(item: Section, name: str, themes: tuple[str, ...]) -> Source:
    start, until = item.day("from"), item.day("until")
    if start is None:
        raise item.error("missing key 'from': the day to start at, such as 2026-01-01")
    if until is not None and until < start:
        raise item.error("'until' must not be before 'from'", "until")
    return ArxivOai(
        name=name,
        markup=item.choice("markup", Markup, Markup.TEX),
        themes=themes,
        line=item.line,
        set=_oai_set(item),
        start=start,
        until=until,
        endpoint=endpoint(item, ARXIV_OAI),
        pace=_pace(item),
    )


def _oai_set(item: Section) -> str:
    name = item.text("set", "")
    if name and not _OAI_SET.fullmatch(name):
        raise item.error(f"{str(name)!r} is no set of arXiv; they look like cs or cs:cs:DC", "set")
    return str(name)


def _feed(item: Section, name: str, themes: tuple[str, ...]) -> Source:
    return WebFeed(
        name=name,
        markup=item.choice("markup", Markup, Markup.PLAIN),
        themes=themes,
        line=item.line,
        url=endpoint(item, None, key="url"),
        full=item.boolean("full"),
    )


def _file(item: Section, name: str, themes: tuple[str, ...]) -> Source:
    path = item.text("path")
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise item.error("'path' must lie within the site's folder", "path")
    return LocalFile(
        name=name,
        markup=item.choice("markup", Markup, Markup.TEX),
        themes=themes,
        line=item.line,
        path=str(path),
    )


_KINDS: dict[str, Callable[[Section, str, tuple[str, ...]], Source]] = {
    "arxiv": _arxiv,
    "arxiv-listing": _arxiv_listing,
    "arxiv-oai": _arxiv_oai,
    "feed": _feed,
    "file": _file,
}


def endpoint(item: Section, default: str | None, key: str = "endpoint") -> str:
    """An address to ask; without a default, one that may have a query."""
    url = item.text(key, default)
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web or (default is not None and (parts.query or parts.fragment)):
        raise item.error(f"{key!r} must be an http or https address", key)
    return str(url)


def _pace(item: Section) -> float:
    pace = item.number("pace", ARXIV_PACE)
    host = urlsplit(item.text("endpoint", "https://arxiv.org")).hostname or ""
    if pace < ARXIV_PACE and (host == "arxiv.org" or host.endswith(".arxiv.org")):
        message = (
            f"'pace' may not be under {ARXIV_PACE:g} s for arXiv's own hosts: its terms of use "
            "allow one request every three seconds"
        )
        raise item.error(message, "pace")
    if not 0 <= pace <= 3600:
        raise item.error("'pace' must be seconds, 0 to 3600", "pace")
    return pace


def _duration(item: Section, key: str, default: str) -> timedelta:
    match = _DURATION.fullmatch(item.text(key, default))
    if not match or not int(match[1]):
        raise item.error(f"{key!r} must be days or weeks, such as 10d or 2w", key)
    return timedelta(days=int(match[1]) * (7 if match[2] == "w" else 1))


def check_themes(item: Section, names: Iterable[Text], themes: Collection[str]) -> None:
    """Refuse the name of a theme that isn't there.

    Raises:
        ConfigError: names file and line, and the theme that may be meant.
    """
    for name in names:
        if name not in themes:
            raise item.error(f"unknown theme {str(name)!r}{closest(name, themes)}", "themes")


def is_category(name: str) -> bool:
    """Whether a name is formed as those of arXiv's categories are: cs.DC, hep-th."""
    return _CATEGORY.fullmatch(name) is not None
