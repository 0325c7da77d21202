"""What each fetch gave, and what that means."""

from digest.ledger import marks
from digest.ledger.lines import (
    Line,
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
from digest.ledger.reading import Day, Health, calendar, health

FOLDER = "content/ledger"

__all__ = [
    "FOLDER",
    "Day",
    "Health",
    "Line",
    "add",
    "calendar",
    "check_count",
    "doubted",
    "health",
    "judged",
    "last_count",
    "line",
    "load",
    "marks",
    "past",
    "total",
    "worth_keeping",
]
