"""Papers searched by the words of another one. Needs a library, which is imported only here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

import msgspec

from digest.model import Markup

if TYPE_CHECKING:
    from tantivy import Searcher

MOST = 8  # papers like one
FEW = 50  # among fewer papers, words can't yet tell what is like what
_TERMS = 30  # of a paper, those that tell most
_ALIKE = 0.15  # of the score that a paper of nothing but these terms would come near to
_SHARED = 3  # terms that both must have
_NAMED = 4  # of them to readers
_PEOPLE = 3  # of those who wrote both
_COMMON = 0.2  # of all papers: what more of them have tells nothing
_SATURATED = 2.2  # what a term counts at most, by its weight: BM25's k1 + 1
_WORD = re.compile(r"(?!\d+\b)[^\W_]{2,40}")
_HOLLOW = frozenset(
    _WORD.findall(
        "about across all also among any are around as at based be been beyond both but by can do"
        " does each even every few first for from get has have how if in into is it its less like"
        " make many may more most much must no non not novel of often on one only or other our out"
        " over rather so some such than that the their them then there these they this three"
        " through to toward towards two under up upon us use used using via vs was we well what"
        " when where whether which while who why will with within without would yet you your"
    )
)


class Words(msgspec.Struct, frozen=True):
    """What is compared of a paper: its first words."""

    id: str
    seen: date
    announced: date
    source: str  # the title as its source wrote it
    markup: Markup
    title: str  # plain
    summary: str  # plain
    authors: tuple[str, ...]
    category: str  # the primary one


class Link(msgspec.Struct, frozen=True, array_like=True):
    """An earlier paper, and why it is named. Its title is at hand, so that no month is opened."""

    id: str
    title: str
    markup: Markup
    announced: date
    words: tuple[str, ...] = ()  # that both have, and few others
    authors: tuple[str, ...] = ()  # who wrote both, the first of them
    more: int = 0  # how many others did

    @classmethod
    def of(cls, paper: Words, words: Iterable[str], authors: Sequence[str]) -> Link:
        """A link to the paper, with the words and the authors that it shares."""
        return cls(
            paper.id,
            paper.source,
            paper.markup,
            paper.announced,
            tuple(words),
            tuple(authors[:_PEOPLE]),
            max(len(authors) - _PEOPLE, 0),
        )


class Search:
    """Papers, to be searched by the words of another one."""

    def __init__(self) -> None:
        import tantivy  # only where something is to be found

        self._analyzer = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
            .filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.stemmer("english"))
            .build()
        )
        self._schema = (
            tantivy.SchemaBuilder()
            .add_text_field("text", tokenizer_name="stems", index_option="freq")
            .add_unsigned_field("at", stored=True)
            .build()
        )
        self._index = tantivy.Index(self._schema)
        self._index.register_tokenizer("stems", self._analyzer)
        self._papers = list[Words]()
        self._stem_of = dict[str, str]()
        self._stems_at = lru_cache(maxsize=2048)(
            lambda at: frozenset(self._stems(self._papers[at]))
        )

    def add(self, papers: Sequence[Words]) -> None:
        import tantivy

        if papers:
            writer = self._index.writer(heap_size=50_000_000, num_threads=1)
            for at, paper in enumerate(papers, start=len(self._papers)):
                text = " ".join(_WORD.findall(f"{paper.title} {paper.summary}"))
                writer.add_document(tantivy.Document(text=text, at=at))
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
            self._papers += papers

    def like(self, paper: Words) -> Iterator[Link]:
        """The papers likest to this one, with the words that say so."""
        if len(self._papers) < FEW:
            return
        from tantivy import Occur, Query

        words, searcher = self._stems(paper), self._index.searcher()
        terms = self._telling(paper, words, searcher)
        query = Query.boolean_query(
            [
                (
                    Occur.Should,
                    Query.boost_query(Query.term_query(self._schema, "text", term), often),
                )
                for term, (often, _) in terms.items()
            ]
        )
        least = _ALIKE * _SATURATED * sum(often * rare for often, rare in terms.values())
        found = [
            (round(score, 3), searcher.doc(address)["at"][0])
            for score, address in searcher.search(query, limit=2 * MOST).hits
            if score >= least
        ]
        number = 0
        for _, at in sorted(found, reverse=True):
            shared = tuple(term for term in terms if term in self._stems_at(at))
            if len(shared) >= _SHARED and number < MOST:
                number += 1
                other = self._papers[at]
                theirs = frozenset(other.authors)
                yield Link.of(
                    other,
                    (_form(words[term]) for term in shared[:_NAMED]),
                    [name for name in paper.authors if name in theirs],
                )

    def _telling(
        self, paper: Words, words: Mapping[str, Sequence[str]], searcher: Searcher
    ) -> dict[str, tuple[float, float]]:
        """The terms that tell most of a paper, most first: how much they are in it, how rare.

        Source: BM25 counts a term of n of N papers as ln(1 + (N - n + .5) / (n + .5)),
            https://en.wikipedia.org/wiki/Okapi_BM25
        """
        terms, count = dict[str, tuple[float, float]](), len(self._papers)
        for term, forms in words.items():
            having = searcher.doc_freq("text", term)
            if 0 < having < count * _COMMON:
                rare = log(1 + (count - having + 0.5) / (having + 0.5))
                terms[term] = (1 + log(len(forms)), rare)
        most = sorted(terms, key=lambda term: (-terms[term][0] * terms[term][1], term))
        return {term: terms[term] for term in most[:_TERMS]}

    def _stems(self, paper: Words) -> dict[str, list[str]]:
        """The stems of a paper's words, each with the words; a title's words count twice."""
        found = defaultdict[str, list[str]](list)
        for word in _WORD.findall(f"{paper.summary} {paper.title} {paper.title}"):
            small = word.lower()
            if small not in self._stem_of:
                self._stem_of[small] = (self._analyzer.analyze(small) or [""])[0]
            if small not in _HOLLOW:
                found[self._stem_of[small]].append(word)
        return found


def _form(words: Sequence[str]) -> str:
    """How to write a word: small, where it once was; names and acronyms as they are."""
    return next((word for word in words if word.islower()), words[0])
