"""The text of a title or abstract → the pieces that a page or a line is made of. Pure and total."""

import re
from collections.abc import Callable
from html import unescape

from digest.model import Markup
from digest.tex import commands, urls
from digest.tex.cursor import Cursor, PieceKind, TexPiece


def read(text: str, markup: Markup) -> list[TexPiece]:
    """Pieces in reading order. Each OPEN has its CLOSE, well nested; so has each LIST its END."""
    text = cleaned(text, markup)
    start, token = _PATTERNS[markup, urls.are_likely(text)]
    if not start.search(text):
        return [TexPiece(PieceKind.TEXT, text)] if text else []
    return _Reader(text).read(start, token)


def is_simple(text: str, markup: Markup) -> bool:
    """Whether a cleaned text is one piece, so that it need not be read; addresses aside."""
    return not _PATTERNS[markup, False][0].search(text)


def cleaned(text: str, markup: Markup) -> str:
    """The text without characters that no page may hold, its HTML entities resolved."""
    text = _clean(text)
    return _ENTITY.sub(_character, text) if markup is Markup.TEX and "&" in text else text


# C0 and C1 controls, surrogates and noncharacters are in no XML or HTML; overrides and isolates of
# direction could turn around what stands beside them.
_NONCHARACTERS = "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
    f"\ufdd0-\ufdef{_NONCHARACTERS}]"
)
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
# Some sources escape twice. Only names with their semicolon: "R&D" and "a&lt" are text.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});")


def _clean(text: str) -> str:
    if text.replace("\n", "").isprintable():
        return text
    return UNFIT.sub("", _LINE_END.sub("\n", text))


def _character(match: re.Match[str]) -> str:
    return _clean(unescape(match[0]))


_TOKENS = r"""
    \\(?: (?P<name>[a-zA-Z]+) | (?P<sign>[^a-zA-Z]) | (?P<last>\Z) )
  | (?P<dollar>\$\$?)
  | (?P<script>[\^_]\{)
  | (?P<set>(?<![\w\\])\{(?:
        \s*[^\s{},\\$]{1,40}(?:\s*,\s*[^\s{},\\$]{1,40}){1,20}\s*\}  # {0,1}, {a, b, ...}
      | [^\s{}\\$]{0,40}(?:_|\.\.)[^\s{}\\$]{1,40}\}  # {x_i}, {1..n}
      | [^\s{}\\$]{1,40}\}(?=[\^_])
    ))
  | (?P<applied>(?<=log|oly|exp)\{[^\s{}\\$]{1,20}\})  # polylog{n}
  | (?P<brace>[{}])
  | (?P<dash>--+>?)
  | (?P<quote>``|''|`)
  | (?P<tie>~)
  | (?P<tag><(?:br\s*/?|/a|a\s[^<>]{1,2000})>)
  | (?P<line>\n)
"""
# Where a token may start: `re` finds alternatives that all start with literals 9 times as fast.
_START = r"\\|\$|\^\{|_\{|\{|\}|--|``|''|`|~|<a|<b|</|" + "\n"
_PATTERNS = {
    (Markup.TEX, False): (re.compile(_START), re.compile(_TOKENS, re.VERBOSE)),
    (Markup.TEX, True): (
        re.compile(f"{_START}|{urls.START}"),
        re.compile(rf"{_TOKENS} | (?P<address>{urls.IN_TEX})", re.VERBOSE),
    ),
    (Markup.PLAIN, False): (re.compile("\n"), re.compile("(?P<line>\n)")),
    (Markup.PLAIN, True): (
        re.compile(f"\n|{urls.START}"),
        re.compile(f"(?P<line>\n)|(?P<address>{urls.IN_PLAIN})"),
    ),
}

_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_QUOTED = re.compile(r"(?:[^`'\n]|'(?=\w)){1,200}'(?!\w)")
_MATE = re.compile(r"\\.|[{}$]", re.DOTALL)
_MOST_NESTED = 8  # dollars in the text of one formula


