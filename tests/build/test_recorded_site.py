"""A site that its owner wrote for an earlier revision builds as it did.

`recorded-site/` has an archive, the editor's texts, and templates that are copies of ours or extend
them, as they were; `expected/` what these made of some pages then.
"""

from pathlib import Path

import pytest
from conftest import NOW

from digest.build import BuildOptions, build

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
