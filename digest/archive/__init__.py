"""Entries of the sources in; everything ever seen out, merged, a file a month, with a ledger."""

from digest.archive.merging import Merged, keys, merge
from digest.archive.months import (
    FOLDER,
    joined,
    lines,
    load,
    month_files,
    read,
    read_again,
    read_line,
    read_month,
    save,
)
from digest.archive.neighbours import between_listings

__all__ = [
    "FOLDER",
    "Merged",
    "between_listings",
    "committed",
    "identity",
    "joined",
    "keys",
    "ledger",
    "lines",
    "load",
    "merge",
    "month_files",
    "read",
    "read_again",
    "read_line",
    "read_month",
    "save",
    "tag",
]
