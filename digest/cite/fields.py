"""What every format says of an entry: its key, kind, date, numbers and addresses. Pure."""

from enum import Enum
from urllib.parse import quote

from digest.cite.names import one_line
from digest.model import Entry
from digest.tex import plain
from digest.text import links
from digest.text.ids import id_month, slug


class Kind(Enum):
    """What an entry is, in the words of CSL, RIS and Zotero."""

    PREPRINT = ("article", "UNPB", "preprint")
    ARTICLE = ("article-journal", "JOUR", "journalArticle")
    POST = ("post-weblog", "BLOG", "blogPost")

    def __init__(self, csl: str, ris: str, zotero: str) -> None:
        self.csl, self.ris, self.zotero = csl, ris, zotero


def key(entry: Entry) -> str:
    """The name a citation is called by: `arxiv-2605.13319`; small letters, digits, dots, hyphens.

    Made of the id an entry was first known by alone, since authors, dates and titles change.
    """
    first = entry.guid or entry.id
    return ("arxiv-" if first.startswith("arxiv:") else "") + slug(first)


def arxiv_id(entry: Entry) -> str:
    """The bare arXiv id, "2605.13319" or "cs/0601001"; empty where there is none."""
    return entry.id.removeprefix("arxiv:") if entry.id.startswith("arxiv:") else ""


def kind(entry: Entry) -> Kind:
    if arxiv_id(entry):
        return Kind.PREPRINT
    return Kind.ARTICLE if entry.doi else Kind.POST


def issued(entry: Entry) -> tuple[int, ...]:
    """Year, month and day of the first version, as far as they are known, or nothing."""
    if entry.dated:
        return tuple(map(int, entry.dated.split("-")))
    day = entry.published or entry.listed
    if day:
        return day.year, day.month, day.day
    month = id_month(entry.id)
    return (month.year, month.month) if month else ()


def year(entry: Entry) -> str:
    date = issued(entry)
    return f"{date[0]:04}" if date else "n.d."


def doi(entry: Entry) -> str:
    """The DOI of the published paper, else the one arXiv gives to every paper.

    Source: https://info.arxiv.org/help/doi.html
    """
    arxiv = arxiv_id(entry)
    return address(entry.doi) or (f"10.48550/arXiv.{arxiv}" if arxiv else "")


def url(entry: Entry) -> str:
    """Where the source describes the entry, whatever its version."""
    arxiv = arxiv_id(entry)
    return f"https://arxiv.org/abs/{arxiv}" if arxiv else address(links.address(entry, "abstract"))


def pdf(entry: Entry) -> str:
    arxiv = arxiv_id(entry)
    return f"https://arxiv.org/pdf/{arxiv}" if arxiv else address(links.address(entry, "pdf"))


def address(text: str) -> str:
    """A DOI or an address; what could end a field or break a line is percent-encoded."""
    return quote(text.strip(), safe="%/:=&?~#+!$,;'@()*[]", errors="replace")


def notes(entry: Entry) -> list[str]:
    """The journal reference and the comment, those that there are."""
    return list(filter(None, (plain_text(entry, t) for t in (entry.journal_ref, entry.comment))))


def plain_text(entry: Entry, text: str) -> str:
    """A text of the entry as one line of Unicode."""
    return one_line(plain(text, entry.markup)) if text else ""
