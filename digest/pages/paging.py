"""Long lists cut into pages: which papers, in which order, and under which numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from digest.language import ENGLISH, Language
from digest.model import Page, Sort
from digest.papers.paper import Paper
from digest.tex import plain

PER_PAGE = 50  # papers on a page
_NOTHING: Mapping[str, object] = MappingProxyType({})


class ListLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link to a neighbouring page."""

    title: str
    path: str


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list."""

    number: int  # from 1, the oldest papers
    front: bool  # whether it is what the list's own address shows
    papers: tuple[Paper, ...]  # in the list's order


def parts(
    papers: Sequence[Paper], size: int = PER_PAGE, sort: Sort = Sort.NEWEST
) -> Iterator[ListPage]:
    """The pages of a list, the oldest papers first, so that a full one never changes.

    The front has the newest papers, the last full page's worth and what came after it; or the
    oldest, where these come first. Titles are in order within a page.

    Args:
        papers: the oldest first.
        size: papers on a full page.
    """
    total, oldest_first = len(papers), sort is Sort.OLDEST
    count = max(-(-total // size), 1) if oldest_first else max(total // size, 1)
    for number in range(1, count + 1):
        end = number * size if oldest_first or number < count else total
        yield ListPage(
            number=number,
            front=number == (1 if oldest_first else count),
            papers=_in_order(sort, papers[(number - 1) * size : end]),
        )


def paged(
    base: str,
    template: str,
    papers: Sequence[Paper],
    size: int = PER_PAGE,
    sort: Sort = Sort.NEWEST,
    *,
    language: Language = ENGLISH,
    front: Mapping[str, object] = _NOTHING,
    full: Mapping[str, object] = _NOTHING,
    **context: object,
) -> Iterator[Page]:
    """The pages of a list, see `parts`.

    Args:
        base: the folder of the front: "themes/llm-serving/".
        language: of the pages' names.
        front, full: what the front and the other pages show beside their papers: what changes with
            every paper may stand on the front alone.
        context: what every page shows.
    """
    every = tuple(parts(papers, size, sort))
    end = language.say("Oldest") if sort is Sort.OLDEST else language.say("Newest")
    steps = [
        ListLink(title=end, path=base)
        if part.front
        else ListLink(
            title=language.say("Page %(number)s", number=part.number),
            path=f"{base}page/{part.number}/",
        )
        for part in every
    ]
    for at, (part, step) in enumerate(zip(every, steps, strict=True)):
        yield Page.of(
            f"{step.path}index.html",
            template,
            max((p.announced for p in (*part.papers[:1], *part.papers[-1:])), default=None),
            papers=part.papers,
            total=len(papers) if part.front else None,
            number=0 if part.front else part.number,
            older=steps[at - 1] if at else None,
            newer=steps[at + 1] if at + 1 < len(steps) else None,
            pages=tuple(s for s in reversed(steps) if s is not step) if part.front else (),
            **(front if part.front else full),
            **context,
        )


def redirect(old: str, new: str, title: str) -> Page:
    """What stands at an address of old and leads on to the new one."""
    return Page.of(f"{old}index.html", "redirect.html", target=new, title=title)


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
