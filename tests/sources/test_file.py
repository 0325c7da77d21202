"""Documents in the site's own folder."""

import gzip
import json
import tracemalloc
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

import pytest
from asking import NOW, RECORDED, a_run, told
from test_feed import FORMATS

from digest.errors import SourceError
from digest.model import Entry, Link, Markup, SourceResult, State
from digest.sources import file
from digest.sources.asking import Run
from digest.sources.file import LocalFile

COLLECTION = Path(__file__).parents[3] / "shared/data/papers.jsonl.gz"
TODAY = NOW.date()


def source(pattern: str) -> LocalFile:
    return LocalFile(name="Mine", markup=Markup.TEX, path=pattern)


def fetch(root: Path, pattern: str, pieces: list[SourceResult] | None = None) -> SourceResult:
    run = Run(root=root, now=NOW)
    fetched, asked = told(file.fetch(source(pattern), run), lambda request: 404, pieces)
    assert asked == []
    return fetched


def test_files_that_match_are_read(tmp_path: Path) -> None:
    for name in ("api/new-search.xml", "listing/rss-cs-ai.xml", "oai/cs-2016.xml"):
        (tmp_path / Path(name).name).write_bytes((RECORDED / name).read_bytes())
    fetched = fetch(tmp_path, "*.xml")
    assert fetched.state is State.OK
    assert fetched.asked == ("cs-2016.xml", "new-search.xml", "rss-cs-ai.xml")
    seen = {entry.id: entry.seen for entry in fetched.entries}
    assert seen["arxiv:2201.00978"] == date(2026, 4, 5)  # the answer's own date
    assert seen["arxiv:2604.21935"] == date(2026, 4, 27)
    assert seen["arxiv:math/0611918"] == date(2006, 11, 30)  # a harvest has none: when announced


def test_a_broken_file_costs_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes((RECORDED / "listing/atom-cut.xml").read_bytes())
    (tmp_path / "b.xml").write_bytes((RECORDED / "api/new-search.xml").read_bytes())
    (tmp_path / "c.xml").write_bytes((RECORDED / "api/error-400.xml").read_bytes())
    fetched = fetch(tmp_path, "*.xml")
    assert fetched.state is State.PARTIAL
    assert len(fetched.entries) == 3
    assert fetched.problem.startswith("a.xml: broken or cut XML: no element found")
    assert fetched.problem.endswith("; and 1 more")


def test_no_file_at_all_is_a_failure(tmp_path: Path) -> None:
    fetched = fetch(tmp_path, "start/*.xml")
    assert (fetched.state, fetched.problem) == (State.FAILED, "no file matches start/*.xml")


@pytest.mark.parametrize("name", FORMATS)
def test_feeds_of_every_format(tmp_path: Path, name: str) -> None:
    (tmp_path / "feed").write_text(FORMATS[name])
    (entry,) = fetch(tmp_path, "feed").entries
    assert entry.title == "Hi"


LINES: list[dict[str, object]] = [
    {
        "id": "0704.1751",
        "title": "Information Theoretic Proofs\n  of Inequalities",
        "abstract": "  While most useful information theoretic inequalities can be deduced from\n"
        "the basic properties.\n  A second paragraph.\n",
        "authors": ["Olivier Rioul"],
        "categories": ["cs.IT", "math.IT", "68T50, 68T30"],
        "published": "2007-04-13",
        "updated": "2010-08-24",
        "comment": "submitted",
        "acm_class": "E.4; H.1.1",
        "doi": "10.1109/X",
        "src": "unknown to us",
    },
    {
        "id": "2312.00273",
        "title": "Mark My Words",
        "abstract": "A",
        "authors": ["A B"],
        "categories": ["cs.CR"],
        "published": "2023-12-01",
        "version": "v3",
    },
    {
        "id": "2601.01042",
        "title": "SeRe",
        "abstract": "B",
        "authors": ["C D"],
        "categories": ["cs.SE"],
        "first_listed": "2026-01-07",
        "comment": None,
    },
]


