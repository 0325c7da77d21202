"""The calendar of years: every day in its place, shaded by its papers, drawn and told alike."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from test_lists import SITE

from digest.model import Page
from digest.pages.heatmap import (
    COLUMNS,
    SHADES,
    Heat,
    heat,
    place,
)
from digest.render import Renderer, default_templates

days = st.dictionaries(st.dates(date(1991, 8, 14), date(2040, 12, 31)), st.integers(0, 3000))


@given(st.dates())
def test_a_day_has_a_place_of_its_own_in_its_year(day: date) -> None:
    column, row = place(day)
    assert (column < COLUMNS, row) == (True, day.weekday())
    if day.day < 31 or day.month < 12:
        after = place(day + timedelta(days=1))
        assert after == ((column, row + 1) if row < 6 else (column + 1, 0))


@given(days)
def test_every_day_is_there_once_in_its_month_and_year(counts: dict[date, int]) -> None:
    years = heat(counts).years
    assert [year.year for year in years] == sorted({d.year for d in counts}, reverse=True)
    cells = [cell for year in reversed(years) for month in year.months for cell in month.cells]
    assert [(cell.date, cell.count) for cell in cells] == sorted(counts.items())
    assert sum(year.count for year in years) == sum(counts.values())
    for year in years:
        for month in year.months:
            told = [cell for cell in month.days if cell]
            assert told == list(month.cells)
            assert all(cell is None or cell.date.day == n + 1 for n, cell in enumerate(month.days))


@given(days)
def test_more_papers_are_never_lighter_and_none_is_no_shade(counts: dict[date, int]) -> None:
    found = heat(counts)
    cells = [cell for year in found.years for month in year.months for cell in month.cells]
    ordered = [cell.shade for cell in sorted(cells, key=lambda cell: cell.count)]
    assert ordered == sorted(ordered)
    assert all((cell.shade == 0) == (cell.count == 0) for cell in cells)
    assert len(found.limits) <= SHADES
    assert max(ordered, default=0) == len(found.limits)


def test_a_quarter_of_the_days_has_each_shade() -> None:
    found = heat({date(2026, 1, 1) + timedelta(days=n): n + 1 for n in range(40)})
    assert found.limits == (1, 11, 21, 31)
    shades = Counter(cell.shade for month in found.years[0].months for cell in month.cells)
    assert shades == {1: 10, 2: 10, 3: 10, 4: 10}


def test_days_alike_share_one_shade() -> None:
    assert heat({date(2026, 1, 1): 7, date(2026, 1, 2): 7}).limits == (7,)
    assert heat({date(2026, 1, 1): 0}).limits == ()


@pytest.mark.parametrize(("year", "days"), [(2000, 366), (2023, 365), (2012, 366), (1996, 366)])
def test_the_outline_holds_just_the_days_of_the_year(year: int, days: int) -> None:
    outline = heat({date(year, 5, 1): 1}).years[0].outline
    above, last, below = (
        int(re.search(pattern, outline)[1])  # type: ignore[index]
        for pattern in (r"^M0 (\d)H1V0H", r"V0H(\d+)V", r"V(\d)H\d+V7H0z$")
    )
    assert (7 - above) + 7 * (last - 2) + below == days


def page_of(found: Heat) -> html.HtmlElement:
    page = Page.of("archive/index.html", "archive.html", heat=found)
    return html.document_fromstring(Renderer(SITE, default_templates()).render(page).decode())


def test_the_table_says_what_is_drawn() -> None:
    counts = {date(2026, 1, 1) + timedelta(days=3 * n): n % 9 for n in range(90)}
    counts |= {date(2025, 12, 31): 4, date(2024, 2, 29): 1}
    page = page_of(heat(counts))
    maps = page.findall(".//svg[@class='chart heat']")
    tables = page.findall(".//details//table")
    assert len(maps) == len(tables) == 3
    for drawing, table in zip(maps, tables, strict=True):
        drawn = {
            link.get("href"): int(re.findall(r": (\d+)", link.findtext("title") + ": 0")[0])
            for link in drawing.iter("a")
        }
        told = {link.get("href"): int(link.text) for link in table.iter("a")}
        assert drawn == told
        assert all(link.get("tabindex") == "-1" for link in drawing.iter("a"))
    links = [link.get("href") for table in tables for link in table.iter("a")]
    assert sorted(links) == sorted(f"/digest/days/{day}/" for day in counts)


def test_a_site_without_papers_has_no_calendar() -> None:
    assert "No papers yet." in page_of(heat({})).text_content()
