import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import NOW
from msgspec.structs import replace
from planning import context_of, planned
from test_lists import SITE, paper

from digest.build import BuildOptions, build
from digest.config import load_site
from digest.errors import ConfigError
from digest.model import Page
from digest.papers.paper import Paper

HARD = Path(__file__).parents[1] / "site"
PARTS = ("", "-abstracts")
PAPERS = [paper(n, date(2024, 6, 1) + timedelta(days=90 * n)) for n in range(12)]


def searched(papers: list[Paper]) -> dict[str, Page]:
    pages = planned(SITE, papers)
    return {path: page for path, page in pages.items() if path.startswith("search/")}


def test_each_year_is_searched_in_files_of_its_own() -> None:
    found = searched(PAPERS)
    names = {f"search/{year}{kind}.json" for year in (2024, 2025, 2026, 2027) for kind in PARTS}
    assert found.keys() == {"search/index.html", *names}
    assert context_of(found["search/index.html"])["years"] == (2027, 2026, 2025, 2024)
    for year in (2024, 2025, 2026, 2027):
        dates = [p.entry.announced for p in context_of(found[f"search/{year}.json"])["papers"]]
        assert dates == sorted(p.entry.announced for p in PAPERS if p.entry.announced.year == year)


def test_a_new_paper_changes_its_own_year_alone() -> None:
    before, after = searched(PAPERS), searched([*PAPERS, paper(99, date(2025, 7, 7))])
    assert before.keys() == after.keys()
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {"search/2025.json", "search/2025-abstracts.json"}


def test_search_may_be_left_out() -> None:
    pages = planned(replace(SITE, search=False), PAPERS)
    assert not [path for path in pages if path.startswith("search/")]


def test_a_site_without_search_names_it_nowhere(tmp_path: Path) -> None:
    root, out = tmp_path / "root", tmp_path / "out"
    shutil.copytree(HARD, root)
    with (root / "site.yaml").open("a", encoding="utf-8") as settings:
        settings.write("search: false\n")
    build(root, BuildOptions(now=NOW, out=out, offline=True))
    assert not (out / "search").exists()
    for path in out.rglob("*.html"):
        assert "/search/" not in path.read_text("utf-8"), path


def test_what_is_neither_true_nor_false_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    text = (HARD / "site.yaml").read_text("utf-8") + "search: maybe\n"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="'search' must be true or false") as caught:
        load_site(path)
    assert caught.value.line == len(text.splitlines())


def test_hard_entries_are_searched_as_plain_text(tmp_path: Path) -> None:
    build(HARD, BuildOptions(now=NOW, out=tmp_path, offline=True))
    years = sorted(path.stem for path in (tmp_path / "search").glob("[0-9][0-9][0-9][0-9].json"))
    assert years
    for year in years:
        rows = json.loads((tmp_path / f"search/{year}.json").read_text("utf-8"))
        abstracts = json.loads((tmp_path / f"search/{year}-abstracts.json").read_text("utf-8"))
        assert len(rows) == len(abstracts)
        for path, ids, title, _authors, _themes, day in rows:
            assert (tmp_path / path / "index.html").is_file()
            assert ids
            assert title
            assert day.startswith(year)
