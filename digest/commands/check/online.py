"""Whether each source can be asked and read: one answer of each, politely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from digest.commands.check.findings import Finding, FindingKind
from digest.model import Request, Source
from digest.sources import kind_of
from digest.sources.asking import Client, Run, fault


def check_sources(
    sources: Sequence[Source], root: Path, web: Client, now: datetime
) -> Iterator[Finding]:
    """The sources whose first answer is of no use, each where site.yaml names it."""
    if not sources:
        return
    run = Run(root=root, now=now)
    with ThreadPoolExecutor(max_workers=len(sources)) as pool:
        problems = pool.map(lambda source: _problem(source, run, web), sources)
    for source, problem in zip(sources, problems, strict=True):
        if problem:
            message = f"{source.name}: {problem}"
            yield FindingKind.SOURCE.at(str(root / "site.yaml"), message, source.line)


def _problem(source: Source, run: Run, web: Client) -> str:
    """Why the first answer can't be used; empty where the source goes on to the next."""
    asking = kind_of(source).fetch(source, run)
    try:
        step = next(asking)
        first = step
        while isinstance(step, Request) and step == first:
            try:
                answer = web.get(step)
            except Exception as error:
                step = asking.throw(error)
            else:
                step = asking.send(answer)
    except StopIteration as done:
        return str(done.value.problem)
    except Exception as error:
        return fault(error)
    return ""
