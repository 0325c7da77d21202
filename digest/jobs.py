"""Work in shards, on several processes where that pays."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from digest.errors import RenderError

_Result = TypeVar("_Result")
Work = Callable[[int], _Result]
WORTH = 2_000  # pages from which on starting processes pays
_work: Work[Any] | None = None  # what the processes inherit


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(work: Work[_Result], count: int, workers: int) -> Iterator[_Result]:
    """The results of `work` for each number below `count`, in order.

    Args:
        work: must not depend on what it did with another number.
        workers: processes to use at the most. They are copies of this one, so that nothing has to
            be sent to them; where the system can't copy a process, the work is done here.

    Raises:
        RenderError: a process was killed.
    """
    if workers < 2 or count < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, range(count))
        return
    global _work
    _work = work
    gc.freeze()  # what a copy never frees stays shared with this process
    try:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
            yield from pool.map(_one, range(count))
    except BrokenProcessPool:
        raise RenderError(
            "a process that rendered pages was killed (out of memory?); try --jobs 1"
        ) from None
    finally:
        _work = None
        gc.unfreeze()


def _one(number: int) -> Any:
    assert _work is not None
    return _work(number)
