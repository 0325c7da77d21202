"""Work in shards, on several processes where that pays."""

from __future__ import annotations

import gc
import multiprocessing
import os
import re
import signal
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

from digest.errors import DigestError, RenderError
from digest.files import files

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
) -> Generator[_Result, None, None]:
    """The results of `work` for each number below `count`, in order.

    Args:
        work: must not depend on what it did with another number.
        workers: processes to use at the most. They are copies of this one, so that nothing has to
            be sent to them; where the system can't copy a process, the work is done here.
        name: what a number stands for, to people.

    Raises:
        RenderError: a process was killed.

    The processes end when this one does, however it does, and at once when the generator is closed.
    """
    if workers < 2 or count < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, range(count))
        return
    global _work
    _work, done = work, 0
    gc.freeze()  # what a copy never frees stays shared with this process
    try:
        with _pool(workers) as pool:
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
def _pool(workers: int) -> Iterator[Executor]:
    """Copies of this process that end with the block, or with this process.

    This process alone keeps the writing end of a pipe: it closes with the process at the latest,
    which whoever reads the other end notices, on any system that can copy processes.
    """
    reading, writing = os.pipe()
    fork = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(workers, fork, _begin, (reading, writing))
    try:
        yield pool
        pool.shutdown()
    finally:
        os.close(writing)
        pool.shutdown(cancel_futures=True)
        os.close(reading)


def _begin(reading: int, writing: int) -> None:
    """Make a new copy of our process one that works for it alone."""
    os.close(writing)
    files.let_go()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all: the first process decides
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    Thread(target=_end_with, args=(reading,), daemon=True).start()


def _end_with(reading: int) -> None:
    os.read(reading, 1)  # nobody writes: it ends when the pipe does
    os._exit(1)


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
