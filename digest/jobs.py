"""Work in shards, on several processes where that pays."""

from __future__ import annotations

import gc
import multiprocessing
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from digest.errors import DigestError, RenderError

_Result = TypeVar("_Result")
Work = Callable[[int], _Result]
_PATIENCE = 10  # seconds for a scheduler to answer
WORTH = 2_000  # pages from which on starting processes pays
_work: Work[Any] | None = None  # what the processes inherit


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    work: Work[_Result], count: int, workers: int, name: Callable[[int], str] = str
) -> Iterator[_Result]:
    """The results of `work` for each number below `count`, in order.

    Args:
        work: must not depend on what it did with another number.
        workers: processes to use at the most. They are copies of this one, so that nothing has to
            be sent to them; where the system can't copy a process, the work is done here.
        name: what a number stands for, to people.

    Raises:
        RenderError: a process was killed.
    """
    if workers < 2 or count < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, range(count))
        return
    global _work
    _work, done = work, 0
    gc.freeze()  # what a copy never frees stays shared with this process
    try:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
            for result in pool.map(_one, range(count)):
                done += 1
                yield result
    except BrokenProcessPool:
        where = f"at {name(done)} or soon after it"
        message = f"a process was killed (out of memory?) {where}; try --jobs 1"
        raise RenderError(message) from None
    finally:
        _work = None
        gc.unfreeze()


@contextmanager
def dask(address: str) -> Iterator[Executor]:
    """Dask's own executor, on the machines of a cluster that share their storage.

    Args:
        address: of its scheduler, "dask://HOST:PORT".

    Raises:
        DigestError: Dask isn't installed, or no scheduler answers.
    """
    scheme, _, place = address.partition("://")
    if scheme != "dask" or not re.fullmatch(r"[^/:\s]+:\d+", place):
        raise DigestError(f"{address!r} is no executor; they look like dask://HOST:PORT")
    try:
        from distributed import Client
    except ImportError:
        message = "--executor needs Dask: pip install 'curated-digest[dask]', there and here"
        raise DigestError(message) from None
    try:
        client = Client(f"tcp://{place}", timeout=_PATIENCE)  # type: ignore[no-untyped-call]
    except OSError:
        raise DigestError(f"no Dask scheduler answers at {place}") from None
    with client:
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]


def _one(number: int) -> Any:
    assert _work is not None
    return _work(number)
