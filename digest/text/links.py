"""The addresses of a paper, each by the word of whoever speaks for it. Pure."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from digest.model import Entry, Link

_ARXIV = "arxiv:"


def paper_links(name: str, published_doi: str) -> tuple[Link, ...]:
    """Where to read a paper, by its arXiv id and the DOI of what a journal made of it."""
    found = [
        Link(rel="abstract", url=f"https://arxiv.org/abs/{name}"),
        Link(rel="pdf", url=f"https://arxiv.org/pdf/{name}"),
    ]
    if published_doi:
        found.append(doi_link(published_doi))
    return tuple(found)


def doi_link(bare: str) -> Link:
    """Where a DOI leads."""
    return Link(rel="doi", url=f"https://doi.org/{quote(bare, safe='/:;()._-', errors='replace')}")


def own(entry: Entry) -> tuple[Link, ...]:
    """The page of a paper and its PDF, as far as it has them: no feed has a say in either.

    Those of a paper of arXiv's are at arXiv, and what has a DOI is where that leads. Anything else
    is where its source says: two that give one id have equal standing, and the first address in
    order counts.
    """
    given = {link.rel: link for link in reversed(entry.links)}
    if entry.id.startswith(_ARXIV):
        exact = paper_links(entry.id.removeprefix(_ARXIV), "")
        there = {link.rel: link for link in reversed(entry.links) if _is_at_arxiv(link)}
        given = there | {link.rel: link for link in exact if link in entry.links}
    elif name := entry.doi or (entry.id[4:] if entry.id.startswith("doi:") else ""):
        given = {"abstract": Link(rel="abstract", url=doi_link(name).url)}
    return tuple(given[rel] for rel in ("abstract", "pdf") if rel in given)


def _is_at_arxiv(link: Link) -> bool:
    return link.url.startswith(("https://arxiv.org/", "http://arxiv.org/"))


def address(entry: Entry, rel: str) -> str:
    """Where the page ("abstract") or the PDF ("pdf") of a paper is; empty without one."""
    return next((link.url for link in own(entry) if link.rel == rel), "")


def others(entry: Entry) -> tuple[Link, ...]:
    """What feeds that speak of the paper link to, each by the feed's name, else by the host's."""
    known = {link.url for link in own(entry)} | {doi_link(entry.doi).url}
    given = [link for link in entry.links if link.rel in {"abstract", "related"}]
    named = {link.url for link in given if link.source}
    return tuple(
        Link(rel="related", url=link.url, source=link.source or urlsplit(link.url).netloc)
        for link in given
        if link.url not in known and (link.source or link.url not in named)
    )


def is_arxivs(entry: Entry) -> bool:
    """Whether arXiv itself spoke of this paper of its own.

    It numbers versions, and dates or lists them; of a paper of arXiv's no feed says any of that.
    """
    return entry.id.startswith(_ARXIV) and bool(
        entry.version or entry.published or entry.listed or entry.announce_types
    )
