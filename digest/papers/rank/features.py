"""What a paper shows of itself, as terms that a ranking can weigh. Pure.

A term is present or it is not, so that a score is a sum of weights. Quantities, such as the number
of authors, are a term for each step that they lie above or below what is usual.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from digest import tex
from digest.model import Entry
from digest.papers.rank.words import phrases
from digest.text.patterns import fold, name_key

_ADDRESS = re.compile(r"https?://|\bwww\.|\bgithub\.com|\bhuggingface\.co", re.IGNORECASE)
_CODE = re.compile(r"\b(?:github|gitlab|codeberg|bitbucket)\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])\d[\d.,]*")
_SENTENCE = re.compile(r"[.!?](?=\s|$)")
_RELEASE = re.compile(r"\bopen[- ]sourc|\breleas|\bpublicly\b|\bavailable\b", re.IGNORECASE)
_NAME = re.compile(r"[^:]{2,30}:\s")
_MIXED_CASE = re.compile(r"\b[A-Z][a-z]*[A-Z]")
_HYPHEN = re.compile(r"\w-\w")
_WE = re.compile(r"\bwe\b", re.IGNORECASE)


class Quantity(msgspec.Struct, frozen=True):
    """A number that a paper has, and the steps at which it begins to matter."""

    name: str  # in terms
    one: str  # for people, with "{}" for the number
    many: str
    below: tuple[int, ...]  # "fewer than": steps under the usual
    above: tuple[int, ...]  # "or more": steps over it


QUANTITIES = (
    Quantity("authors", "{} author", "{} authors", (2, 3, 4), (5, 6, 8, 10, 15, 25)),
    Quantity(
        "words of the abstract",
        "an abstract of {} word",
        "an abstract of {} words",
        (100, 130, 160, 180),
        (190, 220, 250),
    ),
    Quantity(
        "words of the title", "a title of {} word", "a title of {} words", (5, 7, 9), (11, 13, 16)
    ),
    Quantity(
        "numbers",
        "{} number in the abstract",
        "{} numbers in the abstract",
        (1, 2),
        (3, 5, 8, 12),
    ),
    Quantity(
        "hyphens",
        "{} hyphenated word in the abstract",
        "{} hyphenated words in the abstract",
        (2, 4, 6),
        (8, 11, 15),
    ),
    Quantity(
        "brackets",
        "{} remark in brackets in the abstract",
        "{} remarks in brackets in the abstract",
        (1, 2),
        (3, 5, 8),
    ),
    Quantity(
        "sentences",
        "an abstract of {} sentence",
        "an abstract of {} sentences",
        (6, 8),
        (10, 12),
    ),
    Quantity(
        "we", "“we” {} time in the abstract", "“we” {} times in the abstract", (1, 2, 3), (4, 6)
    ),
)
# Words that stand for an institution wherever a text has them.
_INSTITUTIONS = """\
adobe alibaba amazon anthropic apple baidu berkeley bytedance caltech cambridge cern cmu cnrs csail
deepmind deepseek epfl eth facebook fudan google harvard huawei ibm inria institute kaist lab
laboratory meta microsoft mila mit mozilla nasa nvidia openai oxford peking princeton qualcomm
samsung siemens sony stanford tencent toyota tsinghua uc uber university xiaomi yale yandex
"""
INSTITUTIONS = frozenset(_INSTITUTIONS.split())
TRAITS = {
    "address": "an address in the abstract",
    "code": "code on GitHub or another host",
    "question": "a question in the title",
    "named": "a name before the title's colon",
    "mixed case": "a word in CamelCase in the title",
    "released": "something released or available",
}


@lru_cache(1 << 16)
def name(author: str) -> str:
    """A plain name of an author as it compares: without accents, dots and case."""
    return name_key(author)


def terms(entry: Entry, themes: Sequence[str] = ()) -> dict[str, str]:
    """The terms of a paper but for its authors' names, and each as people read it.

    Args:
        themes: ids of those that the paper is in.
    """
    title, abstract = (tex.plain(text, entry.markup) for text in (entry.title, entry.summary))
    found = dict[str, str]()
    for text in (title, abstract):
        for phrase, written in phrases(text):
            found.setdefault(f"word: {phrase}", written)
    found |= _form(title, abstract, len(entry.authors))
    found |= {f"category: {category}": category for category in entry.categories}
    return found | {f"theme: {theme}": theme for theme in themes}


def quantity(term: str) -> str:
    """What a term of form is a step of: "authors" of "form: authors >= 5"; else the term."""
    return term.removeprefix("form: ").partition(" < ")[0].partition(" >= ")[0]


def _form(title: str, abstract: str, authors: int) -> dict[str, str]:
    folded = fold(abstract)
    numbers = (
        authors,
        len(folded.split()),
        len(title.split()),
        len(_NUMBER.findall(folded)),
        len(_HYPHEN.findall(folded)),
        folded.count("("),
        len(_SENTENCE.findall(folded)),
        len(_WE.findall(folded)),
    )
    traits = {
        "address": _ADDRESS.search(abstract),
        "code": _CODE.search(abstract),
        "question": "?" in title,
        "named": _NAME.match(title),
        "mixed case": _MIXED_CASE.search(title),
        "released": _RELEASE.search(abstract),
    }
    found = {f"form: {trait}": TRAITS[trait] for trait, is_so in traits.items() if is_so}
    for kind, number in zip(QUANTITIES, numbers, strict=True):
        label = (kind.one if number == 1 else kind.many).format(number)
        found |= {f"form: {kind.name} < {step}": label for step in kind.below if number < step}
        found |= {f"form: {kind.name} >= {step}": label for step in kind.above if number >= step}
    return found