class _Reader(Cursor):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._from = 0  # from here to the next token, all is text
        self._passed = -1  # a dollar that delimits nothing
        self._quote = -1  # where a single quotation ends

    def read(self, start: re.Pattern[str], token: re.Pattern[str]) -> list[TexPiece]:
        while found := start.search(self.text, self.at):
            self.at = found.end()
            if match := token.match(self.text, found.start()):
                self._run(match.start())
                self.at = match.end()
                _TOKEN_READERS[match.lastgroup or ""](self, match)
                self._from = self.at
        self._run(len(self.text))
        return self.finish()

    def _run(self, end: int) -> None:
        if self._from <= self._quote < end:
            self.say(f"{self.text[self._from : self._quote]}’{self.text[self._quote + 1 : end]}")
        elif self._from < end:
            self.say(self.text[self._from : end])

    def _brace(self, match: re.Match[str]) -> None:
        if match[0] == "{":
            self.begin_group()
        else:
            self.end_group()

    def _script(self, match: re.Match[str]) -> None:
        self.begin_group("sup" if match[0][0] == "^" else "sub")

    def _applied(self, match: re.Match[str]) -> None:
        self.say(f"({match[0][1:-1]})")

    def _literally(self, match: re.Match[str]) -> None:
        self.say(match[0])

    def _dollar(self, match: re.Match[str]) -> None:
        start = match.start()
        if start == self._passed:
            self.at = start + 1
        elif match[0] == "$$":
            if not self.delimited(PieceKind.DISPLAY, "$$", "$$"):
                self.say("$$")
        elif (mate := self._mate(self.at)) < 0:
            self.say("$")
        elif self.text[self.at : mate].lstrip().startswith(("\\href{", "\\url{")):
            self._passed = mate
        elif is_measure(self.text, self.at, mate):
            self.say(self.text[self.at : mate].replace("~", "\xa0"))
            self.at = mate + 1
        elif is_formula(self.text, self.at, mate):
            self.formula(PieceKind.FORMULA, start, slice(self.at, mate), mate + 1)
        else:
            self.say("$")

    def _mate(self, start: int) -> int:
        r"""Where the formula from `start` ends: $\textsf{$k$-Pair}$ holds dollars of its own."""
        first, depth, nested = self.find("$", start), 0, 0
        if first < 0 or not ("{" in (inner := self.text[start:first]) or "\\" in inner):
            return first
        first = -1
        for match in _MATE.finditer(self.text, start):
            if match[0] == "$":
                if depth <= 0:
                    return match.start()
                first = match.start() if first < 0 else first
                nested += 1
                if nested == _MOST_NESTED:
                    break
            elif match[0] in "{}":
                depth += 1 if match[0] == "{" else -1
        return first

    def _dash(self, match: re.Match[str]) -> None:
        self.say({"--": "–", "---": "—"}.get(match[0], match[0]))

    def _quotation(self, match: re.Match[str]) -> None:
        mark = {"``": "“", "''": "”"}.get(match[0], "`")
        if mark == "`" and (quoted := _QUOTED.match(self.text, self.at)):
            mark, self._quote = "‘", quoted.end() - 1
        self.say(mark)

    def _tie(self, match: re.Match[str]) -> None:
        """A no-break space; but prose writes "~15x" and "3~5 times" too."""
        before = self.text[match.start() - 1 : match.start()] or " "
        after = self.text[self.at : self.at + 4]
        if before.isdigit():
            about = after[:1].isdigit() and not re.match(r"\d{3}(?!\d)", after)  # 1~000
        else:
            about = before in " \n(<[/-" and after[:1] in tuple("0123456789$=")
        self.say("~" if about else "\xa0")

    def _tag(self, match: re.Match[str]) -> None:
        if match[0].startswith("<b"):
            self.add(PieceKind.BREAK)
        elif match[0] == "</a>":
            self.end_anchor()
        else:
            href = _HREF.search(match[0])
            self.begin_anchor((href[1] or href[2] or "") if href else "")

    def _line(self, match: re.Match[str]) -> None:
        self.add(PieceKind.PARAGRAPH)

    def _address(self, match: re.Match[str]) -> None:
        written = urls.cut(match[0])
        self.at = match.start() + len(written)
        self.link(written)

    def _last(self, match: re.Match[str]) -> None:
        """A backslash ends the text: nothing is left to command."""


