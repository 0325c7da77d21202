"""What each fetch gave, and what that means."""

from digest.ledger import marks
from digest.ledger.lines import (
    Line,
    add,
    judged,
    last_count,
    line,
    load,
    past,
    total,
    worth_keeping,
)
from digest.ledger.reading import Day, Health, calendar, health

__all__ = [
    "Day",
    "Health",
    "Line",
    "add",
    "calendar",
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
