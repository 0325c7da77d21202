"""Words of English: which say nothing about a paper, their plurals, and how telling a count is."""

from math import log

_EMPTY = """\
about across all also among any are around as at based be been beyond both but by can do does each
even every few first for from get has have how if in into is it its less like make many may
more most much must no non not novel of often on one only or other our out over rather so some such
than that the their them then there these they this three through to toward towards two under up
upon us use used using via vs was we well what when where whether which while who why will with
within without would yet you your
"""
_OF_PAPERS = """\
above after against and being between could existing find further however new paper present propose
proposed recent results several show study those thus various very were work
"""
EMPTY = frozenset(_EMPTY.split())  # that say nothing anywhere
COMMON = frozenset(_OF_PAPERS.split()) | EMPTY  # nor in what papers say of themselves


def singular(word: str) -> str:
    """A small word without the s of a simple plural."""
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def numbers(word: str) -> set[str]:
    """A word with its simple plural or singular in small letters, and forms that are no words.

    Only s, es and ies count: "index" and "indices" are different words.
    """
    word = word.lower()
    if len(word) < 3:
        return {word}
    singulars = {word, singular(word)}
    if len(word) > 4 and word.endswith("ies"):
        singulars.add(word[:-3] + "y")
    if len(word) > 4 and word.endswith(("ses", "shes", "ches", "xes", "zes")):
        singulars.add(word[:-2])
    return singulars | {_plural(form) for form in singulars}


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "sh", "ch", "x", "z")) else "s")


def surprise(hits: int, of: int, others: int, of_others: int) -> float:
    """How unlikely it is that a word is as frequent among these as among the others.

    The likelihood ratio, −2 log λ; 0 where there are no others.

    Source: T. Dunning, Accurate methods for the statistics of surprise and coincidence,
        Computational Linguistics 19 (1993).
    """
    if not of or not of_others:
        return 0.0
    both = (hits + others) / (of + of_others)
    apart = _likelihood(hits, of, hits / of) + _likelihood(others, of_others, others / of_others)
    return 2 * (apart - _likelihood(hits, of, both) - _likelihood(others, of_others, both))


def _likelihood(hits: int, of: int, share: float) -> float:
    found = hits * log(share) if hits else 0.0
    return found + ((of - hits) * log(1 - share) if of > hits else 0.0)
