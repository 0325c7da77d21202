"""What a run says in the summary of GitHub Actions: states of sources, new papers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from digest import tex
from digest.archive.ledger import LedgerLine
from digest.commands.github import plain, table
from digest.model import Entry, Site
from digest.themes import Matcher

_MOST = 20  # papers of a theme that are named


def of_fetch(site: Site, entries: Iterable[Entry], lines: Sequence[LedgerLine], today: date) -> str:
    """What came of a fetch, as Markdown.

    Args:
        entries: the whole archive; those seen today are what is new.
        lines: what the ledger says of each source.
    """
    states = table(
        ("Source", "State", "Entries", "New", "Updated", "Late", "Problem"),
        (
            (
                plain(line.source),
                line.state,
                *(f"{number:,}" for number in (line.entries, line.new, line.updated, line.late)),
                plain(line.problem),
            )
            for line in lines
        ),
    )
    new = [entry for entry in entries if entry.seen == today]
    return f"### Sources\n\n{states}\n{_by_theme(site, new)}"


def _by_theme(site: Site, new: Sequence[Entry]) -> str:
    if not new:
        return "No new papers today.\n"
    matcher = Matcher.of(site)
    members = defaultdict[str, list[Entry]](list)
    for entry in new:
        matches = matcher.matches(entry)
        members[matches[0].theme if matches else ""].append(entry)
    parts = [f"### {len(new):,} new today\n"]
    titles = {theme.id: theme.title for theme in site.themes} | {"": "Other papers"}
    for name, title in titles.items():
        if found := members.get(name):
            parts.append(f"\n**{plain(title)}** ({len(found):,})\n\n")
            parts += [f"- {plain(tex.plain(e.title, e.markup))}\n" for e in found[:_MOST]]
            if len(found) > _MOST:
                parts.append(f"- and {len(found) - _MOST:,} more\n")
    return "".join(parts)
