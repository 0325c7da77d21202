"""Strings and days in; ids, folded words, patterns over them and listing days out. Pure, but for
`reading`, which opens the files that people write.
"""

__all__ = [
    "allowlist",
    "categories",
    "days",
    "entities",
    "ids",
    "links",
    "mailing",
    "memory",
    "patterns",
    "reading",
    "words",
]
