r"""What a command of TeX's text (`\emph`, `\"o`, `\url`) does with what follows it."""

import re
from collections.abc import Callable, Iterable
from unicodedata import normalize

from digest.tex import formula
from digest.tex.cursor import Cursor, PieceKind
from digest.tex.macros import (
    ACCENTS,
    DECLARATIONS,
    EQUATIONS,
    IN_TEXT,
    LETTERS,
    LISTS,
    MACROS,
    NAME_BEGINNINGS,
    NOTES,
    REFERENCES,
    SECOND_ARGUMENT,
    SILENT,
    SILENT_WITH_ARGUMENT,
    UPRIGHT,
    WORDS,
    WRAPPERS,
)

# Arguments are looked for no further than these numbers say, so that no text is read over and over.
_GROUP = re.compile(r"\s*\{")
_ARGUMENT = re.compile(r"\s*\{((?:[^{}]|\{[^{}]{0,200}\}){0,2000})\}")
_ARGUMENTS = re.compile(
    r"(\{(?:[^{}]|\{[^{}]{0,100}\}){0,200}\})(?:\{(?:[^{}]|\{[^{}]{0,100}\}){0,200}\})?"
)
_OPTIONS = re.compile(r"\*?((?:\[[^\[\]]{0,200}\]){0,2})")
_OPTIONS_AND_GROUP = re.compile(rf"{_OPTIONS.pattern}\{{")
_NOTE = re.compile(r"\[([^\[\]]*)\]")
_LABEL = re.compile(r"\[([^\[\]\\${}]{0,60})\]\s*")
_TEX_MARKS = re.compile(r"[\\{}$]")
_AFTER_WORD = re.compile(r"\{\}|(?=\s)|")
_AFTER_LETTER = re.compile(r"\{\}|\s*")
_LENGTH = re.compile(r"\*?\s*\[-?\d[^\[\]]{0,10}\]")
_VERBATIM = re.compile(r"\*?([^a-zA-Z\s*])(.{0,200}?)\1")
_LETTER = re.compile(
    r"\s*(?:\{\s*(?:\\(?P<a>[ij])|(?P<b>[^\W\d_]))\s*\}"
    r"|\\(?P<c>[ij])(?:(?![a-zA-Z])(?:\s|\{\})?|(?=[a-z]{1,12}(?![a-zA-Z{])))|(?P<d>[^\W\d_]))"
)
_NAME = re.compile(r"[a-zA-Z]{2,}")
_LETTERS = re.compile(r"\{([a-zA-Z]{2,20})\}")
_SIGNS = (
    {sign: sign for sign in "%&#_${}"}
    | {sign: "\xa0" for sign in ",;:>"}
    | {sign: " " for sign in " \t\n"}
    | {sign: "" for sign in "!-/@)]"}
    | {"|": "‖"}
)


def sign(cursor: Cursor, match: re.Match[str]) -> None:
    r"""A command of one character that is no letter: `\%`, `\\`, `\'`."""
    mark = match["sign"]
    if mark == "\\":
        cursor.take(_LENGTH)
        cursor.add(PieceKind.BREAK)
    elif mark == "(":
        cursor.delimited(PieceKind.FORMULA, "\\(", "\\)")
    elif mark == "[":
        cursor.delimited(PieceKind.DISPLAY, "\\[", "\\]")
    elif mark in ACCENTS:
        _accent(cursor, mark, match.start())
    elif mark == "_" and cursor.is_at("{"):  # some repositories escape scripts: O\_{bit}
        cursor.at += 1
        cursor.begin_group("sub")
    else:
        cursor.say(_SIGNS.get(mark, mark))


def name(cursor: Cursor, match: re.Match[str]) -> None:
    r"""A command of letters: `\emph`."""
    word = match["name"]
    if word in _COMMANDS:
        _COMMANDS[word](cursor, word)
    elif word in ACCENTS:
        _accent(cursor, word, match.start())
    else:
        _unknown(cursor, word, match.start())


