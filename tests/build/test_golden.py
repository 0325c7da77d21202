"""A small site of hard entries, byte for byte. `pytest --update-golden` accepts what changed."""

import shutil
from pathlib import Path

import pytest
from conftest import NOW

from digest.build import BuildOptions, build

SITE, GOLDEN = Path(__file__).parents[1] / "site", Path(__file__).parents[1] / "golden"


def contents(folder: Path) -> dict[str, bytes]:
    """The site's files, without the style sheet, whose tests are in the browser, and without cards,
    which another kind of processor may shade a little differently.
    """
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name[0] != "."
        and path.parent.name != "static"
        and path.name != "card.png"
    }


def test_golden_site(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    build(SITE, BuildOptions(now=NOW, out=tmp_path / "site", offline=True))
    built = contents(tmp_path / "site")
    if request.config.getoption("--update-golden"):
        shutil.rmtree(GOLDEN, ignore_errors=True)
        for path, data in built.items():
            (GOLDEN / path).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / path).write_bytes(data)
    expected = contents(GOLDEN)
    assert built.keys() == expected.keys()
    for path, data in built.items():
        assert data == expected[path], path
