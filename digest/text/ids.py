"""Names of papers: arXiv ids, DOIs, and what our addresses make of them. Pure."""

import re
from datetime import date
from hashlib import blake2b
from typing import NamedTuple
from unicodedata import combining, normalize
from urllib.parse import unquote, urlsplit

from digest.text.entities import unescaped

# New style since 2007-04 (four digits, five since 2015-01); old style archive[.SC]/YYMMNNN.
# Source: https://info.arxiv.org/help/arxiv_identifier.html
_NEW = r"\d{4}\.\d{4,5}"
_OLD = r"[a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/\d{7}"
_ARXIV = re.compile(rf"(?P<id>{_NEW}|{_OLD})(?:v(?P<version>\d{{1,4}}))?")
_ARXIV_IN_URL = re.compile(
    rf"arxiv\.org/(?:abs|pdf|html|ps|format)/(?P<id>{_NEW}|{_OLD})(?:v(?P<version>\d{{1,4}}))?"
    r"(?:\.pdf)?(?=[?#/]|$)"
)
_ARXIV_DOI = "10.48550/arxiv."
# Source: https://www.crossref.org/blog/dois-and-matching-regular-expressions/
_DOI = re.compile(r"10\.\d{4,9}/[-._;()/:a-z0-9]+", re.IGNORECASE)

_LONGEST_ADDRESS = 500  # characters
_DOI_WHOLE = re.compile(r"10\.\d{4,9}/[^\s\"]+")
_DOI_NAME = re.compile(
    r"(?P<address>https?://(?:dx\.|www\.)?doi\.org/)?(?:doi:?\s*|info:doi/|urn:doi:)?"
    r"(?P<name>10\.\d{4,9}(?:/|%2f)\S+)",
    re.I,
)
_DOI_PERCENT = re.compile("%2f", re.I)
_DOI_TEX = re.compile(r"\\([_&%#{}])")
_RESOLVERS = {"doi.org", "dx.doi.org", "www.doi.org"}
_VERSIONED_DOIS = ("10.1101/", "10.64898/")  # of preprints whose pages end in v1, v2
_TAIL = re.compile(
    r"(?:/(?:full(?:[./-]?(?:text|html|pdf))?|abstract|abs|meta|e?pdf(?:direct|plus)?|epub|html|summary|"
    r"references|figures|tables|metrics|citations?|suppl(?:ementary[\w-]*)?|info|xml|reader|download|"
    r"article-info|article-abstract)"
    r"|\.(?:full(?:[.-](?:pdf|text))?|pdf\+html|pdf|abstract|short|long|html?|xml|epub|extract)"
    r"|(?<=\d)v\d{1,3}(?:\.(?:full|abstract|short)[\w.-]*)(?=$))$"
)

_MARKED = re.compile(r"(^|-)[0-9a-f]{8}$")  # what looks like a hash


_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class ArxivId(NamedTuple):
    """An arXiv identifier without its version, and the version, 0 where none was named."""

    id: str
    version: int


def arxiv_id(text: str) -> ArxivId | None:
    """Read `2605.13319v2`, `arXiv:math.GT/0309136`, `oai:arXiv.org:…`, an arxiv.org or doi.org URL.

    The subject class of an old id is dropped, as arXiv's own addresses do.
    """
    text = text.strip()
    bare = re.sub(r"^(oai:arxiv\.org:|arxiv:)\s*", "", text, flags=re.IGNORECASE)
    last_line = text.rfind("\n") + 1  # an address is on one
    match = _ARXIV.fullmatch(bare) or _ARXIV_IN_URL.search(text, last_line)
    if not match:
        name = doi(text)
        match = _ARXIV.fullmatch(name[len(_ARXIV_DOI) :]) if name.startswith(_ARXIV_DOI) else None
    if not match or not _is_month(match["id"]):
        return None
    return ArxivId(re.sub(r"\.[A-Z]{2}/", "/", match["id"]), int(match["version"] or 0))


def is_arxiv_name(name: str) -> bool:
    """Whether it is the id of an entry by an arXiv id, spelled as `entry_id` does."""
    prefix, _, number = name.partition(":")
    match = _ARXIV.fullmatch(number) if prefix == "arxiv" else None
    if not match or match["version"] or not _is_month(number):
        return False
    return "/" not in number or "." not in number  # an old one, without its subject class


def dois(field: str) -> tuple[str, ...]:
    """The DOIs of a field that should hold nothing else, whole, as bare names or addresses.

    DOIs compare without case (DOI Handbook, 2.4), so ours are lower case.
    """
    text = _DOI_TEX.sub(r"\1", unescaped(field)).strip()
    parts = re.split(r"[,;|]?\s+|[,;|](?=(?:https?:|doi:|10\.\d{4,9}/))", text, flags=re.I)
    return tuple(dict.fromkeys(found for part in parts if (found := _whole_doi(part))))