def _accent(cursor: Cursor, mark: str, start: int) -> None:
    letter = _LETTER.match(cursor.text, cursor.at)
    if letter and letter["c"] and (longer := _NAME.match(cursor.text, letter.start("c"))):
        letter = None if formula.is_known(f"\\{longer[0]}") or longer[0] in _COMMANDS else letter
    if letter and not (mark == '"' and _is_quotation(cursor.text, start, letter["d"])):
        cursor.at = letter.end()
        bare = letter["a"] or letter["b"] or letter["c"] or letter["d"]
        cursor.say(normalize("NFC", bare + ACCENTS[mark]))
    elif mark == "^" and cursor.is_at("{"):
        cursor.at += 1
        cursor.begin_group("sup")
    elif not mark.isalpha():
        cursor.say(mark)
    # \k{appa}, \c{opyright}: a symbol that somebody's tool took for an accent.
    elif (rest := _LETTERS.match(cursor.text, cursor.at)) and (word := _symbol(mark + rest[1])):
        cursor.at = rest.end()
        cursor.say(word)
    else:
        _unknown(cursor, mark, start)


def _is_quotation(text: str, start: int, bare: str | None) -> bool:
    r"""Whether `\"` is somebody's escaped quotation mark: \"I thought\", but \"Uber and na\"ive."""
    before = text[start - 1 : start] or " "
    return bool(bare) and not before.isalpha() and before not in "{}" and bare not in set("aouAOU")


def _wrapper(cursor: Cursor, word: str) -> None:
    if cursor.take(_GROUP):
        cursor.begin_group(WRAPPERS[word])


def _declaration(cursor: Cursor, word: str) -> None:
    cursor.take(_AFTER_LETTER)
    cursor.declare(DECLARATIONS[word])


def _letter(cursor: Cursor, word: str) -> None:
    cursor.take(_AFTER_LETTER)
    cursor.say(LETTERS[word])


def _word(cursor: Cursor, word: str) -> None:
    cursor.take(_AFTER_WORD)
    cursor.say(WORDS[word])


def _silent(cursor: Cursor, word: str) -> None:
    cursor.take(_AFTER_LETTER)


def _silent_with_argument(cursor: Cursor, word: str) -> None:
    cursor.take(_OPTIONS)
    cursor.take(_ARGUMENT)


def _reference(cursor: Cursor, word: str) -> None:
    options = cursor.take(_OPTIONS)
    if keys := cursor.take(_ARGUMENT):
        notes = _NOTE.findall(options[1]) if options else []
        before, after = notes if len(notes) == 2 else ("", *notes, "")[:2]
        shown = f"{before} {keys[1]}{after and ', '}{after}".strip()
        cursor.say(f"[{_TEX_MARKS.sub('', shown).replace('~', ' ')}]")


def _note(cursor: Cursor, word: str) -> None:
    if cursor.take(_OPTIONS_AND_GROUP):
        cursor.begin_note()


def _url(cursor: Cursor, word: str) -> None:
    if address := cursor.take(_ARGUMENT):
        cursor.link(address[1])


def _doi(cursor: Cursor, word: str) -> None:
    if doi := cursor.take(_ARGUMENT):
        cursor.link(f"https://doi.org/{doi[1]}")


def _href(cursor: Cursor, word: str) -> None:
    if address := cursor.take(_ARGUMENT):
        if cursor.take(_GROUP):
            cursor.begin_link(address[1])
        else:
            cursor.link(address[1])


def _begin(cursor: Cursor, word: str) -> None:
    start = cursor.at - len("\\begin")
    argument = cursor.take(_ARGUMENT)
    environment = argument[1] if argument else ""
    if environment in EQUATIONS:
        closing = f"\\end{{{environment}}}"
        if (end := cursor.find(closing, cursor.at)) >= 0:
            end += len(closing)
            cursor.formula(PieceKind.DISPLAY, start, slice(start, end), end)
    elif environment in LISTS:
        cursor.take(_OPTIONS)
        cursor.begin_list(LISTS[environment])


def _end(cursor: Cursor, word: str) -> None:
    environment = cursor.take(_ARGUMENT)
    if environment and environment[1] in LISTS:
        cursor.end_list()


def _item(cursor: Cursor, word: str) -> None:
    cursor.add(PieceKind.ITEM)
    if label := cursor.take(_LABEL):
        cursor.say(f"{label[1]} ")


def _paragraph(cursor: Cursor, word: str) -> None:
    cursor.add(PieceKind.PARAGRAPH)


