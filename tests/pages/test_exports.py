"""Files for other programs: citations by theme and month, the index of all papers."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pybtex.errors  # type: ignore[import-untyped]
import rispy  # type: ignore[import-untyped]
from conftest import REPOSITORY
from hypothesis import given
from hypothesis import strategies as st
from planning import contents_of
from pybtex.database import parse_bytes  # type: ignore[import-untyped]
from strategies import entries
from test_feeds import DAY, SITE, of, paper, renderer_of

from digest.cite import key
from digest.model import Entry, Page
from digest.pages import exports
from digest.papers.paper import Paper


def schema(name: str) -> Any:
    found = json.loads((REPOSITORY / "docs" / f"{name}.schema.json").read_text("utf-8"))
    checked = jsonschema.validators.validator_for(found)
    checked.check_schema(found)
    return checked(found, format_checker=checked.FORMAT_CHECKER)


INDEX, CITATIONS = schema("papers"), schema("citations")


def planned(papers: Sequence[Paper], limit: int = exports.LARGE) -> dict[str, Page]:
    pages = list(exports.plan(contents_of(SITE, papers), limit))
    assert len({page.path for page in pages}) == len(pages)
    return {page.path: page for page in pages}


def rendered(papers: Sequence[Paper], limit: int = exports.LARGE) -> dict[str, bytes]:
    return {path: renderer_of(SITE).render(page) for path, page in planned(papers, limit).items()}


@given(st.lists(entries(), max_size=4, unique_by=lambda entry: entry.id))
def test_the_index_and_the_citations_are_as_their_schemas_say(found: list[Entry]) -> None:
    files = rendered([of(entry, ["serving"]) for entry in found])
    index = json.loads(files["papers.json"])
    INDEX.validate(index)
    assert {item["id"] for item in index["papers"]} == {entry.id for entry in found}
    assert all(item["themes"] == ["serving"] for item in index["papers"])
    cited = json.loads(files["themes/serving/papers.json"])
    CITATIONS.validate(cited)
    assert {item["id"] for item in cited} == {key(entry) for entry in found}
    assert json.loads(files["themes/agreement/papers.json"]) == []


def test_each_theme_and_month_has_its_papers_to_cite() -> None:
    papers = [paper(1, DAY, ["serving"]), paper(2, DAY - timedelta(40), ["serving"]), paper(3, DAY)]
    files = rendered(papers)
    for base, numbers in {
        "themes/serving/": [1, 2],
        "themes/agreement/": [],
        "archive/2026-05/": [1, 3],
        "archive/2026-04/": [2],
    }.items():
        keys = [f"arxiv-2605.{number:05}" for number in numbers]
        with pybtex.errors.capture() as warnings:
            assert list(parse_bytes(files[f"{base}papers.bib"], "bibtex").entries) == keys
        assert not warnings
        assert [item["id"] for item in json.loads(files[f"{base}papers.json"])] == keys
        records = rispy.loads(files[f"{base}papers.ris"].decode()) if keys else []
        assert [record["id"] for record in records] == keys


def test_many_papers_are_split_by_year_and_a_days_news_rewrites_the_newest_part() -> None:
    papers = [paper(n, date(2026 - n // 3, 1, 1), ["serving"]) for n in range(7)]
    before, after = planned(papers, 3), planned([*papers, paper(9, DAY, ["serving"])], 3)
    parts = [path for path in before if path.startswith("themes/serving/papers")]
    stems = ("papers", "papers-2025", "papers-2024")
    assert parts == [
        f"themes/serving/{stem}.{kind}" for stem in stems for kind in ("bib", "ris", "json")
    ]
    index = json.loads(rendered(papers, 3)["papers.json"])
    assert [address.rpartition("/")[2] for address in index["older"]] == [
        "papers-2025.json",
        "papers-2024.json",
    ]
    changed = {path for path in after if before.get(path) != after[path] and "papers" in path}
    assert changed == {
        *(f"themes/serving/papers.{kind}" for kind in ("bib", "ris", "json")),
        *(f"archive/2026-05/papers.{kind}" for kind in ("bib", "ris", "json")),
        "papers.json",
    }


@given(st.lists(st.integers(2020, 2026), max_size=12), st.integers(1, 12))
def test_every_paper_is_in_one_part(years: list[int], large: int) -> None:
    papers = [paper(n, date(year, 1, 1)) for n, year in enumerate(sorted(years, reverse=True))]
    parts = exports.by_year(papers, large)
    assert [one for _, found in parts for one in found] == papers
    assert parts[0][0] == ""
    assert len({name for name, _ in parts}) == len(parts)


def test_the_shipped_site_is_as_the_schemas_say(shipped: Path) -> None:
    INDEX.validate(json.loads((shipped / "papers.json").read_bytes()))
    found = [*shipped.glob("themes/*/papers.json"), *shipped.glob("archive/*/papers.json")]
    assert len(found) > 8
    for path in found:
        CITATIONS.validate(json.loads(path.read_bytes()))
