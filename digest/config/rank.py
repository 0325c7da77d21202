"""`rank:` of site.yaml: true, or what its keys say."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

from digest.errors import ConfigError
from digest.files.located import Section, Text
from digest.model import Ranking
from digest.text.ids import arxiv_id, doi


def ranking(site: Section) -> Ranking | None:
    """What site.yaml asks of the ranking; None where papers are not ranked.

    Raises:
        ConfigError: it is neither a boolean nor a mapping of known keys; names file and line.
    """
    try:
        return Ranking() if site.boolean("rank") else None
    except ConfigError:
        pass
    try:
        section = site.section("rank")
    except ConfigError:
        message = "'rank' must be true, or keys such as {first: 5}"
        raise site.error(message, "rank") from None
    if section is None:
        return None
    with section:
        return Ranking(
            picks=tuple(_pick(section, name) for name in section.words("picks")),
            first=section.integer("first", Ranking().first),
            both=_both(section),
        )


def is_library(pick: str) -> bool:
    """Whether a pick is the path of files, not the id or the address of a paper."""
    return not (arxiv_id(pick) or doi(pick) or pick.startswith(("http://", "https://")))


def _pick(section: Section, name: Text) -> str:
    if not name.strip():
        raise ConfigError("'picks' has an empty line", section.path, name.line)
    parts = PurePosixPath(name).parts
    if is_library(name) and (
        not parts or ".." in parts or name.startswith("/") or PureWindowsPath(name).drive
    ):
        message = f"{str(name)!r} must be a path within the site's folder"
        raise ConfigError(message, section.path, name.line)
    return str(name)


def _both(section: Section) -> bool:
    if "authors" not in section:
        return False
    if section.text("authors") != "both":
        message = "'authors' can only be 'both': names may then count negatively, too"
        raise section.error(message, "authors")
    return True
