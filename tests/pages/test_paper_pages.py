"""What a paper's page offers, read back by the programs it is meant for."""

import json
from pathlib import Path

import pybtex.database  # type: ignore[import-untyped]
import rispy  # type: ignore[import-untyped]
from conftest import NOW
from selectolax.lexbor import LexborHTMLParser

from digest import archive
from digest.build import BuildOptions, build
from digest.text.ids import paper_path

HARD = Path(__file__).parents[1] / "site"


def test_each_paper_can_be_copied_as_bibtex_ris_and_csl(tmp_path: Path) -> None:
    build(HARD, BuildOptions(now=NOW, out=tmp_path, offline=True))
    entries = archive.load(HARD / "content/archive")
    seen = 0
    for entry in entries:
        page = LexborHTMLParser((tmp_path / paper_path(entry.id) / "index.html").read_bytes())
        records = [node.text() for node in page.css("pre.bibtex code")]
        if not records:  # hidden by the editor
            continue
        seen += 1
        bib, ris, csl = records
        (parsed,) = pybtex.database.parse_string(bib, "bibtex").entries
        (ris_record,) = rispy.loads(ris)
        (csl_record,) = json.loads(csl)
        assert csl_record["id"] == parsed
        assert len(ris_record.get("authors", [])) == len(csl_record.get("author", []))
    assert seen > 5
