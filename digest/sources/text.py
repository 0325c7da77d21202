"""What sources write, as plain text: white space folded, no control characters, no HTML. Pure."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from unicodedata import combining
from urllib.parse import urlsplit

# What neither XML 1.0 nor UTF-8 can carry on: https://www.w3.org/TR/xml/#charsets
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_STACKED = re.compile(r"[^\x00-\u02ff]{30,}")  # where marks may stand on marks
_MOST_MARKS = 20  # on one letter; composing more takes time that grows with their square
_OF_MARKS = "\u0f73\u0f75\u0f81\uff9e\uff9f"  # no marks by their class, but composed of some
_LONGEST_DATE = 100  # characters
_WRAPPED_AT = (72, 90)  # columns between which arXiv's lines end, in all of 8,600 wrapped abstracts


def fold(text: str | None) -> str:
    """The text on one line, each run of white space one space."""
    return " ".join(_fit(text).split())


def _fit(text: str | None) -> str:
    """The text without what no document can carry on, nor marks that are heaped on one letter."""
    return _STACKED.sub(_unstacked, _UNFIT.sub("", text or ""))


def _unstacked(match: re.Match[str]) -> str:
    found, marks = list[str](), 0
    for letter in match[0]:
        marks = marks + 1 if combining(letter) or letter in _OF_MARKS else 0
        if marks <= _MOST_MARKS:
            found.append(letter)
    return "".join(found)


def paragraphs(text: str | None) -> str:
    """The text with a line a paragraph, whether its source wrapped its lines or not.

    In wrapped text a paragraph starts with white space; a line that had room for the next word, or
    that is longer than wrapped lines are, ended its paragraph.
    """
    lines = _fit(text).replace("\r\n", "\n").split("\n")
    found, before = list[list[str]](), ""
    for line in lines:
        words = line.split()
        if not found or not words or line[0].isspace() or not _goes_on(before, words[0]):
            found.append([])
        found[-1] += words
        before = line
    return "\n".join(" ".join(words) for words in found if words)


def _goes_on(line: str, word: str) -> bool:
    least, most = _WRAPPED_AT
    return len(line) + 1 + len(word) > least and line.rstrip().rfind(" ") < most


def excerpt(text: str, words: int = 80) -> str:
    """The first words of a text, on one line, with an ellipsis where there are more."""
    found = text.split()
    return " ".join(found[:words]).rstrip(".,;:") + " …" if len(found) > words else " ".join(found)


def moment(text: str | None) -> datetime | None:
    """The time that an ISO 8601 or RFC 5322 date names, UTC; None where it is none.

    A day alone is its midnight, a time without zone is UTC.
    """
    text = fold(text)
    if len(text) > _LONGEST_DATE:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
            return found.astimezone(UTC) if 1900 < found.year < 2200 else None
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
    return None


def day(text: str | None) -> date | None:
    found = moment(text)
    return found.date() if found else None


def web_address(text: str | None) -> str:
    """The address, if it is one of http or https; else nothing: `javascript:` and its like."""
    url = re.sub(r"\s", "", _fit(text))
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
        return parts.scheme + url[len(parts.scheme) :] if is_web else ""
    except ValueError:
        return ""


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that say something, once each, in their order."""
    return tuple(dict.fromkeys(text for text in texts if text))
