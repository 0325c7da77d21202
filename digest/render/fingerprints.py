"""Fingerprints of pages: one hash of all that a page is made of. The same one, the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import jinja2
import msgspec

from digest.model import Page
from digest.papers.paper import Paper

# Much faster than Jinja's own parser, which would read every template once more.
_REFERENCE = re.compile(
    r"""\{%[-+]?\s*(?:extends|include|import|from)\s+(?:"([^"]+)"|'([^']+)'|[^"'\s])"""
)


class Fingerprints:
    """Hashes of a page's own values, of its templates, and of what every page depends on."""

    def __init__(
        self, env: jinja2.Environment, common: str, text_at: Callable[[Path], str]
    ) -> None:
        """
        Args:
            common: what every page depends on: the site's settings, our code, the libraries.
            text_at: the HTML of the editor's text in a file, which speaks of other papers too.
        """
        self._env, self._common, self._text_at = env, common, text_at
        self._templates: dict[str, bytes] = {}
        self._encoder = msgspec.msgpack.Encoder(enc_hook=self._plain)

    def of(self, page: Page) -> str:
        """The fingerprint of a page: 32 hex digits."""
        return self.of_all(page.template, (page.path, page.context))

    def of_all(self, template: str, values: object) -> str:
        """The fingerprint of all pages of a template that are made of these: 32 hex digits."""
        if template not in self._templates:
            sources = (self._common, sorted(self._sources(template).items()))
            self._templates[template] = blake2b(repr(sources).encode()).digest()
        fingerprint = blake2b(self._templates[template], digest_size=16)
        fingerprint.update(self._encoder.encode(values))
        return fingerprint.hexdigest()

    def _plain(self, value: object) -> object:
        """What msgpack can encode, in the place of a value of ours."""
        if isinstance(value, Paper):
            return (value.facts.fingerprint or (value.entry, value.matches), value.note)
        if isinstance(value, Path):
            return self._text_at(value)
        if isinstance(value, str):  # one that knows more than its letters
            return str(value)
        raise TypeError(f"a page cannot be made of {type(value)}")

    def _sources(self, name: str) -> dict[str, str]:
        """The sources of a template and of all that it extends, includes and imports."""
        sources, todo = dict[str, str](), {name}
        while todo:
            name = todo.pop()
            try:
                loader = self._env.loader
                sources[name] = loader.get_source(self._env, name)[0] if loader else ""
            except jinja2.TemplateError:
                sources[name] = ""  # rendering will say so, with file and line
            for match in _REFERENCE.finditer(sources[name]):
                # A name made at render time could be any.
                todo |= {match[1] or match[2]} - {None} or set(self._env.list_templates())
            todo -= sources.keys()
        return sources
