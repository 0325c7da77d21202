"""An archive that lost its entries never replaces a site."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import NOW, copy_of_repository

from digest.build import BuildOptions, build
from digest.cli import main
from digest.errors import DigestError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    root = copy_of_repository(tmp_path)
    build(root, BuildOptions(now=NOW, out=root / "_site", offline=True))
    return root


def test_a_tenth_fewer_papers_stop_a_build_until_it_is_allowed(place: Path) -> None:
    (place / "content/archive/2026-04.jsonl").unlink()  # 2 of 15
    later, out = NOW + timedelta(days=1), place / "_site"
    with pytest.raises(DigestError, match=r"has 13 entries and had 15.*--allow-shrink"):
        build(place, BuildOptions(now=later, out=out, offline=True))
    assert len(list((out / "papers").iterdir())) == 15
    build(place, BuildOptions(now=later, out=out, offline=True, allow_shrink=True))
    assert len(list((out / "papers").iterdir())) == 13


def test_an_empty_archive_never_replaces_a_site(place: Path) -> None:
    for path in (place / "content/archive").iterdir():
        path.unlink()
    with pytest.raises(DigestError, match="no paper to show"):
        build(place, BuildOptions(now=NOW, out=place / "_site", offline=True, allow_shrink=True))
    assert len(list((place / "_site/papers").iterdir())) == 15


def test_the_command_says_what_to_do(place: Path) -> None:
    (place / "content/archive/2026-04.jsonl").unlink()
    result = CliRunner().invoke(main, ["build", "--offline", "--root", str(place)])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: content/archive has 13 entries and had 15")
    assert len(result.stderr.splitlines()) == 1
