"""How the themes share the papers over the years. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from digest.language import ENGLISH, Language
from digest.model import Theme

LARGEST = 7  # themes shown each by itself
_MONTHS, _QUARTERS = 36, 120  # up to so many months by month, then by quarter, then by year


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """A theme's papers by primary theme, or those of the smaller themes, or those of none."""

    title: str
    theme: str  # id; empty where it is more than one, or none
    counts: tuple[int, ...]  # a number for each time


class Time(msgspec.Struct, frozen=True, kw_only=True):
    """A month, a quarter or a year that has papers."""

    title: str  # "2026-05", "2026 Q2", "2026"
    at: int  # its place among all months, quarters or years, the first being 0
    papers: int


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """Bands, largest first, over times, oldest first."""

    times: tuple[Time, ...]
    bands: tuple[Band, ...]

    def share(self, band: Band, number: int) -> float:
        """A band's share of the papers of a time, 0 to 1."""
        return band.counts[number] / self.times[number].papers


def shares(
    themes: Sequence[Theme], months: Mapping[date, Counter[str]], language: Language = ENGLISH
) -> Shares | None:
    """The shares of themes by month, or by quarter or year where there are many months.

    Args:
        months: by their first day, the papers of each primary theme, those of none under "".
    """
    if not months:
        return None
    first, last = _number(min(months)), _number(max(months))
    span = last - first + 1
    step = 1 if span <= _MONTHS else 3 if span <= _QUARTERS else 12
    counts = dict[int, Counter[str]]()
    for month in sorted(months):
        counts.setdefault(_number(month) // step, Counter()).update(months[month])
    total = sum(counts.values(), Counter())
    ranked = sorted((t for t in themes if total[t.id]), key=lambda theme: -total[theme.id])
    few = len(ranked) <= LARGEST + 1  # one smaller theme needs no other name than its own
    shown = ranked if few else ranked[:LARGEST]
    named: list[tuple[str, str, tuple[str, ...]]] = [
        (theme.title, theme.id, (theme.id,)) for theme in shown
    ]
    if len(ranked) > len(shown):
        named.append((language.say("Other themes"), "", tuple(t.id for t in ranked[len(shown) :])))
    if total[""]:
        named.append((language.say("No theme"), "", ("",)))
    return Shares(
        times=tuple(
            Time(title=_title(at * step, step), at=at - first // step, papers=of_time.total())
            for at, of_time in counts.items()
        ),
        bands=tuple(
            Band(
                title=title,
                theme=theme,
                counts=tuple(sum(of_time[name] for name in ids) for of_time in counts.values()),
            )
            for title, theme, ids in named
        ),
    )


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1


def _title(number: int, step: int) -> str:
    year, month = divmod(number, 12)
    return {1: f"{year}-{month + 1:02}", 3: f"{year} Q{month // 3 + 1}", 12: f"{year}"}[step]
