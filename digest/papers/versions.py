"""What an entry said at each of its versions, and what changed from one to the next. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from digest import tex
from digest.cite.names import person
from digest.language import ENGLISH, Language
from digest.model import VERSIONED, Entry, Source, Version
from digest.papers import diff
from digest.sources.arxiv_listing import ArxivListing, CrossLists
from digest.text import links
from digest.text.categories import is_within

# arXiv keeps no flag in what it publishes: the last version's words say so, in its comment or in
# place of the abstract. Source: https://info.arxiv.org/help/withdraw.html
_PAPER = (
    r"(?:(?:present|current|entire|whole|submitted|arxiv) )?"
    r"(?:paper|article|submission|manuscript|preprint|e-?print|work|version|note|draft)"
)
_ADVERBS = r"(?:(?:now|been|being|temporarily|permanently|hereby|since|therefore|thus|also) ){0,3}"
# A conference that a paper was withdrawn from has no say in whether arXiv has it.
_TAKEN_BACK = r"withdrawn\b(?! from (?!(?:the )?(?:arxiv|publication|circulation)))"
_IS = rf"(?:has|have|is|was|were|will be) {_ADVERBS}{_TAKEN_BACK}"
_BY_AUTHORS = (
    r"(?:(?:all )?(?:the )?authors?(?:\(s\))?|we|i) "
    r"(?:(?:has|have|hereby|now|also|wish to|would like to|decided to) ){0,3}"
    rf"withdr(?:aw|aws|awn|ew) (?:this|the|our|my) {_PAPER}\b"
)
_ALONE = (
    rf"(?:(?:{_PAPER}|temporarily) ){{0,2}}withdrawn"
    r"(?= (?:due|because|by|for|pending|as|at|since|on|until|after|owing|to|temporarily|in order)\b"
    r"|[.,;:)\]]|\W*$)"
)
_WHOLE = rf"(?:(?:this|the|our|my) )?{_PAPER} {_IS}|this {_IS}|{_BY_AUTHORS}|{_ALONE}"
_ABSTRACT = re.compile(rf"\W*(?:{_WHOLE})", re.IGNORECASE)
_ABSTRACT_LATER = re.compile(rf"[.!?\n] ?this {_PAPER} {_IS}", re.IGNORECASE)
_COMMENT = re.compile(rf"(?:^|[.,;:()\[\]!?\n\u2013\u2014-]) ?(?:{_WHOLE})", re.IGNORECASE)


class Change(msgspec.Struct, frozen=True):
    """One field that a version changed, as plain text."""

    field: str  # "Title", "Authors", "Abstract", "Comment"
    pieces: tuple[diff.DiffPiece, ...]


def withdrawn(entry: Entry) -> bool:
    """Whether the newest version of a paper takes it back."""
    comment = "" if "comment" in entry.carried else entry.comment
    return bool(
        _ABSTRACT.match(entry.summary)
        or _ABSTRACT_LATER.search(entry.summary)
        or _COMMENT.search(comment)
    )


def cross_listed(entry: Entry, sources: Iterable[Source]) -> bool:
    """Whether a paper was listed first in a category that its listings don't follow, where one of
    them has `cross_lists: label`.
    """
    listings = [s for s in sources if isinstance(s, ArxivListing) and s.name in entry.sources]
    followed = [name for listing in listings for name in listing.categories]
    return any(s.cross_lists is CrossLists.LABEL for s in listings) and not any(
        is_within(primary, followed) for primary in entry.categories[:1]
    )


def known(entry: Entry) -> tuple[Version, ...]:
    """Every version whose words we have, oldest first, each with its words."""
    own = {field: getattr(entry, field) for field in VERSIONED}
    versions = (
        msgspec.structs.replace(version, **own) if version.number == entry.version else version
        for version in entry.versions
    )
    return tuple(version for version in versions if version.title or version.summary)


def first(entry: Entry) -> Entry:
    """The entry as we first had it: no later version, source or alias changes a word of it."""
    versions = known(entry)
    return _at(entry, versions[0]) if versions else entry


def at(entry: Entry, number: int) -> Entry:
    """The entry as of a version; as it is now, where we don't have that version's words."""
    found = [version for version in known(entry) if version.number == number]
    return _at(entry, found[0]) if found else entry


def changes(entry: Entry, number: int, language: Language = ENGLISH) -> tuple[Change, ...]:
    """What a version changed since the one before that we have the words of; empty without one."""
    versions = [version for version in known(entry) if version.number <= number]
    if len(versions) < 2 or versions[-1].number != number:
        return ()
    before, after = (_plain(entry, version) for version in versions[-2:])
    shown = {
        "title": language.say("Title"),
        "authors": language.say("Authors"),
        "summary": language.say("Abstract"),
        "comment": language.say("Comment"),
    }
    return tuple(
        Change(name, diff.words(before[field], after[field]))
        for field, name in shown.items()
        if before[field] != after[field]
    )


def _at(entry: Entry, version: Version) -> Entry:
    name = entry.guid or entry.id
    return Entry(
        id=name,
        **{field: getattr(version, field) for field in VERSIONED},
        links=links.own(entry),
        markup=entry.markup,
        updated=version.date,
        version=version.number,
        versions=tuple(v for v in known(entry) if v.number <= version.number),
        announced=entry.announced,
        seen=entry.seen,
    )


def _plain(entry: Entry, version: Version) -> dict[str, str]:
    texts = {"title": version.title, "summary": version.summary, "comment": version.comment}
    names = (person(name, entry.markup) for name in version.authors)
    return {
        "authors": ", ".join(filter(None, names)),
        **{field: tex.plain(text, entry.markup) for field, text in texts.items()},
    }
