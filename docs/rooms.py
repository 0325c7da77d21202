"""Read the imports of `digest/`: which room stands on which, and where an import leads."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "digest"
Arrows = Mapping[str, frozenset[str]]  # the rooms that each room imports from


def modules(package: Path) -> Iterator[tuple[str, Path]]:
    """Every module with the room it stands in; the package's own face is none."""
    for path in sorted(package.rglob("*.py")):
        room = path.relative_to(package).with_suffix("").parts[0]
        if room != "__init__":
            yield room, path


def imports(path: Path) -> Iterator[tuple[str, ...]]:
    """What a module imports of ours, in parts: ("papers", "paper", "Paper")."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "digest":
            folder = (node.module or "").split(".")[1:]
            yield from ((*folder, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            names = (alias.name.split(".") for alias in node.names)
            yield from (tuple(parts[1:]) for parts in names if parts[0] == "digest")


def arrows(package: Path) -> Arrows:
    """The rooms that each room imports from, leaving out `__main__`, which only calls `cli`."""
    found = dict[str, set[str]]()
    for room, path in modules(package):
        found.setdefault(room, set()).update(target for target, *_ in imports(path))
    return {
        room: frozenset(targets & found.keys() - {room})
        for room, targets in found.items()
        if room != "__main__"
    }


def floors(of: Arrows) -> list[list[str]]:
    """The rooms by floor, the lowest first: each stands just above the highest it imports from.

    Raises:
        ValueError: some rooms import each other in a circle.
    """
    found, left = list[list[str]](), set(of)
    while left:
        floor = sorted(room for room in left if not of[room] & left)
        if not floor:
            raise ValueError(f"a circle of imports: {', '.join(sorted(left))}")
        found.append(floor)
        left -= set(floor)
    return found


def reduced(of: Arrows) -> Arrows:
    """The arrows that say all: none from a room to one that it reaches by others."""
    reached = dict[str, frozenset[str]]()
    for floor in floors(of):
        for room in floor:
            reached[room] = of[room].union(*(reached[target] for target in of[room]))
    return {
        room: targets - frozenset[str]().union(*(reached[target] for target in targets))
        for room, targets in of.items()
    }


def sentence(package: Path, room: str) -> str:
    """The first sentence of a room's docstring."""
    folder = package / room
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    words = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(words.split()).partition(". ")[0].removesuffix(".") + "."
