"""Why a paper is in a theme, what another one lacked, and that both agree with the grouping."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import REPOSITORY
from hypothesis import given
from hypothesis import strategies as st
from test_themes import TERMS, entry, rules_over, texts, theme

from digest.cli import main
from digest.config.rules import Phrase, Rule
from digest.model import Entry, Reason
from digest.tex import plain
from digest.themes import Matcher
from digest.themes.explain import ThemeVerdict, as_lines, explain
from digest.themes.terms import merged

PAPER = entry(
    "Draft models that verify themselves", "We decode with a draft model. Spectre is not our topic."
)


def verdict(rule: str, paper: Entry = PAPER) -> ThemeVerdict:
    return explain(Matcher([theme(rule)]), paper)[0]


def lines(rule: str, paper: Entry = PAPER) -> list[str]:
    found = explain(Matcher([theme(rule)]), paper)
    return [line.strip() for line in as_lines(found, paper, lambda words: f"[{words}]")]


@given(rules_over(TERMS), texts, texts)
def test_explain_agrees_with_grouping(rule: Rule, title: str, abstract: str) -> None:
    paper = entry(title, abstract)
    matcher = Matcher([theme(rule), theme(Phrase("cat"), "base")])
    found = explain(matcher, paper)
    assert tuple(v.theme for v in found if v.has) == matcher.themes_of(paper)
    assert {v.theme: v.reasons for v in found if v.has} == {
        match.theme: match.reasons for match in matcher.matches(paper)
    }
    for v in found:
        assert v.has != bool(v.lacks or v.against)
        for reason in (*v.reasons, *v.against):
            text = plain({"title": title, "abstract": abstract}.get(reason.field, ""))
            assert [text[slice(*span)] for span in reason.spans][:1] in ([reason.words], [])
    assert list(as_lines(found, paper, str.upper))


@pytest.mark.parametrize(
    ("rule", "lacks"),
    [
        ("any: [cat, dog]", ["one of “cat”, “dog”"]),
        ("any: [cat]", ["“cat”"]),
        ("all: [draft model, {title: cat}]", ["“cat” in the title"]),
        ("all: [draft model, {any: [cat, {any: [dog]}]}]", ["one of “cat”, “dog”"]),
        ("any: [cat, {all: [draft model, decod*, dog]}]", ["“dog”"]),
        ("at_least: 3\nof: [draft, verify, cat, dog]", ["one of “cat”, “dog”"]),
        ("any: [a1, a2, a3, a4, a5, a6]", ["one of “a1”, “a2”, “a3”, “a4” and 2 more"]),
        ("any: [{category: cs.DC}, {author: Ann Lee}]", ["one of category cs.DC, author Ann Lee"]),
        ("any: [{regex: c.t}]", ["/c.t/"]),
        ("any: [{near: {words: [cat, dog], within: 9}}]", ["“cat … dog”"]),
        ("all: [cat, dog]", ["“cat”", "“dog”"]),
        (
            "any: [{all: [cat, {any: [dog, cow]}]}, horse]",
            ["one of (“cat” and one of “dog”, “cow”), “horse”"],
        ),
        ("none: [{none: [cat, dog]}]", ["one of “cat”, “dog”"]),
        ("any: [cat, {none: [we]}]", ["one of “cat”, none of “we”"]),
    ],
)
def test_what_was_lacking(rule: str, lacks: list[str]) -> None:
    assert list(verdict(rule).lacks) == lacks


def test_what_nearly_has_a_paper_says_what_spoke_for_it() -> None:
    found = verdict("all: [draft model, cat]")
    assert (found.has, found.near) == (False, True)
    assert [(reason.field, reason.words) for reason in found.reasons] == [
        ("title", "Draft models"),
        ("abstract", "draft model"),
    ]
    assert not verdict("any: [cat, dog]").near


def test_what_a_rule_excludes_is_said_in_its_place() -> None:
    found = verdict("any: [draft model]\nnone: [Spectre]")
    assert (found.has, found.lacks) == (False, ())
    assert found.against == (
        Reason(term="Spectre", field="abstract", words="Spectre", spans=((30, 37),)),
    )
    assert "but abstract: We decode with a draft model. [Spectre] is not our topic." in lines(
        "any: [draft model]\nnone: [Spectre]"
    )


def test_a_theme_that_excludes_another_names_it() -> None:
    matcher = Matcher([theme("any: [draft*]\nnone: [{theme: base}]"), theme("any: [we]", "base")])
    assert explain(matcher, PAPER)[0].against == (Reason(term="base", field="theme", words="base"),)


def test_words_are_marked_where_they_stand() -> None:
    assert lines("any: [draft*, model, verif*]") == [
        "yes  t",
        "title: [Draft] [models] that [verify] themselves",
        "abstract: We decode with a [draft] [model]. Spectre is not our topic.",
    ]
    long = entry("T", f"{'before ' * 20}a draft model {'after ' * 30}")
    assert lines("any: [draft model]", long)[1] == (
        f"abstract: …{'before ' * 6}a [draft model] {' '.join(['after'] * 15)}…"
    )


def test_what_has_the_paper_comes_first_then_what_nearly_has_it() -> None:
    matcher = Matcher(
        [
            theme("any: [cat]", "no"),
            theme("all: [draft, cat]", "near"),
            theme("any: [draft]", "yes"),
        ]
    )
    found = list(as_lines(explain(matcher, PAPER), PAPER, str))
    assert [line for line in found if line[0] != " "] == ["yes  yes", "no   near", "no   no"]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9))))
def test_merged_stretches_cover_the_same_letters_once(found: list[tuple[int, int]]) -> None:
    spans = [(start, start + length) for start, length in found]
    covered = [place for span in merged(spans) for place in range(*span)]
    assert covered == sorted({place for span in spans for place in range(*span)})


def run(*words: str, text: str = "", root: Path = REPOSITORY) -> tuple[int, str]:
    told = CliRunner().invoke(main, [*words, "--root", str(root)], input=text)
    return told.exit_code, told.output


def test_the_command_names_the_words_and_what_federated_learning_lacked() -> None:
    status, told = run("explain", "2605.13319")
    assert status == 0
    speculative, _, others = told.partition("edge-and-cloud")
    assert "yes  speculative-decoding" in speculative
    assert "title: " in speculative
    assert "abstract: " in speculative
    assert speculative.casefold().count("[speculative decoding]") >= 2
    _, _, federated = others.partition("no   federated-learning\n")
    assert federated.strip().startswith("lacks one of “federated learning” in the title")


def test_the_command_answers_machines_too() -> None:
    _, told = run("explain", "https://arxiv.org/abs/2605.13319v1", "--json")
    data = json.loads(told)
    found = {verdict["theme"]: verdict for verdict in data["themes"]}
    assert data["id"] == "arxiv:2605.13319"
    assert [name for name in found if found[name]["has"]] == [
        "speculative-decoding",
        "edge-and-cloud",
    ]
    title = plain(data["title"])
    for reason in found["speculative-decoding"]["reasons"]:
        if reason["field"] == "title":
            assert title[slice(*reason["spans"][0])] == reason["words"]
    assert found["federated-learning"]["lacks"]


def test_a_text_can_be_asked_about() -> None:
    status, told = run("explain", "-", text="Byzantine agreement\nIn few\nrounds.\n")
    assert status == 0
    assert "yes  byzantine-agreement" in told
    assert run("explain", "-", text="")[0] == 0


def test_a_paper_that_nobody_has_is_one_line() -> None:
    status, told = run("explain", "2605.99999")
    assert status == 1
    assert told.startswith("Error: no paper '2605.99999' in the archive or among the kept")
    assert told.count("\n") == 1
