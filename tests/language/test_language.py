"""The interface in other languages: whole catalogues, dates, numbers, a site in German."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from conftest import NOW, REPOSITORY
from selectolax.lexbor import LexborHTMLParser

from digest.build import BuildOptions, build
from digest.commands.check import check
from digest.errors import ConfigError
from digest.language import load
from digest.language.templates import Environment

PLACE = re.compile(r"%\(\w+\)s|%%|\{\w+\}")
SAID = {f"data-{name}" for name in ("none", "one", "many", "all", "more", "sure", "failed")}
TAG = re.compile(r"</?\w+[^>]*>")
ENGLISH_WORDS = re.compile(
    r"\b(the|of|and|papers?|themes?|updates?|pages?|search|with|from|this|by|newest|oldest|weeks?"
    r"|days?|saved?|hide|hidden|read|more|not|your|open|other|authors?|abstracts?|sources?|months?"
    r"|year|new|first|last|seen|copy|cite|revised|announced|submitted|issues?|editor|notes?|what)\b",
    re.IGNORECASE,
)
POLISH = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14)"
" ? 1 : 2);\n"

#, python-format
msgid "%(n)s paper"
msgid_plural "%(n)s papers"
msgstr[0] "%(n)s praca"
msgstr[1] "%(n)s prace"
msgstr[2] "%(n)s prac"
"""
SITE = """\
title: Qqq
url: https://example.org/x/
tag: "example.org,2026"
language: en
author: Eee
authors: all
follow: [{name: Aaa Bbb, aliases: [A. Bbb]}]
sources:
  - {name: Sss, kind: file, path: papers.jsonl}
themes:
  - {id: www, title: Www, any: [www], group: Ggg, limit: 10}
  - {id: vvv, title: Vvv, any: [vvv]}
feeds:
  - {id: ppp, title: Ppp, pinned: true}
"""
ISSUE = "---\ntitle: Iii\ndate: 2026-05-15\n---\n\nJjj [@2605.00001] kkk.\n\n[@2605.00002]\n"
NOTE = "---\npin: 2026-05-15\ntags: [ttt]\nrelated: [2605.00003]\n---\n\nNnn.\n"


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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site whose papers and editor have no word of a language."""
    (tmp_path / "site.yaml").write_text(SITE)
    put_papers(tmp_path, 1)
    for name, text in {"issues/2026-w20.md": ISSUE, "notes/2605.00001.md": NOTE}.items():
        path = tmp_path / "content" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return tmp_path


def put_papers(root: Path, version: int) -> None:
    rows = [
        {
            "id": f"2605.{number:05}",
            "title": f"{'Www' if number % 2 else 'Vvv' if number % 3 else 'Uuu'} zzz{number}",
            "abstract": f"Xxx yyy{version}.",
            "authors": ["Aaa Bbb", "Ccc Ddd", *(f"Fff Mmm{n}" for n in range(14))],
            "categories": ["cs.DC"],
            "comment": "Ooo",
            "journal_ref": "Lll",
            "published": "2026-05-13",
            "updated": f"2026-05-{12 + version}",
            "version": f"v{version}",
        }
        for number in range(1, 61)
    ]
    (root / "papers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def set_language(root: Path, language: str) -> None:
    path = root / "site.yaml"
    path.write_text(path.read_text().replace("language: en", f"language: {language}"))


def texts_of(html: str) -> Iterator[str]:
    """What a page says to people, in texts and in attributes."""
    tree = LexborHTMLParser(html)
    for node in tree.css(
        "head > title, meta[name=description], meta[property$=':title'], meta[property$=':alt']"
    ):
        yield node.text() or node.attributes.get("content") or ""
    for node in tree.css("script, style, pre, code, .citation, .Z3988"):
        node.decompose()
    for node in tree.css("body, body *"):
        for name, value in node.attributes.items():
            if value and (name in {"title", "alt", "aria-label"} or name in SAID):
                yield value
    body = tree.body
    assert body
    for node in body.traverse(include_text=True):
        if node.tag == "-text" and node.text(deep=False).strip():
            yield node.text(deep=False).strip()


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def strings(message: Message) -> tuple[str, ...]:
    found = message.string or ()
    return (found,) if isinstance(found, str) else tuple(found)


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
    return {ids(message) for message in catalogue if message.id}


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


def test_the_german_catalogue_is_whole_and_fills_the_same_places() -> None:
    for message in read(GERMAN):
        if not message.id:
            continue
        said, texts = strings(message), ids(message)
        assert len(said) == len(texts), message.id
        assert all(said), message.id
        assert not message.fuzzy, message.id
        for text, of in zip(said, texts, strict=True):
            assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(of)), text
            assert sorted(TAG.findall(text)) == sorted(TAG.findall(of)), text


def test_english_loads_no_catalogue() -> None:
    script = "import sys; from digest import build, language; from pathlib import Path\n"
    script += "language.load('en', Path('none')); print('babel' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("tag", "day", "full", "month", "number", "word"),
    [
        ("en", "14 May 2026", "Thursday, 14 May 2026", "May 2026", "1,234", "Archive"),
        ("en-GB", "14 May 2026", "Thursday, 14 May 2026", "May 2026", "1,234", "Archive"),
        ("en-US", "May 14, 2026", "Thursday, May 14, 2026", "May 2026", "1,234", "Archive"),
        ("de", "14. Mai 2026", "Donnerstag, 14. Mai 2026", "Mai 2026", "1.234", "Archiv"),
        ("de-AT", "14. Mai 2026", "Donnerstag, 14. Mai 2026", "Mai 2026", "1.234", "Archiv"),
        ("fr", "14 mai 2026", "jeudi 14 mai 2026", "mai 2026", "1\u202f234", "Archive"),
        ("zh-Hant", "2026年5月14日", "2026年5月14日 星期四", "2026年5月", "1,234", "Archive"),
        ("tlh-Qaak", "14 May 2026", "Thursday, 14 May 2026", "May 2026", "1,234", "Archive"),
    ],
)  # fmt: skip
def test_dates_and_numbers_are_those_of_the_language(
    tag: str, day: str, full: str, month: str, number: str, word: str
) -> None:
    found, thursday = load(tag, Path("none")), date(2026, 5, 14)
    assert found.tag == tag
    assert (found.day(thursday), found.full_day(thursday)) == (day, full)
    assert (found.month(thursday), found.number(1234), found.say("Archive")) == (
        month,
        number,
        word,
    )


def put(root: Path, language: str, text: str) -> None:
    path = root / f"locale/{language}/LC_MESSAGES/digest.po"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")


def test_a_site_adds_a_language_with_plurals_of_its_own(tmp_path: Path) -> None:
    put(tmp_path, "pl", POLISH)
    polish = load("pl-PL", tmp_path / "locale")
    template = Environment(polish).from_string(
        "{% trans n=n %}{{ n }} paper{% pluralize n %}{{ n }} papers{% endtrans %}"
    )
    found = [template.render(n=n) for n in (1, 2, 5, 22)]
    assert found == ["1 praca", "2 prace", "5 prac", "22 prace"]
    assert polish.say("Archive") == "Archive"


def test_a_site_in_english_has_words_of_its_own(root: Path) -> None:
    put(root, "en", 'msgid "Archive"\nmsgstr "All days"\n')
    build(root, BuildOptions(now=NOW, out=root / "_site", jobs=1))
    page = (root / "_site/archive/index.html").read_text("utf-8")
    assert "<h1>All days</h1>" in page
    assert "Updates" in page


def test_a_change_of_a_catalogue_changes_pages_that_were_built(root: Path) -> None:
    def heading() -> str:
        build(root, BuildOptions(now=NOW, out=root / "_site", jobs=1))
        page = (root / "_site/archive/index.html").read_text("utf-8")
        return page.partition("<h1>")[2].partition("</h1>")[0]

    put(root, "de", 'msgid "Archive"\nmsgstr "Alle Tage"\n')
    set_language(root, "de")
    assert heading() == "Alle Tage"
    (root / "locale/de/LC_MESSAGES/digest.po").unlink()
    assert heading() == "Archiv"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('msgid "Archive"\nmsgstr "Archiv %(x)s"\n', 1, "has %(x)s, which its words have not"),
        ('msgid "Archive"\nmsgstr "100 %"\n', 1, "has a single %"),
        ('msgid "Archive"\nnonsense\n', 2, "no catalogue of gettext"),
        ('"Plural-Forms: nplurals=2; plural=os;\\n"\n', 1, "Plural-Forms: "),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_named_with_file_and_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    if text.startswith('"'):
        text = f'msgid ""\nmsgstr ""\n{text}'
    put(tmp_path, "fr", text)
    with pytest.raises(ConfigError) as caught:
        load("fr", tmp_path / "locale")
    assert f"digest.po:{line}: " in str(caught.value)
    assert message in str(caught.value)


def test_values_are_escaped_and_words_are_not() -> None:
    template = Environment(autoescape=True).from_string(
        "{% trans x=x %}<b>{{ x }}</b> 5%{% endtrans %}{{ _('%(x)s & 5 %%', x=x) }}"
    )
    assert template.render(x="<i>") == "<b>&lt;i&gt;</b> 5%&lt;i&gt; &amp; 5 %"
    dynamic = Environment(load("de", Path("none"))).from_string("{{ _(word) }}")
    assert dynamic.render(word="Archive") == "Archiv"


def test_a_site_in_german_says_no_word_in_english(root: Path) -> None:
    """Every text on every page is the site's own, a paper's, or a translation."""
    set_language(root, "de")
    for version in (1, 2):
        put_papers(root, version)
        build(root, BuildOptions(now=NOW, out=root / "_site", jobs=1))
    whole = [message for message in read(GERMAN) if not PLACE.search(ids(message)[0])]
    english = {ids(message)[0] for message in whole} - {strings(message)[0] for message in whole}
    checked = 0
    for path in sorted((root / "_site").rglob("*.html")):
        for text in texts_of(path.read_text("utf-8")):
            checked += 1
            assert text not in english, f"{path.relative_to(root)}: {text}"
            assert not ENGLISH_WORDS.search(text), f"{path.relative_to(root)}: {text}"
    assert checked > 1000
    front = (root / "_site/index.html").read_text("utf-8")
    assert '<html lang="de">' in front
    assert 'class="title" dir="auto" lang="en"><a' in front
    assert "<span>Donnerstag</span> <b>14.</b> <span>Mai 2026</span>" in front
    feed = (root / "_site/updates/feed.xml").read_text("utf-8")
    assert "<title>Aktualisierungen – Qqq</title>" in feed
    assert "Announced" not in feed
    opml = (root / "_site/feeds.opml").read_text("utf-8")
    assert 'text="Anmerkungen der Redaktion – Qqq"' in opml
    assert "Stand: 16. Mai 2026" in (root / "_site/freshness.svg").read_text("utf-8")
    assert not check(root, NOW, root / "_site")
