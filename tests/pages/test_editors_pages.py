"""Pages of the editor's own beside ours, and the names that they leave to us."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from planning import contents_of, planned
from test_lists import DAY, SITE, paper

from digest import pages
from digest.editor.curation import NOTHING, Edition
from digest.editor.values import Article, Body
from digest.errors import ConfigError
from digest.model import Authors

PAPERS = [paper(1, DAY), paper(2, DAY)]


def edition_of(slug: str) -> Edition:
    body = Body(text="Hello", path=Path(f"content/pages/{slug}.md"))
    return replace(NOTHING, articles=(Article(slug=slug, title="T", body=body),))


def test_a_page_of_the_editors_takes_the_place_of_how_the_site_is_made() -> None:
    page = planned(SITE, PAPERS, edition_of("about"))["about/index.html"]
    assert page.template == "article.html"


@pytest.mark.parametrize("slug", ["404", "archive", "days", "feeds", "issues", "papers", "static"])
def test_a_page_of_the_editors_with_the_name_of_one_of_ours_is_named(slug: str) -> None:
    message = f"pages/{slug}.md:1: the site has a page {slug!r} of its own"
    with pytest.raises(ConfigError, match=message):
        list(pages.plan(contents_of(SITE, PAPERS, edition_of(slug))))


def test_every_folder_that_has_a_page_of_ours_is_kept_from_the_editor(shipped: Path) -> None:
    folders = {path.parent.relative_to(shipped).parts[0] for path in shipped.glob("*/index.html")}
    folders |= {path.split("/")[0] for path in planned(replace(SITE, authors=Authors.ALL), PAPERS)}
    folders = {name.removesuffix(".html") for name in folders if "." not in name}
    assert folders - {"about", "notes", "feed"} <= pages.RESERVED
