from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from test_pages import THEMES, paper, papers

from digest.model import Paper
from digest.trends import WEEKS, weekly


@given(papers)
def test_every_paper_of_the_last_year_counts_once_in_each_of_its_themes(
    found: Sequence[Paper],
) -> None:
    trends = weekly(THEMES, found)
    assert {t.theme.id: t.count for t in trends} == (
        {theme.id: sum(p.has(theme.id) for p in found) for theme in THEMES} if found else {}
    )


def test_weeks_start_on_mondays_and_none_is_missing() -> None:
    sunday = date(2026, 5, 17)
    (trend, other) = weekly(
        THEMES, [paper(1, sunday, ["agreement"]), paper(2, sunday - timedelta(6), ["agreement"])]
    )
    assert [week.count for week in trend.weeks] == [0] * (WEEKS - 1) + [2]
    assert trend.weeks[-1].start == date(2026, 5, 11)
    gaps = {b.start - a.start for a, b in zip(trend.weeks, trend.weeks[1:], strict=False)}
    assert gaps == {timedelta(7)}
    assert (trend.most, other.most) == (2, 0)


def test_a_paper_older_than_a_year_is_left_out() -> None:
    newest = date(2026, 5, 14)
    old = paper(1, newest - timedelta(weeks=WEEKS), ["agreement"])
    assert weekly(THEMES, [old, paper(2, newest)])[0].count == 0
