"""Everything that can go wrong and that the person running `digest` can fix."""

from pathlib import Path


class DigestError(Exception):
    """Base of all expected failures. The CLI prints these without a traceback."""


class ConfigError(DigestError):
    """A file of the site says something we cannot accept; `path:line` says where (lines from 1)."""

    def __init__(self, message: str, path: Path, line: int) -> None:
        super().__init__(message, path, line)
        self.message, self.path, self.line = message, path, line

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class SourceError(DigestError):
    """A source's answer is of no use; the other sources still count."""


class Refused(SourceError):
    """The server says no, by its status or in words: asking again won't help."""


class Unreachable(SourceError):
    """No server answered: the look-up failed, or no connection came about."""


class TooLate(SourceError):
    """The deadline of all that a run asks has passed."""


class ArchiveError(DigestError):
    """A line of the archive or the ledger is damaged; `path:line` says where (lines from 1)."""

    def __init__(self, message: str, path: Path, line: int) -> None:
        super().__init__(message, path, line)
        self.message, self.path, self.line = message, path, line

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class RenderError(DigestError):
    """A template is missing or broken."""


class OutputError(DigestError):
    """The output folder cannot, or must not, be written."""
