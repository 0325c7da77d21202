"""What matching sees of a text, and phrases as patterns over it. Pure.

A folded text has no accents, ligatures, invisible characters or long dashes; case is kept, for
patterns that ask for it. Every character of it beyond ASCII is a letter or a digit.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import pairwise
from typing import Any

import msgspec
import re2

from digest.text.words import numbers

_LETTERS = {
    **{"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O"},
    **{"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "ı": "i", "ȷ": "j"},
}
_QUOTES = dict.fromkeys("‘’‚‛′ʼ", "'") | dict.fromkeys("“”„‟″", '"')
_DASHES = dict.fromkeys("−﹣－", "-")  # beside Unicode's own category of dashes, Pd
_MARKS = dict.fromkeys("™®©", "")

# Scripts that write words without a space between them, as ranges for `re` and for RE2: Thai, Lao,
# Myanmar, Khmer, and those of Chinese and Japanese; and the letters of Korean, whose words take
# endings without a space. A word of theirs may stand anywhere.
_UNSPACED = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007)),
    *((0x3040, 0x30FF), (0x3100, 0x312F), (0x31A0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF)),
    *((0xF900, 0xFAFF), (0x20000, 0x323AF)),
)
_KOREAN = ((0x1100, 0x11FF),)  # folded: each syllable as its sounds
_KOREAN_END = r"\x{11a8}-\x{11ff}"  # sounds that end a syllable, and so belong to it


def _ranges(ranges: Iterable[tuple[int, int]], code: Callable[[int], str]) -> str:
    return "".join(f"{code(first)}-{code(last)}" for first, last in ranges)


_RE2_UNSPACED = _ranges((*_UNSPACED, *_KOREAN), lambda code: rf"\x{{{code:x}}}")
_IS_UNSPACED = re.compile(f"[{_ranges((*_UNSPACED, *_KOREAN), chr)}]")
# What \w is not, and is not beyond ASCII either but in scripts without spaces.
_EDGE = rf"[\x00-/:-@\[-^`{{-\x7f{_RE2_UNSPACED}]"
_GAP = r"(?:-\s*|\s+)"
_STEM = r"[0-9A-Za-z\x{80}-\x{10FFFF}]*"
_HYPHENATED = 5  # letters or more; "pretraining" is also "pre-training", but "also" never "al-so"
_PATTERN_BYTES = 8 << 20  # RE2's own default
# A regex program of 64 KB reads 2 MB of abstracts in 2 s at worst, one of 8 MB in 20 s.
_REGEX_BYTES = 64 << 10

_WORD = re.compile("[{0}]|[^\\W_{0}]+".format(_ranges(_UNSPACED, chr)))
_STRETCH = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]")


class _Table(dict[int, str]):
    """A `str.translate` table, filled as characters come along."""

    def __missing__(self, code: int) -> str:
        self[code] = text = _fold_character(chr(code))
        return text


def _fold_character(character: str) -> str:
    if character.isascii():
        return character
    for table in (_LETTERS, _QUOTES, _DASHES, _MARKS):
        if character in table:
            return table[character]
    parts = unicodedata.normalize("NFKD", character)
    if parts != character:
        return "".join(_TABLE[ord(part)] for part in parts)
    category = unicodedata.category(character)
    if category == "Pd":
        return "-"
    if category[0] in "LN":
        return character
    return "" if category in {"Mn", "Me", "Cf", "Cs"} else " "


_TABLE = _Table()


def fold(text: str) -> str:
    """The text without accents, ligatures and long dashes; the same where it is ASCII."""
    return text if text.isascii() else text.translate(_TABLE)


class Folded(msgspec.Struct, frozen=True, dict=True):
    """A plain text beside what matching sees of it."""

    plain: str

    @cached_property
    def text(self) -> str:
        return fold(self.plain)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a non-empty stretch of `text` stands in `plain`."""
        return self._origins[start], self._origins[end - 1] + 1

    @cached_property
    def _origins(self) -> list[int] | range:
        if self.plain.isascii():
            return range(len(self.plain))
        found = list[int]()
        for match in _STRETCH.finditer(self.plain):
            places = range(*match.span())
            found += places if match[0].isascii() else [*places] * len(_TABLE[ord(match[0])])
        return found

    @cached_property
    def words(self) -> list[int]:
        """Where each word of `text` starts."""
        return [match.start() for match in _WORD.finditer(self.text)]

    def words_within(self, start: int, end: int) -> list[tuple[int, int]]:
        """Where each word of a stretch of `text` stands."""
        return [match.span() for match in _WORD.finditer(self.text, start, end)]


