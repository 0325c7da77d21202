"""site.yaml as typed values."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from digest.authors import person
from digest.errors import ConfigError
from digest.located import Section, Text, nearest
from digest.model import (
    ARXIV_API,
    ARXIV_LISTING,
    ARXIV_OAI,
    ARXIV_PACE,
    ArxivApi,
    ArxivListing,
    ArxivOai,
    Authors,
    CrossLists,
    Example,
    Followed,
    LocalFile,
    Markup,
    NavItem,
    Selection,
    Site,
    Sort,
    Source,
    Theme,
    WebFeed,
)
from digest.themes import rules

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CATEGORY = re.compile(r"[a-z]+(-[a-z]+)?(\.[A-Za-z-]+)?")
_OAI_SET = re.compile(
    r"[a-z-]+(:[a-z-]+(:[A-Za-z-]+)?)?"
)  # https://oaipmh.arxiv.org/oai?verb=ListSets
_TAG = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}|[^@\s,:]+@([a-z0-9-]+\.)+[a-z]{2,}")  # RFC 4151
_DAY = re.compile(r"[1-9]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
FORMATS = ("atom", "json")  # of feeds, beside RSS
_DURATION = re.compile(r"(\d{1,4})([dw])")


def load_site(path: Path) -> Site:
    """Read site.yaml.

    Raises:
        ConfigError: it says something we cannot accept; names file and line.
    """
    with Section.read(path) as site:
        themes = _themes(site)
        sources = _sources(site, {theme.id for theme in themes})
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
            hub=_endpoint(site, None, key="hub") if site.text("hub", "") else "",
            feeds=_selections(site, {theme.id for theme in themes}),
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


def is_category(name: str) -> bool:
    """Whether a name is formed as those of arXiv's categories are: cs.DC, hep-th."""
    return _CATEGORY.fullmatch(name) is not None


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


def _tag(site: Section) -> str:
    tag = site.text("tag", "")
    authority, _, day = tag.partition(",")
    if tag and not (_TAG.fullmatch(authority) and _DAY.fullmatch(day)):
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
    found = site.texts("formats") if "formats" in site else FORMATS
    for name in found:
        if name not in FORMATS:
            message = f"unknown format {str(name)!r}{nearest(name, FORMATS)}; RSS is always there"
            raise site.error(message, "formats")
    return tuple(name for name in FORMATS if name in found)


def _nav_item(item: Section) -> NavItem:
    with item:
        url = item.text("url")
        if re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:|//", url, re.IGNORECASE):
            raise item.error("'url' must be a path of this site or an http(s) address", "url")
        return NavItem(title=item.text("title"), url=url.lstrip("/"))


def _sources(site: Section, themes: set[str]) -> tuple[Source, ...]:
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
        message = f"unknown kind {str(kind)!r}{nearest(kind, _KINDS)}; known: {', '.join(_KINDS)}"
        raise item.error(message, "kind")
    placed = item.texts("themes")
    for theme in placed:
        if theme not in themes:
            raise _unknown_theme(item, theme, themes)
    return _KINDS[kind](item, str(name), tuple(map(str, placed)))


def _arxiv(item: Section, name: str, themes: tuple[str, ...]) -> Source:
    return ArxivApi(
        name=name,
        markup=item.choice("markup", Markup, Markup.TEX),
        themes=themes,
        line=item.line,
        query=str(item.text("query")),
        back=_duration(item, "back", "30d"),
        endpoint=_endpoint(item, ARXIV_API),
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
        endpoint=_endpoint(item, ARXIV_LISTING),
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
        endpoint=_endpoint(item, ARXIV_OAI),
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
        url=_endpoint(item, None, key="url"),
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


def _endpoint(item: Section, default: str | None, key: str = "endpoint") -> str:
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
        if not _SLUG.fullmatch(word):
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
        rule=rules.parse(item),
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


def _follow(site: Section) -> tuple[Followed, ...]:
    found, lines = list[Followed](), dict[str, int]()
    for item in site.terms("follow"):
        names = _names(item) if isinstance(item, Section) else (item,)
        for text in names:
            name = person(text)
            if name in lines:
                message = f"the author {name!r} is already followed on line {lines[name]}"
                raise ConfigError(message, site.path, text.line)
            lines[name] = text.line
        name, *aliases = map(person, names)
        found.append(Followed(name=name, aliases=tuple(aliases)))
    return tuple(found)


def _names(item: Section) -> tuple[Text, ...]:
    with item:
        return item.text("name"), *item.texts("aliases")


def _selections(site: Section, themes: set[str]) -> tuple[Selection, ...]:
    found: dict[str, Selection] = {}
    for item in site.sections("feeds", required=False):
        with item:
            selection = _selection(item, themes)
        if selection.id in found:
            raise item.error(f"there is another feed {selection.id!r}", "id")
        found[selection.id] = selection
    return tuple(found.values())


def _selection(item: Section, themes: set[str]) -> Selection:
    name, chosen, pinned = item.text("id"), item.texts("themes"), item.boolean("pinned")
    if not _SLUG.fullmatch(name):
        message = f"{str(name)!r} is no feed id: use small letters, digits and single hyphens"
        raise item.error(message, "id")
    for theme in chosen:
        if theme not in themes:
            raise _unknown_theme(item, theme, themes)
    if not (chosen or pinned):
        raise item.error("a feed needs 'themes', or 'pinned: true'; /feed.xml has all papers")
    title = item.text("title", name.replace("-", " ").capitalize())
    return Selection(id=str(name), title=str(title), themes=tuple(map(str, chosen)), pinned=pinned)


def _unknown_theme(item: Section, theme: Text, themes: Sequence[str] | set[str]) -> Exception:
    message = f"unknown theme {str(theme)!r}{nearest(theme, themes)}"
    return item.error(message, "themes")
