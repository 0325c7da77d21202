"""What rules meet, and why: the examples of docs/rules.md, and properties over random rules."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import text as any_text

from digest.archive import load, read_month
from digest.config import load_site
from digest.config.rule_reader import parse
from digest.config.rules import (
    AtLeast,
    NoneOf,
    Phrase,
    Regex,
    Rule,
    ThemeRef,
    leaves,
)
from digest.files.located import Section
from digest.model import Entry, Markup, Reason, Theme
from digest.sources.file import LocalFile
from digest.text.patterns import Folded, fold
from digest.themes import Matcher, holds
from digest.themes.automaton import Automaton

PROJECT = Path(__file__).parents[2]
DAY = date(2026, 5, 16)


def entry(title: str = "", summary: str = "", **others: object) -> Entry:
    values: dict[str, object] = {"announced": DAY, "seen": DAY, **others}
    return Entry(id="arxiv:2605.00001", title=title, summary=summary, **values)  # type: ignore[arg-type]


def theme(rule: Rule | str, name: str = "t") -> Theme:
    if isinstance(rule, str):
        rule = parse(Section.parse(rule, Path("site.yaml")))
    return Theme(id=name, title=name, rule=rule)


def reasons(rule: str, paper: Entry) -> tuple[Reason, ...]:
    """Why a theme with this rule has the paper; empty where it doesn't."""
    return tuple(r for match in Matcher([theme(rule)]).matches(paper) for r in match.reasons)


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("speculative decoding", "Faster Speculative\nDecoding"),
        ("speculative decoding", "Speculative-decoding for all"),
        ("draft-then-verify", "Draft then verify"),
        ("draft then verify", "draft–then—verify"),
        ("pre-training", "Pretraining"),
        ("pretraining", "Pre-training"),
        ("client-server", "client server"),
        ("co-op", "coop"),
        ("query", "Queries"),
        ("queries", "A query"),
        ("cache", "caches"),
        ("caches", "a cache"),
        ("process", "processes"),
        ("GPU", "GPUs"),
        ("GPUs", "a GPU"),
        ("LoRA", "LoRAs"),
        ("RL", "“RL” (RL) RL."),
        ("decod*", "decoders"),
        ("draft* model", "drafting models"),
        ("k-means", "$k$-means"),
        ("Erdos", "Erd\\H{o}s and Erdős"),
        ("Erdős", "Erdos"),
        ("naive", "naïve"),
        ("finite", "ﬁnite"),
        ("ε-greedy", "An $\\varepsilon$-greedy, ε-greedy rule"),
        ("C++", "in C++, mostly"),
        ("Lamport's clock", "Lamport’s clocks"),
        ("in-memory", "in\u200b-mem\u00adory"),
        ("联邦学习", "面向联邦学习的分散聚合"),
        ("联邦学习", "面向联邦\n学习的聚合"),
        ("学習", "分散学習の研究"),
        ("ディープラーニング", "新しいディープラーニング手法"),
        ("연합학습", "연합학습을 위한 방법"),
        ("연합 학습", "연합학습을 위한 방법"),
        ("เรียนรู้", "การเรียนรู้ของเครื่อง"),
        ("AI", "基于AI的方法"),
        ("学习*", "我们研究联邦学习。"),
    ],
)
def test_a_phrase_is_met(phrase: str, title: str) -> None:
    assert reasons(f'any: ["{phrase}"]', entry(title))


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("RL", "the URL"),
        ("RL", "RLS"),
        ("GP", "GPS"),
        ("FaaS", "the FAA"),
        ("DNS", "DN"),
        ("also", "al-so"),
        ("distributed systems", "distributed. Systems"),
        ("distributed systems", "distributed, systems"),
        ("consensus", "consensu"),
        ("analysis", "analysi"),
        ("model", "modelling"),
        ("RL", "αRL"),
        ("RL", "αRLβ"),
        ("하", "학습"),
        ("学習", "学校で習う"),
        ("AI", "基于AIS的方法"),
    ],
)
def test_a_phrase_is_not_met(phrase: str, title: str) -> None:
    assert not reasons(f'any: ["{phrase}"]', entry(title))