_TOKEN_READERS: dict[str, Callable[[_Reader, re.Match[str]], None]] = {
    "name": commands.name,
    "sign": commands.sign,
    "last": _Reader._last,
    "dollar": _Reader._dollar,
    "script": _Reader._script,
    "set": _Reader._literally,
    "applied": _Reader._applied,
    "brace": _Reader._brace,
    "dash": _Reader._dash,
    "quote": _Reader._quotation,
    "tie": _Reader._tie,
    "tag": _Reader._tag,
    "line": _Reader._line,
    "address": _Reader._address,
}

_NUMBER = re.compile(r"\d[\d,.]*")
# A number and a unit: text that somebody set as a formula, never a price.
_MEASURE = re.compile(
    r"\d[\d,.]*[ ~](?!log|exp|sin|cos|mod|and|or|to)[a-zA-Zµ]{1,3}[a-zA-Z](?:/[a-z]{1,4})?"
)
_CURRENCY = re.compile(r"(?<![^\W_])(?:US|U\.S\.|AU?|CA?|CAD|NZ|HK|NT|SG?|R|MX|AR)\Z")
_AMOUNT = re.compile(r"\s?\d")
_PROSE = re.compile(r"(?<![A-Za-z\\{^_])[a-z]{2,}(?![A-Za-z}])")
_COMMAND = re.compile(r"\\[a-zA-Z]+\*?(?:\s*\{[^{}]{0,300}\})?")
_MARKED = re.compile(r"\\(?![%&$#_ ,])|[\^_={}]")
_LEADING_WORD = re.compile(r"\s+[a-z]{2,}\s")
_FUNCTIONS = frozenset(
    ("log", "ln", "exp", "sin", "cos", "min", "max", "mod", "poly", "polylog", "lim", "sup", "inf")
)


def is_formula(text: str, start: int, end: int) -> bool:
    """Whether the dollars around `text[start:end]` enclose a formula: not those of "$5 and $10".

    Money starts with a number, and has words, a space or a dash before the next dollar; a formula
    has TeX, or no words. Learnt from the 10,300 formulas and 80 prices of 19,152 abstracts.
    """
    inner = text[start:end]
    words = sum(word not in _FUNCTIONS for word in _PROSE.findall(_COMMAND.sub(" ", inner)))
    is_marked = _MARKED.search(inner) is not None
    if not is_marked and (_is_price(text, start - 1) or (words and _is_price(text, end))):
        return False  # "US$ 5 and US$ 10"
    if number := _NUMBER.match(inner):
        rest = inner[number.end() :]
        if is_marked:
            return words < 4
        return not words and not rest[-1:].isspace() and not _goes_on(rest, text[end + 1 : end + 2])
    if words and not is_marked:
        before, after = text[start - 2 : start - 1], text[end + 1 : end + 2]
        if before.isdigit() or _LEADING_WORD.match(inner):
            return False  # "costs 250$ to 300$", "$ with 10.08$"
        if inner[-1:].isspace() and after.isdigit():
            return False  # "10 $, or $12"
    return words < 6


def is_measure(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is a number with its unit: text, whatever stands around it."""
    return _MEASURE.fullmatch(text, start, end) is not None


def _is_price(text: str, dollar: int) -> bool:
    """Whether a dollar has a currency's letters before it and an amount behind."""
    return bool(
        _AMOUNT.match(text, dollar + 1) and _CURRENCY.search(text, max(0, dollar - 5), dollar)
    )


def _goes_on(rest: str, after: str) -> bool:
    """Whether a price ends here and another number starts: "$5-$10"."""
    return after.isdigit() and rest[-1:] in tuple("-–/,(~+")
