"""From an editor's decisions to the weights of terms. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from math import log, sqrt
from statistics import pstdev

import msgspec

from digest.papers.rank import solver
from digest.papers.rank.features import INSTITUTIONS, name
from digest.papers.rank.lessons import Lesson, Record, rates_then, records
from digest.papers.rank.measure import Measure, mean, measure
from digest.papers.rank.model import AUTHOR, LINES, Model
from digest.papers.rank.score import total

STRENGTHS = (0.01, 0.02, 0.04)
USUAL = 0.01  # where there is too little to choose by
FEW = 30  # picks under which nothing is measured
_HEADER = 10  # lines of a file that are no terms
_OWN = 0.3  # share of the terms that papers themselves have at least, beside authors
_SPREAD = 300  # hundredths: the standard deviation of the scores of what was learnt from
# How much a paper's words weigh together is 1 on average; the others beside that.
_SCALES = {"form": 0.15, "category": 0.3, "theme": 0.3, "author": 0.09}
_AUTHORS = 1.5  # what `halved` gives, times this


class Learnt(msgspec.Struct, frozen=True, kw_only=True):
    """A model, and where learning may go on from once more was decided."""

    model: Model
    strength: float
    picks: Mapping[str, float]  # the solver's duals of papers that were picked, by id
    others: Mapping[str, float]


class _Sums(msgspec.Struct, frozen=True, kw_only=True):
    """Lessons as the solver wants them."""

    features: list[str]
    papers: Counter[str]  # that have each feature
    rows: solver.Rows
    both: bool  # whether an author's name may count negatively


def learn(
    lessons: Sequence[Lesson],
    before: date,
    *,
    newest: int | None = None,
    both: bool = False,
    last: Learnt | None = None,
    strength: float | None = None,
    lines: int = LINES,
) -> Learnt:
    """Learn from what was decided before a day.

    Args:
        lessons: in the order of their days.
        newest: how many picks to learn from, the newest ones; None: all.
        both: whether an author's name may count negatively.
        last: what was learnt on an earlier day.
        strength: of the solver; None: the best one on the newest days, if there is enough to say.
        lines: of the model's file, at most.
    """
    past = _past(lessons, before, newest)
    limit = lines - _HEADER
    measured: Sequence[Measure] = ()
    if strength is None:
        strength, measured = _best_strength(past, before, both, limit)
    learnt = _learn(past, before, _sums(past, before, both), strength, last, limit)
    if not measured:
        return learnt
    model = msgspec.structs.replace(learnt.model, measured=mean(measured), days=len(measured))
    return msgspec.structs.replace(learnt, model=model)


def _learn(
    past: Sequence[Lesson],
    before: date,
    sums: _Sums,
    strength: float,
    last: Learnt | None,
    limit: int,
) -> Learnt:
    picked = sums.rows.labels
    fit = solver.fit(sums.rows, strength, start=_start(past, picked, last))
    authors = _named_records(past, before)
    sums = _weightiest(sums, fit, max(int(_OWN * limit), limit - len(authors)))
    fit = solver.fit(sums.rows, strength, start=fit.duals)
    duals = [item for item in zip(past, fit.duals, picked, strict=True) if item[1]]
    return Learnt(
        model=Model(
            day=before,
            papers=len(past),
            picks=sum(picked),
            weights=_weights(sums, fit, authors, limit) if 0 < sum(picked) < len(past) else {},
            both=sums.both,
        ),
        strength=strength,
        picks={taught.id: dual for taught, dual, is_picked in duals if is_picked},
        others={taught.id: dual for taught, dual, is_picked in duals if not is_picked},
    )


def _start(past: Sequence[Lesson], picked: Sequence[bool], last: Learnt | None) -> list[float]:
    if last is None:
        return []
    pairs = zip(past, picked, strict=True)
    return [
        (last.picks if is_picked else last.others).get(taught.id, 0.0)
        for taught, is_picked in pairs
    ]


def _past(lessons: Sequence[Lesson], before: date, newest: int | None) -> list[Lesson]:
    """Papers of earlier days, without the picks that are too old to be learnt from."""
    past = [taught for taught in lessons if taught.day < before]
    if newest is None:
        return past
    picks = [taught for taught in past if taught.is_picked(before)]
    picks.sort(key=lambda taught: (taught.picked or before, taught.day, taught.id), reverse=True)
    old = {taught.id for taught in picks[newest:]}
    return [taught for taught in past if taught.id not in old]


def _best_strength(
    past: Sequence[Lesson], before: date, both: bool, limit: int
) -> tuple[float, Sequence[Measure]]:
    """The strength that ranks the newest fifth of the days best, learnt from the days before it."""
    days = sorted({taught.day for taught in past})
    first = days[-(len(days) // 5 + 1)] if days else before
    earlier = [taught for taught in past if taught.day < first]
    if len(days) < 5 or sum(taught.is_picked(first) for taught in earlier) < FEW:
        return USUAL, ()
    sums, last = _sums(earlier, first, both), None
    tried = list[tuple[float, float, list[Measure]]]()
    for strength in STRENGTHS:
        last = _learn(earlier, first, sums, strength, last, limit)
        measured = measured_days(past, last.model, before)
        tried.append((mean(measured).auc if measured else 0, -strength, measured))
    _, negative, measured = max(tried, key=lambda item: item[:2])
    return -negative, measured


def measured_days(lessons: Sequence[Lesson], model: Model, before: date) -> list[Measure]:
    """How early a model puts what was picked before a day, for each day since it was learnt."""
    days = defaultdict[date, list[Lesson]](list)
    for taught in lessons:
        if model.day <= taught.day < before:
            days[taught.day].append(taught)
    found = (
        measure(
            [total(model, taught.terms, taught.authors) for taught in papers],
            [taught.is_picked(before) for taught in papers],
        )
        for papers in days.values()
    )
    return [each for each in found if each]


def _sums(past: Sequence[Lesson], before: date, both: bool) -> _Sums:
    named = [_terms(taught, both) for taught in past]
    papers = Counter[str]()
    for terms in named:
        papers.update(terms)
    needed = min(6, 2 + len(past) // 1_000)  # papers
    features = sorted(term for term, count in papers.items() if count >= needed)
    index = {term: at for at, term in enumerate(features)}
    rows = [[index[term] for term in terms if term in index] for terms in named]
    picked = [taught.is_picked(before) for taught in past]
    return _Sums(
        features=features,
        papers=papers,
        rows=solver.Rows(
            features=rows,
            scales=_scales(features, papers, rows),
            numbers=[_AUTHORS * rate for rate in rates_then(past)],
            labels=picked,
            importances=_importances(past, picked),
        ),
        both=both,
    )


def _importances(past: Sequence[Lesson], picked: Sequence[bool]) -> list[float]:
    """Picks together weigh half as much as all others, or few of them would teach nothing."""
    picks = sum(picked)
    of_pick = max(1.0, (len(past) - picks) / (2 * picks)) if picks else 1.0
    pairs = zip(past, picked, strict=True)
    return [of_pick if is_picked else taught.importance for taught, is_picked in pairs]


def _weightiest(sums: _Sums, fit: solver.Fit, limit: int) -> _Sums:
    """The same lessons, with those features alone that order papers most."""
    effects = {
        at: abs(weight * scale) * sqrt(sums.papers[term])
        for at, (weight, scale, term) in enumerate(
            zip(fit.weights, sums.rows.scales, sums.features, strict=True)
        )
    }
    kept = sorted(sorted(effects, key=lambda at: (-effects[at], at))[:limit])
    index = {old: new for new, old in enumerate(kept)}
    return _Sums(
        features=[sums.features[at] for at in kept],
        papers=sums.papers,
        rows=msgspec.structs.replace(
            sums.rows,
            features=[[index[at] for at in row if at in index] for row in sums.rows.features],
            scales=[sums.rows.scales[at] for at in kept],
        ),
        both=sums.both,
    )


def _terms(taught: Lesson, both: bool) -> Sequence[str]:
    if not both:
        return taught.terms
    return [*taught.terms, *(AUTHOR + each for each in taught.authors)]


def _scales(
    features: Sequence[str], papers: Mapping[str, int], rows: Sequence[Sequence[int]]
) -> list[float]:
    """The value of each feature where a paper has it: rare words tell more than frequent ones."""
    rarities = [
        1 + log(len(rows) / papers[term]) if term.startswith("word: ") else 0.0 for term in features
    ]
    squares = [rarity * rarity for rarity in rarities]
    length = sqrt(sum(sum(map(squares.__getitem__, row)) for row in rows) / max(1, len(rows))) or 1
    return [
        rarity / length or _SCALES[term.partition(":")[0]]
        for term, rarity in zip(features, rarities, strict=True)
    ]


def _weights(
    sums: _Sums, fit: solver.Fit, authors: Mapping[str, Record], limit: int
) -> dict[str, int]:
    """The weights of terms in hundredths; of authors, those who matter most."""
    products = [weight * scale for weight, scale in zip(fit.weights, sums.rows.scales, strict=True)]
    rows = zip(sums.rows.features, sums.rows.numbers, strict=True)
    values = [
        sum(map(products.__getitem__, row), fit.number_weight * number) for row, number in rows
    ]
    points = _SPREAD / (pstdev(values) or 1)
    weights = dict(zip(sums.features, (points * product for product in products), strict=True))
    papers = dict(sums.papers)
    for author, record in authors.items():
        gain = points * max(0.0, fit.number_weight) * _AUTHORS * record.rate
        weights[AUTHOR + author] = gain + weights.get(AUTHOR + author, 0.0)
        papers[AUTHOR + author] = record.papers
    whole = {
        term: round(weight)
        for term, weight in weights.items()
        if weight > 0 or sums.both or not _is_name(term)
    }
    own = {term: weight for term, weight in whole.items() if weight and not _is_author(term)}
    named = sorted(
        (term for term, weight in whole.items() if weight and _is_author(term)),
        key=lambda term: (-abs(whole[term]) * sqrt(papers[term]), term),
    )
    return own | {term: whole[term] for term in named[: limit - len(own)]}


def _named_records(past: Sequence[Lesson], before: date) -> dict[str, Record]:
    """The records of authors with picks, by the name as the newest paper writes it."""
    found = records(past, before)
    spelt = {name(author): author for taught in past for author in taught.authors}
    return {spelt[key]: record for key, record in found.items() if record.picks and key}


def _is_author(term: str) -> bool:
    return term.startswith(AUTHOR)


def _is_name(term: str) -> bool:
    """Whether it is the name of a person or an institution."""
    return _is_author(term) or not INSTITUTIONS.isdisjoint(term.removeprefix("word: ").split())
