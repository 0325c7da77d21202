"""The files of `content/` in; notes, issues and pages out as values, their Markdown as HTML."""

__all__ = ["content", "curation", "frontmatter", "markdown", "texts", "values"]
