"""The list of themes, and the pages of each. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from digest.model import Page, Theme
from digest.pages.contents import Contents
from digest.pages.paging import paged, redirect
from digest.text.ids import theme_path


class ThemeCount(msgspec.Struct, frozen=True, kw_only=True):
    """A theme at a glance."""

    theme: Theme
    count: int
    newest: date | None

    @property
    def path(self) -> str:
        return theme_path(self.theme.id)


def plan(contents: Contents) -> Iterator[Page]:
    counts, unthemed = theme_counts(contents), len(contents.members[""])
    yield Page.of("themes/index.html", "themes.html", themes=counts, unthemed=unthemed)
    trends = {trend.theme.id: trend for trend in contents.trends.weekly}
    for theme in contents.site.themes:
        yield from paged(
            theme_path(theme.id),
            "theme.html",
            contents.members[theme.id],
            theme.limit,
            theme.sort,
            front={"trend": trends.get(theme.id)},
            full={"trend": None},
            language=contents.language,
            theme=theme,
        )
        for former in theme.was:
            yield redirect(theme_path(former), theme_path(theme.id), theme.title)


def theme_counts(contents: Contents) -> tuple[ThemeCount, ...]:
    """Every theme at a glance, in the order of site.yaml."""
    return tuple(
        ThemeCount(
            theme=theme,
            count=len(papers),
            newest=papers[-1].announced if papers else None,
        )
        for theme in contents.site.themes
        for papers in (contents.members[theme.id],)
    )