@pytest.mark.parametrize(
    ("rule", "paper"),
    [
        ("any: [{abstract: draft}]", entry("x", "a draft")),
        ("any: [{comment: code}]", entry(comment="with code")),
        ("any: [{regex: 'draft[- ]then'}]", entry("Draft-then-verify")),
        ("any: [{regex: '(?-i:ZeRO)'}]", entry("ZeRO")),
        ("any: [{near: {words: [draft*, verif*], within: 4}}]", entry("verify all the drafts")),
        ("any: [{category: 'cs.*'}]", entry(categories=("math.CO", "cs.DC"))),
        ("any: [{primary: cs.dc}]", entry(categories=("cs.DC", "cs.LG"))),
        ("any: [{author: 'Erdős, Paul'}]", entry(authors=("A. B.", "Paul Erd\\H{o}s"))),
        ("any: [{author: T. Roughgarden}]", entry(authors=("T Roughgarden",))),
        ("any: [{source: 'BAIR*'}]", entry(sources=("BAIR blog",))),
        ("any: [{announce_type: cross}]", entry(announce_types=("cross", "new"))),
        ("at_least: 2\nof: [a1, b1, c1]", entry("a1 c1")),
        ("none: [survey]", entry("x")),
        ("all: [{any: [a1, b1]}, {none: [c1]}]", entry("b1")),
    ],
)
def test_a_rule_holds(rule: str, paper: Entry) -> None:
    assert Matcher([theme(rule)]).themes_of(paper) == ("t",)


@pytest.mark.parametrize(
    ("rule", "paper"),
    [
        ("any: [{title: draft}]", entry("x", "a draft")),
        ("any: [draft]", entry(comment="a draft")),
        ("any: [{regex: '(?-i:ZeRO)'}]", entry("zero")),
        ("any: [{near: {words: [draft*, verif*], within: 3}}]", entry("verify all the drafts")),
        ("any: [{near: {words: [draft, verify], within: 9}}]", entry("a draft", "we verify")),
        ("any: [{primary: cs.LG}]", entry(categories=("cs.DC", "cs.LG"))),
        ("any: [{author: Erdos}]", entry(authors=("Paul Erdos",))),
        ("any: [{category: cs.D}]", entry(categories=("cs.DC",))),
        ("at_least: 2\nof: [a1, b1, c1]", entry("a1")),
        ("none: [survey]", entry("A survey")),
        ("any: [a1]\nnone: [c1]", entry("a1 c1")),
        ("any: [a1]", entry()),
    ],
)
def test_a_rule_does_not_hold(rule: str, paper: Entry) -> None:
    assert Matcher([theme(rule)]).themes_of(paper) == ()


def test_a_blog_writes_no_tex() -> None:
    paper = entry("From $5 to $k", markup=Markup.PLAIN)
    assert [r.words for r in reasons("any: ['5 to']", entry("From 5 to k"))] == ["5 to"]
    assert reasons("any: [{regex: '[$]5 to [$]k'}]", paper)


def test_a_reason_says_which_term_met_which_words_where() -> None:
    paper = entry("RL, “RL”", "on Erdős’ RL")
    assert reasons("any: [rl]", paper) == (
        Reason(term="rl", field="title", words="RL", spans=((0, 2), (5, 7))),
        Reason(term="rl", field="abstract", words="RL", spans=((10, 12),)),
    )


def test_two_neighbours_share_the_space_between_them() -> None:
    (found,) = reasons("any: [rl]", entry("rl rl rl"))
    assert found.spans == ((0, 2), (3, 5), (6, 8))


def test_of_what_is_near_its_phrases_alone_speak() -> None:
    (found,) = reasons("any: [{near: {words: [b1, a1], within: 3}}]", entry("a1 x a1 y b1 z"))
    assert (found.words, found.spans) == ("a1 … b1", ((5, 7), (10, 12)))


def test_phrases_that_are_near_may_share_a_word() -> None:
    (found,) = reasons("any: [{near: {words: [a1 b1, b1 c1], within: 3}}]", entry("a1 b1 c1"))
    assert (found.words, found.spans) == ("a1 b1 c1", ((0, 8),))


def test_of_a_long_stretch_that_an_expression_met_the_ends_speak() -> None:
    rule = "any: [{regex: 'a1.*z1'}]"
    (short,) = reasons(rule, entry("(a1 b c d e f g z1)"))
    assert (short.words, short.spans) == ("a1 b c d e f g z1", ((1, 18),))
    (long,) = reasons(rule, entry("(a1 b c d e f g h z1)"))
    assert (long.words, long.spans) == ("a1 … z1", ((1, 3), (18, 20)))


