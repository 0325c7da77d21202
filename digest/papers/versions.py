"""What an entry said at each of its versions, and what changed from one to the next. Pure."""

from __future__ import annotations

import re

import msgspec

from digest import tex
from digest.cite.names import person
from digest.language import ENGLISH, Language
from digest.model import Entry, Version
from digest.papers import diff
from digest.text import links

_WORDS = ("title", "summary", "authors", "comment", "categories")  # of each version its own


# arXiv keeps no flag in what it publishes: the last version's words say so, in its comment or in
# place of the abstract. Source: https://info.arxiv.org/help/withdraw.html
_WITHDRAWN = re.compile(
    r"\W*(?:(?:this|the) (?:\w+ )?(?:paper|article|submission|manuscript|preprint|work|version)\b"
    r"[^.]{0,60}\bwithdrawn\b|(?:this has been )?withdrawn\b)",
    re.IGNORECASE,
)


class Change(msgspec.Struct, frozen=True):
    """One field that a version changed, as plain text."""

    field: str  # "Title", "Authors", "Abstract", "Comment"
    pieces: tuple[diff.DiffPiece, ...]


def withdrawn(entry: Entry) -> bool:
    """Whether the newest version of a paper takes it back."""
    said = (entry.summary, "" if "comment" in entry.carried else entry.comment)
    return any(_WITHDRAWN.match(text) for text in said)


def known(entry: Entry) -> tuple[Version, ...]:
    """Every version whose words we have, oldest first, each with its words."""
    own = {field: getattr(entry, field) for field in _WORDS}
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
        **{field: getattr(version, field) for field in _WORDS},
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
