"""digest/site.schema.json, by which editors check site.yaml, says what our own reading says."""

import ast
import copy
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from digest.config import OPTIONAL_FORMATS, load_site, rules
from digest.errors import ConfigError
from digest.model import Authors, Markup, Sort
from digest.sources.arxiv_listing import CrossLists

PROJECT = Path(__file__).parents[2]
SCHEMA = json.loads((PROJECT / "digest/site.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

SOURCES = tuple(f"sources/{path.name}" for path in (PROJECT / "digest/sources").glob("*.py"))

# Every key there is.
WHOLE = """\
title: T
url: https://example.org/digest/
tag: example.org,2026
description: D
language: pt-BR
timezone: Europe/Berlin
author: A
accent: '#7a2e1d'
navigation: [{title: About, url: about/}]
related: false
search: false
trends: false
exports: false
formats: [json]
cards: false
html: true
hub: https://hub.example.org/
feeds:
  - {id: both, title: Both, themes: [a, b]}
  - {id: picks, pinned: true}
  - {id: best, best: 3}
rank: {picks: [content/library/*.bib, 2605.10000], first: 3, authors: both}
follow: [Ann Lee, {name: Tim Roughgarden, aliases: [T. Roughgarden]}]
authors: all
sources:
  - {name: Q, kind: arxiv, query: 'cat:cs.DC', back: 2w, markup: tex,
     endpoint: 'http://localhost/', pace: 0.5}
  - {name: L, kind: arxiv-listing, categories: [cs.DC, hep-th], cross_lists: label, markup: tex,
     endpoint: 'http://localhost/', pace: 0}
  - {name: O, kind: arxiv-oai, set: 'cs:cs:DC', from: 2026-01-01, until: 2026-02-01, markup: tex,
     endpoint: 'http://localhost/', pace: 3}
  - {name: F, kind: feed, url: 'https://example.org/feed.xml', full: true, markup: plain,
     themes: [a], was: [Former name, 'https://example.org/old.xml']}
  - {name: S, kind: file, path: 'content/*.xml', markup: plain}
themes:
  - id: a
    title: A
    description: D
    was: [former]
    group: G
    sort: oldest
    limit: 20
    any: [phrase, {all: [stem*, {none: other}]}]
    all: [{title: a}, {abstract: [b, {regex: c}]}, {comment: d}]
    none: [{near: {words: [a, b], within: 8}}]
    at_least: 2
    of: [{author: Ann Lee}, {category: [cs.DC, 'math.*']}, {primary: cs.DC}, {source: '*'},
         {announce_type: new}]
    examples: {in: [2605.13319, hep-th/9901001], out: ['2605.10000']}
  - id: b
    title: B
    any: [{theme: a, at_least: 1, of: [x, y]}, {any: c, all: d}]
"""

WRONG = [
    ("title: T", "titel: T"),
    ("title: T", "title: 2024"),
    ("url: https://example.org/digest/", "url: example.org"),
    ("url: https://example.org/digest/", "url: https://example.org/?a"),
    ("tag: example.org,2026", "tag: example.org"),
    ("language: pt-BR", "language: pt_BR"),
    ("accent: '#7a2e1d'", "accent: red"),
    ("related: false", "related: '8'"),
    ("search: false", "search: sometimes"),
    ("formats: [json]", "formats: [rss]"),
    ("cards: false", "cards: some"),
    ("hub: https://hub.example.org/", "hub: hub.example.org"),
    ("id: picks, pinned: true", "id: picks"),
    ("id: both", "id: Both"),
    ("[Ann Lee,", "['',"),
    ("{name: Tim Roughgarden, ", "{"),
    ("aliases: [T. Roughgarden]", "aliases: T. Roughgarden"),
    ("authors: all", "authors: some"),
    ("kind: arxiv,", "kind: arxive,"),
    ("query: 'cat:cs.DC', ", ""),
    ("back: 2w", "back: 2y"),
    ("back: 2w", "back: 0d"),
    ("pace: 0.5", "pace: -1"),
    ("pace: 0.5", "pace: fast"),
    ("[cs.DC, hep-th]", "[]"),
    ("[cs.DC, hep-th]", "[cs DC]"),
    ("cross_lists: label", "cross_lists: labels"),
    ("set: 'cs:cs:DC'", "set: 'cs DC'"),
    ("from: 2026-01-01, ", ""),
    ("full: true", "full: 1"),
    ("kind: file, path", "kind: file, url"),
    ("id: a", "id: A"),
    ("was: [former]", "was: former"),
    ("sort: oldest", "sort: old"),
    ("limit: 20", "limit: 0"),
    ("    at_least: 2\n", ""),
    ("at_least: 1, of: [x, y]", "at_least: 1"),
    ("at_least: 2", "at_least: 0"),
    ("{theme: a, at_least: 1, of: [x, y]}, ", "{}, "),
    ("any: [phrase,", "any: ['',"),
    ("any: [phrase,", "any: [7,"),
    ("{abstract: [b, {regex: c}]}", "{abstract: []}"),
    ("{comment: d}", "{coment: d}"),
    ("words: [a, b]", "words: [a]"),
    ("within: 8", "within: 1"),
    ("within: 8", "within: 101"),
    ("primary: cs.DC", "primary: 'cs DC'"),
    ("announce_type: new", "announce_type: news"),
    ("examples: {in", "examples: {inn"),
    ("    any: [{theme: a, at_least: 1, of: [x, y]}, {any: c, all: d}]\n", ""),
]


class _Loader(yaml.SafeLoader):
    """Reads a day as text, as YAML 1.2 does, and with it the editors."""


_Loader.yaml_implicit_resolvers = {
    first: [found for found in resolvers if found[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def valid(text: str) -> bool:
    return bool(VALIDATOR.is_valid(yaml.load(text, _Loader)))


def accepted(text: str, folder: Path) -> bool:
    (folder / "site.yaml").write_text(text, "utf-8")
    try:
        load_site(folder / "site.yaml")
    except ConfigError:
        return False
    return True


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["site.yaml", "tests/site/site.yaml"])
def test_shipped_sites_are_valid(name: str) -> None:
    data = yaml.load((PROJECT / name).read_text("utf-8"), _Loader)
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


def test_every_key_there_is_is_accepted_by_both(tmp_path: Path) -> None:
    data = yaml.load(WHOLE, _Loader)
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []
    assert accepted(WHOLE, tmp_path)


@pytest.mark.parametrize(("before", "after"), WRONG)
def test_what_one_refuses_the_other_refuses(before: str, after: str, tmp_path: Path) -> None:
    text = WHOLE.replace(before, after, 1)
    assert text != WHOLE
    assert not accepted(text, tmp_path)
    assert not valid(text)


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping within a value, itself first."""
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from mappings(part)


def test_a_key_too_many_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    data = yaml.load(WHOLE, _Loader)
    for number in range(len(list(mappings(data)))):
        broken = copy.deepcopy(data)
        list(mappings(broken))[number]["surplus"] = "x"
        assert not VALIDATOR.is_valid(broken)
        assert not accepted(yaml.safe_dump(broken), tmp_path)


def test_the_schema_has_just_the_keys_that_we_read() -> None:
    described = {key for found in mappings(SCHEMA) for key in found.get("properties", {})}
    used = {key for found in mappings(yaml.load(WHOLE, _Loader)) for key in found}
    assert described == used  # and WHOLE is accepted
    readers = ("config/__init__.py", "config/rules.py", *SOURCES)
    assert described >= {key for reader in readers for key in asked(f"digest/{reader}")}
    assert described >= {*rules.TEXT_FIELDS, *rules.FACTS}


def test_the_schema_has_just_the_choices_that_we_know() -> None:
    choices = {tuple(found["enum"]) for found in mappings(SCHEMA) if "enum" in found}
    enums = (Authors, CrossLists, Markup, Sort)
    known = {tuple(map(str, kind)) for kind in enums} | {rules.ANNOUNCE_TYPES, OPTIONAL_FORMATS}
    assert choices == known


READS = {"text", "texts", "words", "section", "sections", "boolean"}
READS |= {"terms", "integer", "number", "day", "choice", "_parts", "endpoint", "duration"}


def asked(path: str) -> Iterator[str]:
    """The keys that a module reads by name, in functions that are given a section of YAML."""
    functions = [
        node
        for node in ast.walk(ast.parse((PROJECT / path).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(
            arg.annotation and "Section" in ast.unparse(arg.annotation) for arg in node.args.args
        )
    ]
    for node in chain.from_iterable(map(ast.walk, functions)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            texts += [
                word.value.value
                for word in node.keywords
                if word.arg == "key" and isinstance(word.value, ast.Constant)
            ]
            if name in READS:
                yield from [text for text in texts if isinstance(text, str) and text][:1]