def test_terms_that_failed_are_no_reasons() -> None:
    rule = "any: [{all: [a1, b1]}, c1]\nnone: [d1]"
    assert [r.term for r in reasons(rule, entry("a1 c1"))] == ["c1"]


def test_themes_are_listed_in_the_order_of_site_yaml() -> None:
    themes = [theme("any: [{theme: b}]", "a"), theme("any: [x1]", "b"), theme("any: [x1]", "c")]
    assert Matcher(themes).themes_of(entry("x1")) == ("a", "b", "c")


def test_another_theme_gives_its_own_reasons() -> None:
    themes = [theme("all: [{theme: b}, y1]", "a"), theme("any: [x1]", "b")]
    (first, _) = Matcher(themes).matches(entry("x1 y1"))
    assert {r.term for r in first.reasons} == {"x1", "y1"}


def test_a_source_places_all_that_it_carries() -> None:
    blog = LocalFile(name="Blog", markup=Markup.PLAIN, themes=("t",), path="x")
    (match,) = Matcher([theme("any: [x1]")], [blog]).matches(entry(sources=("Blog",)))
    assert match.reasons == (Reason(term="Blog", field="source", words="Blog"),)


def test_a_long_chain_of_themes() -> None:
    themes = [
        theme(f"any: [{{theme: t{i + 1}}}, {{theme: t{i + 1}}}]", f"t{i}") for i in range(500)
    ]
    matcher = Matcher([*themes, theme("any: [x1]", "t500")])
    assert len(matcher.matches(entry("x1"))) == 501


def test_a_fingerprint_knows_the_rule_and_not_the_words_about_it() -> None:
    one = Theme(id="t", title="A", rule=Phrase("x1"))
    same = Theme(id="t", title="B", description="C", rule=Phrase("x1", line=7))
    other = Theme(id="t", title="A", rule=Phrase("x2"))
    assert Matcher([one]).fingerprint == Matcher([same]).fingerprint
    assert Matcher([one]).fingerprint != Matcher([other]).fingerprint


def test_an_automaton_that_has_no_room_splits() -> None:
    patterns = [f"a{i}b.{{90}}" for i in range(600)] + ["x1"]
    assert Automaton(patterns).met("a x1") == [600]
    assert Automaton(patterns).met("a7b" + "c" * 90) == [7]


# Properties. The alphabet is small, so that words meet often.

WORDS = ("map", "maps", "cat", "cats", "dry", "dries", "RL", "é", "naïve", "ε", "x")
words = st.sampled_from(WORDS)
gaps = st.sampled_from([" ", "-", " - ", ", ", "–", "\n", ". ", "_", "/", "β"])
phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)
texts = st.lists(st.tuples(words, gaps), max_size=12).map(lambda ws: "".join(w + g for w, g in ws))
fields = st.sampled_from([("title",), ("abstract",), ("title", "abstract")])


def rules_over(terms: Sequence[Rule]) -> st.SearchStrategy[Rule]:
    """Random rules, over some of these terms."""
    few = st.lists(st.sampled_from(terms), min_size=1, max_size=4)
    return st.recursive(
        st.sampled_from(terms),
        lambda inner: st.one_of(
            st.builds(
                lambda parts, count: AtLeast(1 + count % len(parts), tuple(parts)),
                st.lists(inner, min_size=1, max_size=3),
                st.integers(0, 2),
            ),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: NoneOf(tuple(parts))),
        ),
        max_leaves=8,
    ) | few.map(lambda parts: AtLeast(1, tuple(parts)))


TERMS: tuple[Rule, ...] = (
    *(Phrase(word) for word in WORDS),
    *(Phrase(f"{a} {b}", ("title",)) for a in WORDS[:4] for b in WORDS[4:7]),
    Regex("c.t"),
    ThemeRef("base"),
)


def simply(word: str) -> str:
    """A word as the naive matcher below compares it."""
    word = fold(word).lower()
    return {"maps": "map", "cats": "cat", "dries": "dry"}.get(word, word)


def naively(phrase: str, text: str) -> bool:
    """Whether a text has a phrase, by comparing words one after the other."""
    wanted = [simply(word) for word in phrase.split()]
    found: list[tuple[str, str]] = []  # each word and what stands before it
    word = gap = ""
    for letter in fold(text) + " ":
        if letter.isalnum() or letter == "_":
            word += letter
            continue
        if word:
            found.append((simply(word), gap))
            word = gap = ""
        gap += letter
    for start in range(len(found)):
        run = found[start : start + len(wanted)]
        if [w for w, _ in run] == wanted and all(g in {" ", "-"} for _, g in run[1:]):
            return True
    return False


