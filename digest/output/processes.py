"""Work spread over copies of this process, where that pays, or over the machines of a cluster."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import re
import signal
import traceback
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.sharedctypes import Synchronized
from threading import Thread
from typing import Any, TypeVar

from digest.errors import DigestError, RenderError
from digest.files import files

_Result = TypeVar("_Result")
Work = Callable[[int], _Result]
WORTH = 2_000  # pages from which on starting processes pays
_PATIENCE = 10  # seconds for a scheduler to answer


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
    gc.freeze()  # what a copy never frees stays shared with this process
    try:
        with _copies(work, count, min(workers, count)) as open_:
            early = dict[int, _Result]()
            for number in range(count):
                while number not in early:
                    _receive(open_, early, name(number))
                yield early.pop(number)
    finally:
        gc.unfreeze()


def _receive(open_: list[connection.Connection], early: dict[int, _Result], name: str) -> None:
    """Take a result from each process that has one; a process that has no more work says so."""
    for ready in connection.wait(open_) if open_ else ():
        assert isinstance(ready, connection.Connection)
        try:
            answer = ready.recv()
        except (EOFError, ConnectionError):
            raise _killed(name) from None
        if answer is None:
            open_.remove(ready)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            number, early[number] = answer
    if not open_ and not early:
        raise _killed(name)


def _killed(name: str) -> RenderError:
    return RenderError(
        f"a process was killed (out of memory?) at {name} or soon after it; try --jobs 1"
    )


@contextmanager
def _copies(work: Work[Any], count: int, workers: int) -> Iterator[list[connection.Connection]]:
    """Copies of this process at work, which end with the block, or with this process.

    This process alone keeps the writing end of a pipe: it closes with the process at the latest,
    which whoever reads the other end notices, on any system that can copy processes.
    """
    fork = multiprocessing.get_context("fork")
    reading, writing = os.pipe()
    counter = fork.Value("q", 0)  # the next number to do
    open_, processes = list[connection.Connection](), []
    try:
        for _ in range(workers):
            ours, theirs = fork.Pipe(duplex=False)
            open_.append(ours)
            arguments = (work, count, counter, theirs, reading, writing)
            processes.append(fork.Process(target=_work, args=arguments, daemon=True))
            processes[-1].start()
            theirs.close()
        yield open_
    finally:
        os.close(writing)
        for process in processes:
            process.join()
        os.close(reading)


def _work(
    work: Work[Any],
    count: int,
    counter: Synchronized[int],
    results: connection.Connection,
    reading: int,
    writing: int,
) -> None:
    """What a copy does: one number after the other, until none is left."""
    os.close(writing)
    files.let_go()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all: the first process decides
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_DFL)
    Thread(target=_end_with, args=(reading,), daemon=True).start()
    try:
        while (number := _next(counter)) < count:
            results.send((number, work(number)))
        results.send(None)
    except Exception as error:
        results.send(_sendable(error))


def _next(counter: Synchronized[int]) -> int:
    with counter.get_lock():
        counter.value += 1
        return counter.value - 1


def _sendable(error: Exception) -> Exception:
    """The error with its traceback, as another process can read it."""
    text = traceback.format_exc()
    error.add_note(text)
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(text)
    return error


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
