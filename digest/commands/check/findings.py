"""What `digest check` can find, and how it says so: text, JSON, GitHub annotations. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, StrEnum

import msgspec

from digest.commands import github


class Severity(StrEnum):
    """An error costs readers something, a warning may."""

    ERROR = "error"
    WARNING = "warning"


class FindingKind(Enum):
    """Everything `digest check` looks for: its name, how bad it is, and what it means."""

    CONFIGURATION = "configuration", Severity.ERROR, "a file of the site is not accepted"
    ARCHIVE = "archive", Severity.ERROR, "a line of the archive or the ledger is damaged"
    EXAMPLE = "broken-example", Severity.ERROR, "a theme's rule contradicts one of its examples"
    BROAD = "broad-theme", Severity.WARNING, "a theme whose rule meets over half of the archive"
    LIBRARY = "broken-library", Severity.ERROR, "a library of `rank.picks` that cannot be read"
    PRIVATE = (
        "private-field",
        Severity.WARNING,
        "a private path or word in a library, for all to see",
    )
    RANKING = "ranking", Severity.ERROR, "a line of a ranking or of its scores is damaged"
    SOURCE = "source", Severity.ERROR, "a source cannot be read (`--online`)"

    LINK = "broken-link", Severity.ERROR, "a link, image, style sheet or script that isn't there"
    FRAGMENT = "broken-fragment", Severity.ERROR, "a link to a place that its page doesn't have"
    BASE = "outside-base", Severity.ERROR, "a link that leaves the site for want of its base path"
    SCRIPT_LINK = "script-link", Severity.ERROR, "a `javascript:` or `data:` link"
    REDIRECT = "redirected-link", Severity.WARNING, "a link to a folder without its slash"
    ORPHAN = "orphan", Severity.WARNING, "a page that no way leads to from the front page"

    TITLE = "missing-title", Severity.ERROR, "a page without a title"
    HEADING = "missing-heading", Severity.ERROR, "a page without a first-level heading, or with two"
    LANGUAGE = "missing-language", Severity.ERROR, "a page that doesn't say its language"
    CHARSET = "missing-charset", Severity.ERROR, "a page whose encoding is left to a guess"
    DUPLICATE_ID = "duplicate-id", Severity.ERROR, "an id that a page gives twice"
    REFERENCE = "broken-reference", Severity.ERROR, "an attribute naming an id that isn't there"
    ALT = "missing-alt", Severity.ERROR, "an image without `alt`, which may be empty"
    NAME = "nameless-link", Severity.ERROR, "a link or button without words"
    INLINE = "inline-script", Severity.ERROR, "a script within a page, which our policy forbids"
    MARKUP = "foreign-markup", Severity.ERROR, "an element where none of ours can have put it"
    OFF_SITE = (
        "off-site-request",
        Severity.ERROR,
        "a page that loads from elsewhere, or sends there",
    )
    CANONICAL = "wrong-canonical", Severity.ERROR, "a page whose canonical address isn't its own"

    FEED = "broken-feed", Severity.ERROR, "a feed that lacks what it must have"
    GUID = "feed-guid", Severity.ERROR, "a feed item without an id, or with another one's"
    RELATIVE = "relative-link", Severity.ERROR, "an address in a feed that isn't whole"
    ACTIVE = (
        "active-content",
        Severity.ERROR,
        "anything in a feed's item but text, links and images",
    )
    SELF = "wrong-self", Severity.ERROR, "a feed that gives another address as its own"
    FILE = "broken-file", Severity.ERROR, "an XML or JSON file that is not well-formed"

    SITEMAP = "sitemap", Severity.ERROR, "a sitemap that is missing, broken or too long"
    UNLISTED = "unlisted-page", Severity.ERROR, "a page that the sitemap leaves out"
    LISTED = "listed-nonpage", Severity.ERROR, "the sitemap names no page, or one twice"
    ROBOTS = "robots", Severity.WARNING, "a robots.txt that is missing or names no sitemap"
    NOT_FOUND = "missing-404", Severity.WARNING, "no 404.html for addresses that are wrong"

    UNFINISHED = (
        "unfinished",
        Severity.ERROR,
        "a site whose build did not come to its end",
    )
    EMPTY = "empty-file", Severity.ERROR, "a page or feed of no bytes"
    HEAVY = "heavy-page", Severity.WARNING, "a page that takes long to load"
    SIZE = "site-size", Severity.ERROR, "more than GitHub Pages takes"
    NEAR_SIZE = "near-site-size", Severity.WARNING, "over 80 % of what GitHub Pages takes"

    def __init__(self, word: str, severity: Severity, meaning: str) -> None:
        self.word, self.severity, self.meaning = word, severity, meaning

    def at(self, path: str, message: str, line: int = 0) -> Finding:
        """A finding of this kind in a file, whose lines count from 1; 0 is the whole file."""
        return Finding(kind=self, path=path, message=message, line=line)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, and where."""

    kind: FindingKind
    path: str  # as a person would type it from here
    message: str
    line: int = 0  # from 1; 0 for the whole file

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.kind.severity is Severity.ERROR for finding in findings)


def as_text(findings: Sequence[Finding]) -> Iterator[str]:
    """A line for everything that is wrong; what a template does to many pages is said once."""
    for first, count in _alike(findings):
        kind, more = first.kind, f" (and {count - 1:,} more such)" if count > 1 else ""
        yield f"{first.where}: {kind.severity}: {first.message}{more} [{kind.word}]"


def as_annotations(findings: Sequence[Finding]) -> Iterator[str]:
    """The same as commands that GitHub Actions shows beside the run."""
    for first, count in _alike(findings):
        more = f" (and {count - 1:,} more such)" if count > 1 else ""
        yield github.annotation(
            first.kind.severity,
            f"{first.where}: {first.message}{more}",
            path=first.path,
            line=first.line,
            title=first.kind.word,
        )


def tally(findings: Sequence[Finding]) -> str:
    """The last line: `2 errors, 1 warning`."""
    errors = sum(finding.kind.severity is Severity.ERROR for finding in findings)
    counts = {"error": errors, "warning": len(findings) - errors}
    return ", ".join(f"{n:,} {name}{'' if n == 1 else 's'}" for name, n in counts.items())


def as_json(findings: Sequence[Finding]) -> str:
    """Every finding, none folded: `{"errors": 1, "warnings": 0, "findings": [{"kind": …}]}`."""
    errors = sum(finding.kind.severity is Severity.ERROR for finding in findings)
    items = [
        {
            "kind": finding.kind.word,
            "severity": finding.kind.severity,
            "path": finding.path,
            "line": finding.line,
            "message": finding.message,
        }
        for finding in findings
    ]
    found = {"errors": errors, "warnings": len(findings) - errors, "findings": items}
    return msgspec.json.format(msgspec.json.encode(found).decode(), indent=2)


def _alike(findings: Sequence[Finding]) -> Iterator[tuple[Finding, int]]:
    groups = defaultdict[tuple[FindingKind, str], list[Finding]](list)
    for finding in findings:
        groups[finding.kind, finding.message].append(finding)
    for group in groups.values():
        yield group[0], len(group)
