"""The editor's Markdown: what it mentions, its HTML, and what is refused with file and line."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as lxml_html
from markupsafe import Markup as Safe

from digest import tex
from digest.editor.markdown import (
    Answers,
    Dialect,
    Picture,
    mentions,
    render,
)
from digest.editor.markdown.output import Work
from digest.editor.values import Body
from digest.errors import ConfigError

PAPERS = {"2605.13319", "2604.09603", "cs/0601001"}
ANSWERS = Answers(
    cite=lambda name: Safe('<a href="/d/{0}/">{0}</a>').format(name) if name in PAPERS else None,
    card=lambda name: Safe("<article>{}</article>").format(name) if name in PAPERS else None,
    link=lambda path: f"/digest{path}" if path == "/themes/" else None,
    picture=lambda path: (
        Picture(url="/digest/issues/a/a.png", width=600, height=400) if path == "a.png" else None
    ),
)
FIRST_LINE = 5


def html(text: str, language: str = "en", *, raw: bool = False) -> str:
    return str(render(body(text), Dialect(language=language, html=raw), ANSWERS).html)


def body(text: str) -> Body:
    return Body(text=text, path=Path("content/issues/a.md"), line=FIRST_LINE)


def refusal(text: str, *, raw: bool = False) -> str:
    with pytest.raises(ConfigError) as caught:
        html(text, raw=raw)
    assert caught.value.path == Path("content/issues/a.md")
    return f"{caught.value.line - FIRST_LINE + 1}: {caught.value.message}"


def test_a_text_mentions_its_papers_once_in_their_order() -> None:
    text = (
        "First [@2605.13319; @cs/0601001].[^1]\nThen [@2605.13319].\n\n`[@2401.00001]`\n\n"
        "[^1]: In a footnote, [@2604.09603]."
    )
    found = mentions(body(text), Dialect()).papers
    assert found == ("2605.13319", "cs/0601001", "2604.09603")
    assert [name.line - FIRST_LINE + 1 for name in found] == [1, 1, 6]


def test_a_text_mentions_the_files_beside_it() -> None:
    text = "![](a.png) [slides](talk%20one.pdf#page=3) [x](https://example.org/a.pdf) [y](b.md)"
    assert mentions(body(text), Dialect()).files == ("a.png", "talk one.pdf")


def test_a_reference_is_a_citation_and_several_are_one_row() -> None:
    assert html("See [@2605.13319; @2604.09603].") == (
        '<p>See (<a href="/d/2605.13319/">2605.13319</a>; '
        '<a href="/d/2604.09603/">2604.09603</a>).</p>\n'
    )


def test_a_reference_alone_in_its_paragraph_is_a_card() -> None:
    assert html("One:\n\n[@2605.13319]\n") == "<p>One:</p>\n<article>2605.13319</article>"


@pytest.mark.parametrize("text", ["- [@2605.13319]", "> [@2605.13319]", "^[[@2605.13319]]"])
def test_a_reference_in_a_list_a_quote_or_a_footnote_is_no_card(text: str) -> None:
    assert '<a href="/d/2605.13319/">' in html(text)
    assert "<article>" not in html(text)


def test_a_link_whose_words_start_with_an_at_sign_is_a_link() -> None:
    assert html("[@someone](https://example.org)") == (
        '<p><a href="https://example.org">@someone</a></p>\n'
    )


def test_math_is_mathml_and_money_is_money() -> None:
    shown = html("$a^2$ for $5 or $6\n\n$$\n\\sum x\n$$\n")
    assert "<i>a</i><sup>2</sup> for $5" in shown
    assert '<math display="block" alttext="\\sum x">' in shown
    assert "for $5 or $6" in shown
    assert "<math" not in html(r"\$a$ 2$a$ $ a$ $a $ $a$2 $$")


def test_what_math_could_not_be_converted_is_counted() -> None:
    done = render(body(r"$a$ and $\nosuchcommand$"), Dialect(), ANSWERS)
    assert (done.formulas, done.unconverted) == (2, (r"$\nosuchcommand$",))


@pytest.mark.parametrize(
    ("language", "quoted"),
    [
        ("en", "“a”"),
        ("en-GB", "“a”"),
        ("de", "„a“"),
        ("fr", "«\u202fa\u202f»"),
        ("ja", "&quot;a&quot;"),
    ],
)
def test_quotation_marks_follow_the_language(language: str, quoted: str) -> None:
    assert html('"a"', language) == f"<p>{quoted}</p>\n"


def test_the_highest_heading_comes_below_the_title_of_the_page() -> None:
    shown = html("# One & *two*\n\n## Three\n\n# One & two\n")
    assert '<h2 id="one-two">One &amp; <em>two</em></h2>' in shown
    assert '<h3 id="three">' in shown
    assert '<h2 id="one-two-1">' in shown
    assert '<h2 id="deep">' in html("#### Deep")


def test_columns_are_aligned_without_a_style_that_the_sites_policy_refuses() -> None:
    found = html("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |\n")
    assert "style" not in found
    assert '<td class="left">1</td>\n<td class="center">2</td>\n<td class="right">3</td>' in found


def test_code_has_classes_that_a_style_sheet_can_colour() -> None:
    assert '<code class="language-python"><span class="k">def</span>' in html(
        "```python\ndef f(): ...\n```"
    )
    assert html("```nosuch\n<b>\n```") == (
        '<pre tabindex="0"><code class="language-nosuch">&lt;b&gt;\n</code></pre>\n'
    )


def test_tables_footnotes_and_definition_lists() -> None:
    shown = html("Term\n: Meaning[^x]\n\n| a |\n|---|\n| b |\n\n[^x]: Note.")
    for part in ("<dt>Term</dt>", "<td>b</td>", '<a href="#fn1" id="fnref1">', '<li id="fn1"'):
        assert part in shown


@pytest.mark.parametrize(
    ("attributes", "size"),
    [("", "600x400"), ("{width=300}", "300x200"), ("{height=100}", "150x100"),
     ("{width=10 height=20}", "10x20")],
)  # fmt: skip
def test_an_image_has_its_size_and_loads_when_it_is_needed(attributes: str, size: str) -> None:
    (image,) = lxml_html.fromstring(html(f"![An *image*](a.png){attributes}")).iter("img")
    assert f"{image.get('width')}x{image.get('height')}" == size
    assert (image.get("src"), image.get("alt")) == ("/digest/issues/a/a.png", "An image")
    assert image.get("loading") == "lazy"


def test_only_harmless_attributes_may_be_set() -> None:
    (image,) = lxml_html.fromstring(
        html("![](a.png){.wide #fig onclick=alert style=x}")
    ).iter("img")  # fmt: skip
    assert set(image.keys()) == {"src", "alt", "class", "id", "width", "height", "loading"}


def test_an_address_of_the_site_gets_its_base_path() -> None:
    assert 'href="/digest/themes/"' in html("[x](/themes/)")


def test_raw_html_is_text_unless_the_site_wants_it() -> None:
    assert html("<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"
    assert html("<b>x</b>", raw=True) == "<p><b>x</b></p>\n"


def test_raw_html_is_cleaned_while_ours_stays_whole() -> None:
    text = (
        "<b onclick=x>B</b><script>alert(1)</script><img src=x onerror=y> $a<b$ [@2605.13319] "
        "![](a.png) <a href='/themes/'>t</a> <a href='javascript:x'>j</a>\n\n[@2604.09603]\n\n"
        "<style>x</style><iframe src=x></iframe>\n\n```c\nint a;\n```\n"
    )
    shown = html(text, raw=True)
    for part in ("<b>B</b>", '<math alttext="a&lt;b">', '<a href="/d/2605.13319/">', "loading=",
                 '<a href="/digest/themes/">t</a>', "<a>j</a>", "<article>2604.09603</article>",
                 '<span class="kt">int</span>'):  # fmt: skip
        assert part in shown
    assert not set(shown.split()) & {"onclick", "onerror", "<script>", "<style>", "<iframe"}
    assert "alert" not in shown


def test_ours_never_ends_up_within_an_attribute() -> None:
    shown = html('<div title="\n\n[@2605.13319] <x-slot title="7"></x-slot>\n\n">\n', raw=True)
    for element in lxml_html.fragment_fromstring(shown, "main").iter():
        assert all("href" not in str(value) for value in element.attrib.values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n\nb\nc [@2401.00001]", "4: no paper '2401.00001' in the archive"),
        ("a\n\n[@2401.00001]", "3: no paper '2401.00001' in the archive"),
        ("a ^[b\n[@2401.00001]]", "2: no paper '2401.00001' in the archive"),
        ("[@ a]", "1: [@ a] must look like [@2605.13319] or"),
        ("[@2605.13319, p. 3]", "1: [@2605.13319, p. 3] must look like"),
        ("a\n[x](javascript:alert(1))", "2: a link must go to this site, http, https or mailto"),
        ("<javascript:alert(1)>", "1: a link must go to this site"),
        ("[x](java&#115;cript&colon;alert)", "1: a link must go to this site"),
        ("[x](data:text/html,x)", "1: a link must go to this site"),
        ("[x](//example.org)", "1: a link must go to this site"),
        ("[x](/nowhere/)", "1: the link leads nowhere: '/nowhere/'"),
        ("[x](nowhere.md)", "1: the link leads nowhere: 'nowhere.md'"),
        ("[x](\u00fc.pdf)", "1: the link leads nowhere: 'ü.pdf'"),
        ("[x](#nowhere)", "1: nothing here is called '#nowhere'"),
        ("a\n![](b.png)", "2: there is no image 'b.png'"),
        ("![](https://example.org/b.png)", "1: an image must lie beside the file"),
        ("![](/b.png)", "1: an image must lie beside the file"),
        ("![](a.png){width=wide}", "1: 'width' must be whole pixels"),
        ("a[^1]", "1: no footnote is called [^1]"),
        (">" * 10_000 + "a", "1: nested too deep"),
        ("- " * 10_000 + "a", "1: nested too deep"),
        ("a\n\n" + "[" * 10_000, "3: nested too deep"),
        ("^[" * 10_000 + "]" * 10_000, "1: nested too deep"),
        ("![" * 10_000, "1: nested too deep"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(text: str, said: str) -> None:
    assert refusal(text).startswith(said)


def test_raw_links_are_checked_too() -> None:
    assert refusal("a\n\n<a href='/no/'>x</a>", raw=True) == "3: the link leads nowhere: '/no/'"
    assert "write the link to 'a.pdf' in Markdown" in refusal("<a href=a.pdf>x</a>", raw=True)


fragments = st.sampled_from(
    ["[@2605.13319]", "[@", "$", "$$", "<script>alert(1)</script>", "<a href=javascript:x>", "**",
     "[x](javascript:x)", "![](a.png)", "{onload=x}", "\n\n", "> ", "- ", "```", "[^1]", "[^1]: ",
     "^[", "]", "|", "\n: ", "<div title='", "<x-slot title=\"0\"></x-slot>", "&lt;", "\\"]
)  # fmt: skip


@given(st.lists(fragments | st.text(max_size=5), max_size=20).map("".join), st.booleans())
def test_no_text_is_dangerous(text: str, raw: bool) -> None:
    try:
        shown = html(text, raw=raw)
    except ConfigError:
        return
    for element in lxml_html.fragment_fromstring(shown, "main").iter():
        assert element.tag not in {"script", "style", "iframe", "object"}
        for name, value in element.attrib.items():
            assert not str(name).startswith("on")
            assert name not in {"href", "src"} or not str(value).startswith(("java", "data"))


@given(st.lists(fragments | st.text(max_size=5), max_size=20).map("".join), st.booleans())
@example('<td align="left">x</td> <del datetime=x cite="a&quot;b">&nbsp;&copy;</del>', True)
@example("| a | b |\n|:-:|---|\n| c | d |\n\n1. x\n\n---\n[^1]\n\n[^1]: n\n", False)
def test_what_markdown_gives_is_never_refused(text: str, raw: bool) -> None:
    try:
        shown = html(text, raw=raw)
    except ConfigError:
        return
    assert shown != Work().filled("<script>", text)


@pytest.mark.parametrize("given", ["<p><svg onload=x></svg></p>", "<p>", "<p onclick='x'>x</p>"])
def test_what_is_not_allowed_in_a_text_shows_its_source(given: str) -> None:
    work = Work()
    slot = work.math(tex.inline_html("$x$"))
    assert work.filled(f"{slot}{given}", "a *b* <c>") == (
        '<pre tabindex="0">a *b* &lt;c&gt;</pre>\n'
    )
    assert work.filled(f"<p>{slot}</p>", "") == ('<p><math alttext="x"><mi>x</mi></math></p>')
