"""Templates to bytes. A site's own templates win over the default ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from functools import cached_property, lru_cache, partial
from hashlib import blake2b
from pathlib import Path
from types import CodeType, FunctionType, MethodType
from typing import Any, ClassVar

import jinja2
import msgspec
from jinja2.bccache import Bucket
from markupsafe import Markup as Safe

from digest import __version__, cite, tex
from digest.cite.names import persons
from digest.editor.curation import NOTHING, Edition
from digest.editor.markdown import Rendered
from digest.editor.texts import EditorTexts
from digest.editor.values import Body
from digest.errors import RenderError
from digest.language import ENGLISH, Language
from digest.language.templates import Environment
from digest.model import (
    Entry,
    Match,
    Page,
    Site,
)
from digest.output import inputs
from digest.papers import versions
from digest.papers.paper import Paper
from digest.render import charts, lettering, portable
from digest.render.fingerprints import Fingerprints
from digest.render.templates import Loader, named
from digest.text import links

_PACKAGE = Path(__file__).parents[1]
_PLAIN = {FunctionType, MethodType, type(lru_cache(None)(str))}
_CONVERTED = 8192  # texts held: some 30 megabytes
_FRAGMENTS = 4096  # kept of what several feeds show: a few megabytes for each thousand


def default_templates() -> Path:
    """Inside an installed wheel, or at the top of a source checkout."""
    packaged = _PACKAGE / "templates"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "templates"


class _Context(jinja2.runtime.Context):
    """Calls our functions, of which pages are full, without asking each what it wants to be told.

    Jinja asks for marks such as `pass_context` has left; none of ours has one.
    """

    def call(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if type(call) not in _PLAIN or hasattr(call, "jinja_pass_arg"):
            return super().call(call, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return call(*args, **kwargs)


class _Environment(Environment):
    context_class = _Context


class _Compiled(jinja2.BytecodeCache):
    """What a process compiled templates to, for its next build, as a preview makes them.

    Never in a file: what was damaged there, or put there, would run.
    """

    _known: ClassVar[dict[tuple[str, str], tuple[str, CodeType]]] = {}

    def __init__(self, language: str) -> None:
        self._language = language

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._known.get((self._language, bucket.key), ("", None))
        bucket.code = code if checksum == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._known[self._language, bucket.key] = bucket.checksum, bucket.code


class FormulaCounts(msgspec.Struct):
    """How many formulas each text has, and which could not be converted."""

    # By text, so that each counts once.
    formulas: dict[str, int] = msgspec.field(default_factory=dict)
    # By formula, the id of an entry that has it.
    unconverted: dict[str, str] = msgspec.field(default_factory=dict)

    def add(self, more: FormulaCounts) -> None:
        self.formulas |= more.formulas
        self.unconverted = more.unconverted | self.unconverted


class Renderer:
    """The Jinja environment of one site, and what it could not convert so far.

    Names resolve to the site's own template, else to ours; `default/NAME` is always ours.
    """

    def __init__(
        self,
        site: Site,
        templates: Path,
        edition: Edition = NOTHING,
        known: Set[str] = frozenset(),
        language: Language = ENGLISH,
    ) -> None:
        """Read no template yet.

        Args:
            known: every file that the site will have, for links of the editor's texts.
            language: whose words, dates and numbers the pages have.
        """
        self._site, self._templates, self._base = site, templates, site.base
        self._language = language
        self._texts = EditorTexts(site, edition, known, self._card, language)
        self._counts = FormulaCounts()
        self._converted: dict[tuple[str, str, str], Safe] = {}

    def render(self, page: Page) -> bytes:
        """One page.

        Raises:
            RenderError: a template is missing or broken; names file and line where it can.
        """
        with named(page.template, self._templates):
            text = self._text(page)
        if page.template.endswith((".xml", ".svg")):
            text = portable.xml(text)
        if page.path.endswith(".png"):
            return _picture(text, page.template)
        return text.encode("utf-8", "replace")

    def _text(self, page: Page) -> str:
        """As `Template.render` does, which copies all globals anew for each page."""
        env, template = self._environment, self._template(page.template)
        here = page.path.removesuffix("index.html")
        known = {**env.globals, **page.context, "page": page, "here": here}
        context = env.context_class(env, known, template.name, template.blocks)
        try:
            return "".join(template.root_render_func(context))
        except Exception:
            env.handle_exception()  # raises it, with lines of the template

    @cached_property
    def _template(self) -> Callable[[str], jinja2.Template]:
        return lru_cache(None)(self._environment.get_template)

    def take_counts(self) -> FormulaCounts:
        """What was counted since they were taken last."""
        taken, self._counts = self._counts, FormulaCounts()
        return taken

    def mark(self, page: Page) -> str:
        """What the page is made of, as one hash: the same mark, the same bytes."""
        return self._marks.of(page)

    def mark_all(self, template: str, made_of: object) -> str:
        """What all pages of a template are made of, as one hash: the same mark, the same bytes."""
        return self._marks.of_all(template, made_of)

    @cached_property
    def _marks(self) -> Fingerprints:
        said = sorted(self._language.messages.items())
        ground = repr((inputs.digest_itself(), self._site, said, sorted(self._hashes.items())))
        return Fingerprints(self._environment, ground, self._texts.text_at)

    def convert(self, bodies: Iterable[Body]) -> None:
        """Convert texts ahead, so that a broken one stops a build before anything is written.

        Raises:
            ConfigError: a text refers to something that isn't there; names file and line.
        """
        for body in bodies:
            done = self._texts.for_page(body)
            self._count(body.path.name, done)

    def static(self) -> Iterator[tuple[str, bytes]]:
        """What lies in `static/` beside the templates, the site's own on top of ours.

        Style sheets are templates too: they take the site's accent.
        """
        for name, path in sorted(self._static_files.items()):
            if path.suffix == ".css":
                with named(name, self._templates):
                    yield name, self._environment.get_template(name).render().encode()
            else:
                yield name, path.read_bytes()

    @cached_property
    def _static_files(self) -> dict[str, Path]:
        return {
            path.relative_to(folder).as_posix(): path
            for folder in (default_templates(), self._templates)
            for path in sorted(folder.glob("static/**/*"))
            if path.is_file()
        }

    @cached_property
    def _environment(self) -> jinja2.Environment:
        default = Loader(default_templates())
        env = _Environment(
            self._language,
            loader=jinja2.ChoiceLoader(
                [
                    Loader(self._templates),
                    default,
                    jinja2.PrefixLoader({"default": default}),
                ]
            ),
            autoescape=jinja2.select_autoescape(["html", "xml", "svg"]),
            undefined=jinja2.StrictUndefined,
            auto_reload=False,  # a renderer is of one build
            bytecode_cache=self._bytecode(),
            extensions=["jinja2.ext.do"],
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        env.globals |= {
            "site": self._site,
            "version": __version__,
            "link": self.link,
            "absolute": self.absolute,
            "asset": self._asset,
            "theme_of": {theme.id: theme for theme in self._site.themes}.__getitem__,
            "changes": partial(versions.changes, language=self._language),
            "fit": lettering.fit,
            "bars": charts.bars,
            "areas": charts.areas,
            "label_place": charts.label_place,
            "once": lru_cache(_FRAGMENTS)(lambda macro, value: macro(value)),
            "bibtex": cite.bibtex,
            "citation_meta": cite.citation_meta,
            "coins": cite.coins,
            "cite_text": cite.text,
            "bib_file": lambda entries: cite.bib_file(entries).decode(),
            "ris_file": lambda entries: cite.ris_file(entries).decode(),
            "csl_file": lambda entries: cite.csl_file(entries).decode(),
        }
        env.filters |= {
            "title_html": self._title_html,
            "title_text": lambda entry: tex.plain(entry.title, entry.markup),
            "summary_html": self._summary_html,
            "summary_text": lambda entry: tex.plain(entry.summary, entry.markup),
            "comment_html": self._comment_html,
            "plain": tex.plain,
            "authors": persons,
            "markdown": lambda body: self._texts.for_page(body).html,
            "markdown_feed": self._texts.for_feed,
            "withdrawn": versions.withdrawn,
            "address": links.address,
            "other_links": links.others,
            "code_link": lambda entry: tex.code_link(entry.comment, entry.summary),
            "iso": _iso,
            "rfc822": lambda day: format_datetime(_utc(day)),
            "moment": lambda day: _iso(_utc(day)),
            "portable": lambda html: Safe(portable.html(html)),
            "comment": _comment,
            "json": _json,
        }
        return env

    def _bytecode(self) -> jinja2.BytecodeCache:
        """Compiled templates of this language, whose words are in them."""
        words = sorted(self._language.messages.items())
        return _Compiled(repr((self._language.tag, words)))

    def link(self, path: str) -> str:
        """An address within the site: `themes/x/` → `/digest/themes/x/`; others stay."""
        return path if path.startswith(("http://", "https://")) else self._base + path

    def absolute(self, path: str) -> str:
        return self._site.url + path

    def _asset(self, name: str) -> str:
        return f"{self.link(f'static/{name}')}?v={self._hashes[f'static/{name}']}"

    @cached_property
    def _hashes(self) -> dict[str, str]:
        return {name: blake2b(data, digest_size=4).hexdigest() for name, data in self.static()}

    def _title_html(self, entry: Entry, matches: Iterable[Match] = ()) -> Safe:
        return self._convert(tex.title_html, entry, entry.title, _spans(matches, "title"))

    def _summary_html(self, entry: Entry, matches: Iterable[Match] = ()) -> Safe:
        return self._convert(tex.block_html, entry, entry.summary, _spans(matches, "abstract"))

    def _comment_html(self, entry: Entry) -> Safe:
        return self._convert(tex.inline_html, entry, entry.comment)

    def _card(self, paper: Paper) -> Safe:
        return Safe(self._environment.get_template("card.html").render(paper=paper))

    def _convert(
        self,
        how: Callable[..., tex.Converted],
        entry: Entry,
        text: str,
        spans: Sequence[tuple[int, int]] = (),
    ) -> Safe:
        """A paper stands on many pages; its text is converted, and counted, once.

        Its own page alone has marks, at `spans`.
        """
        if spans:
            return how(text, entry.markup, spans).html
        key = (how.__name__, entry.markup, text)
        if key not in self._converted:
            done = how(text, entry.markup)
            self._count(f"{entry.id} {text}", done)
            if len(self._converted) >= _CONVERTED:
                self._converted.clear()
            self._converted[key] = done.html
        return self._converted[key]

    def _count(self, name: str, done: tex.Converted | Rendered) -> None:
        if done.formulas:
            self._counts.formulas[name] = done.formulas
        for formula in done.unconverted:
            self._counts.unconverted.setdefault(formula, name.partition(" ")[0])


def _spans(matches: Iterable[Match], field: str) -> list[tuple[int, int]]:
    """Where the words stand that speak for any of the themes."""
    return [
        span
        for match in matches
        for reason in match.reasons
        if reason.field == field
        for span in reason.spans
    ]


def _iso(day: date) -> str:
    if not isinstance(day, datetime):
        return day.isoformat()
    return day.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _utc(day: date) -> datetime:
    """Feeds want a time where we know a day: midnight."""
    return day if isinstance(day, datetime) else datetime.combine(day, time(), UTC)


def _picture(svg: str, template: str) -> bytes:
    try:
        return lettering.png(svg)
    except ValueError as error:
        raise RenderError(f"{template}: {error}") from error


def _json(value: Any) -> str:
    """JSON for a file of its own; within HTML use `tojson`, which also escapes markup."""
    return json.dumps(value, ensure_ascii=False)


def _comment(text: str) -> Safe:
    """For an XML comment, which holds no two hyphens in a row, and needs no escapes."""
    return Safe(str(text).replace("--", "‐‐"))
