"""arXiv's categories: their names, and which of them are one. Pure.

Source: https://arxiv.org/category_taxonomy
"""

import re
from collections.abc import Iterable

_TAXONOMY = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE "
    "NI OH OS PF PL RO SC SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "gr-qc": "",
    "hep-ex": "",
    "hep-lat": "",
    "hep-ph": "",
    "hep-th": "",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA "
    "RT SG SP ST",
    "math-ph": "",
    "nlin": "AO CD CG PS SI",
    "nucl-ex": "",
    "nucl-th": "",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an "
    "ed-ph flu-dyn gen-ph geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "quant-ph": "",
    "stat": "AP CO ME ML OT TH",
}
# Archives, and the categories that they are divided into.
CATEGORIES = tuple(
    name
    for archive, parts in _TAXONOMY.items()
    for name in (archive, *(f"{archive}.{part}" for part in parts.split()))
)
# Two names of one category; a paper's primary one has the second.
_ONE = {
    "cs.NA": "math.NA",
    "cs.SY": "eess.SY",
    "math.IT": "cs.IT",
    "math.MP": "math-ph",
    "stat.TH": "math.ST",
    "q-fin.EC": "econ.GN",
}
_SPELLED = {name.lower(): name for name in CATEGORIES}
# "cs.DC", "hep-ph", "cond-mat.mes-hall", and those that arXiv may add or had once: "cmp-lg". One
# word alone is an archive's name.
_CATEGORY = re.compile(r"[a-z]+(-[a-z]+)?(\.[A-Za-z]+(-[A-Za-z]+)?)?")


def is_category(name: str) -> bool:
    """Whether a name is formed as those of arXiv's categories are: cs.DC, hep-th."""
    if not _CATEGORY.fullmatch(name):
        return False
    return "." in name or "-" in name or name in _TAXONOMY


def spelled(name: str) -> str:
    """A category in its own letters, "cs.DC" for "CS.dc"; empty where arXiv has no such one."""
    return _SPELLED.get(name.strip().lower(), "")


def same(name: str) -> str:
    """The name that stands for all names of a category: "math.NA" for "cs.NA"."""
    return _ONE.get(name, name)


def names(name: str) -> tuple[str, ...]:
    """A category's own name, then the other one that it has, if any."""
    others = [other for pair in _ONE.items() if name in pair for other in pair if other != name]
    return (name, *others)


def is_within(category: str, followed: Iterable[str]) -> bool:
    """Whether a category is one of those followed, by either name, or in such an archive."""
    mine = names(category)
    return any(
        name == other or name.startswith(f"{other}.")
        for name in mine
        for other in map(str, followed)
    )
