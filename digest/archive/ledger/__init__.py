"""What each fetch gave, and what that means."""

from digest.archive.committed import LEDGER as FOLDER
from digest.archive.ledger import validators
from digest.archive.ledger.health import (
    Health,
    SourceDay,
    calendar,
    health,
)
from digest.archive.ledger.lines import (
    LedgerLine,
    add,
    check_count,
    doubted,
    judged,
    last_count,
    line,
    load,
    past,
    total,
    worth_keeping,
)

__all__ = [
    "FOLDER",
    "Health",
    "LedgerLine",
    "SourceDay",
    "add",
    "calendar",
    "check_count",
    "doubted",
    "health",
    "judged",
    "last_count",
    "line",
    "load",
    "past",
    "total",
    "validators",
    "worth_keeping",
]
