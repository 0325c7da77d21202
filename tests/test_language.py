"""The interface in other languages: whole catalogues, dates, numbers, a site in German."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from conftest import REPOSITORY

LOCALE = REPOSITORY / "digest/locale"
POT, GERMAN = LOCALE / "digest.pot", LOCALE / "de/LC_MESSAGES/digest.po"
JINJA = {
    "extensions": "jinja2.ext.do",
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "trimmed": "true",
    "silent": "false",
}


def extracted() -> Catalog:
    """Every word of the interface, as templates and code have them."""
    found = Catalog(project="digest", charset="utf-8", fuzzy=False)
    parts: list[tuple[str, list[tuple[str, str]], dict[str, dict[str, str]]]] = [
        ("digest", [("tex/**.py", "ignore"), ("**.py", "python")], {}),
        ("templates", [("*.*", "jinja2")], {"*.*": JINJA}),
    ]
    for folder, methods, options in parts:
        keywords = {"say": None} if folder == "digest" else {"_": None, "ngettext": (1, 2)}
        for name, _, message, _, context in extract_from_dir(
            REPOSITORY / folder, methods, options, keywords=keywords | {"gettext": None}
        ):
            found.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    return found


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def write(path: Path, catalogue: Catalog) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue, width=96, omit_header=path == POT, include_lineno=False)


def words(catalogue: Catalog) -> set[tuple[str, ...]]:
    return {
        (message.id,) if isinstance(message.id, str) else tuple(message.id)
        for message in catalogue
        if message.id
    }


def test_the_catalogues_have_every_word_of_the_interface_and_no_other(
    request: pytest.FixtureRequest,
) -> None:
    found = extracted()
    if request.config.getoption("--update-golden"):
        write(POT, found)
        german = read(GERMAN)
        german.update(found, no_fuzzy_matching=True, update_creation_date=False)
        german.obsolete.clear()
        write(GERMAN, german)
    assert len(words(found)) > 300
    assert words(read(POT)) == words(found)
    assert words(read(GERMAN)) == words(found)
