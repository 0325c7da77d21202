"""How site.yaml writes a rule, and what it may not say."""

from pathlib import Path

import pytest

from digest.config import load_site
from digest.config.rule_reader import MAX_TERMS, parse
from digest.config.rules import (
    AtLeast,
    Fact,
    NoneOf,
    Phrase,
    Proximity,
    Regex,
    Rule,
)
from digest.errors import ConfigError
from digest.files.located import Section
from digest.model import Example, Sort

PATH = Path("site.yaml")
SITE = """\
title: T
url: https://example.org/
sources: [{name: Blog, kind: feed, url: 'https://example.org/feed.xml'}]
themes:
"""


def rule(text: str) -> Rule:
    return parse(Section.parse(text, PATH))


def error(text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        rule(text)
    return str(raised.value)


def error_of_site(folder: Path, themes: str) -> str:
    path = folder / "site.yaml"
    path.write_text(SITE + themes, "utf-8")
    with pytest.raises(ConfigError) as raised:
        load_site(path)
    return str(raised.value).removeprefix(str(folder) + "/")


def test_a_phrase_is_met_in_title_or_abstract() -> None:
    assert rule("any: [draft model]") == Phrase("draft model", ("title", "abstract"))


def test_one_term_may_stand_without_its_list() -> None:
    assert rule("any: draft model") == rule("any: [draft model]")


def test_a_field_holds_for_all_that_is_below_it() -> None:
    assert rule("any: [{title: [a1, {all: [b1, {regex: c}]}]}]") == AtLeast(
        1,
        (
            Phrase("a1", ("title",)),
            AtLeast(2, (Phrase("b1", ("title",)), Regex("c", ("title",)))),
        ),
    )


def test_the_keys_of_a_theme_must_all_hold() -> None:
    assert rule("any: [a1, b1]\nnone: [c1]") == AtLeast(
        2, (AtLeast(1, (Phrase("a1"), Phrase("b1"))), NoneOf((Phrase("c1"),)))
    )


def test_the_keys_of_a_term_must_all_hold() -> None:
    assert rule("any: [{title: draft*, primary: cs.CL}]") == AtLeast(
        2, (Phrase("draft*", ("title",)), Fact("primary", "cs.CL"))
    )


def test_so_many_of_the_terms() -> None:
    parts = (Phrase("a1"), Phrase("b1"), Phrase("c1"))
    assert rule("at_least: 2\nof: [a1, b1, c1]") == AtLeast(2, parts)


def test_words_that_are_near_each_other() -> None:
    assert rule("any: [{near: {words: [draft, verify], within: 8}}]") == Proximity(
        ("draft", "verify"), 8
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "1: a theme needs a rule: any, all, none, or at_least with of"),
        ("any: []", "1: 'any' lists nothing"),
        ("any: ['']", "1: 'any' is empty"),
        ("any:\n  - draft\n  - '--'", "3: '--': a phrase needs a word"),
        ("any: ['d*']", "1: 'd*': a stem needs two letters or more before its '*'"),
        ("any: ['*']", "1: '*': a phrase needs a word"),
        ("any: ['de*ode']", "1: 'de*ode': '*' only ends a word, as in decod*"),
        ("any: [42]", "1: 'any' must be text; put quotes around it"),
        ("any: [{}]", "1: an empty term; known keys: any, all, none"),
        ("any:\n  - a1\n  - {titel: x}", "3: unknown key 'titel' (did you mean 'title'?)"),
        ("any: [{regexp: a}]", "1: unknown key 'regexp' (did you mean 'regex'?)"),
        ("any: [{theme: t, nere: {}}]", "1: unknown key 'nere' (did you mean 'near'?)"),
        ("any: [{title: []}]", "1: 'title' lists nothing"),
        ("any: [{regex: '(a'}]", "1: '(a': missing ): (a"),
        (
            "any: [{regex: '(?<=a)b'}]",
            "1: '(?<=a)b': invalid perl operator: (?<=; RE2 has no look-around",
        ),
        ("any: [{regex: '(a)\\1'}]", "and no back-references: write it without"),
        ("any: [{regex: 'a)(b'}]", "1: 'a)(b': unexpected ): a)(b"),
        ("any: [{regex: 'a*'}]", "1: 'a*': it meets the empty text, and so every paper"),
        ("any: [{regex: '(.{1,30}e.{1,30}){16}q'}]", "it is too large; simplify it"),
        ("any: [{regex: 'café'}]", "1: 'café': the text it sees has no accents"),
        ("at_least: 3\nof: [a1, b1]", "1: 'at_least' asks for 3 of 2 terms"),
        ("at_least: 2\nof: [a1, a1]", "1: 'at_least' asks for 2 of 1 terms"),
        ("at_least: 2", "1: 'at_least' needs 'of', the list of terms it counts"),
        ("of: [a1]", "1: missing key 'at_least'"),
        ("any: [{near: {words: [a1], within: 3}}]", "1: 'words' must list 2 to 10 phrases"),
        ("any: [{near: {words: [a1, b1], within: 101}}]", "1: 'within' must be 100 words at most"),
        ("any: [{category: cs DC}]", "1: 'cs DC': no category, which looks like cs.DC or cs.*"),
        ("any: [{author: '-'}]", "1: '-': a name needs a letter"),
        ("any: [{announce_type: crss}]", "1: 'crss': no announce type (did you mean 'cross'?)"),
        ("any: [{source: {any: [x]}}]", "1: 'source' takes plain text"),
        ("any: &a [{any: *a}]", "nested too deep"),
        (f"any: [{'x' * 301}]", "longer than 300 letters"),
    ],
)
def test_what_a_rule_may_not_say(text: str, message: str) -> None:
    assert message in error(text)


