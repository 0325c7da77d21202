"""A site whose papers are ranked: decided, learnt, scored, shown, explained, replayed, checked."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from click.testing import CliRunner, Result

from digest import archive
from digest.archive import committed
from digest.cli import main
from digest.commands import checkout, new, ranking, triage
from digest.model import Entry
from digest.papers.paper import Paper
from digest.papers.rank import scores
from digest.papers.rank.model import Model, write
from digest.papers.rank.scores import ScoreLine

FIRST = date(2026, 3, 2)  # a Monday
SITE = """\
title: T
url: https://example.org/digest/
tag: example.org,2026
sources:
  - {name: News, kind: file, path: news/*.jsonl}
themes:
  - {id: drafts, title: Drafts, any: [drafting]}
  - {id: caches, title: Caches, any: [caching]}
"""
RANKED = SITE + "rank: {first: 3}\n"
WORDS = [f"{start}{end}" for start in ("ba", "do", "ke", "mi") for end in map(str, range(40))]


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--root", str(root)])


def done(root: Path, *arguments: str) -> str:
    result = run(root, *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def papers(days: int, a_day: int = 12, seed: int = 1) -> list[Entry]:
    """Papers of invented words, a third of them on drafting."""
    rank, made = Random(seed), list[Entry]()
    for day in range(days):
        for number in range(a_day):
            words = rank.choices(WORDS, k=30) + (["drafting"] if number % 3 == 0 else ["caching"])
            rank.shuffle(words)
            listed = FIRST + timedelta(day)
            made.append(
                Entry(
                    id=f"arxiv:2603.{day:02}{number:03}",
                    title=" ".join(words[:5]).capitalize(),
                    summary=" ".join(words[5:]) + ".",
                    authors=(f"Ann Lee{number}", "Bo Chen"),
                    categories=("cs.DC",),
                    announced=listed,
                    seen=listed,
                    sources=("News",),
                )
            )
    return made


def site(root: Path, entries: Iterable[Entry], text: str = RANKED) -> Path:
    """A site with these papers in its archive."""
    (root / "site.yaml").write_text(text)
    archive.save(root / archive.FOLDER, entries)
    return root


def note(root: Path, entry: Entry, front: str) -> None:
    path = root / f"content/notes/{entry.id.removeprefix('arxiv:')}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{front}\n---\n")


def decided(root: Path, days: int = 8) -> Path:
    """A site whose editor pins what is about drafting."""
    entries = papers(days)
    site(root, entries)
    for entry in entries:
        if "drafting" in f"{entry.title} {entry.summary}".lower():
            note(root, entry, f"pin: true\ndecided: {entry.announced}")
    return root


def announce(root: Path, entries: Iterable[Entry], name: str = "day") -> None:
    """Put papers where the source of the site finds them."""
    path = root / f"news/{name}.jsonl"
    path.parent.mkdir(exist_ok=True)
    rows = [
        {
            "id": entry.id.removeprefix("arxiv:"),
            "title": entry.title,
            "abstract": entry.summary,
            "authors": list(entry.authors),
            "categories": list(entry.categories),
            "published": f"{entry.announced - timedelta(1)}T10:00:00Z",
        }
        for entry in entries
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def at(day: int, hour: int = 6) -> str:
    return f"{FIRST + timedelta(day)}T{hour:02}:00:00Z"


def kept(root: Path) -> dict[str, ScoreLine]:
    found = dict[str, ScoreLine]()
    for path in sorted((root / scores.FOLDER).glob("*.jsonl")):
        found |= scores.load_month(path)
    return found


def test_what_was_pinned_is_learnt_and_written_as_text(tmp_path: Path) -> None:
    decided(tmp_path)
    output = done(tmp_path, "rank", "learn", "--now", at(8))
    assert "Learnt from 32 picks among 96 papers" in output
    lines = (tmp_path / "content/rank.tsv").read_text("utf-8").splitlines()
    weights = dict(line.split("\t") for line in lines if "\t" in line)
    assert int(weights["word: drafting"]) > 0
    assert int(weights["theme: drafts"]) > 0
    assert f"# day: {FIRST + timedelta(8)}" in lines


def test_a_decision_counts_on_its_own_day_and_an_older_one_on_that_of_its_paper(
    tmp_path: Path,
) -> None:
    entries = papers(4)
    site(tmp_path, entries)
    note(tmp_path, entries[0], "pin: 2026-03-03\ndecided: 2026-03-05")
    note(tmp_path, entries[1], "pin: 2026-12-31")
    note(tmp_path, entries[2], "hide: off topic\ndecided: 2026-03-04")
    note(tmp_path, entries[3], "themes: {add: [drafts]}")
    found = ranking.decided_on(tmp_path, datetime.fromisoformat(at(8)))
    days = {taught.id: taught.picked for taught in found.lessons}
    assert days[entries[0].id] == date(2026, 3, 5)
    assert days[entries[1].id] == entries[1].announced
    assert days[entries[2].id] is days[entries[3].id] is None
    importance = {taught.id: taught.importance for taught in found.lessons}
    assert importance[entries[2].id] > importance[entries[3].id] == 1


def test_papers_of_published_issues_are_picks_and_those_of_drafts_are_not(tmp_path: Path) -> None:
    entries = papers(4)
    site(tmp_path, entries)
    folder = tmp_path / "content/issues"
    folder.mkdir(parents=True)
    for name, entry, more in (("w1", entries[0], ""), ("w2", entries[1], "draft: true\n")):
        name_of = entry.id.removeprefix("arxiv:")
        text = f"---\ntitle: I\ndate: 2026-03-07\n{more}---\nSee [@{name_of}].\n"
        (folder / f"{name}.md").write_text(text)
    found = ranking.decided_on(tmp_path, datetime.fromisoformat(at(8)))
    days = {taught.id: taught.picked for taught in found.lessons}
    assert days[entries[0].id] == date(2026, 3, 7)
    assert days[entries[1].id] is None


def test_what_triage_passed_over_says_a_little_more_than_what_nobody_saw(tmp_path: Path) -> None:
    entries = papers(2)
    site(tmp_path, entries)
    line = {"id": entries[0].id, "seen": "2026-03-03"}
    (tmp_path / triage.SEEN).write_text(json.dumps(line) + "\n")
    found = ranking.decided_on(tmp_path, datetime.fromisoformat(at(8)))
    importance = {taught.id: taught.importance for taught in found.lessons}
    assert importance[entries[0].id] > importance[entries[1].id]


LIBRARY = """\
@article{one, title = {Drafting with care}, author = {Lee, Ann}, year = 2019,
  abstract = {We study drafting and its verifiers at length.},
  file = {/home/ann/papers/one.pdf},
  note = {weak, but cite it},
}
"""


def test_a_library_teaches_by_what_its_file_says_of_papers_that_the_archive_lacks(
    tmp_path: Path,
) -> None:
    entries = papers(4)
    picks = f"rank: {{picks: [lib/*.bib, {entries[5].id.removeprefix('arxiv:')}, 2601.00001]}}\n"
    site(tmp_path, entries, SITE + picks)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/mine.bib").write_text(LIBRARY)
    found = ranking.decided_on(tmp_path, datetime.fromisoformat(at(8)))
    (taught,) = [taught for taught in found.lessons if taught.day.year == 2019]
    assert taught.picked == taught.day
    assert {"word: drafting", "word: verifier"} <= set(taught.terms)
    assert not any(term.startswith(("form: ", "category: ")) for term in taught.terms)
    assert {t.id for t in found.lessons if t.picked} == {taught.id, entries[5].id}
    assert found.unknown == ("2601.00001",)


def test_new_papers_are_scored_once_by_the_ranking_of_their_day(tmp_path: Path) -> None:
    decided(tmp_path)
    done(tmp_path, "rank", "learn", "--now", at(8))
    entries = papers(10)
    announce(tmp_path, entries[-24:-12])
    assert "12 papers scored" in done(tmp_path, "fetch", "--now", at(8))
    first = kept(tmp_path)
    assert first.keys() == {entry.id for entry in entries[-24:-12]}
    (tmp_path / "content/rank.tsv").write_text(
        write(Model(day=FIRST, papers=9, picks=3, weights={"word: caching": 500}))
    )
    announce(tmp_path, entries[-12:], "next")
    done(tmp_path, "fetch", "--now", at(9))
    second = kept(tmp_path)
    assert {name: second[name] for name in first} == first
    assert {line.score for name, line in second.items() if name not in first} <= {0, 500}


def test_shown_reasons_and_the_rest_add_up_to_every_score(tmp_path: Path) -> None:
    decided(tmp_path)
    done(tmp_path, "rank", "learn", "--now", at(8))
    announce(tmp_path, papers(9)[-12:])
    done(tmp_path, "fetch", "--now", at(8))
    for line in kept(tmp_path).values():
        assert len(line.why) <= 5
        assert sum(weight for _, weight in line.why) + line.rest == line.score
        assert sum(weight for _, weight in line.terms) == line.score


def test_a_build_scores_nothing_and_one_offline_needs_no_ranking(tmp_path: Path) -> None:
    decided(tmp_path)
    done(tmp_path, "rank", "learn", "--now", at(8))
    done(tmp_path, "build", "--offline", "--now", at(8))
    assert not (tmp_path / scores.FOLDER).exists()
    (tmp_path / "content/rank.tsv").write_text("garbage")
    done(tmp_path, "build", "--offline", "--full", "--now", at(8))


def test_of_two_lines_of_a_paper_the_earlier_one_counts_however_they_stand(tmp_path: Path) -> None:
    lines = [
        ScoreLine(id="arxiv:2603.00001", score=score, scored=datetime.fromisoformat(time))
        for score, time in ((100, "2026-03-02T06:00:00Z"), (200, "2026-03-02T12:00:00Z"))
    ]
    for order in (lines, lines[::-1]):
        data = b"".join(msgspec.json.encode(line) + b"\n" for line in order)
        (tmp_path / "2026-03.jsonl").write_bytes(data)
        assert scores.load(tmp_path)["arxiv:2603.00001"].score == 100


def test_scoring_anew_on_purpose_outranks_what_was_and_keeps_what_feeds_have(
    tmp_path: Path,
) -> None:
    decided(tmp_path)
    (tmp_path / "site.yaml").write_text(RANKED + "feeds: [{id: top, best: 2}]\n")
    done(tmp_path, "rank", "learn", "--now", at(8))
    announce(tmp_path, papers(9)[-12:])
    done(tmp_path, "fetch", "--now", at(8))
    before = kept(tmp_path)
    model = write(Model(day=FIRST, papers=9, picks=3, weights={"word: caching": 500}))
    (tmp_path / "content/rank.tsv").write_text(model)
    assert "12 papers scored anew" in done(tmp_path, "rank", "--again", f"{FIRST + timedelta(8)}")
    after = kept(tmp_path)
    assert {line.score for line in after.values()} == {0, 500}
    assert {line.again for line in after.values()} == {1}
    assert {k: line.feeds for k, line in after.items()} == {
        k: line.feeds for k, line in before.items()
    }


def test_a_feed_of_the_best_takes_so_many_of_a_day_and_later_runs_take_nothing_away(
    tmp_path: Path,
) -> None:
    decided(tmp_path)
    (tmp_path / "site.yaml").write_text(RANKED + "feeds: [{id: top, best: 2}]\n")
    done(tmp_path, "rank", "learn", "--now", at(8))
    day = papers(9)[-12:]
    announce(tmp_path, day[1:3])
    done(tmp_path, "fetch", "--now", at(8))
    morning = {name for name, line in kept(tmp_path).items() if line.feeds}
    assert morning == {day[1].id, day[2].id}
    announce(tmp_path, day[:1] + day[3:], "later")
    done(tmp_path, "fetch", "--now", at(8, 12))
    evening = {name for name, line in kept(tmp_path).items() if line.feeds}
    assert morning < evening
    best = sorted(kept(tmp_path).values(), key=lambda line: (-line.score, line.id))[:2]
    assert {line.id for line in best} <= evening
    done(tmp_path, "build", "--offline", "--now", at(8, 13))
    text = (tmp_path / "_site/feeds/top/feed.xml").read_text("utf-8")
    assert set(re.findall(r"<guid[^>]*>tag:example.org,2026:(arxiv:[\d.]+)<", text)) == evening


def order_of(page: str) -> list[str]:
    """The papers of a page's lists, as they stand."""
    return re.findall(r'<li class="paper">.*?papers/([\d.]+)/', page, re.DOTALL)


def ranked_site(root: Path) -> Path:
    """A built site whose newest day is scored."""
    decided(root)
    done(root, "rank", "learn", "--now", at(8))
    announce(root, papers(9)[-12:])
    done(root, "fetch", "--now", at(8))
    done(root, "build", "--offline", "--now", at(8))
    return root


def test_days_and_the_front_page_put_the_best_first_with_reasons(tmp_path: Path) -> None:
    ranked_site(tmp_path)
    lines = kept(tmp_path)
    for name in ("index.html", f"days/{FIRST + timedelta(8)}/index.html"):
        page = (tmp_path / "_site" / name).read_text("utf-8")
        first = page[page.index("Start here") :]
        best = sorted(lines.values(), key=lambda line: (-line.score, line.id))
        starts = re.findall(r"papers/([\d.]+)/", first[: first.index("</ol>")])
        assert starts == [line.id.removeprefix("arxiv:") for line in best[:3]]
        groups = re.findall(r'id="2026-03-10-(?:drafts|caches)">(.*?)</section>', page, re.DOTALL)
        for group in groups:
            points = [lines[f"arxiv:{name}"].score for name in order_of(group)]
            assert points == sorted(points, reverse=True)
            assert group.count("Why here") == len(points)
        assert "order.js" in page
        assert "order.js" not in (tmp_path / "_site/about/index.html").read_text("utf-8")


def test_what_is_by_date_stays_so(tmp_path: Path) -> None:
    ranked_site(tmp_path)
    names = ["feed.xml", "atom.xml", "archive/2026-03/index.html", "themes/drafts/index.html"]
    names += [f"days/{FIRST + timedelta(3)}/index.html"]  # of before there was a ranking
    ranked = {name: (tmp_path / "_site" / name).read_text("utf-8") for name in names}
    (tmp_path / "site.yaml").write_text(SITE)
    done(tmp_path, "build", "--offline", "--full", "--now", at(8))
    plain = {name: (tmp_path / "_site" / name).read_text("utf-8") for name in names}
    assert ranked == plain


def test_readers_are_told_what_the_order_is_by(tmp_path: Path) -> None:
    ranked_site(tmp_path)
    about = (tmp_path / "_site/about/index.html").read_text("utf-8")
    assert "the order of the editor’s taste" in about
    assert "never against it" in about
    (tmp_path / "site.yaml").write_text(SITE + "rank: {authors: both}\n")
    done(tmp_path, "build", "--offline", "--now", at(8))
    about = (tmp_path / "_site/about/index.html").read_text("utf-8")
    assert "for a paper or against it" in about


def test_a_built_site_with_a_ranking_has_nothing_that_check_finds(tmp_path: Path) -> None:
    ranked_site(tmp_path)
    built = str(tmp_path / "_site")
    assert done(tmp_path, "check", built, "--site-only") == "0 errors, 0 warnings\n"


def test_no_closed_day_changes_while_rankings_are_learnt_each_week(tmp_path: Path) -> None:
    days = 60
    entries = papers(days, a_day=4)
    site(tmp_path, entries[:4])
    closed = dict[str, str]()
    for day in range(1, days):
        today = entries[4 * day : 4 * day + 4]
        announce(tmp_path, today, f"{day}")
        done(tmp_path, "fetch", "--now", at(day))
        note(tmp_path, today[day % 4], f"pin: true\ndecided: {today[0].announced}")
        if day % 7 == 6:
            done(tmp_path, "rank", "learn", "--now", at(day, 15))
        if day % 10 == 9:
            done(tmp_path, "build", "--offline", "--now", at(day, 20))
            for before in range(day):
                page = tmp_path / f"_site/days/{FIRST + timedelta(before)}/index.html"
                text = re.sub(r'<nav class="pager".*?</nav>', "", page.read_text(), flags=re.DOTALL)
                assert closed.setdefault(page.parent.name, text) == text
    assert len(kept(tmp_path)) > 4 * 45
    ranked = (tmp_path / "_site/feed.xml").read_bytes()
    (tmp_path / "site.yaml").write_text(SITE)
    done(tmp_path, "build", "--offline", "--now", at(days - 1, 20))
    assert (tmp_path / "_site/feed.xml").read_bytes() == ranked


def test_a_day_is_listed_with_its_reasons_and_a_paper_with_every_term(tmp_path: Path) -> None:
    ranked_site(tmp_path)
    best = min(kept(tmp_path).values(), key=lambda line: (-line.score, line.id))
    name = best.id.removeprefix("arxiv:")
    first = done(tmp_path, "rank").splitlines()[1]
    assert name in first
    data = json.loads(done(tmp_path, "rank", "--json"))
    row = data["papers"][0]
    assert row["score"] == best.score / 100
    whole = sum(round(100 * r["weight"]) for r in row["reasons"]) + round(100 * row["rest"])
    assert whole == best.score
    every = json.loads(done(tmp_path, "rank", "explain", name, "--json"))
    assert every["kept"] is True
    assert sum(round(100 * term["weight"]) for term in every["terms"]) == best.score
    old = done(tmp_path, "rank", "explain", papers(1)[0].id)
    assert "never scored" in old
    assert run(tmp_path, "rank", "explain", "2601.99999").exit_code == 1


def test_an_issue_and_triage_begin_with_likely_picks_and_say_why(tmp_path: Path) -> None:
    ranked_site(tmp_path)
    lines = scores.load(tmp_path / scores.FOLDER)
    day = papers(9)[-12:]
    some = [Paper.of(entry) for entry in (*papers(8)[:2], *day)]
    todo = triage.unseen(some, (), (), lines)
    points = [lines[paper.id].score for paper in todo[:12]]
    assert points == sorted(points, reverse=True)
    assert {paper.id for paper in todo[12:]} == {entry.id for entry in papers(8)[:2]}
    session = triage.Session(tmp_path, todo, FIRST, lines)
    assert session.score == lines[todo[0].id]
    draft = new.issue(some, (), FIRST + timedelta(7), lines).text
    names = re.findall(r"^- .*\[@([\d.]+)\]$", draft, re.MULTILINE)
    assert names[0] == todo[0].id.removeprefix("arxiv:")
    front = draft.split("---")[1]
    assert f"[@{names[0]}]" in front
    assert "drafting" in front


def test_a_note_says_when_it_was_begun(tmp_path: Path) -> None:
    (entry,) = papers(1)[:1]
    assert f"\ndecided: {FIRST}\n" in new.note(Paper.of(entry), FIRST).text


def test_a_replay_of_a_table_prints_a_table_and_what_a_judge_reads(tmp_path: Path) -> None:
    entries = papers(20)
    site(tmp_path, entries, SITE)
    liked = [e for e in entries if "drafting" in f"{e.title} {e.summary}".lower()]
    rows = [f"{e.id.removeprefix('arxiv:')}\t{e.announced}" for e in liked]
    table = tmp_path / "picks.tsv"
    table.write_text("\n".join(["arxiv_id\tpicked", *rows, "2601.00001\t2026-03-03"]) + "\n")
    output = done(tmp_path, "rank", "replay", str(table))
    assert "as listed" in output
    assert "ranked" in output
    assert "2601.00001" in output
    plain = CliRunner().invoke(
        main, ["rank", "replay", str(table), "--json", "--root", str(tmp_path)]
    )
    days = json.loads(plain.stdout)["days"]
    assert days[-1]["day"] == f"{entries[-1].announced}"
    assert len(days[-1]["papers"]) == 12
    few = CliRunner().invoke(
        main, ["rank", "replay", str(table), "--newest", "10", "--root", str(tmp_path)]
    )
    assert "10 picks" in few.stderr


def test_without_a_table_a_replay_goes_through_the_editors_own_decisions(tmp_path: Path) -> None:
    decided(tmp_path)
    output = done(tmp_path, "rank", "replay", "--now", at(8))
    assert "days with picks" in output


@pytest.mark.parametrize(
    ("line", "number"), [("2603.00001", 2), ("2603.00001\tyesterday", 2), ("\t2026-03-03", 2)]
)
def test_a_damaged_table_is_an_error_with_its_line(line: str, number: int, tmp_path: Path) -> None:
    site(tmp_path, papers(1), SITE)
    table = tmp_path / "picks.tsv"
    table.write_text(f"arxiv_id\tpicked\n{line}\n")
    result = run(tmp_path, "rank", "replay", str(table))
    assert result.exit_code == 1
    assert f"picks.tsv:{number}: expected an id, a tab and a day" in result.output


def test_without_decisions_nothing_is_learnt_and_a_word_says_so(tmp_path: Path) -> None:
    site(tmp_path, papers(2))
    output = done(tmp_path, "rank", "learn", "--now", at(8))
    assert "nothing is learnt: no paper was picked yet" in output
    assert not (tmp_path / "content/rank.tsv").exists()
    done(tmp_path, "fetch", "--now", at(8))
    assert not (tmp_path / scores.FOLDER).exists()
    note(tmp_path, papers(1)[0], "hide: off topic")
    assert "nothing is learnt" in done(tmp_path, "rank", "learn", "--now", at(8))


def test_one_pick_is_learnt_from_with_a_warning(tmp_path: Path) -> None:
    site(tmp_path, papers(2))
    note(tmp_path, papers(1)[0], "pin: true")
    output = done(tmp_path, "rank", "learn", "--now", at(8))
    assert "learnt from 1 pick" in output
    assert (tmp_path / "content/rank.tsv").is_file()


def test_a_site_without_a_ranking_is_told_how_to_ask_for_one(tmp_path: Path) -> None:
    site(tmp_path, papers(2), SITE)
    result = run(tmp_path, "rank", "learn")
    assert result.exit_code == 1
    assert "add `rank: true`" in result.output


@pytest.mark.parametrize("damage", ["cut", "garbage", "another version"])
def test_a_ranking_that_cannot_be_read_costs_the_scores_alone(damage: str, tmp_path: Path) -> None:
    decided(tmp_path)
    done(tmp_path, "rank", "learn", "--now", at(8))
    path = tmp_path / "content/rank.tsv"
    text = path.read_text("utf-8")
    damaged = {
        "cut": text[: len(text) // 2],
        "garbage": "\x00\x01",
        "another version": text.replace("version 1", "version 9"),
    }
    path.write_text(damaged[damage], "utf-8")
    announce(tmp_path, papers(9)[-12:])
    output = done(tmp_path, "fetch", "--now", at(8))
    assert "rank.tsv:" in output
    assert "nothing was scored" in output
    done(tmp_path, "build", "--offline", "--now", at(8))
    assert "rank.tsv:" in run(tmp_path, "check").output


def test_a_damaged_line_of_scores_costs_its_paper_alone(tmp_path: Path) -> None:
    ranked_site(tmp_path)
    (path,) = (tmp_path / scores.FOLDER).glob("*.jsonl")
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([lines[0], b'{"id": 7', *lines[2:]]))
    output = done(tmp_path, "build", "--offline", "--now", at(8))
    assert f"{path}:2: damaged line" in output
    assert f"{path}:2:" in run(tmp_path, "check").output


def test_a_broken_library_is_said_with_file_and_line_and_the_rest_is_learnt_from(
    tmp_path: Path,
) -> None:
    decided(tmp_path)
    (tmp_path / "site.yaml").write_text(SITE + "rank: {picks: ['lib/*.bib', 'none/*.ris']}\n")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/bad.bib").write_bytes(b"\x00\xff\xfe nothing")
    output = done(tmp_path, "rank", "learn", "--now", at(8))
    assert "lib/bad.bib:1:" in output
    assert "site.yaml:9: no file matches 'none/*.ris'" in output
    assert "Learnt from 32 picks" in output
    found = run(tmp_path, "check").output
    assert "lib/bad.bib:1:" in found
    assert "site.yaml:9:" in found


def test_private_fields_of_a_library_are_named(tmp_path: Path) -> None:
    site(tmp_path, papers(1), SITE + "rank: {picks: [lib/mine.bib]}\n")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/mine.bib").write_text(LIBRARY)
    output = run(tmp_path, "check").output
    assert "mine.bib:3: warning: the field 'file'" in output
    assert "mine.bib:4: warning: the field 'note'" in output
    assert "mine.bib:2" not in output


@pytest.mark.parametrize("path", ["../secrets.bib", "/etc/*.bib", "C:/x.bib"])
def test_a_library_lies_in_the_sites_own_folder(path: str, tmp_path: Path) -> None:
    site(tmp_path, papers(1), SITE + f"rank: {{picks: ['{path}']}}\n")
    result = run(tmp_path, "rank", "learn")
    assert result.exit_code == 1
    assert "site.yaml:9: " in result.output


def test_an_older_workflow_that_commits_no_scores_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(tmp_path)
    done(tmp_path, "rank", "learn", "--now", at(8))
    workflow = tmp_path / ".github/workflows/publish.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("run: for path in content/archive content/ledger content/tag; do")
    announce(tmp_path, papers(9)[-12:])
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "nothing was scored" in done(tmp_path, "fetch", "--now", at(8))
    assert not (tmp_path / scores.FOLDER).exists()
    workflow.write_text("run: digest fetch --written > written")
    assert "12 papers scored" in done(tmp_path, "fetch", "--now", at(8, 9))
    assert checkout.keeps(tmp_path, scores.FOLDER)
    assert committed.SCORES in done(tmp_path, "fetch", "--written").split()


def test_doctor_says_what_a_ranked_site_lacks(tmp_path: Path) -> None:
    site(tmp_path, papers(1))
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    workflow = tmp_path / ".github/workflows/publish.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("on: {schedule: }\nrun: digest fetch; git add content/archive\n")
    found = run(tmp_path, "doctor").output
    assert "content/rank.tsv -merge" in found
    assert "content/rank/*.jsonl merge=union" in found
    assert "no workflow commits content/rank" in found
    (tmp_path / ".gitattributes").write_text("\n".join(committed.attributes()) + "\n")
    workflow.write_text("on: {schedule: }\nrun: digest fetch --written > written\n")
    mended = run(tmp_path, "doctor").output
    assert "rank" not in mended.replace("rank: true", "")
    (tmp_path / ".gitattributes").unlink()
    (tmp_path / "site.yaml").write_text(SITE)
    assert "content/rank" not in run(tmp_path, "doctor").output
