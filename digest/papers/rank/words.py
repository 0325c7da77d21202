"""Words and phrases of two words, as the rules of themes compare them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from digest.text.patterns import fold

_WORD = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"[.,:;()?!]\s|[()\[\]{}|\"]|\s-+\s")
_FUNCTION = """\
a about above across after against all also although among an and any are as at be because been
before being between both but by can could do does due during each either else few for from further
had has have having he her here his how however i if in into is it its itself just like many may
more most much must nor not of on once one only or other our out over own per rather same several
she should so some such than that the their them then there therefore these they this those though
through thus to too toward towards under until up upon us very via was we well were what when where
whether which while who whose why will with within without would yet you your
"""
FUNCTION_WORDS = frozenset(_FUNCTION.split())


@lru_cache(1 << 16)
def singular(word: str) -> str:
    """A folded word in small letters, without the ending of a simple plural.

    An acronym's plural has a small s: "GPUs" is "gpu", "GPS" stays "gps".
    """
    if any(letter.isupper() for letter in word[1:]):
        return word.removesuffix("s").lower()
    word = word.lower()
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("shes", "ches", "xes", "zzes")) and word != "caches":
        return word[:-2]
    return word[:-1]


def phrases(text: str) -> Iterator[tuple[str, str]]:
    """Each word and each two words that stand side by side, and how the text writes them.

    Function words are left out, alone and in phrases; a phrase never spans a comma or a full stop.

    Args:
        text: plain, not folded.
    """
    for part in _BREAK.split(fold(text)):
        words = [(singular(word), word) for word in _WORD.findall(part)]
        for word, written in words:
            if _tells(word):
                yield word, written
        for (one, first), (other, second) in pairwise(words):
            if _tells(one) and _tells(other):
                yield f"{one} {other}", f"{first} {second}"


def _tells(word: str) -> bool:
    return word not in FUNCTION_WORDS and len(word) > 1
