import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import NOW, copy_of_repository

from digest.build import BuildOptions, build
from digest.output import inputs, manifest
from digest.output.store import Store


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_of_repository(tmp_path_factory.mktemp("site"))
    build(root, BuildOptions(now=NOW, out=root / "_site", offline=True))
    return root


def test_a_copy_elsewhere_has_the_same_inputs(site: Path, tmp_path: Path) -> None:
    copy = copy_of_repository(tmp_path)
    assert inputs.fingerprint(copy, None, False) == inputs.fingerprint(site, None, False)


@pytest.mark.parametrize(
    "path", ["site.yaml", "content/archive/2026-05.jsonl", "templates/base.html", "static/CNAME"]
)
def test_every_file_of_the_site_counts(tmp_path: Path, path: str) -> None:
    root = copy_of_repository(tmp_path)
    before = inputs.fingerprint(root)
    (root / path).parent.mkdir(exist_ok=True)
    with (root / path).open("a") as file:
        file.write("\n")
    assert inputs.fingerprint(root) != before
    assert inputs.fingerprint(root, "https://example.org/") != inputs.fingerprint(root)


def test_a_finished_site_stands_for_its_day_and_its_inputs(site: Path) -> None:
    fingerprint = inputs.fingerprint(site, None, False)
    found = manifest.standing(Store(site / "_site").manifest, fingerprint, NOW)
    assert found is not None
    assert found[0].papers == 15
    assert (
        manifest.standing(Store(site / "_site").manifest, fingerprint, NOW + timedelta(days=1))
        is None
    )
    assert manifest.standing(Store(site / "_site").manifest, "another", NOW) is None


def test_a_site_that_lost_a_file_or_was_not_finished_does_not_stand(
    site: Path, tmp_path: Path
) -> None:
    fingerprint, copy = inputs.fingerprint(site, None, False), tmp_path / "copy"
    shutil.copytree(site / "_site", copy)
    (copy / "feed.xml").unlink()
    assert manifest.standing(Store(copy).manifest, fingerprint, NOW) is None
    shutil.copy(site / "_site/feed.xml", copy)
    assert manifest.standing(Store(copy).manifest, fingerprint, NOW) is not None
    path = Store(copy).manifest.path
    path.write_text(path.read_text().replace("complete", "in progress", 1))
    assert manifest.standing(Store(copy).manifest, fingerprint, NOW) is None
    assert manifest.standing(Store(tmp_path / "nothing").manifest, fingerprint, NOW) is None
