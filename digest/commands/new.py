"""What `digest new` writes: an issue of a week's papers, a note, a page. Nothing is overwritten."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import msgspec
import yaml

from digest import cite, tex
from digest.errors import DigestError
from digest.model import Entry, Theme
from digest.pages import RESERVED
from digest.pages.days import best_first, score_of
from digest.papers.paper import Paper
from digest.papers.rank.score import points
from digest.papers.rank.scores import NO_SCORES, Scores
from digest.text import days
from digest.text.ids import slug

_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
_LIKELY = 10  # papers of an issue whose reasons are said
_SPECIAL = re.compile(r"[\\`*_\[\]<>&$^~|]")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A file to be written, with a path relative to the site's folder."""

    path: str
    text: str


def write(root: Path, draft: Draft) -> Path:
    """Write a new file.

    Raises:
        DigestError: it is there already, or can't be written.
    """
    path = root / draft.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(draft.text)
    except FileExistsError:
        raise DigestError(f"{path} is there already, and stays as it is") from None
    except OSError as error:
        raise DigestError(f"{path} cannot be written: {error.strerror}") from None
    return path


def monday(week: str) -> date:
    """The first day of an ISO week such as 2026-W20.

    Raises:
        DigestError: there is no such week.
    """
    match = _WEEK.fullmatch(week)
    with suppress(ValueError):
        first = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
        if first and days.is_near(first):
            return first
    raise DigestError(f"{week!r} is no week such as 2026-W20")


def issue(
    papers: Iterable[Paper], themes: Sequence[Theme], first: date, scores: Scores = NO_SCORES
) -> Draft:
    """The papers announced in the week from `first`, by primary theme, picks as cards on top.

    In each theme the likely picks come first; a comment on top has their reasons.

    Args:
        papers: all that may be shown.
        first: a Monday.
        scores: of papers, by id and alias.
    """
    year, number, _ = first.isocalendar()
    last = first + timedelta(days=6)
    week = [paper for paper in papers if first <= paper.entry.announced <= last]
    kept = {paper.id: score for paper in week if (score := score_of(paper, scores))}
    week = best_first(week, kept)
    picks = [paper for paper in week if paper.note and paper.note.is_pinned(last)]
    front = _front(title=f"Week {number} of {year}", date=last + timedelta(days=1), draft=True)
    parts = [front.removesuffix("---\n") + "".join(_likely(week, kept)) + "---\n"]
    parts.append(f"{_count(len(week))}, {_day(first)} to {_day(last)}.\n")
    if picks:
        parts.append("## Picks\n")
        parts += [f"{_reference(paper.entry)}\n" for paper in picks]
    titles = {theme.id: theme.title for theme in themes} | {"": "Other papers"}
    for theme, title in titles.items():
        lines = [_item(p.entry) for p in week if p.primary == theme and p not in picks]
        if lines:
            parts += [f"## {_escaped(title)}\n", "".join(lines)]
    return Draft(path=f"content/issues/{year}-w{number:02}.md", text="\n".join(parts))


def _likely(papers: Iterable[Paper], scores: Scores) -> Iterator[str]:
    """A YAML comment for each of the likeliest picks, with its reasons."""
    likely = [paper for paper in papers if paper.id in scores][:_LIKELY]
    for paper in likely:
        score = scores[paper.id]
        title = tex.plain(paper.entry.title, paper.entry.markup)
        line = f"{points(score.score)} {_reference(paper.entry)} {title}: {score.reasons}"
        yield f"# {_printable(' '.join(line.split()))}\n"


def note(paper: Paper, today: date) -> Draft:
    """An empty note, which says in a comment what it is on, and when it was begun."""
    title = tex.plain(paper.entry.title, paper.entry.markup)
    said = " ".join(f"{cite.short(paper.entry)}: {title}".split())
    text = f"---\n# {_printable(said)}\ndecided: {today}\n---\n\n"
    return Draft(path=note_path(paper), text=text)


def note_path(paper: Paper) -> str:
    """Where the note on a paper is, from the site's folder."""
    return f"content/notes/{slug(paper.entry.id)}.md"


def page(name: str) -> Draft:
    """An empty page, a draft until it says something.

    Raises:
        DigestError: no address can be made of its name, or the site has that page already.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    address = "-".join(re.findall(r"[a-z0-9]+", plain.lower()))
    if not address:
        raise DigestError(f"{name!r} makes no address; use letters and digits")
    if address in RESERVED:
        raise DigestError(f"the site has a page {address!r} of its own; choose another name")
    title = " ".join(name.split())
    return Draft(path=f"content/pages/{address}.md", text=_front(title=title, draft=True) + "\n")


def _front(**keys: str | bool | date) -> str:
    return f"---\n{yaml.safe_dump(keys, allow_unicode=True, sort_keys=False, width=10**6)}---\n"


def _count(papers: int) -> str:
    return f"{papers or 'No'} paper{'' if papers == 1 else 's'}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _reference(entry: Entry) -> str:
    """`[@2605.13319]`; what a reference can't hold is named by its address on the site."""
    is_arxiv = entry.id.startswith("arxiv:")
    return f"[@{entry.id.removeprefix('arxiv:') if is_arxiv else slug(entry.id)}]"


def _item(entry: Entry) -> str:
    title = tex.plain(entry.title, entry.markup) or entry.id
    return f"- **{_escaped(title)}** {_reference(entry)}\n"


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def _printable(text: str) -> str:
    """Text that a YAML comment may hold."""
    return "".join(letter for letter in text if letter.isprintable())
