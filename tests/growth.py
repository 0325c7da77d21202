"""How the time that a reader takes grows with the length of what it reads."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import suppress

from digest.errors import DigestError

SIZES = (1_000, 10_000, 100_000)  # characters
MOST = 38  # times as long for ten times the text: a square takes a hundred times as long
LEAST = 100e-6  # seconds; what takes less is too short to measure


def seconds(read: Callable[[str], object], text: str, runs: int) -> float:
    """Of the quickest of several readings, processor time of this thread: others only add to it."""
    quickest = float("inf")
    for _ in range(runs):
        start = time.thread_time()
        with suppress(DigestError):  # refused, which may not take long either
            read(text)
        quickest = min(quickest, time.thread_time() - start)
    return max(quickest, LEAST)


def growth(read: Callable[[str], object], make: Callable[[int], str]) -> float:
    """How many times as long ten times the text takes; measured again where it is much.

    Where 10 KB take long enough to be compared with 1 KB, that is enough; else 100 KB are compared
    with 10 KB: a square that either comparison misses shows in the other.
    """
    short, middle, long = SIZES
    enabled = gc.isenabled()
    gc.disable()
    try:
        for runs in (1, 3, 7):
            found = seconds(read, make(middle), runs)
            if found > MOST * LEAST:
                ratio = found / seconds(read, make(short), runs)
            else:
                ratio = seconds(read, make(long), runs) / found
            if ratio < MOST:
                break
    finally:
        if enabled:
            gc.enable()
    return ratio
