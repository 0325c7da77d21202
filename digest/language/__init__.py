"""A language's tag in; the interface's words, dates and numbers in that language out.

Our words are English, and stand where they are used; other languages translate them. A site in
English loads none of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

__all__ = ["ENGLISH", "Language", "templates"]

FOLDER = "locale"  # a site's own catalogues
# Languages written from right to left where their tag names no script, and scripts that are.
# Source: CLDR's `characterOrder`; the languages that Babel lacks by their Wikipedias.
_RTL = """\
ar arc arz azb ckb dv fa glk he iw khw ks lrc mzn nqo pnb prs ps sd skr syr ug ur yi ji
adlm arab aran hebr mand mend nkoo rohg samr syrc thaa
"""
_RIGHT_TO_LEFT = frozenset(_RTL.split())
Key = tuple[str, str]  # context, and the English words; of a plural, the singular ones
Messages = Mapping[Key, tuple[str, ...]]  # the forms of a plural, or one


class Language:
    """English as we write it, with what a site says in other words."""

    def __init__(self, tag: str = "en", messages: Messages = MappingProxyType({})) -> None:
        """
        Args:
            tag: BCP 47.
            messages: what is said in other words than ours.
        """
        self.tag, self.messages = tag, messages

    @property
    def is_english(self) -> bool:
        return self.tag.lower().partition("-")[0] == "en"

    @property
    def direction(self) -> str:
        """How its lines run: "ltr" or "rtl"."""
        language, *rest = self.tag.lower().split("-")
        scripts = [part for part in rest if len(part) == 4 and part.isalpha()]
        return "rtl" if (*scripts, language)[0] in _RIGHT_TO_LEFT else "ltr"

    def say(self, words: str, /, **values: object) -> str:
        """Words in this language, with values in the places named %(name)s."""
        found = self.forms(words)
        said = found[0] if found else words
        return said % values if values else said

    def forms(self, words: str, context: str = "") -> tuple[str, ...]:
        """The translation of words, in as many forms as a plural has; empty where there is none."""
        return self.messages.get((context, words), ())

    def form(self, count: int) -> int:
        """Which form of a translation fits a number."""
        return int(count != 1)

    def number(self, value: int) -> str:
        return f"{value:,}"

    def decimal(self, value: float) -> str:
        """A number with one decimal place."""
        return f"{value:.1f}"

    def day(self, day: date) -> str:
        return f"{day.day} {day:%B %Y}"

    def full_day(self, day: date) -> str:
        """A day with its weekday."""
        return f"{day:%A}, {day.day} {day:%B %Y}"

    def day_of_month(self, day: date) -> str:
        """A day where weekday and month stand beside it."""
        return str(day.day)

    def month(self, day: date) -> str:
        """The month of a day, with its year."""
        return f"{day:%B %Y}"

    def month_letter(self, day: date) -> str:
        return f"{day:%B}"[0]

    def weekday(self, day: date) -> str:
        return f"{day:%A}"

    def weekday_letter(self, day: date) -> str:
        return f"{day:%A}"[0]


ENGLISH = Language()


def load(tag: str, folder: Path) -> Language:
    """A site's language.

    Args:
        tag: BCP 47.
        folder: the site's own catalogues, `LANGUAGE/LC_MESSAGES/digest.po`, where it has some.

    Raises:
        ConfigError: one of its catalogues can't be accepted; names file and line.
    """
    if tag.lower() in {"en", "en-gb"} and not folder.is_dir():
        return Language(tag)
    from digest.language.other import load as load_other  # takes long to load

    return load_other(tag, folder)
