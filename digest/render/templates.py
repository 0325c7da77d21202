"""What went wrong in a template, as one line that says where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import jinja2

from digest.errors import ConfigError, DigestError, RenderError
from digest.text.reading import read_text


class Loader(jinja2.FileSystemLoader):
    """Reads templates as every file that people edit is read."""

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        parts = jinja2.loaders.split_template_path(template)
        paths = (Path(folder, *parts) for folder in self.searchpath)
        if (path := next(filter(Path.is_file, paths), None)) is None:
            raise jinja2.TemplateNotFound(template)
        try:
            return read_text(path), str(path), lambda: True  # a renderer is of one build
        except ConfigError as error:
            raise RenderError(str(error)) from None


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
