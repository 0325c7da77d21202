"""The front page: the newest days, themes, picks and the newest issue. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from digest.model import Page
from digest.pages.contents import Contents
from digest.pages.days import DayNews
from digest.pages.themes import theme_counts

PAPERS = 50  # it shows whole days until it has as many
UPDATES = 10


def plan(contents: Contents) -> Iterator[Page]:
    shown, total = list[DayNews](), 0
    for day in reversed(contents.ranked_days):
        if total >= PAPERS:
            break
        if day.count:
            shown.append(day)
            total += day.count
    updates = [update for day in reversed(contents.days) for update in day.updates]
    issues = contents.edition.issues
    yield Page.of(
        "index.html",
        "index.html",
        days=tuple(shown),
        updates=tuple(updates[:UPDATES]),
        themes=theme_counts(contents),
        picks=contents.edition.picks,
        letter=issues[-1] if issues else None,
    )
