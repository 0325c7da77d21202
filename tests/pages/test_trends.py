"""What the papers say about their field, and that the charts draw just those numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from msgspec.structs import replace
from test_lists import SITE, THEMES, paper, papers

from digest.model import (
    Entry,
    Match,
    Page,
    Theme,
    Version,
)
from digest.pages.trends import WEEKS, Trends, trends
from digest.pages.trends.rising import (
    BEFORE,
    ENOUGH,
    RECENT,
)
from digest.pages.trends.shares import LARGEST, Shares
from digest.papers.paper import Paper
from digest.render import Renderer, default_templates
from digest.render.charts import areas, bars
from digest.text.words import surprise

NEWEST = date(2026, 5, 14)


def titled(number: int, day: date, title: str) -> Paper:
    found = paper(number, day)
    return Paper.of(replace(found.entry, title=title))


def of_team(number: int, day: date, size: int) -> Paper:
    found = paper(number, day)
    names = tuple(f"N {n}" for n in range(size))
    return Paper.of(replace(found.entry, authors=names))


@given(papers)
def test_every_paper_of_the_last_year_counts_once_in_each_of_its_themes(
    found: Sequence[Paper],
) -> None:
    weekly = trends(THEMES, found).weekly
    assert {t.theme.id: t.count for t in weekly} == (
        {theme.id: sum(p.has(theme.id) for p in found) for theme in THEMES} if found else {}
    )


def test_weeks_start_on_mondays_and_none_is_missing() -> None:
    sunday = date(2026, 5, 17)
    found = [paper(1, sunday, ["agreement"]), paper(2, sunday - timedelta(6), ["agreement"])]
    (trend, other) = trends(THEMES, found).weekly
    assert [week.count for week in trend.weeks] == [0] * (WEEKS - 1) + [2]
    assert trend.weeks[-1].start == date(2026, 5, 11)
    assert {b.start - a.start for a, b in pairwise(trend.weeks)} == {timedelta(7)}
    assert (trend.most, other.most) == (2, 0)


def test_a_paper_older_than_a_year_is_left_out() -> None:
    old = paper(1, NEWEST - timedelta(weeks=WEEKS), ["agreement"])
    assert trends(THEMES, [old, paper(2, NEWEST)]).weekly[0].count == 0


def shares_of(found: Sequence[Paper]) -> Shares:
    shares = trends(THEMES, found).shares
    assert shares is not None
    return shares


@given(papers.filter(bool))
def test_the_shares_of_a_time_make_one_and_count_each_paper_once(found: Sequence[Paper]) -> None:
    shares = shares_of(found)
    assert sum(time.papers for time in shares.times) == len(found)
    for number, time in enumerate(shares.times):
        assert sum(band.counts[number] for band in shares.bands) == time.papers
        assert sum(Fraction(b.counts[number], time.papers) for b in shares.bands) == 1


@pytest.mark.parametrize(
    ("years", "titles"),
    [(1, ["2025-05", "2026-05"]), (4, ["2022 Q2", "2026 Q2"]), (20, ["2006", "2026"])],
)
def test_times_are_months_quarters_or_years(years: int, titles: list[str]) -> None:
    first = NEWEST.replace(year=NEWEST.year - years)
    shares = shares_of([paper(1, first), paper(2, NEWEST)])
    assert [time.title for time in shares.times] == titles
    assert [time.at for time in shares.times] == [0, {1: 12, 4: 16, 20: 20}[years]]


def test_smaller_themes_and_none_stand_together_at_the_end() -> None:
    themes = [Theme(id=f"t{n}", title=f"T{n}", rule=None) for n in range(12)]
    found = [
        Paper.of(paper(10 * n + k, NEWEST).entry, (Match(theme=f"t{n}", reasons=()),))
        for n in range(12)
        for k in range(n + 1)
    ]
    shares = trends(themes, [*found, paper(999, NEWEST)]).shares
    assert shares is not None
    names = [band.title for band in shares.bands]
    assert names == [*(f"T{n}" for n in range(11, 11 - LARGEST, -1)), "Other themes", "No theme"]
    assert shares.bands[-2].counts == (1 + 2 + 3 + 4 + 5,)
    assert shares.bands[-1].counts == (1,)


def rising(recent: Sequence[str], before: Sequence[str]) -> list[tuple[str, int, int]]:
    found = [titled(n, NEWEST, title) for n, title in enumerate(recent)]
    then = NEWEST - RECENT
    found += [titled(1000 + n, then, title) for n, title in enumerate(before)]
    rise = trends(THEMES, found).rise
    assert rise is not None
    assert (rise.recent, rise.before) == (len(recent), len(before))
    return [(term.words, term.recent, term.before) for term in rise.terms]


OTHERS = [f"Something{n} else{n}" for n in range(ENOUGH)]


def test_a_term_that_rose_is_told_as_titles_write_it() -> None:
    found = rising(["Coding Agents"] * 20 + ["A coding agent"] + OTHERS, ["Coding"] * 8 + OTHERS)
    assert found == [("coding agents", 21, 0)]


def test_what_stayed_or_fell_or_is_rare_did_not_rise() -> None:
    assert rising(["Agents"] * 9 + OTHERS, ["Agents"] * 9 + OTHERS) == []
    assert rising(["Agents"] * 9 + OTHERS, ["Agents"] * 30 + OTHERS) == []
    assert rising(["Agents"] * 4 + OTHERS, OTHERS) == []


def test_a_term_counts_once_in_a_title_and_without_formulas_and_common_words() -> None:
    hostile = r"The agents, agents: $\mathcal{A}$gents & <b>AGENTS</b> of the ]]>"
    assert rising([hostile] * 20 + OTHERS, OTHERS)[0] == ("agents", 20, 0)


def test_few_papers_say_nothing_of_terms() -> None:
    found = [titled(n, NEWEST, "Agents") for n in range(ENOUGH)]
    assert trends(THEMES, found).rise is None
    too_old = titled(999, NEWEST - RECENT - BEFORE - timedelta(1), "Old")
    assert trends(THEMES, [*found, *[too_old] * ENOUGH]).rise is None


@given(st.integers(1, 50), st.integers(0, 50), st.integers(51, 500), st.integers(51, 5000))
def test_surprise_is_the_g_statistic_of_the_table(
    recent: int, before: int, of_recent: int, of_before: int
) -> None:
    table = ((recent, of_recent - recent), (before, of_before - before))
    total, hits = of_recent + of_before, recent + before
    ratio = 2 * sum(
        cell * log(cell * total / (sum(row) * column))
        for row in table
        for cell, column in zip(row, (hits, total - hits), strict=True)
        if cell
    )
    assert surprise(recent, of_recent, before, of_before) == pytest.approx(
        ratio, rel=1e-6, abs=1e-6
    )


def test_teams_are_parted_by_size_newest_year_first() -> None:
    sizes = [1, 2, 3, 4, 5, 6, 10, 11, 3303]
    found = [of_team(n, NEWEST, size) for n, size in enumerate([0, *sizes])]
    found.append(of_team(99, date(2024, 1, 1), 2))
    now, then = trends(THEMES, found).teams
    assert [part.name for part in now.parts] == ["1", "2", "3", "4–5", "6–10", "11 or more"]
    assert [part.count for part in now.parts] == [1, 1, 1, 2, 2, 2]
    assert (now.year, now.papers, then.year, then.papers) == (2026, 9, 2024, 1)


def revised(days: int | None, published: bool = True) -> Entry:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    date_of_second = None if days is None else first + timedelta(days=days)
    return replace(
        paper(1, NEWEST).entry,
        published=first if published else None,
        versions=(Version(number=2, date=date_of_second), Version(number=3, date=first)),
    )


def test_a_first_revision_is_the_second_version_and_both_dates_are_known() -> None:
    assert Paper.of(revised(40)).facts.took == 40
    assert Paper.of(revised(-1)).facts.took == 0
    assert Paper.of(revised(None)).facts.took is None
    assert Paper.of(revised(40, published=False)).facts.took is None
    assert Paper.of(paper(1, NEWEST).entry).facts.took is None


def test_revisions_are_parted_by_days() -> None:
    days = [0, 1, 2, 7, 8, 30, 31, 90, 91, 365, 366]
    found = [Paper.of(revised(n)) for n in days]
    revisions = trends(THEMES, found).revisions
    assert revisions is not None
    assert [part.name for part in revisions.parts] == [
        "0–1",
        "2–7",
        "8–30",
        "31–90",
        "91–365",
        "over 365",
    ]
    assert [part.count for part in revisions.parts] == [2, 2, 2, 2, 2, 1]
    assert revisions.half == 30


def batched(values: Sequence[float], size: int) -> list[tuple[float, ...]]:
    return list(zip(*[iter(values)] * size, strict=True))


def numbers_in(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?[\d.]+", path)]


@given(st.lists(st.integers(0, 10**6), max_size=60))
def test_bars_are_as_high_as_their_values(values: list[int]) -> None:
    most = max(values, default=0) or 1
    drawn = re.findall(r"M(\d+) 100v-([\d.]+)h", bars(values, most))
    assert {int(at): float(high) for at, high in drawn} == {
        at: pytest.approx(100 * value / most, abs=0.006) for at, value in enumerate(values) if value
    }


@given(papers.filter(bool))
def test_areas_lie_on_each_other_and_fill_the_box(found: Sequence[Paper]) -> None:
    shares = shares_of(found)
    above = [0.0] * len(shares.times)
    for band, path in zip(shares.bands, areas(shares), strict=True):
        drawn = dict[float, tuple[float, float]]()
        for run in path.split("z")[:-1]:
            upper, lower = (numbers_in(part) for part in run.split("L"))
            drawn |= {x: (y, 0) for x, y in batched(upper, 2)}
            drawn |= {x: (drawn[x][0], y) for x, y in batched(lower, 2)}
        for number, time in enumerate(shares.times):
            top, bottom = drawn[time.at]
            assert top == pytest.approx(above[number], abs=0.01)
            assert bottom - top == pytest.approx(100 * shares.share(band, number), abs=0.02)
            above[number] = bottom
    assert above == pytest.approx([100] * len(above), abs=0.01)


def test_years_without_papers_are_a_gap() -> None:
    old, new = NEWEST.replace(year=2006), NEWEST
    (path,) = areas(shares_of([paper(1, old), paper(2, new), paper(3, new.replace(year=2025))]))
    assert path == "M-0.3 0 0 0 0.3 0L0.3 100 0 100 -0.3 100z" + (
        "M18.7 0 19 0 20 0 20.3 0L20.3 100 20 100 19 100 18.7 100z"
    )


def text_of(found: Trends) -> str:
    page = Page.of("trends/index.html", "trends.html", trends=found)
    return Renderer(SITE, default_templates()).render(page).decode()


def page_of(found: Trends) -> html.HtmlElement:
    return html.document_fromstring(text_of(found))


def many() -> list[Paper]:
    """A year of papers of both themes, teams of all sizes, with a term that rose."""
    days = [NEWEST - timedelta(days=n) for n in range(0, 400, 3)]
    found = []
    for n, day in enumerate(days):
        themes = [["agreement"], ["serving"], ["agreement", "serving"], []][n % 4]
        title = "Agents" if n < 20 else f"Paper{n} thing{n}"
        made = paper(n, day, themes)
        first = datetime(2026, 1, 1, tzinfo=UTC)
        entry = replace(
            made.entry,
            title=title,
            authors=tuple(f"N {k}" for k in range(1 + n % 13)),
            published=first,
            versions=(Version(number=2, date=first + timedelta(days=n)),),
        )
        found.append(Paper.of(entry, made.matches))
    return [*found, *(titled(1000 + n, NEWEST, f"More{n} and{n}") for n in range(ENOUGH))]


def test_every_chart_has_a_name_a_description_and_its_numbers_in_a_table() -> None:
    page = page_of(trends(THEMES, many()))
    charts = page.findall(".//svg[@role='img']")
    assert len(charts) == len(THEMES) + 4
    for chart in charts:
        for name in chart.get("aria-labelledby").split():
            assert page.get_element_by_id(name).text_content().strip()
        table = chart.getparent().find(".//details//table")
        assert len(table.findall(".//tbody/tr")) > 0
    ids = [element.get("id") for element in page.iterfind(".//*[@id]")]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert not page.findall(".//*[@style]")


def test_charts_are_sound_xml_whatever_a_theme_is_called() -> None:
    hostile = Theme(id="agreement", title="</title><script>x</script> & ]]> \"'", rule=None)
    text = text_of(trends([hostile, THEMES[1]], many()))
    charts = re.findall(r'<svg class="chart .*?\n</svg>', text, re.DOTALL)
    assert len(charts) == len(THEMES) + 4
    for chart in charts:
        assert etree.fromstring(chart).tag == "svg"
    assert "<script>x" not in text


def rows(page: html.HtmlElement, chart: str) -> list[list[str]]:
    table = page.get_element_by_id(chart).getparent().getparent().find(".//details//table")
    return [[cell.text_content() for cell in row] for row in table.findall(".//tbody/tr")]


def test_tables_say_the_numbers_that_are_drawn() -> None:
    found = trends(THEMES, many())
    page = page_of(found)
    for trend in found.weekly:
        drawn = (
            page.get_element_by_id(f"weeks-{trend.theme.id}").getparent().find(".//path").get("d")
        )
        most = max(t.most for t in found.weekly)
        highs = [float(high) for high in re.findall(r"v-([\d.]+)h", drawn)]
        said = [int(row[1]) for row in reversed(rows(page, f"weeks-{trend.theme.id}"))]
        assert highs == pytest.approx([100 * number / most for number in said], abs=0.006)
    revisions = page.get_element_by_id("revisions").getparent()
    highs = [float(bar.get("height")[:-1]) for bar in revisions.findall("rect")]
    said = [int(row[1]) for row in rows(page, "revisions")]
    assert highs == pytest.approx([76 * number / max(said) for number in said], abs=0.006)
    for year, row in zip(found.teams, rows(page, "teams"), strict=True):
        assert [int(n) for n in row] == [year.year, *(part.count for part in year.parts)]
    wide = [
        float(r.get("width")[:-1])
        for r in page.get_element_by_id("teams").getparent().findall("rect")
    ]
    assert sum(wide) == pytest.approx(100 * len(found.teams), abs=0.2)
    assert found.rise is not None
    assert [row[0] for row in rows(page, "rising")] == [term.words for term in found.rise.terms]
    assert rows(page, "rising")[0][:2] == ["agents", "19"]


def test_a_site_without_papers_has_no_charts() -> None:
    page = page_of(trends(THEMES, []))
    assert page.findall(".//svg") == []
    assert "No papers yet." in page.text_content()
