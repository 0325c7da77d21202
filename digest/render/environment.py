"""The Jinja environment of a site: where templates are found, and what each of them knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup as Safe

from digest import __version__, cite, tex
from digest.cite.names import persons
from digest.language import Language
from digest.language.templates import Environment
from digest.model import Site
from digest.papers import versions
from digest.render import charts, lettering, portable
from digest.render.bytecode import KeptTemplates
from digest.render.templates import Loader
from digest.text import links

_PACKAGE = Path(__file__).parents[1]
_FRAGMENTS = 4096  # kept of what several feeds show: a few megabytes for each thousand


def default_templates() -> Path:
    """Inside an installed wheel, or at the top of a source checkout."""
    packaged = _PACKAGE / "templates"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "templates"


def new_environment(site: Site, templates: Path, language: Language) -> jinja2.Environment:
    """What renders templates; it knows all of docs/templates.md that depends on no other file.

    Names resolve to the site's own template, else to ours; `default/NAME` is always ours.

    Args:
        templates: the folder of the site's own.
    """
    default = Loader(default_templates())
    own_first = [Loader(templates), default, jinja2.PrefixLoader({"default": default})]
    env = Environment(
        language,
        loader=jinja2.ChoiceLoader(own_first),
        autoescape=jinja2.select_autoescape(["html", "xml", "svg"]),
        undefined=jinja2.StrictUndefined,
        auto_reload=False,  # a renderer is of one build
        bytecode_cache=KeptTemplates((language.tag, sorted(language.messages.items()))),
        extensions=["jinja2.ext.do"],
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals |= _globals(site, language)
    env.filters |= {
        "title_text": lambda entry: tex.plain(entry.title, entry.markup),
        "summary_text": lambda entry: tex.plain(entry.summary, entry.markup),
        "plain": tex.plain,
        "authors": persons,
        "withdrawn": versions.withdrawn,
        "cross_listed": partial(versions.cross_listed, sources=site.sources),
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


def _globals(site: Site, language: Language) -> Mapping[str, object]:
    def link(path: str) -> str:
        """An address within the site: `themes/x/` → `/digest/themes/x/`; others stay."""
        return path if path.startswith(("http://", "https://")) else base + path

    base, writers = site.base, {f"{f.name}_file": f.write for f in cite.CITATION_FORMATS}
    return writers | {
        "site": site,
        "version": __version__,
        "link": link,
        "absolute": lambda path: site.url + path,
        "theme_of": {theme.id: theme for theme in site.themes}.__getitem__,
        "changes": partial(versions.changes, language=language),
        "fit": lettering.fit,
        "bars": charts.bars,
        "areas": charts.areas,
        "label_place": charts.label_place,
        "once": lru_cache(_FRAGMENTS)(lambda macro, value: macro(value)),
        "bibtex": cite.bibtex,
        "citation_formats": cite.CITATION_FORMATS,
        "citation_meta": cite.citation_meta,
        "coins": cite.coins,
        "cite_text": cite.text,
    }


def _iso(day: date) -> str:
    if not isinstance(day, datetime):
        return day.isoformat()
    return day.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _utc(day: date) -> datetime:
    """Feeds want a time where we know a day: midnight."""
    return day if isinstance(day, datetime) else datetime.combine(day, time(), UTC)


def _json(value: Any) -> str:
    """JSON for a file of its own; within HTML use `tojson`, which also escapes markup."""
    return json.dumps(value, ensure_ascii=False)


def _comment(text: str) -> Safe:
    """For an XML comment, which holds no two hyphens in a row, and needs no escapes."""
    return Safe(str(text).replace("--", "‐‐"))
