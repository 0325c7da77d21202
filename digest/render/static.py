"""The files of `static/` beside the templates: style sheets, scripts, the icon."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import jinja2

from digest.render.environment import default_templates
from digest.render.templates import named


class StaticFiles:
    """Those of the site on top of ours."""

    def __init__(self, env: jinja2.Environment, templates: Path) -> None:
        """
        Args:
            env: renders style sheets, which are templates too: they take the site's accent.
            templates: the folder of the site's own.
        """
        self._env, self._templates = env, templates

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Path and contents of each.

        Raises:
            RenderError: a style sheet is broken; names file and line.
        """
        for name, path in sorted(self._paths.items()):
            if path.suffix == ".css":
                with named(name, self._templates):
                    yield name, self._env.get_template(name).render().encode()
            else:
                yield name, path.read_bytes()

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Of the contents of each, 8 hex digits: addresses end with them."""
        return {name: blake2b(data, digest_size=4).hexdigest() for name, data in self}

    @cached_property
    def _paths(self) -> dict[str, Path]:
        return {
            path.relative_to(folder).as_posix(): path
            for folder in (default_templates(), self._templates)
            for path in sorted(folder.glob("static/**/*"))
            if path.is_file()
        }
