"""Rules held against what people are sure of: examples, and tables of papers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from digest.model import Entry, Theme
from digest.text.ids import arxiv_id
from digest.themes import Matcher


class BrokenExample(msgspec.Struct, frozen=True, kw_only=True):
    """An example that a rule contradicts, or a paper that nobody has."""

    theme: str
    id: str
    line: int  # of site.yaml
    problem: str


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How a theme does by a table. Ids are those of the table, sorted."""

    theme: str
    right: tuple[str, ...]  # the table and the rule both say so
    wrong: tuple[str, ...]  # only the rule says so
    missing: tuple[str, ...]  # only the table says so

    @property
    def recall(self) -> float | None:
        """Share of the table's papers that the rule has; None where the table has none."""
        return _share(self.right, self.missing)

    @property
    def precision(self) -> float | None:
        """Share of what the rule has that the table agrees with; None where it has nothing."""
        return _share(self.right, self.wrong)


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What a table says about the themes that it names."""

    scores: tuple[Score, ...]
    papers_passed_over: int  # rows about papers that we don't have
    themes_passed_over: int  # rows about themes that we don't have


def by_name(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by every id they go by."""
    return {name: entry for entry in entries for name in (*entry.aliases, entry.id)}


def named(papers: Mapping[str, Entry], name: str) -> Entry | None:
    """The entry of an id as people write it: 2605.13319, an arXiv address, a guid."""
    found = arxiv_id(name)
    return papers.get(f"arxiv:{found.id}" if found else name)


def broken_examples(
    themes: Iterable[Theme], matcher: Matcher, papers: Mapping[str, Entry]
) -> Iterator[BrokenExample]:
    """The examples that don't hold, in the order of site.yaml."""
    for theme in themes:
        for example, wanted in (
            *((example, True) for example in theme.examples_in),
            *((example, False) for example in theme.examples_out),
        ):
            entry = named(papers, example.id)
            if entry is None:
                problem = "is neither in the archive nor kept; fetch it, or leave it out"
            elif (theme.id in matcher.themes_of(entry)) is wanted:
                continue
            else:
                problem = "should be in it and isn't" if wanted else "shouldn't be in it and is"
            yield BrokenExample(theme=theme.id, id=example.id, line=example.line, problem=problem)


def by_examples(themes: Iterable[Theme], matcher: Matcher, papers: Mapping[str, Entry]) -> Trial:
    """The examples as a table."""
    scores = []
    for theme in themes:
        found = {
            wanted: {
                example.id: theme.id in matcher.themes_of(entry)
                for example in examples
                if (entry := named(papers, example.id))
            }
            for wanted, examples in ((True, theme.examples_in), (False, theme.examples_out))
        }
        scores.append(
            Score(
                theme=theme.id,
                right=tuple(sorted(name for name, has in found[True].items() if has)),
                wrong=tuple(sorted(name for name, has in found[False].items() if has)),
                missing=tuple(sorted(name for name, has in found[True].items() if not has)),
            )
        )
    return Trial(scores=tuple(scores), papers_passed_over=0, themes_passed_over=0)


def by_table(
    rows: Iterable[Sequence[str]],
    themes: Sequence[Theme],
    matcher: Matcher,
    papers: Mapping[str, Entry],
) -> Trial:
    """Hold the themes against rows of an id and a theme, whose further columns are passed over."""
    said = defaultdict[str, set[str]](set)  # theme → ids
    entries = dict[str, Entry]()
    current = {name: theme.id for theme in themes for name in (theme.id, *theme.was)}
    unknown_papers = unknown_themes = 0
    for name, theme_id, *_ in (map(str.strip, row) for row in rows if len(row) > 1):
        entry = named(papers, name)
        unknown_papers += entry is None
        unknown_themes += theme_id not in current
        if entry is not None:
            entries[name] = entry
            said[current.get(theme_id, "")].add(name)
    has = {name: set(matcher.themes_of(entry)) for name, entry in entries.items()}
    return Trial(
        scores=tuple(
            _score(theme.id, said[theme.id], {name for name in has if theme.id in has[name]})
            for theme in themes
        ),
        papers_passed_over=unknown_papers,
        themes_passed_over=unknown_themes,
    )


def as_data(trial: Trial) -> dict[str, object]:
    """The same for machines."""
    return {
        "themes": [
            {
                "id": score.theme,
                "recall": score.recall,
                "precision": score.precision,
                "right": score.right,
                "wrong": score.wrong,
                "missing": score.missing,
            }
            for score in trial.scores
        ],
        "passed_over": {"papers": trial.papers_passed_over, "themes": trial.themes_passed_over},
    }


def as_lines(trial: Trial) -> Iterator[str]:
    """The same for people."""
    yield f"{'right':>6} {'wrong':>6} {'missing':>8} {'recall':>7} {'precision':>10}"
    for score in trial.scores:
        recall, precision = (
            "-" if share is None else f"{share:.2f}" for share in (score.recall, score.precision)
        )
        yield (
            f"{len(score.right):6} {len(score.wrong):6} {len(score.missing):8} {recall:>7} "
            f"{precision:>10}  {score.theme}"
        )
        for word, names in (("wrong", score.wrong), ("missing", score.missing)):
            if names:
                yield f"{'':8}{word}: {' '.join(names)}"
    if trial.papers_passed_over or trial.themes_passed_over:
        yield (
            f"passed over: {trial.papers_passed_over} rows about papers that are not in the "
            f"archive, {trial.themes_passed_over} about unknown themes"
        )


def _score(theme: str, said: set[str], has: set[str]) -> Score:
    return Score(
        theme=theme,
        right=tuple(sorted(said & has)),
        wrong=tuple(sorted(has - said)),
        missing=tuple(sorted(said - has)),
    )


def _share(right: Sequence[str], others: Sequence[str]) -> float | None:
    return len(right) / (len(right) + len(others)) if right or others else None
