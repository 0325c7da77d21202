"""Texts of papers as HTML: each is converted once, however many pages it stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
from markupsafe import Markup as Safe

from digest import tex
from digest.editor.markdown import Rendered
from digest.model import Entry, Match

_LIMIT = 8192  # texts held: some 30 megabytes


class FormulaCounts(msgspec.Struct):
    """How many formulas each text has, and which could not be converted."""

    # By text, so that each counts once.
    formulas: dict[str, int] = msgspec.field(default_factory=dict)
    # By formula, the id of an entry that has it.
    unconverted: dict[str, str] = msgspec.field(default_factory=dict)

    def add(self, more: FormulaCounts) -> None:
        self.formulas |= more.formulas
        self.unconverted = more.unconverted | self.unconverted


class PaperTexts:
    """Converts titles, abstracts and comments, and counts their formulas."""

    def __init__(self, limit: int = _LIMIT) -> None:
        """Nothing is converted yet.

        Args:
            limit: converted texts that are held at a time.
        """
        self._limit = limit
        self._counts = FormulaCounts()
        self._converted: dict[tuple[str, str, str], Safe] = {}

    def take_counts(self) -> FormulaCounts:
        """What was counted since they were taken last."""
        taken, self._counts = self._counts, FormulaCounts()
        return taken

    def title_html(self, entry: Entry, matches: Iterable[Match] = ()) -> Safe:
        return self._convert(tex.title_html, entry, entry.title, _spans(matches, "title"))

    def summary_html(self, entry: Entry, matches: Iterable[Match] = ()) -> Safe:
        return self._convert(tex.block_html, entry, entry.summary, _spans(matches, "abstract"))

    def comment_html(self, entry: Entry) -> Safe:
        return self._convert(tex.inline_html, entry, entry.comment)

    def count(self, name: str, converted: tex.Converted | Rendered) -> None:
        """Add the formulas of a text.

        Args:
            name: of the text; its first word is named beside what could not be converted.
        """
        if converted.formulas:
            self._counts.formulas[name] = converted.formulas
        for formula in converted.unconverted:
            self._counts.unconverted.setdefault(formula, name.partition(" ")[0])

    def _convert(
        self,
        convert: Callable[..., tex.Converted],
        entry: Entry,
        text: str,
        spans: Sequence[tuple[int, int]] = (),
    ) -> Safe:
        """Texts are kept but those with highlights (`spans`), which stand on one page alone."""
        if spans:
            return convert(text, entry.markup, spans).html
        key = (convert.__name__, entry.markup, text)
        if key not in self._converted:
            converted = convert(text, entry.markup)
            self.count(f"{entry.id} {text}", converted)
            if len(self._converted) >= self._limit:
                self._converted.clear()
            self._converted[key] = converted.html
        return self._converted[key]


def _spans(matches: Iterable[Match], field: str) -> list[tuple[int, int]]:
    """Where the words stand that speak for any of the themes."""
    return [
        span
        for match in matches
        for reason in match.reasons
        if reason.field == field
        for span in reason.spans
    ]
