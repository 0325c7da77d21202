"""The curator's morning: what is still unseen, what is decided about it, and how that is undone.

Decisions are written into content/notes/ at once; content/triage.jsonl, a line a paper, remembers
what was seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import msgspec
from msgspec import structs

from digest import tex
from digest.commands import new
from digest.editor import content, frontmatter
from digest.editor.values import Note
from digest.errors import ConfigError, DigestError
from digest.files import files
from digest.model import Theme
from digest.pages.days import best_first, score_of
from digest.papers.paper import Paper
from digest.papers.rank.scores import NO_SCORES, PaperScore, Scores
from digest.text.reading import read_text

SEEN = "content/triage.jsonl"


def read_seen(path: Path) -> set[str]:
    """The ids of all papers that were seen in earlier sessions.

    Raises:
        ConfigError: a line is damaged; names file and line.
    """
    found = set[str]()
    text = read_text(path, is_composed=False) if path.exists() else ""
    for number, line in enumerate(text.split("\n"), 1):
        try:
            found |= {str(json.loads(line)["id"])} if line.strip() else set()
        except (ValueError, KeyError, TypeError, RecursionError):
            message = 'expected a line such as {"id": "arxiv:2605.13319", "seen": "2026-05-14"}'
            raise ConfigError(message, path, number) from None
    return found


def unseen(
    papers: Iterable[Paper],
    themes: Sequence[Theme],
    seen: Iterable[str],
    scores: Scores = NO_SCORES,
) -> tuple[Paper, ...]:
    """What is to be looked at: neither seen nor noted.

    What has a score comes first, the best on top. The rest is by primary theme, newest first in
    each; what has no theme comes last.
    """
    known = set(seen)
    order = {theme.id: place for place, theme in enumerate(themes)}
    todo = [paper for paper in papers if paper.entry.id not in known and not paper.note]
    todo.sort(key=lambda paper: paper.entry.id)
    todo.sort(key=lambda paper: paper.entry.announced, reverse=True)
    todo.sort(key=lambda paper: order.get(paper.primary, len(order)))
    kept = {paper.id: score for paper in todo if (score := score_of(paper, scores))}
    ranked = best_first((paper for paper in todo if paper.id in kept), kept)
    return (*ranked, *(paper for paper in todo if paper.id not in kept))


class _View(msgspec.Struct, frozen=True, kw_only=True):
    """What is being looked at: a list of papers, what it is narrowed to, and a place in it."""

    papers: tuple[Paper, ...]
    at: int = 0
    theme: str | None = None  # "" for the papers that have none
    words: str = ""


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    """What a step changed, so that it can be taken back."""

    view: _View
    seen: bytes  # the line added to the memory, if any
    note: Path | None = None
    before: bytes | None = None  # None: there was no file
    after: bytes | None = None


class Session:
    """One sitting: the papers to look at, and the decisions taken."""

    def __init__(
        self, root: Path, papers: Sequence[Paper], today: date, scores: Scores = NO_SCORES
    ) -> None:
        """Start at the first.

        Args:
            papers: what `unseen` gave.
            today: is written down as the day they were seen and decided about.
            scores: of papers, by id and alias.
        """
        self._scores = scores
        self._root, self._today = root, today
        self._all = tuple(papers)
        self._notes = dict[str, Note]()
        self._seen = set[str]()
        self._steps = list[_Step]()
        self.view = _View(papers=self._all)

    @property
    def paper(self) -> Paper | None:
        """The one to decide about; None behind the last."""
        view = self.view
        return view.papers[view.at] if view.at < len(view.papers) else None

    @property
    def note(self) -> Note | None:
        """What the editor says about it now."""
        return self._notes.get(self.paper.entry.id) if self.paper else None

    @property
    def score(self) -> PaperScore | None:
        """What ranks it, if it was scored."""
        return score_of(self.paper, self._scores) if self.paper else None

    @property
    def path(self) -> Path:
        """The file of this paper's note, whether it is there or not."""
        return self._root / new.note_path(self._present)

    @property
    def themes(self) -> tuple[str, ...]:
        """The primary themes in this sitting, "" for none, in their order."""
        return tuple(dict.fromkeys(paper.primary for paper in self._all))

    def next(self) -> None:
        """Leave this one as seen."""
        if self.paper:
            self._done()
            self.view = structs.replace(self.view, at=self.view.at + 1)

    def back(self) -> None:
        self.view = structs.replace(self.view, at=max(self.view.at - 1, 0))

    def narrow(self, theme: str | None, words: str = "") -> None:
        """Keep to a primary theme and to papers that hold all of the words."""
        papers = tuple(
            paper for paper in self._all if theme in {None, paper.primary} and _holds(paper, words)
        )
        self.view = _View(papers=papers, theme=theme, words=words)

    def pin(self) -> None:
        """Pin it, or no more."""
        self._set("pin", None if self.note and self.note.pinned else True)

    def hide(self, reason: str) -> None:
        """Hide it, or no more where `reason` is empty."""
        self._set("hide", reason.strip() or None)

    def tag(self, tags: Iterable[str]) -> None:
        """Give it these tags and no others."""
        self._set("tags", list(dict.fromkeys(filter(None, map(str.strip, tags)))) or None)

    def write(self, edit: Callable[[Path], object]) -> None:
        """Let a person write the note; one in which nothing was written is none.

        Raises:
            DigestError: the editor failed, or what was written can't be accepted; it is kept.
        """
        path, before = self.path, _bytes(self.path)
        if before is None:
            files.replace(path, new.note(self._present, self._today).text.encode())
        start = _bytes(path)
        try:
            edit(path)
        finally:
            if before is None and _bytes(path) == start:
                path.unlink(missing_ok=True)
            if _bytes(path) != before:
                self._done(note=path, before=before)
        self._read(path)

    def undo(self) -> bool:
        """Take the last step back, and go to its paper; False where there is none.

        Raises:
            DigestError: the note was changed by someone else since.
        """
        if not self._steps:
            return False
        step = self._steps[-1]
        if step.note and _bytes(step.note) != step.after:
            raise DigestError(f"{step.note.name} was changed since, and stays as it is")
        self._steps.pop()
        self.view = step.view
        if step.note:
            _put(step.note, step.before)
            self._read(step.note)
        memory = _bytes(self._root / SEEN) or b""
        if step.seen and memory.endswith(step.seen):
            _put(self._root / SEEN, memory.removesuffix(step.seen) or None)
            self._seen.discard(self._present.entry.id)
        return True

    @property
    def _present(self) -> Paper:
        if self.paper is None:
            raise ValueError("behind the last paper")
        return self.paper

    def _set(self, key: str, value: frontmatter.Value | None) -> None:
        path, before = self.path, _bytes(self.path)
        text = read_text(path) if before is not None else ""
        fresh = frontmatter.changed(text, key, value, path)
        keys = set(frontmatter.parse(frontmatter.split(fresh, path)[0], path))
        if value is not None and (key in {"pin", "hide"} or "decided" not in keys):
            fresh = frontmatter.changed(fresh, "decided", self._today, path)
        elif keys == {"decided"}:  # what was decided is taken back
            fresh = frontmatter.changed(fresh, "decided", None, path)
        _put(path, fresh.encode() if fresh.strip() else None)
        self._done(note=path, before=before)
        self._read(path)

    def _done(self, note: Path | None = None, before: bytes | None = None) -> None:
        """Write down that the paper was seen, and what undoes this step."""
        paper, line = self._present, b""
        if paper.entry.id not in self._seen:
            self._seen.add(paper.entry.id)
            said = {"id": paper.entry.id, "seen": self._today.isoformat()}
            line = json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
            _append(self._root / SEEN, line)
        after = _bytes(note) if note else None
        step = _Step(view=self.view, seen=line, note=note, before=before, after=after)
        self._steps.append(step)

    def _read(self, path: Path) -> None:
        """Take in what a note says now."""
        self._notes.pop(self._present.entry.id, None)
        if path.exists():
            self._notes[self._present.entry.id] = content.read_note(path)


def _holds(paper: Paper, words: str) -> bool:
    entry = paper.entry
    text = tex.plain(" ".join((entry.title, entry.summary, *entry.authors)), entry.markup)
    return all(word in text.casefold() for word in words.casefold().split())


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DigestError(f"{path} cannot be read: {error.strerror}") from None


def _put(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink(missing_ok=True)
    else:
        files.replace(path, data)


def _append(path: Path, line: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(line)
    except OSError as error:
        raise DigestError(f"{path} cannot be written: {error.strerror}") from None
