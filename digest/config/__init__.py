"""site.yaml in; a typed `Site` out, or an error that names file and line."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from digest.cite.names import person
from digest.config import rule_reader, rules
from digest.config.rank import ranking
from digest.config.sources import check_themes
from digest.config.sources import sources as read_sources
from digest.errors import ConfigError
from digest.files.located import Section, Text, closest
from digest.model import (
    FEED_FORMATS,
    Authors,
    Example,
    FeedSelection,
    FollowedAuthor,
    NavItem,
    Site,
    Sort,
    Theme,
)
from digest.sources.keys import endpoint
from digest.text import days
from digest.text.ids import is_slug

__all__ = ["check_url", "load_site", "rank", "read_themes", "rules", "sources"]

_TAG = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}|[^@\s,:]+@([a-z0-9-]+\.)+[a-z]{2,}")  # RFC 4151
_DAY = re.compile(r"[1-9]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
OPTIONAL_FORMATS = tuple(format.key for format in FEED_FORMATS if format.key)  # of feeds


def load_site(path: Path) -> Site:
    """Read site.yaml.

    Raises:
        ConfigError: it says something we cannot accept; names file and line.
    """
    with Section.read(path) as site:
        themes = _themes(site)
        sources = read_sources(site, {theme.id for theme in themes})
        rules.check_references(themes, (source.name for source in sources), path)
        return Site(
            title=site.text("title"),
            url=_url(site),
            tag=_tag(site),
            description=site.text("description", ""),
            language=_language(site),
            timezone=_timezone(site),
            author=site.text("author", ""),
            accent=_accent(site),
            navigation=tuple(_nav_item(item) for item in site.sections("navigation", False)),
            related=site.boolean("related", True),
            search=site.boolean("search", True),
            trends=site.boolean("trends", True),
            exports=site.boolean("exports", True),
            formats=_formats(site),
            cards=site.boolean("cards", True),
            html=site.boolean("html"),
            hub=endpoint(site, None, key="hub") if site.text("hub", "") else "",
            feeds=_selections(site, {theme.id for theme in themes}),
            rank=ranking(site),
            follow=_follow(site),
            authors=site.choice("authors", Authors, Authors.FOLLOWED),
            themes=themes,
            sources=sources,
        )


def read_themes(text: str, path: Path, sources: Iterable[str] = ()) -> tuple[Theme, ...]:
    """The themes of a site.yaml, or of a file that holds only those.

    Args:
        sources: names that rules may refer to, where the file has no sources.

    Raises:
        ConfigError: they say something we cannot accept; names `path` and line.
    """
    site = Section.parse(text, path)
    themes = _themes(site)
    names = [item.text("name") for item in site.sections("sources", required=False)]
    rules.check_references(themes, names or sources, path)
    return themes


def _url(site: Section) -> str:
    url = site.text("url")
    return check_url(url, lambda message: site.error(message, "url"))


def check_url(url: str, error: Callable[[str], Exception]) -> str:
    """The site's address with its trailing slash; `error` makes what is raised where it is none."""
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web:
        raise error("'url' must be the site's whole address, such as https://example.org/digest/")
    if parts.query or parts.fragment or re.search(r"[\s\"'<>\\^`{|}]", url):
        raise error("'url' must be a plain address, without ?, # or white space")
    return url.rstrip("/") + "/"


def _is_day(written: str) -> bool:
    """Whether a year, a month or a day is one of the calendar's."""
    try:
        return days.is_near(date.fromisoformat(f"{written}-01-01"[:10]))
    except ValueError:
        return False


def _tag(site: Section) -> str:
    tag = site.text("tag", "")
    authority, _, day = tag.partition(",")
    if tag and not (_TAG.fullmatch(authority) and _DAY.fullmatch(day) and _is_day(day)):
        raise site.error("'tag' must be a domain and a date you owned it: example.org,2026", "tag")
    return tag


def _language(site: Section) -> str:
    language = site.text("language", "en")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
        raise site.error("'language' must be a language code such as en or pt-BR", "language")
    return language


def _timezone(site: Section) -> str:
    name = site.text("timezone", "UTC")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"unknown timezone {str(name)!r}; use a name such as Europe/Berlin"
        raise site.error(message, "timezone") from None
    return name


def _accent(site: Section) -> str:
    accent = site.text("accent", "#7a2e1d")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        raise site.error("'accent' must be a colour such as '#7a2e1d', in quotes", "accent")
    return accent.lower()


