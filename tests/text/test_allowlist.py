"""Markup of libraries is held to a list; what is called safe without is named, with its reason."""

from __future__ import annotations

import ast
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import nodes
from lxml import etree
from markupsafe import Markup as Safe

from digest.language.templates import Environment
from digest.text.allowlist import (
    CODE,
    FORMULA,
    PICTURE,
    TEXT,
    Allowlist,
    is_address,
)

PROJECT = Path(__file__).parents[2]
LIST = PROJECT / "docs/escaping.md"

FITTING = [
    (FORMULA, '<math alttext="x &lt; 2"><mi>x</mi><mo lspace="0">&lt;</mo><mn>2</mn></math>'),
    (FORMULA, '<math><mrow><mspace width="1em"/></mrow></math>'),
    (FORMULA, "<math><mtext><b>a <i>b</i></b></mtext></math>"),
    (FORMULA, "x<sup>2</sup> &amp; <b>A</b>"),
    (FORMULA, ""),
    (CODE, 'a <span class="k">def</span> &lt;b&gt;\n'),
    (PICTURE, '<img src="/digest/a.png" alt="&quot;A&quot;" width="2">'),
    (TEXT, '<p id="a">x<br>y<br />z <a href="https://x.org/?a=1&amp;b">l</a></p>\n<hr>'),
    (TEXT, '<details open=""><summary>S</summary></details><x-slot title="0"></x-slot>'),
]  # fmt: skip
REFUSED = [
    # An element, and one as the converter of formulas runs its words together.
    (FORMULA, "<math><mo><svg/onload=alert(1)></mo></math>"),
    (FORMULA, "<math><mo><formaction=//e.example></mo></math>"),
    (FORMULA, "<math><mo><svg></svg></mo></math>"),
    (FORMULA, "<math><mtext><plaintext></plaintext></mtext></math>"),
    (FORMULA, "<math><semantics><annotation>x</annotation></semantics></math>"),
    (FORMULA, '<math><annotation-xml encoding="text/html"></annotation-xml></math>'),
    (FORMULA, "<math><menclose><mi>x</mi></menclose></math>"),
    (FORMULA, "<MATH></MATH>"),
    # Attributes.
    (FORMULA, '<math><mi style="color:red">x</mi></math>'),
    (FORMULA, '<math><mi onclick="x">x</mi></math>'),
    (FORMULA, '<math><mi href="https://x.org">x</mi></math>'),
    (FORMULA, '<math><mi xlink:href="x">x</mi></math>'),
    (FORMULA, '<math><mglyph src="x"/></math>'),
    (FORMULA, '<b class="x">x</b>'),
    (FORMULA, "<math><mi mathvariant=normal>x</mi></math>"),
    (FORMULA, "<math><mi mathvariant='normal'>x</mi></math>"),
    (FORMULA, '<math><mi class="a" class="b">x</mi></math>'),
    (FORMULA, '<math><mi class="a"mathvariant="b">x</mi></math>'),
    (TEXT, '<a href="java&#115;cript:x">x</a>'),
    (TEXT, '<a href="javascript:x">x</a>'),
    (TEXT, '<a href=" JavaScript:x">x</a>'),
    (TEXT, '<blockquote cite="data:text/html,x">x</blockquote>'),
    (PICTURE, '<img src="x.png" onerror="x">'),
    (CODE, '<span style="x">x</span>'),
    # Where HTML would see other elements than XML does.
    (FORMULA, "<math><mi><mo>x</mo></mi></math>"),
    (FORMULA, "<math><b>x</b></math>"),
    (FORMULA, "<mi>x</mi>"),
    (FORMULA, "<math><mrow><math></math></mrow></math>"),
    (FORMULA, "<b/>x"),
    (TEXT, "<p/>x"),
    # Not well-formed.
    (FORMULA, "<math><mi>x</math>"),
    (FORMULA, "<math>"),
    (FORMULA, "</math>"),
    (FORMULA, "<math></mi></math>"),
    (FORMULA, "<math><mi>x</mi></math"),
    (FORMULA, "a < b"),
    (FORMULA, "a > b"),
    (FORMULA, "a & b"),
    (FORMULA, "&nosuch;"),
    (FORMULA, "&#0;"),
    (FORMULA, "<!-- x -->"),
    (FORMULA, "<![CDATA[x]]>"),
    (FORMULA, "<?x?>"),
    (FORMULA, "<!doctype x>"),
    (FORMULA, "x\x00"),
    (FORMULA, "<math>" + "<mrow>" * 200 + "</mrow>" * 200 + "</math>"),
    (TEXT, "<p title='x'></p>"),
    (TEXT, "<script>x</script>"),
    (TEXT, '<img src="x.png" alt="">'),
]  # fmt: skip


@pytest.mark.parametrize(("allowed", "html"), FITTING)
def test_what_is_known_is_markup_as_it_stands(allowed: Allowlist, html: str) -> None:
    assert allowed.safe(html) == Safe(html)
    assert allowed.problem(html) == ""


@pytest.mark.parametrize(("allowed", "html"), REFUSED)
def test_anything_else_is_no_markup_and_says_why(allowed: Allowlist, html: str) -> None:
    assert allowed.safe(html) is None
    assert allowed.problem(html)


pieces = st.sampled_from(
    [
        "<math>", "</math>", "<mi>", "</mi>", "<mtext>", "</mtext>", "<b>", "</b>", "<mspace/>",
        "<svg>",
        ' class="x"', "<mi ", ">", "<", "/", "&lt;", "&", '"', "=", " ", "x", "<!--", "-->", "\x00",
    ]
)  # fmt: skip


