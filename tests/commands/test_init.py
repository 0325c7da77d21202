"""`digest init` writes a repository that builds at once and publishes itself."""

import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from digest import __version__
from digest.cli import main
from digest.commands.init import _quoted, create
from digest.commands.opml import read
from digest.config import load_site
from digest.errors import DigestError
from digest.sources.arxiv_listing import ArxivListing
from digest.sources.feed import WebFeed
from digest.sources.file import LocalFile

PROJECT = Path(__file__).parents[2]
OPML = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><head><title>Feeds</title></head><body>
<outline text="Systèmes &amp; réseaux">
  <outline text="A blog: &quot;systems&quot;" type="rss" xmlUrl="https://blog.example.org/feed.xml"/>
  <outline text="A blog: &quot;systems&quot;" type="rss" xmlUrl="https://blog.example.org/other"/>
</outline>
<outline text="日本語"><outline title="N" text="x" xmlUrl="http://n.example.org/rss"/></outline>
<outline text="Alone" xmlUrl="https://alone.example.org/atom"/>
<outline text="Twice" xmlUrl="https://alone.example.org/atom"/>
<outline text="A file" xmlUrl="file:///etc/passwd"/>
</body></opml>
"""


def test_a_new_site_is_a_whole_repository(tmp_path: Path) -> None:
    create(tmp_path / "site")
    files = {
        p.relative_to(tmp_path / "site").as_posix() for p in tmp_path.rglob("*") if p.is_file()
    }
    assert files == {
        ".gitattributes",
        ".github/actions/build/action.yml",
        ".github/actions/commit/action.yml",
        ".github/actions/deploy/action.yml",
        ".github/actions/fetch/action.yml",
        ".github/actions/install/action.yml",
        ".github/actions/learn/action.yml",
        ".github/actions/notify/action.yml",
        ".github/actions/report/action.yml",
        ".github/dependabot.yml",
        ".github/workflows/learn.yml",
        ".github/workflows/publish.yml",
        ".gitignore",
        "README.md",
        "content/start/seed.atom.xml",
        "dependencies.txt",
        "requirements.txt",
        "site.schema.json",
        "site.yaml",
    }
    requirement = (tmp_path / "site/requirements.txt").read_text("utf-8")
    assert requirement == f"curated-digest=={__version__}\n"


def test_a_wheel_holds_all_that_a_new_site_is_made_of() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for name in (
        ".github/actions",
        ".github/dependabot.yml",
        ".github/workflows/publish.yml",
        "dependencies.txt",
    ):
        assert included[name] == f"digest/starter/{name}"


def test_categories_are_followed_and_each_is_a_theme_to_begin_with(tmp_path: Path) -> None:
    create(tmp_path / "site", ["cs.LG", "hep-th", "cs.LG"])
    site = load_site(tmp_path / "site/site.yaml")
    (listing,) = site.sources
    assert isinstance(listing, ArxivListing)
    assert listing.categories == ("cs.LG", "hep-th")
    assert [theme.id for theme in site.themes] == ["cs-lg", "hep-th"]
    assert not (tmp_path / "site/content").exists()


def test_distributed_computing_begins_with_papers_and_themes(tmp_path: Path) -> None:
    create(tmp_path / "site", ["cs.DC"])
    site = load_site(tmp_path / "site/site.yaml")
    assert [type(source) for source in site.sources][-1] is LocalFile
    assert len(site.themes) == 3


def test_an_opml_becomes_sources_and_its_outlines_themes(tmp_path: Path) -> None:
    create(tmp_path / "site", (), read(OPML.encode()))
    site = load_site(tmp_path / "site/site.yaml")
    assert all(isinstance(source, WebFeed) for source in site.sources)
    assert [source.name for source in site.sources] == [
        'A blog: "systems"',
        'A blog: "systems" 2',
        "N",
        "Alone",
    ]
    assert [(theme.id, theme.title) for theme in site.themes] == [
        ("systemes-reseaux", "Systèmes & réseaux"),
        ("feeds", "日本語"),
    ]


def test_both_together_and_built(tmp_path: Path) -> None:
    opml = tmp_path / "feeds.opml"
    opml.write_text(OPML, "utf-8")
    folder = tmp_path / "site"
    started = CliRunner().invoke(
        main, ["init", str(folder), "--arxiv", "cs.DC, cs.LG", "--from", str(opml)]
    )
    assert started.exit_code == 0, started.output
    built = CliRunner().invoke(main, ["build", "--offline", "--root", str(folder)])
    assert built.exit_code == 0, built.output
    checked = CliRunner().invoke(main, ["check", str(folder / "_site"), "--root", str(folder)])
    assert (checked.exit_code, checked.output) == (0, "0 errors, 0 warnings\n")


def test_what_is_no_category_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="'physics: all' is no arXiv category"):
        create(tmp_path / "site", ["physics: all"])
    assert not (tmp_path / "site").exists()


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine", "utf-8")
    with pytest.raises(DigestError, match="not empty"):
        create(tmp_path)
    with pytest.raises(DigestError, match="is a file"):
        create(tmp_path / "x")
    assert (tmp_path / "x").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    "text",
    ["", "<html></html>", "<opml/>", "<opml><body/></opml>", OPML[:-20], "<!DOCTYPE x><opml/>"],
)
def test_what_is_no_opml_is_refused(text: str) -> None:
    with pytest.raises(DigestError):
        read(text.encode())


@given(st.text())
def test_any_words_come_through_yaml(words: str) -> None:
    quoted = _quoted(words)
    assert yaml.safe_load(f"- name: {quoted}\n") == [{"name": words}]


def test_union_merges_are_the_project_s_own() -> None:
    ours = (PROJECT / ".gitattributes").read_text("utf-8").splitlines()
    starter = (PROJECT / "digest/starter/.gitattributes").read_text("utf-8").splitlines()
    assert set(starter) <= set(ours)


def test_categories_are_known_in_any_letters_and_by_either_name(tmp_path: Path) -> None:
    create(tmp_path / "site", ["CS.lg", "cs.NA", "math.NA", "Math-PH"])
    (listing,) = load_site(tmp_path / "site/site.yaml").sources
    assert isinstance(listing, ArxivListing)
    assert listing.categories == ("cs.LG", "cs.NA", "math-ph")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("cs.DX", "did you mean 'cs"), ("cs.Distributed", "see https"), ("mathph", "'math-ph'")],
)
def test_a_category_that_arxiv_does_not_have_is_refused(
    tmp_path: Path, name: str, hint: str
) -> None:
    with pytest.raises(DigestError, match=f"{name!r} is no arXiv category.*{hint}"):
        create(tmp_path / "site", [name])


@pytest.mark.parametrize("followed", [["cs.DC", "cs.LG"], ["cs.DC", "cs"], ["cs.DC", "CS.LG"]])
def test_a_query_that_a_followed_category_contains_is_left_out(
    tmp_path: Path, followed: list[str]
) -> None:
    create(tmp_path / "site", followed)
    kinds = [type(source) for source in load_site(tmp_path / "site/site.yaml").sources]
    assert kinds == [ArxivListing, LocalFile]
