import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace
from planning import context_of, planned

from digest.model import (
    Entry,
    Match,
    Page,
    Site,
    Sort,
    Theme,
    Version,
)
from digest.pages.days import DayNews, MonthNews
from digest.papers.paper import Paper
from digest.render import Renderer

THEMES = tuple(Theme(id=name, title=name.title(), rule=None) for name in ("agreement", "serving"))
SITE = Site(
    title="T",
    url="https://example.org/digest/",
    description="",
    language="en",
    timezone="UTC",
    author="",
    accent="#7a2e1d",
    tag="example.org,2026",
    navigation=(),
    sources=(),
    themes=THEMES,
)


def paper(number: int, day: date, themes: Sequence[str] = (), versions: int = 1) -> Paper:
    name = f"arxiv:2605.{number:05}"
    return Paper.of(
        Entry(
            id=name,
            title=f"Paper {number}",
            announced=day,
            seen=day,
            version=versions,
            versions=tuple(
                Version(number=n, date=datetime(2026, 6, n, tzinfo=UTC))
                for n in range(1, versions + 1)
            ),
        ),
        tuple(Match(theme=theme, reasons=()) for theme in themes),
    )


DAY = date(2026, 5, 14)
papers = st.lists(
    st.builds(
        paper,
        st.integers(1, 300),
        st.integers(0, 40).map(lambda days: DAY - timedelta(days)),
        st.lists(st.sampled_from(["agreement", "serving"]), unique=True),
        st.integers(1, 3),
    ),
    max_size=30,
    unique_by=lambda p: p.entry.id,
)


def plan(found: Sequence[Paper]) -> dict[str, Page]:
    return planned(SITE, found)


def shown(value: object) -> set[str]:
    """Paths of the papers and pages that a page's values speak of."""
    return set(re.findall(r"path='([^']+)'", repr(value)))


@given(papers)
def test_every_paper_is_reachable_from_the_front_page(found: list[Paper]) -> None:
    pages = plan(found)
    reached, todo = set[str](), ["index.html", "archive/index.html", "themes/index.html"]
    while todo:
        path = todo.pop()
        if path not in reached and path in pages:
            reached.add(path)
            context = context_of(pages[path])
            todo += [f"{to}index.html" for to in shown(tuple(context.values()))]
            todo += [f"{y.path}index.html" for y in _months(context)]
    assert {f"{p.path}index.html" for p in found} <= reached


def _months(context: object) -> list[MonthNews | DayNews]:
    assert isinstance(context, dict)
    months = [month for year in context.get("years", ()) for month in year.months]
    days = context["month"].days if "month" in context else ()
    return [*months, *days]


@given(papers, st.integers(0, 3))
def test_one_new_paper_changes_a_bounded_number_of_pages(found: list[Paper], age: int) -> None:
    themes = ["agreement", "serving"]
    new = paper(999, DAY - timedelta(age), themes)
    before, after = plan(found), plan([*found, new])
    changed = {path for path in after if path not in before or before[path] != after[path]}
    # Itself, the front page, its day, two neighbouring days, month and its neighbours, archive,
    # themes; for each theme its front page, its feed, and the full page it may push off with that
    # page's neighbour. Each feed has three formats, and two archived months that may change: the
    # one that it closes or sinks into, and the next, which names the one before.
    # Citations of its themes and its month in three formats, and the index of all papers.
    feeds_of_papers = 5 * (1 + len(themes))
    assert len(changed) <= 10 + 3 * len(themes) + feeds_of_papers + 3 * (1 + len(themes)) + 1


