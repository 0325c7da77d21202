"""A site's own templates: they win over ours, extend ours, and fail with file and line."""

import os
from pathlib import Path

import pytest
from conftest import NOW

from digest.build import BuildOptions, build
from digest.commands.preview import state_of
from digest.errors import DigestError, RenderError
from digest.output.inputs import fingerprint

SITE = """\
title: T
url: https://example.org/x/
tag: "example.org,2026"
sources:
  - {name: S, kind: file, path: none.xml}
themes:
  - {id: a, title: A, any: [a]}
"""
EXTENDED = (
    '{% extends "default/about.html" %}{% block main %}{{ super() }}<p>Mine</p>{% endblock %}'
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "templates/static").mkdir(parents=True)
    (tmp_path / "site.yaml").write_text(SITE)
    return tmp_path


def built(root: Path, file: str) -> str:
    build(root, BuildOptions(now=NOW, out=root / "_site", offline=True, jobs=1))
    return (root / "_site" / file).read_text("utf-8")


def test_a_template_of_the_same_name_wins(root: Path) -> None:
    before = built(root, "about/index.html")
    (root / "templates/about.html").write_text("Just {{ site.title }}.\n")
    assert built(root, "about/index.html") == "Just T.\n"
    (root / "templates/about.html").unlink()
    assert built(root, "about/index.html") == before


def test_a_template_extends_ours(root: Path) -> None:
    before = built(root, "about/index.html")
    (root / "templates/about.html").write_text(EXTENDED)
    after = built(root, "about/index.html")
    assert after.replace("<p>Mine</p>", "") == before


def test_a_change_of_the_base_reaches_every_page(root: Path) -> None:
    built(root, "index.html")
    (root / "templates/base.html").write_text(
        '{% extends "default/base.html" %}{% block footer %}Mine{% endblock %}'
    )
    assert "Mine" in built(root, "trends/index.html")
    assert "Mine" in built(root, "404.html")


def test_a_style_sheet_is_a_template_too(root: Path) -> None:
    (root / "templates/static/style.css").write_text("a { color: {{ site.accent }} }\n")
    assert built(root, "static/style.css") == "a { color: #7a2e1d }\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("about.html", b"\n{{ nope }}", "about.html:2: 'nope' is undefined"),
        ("about.html", b"{% if %}", "about.html:1: Expected an expression"),
        ("about.html", b"{% extends 'default/no.html' %}", "about.html:1: there is no template"),
        ("about.html", b"\n{{ 1 / 0 }}", "about.html:2: ZeroDivisionError: division by zero"),
        ("about.html", b"\n\xff", "about.html:2: not UTF-8 text"),
        ("macros.html", b"\n\n\xff", "macros.html:3: not UTF-8 text"),
        ("base.html", b"{{ link() }}", "base.html:1: TypeError"),
        ("static/style.css", b"{{ x", "static/style.css:1: unexpected end of template"),
        ("feed.xml", b"{{ items[0 }}", "feed.xml:1: unexpected '}'"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line_and_the_site_stays(
    root: Path, name: str, text: bytes, message: str
) -> None:
    before = built(root, "index.html")
    (root / "templates" / name).write_bytes(text)
    with pytest.raises(RenderError) as caught:
        built(root, "index.html")
    assert str(caught.value).startswith(f"{root}/templates/{message}")
    assert (root / "_site/index.html").read_text("utf-8") == before


def test_locks_of_editors_are_no_files_of_the_site(root: Path) -> None:
    """Emacs leaves a link to nowhere beside each file that is being written."""
    before, state = fingerprint(root), state_of(root)
    (root / "templates/.#about.html").symlink_to("me@here.1234")
    os.mkfifo(root / "templates/pipe")
    assert fingerprint(root) == before
    assert state_of(root) == state
    (root / "templates/z.html").write_text("")
    assert state_of(root) != state
    built(root, "index.html")


def test_a_link_out_of_the_site_is_refused(root: Path) -> None:
    secret = root / "secret"
    secret.write_text("token")
    (root / "content/pages").mkdir(parents=True)
    (root / "content/pages/x.md").symlink_to(secret)
    with pytest.raises(DigestError, match=r"content/pages/x\.md:1: a link that leads elsewhere"):
        built(root, "index.html")


@pytest.mark.parametrize("kept", [b"two words", b"example.org"])
def test_a_kept_authority_that_is_none_is_named(root: Path, kept: bytes) -> None:
    (root / "content").mkdir()
    (root / "content/tag").write_bytes(kept)
    with pytest.raises(DigestError, match=r"content/tag:1: expected a domain and a date"):
        built(root, "index.html")
