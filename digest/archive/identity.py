"""Which archived entry an item of a feed is, under whatever name it comes back. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from urllib.parse import urlsplit

from msgspec import structs

from digest.archive.merging import id_rank, keys, spelled
from digest.model import Entry
from digest.text import links

_ENOUGH = 3  # items; of fewer, all may well have been renamed
_Index = dict[tuple[str, ...], set[str]]


class Identities:
    """The archive's entries by all that feeds may call them by."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._by_id = {entry.id: entry for entry in entries}
        self._by_key = dict[str, str | None]()  # None: several entries have it
        self._by_name = dict[str, str | None]()
        self._by_title, self._by_path = defaultdict[tuple[str, ...], set[str]](set), _Index()
        for entry in entries:
            self._by_key.update(dict.fromkeys((entry.id, *entry.aliases), entry.id))
        for entry in entries:
            for key in keys(entry):
                if self._by_key.setdefault(key, entry.id) != entry.id and key != f"doi:{entry.doi}":
                    self._by_key[key] = None
            if not entry.id.startswith("arxiv:"):
                self._index(entry)

    def _index(self, entry: Entry) -> None:
        pages = [link.url for link in entry.links[:1] if link.rel == "abstract"]
        for name in {*map(spelled, (entry.id, *entry.aliases, *entry.names, *pages))}:
            taken = self._by_name.setdefault(name, entry.id)
            if taken != entry.id:
                self._by_name[name] = None
        for source in entry.sources:
            for key in _title_keys(entry, source):
                self._by_title[key].add(entry.id)
            for key in _path_keys(entry, source):
                self._by_path.setdefault(key, set()).add(entry.id)

    def get(self, name: str) -> Entry | None:
        """The entry of an id, an alias or a DOI."""
        return self._by_id.get(self._by_key.get(name) or "")

    def resolved(self, entries: Sequence[Entry], sources: Set[str]) -> tuple[list[Entry], int]:
        """The entries of one document, each by the id that the archive has it by, and how many of
        them came under names that nothing had before.

        Args:
            sources: the names that the document's source has, and had.
        """
        known, taken = dict[int, Entry](), dict[str, str]()
        for own in (True, False):  # what says itself who it is comes first
            for number, entry in enumerate(entries):
                found = None if number in known else self._called(entry, own=own)
                if found and taken.setdefault(found.id, entry.id) in {entry.id, found.id}:
                    known[number] = found
        rest = [number for number in range(len(entries)) if number not in known]
        for index, keys_of in ((self._by_path, _path_keys), (self._by_title, _title_keys)):
            self._alike(entries, rest, sources, index, keys_of, known, taken)
        renamed = sum(1 for n, one in known.items() if not self._is_called(one, entries[n].id))
        others = {name for one in known.values() for name in _all_names(one)}
        result = [
            _as_known(entry, known[n]) if n in known else _without(entry, others)
            for n, entry in enumerate(entries)
        ]
        return result, renamed

    def _called(self, entry: Entry, *, own: bool) -> Entry | None:
        """The archive's entry of an entry's own id or DOI, or of its other names."""
        if own:
            found = next(filter(None, map(self.get, (entry.id, *sorted(keys(entry))))), None)
            return found or self._named((entry.id, *entry.aliases), entry)
        return self._named(entry.names, entry)

    def _named(self, names: Iterable[str], entry: Entry) -> Entry | None:
        for name in names:
            found = self.get(name) or self._by_id.get(self._by_name.get(spelled(name)) or "")
            if found and _may_be(entry, found):
                return found
        return None

    def _is_called(self, known: Entry, name: str) -> bool:
        return spelled(name) in _all_names(known) or id_rank(name)[0] < id_rank(known.id)[0]

    def _alike(
        self,
        entries: Sequence[Entry],
        rest: Sequence[int],
        sources: Set[str],
        index: _Index,
        keys_of: Callable[[Entry, str], Iterator[tuple[str, ...]]],
        known: dict[int, Entry],
        taken: dict[str, str],
    ) -> None:
        """Find what moved: one item and one entry of the feed that share what nothing else has."""
        found = defaultdict[tuple[str, ...], list[int]](list)
        for number in rest:
            for key in {key for source in sources for key in keys_of(entries[number], source)}:
                found[key].append(number)
        for key, numbers in found.items():
            ids = index.get(key, set()) - taken.keys()
            if len(numbers) == len(ids) == 1 and numbers[0] not in known:
                entry, one = entries[numbers[0]], self._by_id[next(iter(ids))]
                if _may_be(entry, one):
                    known[numbers[0]] = one
                    taken[one.id] = entry.id


