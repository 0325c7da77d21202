"""A build over what an earlier one left gives the same bytes as a build from nothing."""

import os
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from conftest import NOW
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_golden import SITE

from digest import archive
from digest.build import BuildLimits, BuildOptions, build
from digest.model import Entry, Version
from digest.output.store import MANIFEST, KeptFile
from digest.papers.related import RelatedLimits

EXAMPLES = 200 if os.environ.get("CI") else 12
Change = Callable[[Path, Path, int], None]  # the site's folder, its output, a number to vary by


def _entries(root: Path) -> tuple[Entry, ...]:
    return archive.load(root / "content/archive")


def new_paper(root: Path, out: Path, number: int) -> None:
    day = date(2026, 4, 11) + timedelta(number % 40)
    entry = Entry(
        id=f"arxiv:2605.1{number:04}",
        title=f"Paper {number} on {'consensus' if number % 3 else 'cats'}",
        summary="KV cache" if number % 2 else "",
        authors=(f"Ann {chr(65 + number % 5)}",),
        announced=day,
        seen=day + timedelta(number % 3 * 10),
        version=1,
        versions=(Version(number=1),),
    )
    archive.save(root / "content/archive", archive.merge(_entries(root), [entry]).entries)


def revised_paper(root: Path, out: Path, number: int) -> None:
    entries = _entries(root)
    old = entries[number % len(entries)]
    if old.version:
        at = old.version + 1
        new = msgspec.structs.replace(
            old,
            title=f"{old.title} revised",
            version=at,
            versions=(Version(number=at, seen=date(2026, 5, 16)),),
        )
        archive.save(root / "content/archive", archive.merge(entries, [new]).entries)


def corrected_paper(root: Path, out: Path, number: int) -> None:
    entries = {entry.id: entry for entry in _entries(root)}
    old = entries[sorted(entries)[number % len(entries)]]
    entries[old.id] = msgspec.structs.replace(old, authors=(f"Ann {chr(65 + number % 5)}",))
    archive.save(root / "content/archive", entries.values())


def note(root: Path, out: Path, number: int) -> None:
    path = root / f"content/notes/2605.0000{1 + number % 3}.md"
    path.parent.mkdir(exist_ok=True)
    how = [
        "pin: true",
        "hide: not for us",
        "tags: [fine]",
        "themes: {add: [serving]}",
        f"related: ['2605.0000{1 + (number + 1) % 3}']",
    ][number % 5]
    path.write_text(f"---\n{how}\n---\nLook at this, and at [@2605.00003]: {number}.\n")


def no_note(root: Path, out: Path, number: int) -> None:
    (root / f"content/notes/2605.0000{1 + number % 3}.md").unlink(missing_ok=True)


def rule(root: Path, out: Path, number: int) -> None:
    path = root / "site.yaml"
    word = ["zyzzyva", "Nothing matches", "Author", "paper"][number % 4]
    text = path.read_text("utf-8")
    path.write_text(text[: text.rindex("any:")] + f'any: ["{word}"]\n', "utf-8")


def setting(root: Path, out: Path, number: int) -> None:
    path = root / "site.yaml"
    lines = path.read_text("utf-8").splitlines()
    lines = [f'title: "Title {number}"' if x.startswith("title:") else x for x in lines]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def follow(root: Path, out: Path, number: int) -> None:
    path = root / "site.yaml"
    lines = path.read_text("utf-8").splitlines()
    lines = [x for x in lines if not x.startswith(("follow:", "authors:"))]
    lines.insert(1, ["follow: [Ann A]", "authors: all", "follow: [Ann B]"][number % 3])
    path.write_text("\n".join(lines) + "\n", "utf-8")


def template(root: Path, out: Path, number: int) -> None:
    name = ["macros.html", "paper.html", "item.html", "base.html"][number % 4]
    (root / "templates").mkdir(exist_ok=True)
    text = (Path(__file__).parents[2] / "templates" / name).read_text("utf-8")
    changed = text.replace("</p>", f"</p>\n<!-- {number} -->", 1)
    (root / "templates" / name).write_text(changed, "utf-8")


def lost_file(root: Path, out: Path, number: int) -> None:
    files = sorted(path for path in out.rglob("*") if path.is_file() and path.name != MANIFEST)
    if files:
        files[number % len(files)].unlink()


