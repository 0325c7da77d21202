"""What a paper names beside it: it looks only back, and what it found stays."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from conftest import NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from planning import context_of
from selectolax.lexbor import LexborHTMLParser
from strategies import entries
from test_lists import SITE
from test_lists import paper as plain_paper

from digest import archive
from digest.build import BuildOptions, build
from digest.model import (
    Entry,
    FollowedAuthor,
    Site,
    Version,
)
from digest.output.store import KeptFile, Store
from digest.pages import days
from digest.pages import papers as paper_page
from digest.papers.paper import Paper
from digest.papers.related import RelatedLimits, find_related, no_related
from digest.papers.related.lookup import SAME, RelatedPapers
from digest.papers.related.neighbours import BEFORE, NeighbourFinder
from digest.papers.related.order import BLOCK, Batch, BatchOrder
from digest.papers.related.search import FEW, MOST

few = settings(max_examples=8)
TOPICS = (
    "byzantine quorum leader ballot replica view",
    "cache prefill decode batching token serving",
    "gradient federated client aggregation privacy round",
    "preconditioner stencil exascale solver mesh krylov",
)
GENERAL = tuple(f"common{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
NAMES = tuple(f"Ann {letter}" for letter in "Abcdefghijklmnopqrst".title())
START = date(2025, 1, 1)


def entry(
    number: int, day: date, text: str, authors: Iterable[str] = (), seen: date | None = None
) -> Entry:
    return Entry(
        id=f"arxiv:2501.{number:05}",
        title=f"On {text.split()[0]}",
        summary=text,
        authors=tuple(authors),
        categories=("cs.DC",),
        announced=day,
        seen=seen or day,
    )


@cache
def corpus(seed: int, count: int = 160) -> tuple[Entry, ...]:
    """Papers of some topics over half a year; one in ten comes late."""
    draw, found = Random(seed), list[Entry]()
    for number in range(count):
        words = [*draw.sample(draw.choice(TOPICS).split(), 4), *draw.sample(GENERAL, 6)]
        day = START + timedelta(draw.randrange(180))
        seen = day + timedelta(draw.randrange(40) if draw.random() < 0.1 else 0)
        found.append(entry(number, day, " ".join(words), draw.sample(NAMES, 2), seen))
    return tuple(found)


def month(one: Entry) -> tuple[int, int]:
    return one.announced.year, one.announced.month


def near(
    site: Site, entries: Iterable[Entry], code: str = "", kept: Path | None = None
) -> dict[str, RelatedPapers]:
    papers = [Paper.of(one) for one in entries]
    found = find_related(site, papers, code, Store(kept) if kept else None)
    return {paper.id: found(paper) for paper in papers}


seeds = st.integers(0, 1000)


@given(seeds)
@few
def test_only_papers_of_closed_months_that_were_there_are_named(seed: int) -> None:
    entries = corpus(seed)
    known, found = {one.id: one for one in entries}, near(SITE, entries)
    assert found.keys() == known.keys()
    for name, one in found.items():
        named = [link.id for link in (*one.like, *one.same)]
        assert len(one.like) <= MOST
        assert len(one.same) <= SAME
        assert len(named) == len(set(named))
        for other in named:
            assert month(known[other]) < month(known[name])
            assert known[other].seen <= known[name].seen
        assert all(len(link.words) > 2 for link in one.like)
        assert all(link.authors for link in one.same)
    assert any(one.like for one in found.values())
    assert any(one.same for one in found.values())


@given(seeds, st.integers(0, 170))
@few
def test_a_new_paper_changes_nothing_for_those_that_were_there(seed: int, age: int) -> None:
    entries, today = corpus(seed), START + timedelta(220)
    day = today - timedelta(age)  # announced today, or late
    new = entry(999, day, TOPICS[0], NAMES, seen=today)
    with TemporaryDirectory() as folder:
        before = near(SITE, entries, kept=Path(folder))
        after = near(SITE, (*entries, new), kept=Path(folder))
    assert {name: one for name, one in after.items() if name != new.id} == before
    assert after == near(SITE, (*entries, new))


@given(seeds, st.data())
@few
def test_a_new_paper_changes_no_page_of_another(seed: int, data: st.DataObject) -> None:
    themes = ["agreement", "serving"]
    papers = [
        Paper.of(one, plain_paper(1, DAY, themes[number % 3 :]).matches)
        for number, one in enumerate(corpus(seed))
    ]
    today = START + timedelta(220)
    day = data.draw(st.dates(START, today))
    new = Paper.of(entry(999, day, TOPICS[0], NAMES, today), plain_paper(1, DAY, themes).matches)
    before, after = paper_pages(papers), paper_pages([*papers, new])
    assert {path: after[path] for path in before} == before
    assert len(after) == len(before) + 1


DAY = date(2026, 5, 14)


def paper_pages(papers: list[Paper]) -> dict[str, object]:
    around = NeighbourFinder(SITE, days.in_order(papers), find_related(SITE, papers))
    found = [paper_page.of_paper(paper, neighbours=around) for paper in papers]
    assert any(context_of(page)["beside"].before for page in found)
    return {page.path: context_of(page) for page in found}


def test_a_revision_changes_nothing() -> None:
    entries = [
        msgspec.structs.replace(one, version=1, versions=(Version(number=1),)) for one in corpus(1)
    ]
    found = near(SITE, entries)
    old = entries[7]
    later = msgspec.structs.replace(
        old,
        title="Another title",
        summary=TOPICS[1],
        version=2,
        versions=(
            Version(number=1, title=old.title, summary=old.summary, authors=old.authors,
                    categories=old.categories),
            Version(number=2),
        ),
    )  # fmt: skip
    revised = near(SITE, [later if one is old else one for one in entries])
    assert revised == found


def test_why_two_papers_are_related() -> None:
    filler = [entry(n, START, " ".join(GENERAL[n % 20 : n % 20 + 6])) for n in range(FEW)]
    old = entry(900, START, "Byzantine quorum of replicas", ["Ann Lee", "T. R."])
    new = entry(901, START + timedelta(40), "Byzantine quorums, a replica", ["Tim R.", "Bo"])
    site = replace(SITE, follow=(FollowedAuthor(name="Tim R.", aliases=("T. R.",)),))
    ((link,), same) = (lambda one: (one.like, one.same))(near(site, [*filler, old, new])[new.id])
    assert link.id == old.id
    assert set(link.words) == {"Byzantine", "quorums", "replica"}
    assert link.authors == ("Tim R.",)
    assert same == ()


@given(entries(), st.text(max_size=40))
@few
def test_any_text_can_be_compared(one: Entry, text: str) -> None:
    filler = [entry(n, START, " ".join(GENERAL[n % 20 : n % 20 + 6])) for n in range(FEW)]
    hard = [
        msgspec.structs.replace(one, id=f"arxiv:2605.0000{n}", title=title, summary=title,
                                announced=DAY, seen=DAY)
        for n, title in enumerate([text, "", "\x00 \x85 $", one.title, "the of and", "王伟 ﷽"])
    ]  # fmt: skip
    assert all(found == RelatedPapers() for found in near(SITE, [*filler, *hard]).values())


def test_among_few_papers_words_tell_nothing_but_names_do() -> None:
    old, new = entry(1, START, TOPICS[0], ["Ann"]), entry(2, DAY, TOPICS[0], ["Ann"])
    (one,) = (near(SITE, [old, new])[new.id],)
    assert (one.like, [link.id for link in one.same]) == ((), [old.id])


def test_one_shared_name_in_another_field_may_be_another_person() -> None:
    old, new = entry(1, START, "x y", ["Ann", "Bo"]), entry(2, DAY, "x y", ["Ann"])
    abroad = msgspec.structs.replace(old, categories=("math.CO",))
    assert near(SITE, [abroad, new])[new.id] == RelatedPapers()
    both = msgspec.structs.replace(new, authors=("Ann", "Bo"))
    assert [link.authors for link in near(SITE, [abroad, both])[new.id].same] == [("Ann", "Bo")]


@given(st.lists(st.tuples(st.dates(START, DAY), st.integers(1, BLOCK)), min_size=1, max_size=12))
def test_of_many_papers_those_of_long_ago_are_forgotten(sizes: list[tuple[date, int]]) -> None:
    batches = [("2025-01", Batch(day, size, bytes([n]))) for n, (day, size) in enumerate(sizes)]
    order = BatchOrder(batches)
    counts = [size for _, size in sorted(sizes, key=lambda each: each[0])]
    for place, start in enumerate(order.starts):
        whole, seen = sum(counts[:place]), sum(counts[start:place])
        assert min(whole, BLOCK) <= seen < 4 * BLOCK  # a batch may be as large as a block here
    for place, fingerprint in enumerate(order.fingerprints):
        assert (
            BatchOrder(sorted(batches, key=lambda each: each[1].day)[:place]).fingerprints[place]
            == fingerprint
        )
    changed = [
        (name, replace(batch, fingerprint=b"x" + batch.fingerprint)) for name, batch in batches
    ]
    assert set(BatchOrder(changed).fingerprints[1:]).isdisjoint(order.fingerprints)


def doctor(folder: Path) -> None:
    """As if nothing were near any paper: shows what is used again."""
    for path in folder.glob(".digest-related-*"):
        *head, data = KeptFile(path).read(msgspec.msgpack.Decoder(list[Any]).decode) or []
        papers = msgspec.msgpack.decode(data)
        for one in papers.values():
            one[-1] = []
        KeptFile(path).write(msgspec.msgpack.encode((*head, msgspec.msgpack.encode(papers))))


def test_what_was_found_is_kept_and_only_a_new_paper_is_looked_at(tmp_path: Path) -> None:
    entries = corpus(3)
    near(SITE, entries, kept=tmp_path)
    new = entry(999, START + timedelta(178), TOPICS[0], NAMES, seen=START + timedelta(220))
    doctor(tmp_path)
    found = near(SITE, (*entries, new), kept=tmp_path)
    assert [name for name, one in found.items() if one != RelatedPapers()] == [new.id]


@pytest.mark.parametrize("spoilt", [b"", b"\xff", b"\x81\xa1x\x01", msgspec.msgpack.encode([1])])
def test_what_cannot_be_used_again_is_found_anew(spoilt: bytes, tmp_path: Path) -> None:
    entries = corpus(3)
    fresh = near(SITE, entries, kept=tmp_path)
    for path in tmp_path.glob(".digest-related-*"):
        path.write_bytes(spoilt)
    assert near(SITE, entries, kept=tmp_path) == fresh
    doctor(tmp_path)
    assert near(SITE, entries, "another version of ours", tmp_path) == fresh


def test_the_search_is_kept_and_grows(tmp_path: Path) -> None:
    today, next_month = START + timedelta(225), START + timedelta(250)
    entries = (*corpus(3), entry(998, today - timedelta(2), TOPICS[1]))
    near(SITE, entries, kept=tmp_path)
    search = tmp_path / ".digest-search"
    before = {path.name for path in search.iterdir()}
    new = entry(999, today, TOPICS[0], NAMES)
    assert near(SITE, (*entries, new), kept=tmp_path) == near(SITE, (*entries, new))
    assert {path.name for path in search.iterdir()} == before
    both = (*entries, new, entry(1000, next_month, TOPICS[0], NAMES))
    assert near(SITE, both, kept=tmp_path) == near(SITE, both)
    assert {path.name for path in search.iterdir()} != before


def spoil_seal(search: Path) -> None:
    search.joinpath("seal").unlink()  # as after a crash while it grew


def spoil_list(search: Path) -> None:
    search.joinpath("meta.json").write_bytes(b"{")


def spoil_papers(search: Path) -> None:
    for path in search.glob("*.store"):
        path.write_bytes(path.read_bytes()[:9])


def spoil_a_bit(search: Path) -> None:
    for path in search.glob("*.term"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)


def spoil_all(search: Path) -> None:
    shutil.rmtree(search)


def put_a_file_there(search: Path) -> None:
    shutil.rmtree(search)
    search.write_bytes(b"")


def lead_elsewhere(search: Path) -> None:
    shutil.copytree(search, search.with_name("elsewhere"))
    shutil.rmtree(search)
    search.symlink_to("elsewhere")


SPOILT = [
    spoil_seal,
    spoil_list,
    spoil_papers,
    spoil_a_bit,
    spoil_all,
    put_a_file_there,
    lead_elsewhere,
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_search_that_cannot_be_used_is_made_anew(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    entries = corpus(3)
    near(SITE, entries, kept=tmp_path)
    spoil(tmp_path / ".digest-search")
    all_ = (*entries, entry(999, START + timedelta(179), TOPICS[0], NAMES))
    assert near(SITE, all_, kept=tmp_path) == near(SITE, all_)


def test_a_link_in_the_place_of_the_search_costs_nothing_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "thesis.tex").write_text("years of work")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.digest-search").symlink_to(elsewhere)
    near(SITE, corpus(3), kept=tmp_path / "out")
    assert [path.name for path in elsewhere.iterdir()] == ["thesis.tex"]


def test_several_processes_find_the_same() -> None:
    papers = [Paper.of(one) for one in corpus(3)]
    alone = find_related(SITE, papers)
    limits = RelatedLimits(worth=1, task=4)
    together = find_related(SITE, papers, workers=2, limits=limits)
    assert [together(paper) for paper in papers] == [alone(paper) for paper in papers]


def test_none_are_named_where_site_yaml_says_so() -> None:
    without, papers = replace(SITE, related=False), [themed(n, DAY) for n in (1, 2)]
    assert set(near(without, corpus(3)).values()) == {RelatedPapers()}
    assert not NeighbourFinder(without, papers, no_related).of(papers[1])


def themed(number: int, day: date, seen: date | None = None) -> Paper:
    one = plain_paper(number, day, ["serving"])
    return Paper.of(msgspec.structs.replace(one.entry, seen=seen or day), one.matches)


def test_the_papers_before_in_the_theme_are_named_and_none_that_came_later() -> None:
    late = themed(4, DAY, seen=DAY + timedelta(9))
    papers = [*(themed(n, DAY + timedelta(n)) for n in (1, 2, 3, 5, 6)), late]
    around = NeighbourFinder(SITE, days.in_order(papers), no_related)
    before = {p.id[-1]: [line.path[-2] for line in around.of(p).before] for p in papers}
    assert before == {
        "1": [],
        "2": ["1"],
        "3": ["2", "1"],
        "4": [],
        "5": ["3", "2", "1"],
        "6": ["5", "3", "2"],
    }
    assert BEFORE == 3


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of the corpus, whose editor names one paper beside the newest, and hides another."""
    root = tmp_path_factory.mktemp("related")
    (root / "site.yaml").write_text(
        "title: T\nurl: https://example.org/\ntag: example.org,2026\n"
        "sources: [{name: S, kind: file, path: 'x/*.xml'}]\n"
        "themes: [{id: a, title: A, any: ['byzantine*']}]\n"
    )
    archive.save(root / "content/archive", corpus(5))
    notes = root / "content/notes"
    notes.mkdir(parents=True)
    newest, (named, hidden, *_) = chosen()
    (notes / f"{newest}.md").write_text(f"---\nrelated: ['{named}']\n---\nLook.\n")
    (notes / f"{hidden}.md").write_text("---\nhide: not for us\n---\nNo.\n")
    build(root, BuildOptions(now=NOW, out=root / "_site", offline=True))
    return root / "_site"


