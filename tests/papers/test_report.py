"""What the rules do over an archive: counts by hand, and the three shapes of the report."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import REPOSITORY
from lxml import html as lxml_html
from msgspec import structs
from test_themes import theme

from digest.archive import load, save
from digest.cli import main
from digest.model import Entry, Theme
from digest.papers.report import (
    Overlap,
    RulesReport,
    as_html,
    as_lines,
    report,
)
from digest.themes import Matcher


def papers(*titles: str) -> tuple[Entry, ...]:
    day = date(2026, 5, 1)
    return tuple(
        Entry(id=f"arxiv:2605.{number:05}", title=title, announced=day, seen=day)
        for number, title in enumerate(titles, start=1)
    )


def of(themes: Sequence[Theme], entries: Sequence[Entry]) -> RulesReport:
    return report(Matcher(themes), themes, entries)


THEMES = (
    theme("any: [draft, verif*]\nnone: [survey]", "drafts"),
    theme("any: [cat, {title: dog}]", "animals"),
)
PAPERS = papers("A draft", "Draft cats", "Draft: a survey", "Verify", "A tree", "A bush")


def test_papers_are_counted_by_theme_and_by_term() -> None:
    found = of(THEMES, PAPERS)
    drafts, animals = found.themes
    assert (drafts.papers, drafts.share) == (3, 0.5)
    assert [(term.term, term.hits) for term in drafts.terms] == [
        ("“draft”", 3),  # whatever its rule makes of it
        ("“verif*”", 1),
        ("“survey”", 1),
    ]
    assert [term.line for term in drafts.terms] == [1, 1, 2]
    assert [term.term for term in animals.silent] == ["“dog” in the title"]
    assert found.overlaps == (Overlap(themes=("drafts", "animals"), papers=1),)
    assert found.unthemed == 3


def test_what_has_over_half_of_the_archive_is_named() -> None:
    found = of([theme("any: [draft, cat]"), theme("all: [a, bush]", "b")], PAPERS)
    assert found.loud == ("“a” of b",)
    assert of([theme("none: [bush]")], PAPERS).loud == ("theme t",)
    assert of(THEMES, PAPERS).loud == ()  # half is not over half
    assert "theme t meets over half of the archive: it tells nothing apart" in list(
        as_lines(of([theme("none: [bush]")], PAPERS))
    )


SITE = """\
title: T
url: https://example.org/
sources:
  - {name: Local, kind: file, path: "*.xml", themes: [channel]}
themes:
  - id: channel
    title: A channel
    any: [{source: Local}]
  - id: words
    title: Words
    any:
      - paper
"""


@pytest.mark.parametrize(
    ("titles", "warned"),
    [
        (["Paper one"] * 6 + ["Other"] * 4, True),
        (["Paper one"] * 5 + ["Other"] * 5, False),
        (["Paper one"] * 9, False),  # too few to tell
    ],
)
def test_a_theme_of_over_half_of_the_archive_is_a_warning(
    titles: list[str], warned: bool, tmp_path: Path
) -> None:
    (tmp_path / "site.yaml").write_text(SITE, "utf-8")
    found = [structs.replace(entry, sources=("Local",)) for entry in papers(*titles)]
    save(tmp_path / "content/archive", found)
    said = "words has 60% of the archive: its rule tells nothing apart"
    for command in (["build", "--offline"], ["check"]):
        told = CliRunner().invoke(main, [*command, "--root", str(tmp_path)])
        assert told.exit_code == 0, told.output
        assert (f"site.yaml:12: {said}" in told.output.replace("warning: ", "")) == warned
        assert "channel has" not in told.output


def test_phrases_tell_what_the_rest_speaks_of() -> None:
    rest = [f"The quantum annealing of problem {word}" for word in ("one", "two", "three", "four")]
    known = [f"A draft of problem {number}" for number in ("one", "two", "three", "four")]
    found = of(THEMES, papers(*rest, *known))
    assert found.phrases == (("quantum annealing", 4),)


def test_an_empty_archive_and_no_themes_are_no_problem() -> None:
    for found in (of(THEMES, ()), of((), PAPERS), of((), ())):
        assert list(as_lines(found))
        assert "<h1>Themes of T</h1>" in as_html(found, "T")
    assert of(THEMES, ()).themes[0].share == 0.0


def test_the_page_shows_hostile_words_as_words() -> None:
    themes = [theme("any: ['</table><script>alert(1)</script>']")]
    page = as_html(of(themes, PAPERS), "<b>T")
    assert "<script>" not in page
    assert "<b>" not in page
    cells = [(cell.text or "").strip() for cell in lxml_html.fromstring(page).iter("td")]
    assert "“</table><script>alert(1)</script>”" in cells


def run(*words: str) -> str:
    told = CliRunner().invoke(main, ["themes", "report", "--root", str(REPOSITORY), *words])
    assert told.exit_code == 0, told.output
    return told.output


@pytest.fixture(scope="module")
def count() -> int:
    return len(load(REPOSITORY / "content/archive"))


def test_the_command_has_a_table_for_people(count: int) -> None:
    first, *rest = run().splitlines()
    assert first.startswith(f"{count} papers, ")
    assert sum(line.endswith("llm-serving") and "%" in line for line in rest) == 1


def test_the_command_has_data_and_a_page(count: int, tmp_path: Path) -> None:
    data = json.loads(run("--json", "--html", str(tmp_path / "report.html")))
    assert data["papers"] == count
    assert len(data["themes"]) == 9
    assert {"term", "line", "hits"} == data["themes"][0]["terms"][0].keys()
    lines = (REPOSITORY / "site.yaml").read_text("utf-8").splitlines()
    for found in data["themes"]:
        for term in found["terms"]:
            if term["term"].startswith("“") and "…" not in term["term"]:
                words = term["term"].partition("”")[0].strip("“")
                assert words in lines[term["line"] - 1]
    page = lxml_html.parse(str(tmp_path / "report.html"))
    assert page.findtext(".//h1") == "Themes of Distributed Systems Digest"
    assert len(page.findall(".//h2")) == 3 + 9
