"""Imports only point down, from floor to floor, and never past what a room exports."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rooms import PACKAGE, arrows, floors, imports, modules, reduced

FLOORS = [  # the lowest first; a room is a folder of digest/, or a module at its top
    {"errors", "model"},
    {"text"},
    {"files", "language", "tex"},
    {"sources"},
    {"archive", "cite", "output"},
    {"config"},
    {"fetch", "themes"},
    {"papers"},
    {"editor"},
    {"pages"},
    {"feeds", "render"},
    {"build"},
    {"commands"},
    {"cli"},
    {"__main__"},
]
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def exports(package: Path, room: str) -> set[str]:
    """What a room's `__all__` lists."""
    tree = ast.parse((package / room / "__init__.py").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def faults(package: Path) -> list[str]:
    """The imports that point up or aside, or reach past what a room exports."""
    found = []
    for room, path in modules(package):
        for target, *names in imports(path):
            if target in {room, "__version__"}:
                continue
            if FLOOR_OF[target] >= FLOOR_OF[room]:
                found.append(f"{path.relative_to(package)} must not import {target}")
            elif (package / target).is_dir() and names and names[0] not in exports(package, target):
                found.append(f"{path.relative_to(package)}: {target} exports no {names[0]}")
    return found


def test_imports_point_down_and_stop_at_what_a_room_exports() -> None:
    assert faults(PACKAGE) == []


def test_every_room_says_what_goes_in_and_what_comes_out() -> None:
    for room in {room for room, _ in modules(PACKAGE) if (PACKAGE / room).is_dir()}:
        words = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text("utf-8")))
        assert words, room
        first = words.partition(". ")[0]
        assert " in;" in first, f"{room}: {first}"
        assert " out" in first, f"{room}: {first}"


def test_an_import_turned_round_is_found(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "digest")
    turned = tmp_path / "digest/papers/paper.py"
    turned.write_text(turned.read_text("utf-8") + "\nfrom digest.pages import days\n", "utf-8")
    assert faults(tmp_path / "digest") == ["papers/paper.py must not import pages"]


def test_an_import_past_the_exports_is_found(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "digest")
    past = tmp_path / "digest/pages/days.py"
    past.write_text(past.read_text("utf-8") + "\nfrom digest.papers.diff import words\n", "utf-8")
    assert faults(tmp_path / "digest") == ["pages/days.py: papers exports no diff"]


def test_the_arrows_drawn_lead_wherever_all_do() -> None:
    every = arrows(PACKAGE)
    drawn = reduced(every)
    reached = dict[str, set[str]]()
    for room in (room for floor in floors(every) for room in floor):
        reached[room] = set(drawn[room]).union(*(reached[target] for target in drawn[room]))
        assert every[room] <= reached[room], room
    assert sum(map(len, drawn.values())) < sum(map(len, every.values())) / 2


def test_a_circle_of_imports_has_no_floors() -> None:
    circle = {"a": frozenset({"b"}), "b": frozenset({"a"}), "c": frozenset[str]()}
    with pytest.raises(ValueError, match="a circle of imports: a, b"):
        floors(circle)


def test_one_module_alone_opens_connections_and_one_folder_alone_speaks_click() -> None:
    for path in PACKAGE.rglob("*.py"):
        words = path.read_text("utf-8")
        tree = ast.walk(ast.parse(words))
        names = {
            name.split(".")[0]
            for node in tree
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
            )
        }
        assert "urllib3" not in names or path == PACKAGE / "sources/exchange.py"
        assert "click" not in names or path.parent.name == "cli"


def test_a_command_that_only_answers_loads_no_library_that_it_does_not_need() -> None:
    """What takes long to load is loaded by the commands that need it."""
    script = "import sys; import digest.cli; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    heavy = {
        "babel",
        "feedparser",
        "jinja2",
        "markdown_it",
        "re2",
        "rich",
        "urllib3",
        "yaml",
    }
    assert not heavy & set(done.stdout.split())