def _break(cursor: Cursor, word: str) -> None:
    cursor.add(PieceKind.BREAK)


def _verbatim(cursor: Cursor, word: str) -> None:
    if verbatim := cursor.take(_VERBATIM):
        cursor.begin_group("code")
        cursor.say(verbatim[2])
        cursor.end_group()


_Command = Callable[[Cursor, str], None]
_COMMANDS: dict[str, _Command] = {
    "href": _href,
    "doi": _doi,
    "begin": _begin,
    "end": _end,
    "item": _item,
    "par": _paragraph,
    "newline": _break,
    "verb": _verbatim,
}
_FAMILIES: tuple[tuple[Iterable[str], _Command], ...] = (
    (SILENT, _silent),
    (SILENT_WITH_ARGUMENT | SECOND_ARGUMENT, _silent_with_argument),
    (WRAPPERS, _wrapper),
    (DECLARATIONS, _declaration),
    (LETTERS, _letter),
    (WORDS, _word),
    (REFERENCES, _reference),
    (NOTES, _note),
    (("url", "nolinkurl", "path"), _url),
)
_COMMANDS |= {name: command for names, command in _FAMILIES for name in names}


def _unknown(cursor: Cursor, word: str, start: int) -> None:
    r"""A symbol of formulas outside of one, a glued `Hj\orungnes`, or an author's own macro."""
    before = cursor.text[max(0, start - 2) : start].rstrip("{")
    is_within = before[-1:].isalpha()
    empty = cursor.is_at("{}")
    wraps = not empty and cursor.is_at("{")
    if glued := _glued(word) if is_within else _begins_name(word):
        cursor.say(glued)
    elif not (wraps and word in UPRIGHT) and (symbol := _symbol(word)):
        cursor.take(_AFTER_WORD)
        cursor.say(symbol)
    elif wraps and (tex := _with_arguments(cursor, word)):
        cursor.add(PieceKind.FORMULA, tex, tex)
    elif empty or not cursor.take(_OPTIONS_AND_GROUP):
        cursor.take(_AFTER_WORD)
        cursor.add(PieceKind.CODE, f"\\{word}")
    else:
        cursor.begin_group()


def _glued(word: str) -> str:
    r"""The letters that `\orungnes`, `\cc` or `\vsek` spell within a word; empty if none."""
    if word[0] in ACCENTS and (len(word) == 2 or _is_own(word)):
        letter = normalize("NFC", word[1:2] + ACCENTS[word[0]])
        if len(letter) == 1 and (len(word) == 2 or word[2:].islower()):
            return letter + word[2:]
    if _is_own(word):
        for length in (2, 1):
            if word[:length] in LETTERS and word[length:].islower():
                return LETTERS[word[:length]] + word[length:]
    return ""


def _begins_name(word: str) -> str:
    r"""The name that `\Lukasz` or `\AAke` spells; empty where it may be a macro, as `\Loss`."""
    length = 2 if word[:2] in LETTERS else 1
    is_name = word[:2] in LETTERS and word[:2].isupper() and word[2:].islower()
    if (is_name or word.startswith(NAME_BEGINNINGS)) and len(word) > 3 and _is_own(word):
        return LETTERS[word[:length]] + word[length:]
    return ""


def _is_own(word: str) -> bool:
    """Whether no command of TeX's has this name."""
    return word not in _COMMANDS and not formula.is_known(f"\\{word}")


def _symbol(word: str) -> str:
    """The text of a command that stands for a sign: "κ" for `kappa`; empty if it doesn't."""
    if word in WORDS or word in LETTERS:
        return WORDS.get(word) or LETTERS[word]
    known = (word not in MACROS or word in IN_TEXT) and formula.is_known(f"\\{word}")
    return formula.spoken(f"\\{word}") if known else ""


def _with_arguments(cursor: Cursor, word: str) -> str:
    r"""`\sqrt{n}` or `\frac{a}{b}`, of the groups that follow, passed over; empty if no formula."""
    arguments = _ARGUMENTS.match(cursor.text, cursor.at)
    if not arguments or word in MACROS:
        return ""
    for taken in dict.fromkeys((arguments[1], arguments[0])):
        if formula.is_known(tex := f"\\{word}{taken}"):
            cursor.at += len(taken)
            return tex
    return ""
