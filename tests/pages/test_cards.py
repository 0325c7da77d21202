"""Social cards: what stands on them, and that any text makes a sound picture."""

from pathlib import Path

import pytest
from conftest import NOW, copy_of_repository
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_lists import SITE

from digest import archive
from digest.build import BuildOptions, build
from digest.fetch import ARCHIVE
from digest.model import Entry, Page
from digest.output.store import MANIFEST
from digest.render import Renderer, default_templates
from digest.render.lettering import Fitted, fit, png

SIZES = (92, 70, 42)
HOSTILE = [
    "<script>alert(1)</script> & ]]> \" ' <!-- -->",
    "a\x00b\x0bc\x1bd\ufffe\ud800",
    "\u202eevil\u202c \u200b\u2066right\u2069",
    "x" * 400,
    "Very long words and many of them " * 13,
    "العربية والعبرية",
    "联邦学习的统一框架",
    "Rockets 🚀 for 👩‍👩‍👧 all",
    "𝔽-algebras, ℤₚ and x⁻¹",
    "",
    " ",
]  # fmt: skip


def png_size(data: bytes) -> tuple[int, int]:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def card(title: str, text: str = "", label: str = "") -> Page:
    return Page.of(
        "papers/1/card.png", "social.svg", about="papers/1/", title=title, text=text, label=label
    )


def words_of(svg: bytes) -> list[str]:
    return [element.text or "" for element in etree.fromstring(svg).iter("{*}text")]


def drawn(page: Page) -> bytes:
    return renderer().render(page)


def svg_of(page: Page) -> bytes:
    """The drawing that the picture is made of."""
    return renderer().render(Page.of("card.svg", page.template, **page.context))


def renderer() -> Renderer:
    return Renderer(SITE, default_templates())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_makes_a_sound_picture(text: str) -> None:
    page = card(text, text, text)
    assert words_of(svg_of(page))
    assert png_size(drawn(page)) == (1200, 630)


def test_markup_in_a_title_is_text() -> None:
    hostile = "<script>alert(1)</script> & ]]>"
    assert hostile in " ".join(words_of(svg_of(card(hostile))))


@given(st.text(max_size=80))
@settings(max_examples=40)
def test_any_text_fits_its_box(text: str) -> None:
    found = fit(text, 600, 300, SIZES, bold=True)
    assert found.size in SIZES
    assert len(found.lines) * found.size * 1.2 <= 300
    assert all(line.strip() for line in found.lines)


def test_a_text_is_as_large_as_it_can_be_and_none_of_it_is_lost() -> None:
    title = "Elastic speculative decoding with sparse gating for large models"
    found = fit(title, 1056, 400, SIZES, bold=True)
    assert " ".join(found.lines) == title
    assert found.size == 92
    assert fit(title, 500, 400, SIZES, bold=True).size < 92


def test_a_text_that_never_fits_is_cut_with_an_ellipsis() -> None:
    found = fit("word " * 400, 600, 100, (42,))
    assert len(found.lines) == 1
    assert found.lines[-1].endswith("word…")


def test_a_box_too_low_for_a_line_shows_nothing() -> None:
    assert fit("word", 600, 10, (42,)) == Fitted(42, ())


def test_formulas_are_letters_and_unknown_signs_are_left_out() -> None:
    assert fit("𝔽-algebras, ℤₚ and α ≤ ∞", 2000, 100, (42,)).lines == ("F-algebras, Zp and α ≤ ∞",)
    assert fit("Rockets 🚀 for all", 2000, 100, (42,)).lines == ("Rockets for all",)


def test_a_title_in_a_script_without_letters_here_leaves_the_address() -> None:
    assert fit("联邦学习", 600, 100, (42,)) == Fitted(42, ())
    assert words_of(svg_of(card("联邦学习")))[1] == "example.org/digest/papers/1"


def test_the_same_words_make_the_same_bytes_and_other_words_others() -> None:
    assert drawn(card("One")) == drawn(card("One"))
    assert drawn(card("One")) != drawn(card("Two"))


def test_letters_show_without_any_font_of_the_machine() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="100"{}>{}</svg>'
    text = '<text x="9" y="60" font-size="40">Words</text>'
    blank, said = svg.format("", ""), svg.format(' font-family="Nowhere"', text)
    assert len(png(said)) > len(png(blank)) + 500


def test_a_broken_drawing_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"\S"):
        png("<svg")


def test_the_shipped_site_has_a_card_of_each_kind_and_pages_name_theirs(shipped: Path) -> None:
    cards = {p.relative_to(shipped).as_posix() for p in shipped.rglob("card.png")}
    assert {"card.png", "themes/llm-serving/card.png", "issues/2026-w20/card.png"} <= cards
    assert "papers/2605.14376/card.png" in cards  # pinned
    assert len([name for name in cards if name.startswith("papers/")]) == 1
    for name in cards:
        assert png_size((shipped / name).read_bytes()) == (1200, 630)
    for page, image in {
        "": "card.png",
        "about/": "card.png",
        "papers/2605.13319/": "card.png",
        "papers/2605.14376/": "papers/2605.14376/card.png",
        "themes/llm-serving/": "themes/llm-serving/card.png",
        "issues/2026-w20/": "issues/2026-w20/card.png",
    }.items():
        html = (shipped / page / "index.html").read_text("utf-8")
        address = f"https://example.org/digest/{image}"
        assert f'<meta property="og:image" content="{address}">' in html
        assert '<meta property="og:image:width" content="1200">' in html
        assert '<meta name="twitter:card" content="summary_large_image">' in html


def test_a_site_may_do_without(tmp_path: Path) -> None:
    root = copy_of_repository(tmp_path / "root")
    with (root / "site.yaml").open("a", encoding="utf-8") as settings:
        settings.write("\ncards: false\n")
    build(root, BuildOptions(now=NOW, out=tmp_path / "out", offline=True))
    assert not list((tmp_path / "out").rglob("card.png"))
    assert "og:image" not in (tmp_path / "out/index.html").read_text("utf-8")


def test_a_card_is_drawn_again_only_for_other_words(tmp_path: Path) -> None:
    root, out = copy_of_repository(tmp_path / "root"), tmp_path / "out"

    def built() -> dict[str, str]:
        build(root, BuildOptions(now=NOW, out=out, offline=True))
        lines = (out / MANIFEST).read_text("utf-8").split("\n")[2:]
        marks = {path: mark for mark, _, path in (line.partition(" ") for line in lines)}
        return {path: mark for path, mark in marks.items() if path.endswith("card.png")}

    before = built()
    issue = root / "content/issues/2026-w19.md"
    issue.parent.mkdir()
    issue.write_text("---\ntitle: One\ndate: 2026-05-08\n---\nHello.\n", "utf-8")
    entry = Entry(
        id="arxiv:2605.19999", title="On LLM serving", announced=NOW.date(), seen=NOW.date()
    )
    archive.save(root / ARCHIVE, archive.merge(archive.load(root / ARCHIVE), [entry]).entries)
    after = built()
    assert after.keys() - before.keys() == {"issues/2026-w19/card.png"}
    assert {path: after[path] for path in before} == before
    issue.write_text("---\ntitle: Two\ndate: 2026-05-08\n---\nHello.\n", "utf-8")
    last = built()
    assert {path for path in last if last[path] != after[path]} == {"issues/2026-w19/card.png"}