def jsonl(lines: Iterable[object]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@pytest.mark.parametrize("packed", [False, True])
def test_papers_as_lines_of_json(tmp_path: Path, packed: bool) -> None:
    body = jsonl(LINES)
    (tmp_path / "papers.jsonl").write_bytes(gzip.compress(body) if packed else body)
    fetched = fetch(tmp_path, "papers.jsonl")
    assert fetched.state is State.OK
    rioul, words, sere = fetched.entries
    assert rioul.title == "Information Theoretic Proofs of Inequalities"
    assert rioul.summary == (
        "While most useful information theoretic inequalities can be deduced from the basic "
        "properties.\nA second paragraph."
    )
    assert rioul.categories == ("cs.IT", "math.IT")
    assert rioul.classes == ("68T50", "68T30", "E.4", "H.1.1")
    assert rioul.doi == "10.1109/x"
    assert (rioul.version, rioul.announced) == (0, date(2007, 4, 16))
    assert rioul.seen == rioul.announced
    assert (words.version, words.announced) == (3, date(2023, 12, 4))
    assert (sere.version, sere.listed, sere.announced) == (0, date(2026, 1, 7), date(2026, 1, 7))


def test_a_damaged_line_costs_no_other(tmp_path: Path) -> None:
    bad = {**LINES[0], "id": "../../etc/passwd"}
    damaged = b'{"id": 1}\n\n' + jsonl([bad]) + b'{"id": "26\n'
    body = jsonl(LINES[:1]) + damaged + jsonl(LINES[1:])
    (tmp_path / "papers.jsonl").write_bytes(body)
    fetched = fetch(tmp_path, "*.jsonl")
    assert (fetched.state, len(fetched.entries)) == (State.PARTIAL, 3)
    assert fetched.problem.startswith("papers.jsonl: line 2 left out: Expected `str`, got `int`")
    assert fetched.problem.endswith("; and 2 more")


def test_a_file_cut_in_its_compression_keeps_what_came(tmp_path: Path) -> None:
    body = gzip.compress(jsonl(LINES * 1000))
    (tmp_path / "papers.jsonl.gz").write_bytes(body[:-20])
    fetched = fetch(tmp_path, "*.gz")
    assert fetched.state is State.PARTIAL
    assert len(fetched.entries) == 3


def test_a_long_file_comes_in_pieces(tmp_path: Path) -> None:
    many = ({**LINES[1], "id": f"2312.{n:05}"} for n in range(1, 12_001))
    (tmp_path / "papers.jsonl").write_bytes(jsonl(many))
    pieces = list[SourceResult]()
    fetched = fetch(tmp_path, "*.jsonl", pieces)
    assert [len(piece.entries) for piece in (*pieces, fetched)] == [5000, 5000, 2000]


BIBTEX = r"""
@string{acm = {ACM Trans.}}
% a comment
@article{han2026,
  title = {{PipeSD: An {Efficient} Framework}},
  author = {Yunhe Han and Gao, Yunqi and {Mind Lab} and Lee, Jr., Ann},
  eprint = {2605.13319}, archivePrefix = {arXiv}, year = 2026, month = may,
  abstract = {Speculative decoding
    can help.}
}
@inproceedings{chen2020, title="On $O(n)$", author="Bo Chen", year={2020}, month={3},
  doi={10.1145/1.2}, booktitle={Proc. X}, pages={1--2}, keywords={a, b}}
@misc{post, title={A post}, url={https://example.org/post}, year={2019}}
@misc{bare, title={Only a title}}
@misc{none, url={javascript:alert(1)}}
@article{cut, title={a
"""


def test_bibtex(tmp_path: Path) -> None:
    (tmp_path / "mine.bib").write_text(BIBTEX)
    fetched = fetch(tmp_path, "*.bib")
    assert fetched.state is State.PARTIAL
    assert fetched.problem.startswith("mine.bib: 'none' left out: it has no title")
    assert fetched.problem.endswith("; and 1 more")
    han, chen, post, bare = fetched.entries
    assert han.id == "arxiv:2605.13319"
    assert han.title == "PipeSD: An {Efficient} Framework"
    assert han.authors == ("Yunhe Han", "Yunqi Gao", "Mind Lab", "Ann Lee Jr.")
    assert han.summary == "Speculative decoding\ncan help."
    assert han.published is None
    assert chen.id == "doi:10.1145/1.2"
    assert chen.journal_ref == "Proc. X, 1--2, 2020"
    assert chen.published == datetime(2020, 3, 1, tzinfo=UTC)
    assert chen.announced == chen.seen == date(2020, 3, 1)
    assert chen.categories == ("a", "b")
    assert post.id == "https://example.org/post"
    assert post.links == (Link(rel="abstract", url="https://example.org/post"),)
    assert bare.id == "bibtex:bare"
    assert bare.announced == TODAY


def test_reading_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "_LONGEST", 1000)
    (tmp_path / "line.jsonl").write_bytes(b"{" + b" " * 2000)
    (tmp_path / "packed.xml").write_bytes(gzip.compress(b"<a>" + b" " * 2000))
    for name in ("line.jsonl", "packed.xml"):
        (error,) = file.read(tmp_path / name, source(name), TODAY)
        assert isinstance(error, SourceError)
        assert "of more than 1,000 bytes" in str(error)


@pytest.mark.skipif(not COLLECTION.exists(), reason="needs the collection of 19,152 papers")
def test_a_collection_is_read_line_by_line() -> None:
    """Of 10 MB packed, 40 MB unpacked, never more than a line and what unpacking needs."""
    tracemalloc.start()
    for item in islice(file.read(COLLECTION, source("*"), date(2026, 11, 1)), 5000):
        assert isinstance(item, Entry)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 2**20


def test_the_start_of_the_shipped_site() -> None:
    root = RECORDED.parents[1]
    fetched, _ = told(
        file.fetch(source("content/start/*.xml"), Run(root=root, now=a_run().now)), lambda _: 404
    )
    assert (fetched.state, len(fetched.entries)) == (State.OK, 15)
