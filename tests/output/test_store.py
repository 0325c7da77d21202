"""Nothing kept beside the site is trusted: damaged in any way, it is made anew, with a word."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import NOW
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_golden import SITE
from test_incremental import SMALL, contents, new_paper

from digest.build import BuildOptions, build
from digest.errors import OutputError
from digest.files import files
from digest.output import (
    FileGroup,
    OutputFile,
    Shard,
    manifest,
    store,
    write,
)

EXAMPLES = 50 if os.environ.get("CI") else 15
Damage = Callable[[Path, int], None]  # to a file, with a number to vary by


def cut(path: Path, number: int) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: number % len(data)])


def flip(path: Path, number: int) -> None:
    data = bytearray(path.read_bytes())
    data[number % len(data)] ^= 1 << number % 8
    path.write_bytes(data)


def insert(path: Path, number: int) -> None:
    data, at = path.read_bytes(), number % 1000
    more = [b"\0", b"\n", b"../victim.txt\n", b"\xff" * 9][number % 4]
    path.write_bytes(data[:at] + more + data[at:])


def nulls(path: Path, number: int) -> None:
    path.write_bytes(b"\0" * (number % 5000))


def another_version(path: Path, number: int) -> None:
    data = path.read_bytes()
    path.write_bytes(data.replace(b" 1 ", b" 0 ", 1) if b"digest keeps" in data else b"0" + data)


def another_type(path: Path, number: int) -> None:
    said = [b"", b"[]", b"null", b'{"a": 1}', b"\x81\xa1x\x01", b"\x91" * 5000][number % 6]
    store.KeptFile(path).write(said)


def folder_instead(path: Path, number: int) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside").write_text("")


def link_instead(path: Path, number: int) -> None:
    """It leads out of the folder, to nothing, or round in a circle."""
    victim = next(parent for parent in path.parents if parent.name == "out").parent / "victim.txt"
    path.unlink()
    path.symlink_to([victim, Path("nothing"), path][number % 3])


def pipe_instead(path: Path, number: int) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES: list[Damage] = [
    cut,
    flip,
    insert,
    nulls,
    another_version,
    another_type,
    folder_instead,
    link_instead,
    pipe_instead,
]


def kept_of(out: Path) -> list[Path]:
    found = (path for path in out.rglob("*") if path.relative_to(out).parts[0].startswith(".dig"))
    return sorted(path for path in found if path.is_file() and path.suffix != ".lock")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(SITE, folder / "root")
    build_small(folder / "root", folder / "out")
    return folder


def build_small(root: Path, out: Path, full: bool = False) -> bool:
    """Build with limits that few papers reach; whether the whole site was made anew."""
    options = BuildOptions(now=NOW, out=out, offline=True, full=full, limits=SMALL)
    return build(root, options).written.anew


@given(
    st.sampled_from(DAMAGES),
    st.integers(0, 1_000_000),
    st.integers(0, 1_000_000),
    st.booleans(),
)
@example(insert, 0, 100, False)  # a NUL in the manifest
@example(insert, 0, 100, True)
@example(insert, 0, 102, False)  # a line that leads out of the folder
@example(cut, 1, 50, True)  # half of a month
@example(folder_instead, 0, 0, False)
@example(folder_instead, 1, 0, False)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_whatever_is_damaged_beside_the_site_is_made_anew_with_a_word(
    tmp_path_factory: pytest.TempPathFactory,
    built: Path,
    caplog: pytest.LogCaptureFixture,
    damage: Damage,
    which: int,
    number: int,
    full: bool,
) -> None:
    folder = tmp_path_factory.mktemp("site")
    root, out = folder / "root", folder / "out"
    shutil.copytree(built, folder, dirs_exist_ok=True)
    (folder / "victim.txt").write_text("years of work")
    new_paper(root, out, 1)  # so that all of it is read
    files_ = kept_of(out)
    damage(files_[which % len(files_)], number)
    caplog.clear()
    anew = build_small(root, out, full)
    assert anew or "made anew" in caplog.text
    assert (folder / "victim.txt").read_text() == "years of work"
    caplog.clear()
    assert not build_small(root, out, full)
    assert not caplog.records
    build_small(root, folder / "fresh")
    assert contents(out) == contents(folder / "fresh")
    shutil.rmtree(folder)


def a_site(*names: str) -> list[Shard]:
    made = [OutputFile.of(name, b"1") for name in names]
    return [Shard([FileGroup(list(names), lambda: made)])]


OUTSIDE = [
    "../victim.txt",
    "a/../../victim.txt",
    "/victim.txt",
    "./victim.txt",
    "a//victim.txt",
    "a/.git/config",
    ".GIT/config",
    ".digest-month-2026-05",
    "link/victim.txt",
    "a\0b",
    "",
]


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("seal", [store.sealed, bytes])
def test_a_manifest_removes_no_file_outside_of_the_folder(
    name: str, seal: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    write(out, a_site("a/index.html", "gone.html"))
    (out / "link").symlink_to(elsewhere)
    victims = [tmp_path / "victim.txt", elsewhere / "victim.txt", out / ".digest-month-2026-05"]
    victims += [out / "a/.git/config", out / ".GIT/config"]
    for victim in victims:
        victim.parent.mkdir(exist_ok=True)
        victim.write_text("years of work")
    written = out / store.MANIFEST
    row = manifest.line(name.replace("/victim", f"{tmp_path}/victim", name[:1] == "/"), "a" * 32)
    data = (store.KeptFile(written).read(bytes) or b"").replace(b"-" * 32, row + b"-" * 32, 1)
    head, _, rest = data.partition(b"\n\n")
    written.write_bytes(seal(head + b"\n" + row + b"\n" + rest))
    write(out, a_site("a/index.html"))
    assert [victim.read_text() for victim in victims] == ["years of work"] * len(victims)
    assert not (out / "gone.html").exists()


def test_a_manifest_that_names_a_folder_removes_none(tmp_path: Path) -> None:
    write(tmp_path, a_site("a/index.html"))
    (tmp_path / "own").mkdir()
    (tmp_path / "own/thesis.tex").write_text("years of work")
    (tmp_path / store.MANIFEST).write_bytes(manifest.line("own", "a" * 32))
    assert write(tmp_path, a_site("a/index.html")).anew
    assert (tmp_path / "own/thesis.tex").exists()


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    write(out, a_site("papers/1/index.html"))
    shutil.copytree(out / "papers", elsewhere)
    shutil.rmtree(out / "papers")
    (out / "papers").symlink_to(elsewhere)
    before = contents(elsewhere)
    with pytest.raises(OutputError, match="papers is a link, through which nothing is written"):
        write(out, a_site("papers/1/index.html", "papers/2/index.html"))
    assert contents(elsewhere) == before


def test_what_a_killed_program_left_leads_no_write_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "victim.txt").write_text("years of work")
    for place in ("out/.a.new", "b.new"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).symlink_to(tmp_path / "victim.txt")
    (tmp_path / "out" / store.MANIFEST).touch()
    write(tmp_path / "out", a_site("a"))
    files.replace(tmp_path / "b", b"1")
    assert (tmp_path / "out/a").read_bytes() == (tmp_path / "b").read_bytes() == b"1"
    assert (tmp_path / "victim.txt").read_text() == "years of work"


@pytest.mark.parametrize("name", ["../a", ".git/config", ".digest-manifest", "a\nb", "\udc80"])
def test_no_site_has_a_file_of_such_a_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no file of a site can be called"):
        write(tmp_path, a_site(name))


def test_what_is_too_large_to_have_been_kept_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / ".digest-notified"
    store.KeptFile(path).write(b"x" * 100)
    assert store.read_raw(path)
    assert store.read_raw(path, most=100) == b""


def test_the_store_alone_knows_the_names_of_what_is_kept() -> None:
    package = Path(store.__file__).parents[1]
    named = {path.name for path in package.rglob("*.py") if '".digest-' in path.read_text("utf-8")}
    assert named == {"store.py"}
