"""Languages other than English, and English in a site's own words: catalogues and CLDR's dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from gettext import c2py
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from digest.errors import ConfigError
from digest.language import Key, Language, Messages

_OURS = Path(__file__).parents[1] / "locale"
_PLACE = re.compile(r"%\(\w+\)s")
_DAYS = 4096  # whose words are kept


def load(tag: str, folder: Path) -> Language:
    """A language in our translation and the site's own; what neither has is English.

    Raises:
        ConfigError: the site's catalogue can't be accepted; names file and line.
    """
    messages, form = dict[Key, tuple[str, ...]](), c2py("(n != 1)")
    for path in _catalogues(tag, folder):
        catalogue = _read(path)
        messages |= _messages(catalogue, path)
        form = _form(catalogue, path)
    if tag.lower() in {"en", "en-gb"}:
        return Language(tag, messages)
    return _Other(tag, messages, form)


class _Other(Language):
    """A language with dates and numbers as CLDR has them."""

    def __init__(self, tag: str, messages: Messages, form: Callable[[int], int]) -> None:
        super().__init__(tag, messages)
        self._form, self._locale = form, _locale(tag)
        # Before the month, "14." has a dot in some languages, and in CLDR only there.
        dotted = self._locale.date_formats["long"].pattern.startswith("d. ")
        self._mark = "." if dotted else ""
        self._dates = lru_cache(_DAYS)(self._date)

    def form(self, count: int) -> int:
        return self._form(count)

    def number(self, value: int) -> str:
        return format_decimal(value, locale=self._locale)

    def decimal(self, value: float) -> str:
        return format_decimal(value, "#,##0.0", locale=self._locale)

    def day(self, day: date) -> str:
        return self._dates(day, "long")

    def full_day(self, day: date) -> str:
        return self._dates(day, "full")

    def day_of_month(self, day: date) -> str:
        return format_skeleton("d", day, locale=self._locale).rstrip(".") + self._mark

    def month(self, day: date) -> str:
        return format_skeleton("yMMMM", day, locale=self._locale)

    def month_letter(self, day: date) -> str:
        return self._dates(day, "LLLLL")

    def weekday(self, day: date) -> str:
        return self._dates(day, "cccc")

    def weekday_letter(self, day: date) -> str:
        return self._dates(day, "ccccc")

    def _date(self, day: date, pattern: str) -> str:
        return format_date(day, pattern, locale=self._locale)


def _names(tag: str) -> Iterator[str]:
    """pt-BR → pt, pt_BR: the names of folders, from the general to the special."""
    parts = tag.split("-")
    for end in range(1, len(parts) + 1):
        yield "_".join([parts[0].lower(), *parts[1:end]])


def _locale(tag: str) -> Locale:
    """What Babel knows nearest to a language; English as the British write it, for want of one."""
    for name in reversed(list(_names(tag))):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "GB")


def _catalogues(tag: str, folder: Path) -> Iterator[Path]:
    for top in (_OURS, folder):
        for name in _names(tag):
            path = top / name / "LC_MESSAGES/digest.po"
            if path.is_file():
                yield path


def _read(path: Path) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, locale=path.parts[-3].split("_")[0], abort_invalid=True)
    except PoFileError as error:
        raise ConfigError(f"no catalogue of gettext: {error}", path, error.lineno + 1) from None
    except (ValueError, UnknownLocaleError) as error:
        raise ConfigError(f"no catalogue of gettext: {error}", path, 1) from None


def _form(catalogue: Catalog, path: Path) -> Callable[[int], int]:
    """Which form of a plural fits a number."""
    try:
        return c2py(catalogue.plural_expr)
    except ValueError as error:
        raise ConfigError(f"Plural-Forms: {error}", path, 1) from None


def _messages(catalogue: Catalog, path: Path) -> Iterator[tuple[Key, tuple[str, ...]]]:
    for message in catalogue:
        words = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        string = message.string or ()
        forms = (string,) if isinstance(string, str) else tuple(string)
        if not words[0] or message.fuzzy or not forms or not all(forms):
            continue
        places = {place for text in words for place in _PLACE.findall(text)}
        for text in forms:
            wrong = set(_PLACE.findall(text)) - places
            if wrong or "%" in _PLACE.sub("", text.replace("%%", "")):
                what = ", ".join(sorted(wrong)) or "a single %"
                message_ = f"a translation of {words[0]!r} has {what}, which its words have not"
                raise ConfigError(message_, path, message.lineno or 1)
        yield (message.context or "", words[0]), forms