def phrase_pattern(phrase: str, *, quick: bool = False) -> str:
    """An RE2 pattern for a phrase; its first group is the phrase as the text has it.

    Words compare without case, hyphens and simple plurals; `*` ends a stem. An acronym's plural has
    a small s, so that GP is not GPS.

    Args:
        quick: what an automaton of hundreds is built of ten times as fast. In ASCII texts it meets
            the same, in others maybe more, since to RE2 a word ends where a Greek letter follows.

    Raises:
        ValueError: the phrase has no word, or a stem of under two letters; says so.
    """
    folded = fold(phrase).strip().strip("-")
    if not any(letter.isalnum() for letter in folded):
        raise ValueError("a phrase needs a word")
    words = [word for word in folded.split() if word.strip("-")]
    body = _word(words[0]) + "".join(
        (r"[\s-]*" if _is_unspaced(before[-1]) and _is_unspaced(word[0]) else _GAP) + _word(word)
        for before, word in pairwise(words)
    )
    left = _edge(folded[0], f"(?:^|{_EDGE})", quick)
    right = _edge(folded[-1], f"(?:$|{_EDGE})", quick)
    if "\u1100" <= folded[-1] <= "\u11a7":  # the next sound may belong to the last syllable
        right = f"(?:$|[^{_KOREAN_END}])"
    return f"{left}({body}){right}"


def _edge(letter: str, edge: str, quick: bool) -> str:
    """What must stand beside a phrase that begins or ends with this letter."""
    if not letter.isalnum() or _is_unspaced(letter):
        return ""
    if quick:
        return r"\b" if letter.isascii() else ""
    return edge


def _is_unspaced(letter: str) -> bool:
    return _IS_UNSPACED.match(letter) is not None


def regex_pattern(expression: str) -> str:
    r"""An RE2 pattern for a curator's own expression; its first group is all that it met.

    Raises:
        ValueError: RE2 refuses it, or it would meet every text, or no folded text at all; says so.
    """
    if fold(expression) != expression:
        message = "the text it sees has no accents, long dashes or curly quotes: write them plain"
        raise ValueError(message)
    pattern = f"({expression})"
    try:
        compiled_pattern(expression)  # alone: "a)(b" is no expression
        compiled = compiled_pattern(pattern, _REGEX_BYTES)
    except re2.error as error:
        raise ValueError(_reason(error)) from None
    if compiled.search(""):
        raise ValueError("it meets the empty text, and so every paper")
    return pattern


def fact_pattern(text: str) -> str:
    """An RE2 pattern for a whole name or category, where `*` stands for anything."""
    return ".*".join(re.escape(part) for part in fold(text).split("*"))


def name_key(name: str) -> str:
    """A person's name as it compares: "Erdős, P." and "P Erdos" are the same."""
    last, _, first = fold(name).partition(",")
    return " ".join(re.findall(r"[^\W_]+", f"{first} {last}".lower()))


def compiled_pattern(pattern: str, max_bytes: int = _PATTERN_BYTES) -> Any:
    """The pattern as RE2 compiles it, without case."""
    return re2.compile(pattern, options(max_bytes))


def options(max_bytes: int) -> Any:
    found = re2.Options()
    found.case_sensitive = False
    found.log_errors = False
    found.max_mem = max_bytes
    return found


def _reason(error: Exception) -> str:
    said = error.args[0]
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if "too large" in text:
        return "it is too large; simplify it"
    if re.match(r"invalid (?:perl operator|escape sequence: \\\d)", text):
        return f"{text}; RE2 has no look-around and no back-references: write it without"
    return text


def _word(word: str) -> str:
    """What stands between white space: parts with optional hyphens, the last one maybe a stem."""
    body, star, rest = word.partition("*")
    if rest:
        raise ValueError("'*' only ends a word, as in decod*")
    *first, last = [part for part in body.split("-") if part] or [""]
    if star and sum(map(str.isalnum, last)) < 2:
        raise ValueError("a stem needs two letters or more before its '*'")
    end = _letters(last) + _STEM if star and not _is_unspaced(last[-1]) else _numbers(last)
    return f"{_GAP}?".join([*map(_numbers, first), end])


def _numbers(part: str) -> str:
    """A run of letters in its simple numbers: model, models; query, queries; GPU, GPUs."""
    if not part.isalpha() or len(part) < 2 or _is_unspaced(part[-1]):
        return _letters(part)
    if any(letter.isupper() for letter in part[1:]):  # an acronym: FaaS is no plural, GPUs is one
        return f"{_letters(part.removesuffix('s'))}(?-i:s?)"
    forms = sorted(numbers(part), reverse=True)
    stem = min(forms, key=len)[:-1]
    return f"{_letters(stem)}(?:{'|'.join(form.removeprefix(stem) for form in forms)})"


def _letters(word: str) -> str:
    if _IS_UNSPACED.search(word):
        joint = r"\s?"  # where a line of the source ended
    else:
        joint = "-?" if len(word) >= _HYPHENATED and word.isalpha() else ""
    return joint.join(re.escape(letter) for letter in word)
