"""An entry as a line of text, and as a text names it. Pure."""

from digest.cite import fields
from digest.cite.names import names
from digest.model import Entry


def short(entry: Entry) -> str:
    """How a text names it: "Han et al., 2026"; by its title where it has no author."""
    people = [name.surname for name in names(entry)]
    if len(people) > 2:
        who = f"{people[0]} et al."
    else:
        who = " & ".join(people) or _first_words(fields.plain_text(entry, entry.title))
    return f"{who}, {fields.year(entry)}".removeprefix(", ")


def text(entry: Entry) -> str:
    """One line: authors (ten, or else the first three), year, title, where it stands."""
    people = [name.natural for name in names(entry)]
    if len(people) > 10:
        people = [*people[:3], "et al."]
    arxiv = fields.arxiv_id(entry)
    parts = [
        f"{', '.join(people)} ({fields.year(entry)})".lstrip(),
        fields.plain_text(entry, entry.title),
        fields.plain_text(entry, entry.journal_ref),
        f"arXiv:{arxiv}" if arxiv else "",
    ]
    line = " ".join(part.rstrip(".") + "." * (part[-1] not in "?!") for part in parts if part)
    return f"{line} {fields.url(entry)}".rstrip()


def _first_words(title: str) -> str:
    words = title.split()
    return " ".join(words[:6])[:60] + "…" * (len(words) > 6 or len(title) > 60)
