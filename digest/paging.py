"""A theme's papers on its pages: which, in which order, and under which numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.model import Paper, Sort, Theme
from digest.tex import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One page of a theme."""

    number: int  # from 1, the oldest papers
    front: bool  # whether it is what the theme's own address shows
    papers: tuple[Paper, ...]  # in the theme's order


def parts(theme: Theme, papers: Sequence[Paper]) -> Iterator[Part]:
    """The pages of a theme, the oldest papers first, so that a full one never changes.

    The front has the newest papers, the last full page's worth and what came after it; or the
    oldest, where these come first. Titles are in order within a page.

    Args:
        papers: all that the theme has, the oldest first.
    """
    size, total = theme.limit, len(papers)
    oldest_first = theme.sort is Sort.OLDEST
    count = max(-(-total // size), 1) if oldest_first else max(total // size, 1)
    for number in range(1, count + 1):
        end = number * size if oldest_first or number < count else total
        yield Part(
            number=number,
            front=number == (1 if oldest_first else count),
            papers=_in_order(theme.sort, papers[(number - 1) * size : end]),
        )


def _in_order(sort: Sort, papers: Sequence[Paper]) -> tuple[Paper, ...]:
    match sort:
        case Sort.OLDEST:
            return tuple(papers)
        case Sort.NEWEST:
            return tuple(reversed(papers))
        case Sort.TITLE:
            return tuple(sorted(papers, key=_title))


def _title(paper: Paper) -> str:
    return plain(paper.entry.title, paper.entry.markup).casefold()
