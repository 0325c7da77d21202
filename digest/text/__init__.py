"""Strings and days in; ids, folded words, patterns over them and listing days out. Pure."""

__all__ = ["allowlist", "days", "ids", "links", "mailing", "memory", "patterns", "words"]