@given(phrases, texts)
def test_the_automaton_agrees_with_a_naive_matcher(phrase: str, title: str) -> None:
    found = Matcher([theme(Phrase(phrase))]).themes_of(entry(title, markup=Markup.PLAIN))
    assert bool(found) == naively(phrase, " ".join(title.split()))


@given(rules_over(TERMS), texts, texts)
def test_deciding_by_bits_agrees_with_the_rule_itself(
    rule: Rule, title: str, abstract: str
) -> None:
    matcher = Matcher([theme(rule), theme(Phrase("cat"), "base")])
    reading = matcher.read(entry(title, abstract))
    assert ("t" in reading.themes) == holds(rule, reading.met)
    assert matcher.themes_of(entry(title, abstract)) == reading.themes


@given(rules_over(TERMS), texts, texts)
def test_reasons_come_only_from_terms_that_are_met(rule: Rule, title: str, abstract: str) -> None:
    matcher = Matcher([theme(rule), theme(Phrase("cat"), "base")])
    paper = entry(title, abstract)
    known = {leaf.text for leaf in (*leaves(rule), Phrase("cat"))}
    for match in matcher.matches(paper):
        for reason in match.reasons:
            assert reason.term in known
            assert reason.spans


@given(any_text)
def test_folding_keeps_every_place(text: str) -> None:
    folded = Folded(text)
    for at, letter in enumerate(folded.text):
        start, end = folded.place(at, at + 1)
        assert letter in fold(text[start:end])


@given(any_text, any_text)
def test_no_text_is_too_strange_to_match(title: str, summary: str) -> None:
    rule = "any: [rl, 'ε', {regex: '[^a]'}, {near: {words: [a1, b1], within: 3}}]"
    Matcher([theme(rule)]).matches(entry(title, summary))


# The shipped site.


def test_the_fifteen_papers_have_the_themes_a_careful_reader_gives_them() -> None:
    site = load_site(PROJECT / "site.yaml")
    matcher = Matcher(site.themes, site.sources)
    given_by_a_reader = {
        "2410.12755": ("byzantine-agreement",),
        "2508.14017": ("unconventional-computing",),
        "2511.16964": ("ml-systems",),
        "2604.09603": ("speculative-decoding", "llm-serving"),
        "2604.25899": ("llm-serving",),
        "2605.13319": ("speculative-decoding", "edge-and-cloud"),
        "2605.13343": ("scientific-computing",),
        "2605.13708": ("federated-learning",),
        "2605.13734": ("llm-serving",),
        "2605.13779": ("llm-serving",),
        "2605.13936": ("federated-learning",),
        "2605.13942": ("ml-systems",),
        "2605.14015": ("distributed-algorithms",),
        "2605.14375": ("distributed-algorithms",),
        "2605.14376": ("distributed-algorithms",),
    }
    archive = load(PROJECT / "content/archive")
    found = {paper.id.removeprefix("arxiv:"): matcher.themes_of(paper) for paper in archive}
    assert {name: found[name] for name in given_by_a_reader} == given_by_a_reader


def test_every_shipped_theme_has_its_examples_and_none_of_the_others() -> None:
    site = load_site(PROJECT / "site.yaml")
    matcher = Matcher(site.themes, site.sources)
    kept = read_month(PROJECT / "content/examples.jsonl")
    papers = {e.id.removeprefix("arxiv:"): e for e in (*load(PROJECT / "content/archive"), *kept)}
    for found in site.themes:
        assert len(found.examples_in) >= 6
        assert len(found.examples_out) >= 6
        for example in found.examples_in:
            assert found.id in matcher.themes_of(papers[example.id]), example
        for example in found.examples_out:
            assert found.id not in matcher.themes_of(papers[example.id]), example


def test_in_a_script_without_spaces_the_phrase_alone_speaks_and_letters_count_as_words() -> None:
    (reason,) = reasons("any: [学习]", entry("我们研究联邦学习。"))
    assert (reason.words, reason.spans) == ("学习", ((6, 8),))
    near = "any: [{near: {words: [联邦, 聚合], within: %d}}]"
    assert reasons(near % 7, entry("面向联邦的分散聚合"))
    assert not reasons(near % 6, entry("面向联邦的分散聚合"))