@given(st.lists(pieces, max_size=12).map("".join))
@example('<math alttext="&lt;"><mtext><b>x</b></mtext><mspace/></math>')
def test_what_is_let_through_is_well_formed_and_of_known_elements(html: str) -> None:
    if FORMULA.safe(html) is None:
        return
    for element in etree.fromstring(f"<root>{html}</root>").iterdescendants():
        assert set(element.keys()) <= FORMULA.elements[str(element.tag)]


UNITS = [
    "a",
    "<b>",
    "<b></b>",
    "</b>",
    '<b class="',
    '<math class="x"',
    ' class="',
    "&lt;",
    "<",
    '"',
]


@pytest.mark.parametrize("end", ["", "&", "<", ">", '"', "&nosuch;", "<svg>"])
@pytest.mark.parametrize("unit", UNITS)
def test_reading_takes_time_in_proportion_to_the_text(unit: str, end: str) -> None:
    """Eight times the text takes far less than the 64 times that a square would take."""
    times = list[float]()
    for count in (2_000, 16_000):
        html = unit * count + end
        times.append(min(processor_time(html) for _ in range(3)))
    assert times[1] < 30 * max(times[0], 0.0001)


def processor_time(html: str) -> float:
    before = time.process_time()
    FORMULA.problem(html)
    return time.process_time() - before


@pytest.mark.parametrize(
    ("address", "right"),
    [("https://x.org", True), ("mailto:a@x.org", True), ("/digest/", True), ("#a", True),
     ("a/b:c", True), ("javascript:x", False), ("java\nscript:x", False), ("\x01data:x", False),
     ("VBScript:x", False), ("blob:https://x.org/1", False)],
)  # fmt: skip
def test_an_address_goes_by_http_or_mail_or_within_the_site(address: str, right: bool) -> None:
    assert is_address(address) == right


# What is called safe without a list, or isn't escaped by itself: docs/escaping.md says why.


MAKERS = {"Environment", "_Environment", "select_autoescape", "TemplateData", "MarkSafe"}


def calls(path: Path) -> Iterator[str]:
    """The functions of a module that make safe text, or an environment that decides about it."""
    tree = ast.parse(path.read_text("utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "markupsafe"
        for alias in node.names
        if alias.name == "Markup"
    }
    return _calls(tree, MAKERS | imported | {f".{name}" for name in (*MAKERS, "Markup")}, ())


def _calls(node: ast.AST, names: set[str], within: tuple[str, ...]) -> Iterator[str]:
    place = ".".join(within) or "the module"
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "__html__":
        yield place
    if isinstance(node, ast.Call):
        # What is handed on may be called anywhere.
        given = () if _last(node.func) == "isinstance" else (*node.args, *_values(node))
        yield from (place for part in (node.func, *given) if _last(part) in names)
    for child in ast.iter_child_nodes(node):
        inner = within
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = (*within, child.name)
        yield from _calls(child, names, inner)


def _values(call: ast.Call) -> list[ast.expr]:
    return [keyword.value for keyword in call.keywords]


def _last(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else f".{getattr(node, 'attr', '')}"


SHOWING = {"safe", "tojson", "xmlattr", "urlize", "comment", "portable"}
MODIFIERS = (nodes.MarkSafe, nodes.MarkSafeIfAutoescape, nodes.ScopedEvalContextModifier)


def unescaped(path: Path) -> Iterator[str]:
    """What in a template shows something as it stands."""
    if path.suffix not in {".html", ".xml", ".svg"}:
        yield "the whole template"
        return
    tree = Environment(extensions=["jinja2.ext.do"]).parse(path.read_text("utf-8"))
    yield from (node.name for node in tree.find_all(nodes.Filter) if node.name in SHOWING)
    yield from ("autoescape" for _ in tree.find_all(MODIFIERS))


def test_the_list_of_what_is_called_safe_is_complete() -> None:
    templates = [*(PROJECT / "templates").rglob("*.*"), *(PROJECT / "digest").rglob("*.html")]
    found = Counter(
        (path.relative_to(PROJECT).as_posix(), place)
        for paths, scan in (((PROJECT / "digest").rglob("*.py"), calls), (templates, unescaped))
        for path in paths
        if path.suffix != ".js"
        for place in scan(path)
    )
    row = re.compile(r"\| `([^`]+)` \| (?:`([^`]+)`|([^`|]+)) \| (\d+) \| [^|]{9,} \|")
    listed = {
        (file, code or words): int(count)
        for file, code, words, count in row.findall(LIST.read_text("utf-8"))
    }
    assert listed == found


@pytest.mark.parametrize(
    "code",
    [
        "from markupsafe import Markup as M\ndef f(x): return M(x)",
        "import markupsafe\ndef f(x): return markupsafe.Markup(x)",
        "import markupsafe\ndef f(x): return map(markupsafe.Markup, x)",
        "class f:\n    def __html__(self): return 'x'",
        "import jinja2\ndef f(): return jinja2.Environment()",
    ],
)
def test_safe_text_is_found_however_it_is_made(code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(code, "utf-8")
    assert [place.split(".")[0] for place in calls(path)] == ["f"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ x|safe }}",
        "{% autoescape false %}{{ x }}{% endautoescape %}",
        "{% filter safe %}{% endfilter %}",
    ],
)
def test_a_template_that_shows_a_value_as_it_stands_is_found(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(text, "utf-8")
    assert list(unescaped(path))
