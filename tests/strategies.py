"""What hypothesis may draw: entries of any text, consistent in what their ids and versions say."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from digest.model import Entry, Link, Version
from digest.text.mailing import announced_on

# Any text a source can send once decoded; U+0085 and U+2028 are likely on purpose.
text = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]), st.sampled_from("\u0085\u2028\u2029<>&\"'$\\{}]")
    ),
    max_size=40,
)
days = st.dates(date(2020, 1, 1), date(2026, 12, 31))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
names = st.lists(text.filter(str.strip), max_size=3).map(tuple)
categories = st.lists(st.sampled_from(["cs.DC", "cs.LG", "math.CO"]), unique=True).map(tuple)
arxiv_numbers = st.builds(
    "{:02}{:02}.{:05}".format, st.integers(20, 26), st.integers(1, 12), st.integers(1, 9)
)
links = st.lists(
    st.builds(
        Link, rel=st.sampled_from(["abstract", "pdf"]), url=st.just("https://arxiv.org/abs/1")
    ),
    max_size=2,
    unique=True,
).map(tuple)


@st.composite
def entries(draw: st.DrawFn, numbers: st.SearchStrategy[str] = arxiv_numbers) -> Entry:
    """One entry as a source gives it: an arXiv paper at some version, or a post."""
    if draw(st.booleans()):
        name, version = f"arxiv:{draw(numbers)}", draw(st.integers(1, 3))
    else:
        name, version = f"https://example.org/{draw(st.integers(1, 5))}", 0
    published, listed, seen = draw(st.none() | moments), draw(st.none() | days), draw(days)
    updated = draw(st.none() | moments)
    return Entry(
        id=name,
        title=draw(text),
        summary=draw(text),
        authors=draw(names),
        links=draw(links),
        categories=draw(categories),
        comment=draw(text),
        journal_ref=draw(text),
        published=published,
        updated=updated,
        version=version,
        versions=(Version(number=version, date=updated, seen=seen),) if version else (),
        listed=listed,
        announced=announced_on(name, published, listed, seen),
        seen=seen,
        announce_types=draw(st.sampled_from([(), ("new",), ("cross",)])),
        sources=draw(st.sampled_from([(), ("A",), ("B",)])),
    )


# Few ids, so that the same paper comes again, at other versions and with other text.
batches = st.lists(entries(st.sampled_from(["2605.00001", "2605.00002"])), max_size=5)
