"""The days of the archive as a calendar of years, shaded by how many papers they have. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from statistics import quantiles

import msgspec

COLUMNS = 54  # weeks that a year may touch, Monday first
SHADES = 4


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A day that has news."""

    date: date
    count: int  # papers; 0 where there are only new versions
    shade: int  # 0 to SHADES
    column: int  # from 0, like its row
    row: int

    @property
    def path(self) -> str:
        return f"days/{self.date}/"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The days of a month."""

    date: date  # its first day
    cells: tuple[Cell, ...]

    @property
    def path(self) -> str:
        return f"archive/{self.date:%Y-%m}/"

    @property
    def count(self) -> int:
        return sum(cell.count for cell in self.cells)

    @property
    def days(self) -> tuple[Cell | None, ...]:
        """31, in order, None where there is no news or no such day."""
        cells = {cell.date.day: cell for cell in self.cells}
        return tuple(cells.get(day) for day in range(1, 32))


class Year(msgspec.Struct, frozen=True, kw_only=True):
    """The months of a year that have news, oldest first."""

    year: int
    months: tuple[Row, ...]

    @property
    def count(self) -> int:
        return sum(month.count for month in self.months)

    @property
    def starts(self) -> tuple[tuple[date, int], ...]:
        """The first day of each month, and its column."""
        firsts = (date(self.year, month, 1) for month in range(1, 13))
        return tuple((first, place(first)[0]) for first in firsts)

    @property
    def outline(self) -> str:
        """The path around all days of the year."""
        last, below = place(date(self.year, 12, 31))
        above = date(self.year, 1, 1).weekday()
        return f"M0 {above}H1V0H{last + 1}V{below + 1}H{last}V7H0z"


class Heat(msgspec.Struct, frozen=True, kw_only=True):
    """All years, newest first, and what their shades mean."""

    years: tuple[Year, ...]
    limits: tuple[int, ...]  # the fewest papers of each shade, from the lightest


def heat(counts: Mapping[date, int]) -> Heat:
    """The calendar of the days that have news.

    Args:
        counts: papers of each day.
    """
    limits = _limits([count for count in counts.values() if count])
    cells = [_cell(day, counts[day], limits) for day in sorted(counts)]
    months = [
        Row(date=first, cells=tuple(of_month))
        for first, of_month in groupby(cells, key=lambda cell: cell.date.replace(day=1))
    ]
    years = [
        Year(year=year, months=tuple(of_year))
        for year, of_year in groupby(months, key=lambda month: month.date.year)
    ]
    return Heat(years=tuple(reversed(years)), limits=limits)


def place(day: date) -> tuple[int, int]:
    """The column and the row of a day in its year."""
    first = date(day.year, 1, 1)
    return ((day - first).days + first.weekday()) // 7, day.weekday()


def _cell(day: date, count: int, limits: Sequence[int]) -> Cell:
    column, row = place(day)
    shade = sum(count >= limit for limit in limits)
    return Cell(date=day, count=count, shade=shade, column=column, row=row)


def _limits(counts: Sequence[int]) -> tuple[int, ...]:
    """A quarter of the days in each shade, as far as that goes."""
    if not counts:
        return ()
    least, most = min(counts), max(counts)
    parts = quantiles(counts, n=SHADES, method="inclusive") if least < most else []
    return tuple(sorted({least, *(int(part) + 1 for part in parts if part < most)}))
