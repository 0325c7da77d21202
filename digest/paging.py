"""Long lists cut into pages, so that a full page never changes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from digest.model import Page, Paper

PER_PAGE = 50  # papers on a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A link to a neighbouring page."""

    title: str
    path: str


def paged(base: str, template: str, papers: Sequence[Paper], **context: Any) -> Iterator[Page]:
    """Numbered from the oldest, so that a full page never changes; the newest stand on the front.

    The front shows the last full page's worth and what came after it.

    Args:
        base: the folder of the front: "themes/llm-serving/".
        papers: oldest first.
        context: what every page shows beside its papers.
    """
    full = max(len(papers) // PER_PAGE - 1, 0)
    steps = [Step(title=f"Page {n}", path=f"{base}page/{n}/") for n in range(1, full + 1)]
    steps.append(Step(title="Newest", path=base))
    for at, step in enumerate(steps):
        last = at == full
        shown = papers[at * PER_PAGE :] if last else papers[at * PER_PAGE : (at + 1) * PER_PAGE]
        yield Page.of(
            f"{step.path}index.html",
            template,
            papers=tuple(reversed(shown)),
            total=len(papers) if last else None,  # on a full page it would change every day
            number=0 if last else at + 1,
            older=steps[at - 1] if at else None,
            newer=None if last else steps[at + 1],
            pages=tuple(reversed(steps[:-1])) if last else (),
            **context,
        )