def _title_keys(entry: Entry, source: str) -> Iterator[tuple[str, ...]]:
    """Title and day: a title alone joins nothing, since weekly posts share theirs."""
    if entry.published and not entry.id.startswith("arxiv:"):
        yield source, entry.title.casefold(), f"{entry.published:%Y-%m-%d}"


def _path_keys(entry: Entry, source: str) -> Iterator[tuple[str, ...]]:
    """Title and address without its query."""
    for link in entry.links:
        if link.rel == "abstract" and not entry.id.startswith("arxiv:"):
            parts = urlsplit(link.url)
            yield source, entry.title.casefold(), parts.netloc, parts.path
            return


def _may_be(entry: Entry, known: Entry) -> bool:
    """Whether nothing says that they are two papers: both have a DOI or arXiv id, and not one."""
    papers = [{name for name in _papers(one) if id_rank(name)[0] < 2} for one in (entry, known)]
    return not all(papers) or bool(papers[0] & papers[1])


def _papers(entry: Entry) -> set[str]:
    return {*keys(entry), *(name for name in entry.names if name.startswith("doi:"))}


def _all_names(entry: Entry) -> set[str]:
    return {spelled(name) for name in (entry.id, *entry.aliases, *entry.names)}


def _as_known(entry: Entry, known: Entry) -> Entry:
    """The entry by the archive's id of it, or by a better one that it has now."""
    if entry.id == known.id:
        return entry
    if known.id.startswith("arxiv:"):
        return entry  # what a feed says of it, or another paper that claims the same DOI
    if id_rank(entry.id)[0] < id_rank(known.id)[0]:
        return structs.replace(entry, aliases=tuple(sorted({*entry.aliases, known.id})))
    if entry.id in known.aliases:
        return structs.replace(entry, id=known.id)
    names = {*entry.names, entry.id} - {known.id}
    return structs.replace(entry, id=known.id, names=tuple(sorted(names)))


def _without(entry: Entry, others: Set[str]) -> Entry:
    """A new entry, without names that belong to others of its document."""
    names = tuple(name for name in entry.names if spelled(name) not in others)
    return entry if names == entry.names else structs.replace(entry, names=names)


def renamed_words(count: int, entries: Sequence[Entry]) -> str:
    """What to say where a feed has renamed all its items; empty where it hasn't."""
    if count < _ENOUGH or count < len({entry.id for entry in entries}):
        return ""
    return (
        f"all {count:,} items came under other guids or addresses; they are known by their links, "
        "or by title and date, and none is new"
    )


def reread(known: Entry, entry: Entry | None) -> Entry:
    """An archived post as its feed has it now: its text, and its DOI where we read it better."""
    if entry is None:
        return known
    if known.sources == entry.sources and not known.version:
        known = structs.replace(
            known,
            title=entry.title,
            summary=entry.summary or known.summary,
            authors=entry.authors or known.authors,
            categories=entry.categories or known.categories,
        )
    if not entry.doi or f"doi:{known.doi}" not in {known.id, *entry.names}:
        return known
    if known.doi == entry.doi or not known.doi.startswith(entry.doi):
        return known
    number = entry.version if not known.version else 0
    return structs.replace(
        known,
        doi=entry.doi,
        links=tuple(link for link in known.links if link != links.doi_link(known.doi)),
        version=number or known.version,
        versions=entry.versions if number else known.versions,
    )
