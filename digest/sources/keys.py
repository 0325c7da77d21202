"""The keys of site.yaml that sources of several kinds have."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TypedDict
from urllib.parse import urlsplit

from digest.files.located import Section
from digest.model import Markup
from digest.sources.politeness import ARXIV, ARXIV_PACE

_DURATION = re.compile(r"(\d{1,4})([dw])")


class Common(TypedDict):
    """What every source has, see `model.Source`."""

    name: str
    markup: Markup
    themes: tuple[str, ...]
    line: int
    was: tuple[str, ...]


def common(item: Section, markup: Markup) -> Common:
    """The keys that every source has.

    Args:
        markup: how sources of this kind write, where site.yaml doesn't say.
    """
    return Common(
        name=str(item.text("name")),
        markup=item.choice("markup", Markup, markup),
        themes=tuple(map(str, item.texts("themes"))),
        line=item.line,
        was=tuple(map(str, item.texts("was"))),
    )


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


def pace(item: Section) -> float:
    """Seconds between two requests to a server of arXiv's kind."""
    seconds = item.number("pace", ARXIV_PACE)
    host = urlsplit(item.text("endpoint", f"https://{ARXIV}")).hostname or ""
    if seconds < ARXIV_PACE and (host == ARXIV or host.endswith(f".{ARXIV}")):
        message = (
            f"'pace' may not be under {ARXIV_PACE:g} s for arXiv's own hosts: its terms of use "
            "allow one request every three seconds"
        )
        raise item.error(message, "pace")
    if not 0 <= seconds <= 3600:
        raise item.error("'pace' must be seconds, 0 to 3600", "pace")
    return seconds


def duration(item: Section, key: str, default: str) -> timedelta:
    """A time such as 10d or 2w."""
    match = _DURATION.fullmatch(item.text(key, default))
    if not match or not int(match[1]):
        raise item.error(f"{key!r} must be days or weeks, such as 10d or 2w", key)
    return timedelta(days=int(match[1]) * (7 if match[2] == "w" else 1))
