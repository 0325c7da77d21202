"""The people in a field of authors, each as one writes it: "Ann Lee". Pure."""

from __future__ import annotations

import re

from digest.sources.text import fold, unique
from digest.text.entities import unescaped

_SHORT = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")
_OTHERS = re.compile(
    r"(?<![\s,;])[\s,;]*\b(?:et[ .]+al\b\.?|and others\b|and colleagues\b|u\.\s?a\.)", re.I
)
_BY = re.compile(r"\s*(?:written\s+)?by:?\s+", re.I)
_MAIL = re.compile(r"[^\s<>()\[\],;:@]{1,64}@[^\s<>()\[\],;:@]{1,255}")
_STRONG = re.compile(r"[;；、，|\n]|\s/\s")
_AND = re.compile(r",? (?:and|&|und|et) | ?& ?", re.I)  # in folded text
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?", re.I)
_DEGREE = re.compile(r"(?:Ph\.?\s?D|M\.?D|M\.?Sc|B\.?Sc|Prof|Dr)\.?", re.I)
_GROUP = re.compile(
    r"\b(?:team|groups?|university|universit\w+|institutes?|institut\w*|department|dept|collaboration|"
    r"consortium|laborator\w+|labs?|center|centre|society|association|foundation|network|project|"
    r"inc|ltd|llc|gmbh|corp|company|press|editors?|staff|committee|council|ministry|agency|office|"
    r"school|college|news|journal|research)\b",
    re.I,
)
_FIRM = re.compile(r"(?:Inc|Ltd|LLC|GmbH|Corp|Co|AG|SA)\.?", re.I)
_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af· ]+")
_NOBODY = {"n/a", "na", "none", "null", "unknown", "-"}


def people(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Everybody whom the fields of one item name, once each.

    Args:
        fields: as the source has them: a name, several with something between them, or an address
            of mail with or without a name. Where there are several, each may be "Last, First".
    """
    return unique(name for field in fields for name in _field(field, alone=len(fields) == 1))


def split_names(field: str) -> tuple[str, ...]:
    """The authors in a single field: "Ann Lee, Bo Chen and Cy Orr", "LEE, A., Chen, B."."""
    return people((field,))


def _field(field: str, alone: bool) -> tuple[str, ...]:
    lines = "\n".join(filter(None, map(fold, unescaped(field).split("\n"))))
    text = _OTHERS.sub("", _BY.sub("", _without_mail(lines), count=1))
    parts = [part for part in _STRONG.split(text.strip()) if part.strip()]
    if len(parts) > 1:
        chunks = [c for part in parts for c in _AND.split(fold(part))] if _joined(parts) else parts
        return tuple(filter(None, (_person(chunk) for chunk in _listed(chunks))))
    chunks = [fold(chunk) for chunk in _AND.split(fold(text)) if fold(chunk)]
    if _GROUP.search(text) and any(" " not in chunk for chunk in chunks):
        return (_clean(text),) if _clean(text) else ()
    pieces = [_pieces(chunk) for chunk in chunks]
    if len(pieces) > 1 and all(len(piece) == 2 for piece in pieces) and _any_single(pieces):
        return tuple(filter(None, map(_person, chunks)))
    found = [name for piece in pieces for name in _people(piece, alone)]
    return tuple(name for name in map(_clean, found) if name)


def _without_mail(text: str) -> str:
    """The names that stand beside addresses of mail: "ann@lab.example (Ann Lee)"."""
    if "@" not in text:
        return re.sub(r"\s\([^()]*\)", "", text) if text.count("(") == text.count(")") else text
    bare = _MAIL.sub("\0", text)
    bare = re.sub(r"\0\s*\(([^()]*)\)", r"\1", bare)  # RFC 822's comment is the name
    bare = re.sub(r"[<(\[]\s*(?:mailto:)?\0\s*[>)\]]|(?:mailto:)?\0", " ", bare)
    return bare.replace('"', " ")


def _joined(parts: list[str]) -> bool:
    """Whether "and" stands between people in parts that other signs divide."""
    return not any(_GROUP.search(part) for part in parts)


def _listed(chunks: list[str]) -> list[str]:
    """Each part of a list that semicolons divide; a part may hold several with commas still."""
    found = list[str]()
    for chunk in chunks:
        pieces = _pieces(chunk)
        found += [chunk] if len(pieces) < 3 else pieces
    return found


def _pieces(chunk: str) -> list[str]:
    """What stands between commas, with "Jr." at its name and without degrees."""
    found = list[str]()
    for piece in map(fold, chunk.split(",")):
        if found and (_SUFFIX.fullmatch(piece) or _FIRM.fullmatch(piece)):
            found[-1] += f", {piece}" if _FIRM.fullmatch(piece) else f" {piece}"
        elif piece and not (found and _DEGREE.fullmatch(piece)):
            found.append(piece)
    return found


def _any_single(pieces: list[list[str]]) -> bool:
    return any(" " not in name for piece in pieces for name in piece)


def _people(pieces: list[str], alone: bool) -> list[str]:
    """The people of what stands between commas."""
    if len(pieces) < 2:
        return pieces
    if any(_GROUP.search(piece) for piece in pieces):
        return pieces if all(" " in piece for piece in pieces) else [", ".join(pieces)]
    if all(_ASIAN.fullmatch(piece) for piece in pieces):
        return pieces
    pairs = list(zip(pieces[1::2], pieces[::2], strict=False))
    if len(pieces) % 2 == 0 and all(_SHORT.fullmatch(piece) for piece in pieces[1::2]):
        return [f"{first} {last}" for first, last in pairs]
    if len(pieces) == 2 and (not alone or any(" " not in piece for piece in pieces)):
        return [f"{pieces[1]} {pieces[0]}"]
    singles = sum(" " not in piece for piece in pieces)
    if singles == len(pieces) and len(pieces) % 2 == 0:
        return [f"{first} {last}" for first, last in pairs]
    return pieces


def _person(chunk: str) -> str:
    """One person, who may stand as "Last, First"."""
    pieces = _pieces(chunk)
    if len(pieces) == 2 and not any(_GROUP.search(piece) for piece in pieces):
        return _clean(f"{pieces[1]} {pieces[0]}")
    return _clean(", ".join(pieces))


def _clean(name: str) -> str:
    """A name without what stands around it; nothing where no letter is left."""
    name = fold(name).strip(" ,;:|/&*†‡§")
    name = re.sub(r"^and\s+", "", name, flags=re.I)
    if not any(letter.isalpha() for letter in name) or name.lower() in _NOBODY:
        return ""
    return name
