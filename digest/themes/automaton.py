"""Many RE2 patterns over one text, in one pass: linear in the text, whatever they say. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import re2

from digest.text.patterns import compiled_pattern, options

_BYTES = 64 << 20  # for the program and the states of one automaton
_ALWAYS = ""  # pattern 0 meets every text: where it is missing, the automaton ran out of memory


class Automaton:
    """Tells which of its patterns a text meets."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = patterns
        self._parts: tuple[Automaton, Automaton] | None = None
        self._set = _compiled_set(patterns)
        if self._set is None and len(patterns) > 1:
            half = len(patterns) // 2
            self._parts = Automaton(patterns[:half]), Automaton(patterns[half:])

    def met(self, text: str) -> list[int]:
        """The indexes of the patterns that the text meets, ascending."""
        if self._parts:
            half = len(self._patterns) // 2
            first, second = self._parts
            return first.met(text) + [half + index for index in second.met(text)]
        found = self._set.Match(text) if self._set else []
        if not found:
            return [i for i, p in enumerate(self._patterns) if compiled_pattern(p).search(text)]
        return sorted(index - 1 for index in found if index)


def _compiled_set(patterns: Sequence[str]) -> Any:
    """None where RE2 has no room for them all in one."""
    found = re2.Set.SearchSet(options(_BYTES))
    found.Add(_ALWAYS)
    for pattern in patterns:
        found.Add(pattern)
    try:
        found.Compile()
    except re2.error:
        return None
    return found if found.Match("") else None
