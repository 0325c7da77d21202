"""How much TeX of real papers is converted: `python tests/fidelity.py PAPERS.jsonl.gz [NUMBER]`.

Each line of PAPERS is a paper: `id`, `title`, `abstract`, `authors`, maybe `comment`, as arXiv
sends them. Counts formulas that became MathML (or their character), and pages on which a reader
would see a TeX command or a dollar that is neither money nor inside `<code>` or `<math>`. Prints
the worst offenders, so that the figures can be argued with. Exits 1 where a share misses its goal.
"""

import gzip
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import islice
from pathlib import Path

from digest import tex
from digest.sources.text import fold, paragraphs

CONVERTED, CLEAN = 0.993, 0.995  # the goals: of formulas, of pages
_HIDDEN = re.compile(r"<(math|code)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_MONEY = re.compile(r"\$\s?\d|\d\s?\$")
_DELIMITED = ("$", "\\(", "\\[", "\\begin")


@dataclass
class Count:
    papers: int = 0
    formulas: int = 0
    seconds: float = 0.0
    unconverted: Counter[str] = field(default_factory=Counter)  # formulas
    commands: Counter[str] = field(default_factory=Counter)  # shown as code outside of formulas
    seen: dict[str, str] = field(default_factory=dict)  # paper → what of TeX its page shows
    plain: dict[str, str] = field(default_factory=dict)  # paper → what its plain text shows


def papers(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def stray(text: str) -> str:
    """A TeX command or a dollar without a number in readable text, with its surroundings."""
    for match in re.finditer(r"\\[a-zA-Z]+|\$", text):
        around = text[max(0, match.start() - 2) : match.end() + 2]
        if match[0] != "$" or not _MONEY.search(around):
            return text[max(0, match.start() - 30) : match.end() + 30]
    return ""


def measure(found: Iterator[dict[str, str]]) -> Count:
    count = Count()
    for paper in found:
        title, comment = fold(paper["title"]), fold(paper.get("comment"))
        abstract = paragraphs(paper["abstract"])
        start = time.perf_counter()
        shown = [tex.inline_html(title), tex.block_html(abstract), tex.inline_html(comment)]
        plain = [tex.plain(text) for text in (title, abstract, comment, *paper["authors"])]
        count.seconds += time.perf_counter() - start
        count.papers += 1
        for converted in shown:
            count.formulas += converted.formulas
            for source in converted.unconverted:
                formula = source.startswith(_DELIMITED) or "{" in source
                (count.unconverted if formula else count.commands)[source] += 1
        html = " ".join(converted.html for converted in shown)
        text = unescape(_TAG.sub("", _HIDDEN.sub(" ", html)))
        if found_in_page := stray(f"{text} {' '.join(plain[3:])}"):
            count.seen[paper["id"]] = found_in_page
        if found_in_plain := stray(" ".join(plain)):
            count.plain[paper["id"]] = found_in_plain
    return count


def main(arguments: list[str]) -> int:
    number = int(arguments[1]) if len(arguments) > 1 else None
    count = measure(islice(papers(Path(arguments[0])), number))
    converted = 1 - count.unconverted.total() / count.formulas
    clean = 1 - len(count.seen) / count.papers
    print(f"{count.papers} papers, {count.seconds / count.papers * 1e3:.3f} ms each for all texts")
    print(f"{count.formulas} formulas, {converted:.2%} converted (goal {CONVERTED:.1%})")
    print(f"{clean:.2%} of pages without TeX or stray dollars (goal {CLEAN:.1%})")
    print(f"{1 - len(count.plain) / count.papers:.2%} of plain texts likewise")
    print(f"{count.commands.total()} commands outside of formulas shown as code")
    for name, offenders in (("formula", count.unconverted), ("command", count.commands)):
        for source, times in offenders.most_common(25):
            print(f"  {name} {times:3} × {source[:100]!r}")
    for name, places in (("page", count.seen), ("plain", count.plain)):
        for paper, where in islice(places.items(), 25):
            print(f"  {name} {paper}: {where!r}")
    return 0 if converted >= CONVERTED and clean >= CLEAN else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
