"""What site.yaml asks for in; entries of the answers out, with the state of each source."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import date, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from digest.errors import Unreachable
from digest.files.located import Section
from digest.model import (
    WHOLE,
    Entry,
    Gap,
    Request,
    Source,
    SourceHistory,
    SourceResult,
    State,
    Validator,
)
from digest.sources import (
    arxiv,
    arxiv_listing,
    arxiv_oai,
    feed,
    file,
)
from digest.sources.asking import (
    Asking,
    Client,
    Run,
    Tell,
    failed,
)

__all__ = [
    "KINDS",
    "arxiv_listing",
    "asking",
    "client",
    "feed",
    "file",
    "keys",
    "kind_of",
    "papers",
    "politeness",
    "xml",
]


class Kind(NamedTuple):
    """What can be done with the sources of one kind."""

    type: type[Source]
    read_keys: Callable[[Section], Source]
    fetch: Callable[[Any, Run], Asking]
    backfills: bool = False  # whether it can be asked for the past


KINDS = {
    "arxiv": Kind(arxiv.ArxivApi, arxiv.read_keys, arxiv.fetch, backfills=True),
    "arxiv-listing": Kind(
        arxiv_listing.ArxivListing, arxiv_listing.read_keys, arxiv_listing.fetch, backfills=True
    ),
    "arxiv-oai": Kind(arxiv_oai.ArxivOai, arxiv_oai.read_keys, arxiv_oai.fetch, backfills=True),
    "feed": Kind(feed.WebFeed, feed.read_keys, feed.fetch),
    "file": Kind(file.LocalFile, file.read_keys, file.fetch),
}


def kind_of(source: Source) -> Kind:
    """The row of the table for a source."""
    return next(kind for kind in KINDS.values() if isinstance(source, kind.type))


def fetch_all(
    sources: Sequence[Source],
    root: Path,
    web: Client,
    now: datetime,
    *,
    since: date | None = None,
    known: Callable[[str], Entry | None] = lambda name: None,
    past: Mapping[str, SourceHistory] | None = None,
    validators: Mapping[str, Validator] | None = None,
    keep: Tell | None = None,
    progress: Tell = lambda fetched: None,
) -> tuple[SourceResult, ...]:
    """Fetch every source, side by side; a failing one is reported, never fatal.

    Args:
        root: the site's folder, where `file` sources lie.
        web: asks, politely: it holds back requests to one host, so that sources needn't.
        now: the time of the run, UTC.
        since: fill gaps from this day on, where a kind can.
        known: the archive's entry of an id.
        past: what the ledger knows of each source, by name.
        validators: of answers we had, by address.
        keep: given the pieces of long harvests as they come, so that none need be held or harvested
            again; called from other threads. Without it they are part of what is returned.
        progress: told of each source when it is done; called from other threads.
    """
    run = Run(
        root=root, now=now, since=since, known=known, past=past or {}, validators=validators or {}
    )

    def one(source: Source) -> SourceResult:
        fetched = _fetch(source, run, web, keep)
        progress(fetched)
        return fetched

    return _side_by_side(one, sources)


def first_requests(
    sources: Sequence[Source],
    root: Path,
    now: datetime,
    *,
    since: date | None = None,
    past: Mapping[str, SourceHistory] | None = None,
) -> tuple[tuple[Source, Request], ...]:
    """What each source would ask for first; what it asks for then depends on the answer."""
    run = Run(root=root, now=now, since=since, past=past or {})
    found = list[tuple[Source, Request]]()
    for source in sources:
        if not isinstance(source, file.LocalFile):
            step = next(kind_of(source).fetch(source, run), None)
            if isinstance(step, Request):
                found.append((source, step))
    return tuple(found)


def _side_by_side(
    work: Callable[[Source], SourceResult], sources: Sequence[Source]
) -> tuple[SourceResult, ...]:
    """Each source in a thread of its own; all end with the process, so that Ctrl-C does."""
    futures = [Future[SourceResult]() for _ in sources]
    for future, source in zip(futures, sources, strict=True):
        Thread(target=_settle, args=(future, work, source), daemon=True).start()
    return tuple(future.result() for future in futures)


def _settle(
    future: Future[SourceResult], work: Callable[[Source], SourceResult], source: Source
) -> None:
    try:
        future.set_result(work(source))
    except BaseException as error:
        future.set_exception(error)


def _fetch(source: Source, run: Run, web: Client, keep: Tell | None) -> SourceResult:
    """What is new at a source, then what a backfill that was begun in an earlier run has left."""
    gap = run.past_of(source.name).gap if kind_of(source).backfills else None
    if gap is None or run.since not in {None, gap.since}:
        return _drive(source, run, web, keep)
    news = _drive(source, replace(run, since=None), web, keep)
    rest = _drive(source, replace(run, since=gap.first, until=gap.last), web, keep)
    state = _together(news.state, rest.state)
    return replace(
        news,
        entries=(*news.entries, *rest.entries),
        state=state,
        problem="; ".join(dict.fromkeys(filter(None, (news.problem, rest.problem)))),
        asked=(*news.asked, *rest.asked),
        answered=", ".join(filter(None, (news.answered, rest.answered))),
        reached=news.reached or rest.reached,
        covers=gap.since if state in WHOLE else news.covers,
        gap=rest.gap,
    )


def _together(news: State, rest: State) -> State:
    """The state of what came in two parts."""
    states = {news, rest}
    if states <= WHOLE:
        return State.OK if State.OK in states else State.QUIET
    if State.FAILED in states and len(states) > 1:
        return State.PARTIAL
    return max(states, key=list(State).index)


def _left(source: Source, run: Run, rest: Gap | None) -> Gap | None:
    """The days that backfills have yet to bring.

    Args:
        rest: those of this run's own.
    """
    before = run.past_of(source.name).gap
    if not kind_of(source).backfills:
        return None
    if run.since is None or before is None:
        return before if run.since is None else rest
    if run.until:
        return rest and replace(rest, since=before.since)
    gaps = [rest] if rest else []
    if before.first < run.since:
        gaps.append(replace(before, last=min(before.last, run.since)))
    if not gaps:
        return None
    return Gap(
        since=min(gap.since for gap in gaps),
        first=min(gap.first for gap in gaps),
        last=max(gap.last for gap in gaps),
    )


def _drive(source: Source, run: Run, web: Client, keep: Tell | None) -> SourceResult:
    """Put a source's requests, hand it the answers, and note both.

    Whatever the source's kind or its answers raise makes this source `failed`, and no other; what
    `keep` raises is a fault of ours, and ends the run.
    """
    asking = kind_of(source).fetch(source, run)
    asked, answered = list[str](), Counter[str]()
    validators, pieces, reached = dict[str, Validator](), list[Entry](), True
    proceed: Callable[[], Request | SourceResult] = partial(next, asking)
    while True:
        try:
            step = proceed()
        except StopIteration as done:
            fetched: SourceResult = done.value
            break
        except Exception as error:
            fetched = failed(source.name, error)
            if run.since:
                fetched = replace(fetched, gap=Gap(run.since, run.since, run.until or run.today))
            break
        proceed = partial(next, asking)
        if isinstance(step, SourceResult):
            if keep:
                step = replace(step, gap=_left(source, run, step.gap))
                keep(replace(step, asked=tuple(asked), answered=_tally(answered)))
            else:
                pieces += step.entries
            continue
        asked.append(step.url)
        try:
            answer = web.get(_conditional(step, run))
        except Exception as error:
            reached = reached and not isinstance(error, Unreachable)
            answered["no answer"] += 1
            proceed = partial(asking.throw, error)
        else:
            answered[str(answer.status)] += 1
            if step.conditional and answer.validator and answer.status == 200:
                validators[step.url] = answer.validator
            proceed = partial(asking.send, answer)
    reached = reached or len(answered) > 1
    gap = _left(source, run, fetched.gap) if reached else run.past_of(source.name).gap
    later = f"; {gap.first} to {gap.last} are left to the next run" if gap and run.since else ""
    return replace(
        fetched,
        entries=(*pieces, *fetched.entries),
        asked=fetched.asked or tuple(asked),
        answered=_tally(answered),
        reached=reached,
        problem=fetched.problem and fetched.problem + later,
        gap=gap,
        validators=_vouched(validators, fetched),
    )


def _conditional(request: Request, run: Run) -> Request:
    """With the marks of the answer we had, if the archive still has what it brought."""
    validator = run.validators.get(request.url) if request.conditional else None
    if validator is None or run.known(validator.vouched) is None:
        return request
    return replace(request, validator=validator)


def _vouched(validators: Mapping[str, Validator], fetched: SourceResult) -> dict[str, Validator]:
    """Marks of an answer that came whole and brought something."""
    if not fetched.entries or fetched.state not in {State.OK, State.QUIET}:
        return {}
    name = fetched.entries[0].id
    return {url: msgspec.structs.replace(mark, vouched=name) for url, mark in validators.items()}


def _tally(answered: Mapping[str, int]) -> str:
    return ", ".join(f"{count} × {answer}" for answer, count in answered.items())
