"""What the ledger keeps of each fetch, and what it makes of that."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import days, moments, text

from digest.archive import ledger
from digest.archive.ledger import LedgerLine, SourceDay
from digest.archive.ledger import validators as marks
from digest.archive.ledger.validators import Validators
from digest.errors import ArchiveError, DigestError
from digest.model import (
    Entry,
    SourceHistory,
    SourceResult,
    State,
    Validator,
)

lines = st.builds(
    LedgerLine,
    when=moments,
    source=text,
    state=st.sampled_from(State),
    asked=st.lists(text, max_size=3).map(tuple),
    answered=text,
    entries=st.integers(0, 9),
    types=st.dictionaries(st.sampled_from(["new", "cross"]), st.integers(1, 9)),
    listing=st.none() | days,
    covers=st.none() | days,
    problem=text,
)


@settings(deadline=None, max_examples=25)  # each waits for the disk
@given(st.lists(lines, max_size=8), st.lists(lines, max_size=8))
def test_what_is_added_is_loaded_oldest_first(
    tmp_path_factory: pytest.TempPathFactory, first: list[LedgerLine], second: list[LedgerLine]
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    ledger.add(folder, first)
    ledger.add(folder, second)
    loaded = ledger.load(folder)
    assert list(loaded) == sorted(loaded, key=lambda line: (line.when, line.source))
    assert {msgspec.json.encode(line) for line in loaded} == {
        msgspec.json.encode(line) for line in (*first, *second)
    }


def a_line(day: date, state: State = State.OK, source: str = "cs.DC", **more: object) -> LedgerLine:
    when = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    more = {"answered": "1 × 200", **more}
    return LedgerLine(when=when, source=source, state=state, **more)  # type: ignore[arg-type]


def test_lines_are_only_ever_added(tmp_path: Path) -> None:
    ledger.add(tmp_path, [a_line(date(2026, 5, 11)), a_line(date(2026, 6, 1))])
    before = (tmp_path / "2026-05.jsonl").read_bytes()
    ledger.add(tmp_path, [a_line(date(2026, 5, 12))])
    assert (tmp_path / "2026-05.jsonl").read_bytes().startswith(before)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-05.jsonl", "2026-06.jsonl"]


def test_lines_that_git_doubled_count_once(tmp_path: Path) -> None:
    ledger.add(tmp_path, [a_line(date(2026, 5, 11))])
    path = tmp_path / "2026-05.jsonl"
    path.write_bytes(path.read_bytes() * 2)
    assert len(ledger.load(tmp_path)) == 1


@pytest.mark.parametrize("damage", [b"<<<<<<< HEAD\n", b'{"when":1}\n', b"\xff\n", b'{"when":"20'])
def test_a_damaged_line_is_named(tmp_path: Path, damage: bytes) -> None:
    ledger.add(tmp_path, [a_line(date(2026, 5, 11))])
    path = tmp_path / "2026-05.jsonl"
    path.write_bytes(path.read_bytes() + damage)
    with pytest.raises(ArchiveError, match="damaged line") as error:
        ledger.load(tmp_path)
    assert (error.value.path, error.value.line) == (path, 2)


def test_a_full_disk_leaves_the_old_ledger(tmp_path: Path) -> None:
    ledger.add(tmp_path, [a_line(date(2026, 5, 11))])
    (tmp_path / "2026-05.jsonl.new").mkdir()  # nothing can be written there
    with pytest.raises(DigestError, match="cannot be written"):
        ledger.add(tmp_path, [a_line(date(2026, 5, 12))])
    assert len(ledger.load(tmp_path)) == 1


def an_entry(number: int, version: int = 1, kind: str = "new", announced: int = 12) -> Entry:
    day = date(2026, 5, announced)
    return Entry(
        id=f"arxiv:2605.{number:05}",
        title="t",
        version=version,
        announced=day,
        seen=date(2026, 5, 12),
        announce_types=(kind,) if kind else (),
    )


def fetched(count: int, day: date | None = date(2026, 5, 12), **more: object) -> SourceResult:
    entries = tuple(an_entry(n) for n in range(count))
    more = {"state": State.OK, "answered": "1 × 200", "listing": day, **more}
    return SourceResult(source="cs.DC", entries=entries, **more)  # type: ignore[arg-type]


def test_a_line_counts_what_is_new_updated_and_late() -> None:
    archive = {entry.id: entry for entry in (an_entry(1), an_entry(2))}
    found = SourceResult(
        source="cs.DC",
        state=State.OK,
        entries=(
            an_entry(1),
            an_entry(2, version=2, kind="replace"),
            an_entry(3),
            an_entry(3, kind=""),  # the API's word on the same paper
            an_entry(4, kind="cross", announced=7),
        ),
        asked=("a", "b", "c", "d", "e"),
        answered="5 × 200",
        listing=date(2026, 5, 12),
    )
    earlier = [a_line(date(2026, 5, 11))]
    line = ledger.line(found, datetime(2026, 5, 12, 6, tzinfo=UTC), earlier, archive.get)
    assert (line.entries, line.new, line.updated, line.late) == (4, 2, 1, 1)
    assert line.types == {"new": 2, "replace": 1, "cross": 1}
    assert line.asked == ("a", "b", "c", "and 2 more")


def test_nothing_is_late_at_the_first_fetch_or_after_a_gap() -> None:
    late = msgspec.structs.replace(an_entry(1), announced=date(2026, 5, 8))
    found = SourceResult(source="cs.DC", state=State.OK, entries=(late,))
    now = datetime(2026, 5, 12, 6, tzinfo=UTC)
    known = dict[str, Entry]().get
    assert ledger.line(found, now, [], known).late == 0
    gap = [a_line(date(2026, 5, 7)), a_line(date(2026, 5, 11), State.FAILED)]
    assert ledger.line(found, now, gap, known).late == 0
    whole = [a_line(date(2026, 5, 11))]
    assert ledger.line(found, now, whole, known).late == 1


TUESDAYS = [date(2026, 5, 12) - timedelta(weeks=n) for n in range(1, 6)]


@pytest.mark.parametrize(
    ("counts", "count", "state"),
    [
        ([60, 61, 62], 20, State.PARTIAL),
        ([60, 60, 60], 20, State.OK),  # just a third
        ([19, 19, 19], 1, State.OK),  # too few to tell
        ([60, 60], 1, State.OK),  # too short a past
        ([60, 3, 60, 60], 19, State.PARTIAL),
    ],
)
def test_far_fewer_papers_than_usual_on_a_weekday_are_partial(
    counts: list[int], count: int, state: State
) -> None:
    past = [
        a_line(day, listing=day, types={"new": number})
        for day, number in zip(TUESDAYS, counts, strict=False)
    ]
    mark = {"https://e.org/": Validator(etag='"1"')}
    judged = ledger.judged(fetched(count, validators=mark), past)
    assert judged.state is state
    assert judged.validators == ({} if state is State.PARTIAL else mark)
    if state is State.PARTIAL:
        assert judged.problem.startswith(f"{count} papers, where a Tuesday brings 6")


def test_other_weekdays_other_sources_and_failures_say_nothing_of_a_tuesday() -> None:
    day = date(2026, 5, 11)
    past = [
        a_line(day - timedelta(weeks=n), listing=day - timedelta(weeks=n), types={"new": 60})
        for n in range(5)
    ]
    past += [a_line(day, source="x", listing=day, types={"new": 60}) for day in TUESDAYS]
    past += [a_line(day, State.PARTIAL, listing=day, types={"new": 60}) for day in TUESDAYS]
    assert ledger.judged(fetched(1), past).state is State.OK
    assert ledger.judged(fetched(1, None), past).state is State.OK


def test_what_the_next_fetch_is_told() -> None:
    past = ledger.past(
        [
            a_line(date(2026, 5, 11), listing=date(2026, 5, 11)),
            a_line(date(2026, 5, 12), State.STALE, listing=date(2026, 5, 11)),
            a_line(date(2026, 5, 13), State.PARTIAL, listing=date(2026, 5, 13)),
        ],
        Validators(resume={"Backfill": "mark"}),
    )
    assert past == {
        "cs.DC": SourceHistory(whole=False, listing=date(2026, 5, 11), began=date(2026, 5, 11)),
        "Backfill": SourceHistory(resume="mark"),
    }


def test_where_no_host_answered_no_line_is_written() -> None:
    offline = SourceResult(source="a", state=State.FAILED, answered="1 × no answer", reached=False)
    document = SourceResult(source="b", state=State.OK)
    said = [(offline, a_line(date(2026, 5, 12))), (document, a_line(date(2026, 5, 12)))]
    assert ledger.worth_keeping(said) == ()
    online = fetched(1)
    kept = ledger.worth_keeping([*said, (online, a_line(date(2026, 5, 12), new=1))])
    assert len(kept) == 2  # the failure counts now; the file brought nothing


def test_a_file_that_brought_something_is_noted() -> None:
    document = SourceResult(source="b", state=State.OK)
    assert ledger.worth_keeping([(document, a_line(date(2026, 5, 12), new=3))])


MONDAY = date(2026, 5, 11)
WEEK = [
    a_line(MONDAY, State.OK, listing=MONDAY, covers=MONDAY),
    a_line(date(2026, 5, 12), State.FAILED, problem="HTTP 503"),
    a_line(date(2026, 5, 13), State.STALE, listing=MONDAY, covers=MONDAY, problem="old"),
    a_line(date(2026, 5, 14), State.PARTIAL, listing=date(2026, 5, 14), covers=date(2026, 5, 14)),
    a_line(date(2026, 5, 15), State.OK, listing=date(2026, 5, 15), covers=date(2026, 5, 13)),
    a_line(date(2026, 5, 16), State.QUIET, listing=date(2026, 5, 16), covers=date(2026, 5, 16)),
]


def test_the_calendar_tells_five_states_apart_and_what_was_healed() -> None:
    found = ledger.calendar(WEEK, "cs.DC", MONDAY, date(2026, 5, 17))
    assert [(day.state, day.covered) for day in found] == [
        (State.OK, True),
        (State.FAILED, False),
        (State.STALE, True),  # Friday's run asked for Wednesday on
        (State.PARTIAL, True),
        (State.OK, True),
        (State.QUIET, True),
        (None, False),
    ]
    assert found[0] == SourceDay(day=MONDAY, state=State.OK, covered=True)


def test_the_best_fetch_of_a_day_counts() -> None:
    tuesday = date(2026, 5, 12)
    again = [*WEEK[:2], a_line(tuesday, State.OK, listing=tuesday, covers=tuesday)]
    (day,) = ledger.calendar(again, "cs.DC", tuesday, tuesday)
    assert (day.state, day.covered) == (State.OK, True)


def test_how_a_source_does() -> None:
    now = datetime(2026, 5, 16, 12, tzinfo=UTC)
    good, bad, never = ledger.health(
        [*WEEK, *(msgspec.structs.replace(line, source="bad") for line in WEEK[:4])],
        ["cs.DC", "bad", "never"],
        now,
    )
    assert (good.state, good.failed_days) == (State.QUIET, 0)
    assert good.success == WEEK[-1].when
    assert good.gaps == (date(2026, 5, 12),)
    assert (bad.state, bad.failed_days, bad.success) == (State.PARTIAL, 3, WEEK[0].when)
    assert bad.gaps == tuple(date(2026, 5, day) for day in (12, 13, 14, 15))
    assert (never.state, never.fetched, never.gaps) == (None, None, ())


def test_today_is_no_gap_before_todays_fetch() -> None:
    lines = [a_line(MONDAY, listing=MONDAY, covers=MONDAY)]
    (found,) = ledger.health(lines, ["cs.DC"], datetime(2026, 5, 12, 5, tzinfo=UTC))
    assert found.gaps == ()


def test_a_feed_speaks_of_all_days_until_now_and_a_file_of_none() -> None:
    now = datetime(2026, 5, 16, 12, tzinfo=UTC)
    blog = [a_line(MONDAY), a_line(date(2026, 5, 14), State.FAILED), a_line(date(2026, 5, 15))]
    document = [a_line(MONDAY, source="file", answered="")]
    feed, file = ledger.health([*blog, *document], ["cs.DC", "file"], now)
    assert feed.gaps == file.gaps == ()


def test_marks_are_kept_and_may_be_lost(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept = Validators(
        validators={"https://e.org/": Validator(etag='"1"', vouched="a")}, resume={"B": "x"}
    )
    marks.save(tmp_path, kept)
    assert marks.load(tmp_path) == kept
    for damage in (b"", b"<<<<<<<", b'{"url": 1}', b"\xff"):
        (tmp_path / "marks.jsonl").write_bytes(damage)
        assert marks.load(tmp_path) == Validators()
    assert "marks.jsonl:1: damaged line, passed over" in caplog.text
    assert marks.load(tmp_path / "nowhere") == Validators()


def test_marks_that_git_merged_count_where_both_sides_agree(tmp_path: Path) -> None:
    """The folder's files are merged line by line."""
    same = {"https://e.org/same": Validator(etag='"1"')}
    marks.save(tmp_path, Validators(validators={**same, "https://e.org/": Validator(etag='"1"')}))
    ours = (tmp_path / "marks.jsonl").read_bytes()
    theirs = Validators(
        validators={**same, "https://e.org/": Validator(etag='"2"')}, resume={"B": "x"}
    )
    marks.save(tmp_path, theirs)
    merged = ours + (tmp_path / "marks.jsonl").read_bytes()
    (tmp_path / "marks.jsonl").write_bytes(merged)
    assert marks.load(tmp_path) == Validators(validators=same, resume={"B": "x"})


def test_only_whole_answers_leave_marks() -> None:
    mark = Validator(etag='"1"')
    found = fetched(1, validators={"https://e.org/": mark}, resume="y")
    assert marks.after(Validators(resume={"x": "1"}), [found]) == Validators(
        validators={"https://e.org/": mark}, resume={"x": "1", "cs.DC": "y"}
    )
