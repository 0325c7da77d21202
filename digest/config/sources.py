"""The list of sources in site.yaml; each kind reads its own keys."""

from collections.abc import Collection, Iterable

from digest.files.located import Section, Text, closest
from digest.model import Source
from digest.sources import KINDS


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
    item.text("name")  # the first to be missed
    kind = item.text("kind")
    if kind not in KINDS:
        message = f"unknown kind {str(kind)!r}{closest(kind, KINDS)}; known: {', '.join(KINDS)}"
        raise item.error(message, "kind")
    check_themes(item, item.texts("themes"), themes)
    return KINDS[kind].read_keys(item)


def check_themes(item: Section, names: Iterable[Text], themes: Collection[str]) -> None:
    """Refuse the name of a theme that isn't there.

    Raises:
        ConfigError: names file and line, and the theme that may be meant.
    """
    for name in names:
        if name not in themes:
            raise item.error(f"unknown theme {str(name)!r}{closest(name, themes)}", "themes")
