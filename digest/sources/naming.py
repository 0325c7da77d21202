"""What the items of a feed go by: their ids, and their other names. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from hashlib import blake2b

import msgspec
from msgspec import structs

from digest.model import Source
from digest.sources.items import DocumentItem
from digest.sources.text import fold, unique, web_address
from digest.text.ids import arxiv_id, doi, doi_of_address, doi_version, dois, entry_id

_URI = re.compile(r"(?!arxiv:|doi:)[a-z][a-z0-9+.-]*:\S+", re.I)
_PAPER_PAGE = re.compile(r"https?://[^?#]*/(\d{4}\.\d{4,5}(?:v\d+)?)/?")
LONGEST_ID = 500  # characters; what has more names nothing


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What an item goes by."""

    paper: str = ""  # arXiv id
    dois: tuple[str, ...] = ()
    version: int = 0  # of a preprint, where its address says
    guid: str = ""  # made our own where others may have it too
    links: tuple[str, ...] = ()
    was: tuple[str, ...] = ()  # its guid by former addresses of the feed
    former: str = ""  # the id that we gave before we read DOIs as we do now

    @property
    def key(self) -> str:
        link = self.links[0] if self.links else ""
        return entry_id(
            arxiv=self.paper, doi=self.dois[0] if self.dois else "", guid=self.guid, link=link
        )


def names_of(item: DocumentItem, source: Source, url: str) -> Names:
    """What an item goes by.

    Args:
        url: where its feed is; empty where nobody knows.
    """
    links, guid = unique(map(web_address, item.links)), fold(item.guid)
    bare = guid
    if guid and not _URI.fullmatch(guid):
        guid = f"{url}#{guid}" if url else "" if links else f"{source.name}#{guid}"
    named = (*item.names, item.guid, *links)
    paper = next((found for name in (*named, *item.dois) if (found := _arxiv_id(name))), "")
    given = [*(one for field in (*item.dois, *item.names) for one in dois(field)), *dois(bare)]
    addresses = (bare, *links)
    given += filter(None, map(doi_of_address, addresses))
    olds = tuple(f"{old}#{fold(item.guid)}" for old in source.was if "://" in old and item.guid)
    return Names(
        paper=paper,
        dois=unique(one for one in given if not one.startswith("10.48550/arxiv.")),
        version=max(map(doi_version, addresses)),
        guid=guid,
        links=links,
        was=olds if guid != fold(item.guid) else (),
        former=next((f"doi:{found}" for name in named if (found := doi(name))), ""),
    )


def shared_names(items: Sequence[tuple[DocumentItem, Names]]) -> set[str]:
    """Names that several items of one document have: they name none of them."""
    users = defaultdict[str, set[tuple[str, ...]]](set)
    for item, names in items:
        who = (*names.dois[:1], *(names.links[:1] or (fold(item.title),)))
        for name in filter(None, (names.guid, names.former)):
            users[name].add(who)
        for link in names.links[:1]:
            users[link].add((*names.dois[:1], names.guid or fold(item.title)))
    return {name for name, who in users.items() if len(who) > 1}


def told_apart(
    items: Sequence[tuple[DocumentItem, Names]], shared: set[str]
) -> Iterator[tuple[DocumentItem, Names]]:
    """The items without guids that they share; what no name is left of gets one by its title.

    The first item keeps what archives call it by.
    """
    met = set[str]()
    for item, names in items:
        former = "" if names.former in shared & met else names.former
        guid = "" if names.guid in shared else names.guid
        link = names.links[0] if names.links else ""
        if not (names.paper or names.dois or guid) and (link in shared or not link):
            base = link or names.guid
            title = blake2b(fold(item.title).encode(), digest_size=6).hexdigest()
            guid = f"{base}#{title}" if base and (base in met or not link) else ""
        met.update((former, link))
        yield item, structs.replace(names, guid=guid, former=former)


def other_names(names: Names, shared: Set[str]) -> tuple[str, ...]:
    """What else an item goes by; which paper of arXiv's it is about is for arXiv to say."""
    if names.paper:
        return ()
    known = {names.guid, *names.links[:1]} - shared
    known |= {names.former, *names.was, *(f"doi:{one}" for one in names.dois[1:])}
    return tuple(sorted(name for name in known - {"", names.key} if len(name) <= LONGEST_ID))


def _arxiv_id(name: str) -> str:
    page = _PAPER_PAGE.fullmatch(name)  # other sites call their page of a paper by its id
    found = arxiv_id(page[1] if page else name)
    return found.id if found else ""
