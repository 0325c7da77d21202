"""What a page says of an entry to reference managers and Google Scholar: tags and COinS. Pure."""

from urllib.parse import quote

from digest.cite import fields
from digest.cite.names import Name, inverted, names
from digest.model import Entry


def citation_meta(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Name and content of the `meta` tags that reference managers and Google Scholar read.

    Source: https://scholar.google.com/intl/en/scholar/inclusion.html#indexing: dates in full or the
    year alone. The `z:` names are Zotero's own, for what Highwire's have no word for.
    """
    arxiv, issued, kind = fields.arxiv_id(entry), fields.issued(entry), fields.kind(entry)
    authors = names(entry)
    tags = [
        ("citation_title", fields.plain_text(entry, entry.title)),
        *(("citation_author", _highwire(name, len(authors))) for name in authors),
        ("citation_publication_date", _scholar_date(issued) if issued else ""),
        ("citation_arxiv_id", arxiv),
        ("citation_doi", fields.doi(entry)),
        ("citation_abstract_html_url", fields.url(entry)),
        ("citation_pdf_url", fields.pdf(entry)),
        ("z:itemType", kind.zotero),
        ("z:repository", "arXiv" if arxiv else ""),
        ("z:archiveID", f"arXiv:{arxiv}" if arxiv else ""),
    ]
    return tuple((name, content) for name, content in tags if content)


def coins(entry: Entry) -> str:
    """The OpenURL ContextObject for the title of a `<span class="Z3988">`, not escaped for HTML.

    Source: ANSI/NISO Z39.88-2004. Its Dublin Core format alone can say "preprint"; Zotero reads the
    title of an article in its journal format alone.
    """
    doi, kind = fields.doi(entry), fields.kind(entry)
    in_journal = kind is fields.Kind.ARTICLE
    author = "rft.au" if in_journal else "rft.creator"
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", f"info:ofi/fmt:kev:mtx:{'journal' if in_journal else 'dc'}"),
        ("rft_id", f"info:doi/{doi}" if doi else ""),
        ("rft_id", fields.url(entry)),
        ("rft.genre", "article") if in_journal else ("rft.type", kind.zotero),
        ("rft.atitle" if in_journal else "rft.title", fields.plain_text(entry, entry.title)),
        *((author, _zotero_name(name)) for name in names(entry)),
        ("rft.date", "-".join(f"{part:02}" for part in fields.issued(entry))),
        ("rft.publisher", "arXiv" if fields.arxiv_id(entry) else ""),
    ]
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs if value)


def _scholar_date(issued: tuple[int, ...]) -> str:
    return "{:04}/{:02}/{:02}".format(*issued) if len(issued) == 3 else f"{issued[0]:04}"


def _zotero_name(name: Name) -> str:
    # Zotero takes the last word for the family name, but where there is a comma, what is before it.
    whole = not name.given and " " in name.family and "," not in name.family
    return f"{name.family}," if whole else inverted(name)


def _highwire(name: Name, of: int) -> str:
    # Zotero takes a lone "van Glabbeek, Robert J." for two people, but where a semicolon ends it.
    lone = of == 1 and " " in name.surname and " " in name.given
    return _zotero_name(name) + ";" * lone
