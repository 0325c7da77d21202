"""arXiv's calendar, against its own notices: https://info.arxiv.org/help/availability.html."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import arxiv_numbers, days, moments

from digest.text.mailing import (
    EASTERN,
    announced_on,
    due,
    first_listing,
    holidays,
    id_month_listed,
    is_listing_day,
    is_mailing_evening,
    listing_date,
)


def eastern(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


@pytest.mark.parametrize(
    ("submitted", "listed"),
    [
        ("2026-05-11 13:59", "2026-05-12"),  # Monday, before 14:00
        ("2026-05-11 14:00", "2026-05-13"),
        ("2026-05-12 13:59", "2026-05-13"),
        ("2026-05-13 14:00", "2026-05-15"),
        ("2026-05-14 13:59", "2026-05-15"),
        ("2026-05-14 14:00", "2026-05-18"),  # Thursday afternoon: Sunday evening's mailing
        ("2026-05-15 13:59", "2026-05-18"),
        ("2026-05-15 14:00", "2026-05-19"),  # Friday afternoon and the weekend: Monday evening's
        ("2026-05-17 23:59", "2026-05-19"),
        ("2026-03-08 01:30", "2026-03-10"),  # the night daylight saving begins
        ("2026-11-01 01:30", "2026-11-03"),
    ],
)
def test_the_weekly_schedule(submitted: str, listed: str) -> None:
    assert listing_date(eastern(submitted)) == date.fromisoformat(listed)


@pytest.mark.parametrize(
    ("received_from", "received_before", "mailed"),
    [
        ("2018-12-20 14:00", "2018-12-21 14:00", "2018-12-23"),
        ("2018-12-21 14:00", "2018-12-26 14:00", "2018-12-26"),
        ("2018-12-26 14:00", "2018-12-28 14:00", "2018-12-30"),
        ("2018-12-31 14:00", "2019-01-02 14:00", "2019-01-02"),
        ("2020-06-08 14:00", "2020-06-10 14:00", "2020-06-10"),
        ("2020-11-25 14:00", "2020-11-27 14:00", "2020-11-29"),
        ("2020-12-24 14:00", "2020-12-28 14:00", "2020-12-28"),  # Friday 25: none on Sunday 27
        ("2020-12-28 14:00", "2020-12-31 14:00", "2020-12-31"),
        ("2016-12-23 16:00", "2016-12-27 16:00", "2016-12-27"),  # the old closing
        ("2015-12-24 16:00", "2015-12-28 16:00", "2015-12-28"),
        ("2012-12-26 16:00", "2012-12-31 16:00", "2012-12-31"),
    ],
)
def test_the_notices_about_holidays(received_from: str, received_before: str, mailed: str) -> None:
    listed = date.fromisoformat(mailed) + timedelta(days=1)
    assert listing_date(eastern(received_from)) == listed
    assert listing_date(eastern(received_before) - timedelta(seconds=1)) == listed
    assert listing_date(eastern(received_before)) > listed


def test_there_is_no_mailing_on_the_sunday_after_a_free_friday() -> None:
    assert date(2026, 7, 3) in holidays()
    assert not is_mailing_evening(date(2026, 7, 5))
    assert due(eastern("2026-07-06 09:00")) == date(2026, 7, 3)  # Monday: still Friday's listing


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-05-12 00:00", "2026-05-12"),
        ("2026-05-11 23:59", "2026-05-11"),  # mailed at 20:00, in the feeds from midnight
        ("2026-05-16 12:00", "2026-05-15"),  # Saturday, Sunday: Friday's
        ("2026-05-17 23:00", "2026-05-15"),
        ("2026-05-18 00:30", "2026-05-18"),
    ],
)
def test_the_listing_that_is_due(now: str, expected: str) -> None:
    assert due(eastern(now)) == date.fromisoformat(expected)
    assert due(eastern(now).astimezone(ZoneInfo("Asia/Tokyo"))) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("month", "listed"),
    [
        ("2026-04-01", "2026-04-02"),  # Wednesday is April's first closing
        ("2025-04-01", "2025-04-02"),
        ("2026-05-01", "2026-05-04"),  # a Friday
        ("2026-02-01", "2026-02-03"),  # Sunday evening's mailing closed in January
        ("2019-01-01", "2019-01-03"),  # 1 January is free: ids 1901 are first mailed on the 2nd
        ("2018-09-01", "2018-09-05"),  # Labor Day: closed and mailed on Tuesday the 4th
    ],
)
def test_ids_of_a_month_are_first_listed_after_its_first_closing(month: str, listed: str) -> None:
    assert first_listing(date.fromisoformat(month)) == date.fromisoformat(listed)
    assert id_month_listed(date.fromisoformat(listed)) == date.fromisoformat(month)
    before = (date.fromisoformat(listed) - timedelta(days=n) for n in range(1, 9))
    earlier = next(day for day in before if is_listing_day(day))
    assert id_month_listed(earlier) < date.fromisoformat(month)


@pytest.mark.parametrize(
    ("name", "published", "announced"),
    [
        ("2605.13319", "2026-05-13T10:34:04Z", "2026-05-14"),
        ("2605.14376", "2026-05-14T04:55:05Z", "2026-05-15"),
        ("2605.14015", "2026-05-13T18:27:32Z", "2026-05-15"),  # 14:27 Eastern
        ("2604.09603", "2026-03-10T03:51:24Z", "2026-04-02"),  # held back into the next month
        ("astro-ph/0601001", "2006-01-02T14:57:58Z", "2006-01-03"),
    ],
)
def test_papers_are_announced_by_submission_and_id(
    name: str, published: str, announced: str
) -> None:
    found = announced_on(
        f"arxiv:{name}", datetime.fromisoformat(published), None, date(2026, 5, 16)
    )
    assert found == date.fromisoformat(announced)


def test_a_listing_knows_best() -> None:
    published, listed = datetime(2026, 5, 13, tzinfo=UTC), date(2026, 5, 19)
    assert announced_on("arxiv:2605.13319", published, listed, date(2026, 6, 1)) == listed


@given(arxiv_numbers, st.none() | moments, st.none() | days, days)
def test_nothing_is_announced_after_the_day_we_had_it(
    number: str, published: datetime | None, listed: date | None, seen: date
) -> None:
    assert announced_on(f"arxiv:{number}", published, listed, seen) <= seen


@given(moments)
def test_a_listing_is_due_within_a_week_and_listing_days_are_weekdays(now: datetime) -> None:
    day = due(now)
    assert is_listing_day(day)
    assert day.isoweekday() < 6
    assert timedelta() <= now.astimezone(EASTERN).date() - day <= timedelta(days=6)


@given(moments)
def test_submission_and_listing_are_in_order(submitted: datetime) -> None:
    listed = listing_date(submitted)
    assert is_listing_day(listed)
    assert listed > submitted.astimezone(EASTERN).date()
    assert listing_date(submitted + timedelta(hours=1)) >= listed
