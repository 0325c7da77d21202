"""Numbers as the paths of an SVG, in a box 100 high. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from digest.pages.trends.shares import Shares, Time

EDGE = 0.3  # of the step from time to time, that an area goes beyond its ends
_WIDTH = 0.8  # of a bar


def bars(values: Sequence[int], most: int) -> str:
    """A bar for each value, one beside the other, as high as the box for `most`."""
    return "".join(
        f"M{at} 100v-{_round(100 * value / most)}h{_WIDTH}V100z"
        for at, value in enumerate(values)
        if value
    )


def areas(shares: Shares) -> Iterator[str]:
    """The area of each band, the first on top, from `EDGE` before the first time to as much after
    the last. Where times without papers lie between, there is a gap.
    """
    runs = list(_runs(shares.times))
    above = [0.0] * len(shares.times)
    for band in shares.bands:
        shown = [100 * shares.share(band, number) for number in range(len(above))]
        below = [top + high for top, high in zip(above, shown, strict=True)]
        yield "".join(_area(shares.times, run, above, below) for run in runs)
        above = below


def label_place(shares: Shares, number: int) -> tuple[float, float, float] | None:
    """Where a band is thickest: across and down, in hundredths of the box, and how thick.

    Not at the very edges, where a label would be cut.
    """
    wide = shares.times[-1].at + 2 * EDGE
    best: tuple[float, float, float] | None = None
    for column, time in enumerate(shares.times):
        across = 100 * (time.at + EDGE) / wide
        if not 4 <= across <= 96:
            continue
        parts = [100 * shares.share(band, column) for band in shares.bands]
        if best is None or parts[number] > best[2]:
            best = across, sum(parts[:number]) + parts[number] / 2, parts[number]
    return best


def _runs(times: Sequence[Time]) -> Iterator[range]:
    """The times that follow each other, as ranges of their numbers."""
    start = 0
    for end in range(1, len(times) + 1):
        if end == len(times) or times[end].at > times[end - 1].at + 1:
            yield range(start, end)
            start = end


def _area(times: Sequence[Time], run: range, above: Sequence[float], below: Sequence[float]) -> str:
    first, last = run[0], run[-1]
    places = [times[first].at - EDGE, *(times[n].at for n in run), times[last].at + EDGE]
    numbers = [first, *run, last]
    upper = zip(places, (above[n] for n in numbers), strict=True)
    lower = zip(reversed(places), (below[n] for n in reversed(numbers)), strict=True)
    return f"M{_points(upper)}L{_points(lower)}z"


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_round(x)} {_round(y)}" for x, y in places)


def _round(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
