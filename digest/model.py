"""The values that flow through the pipeline. Imports nothing of ours.

All are msgspec structs: the archive's lines decode straight into them, and a class takes a
twentieth of the time to make that a dataclass takes, which every command would wait for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec

_Day = date  # a version has a field of that name
Moment = Annotated[datetime, msgspec.Meta(tz=True)]  # a line without a zone isn't one of ours


class Markup(StrEnum):
    """How a source writes its titles and abstracts: a blog's `$5` is money."""

    TEX = "tex"
    PLAIN = "plain"


class Precision(StrEnum):
    """How exactly a source dates a paper."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Link(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """An address that a source gave for an entry, http or https."""

    rel: str  # "abstract", "pdf", "doi", "related"
    url: str
    source: str = ""  # whose it is, where its source doesn't speak for the paper


# What each version of a paper may say anew; everything else belongs to the paper as a whole.
VERSIONED = ("title", "summary", "authors", "comment", "categories")


class Version(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One revision of an entry, as far as we saw it.

    The newest one's text is the entry's own and stands there alone; earlier ones keep theirs here.
    """

    number: int  # from 1; 0 for the text of a source that counts none
    date: Moment | None = None  # when it was submitted, UTC
    seen: _Day | None = None  # the day we first had this version
    title: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    comment: str = ""
    categories: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One paper or post, as its source published it: white space folded, TeX kept, nothing HTML.

    A summary keeps its paragraphs, a line ("\n") each, however the source wrapped them.
    """

    id: str  # the same for every revision and source: "arxiv:2401.01234", never "...v2"
    title: str
    summary: str = ""
    authors: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    categories: tuple[str, ...] = ()  # primary first, ACM and MSC codes apart
    classes: tuple[str, ...] = ()  # ACM and MSC codes
    comment: str = ""
    journal_ref: str = ""
    doi: str = ""  # bare: "10.1145/3555"
    license: str = ""  # an address, where the source names one
    markup: Markup = Markup.TEX
    published: Moment | None = None  # first version, UTC
    precision: Precision = Precision.DAY  # of `published`: a year alone is its first moment
    updated: Moment | None = None  # newest version, UTC
    version: int = 0  # newest seen; 0 where the source counts none
    versions: tuple[Version, ...] = ()  # ascending by number
    listed: date | None = None  # the listing date arXiv itself gave the first version
    listed_after: date | None = None  # the listing of the closest lower id, or the month's first
    listed_before: date | None = None  # that of the closest higher id; see archive.neighbours
    announced: date  # see mailing.announced_on
    seen: date  # the day we first had it
    given: date | None = None  # the day arXiv first gave it, where another source did so before
    announce_types: tuple[str, ...] = ()  # of listings that carried it: new, cross, replace, ...
    sources: tuple[str, ...] = ()  # names in site.yaml that carried it, sorted
    aliases: tuple[str, ...] = ()  # other ids it is or was known by, sorted
    names: tuple[str, ...] = ()  # guids and addresses by which feeds know it, never its id; sorted
    guid: str = ""  # the id it was first known by, where that is not `id`
    carried: tuple[str, ...] = ()  # fields that an earlier version gave and the newest one lacks

    @property
    def dated(self) -> str:
        """The date of publication where its source gave no day: "2019", "2019-09"; else empty."""
        if self.precision is Precision.DAY or self.published is None:
            return ""
        return (
            f"{self.published:%Y}"
            if self.precision is Precision.YEAR
            else f"{self.published:%Y-%m}"
        )


class State(StrEnum):
    """What one fetch of one source means."""

    OK = "ok"
    QUIET = "quiet"  # nothing was announced
    STALE = "stale"  # older than the mailing that is due
    PARTIAL = "partial"  # more was promised than came
    FAILED = "failed"


WHOLE = frozenset({State.OK, State.QUIET})  # all that there was to have came


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One item of `sources:` in site.yaml; each kind has its own subclass, in its module."""

    name: str  # unique; shown to readers
    markup: Markup
    themes: tuple[str, ...] = ()  # every entry of this source belongs to these
    line: int = 0  # where site.yaml names it
    was: tuple[str, ...] = ()  # its former names and addresses

    @property
    def names(self) -> frozenset[str]:
        """The names that entries may have it by."""
        return frozenset((self.name, *self.was))

    @property
    def subscription(self) -> str:
        """The address of the feed that readers could follow themselves; empty where none is."""
        return ""


class Sort(StrEnum):
    """How the papers of a theme follow each other."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"


class Example(msgspec.Struct, frozen=True):
    """A paper that a curator is sure about, by the arXiv id or other id that site.yaml gives."""

    id: str
    line: int  # of site.yaml


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """A topic: its permanent id, its words for people, and the rule that decides."""

    id: str
    title: str
    rule: Any  # rules.Rule
    description: str = ""
    was: tuple[str, ...] = ()  # former ids
    group: str = ""  # the heading it stands under
    sort: Sort = Sort.NEWEST
    limit: int = 50  # papers on a page
    examples_in: tuple[Example, ...] = ()  # papers that the rule must have
    examples_out: tuple[Example, ...] = ()  # and must not have


class NavItem(msgspec.Struct, frozen=True, kw_only=True):
    """One link of the site's navigation."""

    title: str
    url: str  # a path within the site, without a leading slash, or an http(s) address


class Authors(StrEnum):
    """Which authors have a page."""

    FOLLOWED = "followed"
    ALL = "all"  # of two papers or more


class FollowedAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """One item of `follow:` in site.yaml: a person, and how else papers write the name."""

    name: str
    aliases: tuple[str, ...] = ()


