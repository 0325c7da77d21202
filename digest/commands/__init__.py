"""A site folder in; what the commands beside `build` do and find out."""

__all__ = [
    "check",
    "checkout",
    "doctor",
    "examples",
    "github",
    "init",
    "new",
    "notify",
    "opml",
    "preview",
    "ranking",
    "screen",
    "serve",
    "summary",
    "terminal",
    "texteditor",
    "triage",
]
