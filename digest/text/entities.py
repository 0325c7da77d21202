"""References to characters in HTML, such as `&eacute;` and `&#233;`. Pure."""

from __future__ import annotations

import html
import re

# A number of more digits is no character; Python refuses to read one of more than 4,300.
_NO_CHARACTER = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{7,});?")


def unescaped(text: str) -> str:
    """The text with the characters that its references stand for; U+FFFD where there is none."""
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))
