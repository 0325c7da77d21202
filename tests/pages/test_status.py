import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from test_lists import SITE

from digest.archive.ledger import LedgerLine
from digest.model import (
    Markup,
    Page,
    Source,
    State,
)
from digest.pages import status
from digest.render import Renderer

NOW = datetime(2026, 5, 17, tzinfo=UTC)
STATES = {
    "good": State.OK,
    "calm": State.QUIET,
    "old": State.STALE,
    "short": State.PARTIAL,
    "gone": State.FAILED,
}


@pytest.fixture
def planned(tmp_path: Path) -> dict[str, str]:
    """The rendered pages of a made-up week, one source for each state and one never asked."""
    names = [*STATES, "new"]
    site = replace(SITE, sources=tuple(Source(name=name, markup=Markup.TEX) for name in names))
    lines = [
        LedgerLine(
            when=datetime(2026, 5, day, 6, tzinfo=UTC),
            source=name,
            state=State.OK if day == 11 else state,
            answered="1 × 200",
            listing=date(2026, 5, day) if state is State.OK or day == 11 else None,
            problem="HTTP 503 <b>" if state is State.FAILED and day > 11 else "",
        )
        for day in (11, 12, 13, 14, 15)
        for name, state in STATES.items()
    ]
    pages: list[Page] = list(status.plan(site, lines, NOW))
    renderer = Renderer(site, tmp_path)
    return {page.path: renderer.render(page).decode() for page in pages}


def test_readers_can_tell_the_five_states_apart(planned: dict[str, str]) -> None:
    html = planned["status/index.html"]
    for words in (
        "brought what there was",
        "had nothing to announce",
        "still shows an earlier mailing",
        "brought less than it promised",
        "could not be read: HTTP 503 &lt;b&gt;",
        "Not asked yet",
        "Without success for 4 days",
    ):
        assert words in html


def test_machines_read_the_same(planned: dict[str, str]) -> None:
    document = json.loads(planned["status.json"])
    found = {source["name"]: source for source in document["sources"]}
    assert {name: source["state"] for name, source in found.items()} == STATES | {"new": None}
    assert document["fresh"] == "2026-05-15T06:00:00Z"
    assert found["gone"]["success"] == "2026-05-11T06:00:00Z"
    assert found["gone"]["failed_days"] == 4
    assert found["gone"]["gaps"][-1] == "2026-05-15"
    assert found["good"]["gaps"] == []


def test_freshness_is_an_image_so_that_other_pages_stay(planned: dict[str, str]) -> None:
    assert "as of 15 May 2026" in planned["freshness.svg"]
