"""What commands say of rankings, in lines for people and as data for programs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from digest import tex
from digest.model import Entry
from digest.papers.rank.measure import Measure, mean, spread
from digest.papers.rank.model import Model
from digest.papers.rank.replay import ReplayedDay
from digest.papers.rank.score import points
from digest.papers.rank.scores import PaperScore

_STRONGEST = 5  # terms of a model that are shown on each side


def of_day(papers: Iterable[tuple[Entry, PaperScore | None]]) -> Iterator[str]:
    """The papers of a day, two lines each: score, id and title; reasons."""
    for entry, kept in papers:
        score = points(kept.score) if kept else "–"
        yield f"{score:>6}  {entry.id.removeprefix('arxiv:')}  {title(entry)}"
        if kept:
            yield f"{'':8}{kept.reasons}"


def day_as_data(papers: Iterable[tuple[Entry, PaperScore | None]]) -> list[dict[str, Any]]:
    return [
        {
            "id": entry.id,
            "title": title(entry),
            "score": kept.score / 100 if kept else None,
            "reasons": [{"term": label, "weight": weight / 100} for label, weight in kept.why]
            if kept
            else [],
            "others": kept.others if kept else 0,
            "rest": kept.rest / 100 if kept else 0.0,
        }
        for entry, kept in papers
    ]


def of_terms(terms: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Every term of a score, the weightiest first, and what they add up to."""
    for term, weight in terms:
        yield f"{points(weight):>7}  {term}"
    yield f"{points(sum(weight for _, weight in terms)):>7}  in all"


def of_model(model: Model) -> Iterator[str]:
    """What was learnt: from what, how far it may be trusted, and its weightiest terms."""
    yield f"Learnt from {model.picks:,} picks among {model.papers:,} papers"
    if model.measured:
        found = model.measured
        yield (
            f"On the newest {model.days} days, by what was decided before them: AUC {found.auc:.3f}"
            f", {found.first10:.1%} picks among the first 10, {found.first20:.1%} found in the "
            f"first 20, {found.depth:.1%} to be read for 95 % of the picks"
        )
    ranked = sorted(model.weights.items(), key=lambda item: (-item[1], item[0]))
    liked = [item for item in ranked[:_STRONGEST] if item[1] > 0]
    disliked = [item for item in reversed(ranked[-_STRONGEST:]) if item[1] < 0]
    for words, terms in (("for", liked), ("against", disliked)):
        if terms:
            said = ", ".join(f"{term} {points(weight)}" for term, weight in terms)
            yield f"Weightiest {words} a paper: {said}"


def of_replay(found: Sequence[ReplayedDay]) -> Iterator[str]:
    """How early the picks stood, beside the order of the list, with the spread over days."""
    ranked = [day.measured for day in found if day.measured]
    listed = [day.listed for day in found if day.listed]
    if not ranked:
        yield "No day could be ranked: there are too few picks, or all papers of a day are picked"
        return
    papers = sum(len(day.papers) for day in found)
    yield f"{len(ranked)} days with picks, {papers:,} papers; each after what was decided before it"
    yield f"{'order':20} {'AUC':>13} {'P@10':>13} {'R@20':>13} {'read for 95 %':>14}"
    yield _row("as listed", listed)
    yield _row("ranked", ranked)


def _row(name: str, measures: Sequence[Measure]) -> str:
    mid, wide = mean(measures), spread(measures)
    cells = (
        f"{getattr(mid, key):.3f} ± {getattr(wide, key):.3f}"
        for key in ("auc", "first10", "first20", "depth")
    )
    return f"{name:20} " + " ".join(f"{cell:>13}" for cell in cells)


def title(entry: Entry) -> str:
    return " ".join(tex.plain(entry.title, entry.markup).split()) or entry.id
