"""The last step of a fetch: what is new is scored once, by the ranking of that moment."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import structs

from digest.errors import ConfigError
from digest.files import files
from digest.model import Entry, FeedSelection, Site, Theme
from digest.output import store
from digest.papers.rank import scores
from digest.papers.rank.model import Model, read
from digest.papers.rank.score import Score, score
from digest.papers.rank.scores import PaperScore, ScoreLine
from digest.themes import Matcher

_log = logging.getLogger(__name__)


def load_model(root: Path, *, both: bool = False) -> Model | None:
    """What `digest rank learn` wrote; None where nothing was learnt yet.

    Raises:
        ConfigError: it is damaged or of another version; names file and line.
        DigestError: it can't be read.
    """
    path = root / scores.MODEL
    if not path.is_file():
        return None
    data = files.read(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError("not UTF-8 text; save the file as UTF-8", path, line) from None
    return read(text, path, both=both)


def score_new(
    root: Path,
    site: Site,
    entries: Sequence[Entry],
    fresh: Collection[str],
    now: datetime,
    *,
    wait: float = files.WAIT,
) -> int:
    """Score what a fetch brought, and keep it; gives how many papers were scored.

    What was fetched earlier today and isn't scored yet is scored as well: a run was stopped, or
    the first ranking was learnt since. Where the ranking can't be read, that is said in the log.

    Args:
        entries: the whole archive.
        fresh: ids of the papers that the fetch brought.
        wait: seconds for another fetch of this site to be done.

    Raises:
        DigestError: what is kept can't be read or written.
    """
    if site.rank is None:
        return 0
    try:
        model = load_model(root, both=site.rank.both)
    except ConfigError as error:
        _log.warning("%s; nothing was scored", error)
        return 0
    today = now.astimezone(UTC).date()
    found = [entry for entry in entries if entry.id in fresh or entry.seen >= today]
    if model is None or not found:
        return 0
    matcher = Matcher(site.themes, site.sources)
    with files.in_turn(root / store.LOCK, str(root / scores.FOLDER), wait):
        return _keep(root / scores.FOLDER, site, entries, found, model, matcher, now)


def score_again(
    root: Path, site: Site, model: Model, entries: Iterable[Entry], first: date, now: datetime
) -> int:
    """Score anew what was announced on or after a day, on purpose; gives how many papers.

    Feeds keep what they have.
    """
    folder, matcher = root / scores.FOLDER, Matcher(site.themes, site.sources)
    kept, lines = scores.load(folder), defaultdict[str, list[ScoreLine]](list)
    for entry in entries:
        if entry.announced >= first:
            old = kept_of(kept, entry)
            line = scores.line_of(
                entry,
                _titled(score(entry, model, matcher.themes_of(entry)), site.themes),
                now,
                again=old.again + 1 if old else 0,
                feeds=old.feeds if old else (),
            )
            lines[scores.month_of(entry)].append(line)
    with files.in_turn(root / store.LOCK, str(folder)):
        scores.add(folder, lines)
    return sum(map(len, lines.values()))


def kept_of(kept: Mapping[str, PaperScore], entry: Entry) -> PaperScore | None:
    """What is kept of a paper, by any id that it goes by."""
    return next((kept[name] for name in (entry.id, *entry.aliases) if name in kept), None)


def _keep(
    folder: Path,
    site: Site,
    entries: Sequence[Entry],
    found: Sequence[Entry],
    model: Model,
    matcher: Matcher,
    now: datetime,
) -> int:
    """Score those found that have no score, and add their lines."""
    days = {entry.seen for entry in found}
    same_days = [entry for entry in entries if entry.seen in days]
    months = {scores.month_of(entry) for entry in same_days}
    kept = {key: line for name in months for key, line in scores.load_month(folder / name).items()}
    fresh = [entry for entry in found if kept_of(kept, entry) is None]
    themes = {entry.id: matcher.themes_of(entry) for entry in fresh}
    scored = {entry.id: score(entry, model, themes[entry.id]) for entry in fresh}
    best = [selection for selection in site.feeds if selection.best]
    if best:
        themes = {entry.id: matcher.themes_of(entry) for entry in same_days}
    totals = {
        entry.id: line.score for entry in same_days if (line := kept_of(kept, entry)) is not None
    }
    totals |= {name: each.total for name, each in scored.items()}
    entered = _entered(same_days, totals, themes, best)
    lines = defaultdict[str, list[ScoreLine]](list)
    for entry in fresh:
        told, entering = _titled(scored[entry.id], site.themes), entered.get(entry.id, ())
        line = scores.line_of(entry, told, now, feeds=tuple(entering))
        lines[scores.month_of(entry)].append(line)
    scores.add(folder, lines)
    return len(fresh)


def _titled(found: Score, themes: Iterable[Theme]) -> Score:
    """The same score, its themes called as readers know them."""
    titles = {f"theme: {theme.id}": f"theme “{theme.title}”" for theme in themes}
    parts = (structs.replace(part, label=titles.get(part.term, part.label)) for part in found.parts)
    return Score(found.total, tuple(parts))


def _entered(
    entries: Iterable[Entry],
    totals: Mapping[str, int],
    themes: Mapping[str, Sequence[str]],
    feeds: Iterable[FeedSelection],
) -> Mapping[str, list[str]]:
    """The feeds of the best that each paper is good enough for, among those of its day."""
    days = defaultdict[date, list[str]](list)
    for entry in entries:
        if entry.id in totals:
            days[entry.seen].append(entry.id)
    found = defaultdict[str, list[str]](list)
    for names in days.values():
        names.sort(key=lambda name: (-totals[name], name))
        for feed in feeds:
            chosen = set(feed.themes)
            of_feed = [name for name in names if not chosen or chosen & set(themes[name])]
            for name in of_feed[: feed.best]:
                found[name].append(feed.id)
    return found