class FeedFormat(msgspec.Struct, frozen=True, kw_only=True):
    """A format of feeds. Its template has the name of its file."""

    file: str  # in a feed's folder
    title: str  # for people
    media_type: str
    key: str = ""  # its word in `formats:` of site.yaml; empty: every feed has it
    archives: bool = False  # whether archived documents are written in it


RSS = FeedFormat(file="feed.xml", title="RSS", media_type="application/rss+xml")
FEED_FORMATS = (
    RSS,
    FeedFormat(
        file="atom.xml",
        title="Atom",
        media_type="application/atom+xml",
        key="atom",
        archives=True,
    ),
    FeedFormat(file="feed.json", title="JSON", media_type="application/feed+json", key="json"),
)


class FeedSelection(msgspec.Struct, frozen=True, kw_only=True):
    """One item of `feeds:` in site.yaml: some themes' papers, or the editor's picks."""

    id: str  # slug, permanent: it is in addresses and in the feed's own id
    title: str
    themes: tuple[str, ...]  # any of them; none: all papers
    pinned: bool  # those alone that the editor picked, once or still
    best: int = 0  # of each day, those alone that the ranking puts first; 0: all


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """`rank:` in site.yaml: papers are put in the order of the editor's taste."""

    picks: tuple[str, ...] = ()  # globs of libraries in the site's folder, ids, addresses
    first: int = 5  # papers of a day under "Start here"; 0: none
    both: bool = False  # whether an author's or an institution's name may count negatively


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What site.yaml says."""

    title: str
    url: str  # with its path and a trailing slash
    description: str
    language: str  # BCP 47
    timezone: str  # IANA name
    author: str
    accent: str  # a CSS colour, #rrggbb
    tag: str  # authority of guids, "example.org,2026"; empty: see content/tag
    navigation: tuple[NavItem, ...]
    sources: tuple[Source, ...]
    themes: tuple[Theme, ...]
    feeds: tuple[FeedSelection, ...] = ()
    follow: tuple[FollowedAuthor, ...] = ()
    authors: Authors = Authors.FOLLOWED
    hub: str = ""  # address of a WebSub hub
    related: bool = True  # whether papers name earlier ones that they are like
    search: bool = True  # whether readers can search the papers
    trends: bool = True  # whether there is a page of trends
    exports: bool = True  # whether papers come as files for other programs: BibTeX, RIS, JSON
    formats: tuple[str, ...] = tuple(f.key for f in FEED_FORMATS if f.key)  # of feeds, beside RSS
    cards: bool = True  # whether pages have pictures for links to them elsewhere
    html: bool = False  # raw HTML in the editor's Markdown counts, once cleaned
    rank: Ranking | None = None  # None: papers are not ranked

    @property
    def base(self) -> str:
        """The path under which the site is served, with slashes at both ends."""
        return "/" + self.url.split("://", 1)[1].partition("/")[2]

    @property
    def feed_formats(self) -> tuple[FeedFormat, ...]:
        """The formats that each feed of the site has."""
        return tuple(f for f in FEED_FORMATS if not f.key or f.key in self.formats)


class Reason(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why a theme has an entry: one term of the rule that spoke, and where."""

    term: str  # as the curator wrote it
    field: str  # "title", "abstract", "author", "category", "comment", "source", "editor"
    words: str  # what it met first, as the entry writes it
    spans: tuple[tuple[int, int], ...] = ()  # each time, in the field's plain text (tex.plain)


class Match(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A theme that has an entry, and why."""

    theme: str  # id
    reasons: tuple[Reason, ...]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A file to make: where it goes, by which template, from what."""

    path: str  # "papers/2605.13319/index.html", relative to the output folder
    template: str
    context: Mapping[str, object]
    day: date | None = None  # whose papers it shows: pages of days that follow share what they read

    @classmethod
    def of(cls, path: str, template: str, day: date | None = None, /, **context: object) -> Page:
        """A page whose template sees these values."""
        return cls(path=path, template=template, context=context, day=day)


class Validator(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lets a server say "nothing new": its own marks of an answer we had."""

    etag: str = ""
    modified: str = ""  # Last-Modified, as sent
    vouched: str = ""  # id of an entry of that answer: without it the archive isn't what it was


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a source wants to have asked."""

    url: str
    accept: str = "*/*"
    pace: float = 1.0  # seconds between the starts of two requests to the same host
    conditional: bool = False  # whether "nothing new" is an answer
    validator: Validator | None = None
    form: Mapping[str, str] = msgspec.field(default_factory=dict)  # to be posted; empty: a GET


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a server said, whatever it said: a page that isn't there is an answer too."""

    url: str  # after redirects
    status: int  # HTTP; 304 is "nothing new"
    body: bytes
    validator: Validator | None = None
    charset: str = ""  # the encoding that the server names, in small letters


class Gap(msgspec.Struct, frozen=True):
    """Days that a backfill has yet to bring, the first and the last included."""

    since: date  # when the backfill was to begin
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.last} is before {self.first}")


class SourceHistory(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger knows of a source."""

    whole: bool = False  # whether its newest fetch came whole
    listing: date | None = None  # the newest arXiv listing that came whole
    began: date | None = None  # the first one that did
    resume: str = ""  # where a long harvest goes on
    gap: Gap | None = None


class SourceResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one source gave in one run, or one piece of it."""

    source: str
    state: State
    entries: tuple[Entry, ...] = ()
    asked: tuple[str, ...] = ()  # addresses or paths
    answered: str = ""  # "3 × 200"
    problem: str = ""  # one line for people; where the state is ok, of something odd
    reached: bool = True  # False: no host answered (a machine without network)
    listing: date | None = None  # the day of an arXiv listing
    covers: date | None = None  # the first day it speaks of; None: of all until now
    resume: str = ""  # where a long harvest goes on
    gap: Gap | None = None
    validators: Mapping[str, Validator] = msgspec.field(default_factory=dict)  # by address