def _whole_doi(text: str) -> str:
    match = _DOI_NAME.match(text)
    if not match:
        return ""
    bare = unquote(match["name"]) if match["address"] else match["name"]
    found = _DOI_WHOLE.match(_DOI_PERCENT.sub("/", bare, count=1))
    return found[0].lower().rstrip(".,;") if found else ""


def doi_of_address(url: str) -> str:
    """The DOI of what stands at an address: doi.org's, or a publisher's page of it.

    What a publisher puts behind it, such as `/full` or `.pdf`, is no part of it; of bioRxiv's and
    medRxiv's `v2` neither.
    """
    try:
        parts = urlsplit(url[:_LONGEST_ADDRESS])
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"}:
        return ""
    if (parts.hostname or "") in _RESOLVERS:
        return next(iter(dois(url.partition("#")[0])), "")
    path = unquote(parts.path)
    match = _DOI_WHOLE.search(path) or _DOI_WHOLE.search(unquote(parts.query))
    if not match:
        return ""
    name = match[0].partition("&")[0].lower()
    while (shorter := _TAIL.sub("", name).rstrip("/.,;")) != name:
        name = shorter
    if name.startswith(_VERSIONED_DOIS):
        name = re.sub(r"v\d{1,3}$", "", name)
    return name if "/" in name else ""


def doi_version(url: str) -> int:
    """The version of a preprint of bioRxiv or medRxiv that an address names; 0 for others."""
    match = re.search(r"/content/(?:early/[\d/]*)?10\.\d{4,9}/[^?#/]*?v(\d{1,3})(?=[.?#/]|$)", url)
    return int(match[1]) if match else 0


def doi(text: str) -> str:
    """The DOI in a `doi:…` name, a doi.org or publisher URL or a bare one; empty where none is.

    It may lack an end or have one too many; see `dois` and `doi_of_address`.
    """
    match = _DOI.search(text)
    if not match:
        return ""
    name = match[0].lower().rstrip(".,;:")
    # "(doi:10.1/x)" ends with somebody else's bracket, "10.1/x(99)1" with its own.
    return name.rstrip(".,;:)") if name.count(")") > name.count("(") else name


def entry_id(*, arxiv: str = "", doi: str = "", guid: str = "", link: str = "") -> str:
    """The id of an entry, by what is known of it: arXiv id, else DOI, else guid, else link."""
    if arxiv:
        return f"arxiv:{arxiv}"
    return f"doi:{doi}" if doi else guid or link


def id_month(entry_id: str) -> date | None:
    """The first day of the month an arXiv id was given in; None for other ids."""
    if not entry_id.startswith("arxiv:"):
        return None
    digits = entry_id.removeprefix("arxiv:").rpartition("/")[2]
    year = int(digits[:2])
    return date(year + (1900 if year > 90 else 2000), int(digits[2:4]), 1)


def is_slug(text: str) -> bool:
    """Whether a text may stand in an address as it is: small letters, digits, single hyphens."""
    return _SLUG.fullmatch(text) is not None


def slug(entry_id: str) -> str:
    """The part of our addresses that stands for an entry: made of its id alone, safe, never shared.

    `arxiv:2605.13319` is `2605.13319`, `arxiv:cs/0601001` is `cs-0601001`; any other id keeps its
    plain letters and gets a hash, since letters may have been lost.
    """
    if entry_id.startswith("arxiv:"):
        return entry_id.removeprefix("arxiv:").replace("/", "-")
    words = re.sub(r"^https?[-.:/]*", "", entry_id.lower())
    plain = re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:60].strip("-")
    mark = blake2b(entry_id.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{plain}-{mark}" if plain else mark


def paper_path(entry_id: str) -> str:
    """Where an entry's page is, relative to the site: `papers/2605.13319/`."""
    return f"papers/{slug(entry_id)}/"


def theme_path(theme: str) -> str:
    """Where a theme's page is, relative to the site: `themes/llm-serving/`."""
    return f"themes/{theme}/"


def author_slug(name: str) -> str:
    """The part of our addresses that stands for an author: made of the name alone, never shared.

    `Tim Roughgarden` is `tim-roughgarden`, `T. Roughgarden` is `t-roughgarden`; a name that these
    letters don't give back gets a hash, so that no other name, however near, has the same.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", unaccented(name)).strip("-")[:60].strip("-")
    words = (
        f"{word.upper()}." if len(word) == 1 else word.capitalize() for word in plain.split("-")
    )
    if name == " ".join(words) and not _MARKED.search(plain):
        return plain
    mark = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{plain}-{mark}" if plain else mark


def unaccented(name: str) -> str:
    """Small letters without accents, as names are sorted."""
    # Letter by letter: to find the order of many marks takes time that grows with their square.
    parts = (part for letter in name.lower() for part in normalize("NFKD", letter))
    return "".join(part for part in parts if not combining(part))


def author_path(name: str) -> str:
    """Where an author's page is, relative to the site: `authors/tim-roughgarden/`."""
    return f"authors/{author_slug(name)}/"


def _is_month(name: str) -> bool:
    return 1 <= int(name.rpartition("/")[2][2:4]) <= 12
