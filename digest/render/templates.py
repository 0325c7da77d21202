"""What went wrong in a template, as one line that says where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import jinja2

from digest.errors import DigestError, RenderError


class Loader(jinja2.FileSystemLoader):
    """Reads templates, and says which one is no text."""

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            paths = (Path(folder, template) for folder in self.searchpath)
            where = next(filter(Path.exists, paths), template)
            message = "not UTF-8 text; save the file as UTF-8"
            raise RenderError(f"{where}:{line}: {message}") from None


@contextmanager
def named(template: str, own: Path) -> Iterator[None]:
    """Say what is wrong with a template, or with those it is made of, in file and line.

    Args:
        template: the name of the one that is rendered.
        own: the folder of the site's own: what fails there is never a bug of ours.

    Raises:
        RenderError: instead of Jinja's errors, and of all others that the site's own raise.
    """
    try:
        yield
    except DigestError:
        raise
    except jinja2.TemplateSyntaxError as error:
        where = f"{error.filename or error.name}:{error.lineno}"
        raise RenderError(f"{where}: {error.message}") from error
    except jinja2.TemplateNotFound as error:
        message = f"there is no template {error.name!r}"
        raise RenderError(f"{_line_of(error) or template}: {message}") from error
    except jinja2.TemplateError as error:
        raise RenderError(f"{_line_of(error) or template}: {error}") from error
    except Exception as error:
        where = _line_of(error)
        if not where.startswith(str(own)):
            raise
        raise RenderError(f"{where}: {type(error).__name__}: {error}") from error


def _line_of(error: BaseException) -> str:
    """The innermost template line that an error passed through, as `file:line`."""
    line, trace = "", error.__traceback__
    while trace:
        if "/templates/" in (name := trace.tb_frame.f_code.co_filename) or name.endswith(".html"):
            line = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return line