def stopped_build(root: Path, out: Path, number: int) -> None:
    """The next build finds some files of another, and a manifest that says so."""
    manifest = out / MANIFEST
    if manifest.exists():
        data = KeptFile(manifest).read(bytes) or b""
        KeptFile(manifest).write(data.replace(b"complete", b"in progress", 1))
        files = sorted(path for path in out.rglob("*.html"))
        files[number % len(files)].write_text("half a p")


CHANGES: list[Change] = [
    new_paper,
    revised_paper,
    corrected_paper,
    note,
    no_note,
    rule,
    setting,
    follow,
    template,
    lost_file,
    stopped_build,
]


# Limits that a site of few papers reaches.
SMALL = BuildLimits(shard=2, look=4, related=RelatedLimits(few=4, block=5))


def build_small(root: Path, out: Path, *, full: bool = False) -> None:
    options = BuildOptions(now=NOW, out=out, offline=True, full=full, limits=SMALL)
    build(root, options)


def contents(folder: Path) -> dict[str, bytes]:
    """Of a site, but for names that the search gives its files by chance."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST and path.parent.name != ".digest-search"
    }


@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 99)), min_size=1, max_size=4))
# The editor names a paper beside another, which is then revised.
@example([(note, 4), (revised_paper, 2)])
# Of two papers of one author, the first turns out to be another's.
@example([(follow, 2), (new_paper, 0), (new_paper, 75), (corrected_paper, 11)])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_changes_give_what_a_full_build_gives(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[Change, int]]
) -> None:
    folder = tmp_path_factory.mktemp("site")
    root, out = folder / "root", folder / "out"
    shutil.copytree(SITE, root)
    follow(root, out, 1)
    build_small(root, out)
    for change, number in changes:
        change(root, out, number)
        build_small(root, out)
    fresh = folder / "fresh"
    build_small(root, fresh)
    assert contents(out) == contents(fresh)
    build_small(root, out, full=True)
    assert contents(out) == contents(fresh)
    shutil.rmtree(folder)


def changed_by(change: Callable[[Path], None], folder: Path) -> set[str]:
    """The files of the golden site that are written anew after a change."""
    root, out = folder / "root", folder / "out"
    shutil.copytree(SITE, root)
    build_small(root, out)
    before = {name: (out / name).stat().st_ino for name in contents(out) if name[0] != "."}
    change(root)
    build_small(root, out)
    names = {name for name in contents(out) if name[0] != "."}
    return {name for name in names if before.get(name) != (out / name).stat().st_ino}


def test_a_template_that_is_touched_changes_its_own_pages_alone(tmp_path: Path) -> None:
    def touch(root: Path) -> None:
        text = (Path(__file__).parents[2] / "templates/paper.html").read_text("utf-8")
        (root / "templates").mkdir(exist_ok=True)
        (root / "templates/paper.html").write_text(text.replace("<h1", "<h1 data-touched"), "utf-8")

    changed = changed_by(touch, tmp_path)
    assert changed
    assert {name.split("/")[0] for name in changed} == {"papers"}


def test_a_rule_that_moves_no_paper_changes_no_page(tmp_path: Path) -> None:
    def more(root: Path) -> None:
        path = root / "site.yaml"
        text = path.read_text("utf-8")
        path.write_text(text.replace("any: [", "any: [zyzzyva, ", 1), "utf-8")
        assert path.read_text("utf-8") != text

    assert changed_by(more, tmp_path) == set()


def test_a_rule_that_moves_a_paper_changes_it_and_the_lists_it_is_in(tmp_path: Path) -> None:
    entries = {entry.id: entry for entry in _entries(SITE)}
    moved = entries["arxiv:2605.00001"]

    def more(root: Path) -> None:
        path = root / "site.yaml"
        title = moved.title.split("$")[0].strip()
        text = path.read_text("utf-8")
        at = text.index("any:", text.index("id: empty"))
        path.write_text(f"{text[:at]}any: [{title!r}]\n", "utf-8")

    changed = changed_by(more, tmp_path)
    pages = {name for name in changed if name.startswith("papers/")}
    assert pages == {"papers/2605.00001/index.html"}
    assert "themes/empty/index.html" in changed
    assert not any(name.startswith("themes/serving/") for name in changed)
