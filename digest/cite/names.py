"""Names of authors, cut into family and given names where they say enough. Pure.

Sources send names as one line, mostly "Given Family". Where a name doesn't tell its parts (groups,
single names, two people in one line, Chinese characters, initials at the end) it is left whole: a
bibliography then prints it as it is, instead of abbreviating or sorting it wrongly.
"""

import re
from functools import cache
from typing import NamedTuple
from unicodedata import normalize

from digest.model import Entry, Markup
from digest.tex import plain
from digest.text.memory import remembered


class Name(NamedTuple):
    """One author. A name left whole stands in `family`, with no given name."""

    family: str
    given: str = ""
    particle: str = ""  # written before the family name in small letters: "van der"
    suffix: str = ""  # "Jr."

    @property
    def surname(self) -> str:
        """The family name with its particle: "van der Hoek"."""
        return f"{self.particle} {self.family}" if self.particle else self.family

    @property
    def natural(self) -> str:
        """In reading order: "Andre van der Hoek"."""
        return " ".join(filter(None, (self.given, self.particle, self.family, self.suffix)))


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


# Small letters always, capitals only where no given or other family name is spelled the same
# ("Do" and "Das" are), and never the first word.
_PARTICLES = _words(
    "af av bin bint binti da das de de' dei del della dem den der des di do dos du el al ibn in la"
    " las le les lo los 't te ten ter ul ur van vom von zu zum zur"
)
_CAPITAL_PARTICLES = _words(
    "Al Ben Bin Da De Del Della Di Dos Du El Ibn La Le O' St St. Ten Ter Ul Van Von"
)
_ARTICLES = _words("al el ul ur Al El Ul")  # belong to the word after them alone
# Beside these, "Van" and "Le" are names of their own; written first, they are the family's.
_VIETNAMESE = _words(
    "Bui Bùi Dinh Đinh Hoang Hoàng Huynh Huỳnh Nguyen Nguyễn Pham Phạm Phan Tran Trần Truong Trương"
)
_KOREAN = _words(
    "Ahn An Bae Baek Cha Chang Cho Choe Choi Chung Han Hong Hwang Jang Jeon Jeong Joo Jung Kang Kim"
    " Ko Kwon Lee Lim Moon Nam Noh Oh Paik Park Rhee Ryu Seo Shin Sohn Son Song Yang Yi Yoo Yoon Yu"
)
# One syllable as Korean and as Mandarin are written in Latin letters.
_SYLLABLE = re.compile(
    r"(?:kk|tt|pp|ss|jj|ch|[bcdghjklmnprstwy])?[aeiouwy]{1,3}(?:ng|[hklmnprt])?", re.IGNORECASE
)
_PINYIN = re.compile(
    r"(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:i?a(?:ng?|i|o)?|[iuü]?e(?:ng?|i|r)?|i?o(?:ng|u)"
    r"|i(?:n|ng|u)?|u(?:a(?:ng?|i)?|o|i|n)?|[oü])",
    re.IGNORECASE,
)
_LINEAGE = _words("Filho Junior Júnior Neto Netto Sobrinho")  # part of the family name
_SUFFIXES = _words("Jr Jr. Sr Sr. II III IV")
_INITIALS = re.compile(r"-?\w\.?(-?\w\.)*")
# Of groups, and of two people in one line.
_GROUP_WORDS = _words(
    "alliance and association center centre collaboration collaborations committee community"
    " company consortium corporation department foundation group groups inc inc. initiative"
    " institute laboratories laboratory lab labs llc ltd ltd. network project projects research"
    " society team teams the university"
)
_OTHERS = re.compile(r"et\.? al\.?|and others", re.IGNORECASE)  # whom nobody names
_LAST_WORDS = _words("AI M.D. MD Ph.D. PhD")  # of a firm, of a title, or of a name
_ODD_CHARACTERS = re.compile(r"[\d()\[\]{}<>@/&;:*+=|\\^_~?!%$#]")  # no name of one person has them
# No file may hold them; the other control characters are white space.
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]+")


def names(entry: Entry) -> tuple[Name, ...]:
    """The authors in order, those left out that are no persons: see `person`."""
    parsed = (parse(author, entry.markup) for author in entry.authors)
    return tuple(name for name in parsed if name.family)


@remembered(1 << 16)
def parse(author: str, markup: Markup = Markup.TEX) -> Name:
    """Cut one author's name, "Given Family" or "Family, Given"."""
    line = _line(author, markup)
    whole = person(author, markup)
    if not whole:
        return Name("")
    if line.endswith(":") or _is_unsure(whole):  # "Mind Lab :" stands before its members
        return Name(whole)
    parts = [part.strip() for part in whole.split(",")]
    match parts:
        case [_]:
            return _natural(whole) or Name(whole)
        case [name, suffix] if suffix in _SUFFIXES:
            found = _natural(name)
            return found._replace(suffix=suffix) if found else Name(whole)
        case [family, given] if _is_surname(family):
            return _person(family.split(), given)
        case [family, suffix, given] if suffix in _SUFFIXES and _is_surname(family):
            return _person(family.split(), given, suffix)
    return Name(whole)


