"""Entries in; citations out, as BibTeX, RIS, CSL-JSON, metadata and text. Pure.

A format of citations is a function of `records`, a row of `CITATION_FORMATS` and a template
`papers.SUFFIX`. docs/citations.md says which field goes where, and why.
"""

from collections.abc import Callable, Iterable

import msgspec

from digest.cite.fields import key
from digest.cite.metadata import citation_meta, coins
from digest.cite.prose import short, text
from digest.cite.records import bib_file, bibtex, csl, csl_file, ris_file
from digest.model import Entry

__all__ = [
    "CITATION_FORMATS",
    "CitationFormat",
    "bib_file",
    "bibtex",
    "citation_meta",
    "coins",
    "csl",
    "csl_file",
    "key",
    "names",
    "ris_file",
    "short",
    "text",
]


class CitationFormat(msgspec.Struct, frozen=True, kw_only=True):
    """A format of citations: what its files are called, and what writes one."""

    name: str  # templates know `write` as NAME_file
    suffix: str  # of its files
    label: str  # for people
    media_type: str
    write: Callable[[Iterable[Entry]], str]  # a file of the entries in the order given

    def file_name(self, year: str = "") -> str:
        """`papers.bib`, or `papers-2025.bib` where `year` is "-2025"."""
        return f"papers{year}.{self.suffix}"

    @property
    def element(self) -> str:
        """The id of the element that has the record on a paper's page: "cite-bibtex"."""
        return f"cite-{self.label.partition('-')[0].lower()}"


CITATION_FORMATS = (
    CitationFormat(
        name="bib", suffix="bib", label="BibTeX", media_type="application/x-bibtex", write=bib_file
    ),
    CitationFormat(
        name="ris",
        suffix="ris",
        label="RIS",
        media_type="application/x-research-info-systems",
        write=ris_file,
    ),
    CitationFormat(
        name="csl", suffix="json", label="CSL-JSON", media_type="application/json", write=csl_file
    ),
)
