"""Papers a second through 20 themes of 20 terms, beside plain `re`: `python bench/themes.py`."""

from __future__ import annotations

import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from msgspec import structs

from digest import archive
from digest.commands import examples
from digest.config.rules import DEFAULT_FIELDS, Phrase, any_of
from digest.model import Entry, Theme
from digest.papers import judged
from digest.themes import Matcher, terms

PROJECT = Path(__file__).parents[1]
PAPERS, THEMES, TERMS = 100_000, 20, 20
SENTENCES = 7  # of an abstract; arXiv's mean is 1,350 letters


def main() -> None:
    chance = random.Random(2026)
    known = list({entry.id: entry for entry in examples.papers(PROJECT).values()}.values())
    papers = list(made_up(known, chance))
    phrases = pairs_of_words(known, chance)
    themes = [
        Theme(id=f"t{n}", title="", rule=any_of([Phrase(next(phrases)) for _ in range(TERMS)]))
        for n in range(THEMES)
    ]
    matcher = Matcher(themes)
    print(f"{len(papers):,} papers, {THEMES} themes of {TERMS} phrases")
    measure("texts alone", lambda: [read(paper) for paper in papers], PAPERS)
    measure("themes of each", lambda: [matcher.themes_of(paper) for paper in papers], PAPERS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive.save(folder, papers)
        measure("read, themes and reasons", lambda: fill(folder, matcher), PAPERS)
        measure("the same, kept", lambda: fill(folder, matcher), PAPERS)
    few = papers[:: PAPERS // 1_000]
    measure("plain re, a theme at a time", lambda: plainly(themes, few), len(few))


def fill(folder: Path, matcher: Matcher) -> None:
    judged.judge(folder, matcher, kept=folder).keep(folder)


def read(paper: Entry) -> list[str]:
    """The texts as matching sees them, which is part of what is measured next."""
    return [terms.text_of(paper, field).text for field in DEFAULT_FIELDS]


def made_up(known: Sequence[Entry], chance: random.Random) -> Iterator[Entry]:
    """Papers of real sentences, no two alike."""
    titles = [entry.title for entry in known]
    sentences = [said for entry in known for said in entry.summary.split(". ") if said]
    for number in range(PAPERS):
        yield structs.replace(
            chance.choice(known),
            id=f"arxiv:2605.{number:05}",
            title=f"{chance.choice(titles)} {number}",
            summary=". ".join(chance.sample(sentences, SENTENCES)),
            sources=(),
        )


def pairs_of_words(known: Sequence[Entry], chance: random.Random) -> Iterator[str]:
    """Phrases of which a tenth stands in a sentence, so that a paper meets one or none."""
    texts = [re.findall(r"[a-z]{5,}", entry.summary) for entry in known]
    words = sorted({word for text in texts for word in text})
    pairs = sorted({pair for text in texts for pair in pairwise(text)})
    while True:
        pair = chance.choice(pairs) if chance.random() < 0.1 else chance.sample(words, 2)
        yield " ".join(pair)


def plainly(themes: Sequence[Theme], papers: Sequence[Entry]) -> None:
    """What one would write first: words with boundaries, and a plural s."""
    patterns = [
        re.compile(rf"\b(?:{'|'.join(re.escape(p.text) for p in theme.rule.parts)})s?\b", re.I)
        for theme in themes
    ]
    for paper in papers:
        text = f"{paper.title}\n{paper.summary}"
        for pattern in patterns:
            pattern.search(text)


def measure(name: str, run: Callable[[], object], count: int) -> None:
    begin = time.process_time()
    run()
    seconds = time.process_time() - begin
    print(f"{name:28} {seconds:7.2f} s {count / seconds:12,.0f} papers/s")


if __name__ == "__main__":
    main()