@remembered(1 << 16)
def person(name: str, markup: Markup = Markup.PLAIN) -> str:
    """A name as every page, feed and citation shows and compares it: one line of plain text.

    Accents are written in one way, and marks around the name are gone: "Mind Lab :" is "Mind Lab".
    What has neither letter nor digit (a lone ":") is no person: empty.
    """
    line = _line(name, markup).strip(" ,;:")
    return line if any(map(str.isalnum, line)) else ""


def persons(entry: Entry) -> tuple[str, ...]:
    """The names of who wrote an entry, in their order; two may have one name."""
    return tuple(filter(None, (person(name, entry.markup) for name in entry.authors)))


def team_size(entry: Entry) -> int:
    """How many persons wrote an entry."""
    return sum(any(map(str.isalnum, name)) for name in entry.authors)


def _line(name: str, markup: Markup) -> str:
    return one_line(plain(name, markup))


def inverted(name: Name) -> str:
    """ "van der Hoek, Andre", "Smith Jr., John"; a name left whole as it is."""
    surname = f"{name.surname} {name.suffix}".rstrip()
    return f"{surname}, {name.given}" if name.given else surname


def one_line(text: str) -> str:
    """Text without control characters and lone surrogates, composed, white space folded."""
    if not (text.isascii() and text.isprintable()):
        text = normalize("NFC", _UNPRINTABLE.sub("", text))
    return " ".join(text.split())


def _natural(whole: str) -> Name | None:
    """Cut "Given Family"; None where it could be cut in more ways than one."""
    words = whole.split()
    suffix = words.pop() if len(words) > 2 and words[-1] in _SUFFIXES else ""
    last = len(words) - 1
    if last < 1 or _INITIALS.fullmatch(words[last]):
        return None
    if any(_is_odd(word) for word in words[1:last]) and not whole.islower():
        return None
    if words[last] in _VIETNAMESE:
        return _person(words[last:], " ".join(words[:last]), suffix)
    if words[0] in _VIETNAMESE:
        return None
    end = last - 1 if words[last] in _LINEAGE and last > 1 else last
    initials = [n for n in range(1, end) if _INITIALS.fullmatch(words[n])]
    start = initials[-1] + 1 if initials else 1  # "Maria de Lourdes M. Silva" is a Silva
    particles = _PARTICLES if _is_east_asian(words) else _PARTICLES | _CAPITAL_PARTICLES
    for n in range(start, end):
        if words[n] in particles and (words[n] not in _ARTICLES or n == end - 1):
            end = n
            break
    return _person(words[end:], " ".join(words[:end]), suffix)


def _is_east_asian(words: list[str]) -> bool:
    """Whether "Bin", "Da" or "Le" within is a syllable like the others, as in Xu Bin Ping."""
    syllables = [part for word in words for part in word.split("-")]
    if words[0] in _KOREAN or words[-1] in _KOREAN:
        return all(part in _KOREAN or _SYLLABLE.fullmatch(part) for part in syllables)
    return all(map(_PINYIN.fullmatch, syllables))


def _person(surname: list[str], given: str, suffix: str = "") -> Name:
    small = 0
    while small < len(surname) - 1 and surname[small] in _PARTICLES:
        small += 1
    return Name(" ".join(surname[small:]), given, " ".join(surname[:small]), suffix)


@cache  # it takes long to compile, and few names ask for it
def _family_first() -> re.Pattern[str]:
    """Scripts that write the family name first, and without a space."""
    return re.compile(
        r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
    )


def are_others(name: Name) -> bool:
    """Whether it stands for authors who are not named: "et al."."""
    return _OTHERS.fullmatch(name.family) is not None


def _is_unsure(whole: str) -> bool:
    if _OTHERS.fullmatch(whole):
        return True
    if _ODD_CHARACTERS.search(whole) or whole.split()[-1] in _LAST_WORDS:
        return True
    if not whole.isascii() and _family_first().search(whole):
        return True
    return not _GROUP_WORDS.isdisjoint(whole.lower().split())


def _is_surname(text: str) -> bool:
    words = text.split()
    return len(words) == 1 or (bool(words) and words[0] in _PARTICLES | _CAPITAL_PARTICLES)


def _is_odd(word: str) -> bool:
    """True for a word in the middle of a name that is neither name, initial nor particle."""
    if word in _PARTICLES:
        return False
    return word[0].islower() or not any(map(str.isalpha, word))
