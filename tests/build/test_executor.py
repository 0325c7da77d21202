"""Shards rendered elsewhere: by any executor, and by a real Dask cluster of two workers."""

import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import NOW
from test_golden import SITE
from test_incremental import contents, new_paper, rule

from digest.build import BuildOptions, build
from digest.cli import main
from digest.errors import DigestError
from digest.output import processes as jobs

COMMAND = ["build", "--offline", "--now", "2026-05-16T06:00:00Z", "--root"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the golden site that a test may change."""
    shutil.copytree(SITE, tmp_path / "site")
    return tmp_path / "site"


def test_an_executor_of_fresh_processes_gives_the_same_site(root: Path, tmp_path: Path) -> None:
    out, here = tmp_path / "out", tmp_path / "here"
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        first = build(root, BuildOptions(now=NOW, out=out, offline=True, executor=pool))
        assert first.written.changed == first.written.files
        new_paper(root, out, 1)
        rule(root, out, 2)
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        second = build(root, BuildOptions(now=NOW, out=out, offline=True, executor=pool))
    assert 0 < second.written.changed < second.written.files
    build(root, BuildOptions(now=NOW, out=here, offline=True))
    assert contents(out) == contents(here)


@pytest.mark.filterwarnings("ignore")  # of Dask's own doing
def test_a_dask_cluster_gives_the_same_site(root: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    out, here = tmp_path / "out", tmp_path / "here"
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address.replace("tcp://", "dask://")
        run = CliRunner().invoke(
            main, [*COMMAND, str(root), "--out", str(out), "--executor", address]
        )
        assert run.exit_code == 0, run.output
        (root / "templates").mkdir(exist_ok=True)
        (root / "templates/paper.html").write_text("{{ nothing }}", "utf-8")
        bad = CliRunner().invoke(
            main, [*COMMAND, str(root), "--out", str(out), "--executor", address]
        )
        assert bad.exit_code == 1
        assert "paper.html:1" in bad.stderr
        (root / "templates/paper.html").unlink()
    build(root, BuildOptions(now=NOW, out=here, offline=True))
    build(root, BuildOptions(now=NOW, out=out, offline=True))
    assert contents(out) == contents(here)


@pytest.mark.parametrize("address", ["dask:/a:1", "spark://a:1", "dask://a", "dask://:1"])
def test_an_address_that_is_none_is_an_error(address: str) -> None:
    with pytest.raises(DigestError, match="is no executor; they look like dask://HOST:PORT"):
        jobs.dask(address).__enter__()
