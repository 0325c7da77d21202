"""Papers searched by the words of another one, and by who wrote them.

Needs a library, which is imported only where there is something to compare.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache, partial
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from digest.files import files
from digest.model import Markup
from digest.output import store
from digest.output.store import FolderSeal
from digest.text.words import EMPTY

if TYPE_CHECKING:
    from tantivy import DocAddress, Query, Searcher, TextAnalyzer

MOST = 8  # papers like one
FEW = 50  # among fewer papers, words can't yet tell what is like what
_TERMS = 30  # of a paper, those that tell most
_ALIKE = 0.15  # of the score that a paper of nothing but these terms would come near to
_SHARED = 3  # terms that both must have
_NAMED = 4  # of them to readers
_PEOPLE = 3  # of those who wrote both
_COMMON = 0.2  # of all papers: what more of them have tells nothing
_SATURATED = 2.2  # what a term counts at most, by its weight: BM25's k1 + 1
_HITS = 32  # of a search for words; some may not be named, as they were announced later
_WROTE = 200  # papers that share an author, the newest, from which the best are taken
_WORD = re.compile(r"(?!\d+\b)[^\W_]{2,40}")


class ComparedPaper(msgspec.Struct, frozen=True, array_like=True):
    """What is compared of a paper: its first words."""

    id: str
    announced: date
    title: str  # as its source wrote it
    markup: Markup
    authors: tuple[str, ...]
    category: str  # the primary one
    stems: str  # of its words, in their order; nothing where words can't tell


class RelatedPaper(msgspec.Struct, frozen=True, array_like=True):
    """An earlier paper, and why it is named. Its title is at hand, so that no month is opened."""

    id: str
    title: str
    markup: Markup
    announced: date
    words: tuple[str, ...] = ()  # that both have, and few others
    authors: tuple[str, ...] = ()  # who wrote both, the first of them
    more: int = 0  # how many others did

    @classmethod
    def of(cls, paper: ComparedPaper, words: Iterable[str], authors: Sequence[str]) -> RelatedPaper:
        """A link to the paper, with the words and the authors that it shares."""
        return cls(
            paper.id,
            paper.title,
            paper.markup,
            paper.announced,
            tuple(words),
            tuple(authors[:_PEOPLE]),
            max(len(authors) - _PEOPLE, 0),
        )


class AuthorSearch:
    """So few papers that only their authors can be searched."""

    fingerprint = b""

    def __init__(self) -> None:
        self._papers = list[ComparedPaper]()

    def add(self, papers: Iterable[ComparedPaper], fingerprint: bytes = b"") -> None:
        """Take papers that came later."""
        self._papers += papers
        self.fingerprint = fingerprint

    def like(self, paper: ComparedPaper, forms: Forms) -> Iterator[RelatedPaper]:
        """No paper: among so few, words tell nothing yet."""
        return iter(())

    def by(self, names: Collection[str]) -> list[ComparedPaper]:
        """The papers by one of these authors, those that came last first."""
        wanted = frozenset(names)
        return [paper for paper in reversed(self._papers) if not wanted.isdisjoint(paper.authors)]


class Search:
    """Papers to be searched, in a folder where there is one.

    `fingerprint` is that of the last papers taken; a folder whose papers weren't all taken has
    none.
    """

    def __init__(self, folder: Path | None = None, *, few: int = FEW, anew: bool = True) -> None:
        """
        Args:
            folder: where it is, or shall be.
            few: papers among which words tell nothing yet.
            anew: forget what the folder has.

        Raises:
            ValueError: the folder has no search of ours, or a damaged one.
        """
        import tantivy  # only where something is to be found

        self._schema = (
            tantivy.SchemaBuilder()
            .add_text_field("stem", tokenizer_name="whitespace", index_option="freq")
            .add_text_field("author", tokenizer_name="raw", index_option="basic")
            .add_unsigned_field("at", fast=True)
            .add_bytes_field("paper", stored=True, indexed=False)
            .build()
        )
        self._folder, self._few = folder, few
        if folder and anew:
            for path in folder.iterdir():
                files.clear(path)
        is_kept = folder is not None and not anew
        self._seal = FolderSeal.read(folder) if folder and is_kept else FolderSeal()
        self.fingerprint = self._seal.fingerprint
        self._index = tantivy.Index(self._schema, path=str(folder) if folder else None)
        self._open()

    @classmethod
    def kept(cls, folder: Path | None, few: int = FEW) -> Search | None:
        """The search that stands in a folder, if one does."""
        if not folder or not store.is_sealed(folder):
            return None
        try:
            return cls(folder, few=few, anew=False)
        except (OSError, ValueError):
            store.warn_of_damage(folder)
            return None

    def add(self, papers: Iterable[ComparedPaper], fingerprint: bytes = b"") -> None:
        """Take papers that came later.

        Raises:
            OSError, ValueError: the folder can't be written.
        """
        import tantivy

        if self._folder:
            store.unseal(self._folder)
        writer = self._index.writer(heap_size=50_000_000, num_threads=1)
        for at, paper in enumerate(papers, start=self._searcher.num_docs):
            document = tantivy.Document(stem=paper.stems, author=list(paper.authors))
            document.add_unsigned("at", at)
            document.add_bytes("paper", _encode(paper))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._open()
        self.fingerprint = fingerprint
        if self._folder:
            self._seal = self._seal.written(self._folder, fingerprint)

    def _open(self) -> None:
        self._searcher: Searcher = self._index.searcher()
        # How many papers have a stem: most stems are asked for again and again.
        self._having = lru_cache(1 << 16)(partial(self._searcher.doc_freq, "stem"))

    def like(self, paper: ComparedPaper, forms: Forms) -> Iterator[RelatedPaper]:
        """The papers likest to this one of months before its own, with the words that say so."""
        if self._searcher.num_docs < self._few:
            return
        from tantivy import Occur, Query

        terms = self._telling(forms)
        queries = ((Query.term_query(self._schema, "stem", term), terms[term][0]) for term in terms)
        wanted = [(Occur.Should, Query.boost_query(query, often)) for query, often in queries]
        least = _ALIKE * _SATURATED * sum(often * rare for often, rare in terms.values())
        number = 0
        for other in self._hits(Query.boolean_query(wanted), least):
            stems = frozenset(other.stems.split())
            shared = tuple(term for term in terms if term in stems)
            if number < MOST and len(shared) >= _SHARED and is_earlier(other, paper):
                number += 1
                theirs = frozenset(other.authors)
                yield RelatedPaper.of(
                    other,
                    (_form(forms[term]) for term in shared[:_NAMED]),
                    [name for name in paper.authors if name in theirs],
                )

    def by(self, names: Collection[str]) -> list[ComparedPaper]:
        """The papers by one of these authors, those that came last first."""
        from tantivy import Occur, Query

        wanted = [(Occur.Should, Query.term_query(self._schema, "author", name)) for name in names]
        hits = self._searcher.search(
            Query.boolean_query(wanted), limit=_WROTE, order_by_field="at", count=False
        ).hits
        return [self._paper(address) for _, address in hits]

    def _hits(self, query: Query, least: float) -> Iterator[ComparedPaper]:
        """The papers of a score, the best first, and of one score those that came last."""
        hits = self._searcher.search(query, limit=_HITS, count=False).hits
        scores = [round(score, 3) for score, _ in hits]
        # Of papers of one score, any may be left out by the limit: so none of them counts.
        cut = scores[-1] if len(hits) == _HITS else 0
        good = [(s, where) for s, (_, where) in zip(scores, hits, strict=True) if s > cut]
        places = self._searcher.fast_field_values("at", [where for _, where in good])
        ranked = zip(good, places, strict=True)
        for (score, where), _ in sorted(ranked, key=lambda e: (e[0][0], e[1]), reverse=True):
            if score >= least:
                yield self._paper(where)

    def _paper(self, address: DocAddress) -> ComparedPaper:
        return _decode(self._searcher.doc(address)["paper"][0])

    def _telling(self, forms: Forms) -> dict[str, tuple[float, float]]:
        """The terms that tell most of a paper, most first: how often it has each, how rare it is.

        Source: BM25 counts a term of n of N papers as ln(1 + (N - n + .5) / (n + .5)),
            https://en.wikipedia.org/wiki/Okapi_BM25
        """
        terms, count = dict[str, tuple[float, float]](), self._searcher.num_docs
        for term, words in forms.items():
            having = self._having(term)
            if 0 < having < count * _COMMON:
                rare = log(1 + (count - having + 0.5) / (having + 0.5))
                terms[term] = (1 + log(len(words)), rare)
        most = sorted(terms, key=lambda term: (-terms[term][0] * terms[term][1], term))
        return {term: terms[term] for term in most[:_TERMS]}


Forms = dict[str, list[str]]  # the stems of a paper's words, each with the words


def stems_of(title: str, summary: str) -> tuple[str, Forms]:
    """The stems of a plain text's words in their order, and what words had each; a title's words
    count twice there.
    """
    stems, forms = list[str](), defaultdict[str, list[str]](list)
    head = _WORD.findall(title)
    for word in (*_WORD.findall(summary), *head):
        if stem := _stem(word.lower()):
            stems.append(stem)
            forms[stem].append(word)
    for word in head:
        if stem := _stem(word.lower()):
            forms[stem].append(word)
    return " ".join(stems), forms


def is_earlier(one: ComparedPaper, other: ComparedPaper) -> bool:
    """Whether a paper is of a month before the other's."""
    mine, theirs = one.announced, other.announced
    return (mine.year, mine.month) < (theirs.year, theirs.month)


@lru_cache(1 << 17)
def _stem(word: str) -> str:
    """The stem of a small word; nothing where the word says nothing."""
    return "" if word in EMPTY else (_analyzer().analyze(word) or [""])[0]


@lru_cache(1)
def _analyzer() -> TextAnalyzer:
    import tantivy

    tokenizer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return tokenizer.filter(tantivy.Filter.stemmer("english")).build()


def _form(words: Sequence[str]) -> str:
    """How to write a word: small, where it once was; names and acronyms as they are."""
    return next((word for word in words if word.islower()), words[0])


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(ComparedPaper).decode
