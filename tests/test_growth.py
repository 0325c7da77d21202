"""Text from outside takes time in proportion to its length, whatever it says.

Each reader is given texts of 1, 10 and 100 KB that are made to hurt it: every mark of its grammar
over and over, alone, never closed, closed at the end. What is compared is how processor time grows
from one length to the next, never how long anything takes.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path
from random import Random

import pytest
from growth import LEAST, MOST, growth, seconds
from markupsafe import Markup as Safe

from digest import cite, tex
from digest.cite import latex
from digest.cite.names import parse
from digest.commands import github
from digest.commands.check import feed, page
from digest.commands.opml import read as subscriptions
from digest.config import rule_reader
from digest.editor import frontmatter, markdown
from digest.editor.values import Body
from digest.errors import ConfigError
from digest.files.located import Section
from digest.model import (
    Entry,
    Markup,
    Theme,
    Version,
)
from digest.pages.trends import rising
from digest.papers import diff, versions
from digest.papers.related.search import stems_of
from digest.render import lettering, portable
from digest.text.patterns import Folded
from digest.themes import Matcher, explain

DAY = date(2026, 5, 14)
FILE = Path("file.md")
Read = Callable[[str], object]


def entry(**fields: object) -> Entry:
    said = {"id": "arxiv:2605.00001", "title": "T", "announced": DAY, "seen": DAY, **fields}
    return Entry(**said)  # type: ignore[arg-type]


def spans(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((at, at + 5) for at in range(0, len(text), 10))


def changed(text: str) -> object:
    said = (Version(number=1, title="T", summary=text), Version(number=2))
    return versions.changes(entry(summary=text[::-1], version=2, versions=said), 2)


NOWHERE = markdown.Answers(
    cite=lambda name: Safe(""),
    card=lambda name: Safe(""),
    link=lambda address: address,
    picture=lambda path: markdown.Picture(url=path, width=1, height=1),
)


def rendered(text: str, *, html: bool = False) -> markdown.Rendered:
    body = Body(path=FILE, line=1, text=text)
    return markdown.render(body, markdown.Dialect(html=html), NOWHERE)


RULE = "any: [draft model, {near: {words: [draft, model], within: 5}}, {regex: 'a+b'}]"
MATCHER = Matcher([Theme(id="t", title="T", rule=rule_reader.parse(Section.parse(RULE, FILE)))])


def matched(text: str) -> None:
    paper = entry(title=text, summary=text)
    MATCHER.matches(paper)
    list(explain.as_lines(explain.explain(MATCHER, paper), paper, str))


MARKS = [*string.punctuation, " ", "\n", "\t", "a", "ab ", "é", "e\u0301", "\u0301", "中", "\ud800"]
ADDRESSES = ["https://", "http://x.org/(", "www.a.", "github.com/", "://", "doi.org/a"]
TEX = [
    *MARKS, *ADDRESSES, r"\emph{", r"\href{", r"\href{a}{", r"\url{", r"\cite{", r"\cite[",
    r"\footnote{", r"\begin{itemize}", r"\begin{itemize}\item ", r"\item[", r"\begin{", r"\end{",
    r"\begin{equation}", r"\'", r"\'{", r"\foo", r"\foo{", r"\foo[", r"\frac{", r"\sqrt{",
    r"\verb|",
    r"\(", r"\[", "$x", "$x$ ", "$5 ", r"$\{", r"$\text{", r"$\text{$", "x^{", "_{", "x_{a} ",
    r"{\em ", "{a,b", "{a_", "{a}^", "log{", "--", "``", "''", "`a ", "~5", "<a ", "<a href='x",
    '<a href="https://x.org">', "</a>", "<br", "&#1", "&amp;", "&a", "1. a\n", "- a\n", r"\\",
    r"\\[",
    r"\par ", "\r\n", "\u2028", r"\operatorname{", r"\unicode{x", "$$", "$$x",
]  # fmt: skip
NAMES = [*MARKS, "a, ", "and ", "A. ", "von ", "Jr, ", "Nguyen ", r"\'e", r"{\'", "A-", "ab, Jr, "]
TITLES = [*NAMES, "aB ", "{A", r"\emph{", "$a", "$a$ ", "$$a$$", r"\(", r"\(a", "A: ", "A. b "]
MARKDOWN = [
    "# a\n", "# a b\n", "> ", "> a\n\n", "- ", "- a\n", "1. a\n", "[a](b) ", "[a]: x\n", "[^a]",
    "[^a]: x\n\n", "![a](b.png) ", "[@a] ", "[@a]\n\n", "`` ` ", "```\n", "~~~\n", "<a", "<!--",
    "|a|b|\n|-|-|\n", "|a|", "a\n: b\n", "{.a} ", "*a*{.b} ", "---\n", "a\n===\n", "    a\n",
    "$a$ ",
    "$$\na\n$$\n", "<https://a> ", '"a" ', "'a ", "*a **b ", "_a_ ", "a*", "\\*", "&amp;", "\n",
    "\n ",
]  # fmt: skip
YAML = [
    *MARKS, "a: b\n", "a:\n ", "? ", "- ", "- [", "[", "{", "{a: ", "&a ", "*a ", "!!a ", "|\n",
    "'",
    "'\n", "# a\n", "\n\n", "\n#", "\n ", "--- \n", "%a\n", "a, ",
]  # fmt: skip
HTML = [
    *MARKS, "<b>", "<p id=a>", "<a href=x>", "<a href='x'>y</a>", "<style>", "<style>url(", "url(",
    "@import ", "/*", "/* ", "/* */", " on", " ona", "<b onclick=", '<p id="a" class="',
    "<x class=\"a\" ",
    "&#x", "<img srcset='a,", "<button>", "<title>", "<!--", "<![CDATA[", "<rss>", "<a b='c'/>",
]  # fmt: skip
WORDS = [*MARKS, "draft model ", "draft ", "model draft", "a-", "a.", "ab", "aab", "Withdrawn "]
THIS = ["this ", "this paper ", "this paper a", "withdrawn", "This paper has been "]

READERS: dict[str, tuple[Read, list[str]]] = {
    "plain text": (tex.plain_paragraphs, [*ADDRESSES, *TEX[-40:]]),
    "paragraphs": (tex.block_html, TEX),
    "paragraphs of a blog": (lambda text: tex.block_html(text, Markup.PLAIN), MARKS + ADDRESSES),
    "marked words": (
        lambda text: tex.block_html(text, spans=spans(text)),
        ["ab ", "ab\n", "ab~", "ab`", "$x$", r"\emph{a} ", "中"],
    ),
    "addresses": (tex.code_link, MARKS + ADDRESSES),
    "an author": (parse, NAMES),
    "a citation by authors": (lambda text: cite.bibtex(entry(authors=(text,))), NAMES),
    "a citation by title": (lambda text: cite.bibtex(entry(title=text)), TITLES),
    "a citation of plain text": (lambda text: latex.title(text, Markup.PLAIN), TITLES),
    "a comment": (lambda text: cite.bibtex(entry(comment=text, journal_ref=text, doi=text)), MARKS),
    "two versions": (changed, MARKS),
    "words that changed": (lambda text: diff.words(text, text[::-1]), WORDS),
    "a withdrawal": (lambda text: versions.withdrawn(entry(summary=text)), WORDS + THIS),
    "Markdown": (rendered, MARKDOWN),
    "Markdown with HTML": (
        lambda text: rendered(text, html=True),
        ["<b>", "<p>a\n\n", "<a href='#b'>\n\n", "$a$\n\n"],
    ),
    "front matter": (lambda text: frontmatter.split(f"---\n{text}", FILE), YAML),
    "a key of front matter": (
        lambda text: frontmatter.changed(f"---\na: 1\n{text}\n---\n", "a", True, FILE),
        ["\n", "# a\n", " \n", "a: b\n", "- a\n", " - a\n", "[", "{", "'", "a\n"],
    ),
    "YAML": (
        lambda text: Section.parse(f"a: {text}", FILE),
        [t for t in YAML if t.isprintable() or t.isspace()],
    ),
    "letters of a picture": (lambda text: lettering.fit(text, 500, 200, (60, 20)), MARKS),
    "themes": (matched, WORDS),
    "places in a folded text": (lambda text: Folded(f"{text}a").place(0, 1), MARKS),
    "terms of titles": (lambda text: list(rising._terms(text)), WORDS),
    "stems": (lambda text: stems_of(text, text), WORDS),
    "HTML of feeds": (portable.html, HTML),
    "a page": (lambda text: page.read(text.encode("utf-8", "replace")), HTML),
    "a style sheet": (page.css_addresses, HTML),
    "a feed": (lambda text: feed.read_xml(f"<rss>{text}".encode("utf-8", "replace")), HTML),
    "a summary": (github.plain, MARKS),
    "OPML": (
        lambda text: subscriptions(f"<opml><body>{text}</body></opml>".encode("utf-8", "replace")),
        ['<outline xmlUrl="https://a.org/" text="a"/>', "<outline>", "<!-- -->", "<!-- -->\n"],
    ),
}
CLOSING = {"{": "}", "[": "]", "(": ")", "<": ">"}


def texts(token: str) -> Iterator[Callable[[int], str]]:
    """Ways to make a text of some length of a token."""
    yield lambda size: token * (size // len(token)) + "\nx!"
    if token[-1] in CLOSING:
        yield lambda size: _nested(token, CLOSING[token[-1]], size // (len(token) + 1))


def _nested(opening: str, closing: str, depth: int) -> str:
    return f"{opening * depth}x{closing * depth}"


def distinct(size: int) -> str:
    return " ".join(f"{number:x}" for number in range(size // 5))


NUMBERS = count()


def is_steep(read: Read, make: Callable[[int], str]) -> bool:
    """Whether ten times the text takes much more than ten times as long.

    No text is the same as one before, of which the answer may be kept.
    """
    return growth(lambda text: read(f"{text} {next(NUMBERS)}"), make) >= MOST


@pytest.mark.parametrize("name", READERS)
def test_ten_times_the_text_takes_about_ten_times_as_long(name: str) -> None:
    read, tokens = READERS[name]
    steep = [
        token for token in dict.fromkeys(tokens) for make in texts(token) if is_steep(read, make)
    ]
    assert not steep
    assert not is_steep(read, distinct)


ALPHABETS = ("ab", "abcdefgh", string.ascii_lowercase)


@pytest.mark.parametrize("letters", ALPHABETS)
def test_version_2_of_one_abstract_takes_little_longer_than_reading_it(letters: str) -> None:
    """An abstract of 1,900 characters, a word each, and another of the same words."""
    chance = Random(letters)
    old, new = (" ".join(chance.choices(letters, k=950)) for _ in range(2))
    read = seconds(lambda text: tex.block_html(text), old, 5)
    assert seconds(lambda text: diff.words.__wrapped__(text, new), old, 5) < 20 * max(
        read, 10 * LEAST
    )


def test_a_version_is_compared_once_for_all_its_pages() -> None:
    paper = entry(
        summary="New words.",
        version=2,
        versions=(Version(number=1, title="T", summary="Old words."), Version(number=2)),
    )
    first, again = (versions.changes(paper, 2)[0].pieces for _ in range(2))
    assert first is again


def equal_headings(size: int) -> str:
    return "# a\n\n" * (size // 5)


def test_equal_headings_are_counted_not_tried() -> None:
    assert not is_steep(rendered, equal_headings)
    html = str(rendered("# a\n\n# a\n\n# a-1\n\n# a 1\n\n# a\n").html)
    assert re.findall('id="([^"]+)"', html) == ["a", "a-1", "a-1-1", "a-1-2", "a-2"]


def equal_names(size: int) -> bytes:
    number = size // 50
    lines = (f'<outline text="a" xmlUrl="https://a.org/{n}"/>' for n in range(number))
    return f"<opml><body>{''.join(lines)}</body></opml>".encode()


def test_equal_names_in_an_opml_are_counted_not_tried() -> None:
    assert not is_steep(lambda text: subscriptions(equal_names(len(text))), "a".__mul__)
    names = [feed.name for feed in subscriptions(equal_names(150)).feeds]
    assert names == ["a", "a 2", "a 3"]


DEEP = 20_000


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "a: &a [*a, ", "- [", "{? "])
def test_yaml_nested_however_deep_is_an_error_with_a_line(opening: str) -> None:
    with pytest.raises(ConfigError, match=r"^file\.md:\d+: "):
        Section.parse(f"a: 1\nb:\n  {opening * DEEP}", FILE)
    with pytest.raises(ConfigError, match=r"^file\.md:\d+: "):
        frontmatter.changed(f"---\nb:\n  {opening * DEEP}\n---\n", "b", True, FILE)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_yaml_within_the_limit_is_read(opening: str) -> None:
    closing = {"[": "]", "{a: ": "}"}.get(opening, "")
    section = Section.parse(f"b:\n  {opening * 90}x{closing * 90}", FILE)
    assert list(section) == ["b"]


@pytest.mark.parametrize("opening", ["> ", "- ", "1. ", "[", "![", "^[", "*a **b ", "> - "])
def test_markdown_nested_however_deep_is_html_or_an_error_with_a_line(opening: str) -> None:
    with suppress(ConfigError):
        rendered(f"{opening * 1_500}a")
    with pytest.raises(ConfigError, match=r"^file\.md:\d+: "):
        rendered(f"{opening * DEEP}a")


@pytest.mark.parametrize("opening", ["{", r"\emph{", r"$\sqrt{", r"\begin{itemize}\item ", "x^{"])
def test_tex_nested_however_deep_is_text(opening: str) -> None:
    assert "x" in tex.block_html(f"{opening * DEEP}x").html
    assert "x" in tex.plain(f"{opening * DEEP}x")


def test_a_huge_text_is_not_kept_in_memory() -> None:
    huge = "a " * DEEP
    assert tex.plain(huge) is not tex.plain(huge)
    assert tex.plain("a  b") is tex.plain("a  b")