def _formats(site: Section) -> tuple[str, ...]:
    found = site.texts("formats") if "formats" in site else OPTIONAL_FORMATS
    for name in found:
        if name not in OPTIONAL_FORMATS:
            hint = closest(name, OPTIONAL_FORMATS)
            raise site.error(f"unknown format {str(name)!r}{hint}; RSS is always there", "formats")
    return tuple(name for name in OPTIONAL_FORMATS if name in found)


def _nav_item(item: Section) -> NavItem:
    with item:
        url = item.text("url")
        if re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:|//", url, re.IGNORECASE):
            raise item.error("'url' must be a path of this site or an http(s) address", "url")
        return NavItem(title=item.text("title"), url=url.lstrip("/"))


def _themes(site: Section) -> tuple[Theme, ...]:
    found: dict[str, Theme] = {}
    lines: dict[str, int] = {}
    for item in site.sections("themes"):
        with item:
            theme = _theme(item)
        for name in (theme.id, *theme.was):
            if name in lines:
                message = f"the theme id {name!r} is already taken on line {lines[name]}"
                raise item.error(f"{message}: choose another", "id" if name == theme.id else "was")
            lines[name] = item.line
        found[theme.id] = theme
    return tuple(found.values())


def _theme(item: Section) -> Theme:
    name = item.text("id")
    for word in (name, *item.texts("was")):
        if not is_slug(word):
            message = f"{str(word)!r} is no theme id: use small letters, digits and single hyphens"
            raise item.error(message, "id" if word is name else "was")
    return Theme(
        id=str(name),
        title=str(item.text("title")),
        description=str(item.text("description", "")),
        was=tuple(map(str, item.texts("was"))),
        group=str(item.text("group", "")),
        sort=item.choice("sort", Sort, Sort.NEWEST),
        limit=item.integer("limit", 50, least=1),
        rule=rule_reader.parse(item),
        **_examples(item),
    )


def _examples(item: Section) -> dict[str, tuple[Example, ...]]:
    section = item.section("examples", required=False)
    if section is None:
        return {}
    with section:
        return {
            f"examples_{side}": tuple(Example(str(word), word.line) for word in section.words(side))
            for side in ("in", "out")
        }


def _follow(site: Section) -> tuple[FollowedAuthor, ...]:
    found, lines = list[FollowedAuthor](), dict[str, int]()
    for item in site.terms("follow"):
        names = _names(item) if isinstance(item, Section) else (item,)
        for text in names:
            name = person(text)
            if not name:
                raise ConfigError(f"{str(text)!r} is nobody's name", site.path, text.line)
            if name in lines:
                message = f"the author {name!r} is already followed on line {lines[name]}"
                raise ConfigError(message, site.path, text.line)
            lines[name] = text.line
        name, *aliases = map(person, names)
        found.append(FollowedAuthor(name=name, aliases=tuple(aliases)))
    return tuple(found)


def _names(item: Section) -> tuple[Text, ...]:
    with item:
        return item.text("name"), *item.texts("aliases")


def _selections(site: Section, themes: set[str]) -> tuple[FeedSelection, ...]:
    found: dict[str, FeedSelection] = {}
    for item in site.sections("feeds", required=False):
        with item:
            selection = _selection(item, themes)
        if selection.best and "rank" not in site:
            raise item.error(
                "'best' asks for the first papers of a ranking: add `rank: true`", "best"
            )
        if selection.id in found:
            raise item.error(f"there is another feed {selection.id!r}", "id")
        found[selection.id] = selection
    return tuple(found.values())


def _selection(item: Section, themes: set[str]) -> FeedSelection:
    name, chosen, pinned = item.text("id"), item.texts("themes"), item.boolean("pinned")
    best = item.integer("best", 0, least=1)
    if not is_slug(name):
        message = f"{str(name)!r} is no feed id: use small letters, digits and single hyphens"
        raise item.error(message, "id")
    check_themes(item, chosen, themes)
    if not (chosen or pinned or best):
        message = "a feed needs 'themes', 'best', or 'pinned: true'; /feed.xml has all papers"
        raise item.error(message)
    title = item.text("title", name.replace("-", " ").capitalize())
    return FeedSelection(
        id=str(name), title=str(title), themes=tuple(map(str, chosen)), pinned=pinned, best=best
    )