def chosen() -> tuple[str, list[str]]:
    """A paper that has many like it, and those."""
    found = near(SITE, corpus(5))
    name = max(found, key=lambda name: (len(found[name].like), name))
    assert len(found[name].like) > 3
    return name.removeprefix("arxiv:"), [
        link.id.removeprefix("arxiv:") for link in found[name].like
    ]


def test_a_page_names_the_editors_choice_first_and_nothing_twice_and_nothing_hidden(
    built: Path,
) -> None:
    newest, (named, hidden, *_) = chosen()
    page = LexborHTMLParser((built / f"papers/{newest}/index.html").read_bytes())
    lines = [node for node in page.css(".brief li") if node.css_first("bdi")]
    links = [node.css_first("a").attributes["href"] or "" for node in lines]  # type: ignore[union-attr]
    assert links[0] == f"/papers/{named}/"
    assert "named by the editor" in lines[0].text()
    assert len(set(links)) == len(links) > 3
    assert "both say" in lines[1].text()
    for path in (built / "papers").glob("*/index.html"):
        assert f"papers/{hidden}/" not in path.read_text("utf-8") or path.parent.name == hidden


def test_the_next_build_uses_what_was_found(built: Path) -> None:
    kept = {path: path.read_bytes() for path in built.glob(".digest-related-*")}
    assert len(kept) == 6
    again = build(built.parent, BuildOptions(now=NOW, out=built, offline=True))
    assert again.written.changed == 0
    assert {path: path.read_bytes() for path in kept} == kept
    assert (
        build(
            built.parent, BuildOptions(now=NOW, out=built, offline=True, full=True)
        ).written.changed
        == 0
    )


def test_a_site_of_few_papers_never_loads_what_compares_words(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from digest.build import BuildOptions, build\n"
        "now = datetime(2026, 5, 16, 6, tzinfo=UTC)\n"
        "build(Path(sys.argv[1]), BuildOptions(now=now, out=Path(sys.argv[2]), offline=True))\n"
        "assert 'tantivy' not in sys.modules"
    )
    site = Path(__file__).parents[1] / "site"
    subprocess.run([sys.executable, "-c", script, site, tmp_path / "out"], check=True)
