"""The papers and the editor's words in; which pages exist, and what each shows, out. Pure."""

from digest.pages.lists import DayNews, MonthNews, in_order, listed, lists, maps, plan

__all__ = [
    "DayNews",
    "MonthNews",
    "authors",
    "cards",
    "in_order",
    "issues",
    "listed",
    "lists",
    "maps",
    "papers",
    "plan",
    "status",
    "trends",
    "visible",
]