def test_a_few_lines_cannot_write_a_billion_terms() -> None:
    lines = ["all:", "  - any: &l0 [a1, b1, c1, d1, e1, f1, g1, h1]"]
    for level in range(1, 15):
        refs = ", ".join(f"{{any: *l{level - 1}}}" for _ in range(8))
        lines.append(f"  - any: &l{level} [{refs}]")
    assert f"over {MAX_TERMS:,} terms" in error("\n".join(lines))


@pytest.mark.parametrize(
    ("themes", "message"),
    [
        (
            "  - {id: a, title: A, any: [x]}\n  - {id: a, title: B, any: [y]}\n",
            "site.yaml:6: the theme id 'a' is already taken on line 5",
        ),
        (
            "  - {id: a, title: A, any: [x]}\n"
            "  - id: b\n    title: B\n    any: [y]\n    was: [a]\n",
            "site.yaml:9: the theme id 'a' is already taken on line 5: choose another",
        ),
        ("  - {id: A b, title: A, any: [x]}\n", "site.yaml:5: 'A b' is no theme id"),
        (
            "  - {id: serving, title: A, any: [x]}\n  - {id: b, title: B, any: {theme: servng}}\n",
            "site.yaml:6: unknown theme 'servng' (did you mean 'serving'?)",
        ),
        (
            "  - {id: a, title: A, any: [{source: Blok}]}\n",
            "site.yaml:5: unknown source 'Blok' (did you mean 'Blog'?)",
        ),
        ("  - {id: a, title: A, any: [{theme: a}]}\n", "in a circle, leave one out: a → a"),
        (
            "  - {id: a, title: A, any: [{theme: b}]}\n"
            "  - id: b\n    title: B\n    any:\n      - x\n      - {theme: a}\n",
            "themes refer to each other in a circle, leave one out: a → b → a",
        ),
        (
            "  - {id: a, title: A, any: [x], sort: oldst}\n",
            "site.yaml:5: unknown sort 'oldst' (did you mean 'oldest'?)",
        ),
        (
            "  - {id: a, title: A, any: [x], examples: {inn: [1]}}\n",
            "site.yaml:5: unknown key 'inn' (did you mean 'in'?)",
        ),
    ],
)
def test_what_themes_may_not_say(tmp_path: Path, themes: str, message: str) -> None:
    assert message in error_of_site(tmp_path, themes)


def test_examples_keep_the_ids_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(
        SITE + "  - id: a\n    title: A\n    group: G\n    sort: title\n    limit: 7\n"
        "    any: [x]\n    examples:\n      in: [2605.10000]\n      out: [cs/0601001]\n",
        "utf-8",
    )
    (theme,) = load_site(path).themes
    assert theme.examples_in == (Example("2605.10000", 12),)
    assert theme.examples_out == (Example("cs/0601001", 13),)
    assert (theme.group, theme.sort, theme.limit) == ("G", Sort.TITLE, 7)
