"""Compiled templates are kept for the next build, and trusted only where nobody else writes."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest

from digest.render.bytecode import KeptTemplates

needs_owner = pytest.mark.skipif(os.name == "nt", reason="needs POSIX rights")


class Compiling(jinja2.Environment):
    """Counts the templates that it compiles."""

    compiled = 0

    def _generate(self, *arguments: object, **more: object) -> str:
        type(self).compiled += 1
        return super()._generate(*arguments, **more)  # type: ignore[arg-type]


def render(folder: Path, text: str = "Hello {{ 6 * 7 }}", words: str = "en") -> tuple[str, int]:
    """What a template gives, and how many were compiled for it."""
    Compiling.compiled = 0
    env = Compiling(
        loader=jinja2.DictLoader({"a.html": text}), bytecode_cache=KeptTemplates(words, folder, 4)
    )
    return env.get_template("a.html").render(), Compiling.compiled


def test_a_template_is_compiled_once(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert render(folder) == ("Hello 42", 1)
    assert render(folder) == ("Hello 42", 0)


def test_another_text_or_another_language_is_compiled_anew(tmp_path: Path) -> None:
    assert render(tmp_path / "kept") == ("Hello 42", 1)
    assert render(tmp_path / "kept", "Bye") == ("Bye", 1)
    assert render(tmp_path / "kept", "Bye", "de") == ("Bye", 1)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link_instead(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("damage", [cut, flip, empty, folder_instead, link_instead])
def test_a_damaged_file_is_made_anew(damage: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    render(folder)
    (path,) = folder.iterdir()
    damage(path)
    assert render(folder) == ("Hello 42", 1)
    assert render(folder) == ("Hello 42", 0)


@needs_owner
def test_a_folder_that_others_may_write_to_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    folder.chmod(0o777)
    assert render(folder) == render(folder) == ("Hello 42", 1)
    assert list(folder.iterdir()) == []


@needs_owner
def test_a_link_in_the_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "kept").symlink_to("elsewhere")
    assert render(tmp_path / "kept") == ("Hello 42", 1)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    assert render(tmp_path / "kept") == ("Hello 42", 1)


def test_so_many_files_are_kept_and_no_more(tmp_path: Path) -> None:
    for number in range(30):
        assert render(tmp_path / "kept", words=str(number))[1] == 1
        assert len(list((tmp_path / "kept").iterdir())) <= 4
    shutil.rmtree(tmp_path / "kept")
