"""The same papers as an archive of digest's and as data for Hugo."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, groupby, islice
from pathlib import Path

import msgspec

from digest import archive
from digest.commands import examples
from digest.config import load_site, read_themes
from digest.model import Entry, Link, Version
from digest.themes import Matcher

HERE = Path(__file__).parent
A_DAY = 100  # papers
LAST = date(2026, 5, 15)
SEEN = datetime(2026, 5, 16, 6, tzinfo=UTC)


def texts(path: Path) -> list[Entry]:
    """Real papers: of a file such as papers.jsonl.gz, else those that the project carries."""
    if not path.is_file():
        return list({e.id: e for e in examples.papers(HERE.parent).values()}.values())
    with gzip.open(path) as lines:
        return [
            Entry(
                id="",
                title=" ".join(found["title"].split()),
                summary=" ".join(found["abstract"].split()),
                authors=tuple(found["authors"][:30]),
                categories=tuple(found["categories"]),
                announced=LAST,
                seen=LAST,
            )
            for found in map(json.loads, lines)
        ]


def papers(known: Sequence[Entry], count: int) -> Iterator[Entry]:
    """As many as asked for, a hundred a day up to the last one, none with another's words.

    Their sources are named like their themes.
    """
    themes = read_themes((HERE / "words.yaml").read_text("utf-8"), HERE / "words.yaml")
    matcher, titles = Matcher(themes), {theme.id: theme.title for theme in themes}
    days = -(-count // A_DAY)
    for number, entry in enumerate(islice(cycle(known), count)):
        day = LAST - timedelta(days - 1 - number // A_DAY)
        # Of a month that has 20 days' papers at least each number is used once.
        name = f"{day:%y%m}.{(day.day - 1) * A_DAY + number % A_DAY + 1:05}"
        again = number // len(known)
        yield msgspec.structs.replace(
            entry,
            id=f"arxiv:{name}",
            title=f"{entry.title} ({again})" if again else entry.title,
            summary=f"{entry.summary} Part {again}." if again else entry.summary,
            links=(
                Link(rel="abstract", url=f"https://arxiv.org/abs/{name}v1"),
                Link(rel="pdf", url=f"https://arxiv.org/pdf/{name}v1"),
            ),
            published=datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(1),
            version=1,
            versions=(Version(number=1, seen=day),),
            announced=day,
            seen=day,
            sources=tuple(sorted(titles[theme] for theme in matcher.themes_of(entry))),
        )


def for_digest(root: Path, entries: Iterable[Entry], site: Path | None = HERE / "digest") -> None:
    """A site of digest's, its archive full; with the settings and templates of `site`, if any.

    Args:
        entries: by day; a month of them is held at a time.
    """
    if site:
        shutil.copytree(site, root, dirs_exist_ok=True)
    folder = root / "content/archive"
    folder.mkdir(parents=True)
    for month, found in groupby(entries, key=lambda entry: f"{entry.announced:%Y-%m}"):
        (folder / f"{month}.jsonl").write_bytes(archive.lines(found))


def for_hugo(root: Path, entries: Iterable[Entry], *, markdown: bool) -> None:
    """A site of Hugo's: its pages from one JSON file, or a Markdown file each."""
    shutil.copytree(HERE / "hugo", root, dirs_exist_ok=True)
    site = load_site(HERE / "digest/site.yaml")
    matcher = Matcher(site.themes)
    titles = "".join(f"{theme.id} = {json.dumps(theme.title)}\n" for theme in site.themes)
    with (root / "hugo.toml").open("a") as settings:
        settings.write(f"[params.titles]\n{titles}")
    rows = (_row(entry, matcher.themes_of(entry)) for entry in entries)
    if not markdown:
        (root / "assets").mkdir()
        (root / "assets/papers.json").write_text(json.dumps(list(rows)), "utf-8")
        return
    (root / "content/papers/_content.gotmpl").unlink()
    for row in rows:
        (root / f"content/papers/{row['id']}.md").write_text(json.dumps(row) + "\n", "utf-8")


def _row(entry: Entry, themes: Sequence[str]) -> dict[str, object]:
    name = entry.id.removeprefix("arxiv:")
    return {
        "id": name,
        "eprint": name,
        "title": entry.title,
        "authors": entry.authors,
        "abstract": entry.summary,
        "date": entry.announced.isoformat(),
        "days": [entry.announced.isoformat()],
        "themes": list(themes),
    }
