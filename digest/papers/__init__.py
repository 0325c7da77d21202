"""The archive and the rules in; papers out: judged, compared by version, with similar ones."""

__all__ = ["judged", "months", "note", "paper", "rank", "related", "report", "versions"]
