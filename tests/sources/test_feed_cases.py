"""Feeds as publishers and blogs write them: what people reported of readers like ours."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from asking import a_run, told

from digest.errors import SourceError
from digest.model import Answer, Entry, Markup, State
from digest.sources import feed
from digest.sources.dates import moment
from digest.sources.feed import WebFeed
from digest.sources.file import LocalFile, read
from digest.sources.html import plain, plain_or_html
from digest.sources.names import people
from digest.sources.politeness import charset_of
from digest.text.ids import doi_of_address, doi_version, dois

CASES = Path(__file__).parents[1] / "recorded/cases"
TODAY = date(2026, 11, 28)
URL = "https://f.example/blog/feed.xml"
SOURCE = WebFeed(name="Blog", markup=Markup.PLAIN, url=URL, full=False)
NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)


def page(body: bytes, charset: str = "") -> feed.Page:
    return feed.parse(body, SOURCE, TODAY, seen=TODAY, url=URL, charset=charset)


def case(name: str, charset: str = "") -> tuple[Entry, ...]:
    found = page((CASES / name).read_bytes(), charset)
    assert not found.problem
    return found.entries


def rss(items: str, channel: str = "<link>https://j.example/</link>") -> bytes:
    return f'<rss version="2.0" {NAMES}><channel>{channel}{items}</channel></rss>'.encode()


def item(inside: str, link: str = "<link>https://j.example/1</link>") -> Entry:
    (entry,) = page(rss(f"<item><title>T</title>{link}{inside}</item>")).entries
    return entry


def links(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.links[-1].url for entry in entries]


# What is lost, and said


def test_an_authors_element_ends_nothing() -> None:
    (entry,) = case("01-authors-element.xml")
    assert entry.id == "https://x.example/document/1"
    assert entry.authors == ("Ann Lee", "Bo Chen")
    assert entry.published == datetime(2026, 9, 8, 13, 17, 32, tzinfo=UTC)


@pytest.mark.parametrize("name", ["links", "contributors", "enclosures", "tags", "authors"])
def test_an_element_called_as_feedparser_calls_its_own_lists_ends_nothing(name: str) -> None:
    more = "<contributor>y</contributor><enclosure url='u'/><category>c</category>"
    assert item(f"<{name}>x</{name}>{more}").title == "T"


def test_relative_links_lead_somewhere() -> None:
    found = case("05-relative-links.xml")
    assert links(found) == [f"https://j.example/{path}" for path in ("posts/1", "2", "posts/3")]
    assert links(case("05b-relative-links-atom.xml")) == ["https://f.example/2026/post"]


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" {}><title>x</title>{}<entry><title>A</title>'
ATOM += '<id>tag:x,2026:1</id><link href="{}"/></entry></feed>'


@pytest.mark.parametrize(
    ("body", "address"),
    [
        (ATOM.format('xml:base="https://b.example/x/"', "", "../p/1"), "https://b.example/p/1"),
        (ATOM.format("", "<link href='https://s.example/'/>", "p"), "https://f.example/blog/p"),
        (rss("<item><link>p/1</link></item>", "<link>/site/</link>").decode(), "https://f.example/site/p/1"),
        (rss("<item><link>?p=1</link></item>", "").decode(), f"{URL}?p=1"),
        (
            '{"version":"https://jsonfeed.org/version/1","items":[{"id":"tag:x","url":"/p/1"}]}',
            "https://f.example/p/1",
        ),
    ],
)  # fmt: skip
def test_relative_links_start_at_xml_base_the_site_or_the_feed(body: str, address: str) -> None:
    assert links(page(body.encode()).entries) == [address]


def test_what_has_no_name_is_counted_and_named_and_no_such_answer_is_quiet() -> None:
    found = page(rss("<item><title>Nameless</title></item><item><link>/1</link></item>"))
    assert found.problem == "1 item left out: 'Nameless' has neither link nor guid"
    answer = Answer(url=URL, status=200, body=rss("<item><title>Nameless</title></item>"))
    run = a_run()
    with pytest.raises(SourceError, match="'Nameless' has neither link nor guid"):
        told(feed.fetch(SOURCE, run), lambda request: answer)
    both = Answer(url=URL, status=200, body=rss("<item/><item><link>/1</link></item>"))
    fetched, _ = told(feed.fetch(SOURCE, run), lambda request: both)
    assert (fetched.state, len(fetched.entries)) == (State.PARTIAL, 1)


GOOD = rss("<item><title>A b</title><link>https://j.example/1</link></item>").decode()


@pytest.mark.parametrize(
    ("body", "title", "fault"),
    [
        ("\n\n<?xml version='1.0'?>" + GOOD, "A b", "white space before '<?xml'"),
        (GOOD.replace("A b", "A & b"), "A & b", "a bare '&'"),
        (GOOD.replace("A b", "A&nbsp;b &alpha;"), "A b α", "HTML entities"),
        (GOOD.replace("A b", "A\x0b b\x01"), "A b", "control characters"),
        (GOOD.replace("A b", "A &#1;b"), "A b", "references to no character"),
        (GOOD.replace("A b", "A &nosuch; b"), "A &nosuch; b", "unknown entities"),
        (GOOD.replace("A b", "n < 3"), "n < 3", "a bare '<'"),
        (GOOD.replace("</item>", "<u:x>y</u:x></item>"), "A b", "the unbound prefix 'u'"),
        (GOOD + "\n<!-- --> junk", "A b", "something after its end"),
        (GOOD.replace("<item>", "<!-- a -- b --><item>"), "A b", "'--' in a comment"),
        (GOOD.replace("<title>", "<title type>"), "A b", "attributes without values"),
    ],
)
def test_a_whole_document_with_a_fault_is_read_with_a_warning(
    body: str, title: str, fault: str
) -> None:
    found = page(body.encode())
    assert [entry.title for entry in found.entries] == [title]
    assert found.problem == f"read all the same, though the document has {fault}"
    start = body.rindex("</item>")
    with pytest.raises(SourceError, match="broken or cut feed"):
        page(body[:start].encode())


def test_the_recorded_faulty_documents_are_read() -> None:
    assert len(page((CASES / "14-blank-line-first.xml").read_bytes()).entries) == 1
    assert len(page((CASES / "14b-bare-ampersand.xml").read_bytes()).entries) == 2


def test_what_an_unbound_prefix_names_is_read_by_what_everybody_means_by_it() -> None:
    body = GOOD.replace(NAMES, "").replace("</item>", "<dc:creator>Ann Lee</dc:creator></item>")
    (entry,) = page(body.encode()).entries
    assert entry.authors == ("Ann Lee",)


def test_a_null_is_as_absent() -> None:
    assert [entry.title for entry in case("09-nulls.json")] == ["Whole", "Nulls"]


@pytest.mark.parametrize(
    "change",
    [
        {"title": None, "id": "https://j.example/1"},
        {"authors": [None, {"name": None}, {"name": "Ann Lee", "url": None}]},
        {"author": {"name": None}, "tags": [None, "x"], "content_html": None},
    ],
)
def test_nulls_within_lists_cost_nothing(change: dict[str, object]) -> None:
    one = {"id": "https://j.example/1", "content_text": "text"} | change
    body = {"version": "https://jsonfeed.org/version/1.1", "items": [one], "home_page_url": None}
    found = page(json.dumps(body).encode())
    assert (len(found.entries), found.problem) == (1, "")


def test_json_that_is_whole_and_not_strict_is_read_with_a_warning() -> None:
    body = '{"version":"https://jsonfeed.org/version/1","items":[{"id":"tag:x","title":"a\tb"}]} x'
    found = page(body.encode())
    assert [entry.title for entry in found.entries] == ["a b"]
    assert found.problem.startswith("read all the same")


def test_the_encoding_that_the_server_names_counts() -> None:
    body = (CASES / "15-koi8-r-named-in-the-header-alone.xml").read_bytes()
    assert page(body, "koi8-r").entries[0].title == "Привет мир"


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("windows-1251", "", "windows-1251"),
        ("koi8-r", "utf-8", "koi8-r"),
        ("utf-8", "utf-8", "iso-8859-1"),
        ("utf-8", "", ""),
        ("koi8-r", "koi8-r", "us-ascii"),
        ("utf-16", "", "utf-16"),
    ],
)
def test_of_several_encodings_the_right_one_counts(
    encoding: str, declared: str, charset: str
) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = head + GOOD.replace("A b", "Привет")
    assert page(body.encode(encoding), charset).entries[0].title == "Привет"


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        ("application/rss+xml; charset=koi8-r", "koi8-r"),
        ('text/xml;charset="UTF-8"', "utf-8"),
        ("text/xml", ""),
    ],
)
def test_a_header_names_its_charset(header: str, charset: str) -> None:
    assert charset_of(header) == charset


@pytest.mark.parametrize("path", sorted(CASES.glob("*.xml")), ids=lambda path: path.name)
def test_a_file_is_read_as_a_feed_is(path: Path) -> None:
    if "koi8" in path.name:
        return  # no header comes with a file
    local = LocalFile(name="Blog", markup=Markup.PLAIN, path="*")
    titles = [one.title for one in read(path, local, TODAY) if isinstance(one, Entry)]
    assert titles == [entry.title for entry in page(path.read_bytes()).entries]


# DOIs


def test_a_doi_is_whole() -> None:
    found = case("03-doi-with-angle-brackets.xml")
    assert [entry.doi for entry in found] == [
        "10.9175/1520-0477(1996)077<0935:wotwsm>2.0.co;2",
        "10.9175/1520-0477(1996)077<0999:abc>2.0.co;2",
        "10.9175/1520-0477(1996)077<1001:xyz>2.0.co;2",
        "10.9890/0012-9658(2006)87[2445:iolttn]2.0.co;2",
    ]
    assert found[0].links[0].url.endswith("077%3C0935:wotwsm%3E2.0.co;2")
    assert found[2].links[1].url == "https://j.example/3"


def test_a_publishers_address_gives_a_doi_without_its_tail_and_stays_a_link() -> None:
    found = case("04-doi-in-a-page-address.xml")
    assert [(entry.doi, entry.version) for entry in found[:3]] == [
        ("10.1101/2026.09.08.612346", 1),
        ("10.1101/2026.09.08.612346", 2),
        ("10.3389/fpsyg.2026.00001", 0),
    ]
    assert found[2].links[1].url.endswith("/10.3389/fpsyg.2026.00001/full")
    assert [entry.doi for entry in found[3:]] == [
        "10.1088/1361-6633/abcd12",
        "10.1007/s10000-026-00001-1",
        "10.1002/abc.55555",
    ]


@pytest.mark.parametrize(
    ("address", "doi"),
    [
        ("https://www.t.example/doi/full/10.1080/123.456?af=R", "10.1080/123.456"),
        ("https://x.example/doi/epdf/10.1002/abc.1", "10.1002/abc.1"),
        ("https://x.example/article/10.1000/ab-1/pdf/", "10.1000/ab-1"),
        ("https://www.biorxiv.org/content/10.1101/2026.1.2v3.full.pdf+html", "10.1101/2026.1.2"),
        ("https://x.example/article?id=10.1371/journal.x.1&from=rss", "10.1371/journal.x.1"),
        ("https://dx.doi.org/10.1021%2Fja00001a001", "10.1021/ja00001a001"),
        ("https://www.researchsquare.com/article/10.21203/rs.3.rs-1/v1", "10.21203/rs.3.rs-1/v1"),
        ("https://x.example/10.1000", ""),
    ],
)
def test_addresses_of_dois(address: str, doi: str) -> None:
    assert doi_of_address(address) == doi


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("10.26434/chemrxiv.15000001/v1", ("10.26434/chemrxiv.15000001/v1",)),
        ("10.1000/A, 10.1000/b", ("10.1000/a", "10.1000/b")),
        ("https://doi.org/10.1000/a https://doi.org/10.1000/a", ("10.1000/a",)),
        ("DOI: 10.1000/182", ("10.1000/182",)),
        ("10.1000/x&lt;1&gt;y", ("10.1000/x<1>y",)),
        ("none", ()),
    ],
)
def test_fields_of_dois(field: str, found: tuple[str, ...]) -> None:
    assert dois(field) == found


def test_a_version_stands_in_the_address_of_a_preprint_alone() -> None:
    assert doi_version("https://www.biorxiv.org/content/10.1101/2026.1v4.full") == 4
    assert doi_version("https://j.example/10.1101/2026.1v4") == 0


# Texts


def test_raised_and_lowered_characters_stay_so() -> None:
    (entry,) = case("07-raised-and-lowered.xml")
    assert entry.title == "From 2¹⁰ to 10⁻³ m² of CO₂"
    assert entry.summary == "In O(n²) steps, p = 10⁻⁵."


def test_mathml_and_jats_become_text() -> None:
    first, second = case("08-mathml.xml")
    assert (first.title, first.summary) == (
        "Decay of N-fold states",
        "We find x=5 here, and y there.",
    )
    assert (second.title, second.summary) == ("Growth of E. coli", "First. Second.")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("x<sup>n+1</sup>", "xⁿ⁺¹"),
        ("x<sub>max</sub> and Q<sup>Q</sup>", "xₘₐₓ and Q^Q"),
        ("known<sup>[12]</sup>", "known[12]"),
        ("<math><mfrac><mrow><mi>a</mi><mo>+</mo></mrow><mi>b</mi></mfrac></math>", "(a+)/b"),
        ("<m:math><m:msup><m:mi>x</m:mi><m:mn>2</m:mn></m:msup></m:math>", "x²"),
        ("<math><semantics><mi>x</mi><annotation>x</annotation></semantics></math>", "x"),
        ("<math><msqrt><mi>n</mi></msqrt></math>", "√n"),
        (
            "<inline-formula><alternatives><mml:math><mml:mi>y</mml:mi></mml:math>"
            "<tex-math>$y$</tex-math></alternatives></inline-formula>",
            "y",
        ),
        ("a<script type='math/tex'>x^2</script>b", "ax²b"),
        ("<ul><li>one</li><li>two</li></ul><dl><dt>a</dt><dd>b</dd></dl>", "one\ntwo\na\nb"),
        ("<jats:sec><jats:title>Aim</jats:title><jats:p>Text.</jats:p></jats:sec>", "Aim\nText."),
        ("<h2>Abstract</h2><p>The text.</p>", "The text."),
        ("<img src='a.jpg' alt='a photo'>text", "text"),
    ],
)  # fmt: skip
def test_markup_becomes_what_its_reader_sees(html: str, text: str) -> None:
    assert plain(html) == text


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("a<b and c>d", "a<b and c>d"),
        ("Caf&eacute; &amp; more, AT&T", "Café & more, AT&T"),
        ("On <i>E. coli</i> and x<sub>1</sub>", "On E. coli and x₁"),
        ("if x<i and i>y", "if x<i and i>y"),
    ],
)
def test_plain_fields_keep_their_signs_and_lose_their_markup(field: str, text: str) -> None:
    assert plain_or_html(field) == text


def test_what_is_about_pictures_takes_no_place_of_the_items_own() -> None:
    first, second = case("18-media-and-image.xml")
    assert first.summary == second.summary == "The abstract."
    assert (first.title, second.title) == ("An article", "Another article")


@pytest.mark.parametrize(
    "before",
    [
        "<media:group><media:title>X</media:title><media:description>X</media:description></media:group>",
        "<media:description>X</media:description>",
        "<textInput><title>X</title><description>X</description><link>https://x.example/</link></textInput>",
    ],
)  # fmt: skip
def test_whatever_stands_before_it_an_items_own_text_counts(before: str) -> None:
    entry = item(f"{before}<description>Own.</description>")
    assert (entry.title, entry.summary) == ("T", "Own.")
    assert entry.id == "https://j.example/1"


def test_what_media_alone_say_is_better_than_nothing() -> None:
    assert item("<media:description>Seen.</media:description>").summary == "Seen."


def test_formulas_as_images_are_read() -> None:
    (entry,) = case("20-formulas-as-images.xml")
    assert entry.summary == "Let p be a prime with p ≡ 1 mod 4."


def test_a_listing_of_arxivs_read_as_a_feed_loses_its_head() -> None:
    (entry,) = case("26-arxiv-listing-as-feed.xml")
    assert (entry.id, entry.summary) == ("arxiv:2611.00011", "The real abstract.")


# Names


def test_authors_as_publishers_write_them() -> None:
    three = ("Ann Lee", "Bo Chen", "Cy Orr")
    assert [entry.authors for entry in case("13-names.xml")] == [
        three,
        ("Ana María García Márquez", "Bo van der Berg"),
        ("Pat O’Brien",),
        ("Ann Lee",),
        ("李明", "王芳"),
        three[:2],
        three[:2],
        ("Ann Lee Jr.", "Bo Chen", "Cy Orr"),
        three[:2],
    ]


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        (("Lee, Ann and Chen, Bo",), ("Ann Lee", "Bo Chen")),
        (("Ann Lee | Bo Chen",), ("Ann Lee", "Bo Chen")),
        (("Ann Lee <ann@lab.museum>, Bo Chen <bo@x.example>",), ("Ann Lee", "Bo Chen")),
        (("ann@lab.example",), ()),
        (("Department of Physics, University of X",), ("Department of Physics", "University of X")),
        (("The ATLAS Collaboration",), ("The ATLAS Collaboration",)),
        (("Research and Development Group",), ("Research and Development Group",)),
        (("OpenAI, Inc.",), ("OpenAI, Inc.",)),
        (("Ann Lee, PhD, Bo Chen, MD",), ("Ann Lee", "Bo Chen")),
        (("Ann Lee and others",), ("Ann Lee",)),
        (("李明、王芳；张伟",), ("李明", "王芳", "张伟")),
        ((":", "-", "Ann Lee"), ("Ann Lee",)),
    ],
)
def test_names_of_every_fashion(fields: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert people(fields) == names


# Dates


def test_dates_with_zones_by_name_and_in_other_languages() -> None:
    when = [entry.published for entry in case("23-time-zones.xml")]
    assert when[:2] == [
        datetime(2026, 9, 7, 23, 30, tzinfo=UTC),
        datetime(2026, 9, 7, 16, 30, tzinfo=UTC),
    ]
    assert {day.date() for day in when[2:] if day} == {date(2026, 9, 8)}
    assert len(when) == 5


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("8. September 2026, 14:30 Uhr", "2026-09-08T14:30"),
        ("08.09.2026", "2026-09-08T00:00"),
        ("09/08/2026", "2026-09-08T00:00"),
        ("2026年9月8日", "2026-09-08T00:00"),
        ("Tuesday, September 8th, 2026 3:30 PM EST", "2026-09-08T20:30"),
        ("mardi, 8 septembre 2026", "2026-09-08T00:00"),
        ("Tue, 8 Sep 2026 10:00:00 AEST", "2026-09-08T00:00"),
        ("2026-09-08 10:00:00 +0200", "2026-09-08T08:00"),
    ],
)
def test_dates_in_words(text: str, day: str) -> None:
    assert moment(text) == datetime.fromisoformat(day).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026", "2026-09", "September 2026", "soon", "99.99.2026", ""])
def test_no_day_is_made_up(text: str) -> None:
    assert moment(text) is None
    assert item(f"<pubDate>{text}</pubDate>").published is None


@pytest.mark.parametrize(
    "field",
    [
        "<prism:publicationDate>2026-09-08</prism:publicationDate>",
        "<dcterms:issued>2026-09-08</dcterms:issued>",
        "<dc:date>2026-09-08</dc:date>",
        "<dcterms:created>2026-09-08</dcterms:created>",
        "<prism:coverDate>8 September 2026</prism:coverDate>",
    ],
)
def test_a_date_may_stand_in_many_fields(field: str) -> None:
    published = item(field).published
    assert published is not None
    assert published.date() == date(2026, 9, 8)


def test_no_item_is_of_tomorrow() -> None:
    entry = item("<pubDate>Tue, 08 Dec 2026 10:00:00 GMT</pubDate>")
    assert (entry.published, entry.updated, entry.announced) == (None, None, TODAY)
