"""Learning from decisions, and going through the days as if it had been there all along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import fmean

import pytest
from msgspec.structs import replace

from digest.model import Entry
from digest.papers.rank.learn import FEW, learn
from digest.papers.rank.lessons import Lesson, lesson, rates_then
from digest.papers.rank.model import read, write
from digest.papers.rank.replay import ReplayedDay, as_json, replay

FIRST = date(2026, 1, 5)
LIKED = ("drafting", "verifier", "speculation")
WORDS = [f"{start}{end}" for start in ("ba", "do", "ke", "mi", "ru") for end in map(str, range(60))]


def invented(days: int, a_day: int, seed: int, people: int = 300) -> list[Lesson]:
    """Papers of invented words, of which an editor picks those on one topic or by some people."""
    rank, found = Random(seed), list[Lesson]()
    for day in range(days):
        for number in range(a_day):
            words = rank.choices(WORDS, k=40)
            authors = rank.sample(range(people), 3)
            likely = 0.02 + 0.3 * any(author < people / 15 for author in authors)
            if rank.random() < 0.1:
                words += LIKED
                likely += 0.5
            rank.shuffle(words)
            listed = FIRST + timedelta(days=day)
            entry = Entry(
                id=f"arxiv:2601.{day:02}{number:03}",
                title=" ".join(words[:6]),
                summary=" ".join(words[6:]) + ".",
                authors=tuple(f"Author Number{author}" for author in authors),
                categories=("cs.LG",),
                announced=listed,
                seen=listed,
            )
            later = timedelta(days=rank.choice([0, 0, 1, 3]))
            found.append(lesson(entry, listed + later if rank.random() < likely else None))
    return found


def aucs(days: Sequence[ReplayedDay], first: int) -> list[float]:
    return [day.measured.auc for day in days[first:] if day.measured]


@pytest.fixture(scope="module")
def lessons() -> list[Lesson]:
    return invented(days=30, a_day=60, seed=1)


END = FIRST + timedelta(days=40)


def test_what_an_editor_picks_is_learnt(lessons: list[Lesson]) -> None:
    learnt = learn(lessons, END).model
    assert learnt.papers == len(lessons)
    assert learnt.picks == sum(taught.picked is not None for taught in lessons)
    words = [term for term in learnt.weights if term.startswith("word: ")]
    best = sorted(words, key=lambda term: -learnt.weights[term])[:20]
    assert {f"word: {word}" for word in LIKED} <= set(best)
    liked = [f"author: Author Number{number}" for number in range(20)]
    others = [f"author: Author Number{number}" for number in range(20, 300)]
    get = learnt.weights.get
    assert fmean(get(term, 0) for term in liked) > 3 * fmean(get(term, 0) for term in others)


def test_a_ranking_knows_how_far_it_may_be_trusted(lessons: list[Lesson]) -> None:
    learnt = learn(lessons, END).model
    assert learnt.days > 0
    assert learnt.measured is not None
    assert learnt.measured.auc > 0.7


def test_learning_twice_gives_the_same_file(lessons: list[Lesson]) -> None:
    assert write(learn(lessons, END).model) == write(learn(list(lessons), END).model)


def test_going_on_from_what_was_learnt_ends_near_a_fresh_start(lessons: list[Lesson]) -> None:
    yesterday = learn(lessons, FIRST + timedelta(days=20), strength=0.02)
    today = FIRST + timedelta(days=21)
    warm = learn(lessons, today, last=yesterday, strength=0.02).model.weights
    cold = learn(lessons, today, strength=0.02).model.weights
    terms = [f"word: {word}" for word in LIKED]
    assert [warm[term] for term in terms] == pytest.approx([cold[term] for term in terms], rel=0.15)


def test_what_comes_later_teaches_nothing(lessons: list[Lesson]) -> None:
    day = FIRST + timedelta(days=20)
    known = [
        replace(taught, picked=taught.picked if taught.is_picked(day) else None)
        for taught in lessons
        if taught.day < day
    ]
    assert write(learn(lessons, day).model) == write(learn(known, day).model)


def test_an_authors_record_is_that_of_the_papers_own_day() -> None:
    def by(author: str, day: int, picked: int | None) -> Lesson:
        return Lesson(
            id=f"{author} {day} {picked}",
            day=FIRST + timedelta(days=day),
            terms=(),
            authors=(author,),
            picked=None if picked is None else FIRST + timedelta(days=picked),
        )

    given = [by("Ann A", 0, 1), by("Ann A", 1, 1), by("Ann A.", 1, None), by("Ann A", 2, 9)]
    assert rates_then(given) == pytest.approx([0, 0, 0, 2 / 6])  # two picks of three papers


def test_no_author_and_no_institution_counts_negatively(lessons: list[Lesson]) -> None:
    disliked = [
        replace(taught, terms=(*taught.terms, "word: google"), authors=(*taught.authors, "Cy C"))
        if taught.picked is None
        else taught
        for taught in lessons
    ]
    fair = learn(disliked, END, strength=0.04).model.weights
    assert all(weight > 0 for term, weight in fair.items() if term.startswith("author: "))
    assert "word: google" not in fair
    both = learn(disliked, END, strength=0.04, both=True).model.weights
    assert both["author: Cy C"] < 0
    assert both["word: google"] < 0


def test_a_hidden_paper_says_more_than_one_that_was_passed_over() -> None:
    def weight(importance: float) -> int:
        given = [
            replace(taught, terms=(*taught.terms, "word: blockchain"), importance=importance)
            if taught.picked is None and number % 10 == 0
            else taught
            for number, taught in enumerate(invented(days=10, a_day=40, seed=2))
        ]
        return learn(given, END, strength=0.02).model.weights["word: blockchain"]

    assert weight(5.0) < weight(1.0) < weight(0.1) <= 0


@pytest.mark.parametrize("picks", [0, 1, 2])
def test_few_decisions_or_none_make_a_ranking_all_the_same(picks: int) -> None:
    given = [replace(taught, picked=None) for taught in invented(days=4, a_day=20, seed=3)]
    given[:picks] = [replace(taught, picked=taught.day) for taught in given[:picks]]
    learnt = learn(given, END).model
    assert (learnt.picks, learnt.measured) == (picks, None)
    assert bool(learnt.weights) == bool(picks)
    assert read(write(learnt), Path("rank.tsv")) == learnt


def test_nothing_but_picks_teaches_nothing() -> None:
    given = [replace(taught, picked=taught.day) for taught in invented(days=1, a_day=20, seed=4)]
    assert learn(given, END).model.weights == {}
    assert learn([], END).model.weights == {}


def test_a_file_has_no_more_lines_than_it_may_have(lessons: list[Lesson]) -> None:
    learnt = learn(lessons, END, lines=200).model
    assert 190 <= write(learnt).count("\n") <= 200
    names = [term for term in learnt.weights if term.startswith("author: ")]
    assert 20 < len(names) <= 140
    assert {f"word: {word}" for word in LIKED} <= set(learnt.weights)


def test_learning_from_the_newest_picks_leaves_out_the_older_ones(lessons: list[Lesson]) -> None:
    learnt = learn(lessons, END, newest=40).model
    picks = sum(taught.picked is not None for taught in lessons)
    assert (learnt.picks, learnt.papers) == (40, len(lessons) - picks + 40)


def test_a_replay_ranks_each_day_by_what_was_decided_before_it(lessons: list[Lesson]) -> None:
    found = list(replay(lessons[: 20 * 60]))
    assert fmean(aucs(found, 8)) > 0.7
    assert 0.4 < fmean(day.listed.auc for day in found if day.listed) < 0.6
    assert all(len(day.papers) == len(day.scores) == 60 for day in found)
    assert [day.learnt for day in found] == sorted(day.learnt for day in found)
    assert found[-1].learnt > FEW


def test_labels_shuffled_within_each_day_teach_nothing() -> None:
    days = defaultdict[date, list[Lesson]](list)
    for taught in invented(days=36, a_day=100, seed=6):
        days[taught.day].append(taught)
    rank, shuffled = Random(7), list[Lesson]()
    for papers in days.values():
        labels = [taught.picked for taught in papers]
        rank.shuffle(labels)
        shuffled += [
            replace(taught, picked=day) for taught, day in zip(papers, labels, strict=True)
        ]
    assert fmean(aucs(list(replay(shuffled)), 5)) == pytest.approx(0.5, abs=0.03)


def test_a_replay_is_told_as_days_papers_and_scores(lessons: list[Lesson]) -> None:
    first = next(replay(lessons))
    told = as_json([first])["days"][0]
    assert told["day"] == first.day.isoformat()
    assert told["papers"][0] == {"id": first.papers[0][6:], "score": first.scores[0] / 100}