def test_a_full_page_of_a_theme_never_changes() -> None:
    members = [paper(n, DAY + timedelta(n // 9), ["serving"]) for n in range(1, 161)]
    before, after = plan(members), plan([*members, paper(161, DAY + timedelta(50), ["serving"])])
    numbered = [path for path in before if "/page/" in path]
    assert numbered == ["themes/serving/page/1/index.html", "themes/serving/page/2/index.html"]
    assert all(before[path] == after[path] for path in numbered)
    front = context_of(before["themes/serving/index.html"])
    assert [len(context_of(before[path])["papers"]) for path in numbered] == [50, 50]
    assert len(front["papers"]) == 60
    assert front["papers"][0].entry.title == "Paper 160"


def test_a_revision_is_an_update_and_a_paper_of_its_day_never_new_again() -> None:
    revised = paper(1, DAY, ["agreement"], versions=2)
    pages = plan([revised])
    ((day, (update,)),) = context_of(pages["updates/index.html"])["days"]
    assert (day, update.paper) == (date(2026, 6, 2), revised)
    of_revision = context_of(pages["days/2026-06-02/index.html"])["day"]
    assert (of_revision.count, of_revision.updates) == (0, (update,))
    assert context_of(pages[f"days/{DAY}/index.html"])["day"].count == 1
    assert [d.date for d in context_of(pages["index.html"])["days"]] == [DAY]


def test_old_addresses_redirect() -> None:
    renamed = Theme(id="serving", title="S", rule=None, was=("inference",))
    paths = planned(replace(SITE, themes=(renamed,)), [])
    assert context_of(paths["themes/inference/index.html"])["target"] == "themes/serving/"


def of_serving(sort: Sort, limit: int, titles: Sequence[str]) -> dict[str, Page]:
    theme = Theme(id="serving", title="S", rule=None, sort=sort, limit=limit)
    found = [
        Paper.of(structs.replace(one.entry, title=title), one.matches)
        for n, title in enumerate(titles)
        for one in [paper(n, DAY + timedelta(n), ["serving"])]
    ]
    pages = planned(replace(SITE, themes=(theme,)), found)
    lists = ("themes/serving/index.html", "themes/serving/page/")
    return {path: page for path, page in pages.items() if path.startswith(lists)}


def listed(page: Page) -> str:
    return "".join(paper.entry.title for paper in context_of(page)["papers"])


def test_a_theme_has_its_own_order_and_number_of_papers_on_a_page() -> None:
    newest = of_serving(Sort.NEWEST, 3, "dacbfeg")
    assert {path: listed(page) for path, page in newest.items()} == {
        "themes/serving/page/1/index.html": "cad",
        "themes/serving/index.html": "gefb",
    }
    by_title = of_serving(Sort.TITLE, 3, "DacbfEg")
    assert {path: listed(page) for path, page in by_title.items()} == {
        "themes/serving/page/1/index.html": "acD",
        "themes/serving/index.html": "bEfg",
    }
    oldest = of_serving(Sort.OLDEST, 3, "dacbfeg")
    assert {path: listed(page) for path, page in oldest.items()} == {
        "themes/serving/index.html": "dac",
        "themes/serving/page/2/index.html": "bfe",
        "themes/serving/page/3/index.html": "g",
    }
    front = context_of(oldest["themes/serving/index.html"])
    assert (front["total"], front["older"], front["newer"].title) == (7, None, "Page 2")
    assert [step.title for step in front["pages"]] == ["Page 3", "Page 2"]


@given(st.sampled_from(Sort), st.integers(1, 4), st.integers(0, 12))
def test_pages_hold_each_paper_once_and_full_ones_stay(sort: Sort, limit: int, count: int) -> None:
    names = [chr(97 + n) for n in range(count)]
    before = of_serving(sort, limit, names)
    after = of_serving(sort, limit, [*names, "z"])
    assert sorted("".join(map(listed, before.values()))) == names
    full = [path for path, page in before.items() if context_of(page)["number"]]
    for path in full[: -1 if sort is Sort.OLDEST else None]:
        assert len(context_of(before[path])["papers"]) == limit
        assert listed(before[path]) == listed(after[path])


def test_a_month_of_many_papers_counts_them_and_leads_to_the_days() -> None:
    found = [paper(n, DAY, ["serving"]) for n in range(1, 203)]
    for members, listed in ((found[:200], True), (found, False)):
        page = next(p for p in plan(members).values() if p.template == "month.html")
        html = Renderer(SITE, Path("no-such-folder")).render(page).decode()
        assert ("papers/2605.00001/" in html) is listed
        assert f'days/{DAY}/"' in html  # the heading
