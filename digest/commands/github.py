"""What GitHub Actions reads: annotations, and the Markdown of a run's summary. Pure.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def annotation(
    severity: str, message: str, *, path: str = "", line: int = 0, title: str = ""
) -> str:
    """A command that shows a message beside the run, and beside the file where one is named.

    Args:
        severity: "error", "warning" or "notice".
        line: from 1; 0 for none.
    """
    given = (("file", path), ("line", str(line) if line else ""), ("title", title))
    properties = ",".join(f"{name}={_property(value)}" for name, value in given if value)
    return f"::{severity}{' ' if properties else ''}{properties}::{_message(message)}"


def plain(text: str) -> str:
    """Text that Markdown leaves as it is."""
    return re.sub(r"([\\`*_\[\]<>#|!~&])", r"\\\1", " ".join(text.split()))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the cells are Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
