"""Work in parts, on several processes where that pays."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from digest.errors import RenderError

_Result = TypeVar("_Result")
Work = Callable[[range], _Result]
PART = 250  # items that one process takes at a time
WORTH = 2_000  # items from which on starting processes pays
_work: Work[Any] | None = None  # what the processes inherit


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_parts(work: Work[_Result], count: int, jobs: int) -> Iterator[_Result]:
    """The results of `work` over parts of range(count), in order.

    Args:
        work: must not depend on what it did with another part.
        jobs: processes to use at the most. They are copies of this one, so that nothing has to be
            sent to them; where the system can't copy a process, the work is done here.

    Raises:
        RenderError: a process was killed.
    """
    parts = [range(start, min(start + PART, count)) for start in range(0, count, PART)]
    if jobs < 2 or count < WORTH or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, parts)
        return
    global _work
    _work = work
    try:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
            yield from pool.map(_part, parts)
    except BrokenProcessPool:
        raise RenderError(
            "a process that rendered pages was killed (out of memory?); try --jobs 1"
        ) from None
    finally:
        _work = None


def _part(part: range) -> Any:
    assert _work is not None
    return _work(part)
