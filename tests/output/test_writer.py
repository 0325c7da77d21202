import subprocess
import sys
from collections.abc import Iterable
from functools import partial
from itertools import starmap
from pathlib import Path

import pytest
from conftest import NOW, copy_of_repository
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.build import BuildOptions, build
from digest.errors import OutputError
from digest.output import (
    FileGroup,
    OutputFile,
    Shard,
    Written,
)
from digest.output import write as write_files
from digest.output.store import MANIFEST

sites = st.dictionaries(
    st.sampled_from(["index.html", "a/index.html", "a/b/index.html", "c.xml"]),
    st.binary(max_size=3),
)


def write(folder: Path, files: Iterable[tuple[str, bytes]]) -> Written:
    return write_shards(folder, list(starmap(OutputFile.of, files)))


def write_shards(folder: Path, files: list[OutputFile]) -> Written:
    """A file a shard."""
    shards = [Shard([FileGroup([file.path], partial(list, [file]))]) for file in files]
    return write_files(folder, shards)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


@given(st.lists(sites, min_size=1, max_size=4))
@settings(max_examples=50)
def test_the_folder_holds_just_the_last_site(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("out")
    for site in steps:
        written = write(folder, site.items())
        assert contents(folder) == site
        assert written.files == len(site)


def test_what_has_not_changed_is_not_written(tmp_path: Path) -> None:
    write(tmp_path, [("a", b"1"), ("b", b"2")])
    before = (tmp_path / "a").stat().st_ino
    assert write(tmp_path, [("a", b"1"), ("b", b"3")]).changed == 1
    assert (tmp_path / "a").stat().st_ino == before


def test_a_deleted_file_comes_back(tmp_path: Path) -> None:
    write(tmp_path, [("a", b"1")])
    (tmp_path / "a").unlink()
    write(tmp_path, [("a", b"1")])
    assert contents(tmp_path) == {"a": b"1"}


def test_other_peoples_files_are_never_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(OutputError, match="did not write"):
        write(tmp_path, [("index.html", b"")])
    assert contents(tmp_path) == {"thesis.tex": b"years of work"}


def test_a_build_that_broke_leaves_the_next_one_everything_to_mend(tmp_path: Path) -> None:
    def power_cut() -> bytes:
        raise RuntimeError("power cut")

    write(tmp_path, [("a", b"old"), ("b", b"2")])
    cut = [
        OutputFile.of("a", b"new"),
        OutputFile.of("only-here", b"1"),
        OutputFile("c", "mark" * 8, power_cut),
    ]
    with pytest.raises(RuntimeError):
        write_shards(tmp_path, cut)
    assert (tmp_path / "only-here").exists()
    (tmp_path / "b").write_bytes(b"damaged")
    write(tmp_path, [("a", b"new"), ("b", b"2")])
    assert contents(tmp_path) == {"a": b"new", "b": b"2"}


def test_two_pages_cannot_want_one_place(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="two pages want the same place: a"):
        write(tmp_path, [("a", b"1"), ("a", b"2")])


def test_a_folder_that_cannot_be_written_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        write(tmp_path / "file" / "site", [("a", b"1")])


@pytest.mark.parametrize(
    ("old", "new"),
    [("manifest 4", "manifest 1"), (f"{'-' * 32}:", ""), (":38\n", ":39\n")],
    ids=["version", "table", "length"],
)
def test_what_another_version_wrote_is_made_anew(old: str, new: str, tmp_path: Path) -> None:
    write(tmp_path, [("a", b"1"), ("gone", b"2")])
    manifest = tmp_path / MANIFEST
    head, _, tail = manifest.read_text().rpartition(old)
    manifest.write_text(f"{head}{new}{tail}")
    written = write(tmp_path, [("a", b"1")])
    assert written.anew
    assert written.removed == 1
    assert contents(tmp_path) == {"a": b"1"}
    assert not write(tmp_path, [("a", b"1")]).anew


FULL_DISK = """
import resource, sys
from digest.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))  # no file may grow beyond
sys.argv = ["digest", "build", "--offline", "--root", sys.argv[1], "--out", sys.argv[2]]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits there")
def test_a_full_disk_is_one_line_and_the_next_build_mends_it(tmp_path: Path) -> None:
    root, out = copy_of_repository(tmp_path / "root"), tmp_path / "out"
    command = [sys.executable, "-c", FULL_DISK, str(root), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: cannot write ")
    assert done.stderr.count("\n") == 1
    build(root, BuildOptions(now=NOW, out=out, offline=True))
    build(root, BuildOptions(now=NOW, out=tmp_path / "fresh", offline=True))
    assert contents(out) == contents(tmp_path / "fresh")
