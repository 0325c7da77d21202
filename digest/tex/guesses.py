r"""Macros that authors define for themselves, as far as their use shows what they take. Pure.

An abstract has `\norm{x}` but not the definition of `\norm`. A guess counts only where it can't
change what the formula says: `\bigO(n)` shows that this author's macro is another one than ours.
"""

import re

from digest.tex.macros import ARGUMENTS, ORDERS, SHORTHANDS, STYLES

_COMMAND = re.compile(r"\\(?:([a-zA-Z]+)(\*?\s*)|.)", re.DOTALL)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_LETTER = re.compile(r"[a-zA-Z0-9]|\\[a-zA-Z]+")
_TAKERS = re.compile(
    r"(?:[_^]|\\[a-z]?frac|\\d?binom)\s*\Z"
)  # \frac\eps{2}: what follows is theirs


def resolved(tex: str) -> str | None:
    r"""The formula with guessed macros written so that the converter knows what they take.

    Returns:
        None where a macro is used as no macro of ours would be.
    """
    if "\\" not in tex:
        return tex
    ends, parts, at = _ends_of_groups(tex), list[str](), 0
    for match in _COMMAND.finditer(tex):
        name = match[1]
        if name is None:
            continue
        new = _resolved(name, tex, match, ends)
        if new is None:
            return None
        if new != name:
            parts += tex[at : match.start()], f"\\{new} "
            at = match.end()
    return "".join((*parts, tex[at:]))


def _resolved(name: str, tex: str, match: re.Match[str], ends: dict[int, int]) -> str | None:
    """The macro that a command stands for; None where it is used as another one."""
    after, in_group = match.end(), tex.startswith("{", match.end())
    if style := STYLES.get(name):
        is_blackboard = style != "mathbb" or in_group or tex[after : after + 1].isupper()
        if is_blackboard and (in_group or _LETTER.match(tex, after)):
            return style
        return name if name in SHORTHANDS else None
    if name in ORDERS:
        return ORDERS[name] if in_group else name
    if count := ARGUMENTS.get(name):
        for _ in range(count):
            if after not in ends:
                return None
            after = ends[after]
            after += len(tex[after:]) - len(tex[after:].lstrip())
    elif name in SHORTHANDS and in_group and not tex.startswith("{}", after):
        return name if _TAKERS.search(tex, 0, match.start()) else None
    return name


def _ends_of_groups(tex: str) -> dict[int, int]:
    """Where each group ends, by where it starts."""
    ends, starts = dict[int, int](), list[int]()
    for match in _BRACE.finditer(tex):
        if match[0] == "{":
            starts.append(match.start())
        elif match[0] == "}" and starts:
            ends[starts.pop()] = match.end()
    return ends
