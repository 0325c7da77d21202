"""A site that its owner wrote for an earlier revision builds as it did.

`recorded-site/` has an archive, the editor's texts, and templates that are copies of ours or extend
them, as they were; `expected/` what these made of some pages then.
"""

import shutil
from pathlib import Path

import pytest
from conftest import NOW

from digest.build import BuildOptions, build
from digest.render import default_templates

RECORDED = Path(__file__).parent / "recorded-site"
EXPECTED = sorted(path for path in (RECORDED / "expected").rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("recorded") / "_site"
    build(RECORDED, BuildOptions(now=NOW, out=site, offline=True, jobs=1))
    return site


@pytest.mark.parametrize(
    "name", [str(path.relative_to(RECORDED / "expected")) for path in EXPECTED]
)
def test_what_an_earlier_revision_built_is_built_again(rebuilt: Path, name: str) -> None:
    assert (rebuilt / name).read_text("utf-8") == (RECORDED / "expected" / name).read_text("utf-8")


OWN = sorted(path.name for path in (RECORDED / "templates").iterdir())


@pytest.mark.parametrize("name", OWN)
def test_each_template_of_an_earlier_revision_goes_with_the_others_of_today(
    tmp_path: Path, name: str
) -> None:
    """What ours ask of each other must be in the copies that owners have, too."""
    shutil.copytree(RECORDED, tmp_path / "root", ignore=shutil.ignore_patterns("templates"))
    (tmp_path / "root/templates").mkdir()
    shutil.copy(RECORDED / "templates" / name, tmp_path / "root/templates")
    assert (default_templates() / name).is_file()
    options = BuildOptions(now=NOW, out=tmp_path / "_site", offline=True, jobs=1)
    assert build(tmp_path / "root", options).papers == 3
